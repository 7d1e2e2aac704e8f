// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
)

// reformed is a sheet of three communes: a and b are merged into c, which is new.
func reformed() board.Sheet {
	heir := []board.Heir{{ID: "c", Name: "Xã Chung"}}
	return board.Sheet{ID: "d", Units: []board.UnitRow{{ID: "a", Name: "Xã Anh", Ended: now.Add(-day), After: heir}, {ID: "b", Name: "Xã Bình", Ended: now.Add(-day), After: heir},
		{ID: "e", Name: "Xã Em"}, {ID: "c", Name: "Xã Chung", Joined: true}},
		Columns: []board.Column{{ID: "c0", Kind: board.Duty, Duty: true, Units: []string{"a", "b", "e"}},
			{ID: "c1", Kind: board.Both, Duty: true, Units: []string{"a", "b", "e"}, Measures: []board.Target{{Key: "av", Op: board.AtLeast, Value: 95}}}}}
}

func dutyOf(unit, column string, state obligation.State, due time.Duration) obligation.Standing {
	s := owed(state, due, due)
	s.ID, s.UnitID, s.ClockID = obligation.ID(unit+column), unit, column+"@"+unit
	return s
}

// TestWhatAMergedUnitLeavesOpenGoesOver: what was done stays where it was done, what
// is open and every condition is asked of the unit in its place, for as many units
// as were asked.
func TestWhatAMergedUnitLeavesOpenGoesOver(t *testing.T) {
	t.Parallel()
	var duties []obligation.Standing
	for _, c := range []string{"c0", "c1"} {
		duties = append(duties, dutyOf("a", c, obligation.Met, -day), dutyOf("b", c, obligation.Open, -day), dutyOf("e", c, obligation.Met, day))
	}
	av := func(unit string, num int64, at time.Time) measure.Reading {
		r := share(num, 100, 100, 100, measure.Measured)
		r.Unit, r.At = unit, at
		return r
	}
	readings := []measure.Reading{av("a", 100, now), av("b", 100, now), av("e", 100, now), av("c", 10, now)}
	table := board.Fill(reformed(), readings, known, duties, now)
	cell := func(unit, column string) board.Cell {
		t.Helper()
		_, _, c, ok := table.Find(unit, column)
		if !ok {
			t.Fatalf("no cell of %s and %s", unit, column)
		}
		return c
	}
	if c := cell("a", "c0"); c.State != board.Met || c.Passage != nil {
		t.Errorf("what a did: %+v", c)
	}
	if c := cell("b", "c0"); c.State != board.Outside || c.Passage == nil || c.Passage.To != "c" {
		t.Errorf("what b left: %+v", c)
	}
	if c := cell("c", "c0"); c.State != board.Late || !c.Late || c.For() != 1 || !slices.Equal(c.Passage.From, []string{"b"}) || c.Duty.UnitID != "b" {
		t.Errorf("what c took over: %+v", c)
	}
	if c := cell("a", "c1"); c.State != board.Outside || c.Passage.To != "c" {
		t.Errorf("a condition of a unit that ended: %+v", c)
	}
	if c := cell("c", "c1"); c.State != board.Late || c.For() != 2 || c.Reading == nil || c.Reading.Unit != "c" {
		t.Errorf("the condition is that of c: %+v", c)
	}
	if n := table.Counts; n.Asked != 6 || n.Met != 3 || n.Overdue != 3 {
		t.Errorf("%+v, want as many as were asked", n)
	}
	// What was counted before the merger does not speak of what came with it.
	table = board.Fill(reformed(), []measure.Reading{av("c", 100, now.Add(-2*day))}, known, []obligation.Standing{dutyOf("a", "c1", obligation.Met, day), dutyOf("b", "c1", obligation.Met, day)}, now)
	if c := cell("c", "c1"); c.State != board.NoData || c.Met {
		t.Errorf("with an old figure: %+v", c)
	}
	if len(board.Debtors(table, "")) != 2 {
		t.Errorf("urged are %+v, want c and e", board.Debtors(table, ""))
	}
}

// TestOfSeveralHeirsNobodyOwes: a split unit, and one that nobody follows, keeps what
// is open, late as it is, its conditions unseen, and nobody is urged for it.
func TestOfSeveralHeirsNobodyOwes(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*board.UnitRow){
		"split":        func(u *board.UnitRow) { u.After = append(u.After, board.Heir{ID: "x", Name: "Xã X"}) },
		"ended":        func(u *board.UnitRow) { u.After = nil },
		"heir unseen":  func(u *board.UnitRow) { u.Unseen = true },
		"heirs unseen": func(u *board.UnitRow) { u.Unseen, u.After = true, nil },
	} {
		sh := reformed()
		change(&sh.Units[0])
		sh.Units = sh.Units[:1]
		good := share(100, 100, 100, 100, measure.Measured)
		table := board.Fill(sh, []measure.Reading{good}, known, []obligation.Standing{dutyOf("a", "c0", obligation.Open, -day), dutyOf("a", "c1", obligation.Met, day)}, now)
		if c := table.Rows[0].Cells; c[0].State != board.Late || c[1].State != board.NoData || c[1].Met {
			t.Errorf("%s: %s and %s", name, c[0].State.Key(), c[1].State.Key())
		}
		if n := table.Counts; n.Asked != 2 || n.Met != 0 || n.Overdue != 1 || n.Unknown != 1 {
			t.Errorf("%s: %+v", name, n)
		}
		if d := board.Debtors(table, ""); len(d) != 0 {
			t.Errorf("%s: urged is %+v", name, d)
		}
	}
}

