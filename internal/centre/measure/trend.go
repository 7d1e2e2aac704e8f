// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

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
	var rows []struct {
		Day      string  `bun:"day"`
		Run      string  `bun:"run_id"`
		Counted  db.Time `bun:"counted_at"`
		Num      int64   `bun:"num"`
		Den      int64   `bun:"den"`
		Seen     int64   `bun:"seen"`
		Expected int64   `bun:"expected"`
	}
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
		f := Figure{r.Num, r.Den, r.Seen, r.Expected}
		out = append(out, Point{Day: day, Grade: gradeOf(f, least, false), Figure: f, At: r.Counted.Time, Run: r.Run})
	}
	return out, nil
}
