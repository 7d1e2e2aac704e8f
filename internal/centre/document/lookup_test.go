// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"testing"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// TestPapersAreLookedUpWithinSight finds papers for a field of another room by
// number, symbol and subject without accents, none of another unit's.
func TestPapersAreLookedUpWithinSight(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		for n, number := range []string{"1556", "1557"} {
			h := g.letter()
			h.Number, h.Date, h.ArrivedOn, h.Issuer, h.Unit = number, day0, day0, "UBND tỉnh Kiên Giang", []string{g.a, g.b}[n]
			if _, err := g.Register(g.officer(), h); err != nil {
				t.Fatal(err)
			}
		}
		draft := g.upTo(document.Draft)
		own := g.as("p-x", auth.UnitOfficer, g.a)
		for words, want := range map[string][2]int{"": {3, 1}, "1556": {1, 1}, "1557": {1, 0}, "1556/ubnd-kgvx": {1, 1}, "tang cuong bao dam": {3, 1}, "Kiên Giang": {2, 1}, "khong co": {0, 0}, "%": {0, 0}} {
			all, err := g.Lookup(g.officer(), words)
			if err != nil || len(all) != want[0] {
				t.Errorf("%q: %d, %v", words, len(all), err)
			}
			mine, err := g.Lookup(own, words)
			if err != nil || len(mine) != want[1] {
				t.Errorf("%q in one unit: %d, %v", words, len(mine), err)
			}
			for _, one := range mine {
				if one.Unit != g.a || one.ID == draft.ID {
					t.Errorf("%q shows %s of %s", words, one.Code(), one.Unit)
				}
			}
		}
		for f, want := range map[document.Filter]int64{{Unit: g.a}: 1, {Dir: document.In}: 2, {State: document.Draft}: 1, {Query: "1557", Oldest: true}: 1, {Query: "an toan", Limit: 1}: 3, {Limit: 2}: 3} {
			var got int64
			seen := map[document.ID]bool{}
			for {
				page, err := g.List(g.officer(), f)
				if err != nil || page.Total != want || page.Over {
					t.Fatalf("%+v: %d, %v", f, page.Total, err)
				}
				for _, one := range page.Rows {
					got++
					if seen[one.ID] {
						t.Errorf("%+v: twice", f)
					}
					seen[one.ID] = true
				}
				if f.After = page.Next; f.After == "" {
					break
				}
			}
			if got != want {
				t.Errorf("%+v: %d rows of %d", f, got, want)
			}
		}
	})
}
