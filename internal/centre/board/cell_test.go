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

var now = time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)

// known are the measures of the tests.
func known(key string) (measure.Measure, bool) {
	m, ok := map[string]measure.Measure{
		"av":    {Key: "av", Unit: measure.Share, Direction: measure.More},
		"sick":  {Key: "sick", Unit: measure.Count, Direction: measure.Less},
		"hours": {Key: "hours", Unit: measure.Hours, Direction: measure.Less},
	}[key]
	return m, ok
}

func share(num, den, seen, expected int64, g measure.Grade) measure.Reading {
	return measure.Reading{Key: "av", Unit: "a", Figure: measure.Figure{Num: num, Den: den, Seen: seen, Expected: expected}, Grade: g, At: now}
}

func said(r measure.Reading, num, den int64) measure.Reading {
	r.Said = &measure.Claim{Num: num, Den: den, By: "Lò Thị Mai", At: now}
	r.Tolerance = 1
	return r
}

func owed(state obligation.State, due, met time.Duration) obligation.Standing {
	s := obligation.Standing{ID: "o", Subject: "d", ClockID: "c", UnitID: "a", State: state, DueAt: now.Add(due), SoonAt: now.Add(due - 24*time.Hour), Evidence: 1}
	if state == obligation.Met {
		s.MetAt = now.Add(met)
	}
	return s
}

const day = 24 * time.Hour

