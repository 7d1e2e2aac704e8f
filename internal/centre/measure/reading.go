// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// found is what one row says of a measure and a unit, by their places in lists,
// now and on the day it is compared with.
type found struct {
	key, unit int
	now, was  Figure
}

// stamp is when the figures of a measure were counted, by which run, for which
// day.
type stamp struct {
	day calendar.Date
	run string
	at  time.Time
}

type place struct{ key, unit string }

// Readings are the newest figures of units' own records, for each key in the order
// of the catalogue and each unit. No keys stand for all measures. Units out of the
// actor's scope are left out; without units those of the scope are read of which
// anything was expected. A unit of which a measure expects nothing is Outside;
// what was never counted is Unseen of every unit.
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
// unless somebody had it counted anew. Of a day that was not counted the grade is
// Unseen and At is zero.
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
	rows, list, stamps, err := s.rows(ctx, op, scope, keys, units, day, below)
	if err != nil {
		return nil, err
	}
	claims := map[place]*Claim{}
	if !below && day.IsZero() {
		if claims, err = claimsOf(ctx, q, scope, keys, units); err != nil {
			return nil, err
		}
	}
	out, tolerance, least := make([]Reading, len(keys)*len(list)), s.tolerance(), make([]int64, len(keys))
	for i, key := range keys {
		least[i] = s.Least(s.measures[key])
		for j, unit := range list {
			r := Reading{Key: key, Unit: unit, Grade: Unseen, Tolerance: tolerance}
			if by, counted := stamps[key]; counted { // and the unit was not among those it concerns
				r.Grade, r.At, r.Run, r.Day = Outside, by.at, by.run, by.day
			}
			out[i*len(list)+j] = r
		}
	}
	for i := range rows {
		f := &rows[i]
		r := &out[f.key*len(list)+f.unit]
		if f.now.Expected > 0 {
			r.Figure, r.Said = f.now, claims[place{r.Key, r.Unit}]
			r.Grade = gradeOf(r.Figure, least[f.key], r.Said != nil)
		}
		if gradeOf(f.was, least[f.key], false) == Measured {
			r.Before = &f.was
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

// rows reads figures of units, or of each with the units below it, of the newest
// day of each measure with the one it is compared with; of units alone also those
// of a day that is asked for. list are the units that the rows point to: those
// that were asked for, or those found.
func (s *Service) rows(ctx context.Context, op string, scope auth.Scope, keys, units []string, day calendar.Date, below bool) (rows []found, list []string, stamps map[string]stamp, err error) {
	err = s.Records.Snapshot(ctx, func(ctx context.Context, q bun.IDB) error {
		if stamps, err = stampsOf(ctx, q, keys, day); err != nil || len(stamps) == 0 {
			list = units
			return err
		}
		sel := q.NewSelect().TableExpr("measure_now AS r")
		columns := []string{"num", "den", "seen", "expected", "was_num", "was_den", "was_seen", "was_expected"}
		if !day.IsZero() {
			sel, columns = q.NewSelect().TableExpr("measure_row AS r").Where("r.day = ?", day.String()), columns[:4]
		}
		sel = sel.ColumnExpr("r.measure").Where("r.measure IN (?)", bun.List(keys))
		switch {
		case below:
			sel = scope.Filter(sel, "r.unit_id").Join("JOIN unit_closure AS k ON k.descendant = r.unit_id").Where("k.ancestor IN (?)", bun.List(units)).
				ColumnExpr("k.ancestor").GroupExpr("k.ancestor, r.measure")
		case units != nil: // they lie in the scope: see within
			sel = sel.ColumnExpr("r.unit_id").Where("r.unit_id IN (?)", bun.List(units))
		default:
			sel = scope.Filter(sel.ColumnExpr("r.unit_id").Where("r.expected > 0"), "r.unit_id").OrderExpr("r.unit_id")
		}
		for _, c := range columns {
			if below {
				sel = sel.ColumnExpr("SUM(r.?)", bun.Ident(c))
			} else {
				sel = sel.ColumnExpr("r.?", bun.Ident(c))
			}
		}
		rows, list, err = scanned(ctx, sel, keys, units, len(columns) > 4)
		return err
	})
	return rows, list, stamps, db.Error(op, err)
}

// stampsOf tell of the newest day of each measure, or of the day that is asked
// for; measures that were not counted are absent.
func stampsOf(ctx context.Context, q bun.IDB, keys []string, day calendar.Date) (map[string]stamp, error) {
	sel := q.NewSelect().TableExpr("measure_state AS d").Where("d.day <> ''")
	if !day.IsZero() {
		sel = q.NewSelect().TableExpr("measure_day AS d").Where("d.day = ?", day.String())
	}
	var rows []struct {
		Measure string  `bun:"measure"`
		Day     string  `bun:"day"`
		Run     string  `bun:"run_id"`
		Counted db.Time `bun:"counted_at"`
	}
	if err := sel.ColumnExpr("d.measure, d.day, d.run_id, d.counted_at").Where("d.measure IN (?)", bun.List(keys)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	out := make(map[string]stamp, len(rows))
	for _, r := range rows {
		day, err := calendar.ParseDate(r.Day)
		if err != nil {
			return nil, err
		}
		out[r.Measure] = stamp{day, r.Run, r.Counted.Time}
	}
	return out, nil
}

// scanned reads rows column by column: a board asks for ten thousand, and this
// takes half the time. earlier says that the columns of the earlier day are there.
func scanned(ctx context.Context, q *bun.SelectQuery, keys, units []string, earlier bool) (out []found, list []string, err error) {
	rows, err := q.Rows(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	at := func(list []string) map[string]int {
		of := make(map[string]int, len(list))
		for i, id := range list {
			of[id] = i
		}
		return of
	}
	list = units
	keyAt, unitAt := at(keys), at(units)
	var f found
	var key, unit string
	into := []any{&key, &unit}
	for _, n := range []*int64{&f.now.Num, &f.now.Den, &f.now.Seen, &f.now.Expected, &f.was.Num, &f.was.Den, &f.was.Seen, &f.was.Expected} {
		into = append(into, (*whole)(n))
	}
	if !earlier {
		into = into[:6]
	}
	out = make([]found, 0, len(keys)*len(units))
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		f.key = keyAt[key]
		i, ok := unitAt[unit]
		if !ok { // nobody asked for units: those that are found
			i = len(list)
			list = append(list, unit)
			unitAt[unit] = i
		}
		f.unit = i
		out = append(out, f)
	}
	return out, list, rows.Err()
}

// whole reads a whole number without reflection, which takes a third of the time
// of reading ten thousand rows of them.
type whole int64

// Scan implements sql.Scanner; a sum of PostgreSQL comes as text.
func (n *whole) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*n = whole(v)
		return nil
	case string:
		i, err := strconv.ParseInt(v, 10, 64)
		*n = whole(i)
		return err
	}
	return fmt.Errorf("%T is no whole number", src)
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
	var rows []figureRow
	err := s.Records.Read().NewSelect().TableExpr("measure_now AS r").ColumnExpr("r.measure, SUM(r.num) AS num, SUM(r.den) AS den, SUM(r.seen) AS seen, SUM(r.expected) AS expected").
		Where("r.expected > 0").GroupExpr("r.measure").OrderExpr("r.measure").Scan(ctx, &rows)
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
