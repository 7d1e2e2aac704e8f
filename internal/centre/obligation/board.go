// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Day counts what falls due on one day.
type Day struct {
	Open, Late, Done int64 // still owed and not late; late at now; met
	Urgent           int64 // of Open and Late, those with a mark of urgency
}

// Days counts the obligations of the actor's scope by the day they fall due,
// from..to (to not included), keyed YYYY-MM-DD. unit and person narrow it when
// not empty.
func (s *Service) Days(ctx context.Context, from, to time.Time, unit, person string) (map[string]Day, error) {
	const op = "obligation.Days"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Day   int64  `bun:"day"`
		State string `bun:"state"`
		Late  int64  `bun:"late"`
		Hot   int64  `bun:"hot"`
		N     int64  `bun:"n"`
	}
	q := within(scope, s.records.Read().NewSelect().Model((*row)(nil))).ColumnExpr("o.sort_key / 4 AS day, o.state").
		ColumnExpr("SUM(CASE WHEN o.due_at < ? THEN 1 ELSE 0 END) AS late", db.At(s.now())).
		ColumnExpr("SUM(CASE WHEN o.sort_key % 4 < ? THEN 1 ELSE 0 END) AS hot", int64(MostUrgent)).ColumnExpr("COUNT(*) AS n"). // its urgency, out of the index
		Where("o.state IN (?)", bun.List([]string{string(Open), string(Met)})).
		Where("o.sort_key >= ?", sortKey(from.Add(time.Millisecond), MostUrgent)).Where("o.sort_key <= ?", sortKey(to, Ordinary))
	units, err := Filter{Unit: unit, Person: person, State: Open}.places(ctx, s.records.Read(), scope)
	if err != nil {
		return nil, db.Error(op, err)
	}
	if len(units) > 0 && units[0] != "" { // a narrow scope is read unit by unit
		q = q.Where("o.unit_id IN (?)", bun.List(units))
	}
	if person != "" {
		q = q.Where("o.owed_by = ?", person)
	}
	if err := q.GroupExpr("o.sort_key / 4, o.state").Scan(ctx, &rows); err != nil {
		return nil, db.Error(op, err)
	}
	out := map[string]Day{}
	for _, r := range rows {
		key := time.UnixMilli(r.Day * dayMillis).UTC().Format(time.DateOnly)
		d := out[key]
		if r.State == string(Met) {
			d.Done += r.N
		} else {
			d.Late, d.Open, d.Urgent = d.Late+r.Late, d.Open+r.N-r.Late, d.Urgent+r.Hot
		}
		out[key] = d
	}
	return out, nil
}

// Standings is where the obligations of one unit stand.
type Standings struct {
	Unit                 string
	Late, Soon, OnTime   int64 // open
	MetTime, MetLate     int64 // met since the first of the month
	Total                int64 // of the three that are open
	LongestLate, NextDue time.Time
}

// Board counts the obligations of each unit of the actor's scope, whose has the
// most overdue first. kind narrows it when not empty. month is the beginning of
// the present month in Vietnam.
func (s *Service) Board(ctx context.Context, kind string) (rows []Standings, month time.Time, err error) {
	const op = "obligation.Board"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, month, err
	}
	now := s.now()
	y, m, _ := now.In(i18n.Hanoi).Date()
	month = time.Date(y, m, 1, 0, 0, 0, 0, i18n.Hanoi)
	base := func() *bun.SelectQuery {
		q := scope.Filter(s.records.Read().NewSelect().Model((*row)(nil)), "o.unit_id").ColumnExpr("o.unit_id AS unit").GroupExpr("o.unit_id")
		if kind != "" {
			q = q.Where("o.kind = ?", kind)
		}
		return q
	}
	var open []struct {
		Unit      string  `bun:"unit"`
		N         int64   `bun:"n"`
		LateN     int64   `bun:"late_n"`
		NearN     int64   `bun:"near_n"`
		First     db.Time `bun:"first"`
		FirstNext db.Time `bun:"first_next"`
	}
	err = base().Where("o.state = ?", string(Open)).ColumnExpr("COUNT(*) AS n").
		ColumnExpr("SUM(CASE WHEN o.due_at < ? THEN 1 ELSE 0 END) AS late_n", db.At(now)).
		ColumnExpr("SUM(CASE WHEN o.due_at >= ? AND o.soon_at <= ? THEN 1 ELSE 0 END) AS near_n", db.At(now), db.At(now)).
		ColumnExpr("MIN(CASE WHEN o.due_at < ? THEN o.due_at END) AS first", db.At(now)).
		ColumnExpr("MIN(CASE WHEN o.due_at >= ? THEN o.due_at END) AS first_next", db.At(now)).Scan(ctx, &open)
	if err != nil {
		return nil, month, db.Error(op, err)
	}
	var met []struct {
		Unit string `bun:"unit"`
		N    int64  `bun:"n"`
		Late int64  `bun:"late"`
	}
	err = base().Where("o.met_at >= ?", db.At(month)).Where("o.state = ?", string(Met)).ColumnExpr("COUNT(*) AS n").
		ColumnExpr("SUM(CASE WHEN o.met_at > o.due_at THEN 1 ELSE 0 END) AS late").Scan(ctx, &met)
	if err != nil {
		return nil, month, db.Error(op, err)
	}
	by := map[string]*Standings{}
	at := func(unit string) *Standings {
		if by[unit] == nil {
			by[unit] = &Standings{Unit: unit}
		}
		return by[unit]
	}
	for _, r := range open {
		x := at(r.Unit)
		x.Late, x.Soon, x.OnTime, x.Total = r.LateN, r.NearN, r.N-r.LateN-r.NearN, r.N
		x.LongestLate, x.NextDue = r.First.Time, r.FirstNext.Time
	}
	for _, r := range met {
		x := at(r.Unit)
		x.MetTime, x.MetLate = r.N-r.Late, r.Late
	}
	for _, x := range by {
		rows = append(rows, *x)
	}
	slices.SortFunc(rows, func(a, b Standings) int {
		switch {
		case a.Late != b.Late:
			return int(b.Late - a.Late)
		case a.Soon != b.Soon:
			return int(b.Soon - a.Soon)
		case a.Total != b.Total:
			return int(b.Total - a.Total)
		}
		return strings.Compare(a.Unit, b.Unit)
	})
	return rows, month, nil
}
