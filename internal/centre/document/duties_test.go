// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// TestAPaperLeadsToItsDuties draws what rests on a paper and what it proves, each
// one click away.
func TestAPaperLeadsToItsDuties(t *testing.T) {
	t.Parallel()
	words, err := i18n.Load(Messages, ui.Messages, web.Messages)
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.With(t.Context(), words, i18n.Vietnamese)
	one := func(title, href string) Duty {
		return Duty{Title: title, Href: href, Unit: "u1", Due: time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC), State: ui.BadgeProps{Text: "còn hạn"}}
	}
	v := showPage{duties: Duties{Resting: []Duty{one("Báo cáo kết quả", "/obligations/a")}, Total: 70, AllAt: "/obligations?document=d", Proved: []Duty{one("Gửi báo cáo tháng", "/obligations/b")}},
		dutyUnits: map[string]string{"u1": "UBND xã Một"}}
	draw := func(v showPage) string {
		var out bytes.Buffer
		if err := dutiesView(v).Render(ctx, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	got := draw(v)
	for _, want := range []string{`href="/obligations/a"`, `href="/obligations/b"`, `href="/obligations?document=d"`, "Báo cáo kết quả", "Gửi báo cáo tháng", "UBND xã Một", "còn hạn", "70"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not there:\n%s", want, got)
		}
	}
	if got := draw(showPage{}); strings.Contains(got, "<h") {
		t.Errorf("without duties it shows %s", got)
	}
}
