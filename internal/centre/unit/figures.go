// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Years are the figures of a unit and of those before it, this year's and last
// year's side by side, told both ways (design.md §8.5). Rows follow the units,
// columns the figures.
type Years struct {
	Unit      Unit
	Last      int // the year before This
	This      int // this year, up to now
	Keys      []string
	AsThen    []FigureRow // each unit under the name it had, for its own time
	AsNow     []FigureRow // everything under the unit that answers for it today
	TotalThen []Pair      // of AsThen, by Keys
	TotalNow  []Pair      // of AsNow, by Keys; always equal to TotalThen
}

// Pair is one figure in two years.
type Pair struct{ Last, This int64 }

// Unseen are the words on how little a figure rests on in two years, see
// Figure.
type Unseen struct{ Last, This string }

// FigureRow is the figures of one unit.
type FigureRow struct {
	Unit   Unit     // in AsThen as it was called at its end, or today
	Shared bool     // split into several: nobody alone answers for its past
	Of     []ID     // units it sums up
	Values []Pair   // by Keys
	Unseen []Unseen // by Keys
}

// Years gathers the figures of a unit and its predecessors, not of the units
// below it. Every event is one unit's, that which had the address, or in whose
// name it stands, at its own time; so both tellings add up to the same.
func (s *Service) Years(ctx context.Context, id ID) (Years, error) {
	const op = "unit.Years"
	l, err := s.Lineage(ctx, id)
	if err != nil {
		return Years{}, err
	}
	y := Years{Unit: l.Unit, This: s.today().Year}
	y.Last = y.This - 1
	family := []Unit{l.Unit}
	for _, k := range l.Predecessors {
		family = append(family, k.Unit)
	}
	ids := make([]ID, len(family))
	for i, u := range family {
		ids[i] = u.ID
	}
	values, unseen := map[ID]map[string]Pair{}, map[ID]map[string]Unseen{}
	for _, year := range []int{y.Last, y.This} {
		if err := s.addYear(ctx, &y, values, unseen, ids, year); err != nil {
			return Years{}, db.Error(op, err)
		}
	}
	past, err := pastOf(ctx, s.db.Read(), ids)
	if err != nil {
		return Years{}, db.Error(op, err)
	}
	for _, u := range family {
		row := FigureRow{Unit: u, Of: []ID{u.ID}}
		if !u.ValidTo.IsZero() {
			row.Unit = u.on(u.ValidTo, past[u.ID])
		}
		row.Values = y.row(values[u.ID])
		for _, key := range y.Keys {
			row.Unseen = append(row.Unseen, unseen[u.ID][key])
		}
		y.AsThen = append(y.AsThen, row)
	}
	y.AsNow = today(family, y.AsThen)
	y.TotalThen, y.TotalNow = sum(y.AsThen, len(y.Keys)), sum(y.AsNow, len(y.Keys))
	return y, nil
}

// addYear asks for the figures of one year.
func (s *Service) addYear(ctx context.Context, y *Years, values map[ID]map[string]Pair, unseen map[ID]map[string]Unseen, ids []ID, year int) error {
	if s.Figures == nil {
		return nil
	}
	from := calendar.Date{Year: year, Month: time.January, Day: 1}
	list, err := s.Figures(ctx, ids, from.Start(), calendar.Date{Year: year + 1, Month: time.January, Day: 1}.Start())
	for _, f := range list {
		if !slices.Contains(y.Keys, f.Key) {
			y.Keys = append(y.Keys, f.Key)
		}
		if values[f.Unit] == nil {
			values[f.Unit], unseen[f.Unit] = map[string]Pair{}, map[string]Unseen{}
		}
		p, u := values[f.Unit][f.Key], unseen[f.Unit][f.Key]
		if year == y.Last {
			p.Last, u.Last = p.Last+f.N, f.Unseen
		} else {
			p.This, u.This = p.This+f.N, f.Unseen
		}
		values[f.Unit][f.Key], unseen[f.Unit][f.Key] = p, u
	}
	return err
}

// row lays values out in the order of the keys.
func (y Years) row(values map[string]Pair) []Pair {
	out := make([]Pair, len(y.Keys))
	for i, key := range y.Keys {
		out[i] = values[key]
	}
	return out
}

// today sums rows up under the unit that answers for them now: the last of the
// chain of single successors within the family. A unit with several successors
// stays for itself, since its past is each one's and no one's alone.
func today(family []Unit, rows []FigureRow) []FigureRow {
	byID := map[ID]Unit{}
	for _, u := range family {
		byID[u.ID] = u
	}
	heir := func(u Unit) Unit {
		for len(u.SuccessorIDs) == 1 {
			next, ok := byID[u.SuccessorIDs[0]]
			if !ok {
				break
			}
			u = next
		}
		return u
	}
	var out []FigureRow
	for i, row := range rows {
		to := heir(family[i])
		at := slices.IndexFunc(out, func(r FigureRow) bool { return r.Unit.ID == to.ID })
		if at < 0 {
			at = len(out)
			out = append(out, FigureRow{Unit: to, Shared: len(to.SuccessorIDs) > 1, Values: make([]Pair, len(row.Values)), Unseen: make([]Unseen, len(row.Values))})
		}
		out[at].Of = append(out[at].Of, row.Of...)
		for n, v := range row.Values {
			out[at].Values[n].Last += v.Last
			out[at].Values[n].This += v.This
			out[at].Unseen[n] = out[at].Unseen[n].or(row.Unseen[n])
		}
	}
	return out
}

// or keeps what is said of either: a sum rests on all its parts.
func (u Unseen) or(o Unseen) Unseen { return Unseen{cmp.Or(u.Last, o.Last), cmp.Or(u.This, o.This)} }

// unseen puts together what is said of the rows of a table.
func unseen(rows []FigureRow, n int) []Unseen {
	out := make([]Unseen, n)
	for _, r := range rows {
		for i, u := range r.Unseen {
			out[i] = out[i].or(u)
		}
	}
	return out
}

func sum(rows []FigureRow, n int) []Pair {
	out := make([]Pair, n)
	for _, r := range rows {
		for i, v := range r.Values {
			out[i].Last += v.Last
			out[i].This += v.This
		}
	}
	return out
}
