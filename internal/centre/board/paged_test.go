// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

var (
	ofUnit = regexp.MustCompile(`<th scope="row"><a href="/boards/units/([^"]+)"`)
	foot   = regexp.MustCompile(`(?s)<tfoot>.*</tfoot>`)
	group  = regexp.MustCompile(`(?s)<th scope="rowgroup">(.*?)</th>`)
)

// units are the ids of a page's rows, in their order.
func unitsOn(page string) (ids []string) {
	for _, m := range ofUnit.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// TestALargeBoardIsTurnedPageByPage reads a board of 120 units in every order and
// by filters: the pages together are the whole, each unit once, and the totals of
// each page and the counts of its groups are those of the whole.
func TestALargeBoardIsTurnedPageByPage(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...), invent(4, 120, 2))
	b := h.browse(t, auth.Centre, "root")
	for _, c := range []struct {
		query string
		units int // 0: some
	}{{"", 120}, {"sort=late", 120}, {"sort=name", 120}, {"show=unmet", 0}, {"kind=xa", 96}, {"kind=xa&sort=late", 96}} {
		whole := b.get("/boards/d-1?page=all&"+c.query, 200)
		want, total, groups := unitsOn(whole), foot.FindString(whole), group.FindAllString(whole, -1)
		if len(want) <= 50 || c.units > 0 && len(want) != c.units || total == "" {
			t.Fatalf("%q: %d units on the whole board, foot %q", c.query, len(want), total)
		}
		b.says(whole, fmt.Sprintf("Đơn vị 1–%[1]d trong %[1]d", len(want)), "Từng trang")
		var got []string
		for no := 1; no <= (len(want)+49)/50; no++ {
			page := b.get(fmt.Sprintf("/boards/d-1?%s&page=%d", c.query, no), 200)
			got = append(got, unitsOn(page)...)
			if foot.FindString(page) != total {
				t.Errorf("%q: the totals of page %d are not those of the whole", c.query, no)
			}
			for _, g := range group.FindAllString(page, -1) {
				if !slices.Contains(groups, g) {
					t.Errorf("%q: page %d counts %s", c.query, no, g)
				}
			}
			if last := no*50 >= len(want); strings.Contains(page, `rel="next"`) == last || strings.Contains(page, `rel="prev"`) == (no == 1) {
				t.Errorf("%q: page %d leads amiss", c.query, no)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: the pages hold %d units, the whole board %d", c.query, len(got), len(want))
		}
		if first := b.get("/boards/d-1?"+c.query, 200); !slices.Equal(unitsOn(first), want[:50]) {
			t.Errorf("%q does not begin with the first page", c.query)
		}
	}
	second := b.get("/boards/d-1?sort=late&page=2", 200)
	b.says(second, "/boards/d-1?page=3&amp;sort=late", `rel="prev" href="/boards/d-1?sort=late"`, "/boards/d-1?page=all&amp;sort=late", "/boards/d-1?show=late&amp;sort=late",
		"/boards/d-1/export/table.csv?sort=late")
	csv := b.get("/boards/d-1/export/table.csv?page=2", 200)
	if n := strings.Count(csv, "\n"); n < 120*3 {
		t.Errorf("the file of page 2 has %d lines", n)
	}
}

// TestPagesCountOnlyWhatTheReaderSees looks as the centre of a district of 60 of
// 150 units, and as the officer of one.
func TestPagesCountOnlyWhatTheReaderSees(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...), invent(3, 150, 2))
	err := h.db.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for i := range 60 {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('district', ?)", fmt.Sprint("u-", i)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b := h.browse(t, auth.Centre, "district")
	var seen []string
	for no := 1; no <= 4; no++ { // the last there is, for those beyond it
		page := b.get(fmt.Sprint("/boards/d-1?page=", no), 200)
		if no <= 2 {
			seen = append(seen, unitsOn(page)...)
		}
		b.says(page, "trong 60", "Toàn bảng (60 đơn vị)")
		if strings.Contains(page, "150") {
			t.Errorf("page %d tells of others", no)
		}
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 60 || slices.Contains(seen, "u-60") {
		t.Errorf("%v", seen)
	}
	own := h.browse(t, auth.UnitOfficer, "u-7").get("/boards/d-1?page=2", 200)
	others := regexp.MustCompile(`/(?:units|cells)/(u-[0-9]+)`).FindAllStringSubmatch(own, -1)
	if len(others) < 3 || slices.ContainsFunc(others, func(m []string) bool { return m[1] != "u-7" }) || strings.Contains(own, "Cả bảng") || len(unitsOn(own)) != 0 {
		t.Errorf("an officer sees %v, not a list of what is asked of u-7", others)
	}
}

// TestAUnitsOwnTableIsItsRowOfTheBoard fills a sheet of one unit out of what all
// units have, in any order: it is that unit's row of the whole.
func TestAUnitsOwnTableIsItsRowOfTheBoard(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sh, readings, duties := world(t)
		whole := board.Fill(sh, readings, known, duties, now)
		other := slices.Clone(duties)
		for i := range other {
			other[i].Subject = "another directive"
		}
		readings, duties = rapid.Permutation(readings).Draw(t, "readings"), append(other, duties...)
		for i, u := range sh.Units {
			one := sh
			one.Units = sh.Units[i : i+1]
			if got := board.Fill(one, readings, known, duties, now).Rows[0]; !reflect.DeepEqual(got, whole.Rows[i]) {
				t.Fatalf("%s alone: %+v, on the board %+v", u.ID, got, whole.Rows[i])
			}
		}
	})
}

// TestPagesOfAUnitAgreeWithTheBoard holds that what is read of one unit alone is
// what stands on the board.
func TestPagesOfAUnitAgreeWithTheBoard(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t.Context(), auth.Centre, "root")
		board1, err := h.Service.Board(ctx, "d-1")
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range board1.Rows {
			u, tables, err := h.OfUnit(ctx, r.Unit.ID)
			if err != nil || !reflect.DeepEqual(u, r.Unit) || len(tables) != 2 || !reflect.DeepEqual(tables[0].Rows, board1.Rows[i:i+1]) {
				t.Errorf("%s: %v, %d tables", r.Unit.ID, err, len(tables))
			}
			d, err := h.Service.Cell(ctx, "d-1", r.Unit.ID, "c2")
			if err != nil || !reflect.DeepEqual(d.Cell, r.Cells[1]) || d.Text == "" {
				t.Errorf("the cell of %s: %v", r.Unit.ID, err)
			}
		}
	})
}
