// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// TestScoresStandOnPages turns, narrows and orders the scores of 120 units: every unit
// stands on one page, its rank is the one it has among all, and the export is whole.
func TestScoresStandOnPages(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...), invent(6, 120, 2))
	b := h.browse(t, auth.Centre, "root")
	tables, err := h.Service.InForce(as(t.Context(), auth.Centre, "root"))
	if err != nil {
		t.Fatal(err)
	}
	all := h.Scores(tables)
	rows := func(page string) (ids []string) {
		for _, part := range strings.Split(page, `href="/boards/units/`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if len(ids) == 0 || ids[len(ids)-1] != id {
				ids = append(ids, id)
			}
		}
		return ids
	}
	var seen []string
	for _, at := range []string{"", "?page=2", "?page=3"} {
		page := b.get("/boards/scores"+at, 200)
		b.says(page, "120")
		seen = append(seen, rows(page)...)
	}
	want := make([]string, len(all))
	for n, s := range all {
		want[n] = s.Unit.ID
	}
	if !slices.Equal(seen, want) {
		t.Errorf("%d units stand on the pages, want %d in the order of ranks", len(seen), len(want))
	}
	if got := rows(b.get("/boards/scores?page=all", 200)); !slices.Equal(got, want) {
		t.Errorf("all of it shows %d", len(got))
	}
	count := func(keep func(board.Standing) bool) (n int) {
		for _, s := range all {
			if keep(s) {
				n++
			}
		}
		return n
	}
	for query, keep := range map[string]func(board.Standing) bool{
		"show=ranked": func(s board.Standing) bool { return s.Rank > 0 },
		"show=apart":  func(s board.Standing) bool { return s.Rank == 0 },
		"kind=so":     func(s board.Standing) bool { return s.Unit.Kind == "so" },
		"q=ban+mau+11": func(s board.Standing) bool {
			return strings.Contains(s.Unit.Name, "Bản Mẫu") && strings.Contains(s.Unit.Name, "11")
		},
		"kind=so&show=ranked":   func(s board.Standing) bool { return s.Unit.Kind == "so" && s.Rank > 0 },
		"q=kh%C3%B4ng+c%C3%B3":  func(board.Standing) bool { return false },
		"show=x&sort=x&page=-1": func(board.Standing) bool { return true },
	} {
		n := count(keep)
		if got := rows(b.get("/boards/scores?page=all&"+query, 200)); query != "show=x&sort=x&page=-1" && len(got) != n {
			t.Errorf("%s shows %d, want %d", query, len(got), n)
		}
		if csv := b.get("/boards/scores.csv?page=2&"+query, 200); strings.Count(csv, "\n") != n+1 {
			t.Errorf("%s exports %d lines, want %d", query, strings.Count(csv, "\n"), n+1)
		}
	}
	for sort, ordered := range map[board.Sort]func(a, b board.Standing) bool{
		board.ByLate:     func(a, b board.Standing) bool { return a.Counts.Overdue >= b.Counts.Overdue },
		board.ByCoverage: func(a, b board.Standing) bool { return a.Coverage() <= b.Coverage() },
		board.ByUnknown:  func(a, b board.Standing) bool { return a.Counts.Unknown >= b.Counts.Unknown },
		board.ByName:     func(a, b board.Standing) bool { return a.Unit.Name <= b.Unit.Name },
	} {
		list := board.ScoreFilter{Sort: sort}.Narrow(all)
		for n := 1; n < len(list); n++ {
			if !ordered(list[n-1], list[n]) {
				t.Errorf("by %s %s stands before %s", sort, list[n-1].Unit.Name, list[n].Unit.Name)
				break
			}
		}
		for _, s := range list {
			if s.Rank != all[slices.Index(want, s.Unit.ID)].Rank {
				t.Errorf("by %s %s has the rank %d", sort, s.Unit.Name, s.Rank)
			}
		}
		b.says(b.get("/boards/scores?sort="+string(sort), 200), "aria-sort")
	}
}
