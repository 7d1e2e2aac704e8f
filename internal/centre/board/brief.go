// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Brief is the leader's view of all directives in force: readable in two
// minutes, on one sheet of paper.
type Brief struct {
	Tables []Table
	Counts Counts
	Ranked []Standing // units that can be compared, best first
	Apart  []Standing // those of which too little is seen, the least seen first
	Gaps   []Gap      // measures by how many units lack them
	Says   []Sentence
}

// Gap is a measure that is missing at some units.
type Gap struct {
	Key   string
	Units int
}

// Sentence is one thing the data says, with where it is shown.
type Sentence struct {
	Text string
	Href string
}

// few is how many of the best and of the worst units a page names.
const few = 5

// Best are the first units of the order, at most half of them: those that stand
// better than the last.
func (b Brief) Best() []Standing {
	n := min(few, (len(b.Ranked)+1)/2)
	for n > 0 && b.Ranked[n-1].Score <= b.Ranked[len(b.Ranked)-1].Score {
		n--
	}
	return b.Ranked[:n]
}

// Worst are the last units of the order, the worst first, none of the best: those
// that stand worse than the first.
func (b Brief) Worst() []Standing {
	out := slices.Clone(b.Ranked[len(b.Ranked)-min(few, len(b.Ranked)/2):])
	slices.Reverse(out)
	return slices.DeleteFunc(out, func(s Standing) bool { return s.Score >= b.Ranked[0].Score })
}

// Brief gathers what a leader reads.
func (s *Service) Brief(ctx context.Context) (Brief, error) {
	tables, err := s.InForce(ctx)
	if err != nil {
		return Brief{}, err
	}
	b := Brief{Tables: tables, Gaps: gaps(tables)}
	for _, t := range tables {
		b.Counts = b.Counts.Plus(t.Counts)
	}
	for _, st := range s.Scores(tables) {
		if st.Rank > 0 {
			b.Ranked = append(b.Ranked, st)
		} else {
			b.Apart = append(b.Apart, st)
		}
	}
	b.Says = b.sentences(ctx)
	return b, nil
}

// gaps counts at how many units each measure is missing, the most first.
func gaps(tables []Table) []Gap {
	units := map[string]map[string]bool{}
	for _, t := range tables {
		for _, r := range t.Rows {
			for _, c := range r.Cells {
				if c.unknown() && c.Reading != nil && c.Reading.Grade != measure.Measured {
					if units[c.Reading.Key] == nil {
						units[c.Reading.Key] = map[string]bool{}
					}
					units[c.Reading.Key][r.Unit.ID] = true
				}
			}
		}
	}
	out := make([]Gap, 0, len(units))
	for key, at := range units {
		out = append(out, Gap{key, len(at)})
	}
	slices.SortFunc(out, func(a, b Gap) int { return cmp.Or(b.Units-a.Units, cmp.Compare(a.Key, b.Key)) })
	return out
}

// sentences are the three things to know: what is done, what is late and where,
// and what the figures do not say.
func (b Brief) sentences(ctx context.Context) []Sentence {
	n := func(v int) string { return number(ctx, v) }
	if len(b.Tables) == 0 {
		return nil
	}
	worst := slices.MaxFunc(b.Tables, func(x, y Table) int { return cmp.Compare(x.Counts.Overdue, y.Counts.Overdue) })
	out := []Sentence{{i18n.T(ctx, "board.say.done", n(len(b.Tables)), n(b.Counts.Met), n(b.Counts.Asked), n(b.Counts.Late+b.Counts.Unmet), n(b.Counts.Unknown), n(b.Counts.Pending)), Path + "/scores"}}
	if b.Counts.Overdue == 0 {
		out = append(out, Sentence{i18n.T(ctx, "board.say.nolate"), sheetPath(worst.Sheet.ID)})
	} else {
		unit, most, at := latest(b.Tables)
		late := n(unitsWith(b.Tables, func(c Counts) bool { return c.Overdue > 0 }))
		said := i18n.T(ctx, "board.say.late", n(b.Counts.Overdue), late, unit, n(most), worst.Sheet.name())
		if at > 1 { // nobody is named for what others are as late with
			said = i18n.T(ctx, "board.say.late.many", n(b.Counts.Overdue), late, n(most), n(at), worst.Sheet.name())
		}
		out = append(out, Sentence{said,
			sheetPath(worst.Sheet.ID) + "?" + url.Values{"show": {string(ShowLate)}, "sort": {string(ByLate)}}.Encode()})
	}
	dim := slices.MaxFunc(b.Tables, func(x, y Table) int { return cmp.Compare(x.Counts.Unknown, y.Counts.Unknown) })
	href := sheetPath(dim.Sheet.ID) + "?" + url.Values{"show": {string(ShowUnknown)}}.Encode()
	switch {
	case b.Counts.Unknown == 0 && len(b.Ranked) == 0 && b.Counts.Pending > 0:
		out = append(out, Sentence{i18n.T(ctx, "board.say.notyet"), Path + "/scores"})
	case b.Counts.Unknown == 0:
		out = append(out, Sentence{i18n.T(ctx, "board.say.seen"), Path + "/scores"})
	case len(b.Gaps) == 0:
		out = append(out, Sentence{i18n.T(ctx, "board.say.unissued", n(b.Counts.Unknown)), href})
	default:
		g := b.Gaps[0]
		out = append(out, Sentence{i18n.T(ctx, "board.say.unknown", n(len(b.Apart)), n(len(b.Apart)+len(b.Ranked)), title(ctx, g.Key), n(g.Units), step(ctx, g.Key)), href})
	}
	return out
}

// latest is the unit with the most overdue requirements over all tables, and how
// many units have as many.
func latest(tables []Table) (name string, most, units int) {
	sums := map[string]int{}
	for _, t := range tables {
		for _, r := range t.Rows {
			sums[r.Unit.ID] += r.Counts.Overdue
			if n := sums[r.Unit.ID]; n > most || n == most && n > 0 && i18n.Fold(r.Unit.Name) < i18n.Fold(name) {
				name, most = r.Unit.Name, n
			}
		}
	}
	for _, n := range sums {
		if n == most {
			units++
		}
	}
	return name, most, units
}

// unitsWith counts the units of which some table says so.
func unitsWith(tables []Table, is func(Counts) bool) int {
	found := map[string]bool{}
	for _, t := range tables {
		for _, r := range t.Rows {
			if is(r.Counts) {
				found[r.Unit.ID] = true
			}
		}
	}
	return len(found)
}
