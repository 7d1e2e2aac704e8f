// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// found is a row as the readers below ask for it, with the day's count.
type found struct {
	Measure  string  `bun:"measure"`
	Unit     string  `bun:"unit_id"`
	Day      string  `bun:"day"`
	Run      string  `bun:"run_id"`
	Counted  db.Time `bun:"counted_at"`
	Earlier  bool    `bun:"earlier"` // the day it is compared with
	Num      int64   `bun:"num"`
	Den      int64   `bun:"den"`
	Seen     int64   `bun:"seen"`
	Expected int64   `bun:"expected"`
}

func (f found) figure() Figure { return Figure{f.Num, f.Den, f.Seen, f.Expected} }

type place struct{ key, unit string }

// Readings are the newest figures of units' own records, for each key in the order
// of the catalogue and each unit. No keys stand for all measures. Units out of the
// actor's scope are left out; without units those of the scope are read of which
// anything was expected. A unit of which a measure expects nothing is Outside.
func (s *Service) Readings(ctx context.Context, keys []string, units []string) ([]Reading, error) {
	return s.read(ctx, "measure.Readings", keys, units, calendar.Date{}, false)
}

// Sums are Readings of units together with the units below them: figures and
// coverage are added, never averaged. What the units declare is not added up.
// Without units the sums of the highest units of the scope are given.
func (s *Service) Sums(ctx context.Context, keys []string, units []string) ([]Reading, error) {
	return s.read(ctx, "measure.Sums", keys, units, calendar.Date{}, true)
}

// At are Readings as they stand of a day: of a day gone by they stay as they were
// unless somebody had it counted anew. Before that day was first counted the
// grade is Outside and At is zero.
func (s *Service) At(ctx context.Context, keys []string, units []string, day calendar.Date) ([]Reading, error) {
	return s.read(ctx, "measure.At", keys, units, day, false)
}

// Sum is one measure of several units together, added field by field, with what
// it was before; units out of scope, and those of which nothing is expected, add
// nothing. Without units all of the scope are added.
func (s *Service) Sum(ctx context.Context, key string, units []string) (Reading, error) {
	list, err := s.Readings(ctx, []string{key}, units)
	if err != nil {
		return Reading{}, err
	}
	m, err := s.one("measure.Sum", key)
	if err != nil {
		return Reading{}, err
	}
	return s.Add(m, list), nil
}

// Add is the reading of several units' readings of m together. It stands for all
// of them only as far as their coverage goes: earlier figures are added where all
// of them are known.
func (s *Service) Add(m Measure, list []Reading) Reading {
	out := Reading{Key: m.Key, Tolerance: s.tolerance()}
	before, known := Figure{}, true
	for _, r := range list {
		if r.Grade == Outside {
			continue
		}
		out.Figure = out.Figure.Add(r.Figure)
		if r.At.After(out.At) {
			out.At, out.Day, out.Run = r.At, r.Day, r.Run
		}
		if r.Before == nil {
			known = false
		} else {
			before = before.Add(*r.Before)
		}
	}
	out.Grade = gradeOf(out.Figure, s.Least(m), false)
	if known && before.Expected > 0 {
		out.Before = &before
	}
	return out
}

