// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// A paper names bodies, not roles: "Công an tỉnh" alone would reach nobody.
func TestAPaperNamesTheBodiesOfItsOwnProvince(t *testing.T) {
	t.Parallel()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Deps{Laws: laws})
	pack := laws.At(calendar.DateOf(time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)))
	form, ok := pack.Form("F1b")
	if !ok {
		t.Fatal("the pack has no form F1b")
	}
	facts := incident.Facts{"unit.name": "UBND xã Bản Mẫu", "unit.parent": "UBND tỉnh Sơn Giang"}
	house := House{Recipients: map[string]string{"cong_an_tinh": "Công an tỉnh Sơn Giang"}}
	got := s.frame(Choice{Form: form, Pack: pack}, pack, facts, Person{Title: "Chủ tịch"}, house)
	if !slices.Contains(got.To, "Công an tỉnh Sơn Giang") || slices.Contains(got.To, "Công an tỉnh") {
		t.Errorf("it goes to %q", got.To)
	}
	if got.Issuer != "Ủy ban nhân dân xã Bản Mẫu" || got.Place != "Bản Mẫu" || got.Signer.Title != "Chủ tịch" {
		t.Errorf("the commune's own head is lost: %+v", got)
	}
	house.Issuer, house.Parent, house.Place, house.Title = "Trung tâm An ninh mạng", "Ủy ban nhân dân tỉnh Sơn Giang", "Sơn Giang", "Giám đốc"
	got = s.frame(Choice{Form: form, Pack: pack}, pack, facts, Person{Title: "Chủ tịch"}, house)
	if got.Issuer != house.Issuer || got.Parent != house.Parent || got.Place != house.Place || got.Signer.Title != house.Title {
		t.Errorf("the settled head is not used: %+v", got)
	}
}