func TestJudge(t *testing.T) {
	t.Parallel()
	av := []board.Target{{Key: "av", Op: board.AtLeast, Value: 95}}
	condition := board.Column{ID: "c", Kind: board.Condition, Measures: av}
	past := condition
	past.Due = now.Add(-day)
	duty := board.Column{ID: "c", Kind: board.Duty, Duty: true}
	both := board.Column{ID: "c", Kind: board.Both, Duty: true, Measures: av}
	few := board.Column{ID: "c", Kind: board.Condition, Measures: []board.Target{{Key: "sick", Op: board.AtMost, Value: 0}}}
	sick := measure.Reading{Key: "sick", Figure: measure.Figure{Num: 3, Seen: 9, Expected: 10}, Grade: measure.Measured}
	for name, c := range map[string]struct {
		column   board.Column
		readings []measure.Reading
		duties   []obligation.Standing
		want     board.State
		met      bool
		late     bool
		differs  bool
	}{
		"a share that reaches its target is met":              {condition, []measure.Reading{share(19, 20, 20, 20, measure.Measured)}, nil, board.Met, true, false, false},
		"one that does not is unmet":                          {condition, []measure.Reading{share(18, 20, 20, 20, measure.Measured)}, nil, board.Unmet, false, false, false},
		"and late when the day has passed":                    {past, []measure.Reading{share(18, 20, 20, 20, measure.Measured)}, nil, board.Late, false, true, false},
		"a condition fails again after it held":               {past, []measure.Reading{share(20, 20, 20, 20, measure.Measured)}, nil, board.Met, true, false, false},
		"no reading is no data":                               {condition, nil, nil, board.NoData, false, false, false},
		"no data after the day is late as well":               {past, nil, nil, board.NoData, false, true, false},
		"too little seen is told":                             {condition, []measure.Reading{share(5, 5, 5, 20, measure.Partial)}, nil, board.TooFew, false, false, false},
		"a share of nothing, all of it seen, asks nothing":    {condition, []measure.Reading{share(0, 0, 1, 1, measure.Measured)}, nil, board.Outside, false, false, false},
		"a claim alone is declared":                           {condition, []measure.Reading{said(share(0, 0, 0, 20, measure.Unseen), 20, 20)}, nil, board.Declared, false, false, false},
		"a graded claim is declared":                          {condition, []measure.Reading{share(20, 20, 0, 20, measure.Declared)}, nil, board.Declared, false, false, false},
		"a claim beside too little is declared":               {condition, []measure.Reading{said(share(5, 5, 5, 20, measure.Partial), 20, 20)}, nil, board.Declared, false, false, false},
		"a claim that data contradicts, still met":            {condition, []measure.Reading{said(share(19, 20, 20, 20, measure.Measured), 20, 20)}, nil, board.Differs, true, false, true},
		"a claim that data contradicts, unmet":                {condition, []measure.Reading{said(share(10, 20, 20, 20, measure.Measured), 20, 20)}, nil, board.Unmet, false, false, true},
		"a claim within a percent agrees":                     {condition, []measure.Reading{said(share(199, 200, 200, 200, measure.Measured), 200, 200)}, nil, board.Met, true, false, false},
		"outside is not asked":                                {condition, []measure.Reading{share(0, 0, 0, 0, measure.Outside)}, nil, board.Outside, false, false, false},
		"a count above its limit":                             {few, []measure.Reading{sick}, nil, board.Unmet, false, false, false},
		"a measure nobody knows is unseen":                    {board.Column{ID: "c", Measures: []board.Target{{Key: "moon"}}}, []measure.Reading{{Key: "moon", Grade: measure.Measured, Figure: measure.Figure{Num: 1, Den: 1}}}, nil, board.NoData, false, false, false},
		"a duty whose time runs":                              {duty, nil, []obligation.Standing{owed(obligation.Open, 3*day, 0)}, board.Doing, false, false, false},
		"a duty that is due soon":                             {duty, nil, []obligation.Standing{owed(obligation.Open, day/2, 0)}, board.Soon, false, false, false},
		"a duty past its day":                                 {duty, nil, []obligation.Standing{owed(obligation.Open, -day, 0)}, board.Late, false, true, false},
		"a duty met in time stays met":                        {duty, nil, []obligation.Standing{owed(obligation.Met, -day, -2*day)}, board.Met, true, false, false},
		"a duty met late stays so":                            {duty, nil, []obligation.Standing{owed(obligation.Met, -2*day, -day)}, board.MetLate, true, false, false},
		"a duty somebody waived is not asked":                 {duty, nil, []obligation.Standing{owed(obligation.Waived, -day, 0)}, board.Outside, false, false, false},
		"a duty never opened is not done":                     {duty, nil, nil, board.NoData, false, false, false},
		"of two duties the worse shows":                       {duty, nil, []obligation.Standing{owed(obligation.Met, -day, -2*day), owed(obligation.Open, -day, 0)}, board.Late, false, true, false},
		"of both the condition that fails shows":              {both, []measure.Reading{share(10, 20, 20, 20, measure.Measured)}, []obligation.Standing{owed(obligation.Met, 2*day, -day)}, board.Unmet, false, false, false},
		"of both the duty that is owed shows":                 {both, []measure.Reading{share(20, 20, 20, 20, measure.Measured)}, []obligation.Standing{owed(obligation.Open, day/2, 0)}, board.Soon, false, false, false},
		"both done is met":                                    {both, []measure.Reading{share(20, 20, 20, 20, measure.Measured)}, []obligation.Standing{owed(obligation.Met, 2*day, -day)}, board.Met, true, false, false},
		"no data shows before a duty whose time runs":         {both, nil, []obligation.Standing{owed(obligation.Open, 3*day, 0)}, board.NoData, false, false, false},
		"a duty late shows before no data":                    {both, nil, []obligation.Standing{owed(obligation.Open, -day, 0)}, board.Late, false, true, false},
		"a condition that is outside leaves the duty to show": {both, []measure.Reading{share(0, 0, 0, 0, measure.Outside)}, []obligation.Standing{owed(obligation.Met, 2*day, -day)}, board.Met, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reading := func(key string) *measure.Reading {
				for i := range c.readings {
					if c.readings[i].Key == key {
						return &c.readings[i]
					}
				}
				return nil
			}
			got := board.Judge(c.column, "a", reading, known, c.duties, now)
			if got.State != c.want || got.Met != c.met || got.Late != c.late || got.Differs != c.differs {
				t.Errorf("%s met %v late %v differs %v, want %s %v %v %v", got.State.Key(), got.Met, got.Late, got.Differs, c.want.Key(), c.met, c.late, c.differs)
			}
		})
	}
}