// TestTheEndOfAUnitImprovesNothing merges, splits and ends units of made-up boards:
// as much is asked as before, no more is met, no less is late or unknown, and no
// points are won. What is measured of a unit in the place of others is the worst of
// what was measured of them.
func TestTheEndOfAUnitImprovesNothing(t *testing.T) {
	t.Parallel()
	formula := board.New(board.Deps{}).Formula()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "units")
		sh := board.Sheet{ID: "d"}
		for i := range n {
			sh.Units = append(sh.Units, board.UnitRow{ID: fmt.Sprint("u", i), Name: fmt.Sprint("Xã ", i)})
		}
		var duties []obligation.Standing
		for j := range rapid.IntRange(1, 3).Draw(t, "columns") {
			c := board.Column{ID: fmt.Sprint("c", j), Kind: rapid.SampledFrom([]board.Kind{board.Condition, board.Both, board.Duty}).Draw(t, "kind"), Units: []string{}}
			if c.Duty = c.Kind != board.Condition; c.Kind != board.Duty {
				c.Measures = []board.Target{{Key: "av", Op: board.AtLeast, Value: 95}}
			}
			if rapid.Bool().Draw(t, "due") {
				c.Due = now.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "day")) * day)
			}
			for _, u := range sh.Units {
				if !rapid.Bool().Draw(t, "asked") {
					continue
				}
				c.Units = append(c.Units, u.ID)
				if c.Duty && rapid.IntRange(0, 9).Draw(t, "given") > 0 {
					duties = append(duties, dutyOf(u.ID, c.ID, rapid.SampledFrom([]obligation.State{obligation.Open, obligation.Met, obligation.Cancelled}).Draw(t, "state"),
						time.Duration(rapid.IntRange(-3, 3).Draw(t, "term"))*day))
				}
			}
			sh.Columns = append(sh.Columns, c)
		}
		worth := map[string]int64{} // of machines in a hundred; -1: nothing seen
		for _, u := range sh.Units {
			worth[u.ID] = rapid.SampledFrom([]int64{-1, 10, 100}).Draw(t, "worth")
		}
		figures := func(sh board.Sheet) (out []measure.Reading) {
			for _, u := range sh.Units {
				if worth[u.ID] >= 0 {
					r := share(worth[u.ID], 100, 100, 100, measure.Measured)
					r.Unit = u.ID
					out = append(out, r)
				}
			}
			return out
		}
		total := func(table board.Table) (points, weight float64) {
			for _, r := range table.Rows {
				for j, c := range r.Cells {
					x := formula.Add(board.Tally{}, table.Columns[j].Kind, c)
					points, weight = points+x.Points, weight+x.Weight
				}
			}
			return points, weight
		}
		before := board.Fill(sh, figures(sh), known, duties, now)
		pointsBefore, weightBefore := total(before)

		after := sh
		after.Units = slices.Clone(sh.Units)
		ends := rapid.IntRange(1, n-1).Draw(t, "ends")
		var heirs []board.Heir
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0: // a new unit
			heirs = []board.Heir{{ID: "new", Name: "Xã Mới"}}
			after.Units = append(after.Units, board.UnitRow{ID: "new", Name: "Xã Mới", Joined: true})
			worth["new"] = 100
		case 1: // one that stands
			heirs = []board.Heir{{ID: after.Units[n-1].ID, Name: after.Units[n-1].Name}}
		case 2: // several
			heirs = []board.Heir{{ID: "x"}, {ID: "y"}}
		}
		for i := range ends {
			after.Units[i].Ended, after.Units[i].After = now.Add(-day), heirs
			if len(heirs) == 1 {
				worth[heirs[0].ID] = min(worth[heirs[0].ID], worth[after.Units[i].ID])
			}
		}
		got := board.Fill(after, figures(after), known, duties, now)
		points, weight := total(got)
		a, b := got.Counts, before.Counts
		if a.Asked != b.Asked || a.Met > b.Met || a.Overdue < b.Overdue || a.Late+a.Unmet+a.Unknown < b.Late+b.Unmet+b.Unknown || a.Seen > b.Seen {
			t.Fatalf("%+v became %+v", b, a)
		}
		if points > pointsBefore+1e-9 && points*weightBefore > pointsBefore*weight+1e-9 {
			t.Fatalf("%v points of %v became %v of %v", pointsBefore, weightBefore, points, weight)
		}
	})
}
