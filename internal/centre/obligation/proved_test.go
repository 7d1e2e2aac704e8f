// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

func TestAUnitCountsOnceARequirementAsItsWorst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, centre := newBench(t, d), as(t, "truc", auth.Centre, "tinh")
		since := t0.Add(-time.Hour)
		if list, total, err := b.svc.Proven(centre, since, 10); err != nil || total != 0 || list != nil {
			t.Fatalf("before anything is owed: %+v, %d, %v", list, total, err)
		}
		meet := func(o obligation.Obligation, ref string) {
			t.Helper()
			if _, err := b.svc.Meet(centre, o.ID, obligation.Proof{At: b.now, How: "đã làm", Ref: ref}, o.Version); err != nil {
				t.Fatal(err)
			}
		}
		meet(b.open(centre, duty("a", "i1", "24h", t0, 24)), "")
		meet(b.open(centre, duty("a", "i2", "24h", t0, 24)), "12/BC") // beside one met by word: the unit counts as that
		said := b.open(centre, duty("b", "i3", "24h", t0, 24))
		meet(said, "")
		late := b.open(centre, duty("b", "i4", "72h", t0, 1))
		proved := b.open(centre, duty("a", "i5", "72h", t0, 48))
		meet(proved, "")
		if _, err := b.svc.Prove(as(t, "xa", auth.UnitOfficer, "a"), proved.ID, obligation.Evidence{Kind: obligation.ByDocument, Ref: "Báo cáo 7"}); err != nil {
			t.Fatal(err)
		}
		b.now = late.DueAt.Add(time.Hour)
		list, total, err := b.svc.Proven(centre, since, 10)
		if err != nil {
			t.Fatal(err)
		}
		want := []obligation.Proven{{Title: late.Title, Units: 2, Late: 1, Proved: 1}, {Title: said.Title, Units: 2, Said: 2}}
		if total != 2 || !slices.Equal(list, want) {
			t.Errorf("%d %+v, want %+v", total, list, want)
		}
		if list, total, err = b.svc.Proven(centre, since, 1); err != nil || total != 2 || len(list) != 1 {
			t.Errorf("one of two: %+v, %d, %v", list, total, err)
		}
		list, _, err = b.svc.Proven(as(t, "xb", auth.UnitOfficer, "b"), since, 10)
		if want := []obligation.Proven{{Title: late.Title, Units: 1, Late: 1}, {Title: said.Title, Units: 1, Said: 1}}; err != nil || !slices.Equal(list, want) {
			t.Errorf("a unit sees %+v, %v", list, err)
		}
	})
}