// world draws a sheet with what is true of it.
func world(t *rapid.T) (board.Sheet, []measure.Reading, []obligation.Standing) {
	sh := board.Sheet{ID: "d"}
	keys := []string{"av", "sick", "hours"}
	for i := range rapid.IntRange(1, 5).Draw(t, "columns") {
		c := board.Column{ID: fmt.Sprint("c", i), Kind: rapid.SampledFrom(board.Kinds()).Draw(t, "kind")}
		if c.Kind == board.Condition || c.Kind == board.Both {
			for _, k := range keys[:rapid.IntRange(1, 3).Draw(t, "measures")] {
				c.Measures = append(c.Measures, board.Target{Key: k, Op: rapid.SampledFrom([]board.Op{board.AtLeast, board.AtMost}).Draw(t, "op"),
					Value: float64(rapid.IntRange(0, 100).Draw(t, "limit"))})
			}
		}
		c.Duty = c.Kind != board.Condition
		if rapid.Bool().Draw(t, "dated") {
			c.Due = now.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "due")) * day)
		}
		sh.Columns = append(sh.Columns, c)
	}
	var readings []measure.Reading
	var duties []obligation.Standing
	for i := range rapid.IntRange(1, 6).Draw(t, "units") {
		u := board.UnitRow{ID: fmt.Sprint("u", i), Name: fmt.Sprint("Đơn vị ", i)}
		sh.Units = append(sh.Units, u)
		for _, k := range keys {
			seen := rapid.Int64Range(1, 20).Draw(t, "seen")
			den := rapid.Int64Range(0, 20).Draw(t, "den")
			r := measure.Reading{Key: k, Unit: u.ID, Figure: measure.Figure{Num: rapid.Int64Range(0, max(den, 1)).Draw(t, "num"), Den: den, Seen: seen, Expected: 20},
				Grade: rapid.SampledFrom([]measure.Grade{measure.Measured, measure.Measured, measure.Measured, measure.Partial, measure.Unseen, measure.Outside}).Draw(t, "grade")}
			if rapid.Bool().Draw(t, "says") {
				r = said(r, rapid.Int64Range(0, 20).Draw(t, "said"), 20)
			}
			readings = append(readings, r)
		}
		for _, c := range sh.Columns {
			if c.Duty && rapid.IntRange(0, 5).Draw(t, "owes") > 0 {
				s := owed(rapid.SampledFrom(obligation.States()).Draw(t, "state"), time.Duration(rapid.IntRange(-5, 5).Draw(t, "term"))*day,
					time.Duration(rapid.IntRange(-5, 0).Draw(t, "met"))*day)
				s.UnitID, s.ClockID = u.ID, c.ID
				duties = append(duties, s)
			}
		}
	}
	return sh, readings, duties
}

// TestTakingAReadingAwayImprovesNothing takes one measured figure away, in the
// three ways it can go, and looks at every cell, total, rank and score.
func TestTakingAReadingAwayImprovesNothing(t *testing.T) {
	t.Parallel()
	f, err := board.ReadFormula([]byte(`{version: t, weights: {measure: 3, both: 4, obligation: 2, evidence: 1, person: 1}, points: {met: 1, metlate: 0.7, unmet: 0.1}, late: 0.25, coverage: 60}`))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		sh, readings, duties := world(t)
		before := board.Fill(sh, readings, known, duties, now)
		at := rapid.IntRange(0, len(readings)-1).Draw(t, "taken")
		if readings[at].Grade != measure.Measured {
			return
		}
		less := slices.Clone(readings)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			less[at].Grade, less[at].Figure = measure.Unseen, measure.Figure{Expected: readings[at].Expected}
		case 1:
			less[at].Grade, less[at].Figure.Seen = measure.Partial, 1
		default:
			less = slices.Delete(less, at, at+1)
		}
		after := board.Fill(sh, less, known, duties, now)
		for i, r := range after.Rows {
			for j, c := range r.Cells {
				was := before.Rows[i].Cells[j]
				if c.Met && !was.Met || was.Late && !c.Late || c.Seen && !was.Seen || c.State == board.Outside && was.State != board.Outside {
					t.Fatalf("cell %s/%s: %+v became %+v", c.Unit, c.Column, was, c)
				}
			}
			no(t, "row "+r.Unit.ID, before.Rows[i].Counts, r.Counts)
		}
		for j, total := range after.Totals {
			was := before.Totals[j]
			no(t, "column", was.Counts, total.Counts)
			v, ok := total.Value()
			if old, had := was.Value(); ok && (!had || v != old) {
				t.Fatalf("the sum of column %d became %v, was %v %v", j, v, old, had)
			}
		}
		no(t, "all", before.Counts, after.Counts)
		taken := readings[at].Unit
		old, new := standingOf(f, before, taken), standingOf(f, after, taken)
		if new.Rank > 0 && (old.Rank == 0 || new.Rank < old.Rank) {
			t.Fatalf("%s was rank %d, is %d", taken, old.Rank, new.Rank)
		}
		if new.Score > old.Score && old.Weight > 0 || new.Coverage() > old.Coverage() && old.Weight > 0 {
			t.Fatalf("%s scored %+v, scores %+v", taken, old, new)
		}
	})
}

