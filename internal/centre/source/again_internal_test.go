// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestWhatIsTheMatterWithReceptionIsSaidToThoseItConcerns words it by what
// becomes of the lines, and leads only those on who may look.
func TestWhatIsTheMatterWithReceptionIsSaidToThoseItConcerns(t *testing.T) {
	t.Parallel()
	words, err := i18n.Load(Messages)
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.With(t.Context(), words, i18n.Vietnamese)
	by := func(ways ...Way) (v showPage) { v.Ways = ways; return v }
	tcp, udp, off := Way{Kind: SyslogTCP}, Way{Kind: SyslogUDP}, Way{Kind: SyslogUDP, Off: true}
	behind, closed := by(), by(udp)
	behind.Behind, closed.Source.Closed = 1, true
	for name, c := range map[string]struct {
		page  showPage
		now   Reception
		wants []string // said; what begins with "-" is not
		see   string
	}{
		"all is well":            {by(tcp, udp), Reception{}, nil, ""},
		"full":                   {by(tcp, off), Reception{Full: true}, []string{"Ổ đĩa máy chủ sắp đầy", "giữ lại dòng chưa nhận", "-UDP và NetFlow"}, ""},
		"full, by UDP":           {by(tcp, udp), Reception{Full: true}, []string{"Ổ đĩa máy chủ sắp đầy", "gói UDP và NetFlow đến lúc này sẽ mất và được đếm"}, ""},
		"full, by a collector":   {behind, Reception{Full: true}, []string{"Ổ đĩa máy chủ sắp đầy", "bộ thu giữ lại"}, ""},
		"full, files alone":      {by(off), Reception{Full: true}, nil, ""},
		"full, closed":           {closed, Reception{Full: true}, nil, ""},
		"silent":                 {by(tcp), Reception{Silent: true}, []string{"không trả lời", "Chưa biết"}, ""},
		"given up":               {closed, Reception{Dead: 1234, See: "/there"}, []string{"1.234 khối chưa xử lý được", "Xem lý do"}, "/there"},
		"given up, a unit's own": {by(tcp), Reception{Dead: 2}, []string{"2 khối chưa xử lý được", "Người quản trị trung tâm xem lý do"}, ""},
	} {
		out := c.page.intake(ctx, c.now)
		if len(out) != min(len(c.wants), 1) {
			t.Errorf("%s: %+v", name, out)
			continue
		}
		for _, want := range c.wants {
			text, not := strings.CutPrefix(want, "-")
			if said := out[0].Title + " " + out[0].Text; strings.Contains(said, text) == not {
				t.Errorf("%s: %q, want %q", name, said, want)
			}
		}
		if len(out) == 1 && (out[0].Action != nil) != (c.see != "") || c.see != "" && out[0].Action.Href != c.see {
			t.Errorf("%s leads to %+v", name, out[0].Action)
		}
	}
}