func (s *Service) read(ctx context.Context, op string, keys, units []string, day calendar.Date, below bool) ([]Reading, error) {
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	keys = s.known(keys)
	if len(keys) == 0 {
		return nil, nil
	}
	q := s.Records.Read()
	if units == nil && below {
		units = scope.Roots()
	}
	if units != nil {
		if units, err = within(ctx, q, scope, units); err != nil || len(units) == 0 {
			return nil, err
		}
	}
	var rows []found
	if day.IsZero() && !below {
		rows, err = s.newest(ctx, op, scope, keys, units)
	} else {
		rows, err = s.rows(ctx, op, scope, keys, units, day, below)
	}
	if err != nil {
		return nil, err
	}
	claims := map[place]*Claim{}
	if !below && day.IsZero() {
		if claims, err = claimsOf(ctx, q, scope, keys, units); err != nil {
			return nil, err
		}
	}
	now, before := make(map[place]found, len(rows)), make(map[place]Figure, len(rows)/2)
	for _, r := range rows {
		at := place{r.Measure, r.Unit}
		if r.Earlier {
			before[at] = r.figure()
			continue
		}
		now[at] = r
	}
	list := units
	if list == nil {
		for at := range now {
			list = append(list, at.unit)
		}
		slices.Sort(list)
		list = slices.Compact(list)
	}
	tolerance, days := s.tolerance(), map[string]calendar.Date{}
	out := make([]Reading, 0, len(keys)*len(list))
	for _, key := range keys {
		least := s.Least(s.measures[key])
		for _, unit := range list {
			at := place{key, unit}
			r := Reading{Key: key, Unit: unit, Grade: Outside, Tolerance: tolerance}
			if f, ok := now[at]; ok {
				r.Figure, r.At, r.Run, r.Said = f.figure(), f.Counted.Time, f.Run, claims[at]
				r.Grade = gradeOf(r.Figure, least, r.Said != nil)
				if r.Day, ok = days[f.Day]; !ok {
					if r.Day, err = calendar.ParseDate(f.Day); err != nil {
						return nil, err
					}
					days[f.Day] = r.Day
				}
			}
			if b, ok := before[at]; ok && gradeOf(b, least, false) == Measured {
				r.Before = &b
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// within are those of units that lie in the scope, each once, in their order.
func within(ctx context.Context, q bun.IDB, scope auth.Scope, units []string) ([]string, error) {
	if len(units) == 0 {
		return nil, nil
	}
	var in []string
	err := scope.Filter(q.NewSelect().TableExpr("unit_closure AS k").ColumnExpr("DISTINCT k.descendant").Where("k.descendant IN (?)", bun.List(units)), "k.descendant").Scan(ctx, &in)
	if err != nil {
		return nil, db.Error("measure.within", err)
	}
	known := make(map[string]bool, len(in))
	for _, id := range in {
		known[id] = true
	}
	var out []string
	for _, id := range units {
		if known[id] {
			out = append(out, id)
			known[id] = false
		}
	}
	return out, nil
}

// rows reads figures in one statement: of the newest day of each measure and of
// the one it is compared with, or of the day that is asked for.
func (s *Service) rows(ctx context.Context, op string, scope auth.Scope, keys, units []string, day calendar.Date, below bool) ([]found, error) {
	q := s.Records.Read().NewSelect()
	if day.IsZero() {
		q = q.TableExpr("measure_state AS s").Join("JOIN measure_row AS r ON r.measure = s.measure AND r.day IN (s.day, s.before_day)").
			ColumnExpr("r.measure, r.day <> s.day AS earlier, r.day, s.run_id, s.counted_at").Where("s.measure IN (?)", bun.List(keys))
	} else {
		q = q.TableExpr("measure_day AS d").Join("JOIN measure_row AS r ON r.measure = d.measure AND r.day = d.day").
			ColumnExpr("r.measure, 1 = 0 AS earlier, r.day, d.run_id, d.counted_at").Where("d.measure IN (?)", bun.List(keys)).Where("d.day = ?", day.String())
	}
	if below {
		q = q.Join("JOIN unit_closure AS k ON k.descendant = r.unit_id").Where("k.ancestor IN (?)", bun.List(units)).
			GroupExpr("k.ancestor, r.measure, r.day, s.day, s.run_id, s.counted_at").
			ColumnExpr("k.ancestor AS unit_id, SUM(r.num) AS num, SUM(r.den) AS den, SUM(r.seen) AS seen, SUM(r.expected) AS expected")
	} else {
		q = q.ColumnExpr("r.unit_id, r.num, r.den, r.seen, r.expected")
		if units != nil {
			q = q.Where("r.unit_id IN (?)", bun.List(units))
		}
	}
	var rows []found
	err := scope.Filter(q, "r.unit_id").Scan(ctx, &rows)
	return rows, db.Error(op, err)
}

// newest is rows of the newest days of single units, which a board asks for by the
// ten thousand: read column by column, which takes half the time.
func (s *Service) newest(ctx context.Context, op string, scope auth.Scope, keys, units []string) (out []found, err error) {
	states, err := statesOf(ctx, s.Records, keys)
	if err != nil {
		return nil, err
	}
	q := s.Records.Read().NewSelect().TableExpr("measure_state AS s").Join("JOIN measure_row AS r ON r.measure = s.measure AND r.day IN (s.day, s.before_day)").
		ColumnExpr("r.measure, r.unit_id, r.day, r.num, r.den, r.seen, r.expected").Where("s.measure IN (?)", bun.List(keys))
	if units != nil {
		q = q.Where("r.unit_id IN (?)", bun.List(units))
	}
	rows, err := scope.Filter(q, "r.unit_id").Rows(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	defer func() { err = errors.Join(err, db.Error(op, rows.Close())) }()
	words := map[string]string{} // each text once
	word := func(raw []byte) string {
		w, ok := words[string(raw)]
		if !ok {
			w = string(raw)
			words[w] = w
		}
		return w
	}
	var key, unit, day sql.RawBytes
	for rows.Next() {
		var f found
		if err := rows.Scan(&key, &unit, &day, &f.Num, &f.Den, &f.Seen, &f.Expected); err != nil {
			return nil, db.Error(op, err)
		}
		f.Measure, f.Unit, f.Day = word(key), word(unit), word(day)
		st := states[f.Measure]
		f.Run, f.Counted, f.Earlier = st.Run, st.Counted, f.Day != st.Day
		out = append(out, f)
	}
	return out, db.Error(op, rows.Err())
}

func claimsOf(ctx context.Context, q bun.IDB, scope auth.Scope, keys, units []string) (map[place]*Claim, error) {
	var rows []claimRow
	sel := q.NewSelect().Model(&rows).Where("c.current").Where("c.measure IN (?)", bun.List(keys))
	if units != nil {
		sel = sel.Where("c.unit_id IN (?)", bun.List(units))
	}
	out := map[place]*Claim{}
	if err := scope.Filter(sel, "c.unit_id").Scan(ctx, &rows); err != nil {
		return nil, db.Error("measure.claimsOf", err)
	}
	for _, r := range rows {
		c := r.claim()
		out[place{r.Measure, r.Unit}] = &c
	}
	return out, nil
}

// Point is a day of a trend.
type Point struct {
	Day   calendar.Date
	Grade Grade
	Figure
	At  time.Time // when it was counted
	Run string
}

// Trend are the counted days of a measure of one unit in from..to, both included,
// the oldest first: of the unit alone, or with those below it. Days that were not
// counted are left out. The unit must lie in the actor's scope, else it is
// fault.NotFound.
func (s *Service) Trend(ctx context.Context, key, unit string, from, to calendar.Date) ([]Point, error) {
	return s.trend(ctx, key, unit, from, to, false)
}

// TrendSum is Trend of the unit with the units below it.
func (s *Service) TrendSum(ctx context.Context, key, unit string, from, to calendar.Date) ([]Point, error) {
	return s.trend(ctx, key, unit, from, to, true)
}

// TrendScope is Trend of all units in the actor's scope together.
func (s *Service) TrendScope(ctx context.Context, key string, from, to calendar.Date) ([]Point, error) {
	const op = "measure.TrendScope"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	m, err := s.one(op, key)
	if err != nil {
		return nil, err
	}
	where, args := scope.Where("r.unit_id")
	return s.points(ctx, op, m, from, to, where, args...)
}

func (s *Service) trend(ctx context.Context, key, unit string, from, to calendar.Date, below bool) ([]Point, error) {
	const op = "measure.Trend"
	m, scope, err := s.seen(ctx, op, key, unit)
	if err != nil {
		return nil, err
	}
	if !below {
		return s.points(ctx, op, m, from, to, "r.unit_id = ?", unit)
	}
	where, args := scope.Where("r.unit_id")
	return s.points(ctx, op, m, from, to, "r.unit_id IN (SELECT k.descendant FROM unit_closure AS k WHERE k.ancestor = ?) AND "+where, append([]any{unit}, args...)...)
}

// points are the counted days of m over the rows r that the condition narrows to.
func (s *Service) points(ctx context.Context, op string, m Measure, from, to calendar.Date, where string, args ...any) ([]Point, error) {
	var rows []found
	err := s.Records.Read().NewSelect().TableExpr("measure_day AS d").ColumnExpr("d.day, MAX(d.run_id) AS run_id, MAX(d.counted_at) AS counted_at").
		ColumnExpr("COALESCE(SUM(r.num), 0) AS num, COALESCE(SUM(r.den), 0) AS den, COALESCE(SUM(r.seen), 0) AS seen, COALESCE(SUM(r.expected), 0) AS expected").
		Join("LEFT JOIN measure_row AS r ON r.measure = d.measure AND r.day = d.day AND "+where, args...).
		Where("d.measure = ?", m.Key).Where("d.day >= ?", from.String()).Where("d.day <= ?", to.String()).GroupExpr("d.day").OrderExpr("d.day").Scan(ctx, &rows)
	if err != nil {
		return nil, db.Error(op, err)
	}
	out := make([]Point, 0, len(rows))
	least := s.Least(m)
	for _, r := range rows {
		day, err := calendar.ParseDate(r.Day)
		if err != nil {
			return nil, err
		}
		out = append(out, Point{Day: day, Grade: gradeOf(r.figure(), least, false), Figure: r.figure(), At: r.Counted.Time, Run: r.Run})
	}
	return out, nil
}

// seen lets through who may read measures of a unit.
func (s *Service) seen(ctx context.Context, op, key, unit string) (Measure, auth.Scope, error) {
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Measure{}, scope, err
	}
	m, err := s.one(op, key)
	if err != nil {
		return m, scope, err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), unit)
	if err == nil && !holds {
		err = fault.Missing(op)
	}
	return m, scope, db.Error(op, err)
}

// Total is what one measure comes to in the whole centre.
type Total struct {
	Key   string
	Value float64 // of Known
	Known bool
	Figure
}

// Totals are the sums over all units of the newest figures of every measure, for
// programs that watch the centre: it asks nobody.
func (s *Service) Totals(ctx context.Context) ([]Total, error) {
	var rows []found
	err := s.Records.Read().NewSelect().TableExpr("measure_state AS s").Join("JOIN measure_row AS r ON r.measure = s.measure AND r.day = s.day").
		ColumnExpr("s.measure, SUM(r.num) AS num, SUM(r.den) AS den, SUM(r.seen) AS seen, SUM(r.expected) AS expected").GroupExpr("s.measure").OrderExpr("s.measure").Scan(ctx, &rows)
	var out []Total
	for _, r := range rows {
		m, ok := s.measures[r.Measure]
		if !ok {
			continue
		}
		one := Reading{Figure: r.figure(), Grade: gradeOf(r.figure(), s.Least(m), false)}
		t := Total{Key: r.Measure, Figure: r.figure()}
		t.Value, t.Known = one.Value(m.Unit)
		out = append(out, t)
	}
	return out, db.Error("measure.Totals", err)
}