// no holds that nothing counts better. More may be asked: what was seen to be
// nothing asks nothing, until it is not seen.
func no(t *rapid.T, what string, was, is board.Counts) {
	t.Helper()
	if is.Met > was.Met || is.Overdue < was.Overdue || is.Seen > was.Seen || is.Asked < was.Asked || is.Asked-is.Met < was.Asked-was.Met {
		t.Fatalf("%s improved: %+v became %+v", what, was, is)
	}
	if is.Met+is.Late+is.Unmet+is.Unknown+is.Pending != is.Asked {
		t.Fatalf("%s does not add up: %+v", what, is)
	}
}

func standingOf(f board.Formula, t board.Table, unit string) board.Standing {
	sums := map[string]board.Tally{}
	var units []board.UnitRow
	for _, r := range t.Rows {
		units = append(units, r.Unit)
		for j, c := range r.Cells {
			sums[r.Unit.ID] = f.Add(sums[r.Unit.ID], t.Columns[j].Kind, c)
		}
	}
	for _, s := range f.Rank(sums, units) {
		if s.Unit.ID == unit {
			return s
		}
	}
	return board.Standing{}
}

// TestNothingSeenIsNeverANumber fills a board from nothing at all: no value, no
// rank, nothing met.
func TestNothingSeenIsNeverANumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sh, _, _ := world(t)
		table := board.Fill(sh, nil, known, nil, now)
		for _, r := range table.Rows {
			for _, c := range r.Cells {
				if v, ok := c.Value(); ok || c.Met || c.State != board.NoData {
					t.Fatalf("%+v shows %v", c, v)
				}
			}
		}
		for _, total := range table.Totals {
			if v, ok := total.Value(); ok {
				t.Fatalf("a sum of nothing shows %v", v)
			}
		}
	})
}

func TestSumsAreOfFieldsAndNeverMeans(t *testing.T) {
	t.Parallel()
	sh := board.Sheet{ID: "d", Columns: []board.Column{{ID: "c", Kind: board.Condition, Measures: []board.Target{{Key: "av", Op: board.AtLeast, Value: 90}}}},
		Units: []board.UnitRow{{ID: "a"}, {ID: "b"}, {ID: "x"}}}
	a, b := share(1, 1, 1, 1, measure.Measured), share(0, 99, 99, 100, measure.Measured)
	b.Unit = "b"
	x := measure.Reading{Key: "av", Unit: "x", Grade: measure.Outside}
	got := board.Fill(sh, []measure.Reading{a, b, x}, known, nil, now)
	if v, ok := got.Totals[0].Value(); !ok || v != 1 || got.Totals[0].Figure != (measure.Figure{Num: 1, Den: 100, Seen: 100, Expected: 101}) {
		t.Errorf("%v %v of %+v", v, ok, got.Totals[0])
	}
	if c := got.Totals[0].Counts; c.Asked != 2 || c.Met != 1 || c.Unmet != 1 {
		t.Errorf("%+v", c)
	}
	b.Grade = measure.Partial
	got = board.Fill(sh, []measure.Reading{a, b, x}, known, nil, now)
	if v, ok := got.Totals[0].Value(); ok || got.Totals[0].Grade != measure.Partial {
		t.Errorf("a sum that lacks a unit shows %v", v)
	}
}

func TestNarrow(t *testing.T) {
	t.Parallel()
	sh := board.Sheet{ID: "d", Columns: []board.Column{
		{ID: "c", Kind: board.Condition, Measures: []board.Target{{Key: "av", Op: board.AtLeast, Value: 90}}},
		{ID: "e", Kind: board.Duty, Duty: true, Units: []string{"b"}}},
		Units: []board.UnitRow{{ID: "a", Name: "Sở Y tế", Kind: "so", KindLabel: "Sở"}, {ID: "b", Name: "UBND xã Bản Mẫu", Kind: "xa", KindLabel: "Xã"},
			{ID: "z", Name: "UBND xã Đồi", Kind: "xa", KindLabel: "Xã"}}}
	late := owed(obligation.Open, -day, 0)
	late.UnitID, late.ClockID = "b", "e@b"
	table := board.Fill(sh, []measure.Reading{share(9, 10, 10, 10, measure.Measured)}, known, []obligation.Standing{late}, now)
	names := func(f board.Filter) (out []string, columns int) {
		n := table.Narrow(f, known)
		for _, r := range n.Rows {
			out = append(out, r.Unit.ID)
			if len(r.Cells) != len(n.Columns) || len(n.Totals) != len(n.Columns) {
				t.Errorf("%d cells, %d totals, %d columns", len(r.Cells), len(n.Totals), len(n.Columns))
			}
		}
		return out, len(n.Columns)
	}
	for name, c := range map[string]struct {
		f       board.Filter
		want    []string
		columns int
	}{
		"all, by kind":    {board.Filter{}, []string{"a", "b", "z"}, 2},
		"latest first":    {board.Filter{Sort: board.ByLate}, []string{"b", "z", "a"}, 2},
		"by name":         {board.Filter{Sort: board.ByName}, []string{"a", "b", "z"}, 2},
		"of a kind":       {board.Filter{Kind: "so"}, []string{"a"}, 2},
		"by words":        {board.Filter{Query: "doi"}, []string{"z"}, 2},
		"not met":         {board.Filter{Show: board.ShowUnmet}, []string{"b"}, 1},
		"late":            {board.Filter{Show: board.ShowLate}, []string{"b"}, 1},
		"nothing seen":    {board.Filter{Show: board.ShowUnknown}, []string{"b", "z"}, 1},
		"claims that lie": {board.Filter{Show: board.ShowDiffers}, nil, 0},
	} {
		if got, columns := names(c.f); !slices.Equal(got, c.want) || columns != c.columns {
			t.Errorf("%s: %v and %d columns, want %v and %d", name, got, columns, c.want, c.columns)
		}
	}
	if table.Rows[0].Cells[1].State != board.Outside || table.Rows[1].Cells[1].State != board.Late {
		t.Errorf("a column of one unit: %+v", table.Rows[0].Cells[1])
	}
	if len(table.Columns) != 2 || table.Rows[0].Unit.ID != "a" {
		t.Error("narrowing changed the table")
	}
}

func TestFormulaRefusesWhatHelpsTheUnseen(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no weight":          `{version: "1", weights: {measure: 3}, points: {met: 1}}`,
		"a kind more":        `{version: "1", weights: {measure: 3, both: 4, obligation: 2, evidence: 1, person: 1, moon: 1}, points: {met: 1}}`,
		"not met above met":  `{version: "1", weights: {measure: 3, both: 4, obligation: 2, evidence: 1, person: 1}, points: {met: 0.1, metlate: 0.2, unmet: 0.3}}`,
		"a bonus for late":   `{version: "1", weights: {measure: 3, both: 4, obligation: 2, evidence: 1, person: 1}, points: {met: 1}, late: -1}`,
		"points for unseen":  `{version: "1", weights: {measure: 3, both: 4, obligation: 2, evidence: 1, person: 1}, points: {met: 1, unseen: 0.5}}`,
		"not a number":       `{version: "1", weights: {measure: .nan, both: 4, obligation: 2, evidence: 1, person: 1}, points: {met: 1}}`,
		"without a version":  `{weights: {measure: 3, both: 4, obligation: 2, evidence: 1, person: 1}, points: {met: 1}}`,
		"no formula at all ": ``,
	} {
		if f, err := board.ReadFormula([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
