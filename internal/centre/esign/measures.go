// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// filter narrows a query to the units that are asked for.
type filter interface {
	Filter(q *bun.SelectQuery, column string) *bun.SelectQuery
}

// everyone narrows to nothing: measures are counted of all units.
type everyone struct{}

// Filter implements filter.
func (everyone) Filter(q *bun.SelectQuery, _ string) *bun.SelectQuery { return q }

// Measures are the measures of the room. units are all that should hold
// certificates and issue papers: of one that the register does not know nothing is
// seen.
func Measures(units measure.Units) []measure.Measure {
	unseen := func(ctx context.Context, q bun.IDB, w measure.Window, out map[string]measure.Figure, n int64) (map[string]measure.Figure, error) {
		all, err := units(ctx, q, w.To)
		for _, id := range all {
			if out[id].Expected == 0 {
				out[id] = measure.Figure{Expected: n}
			}
		}
		return out, err
	}
	return []measure.Measure{
		{Key: "document.signed", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Days: 90, Declares: true, Area: auth.Documents,
			Rows: func(string, measure.Window) string { return papersPath },
			Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
				window := span{calendar.DateOf(w.From), calendar.DateOf(w.To.Add(-time.Nanosecond))}
				known, err := shares(ctx, q, everyone{}, window)
				if err != nil {
					return nil, err
				}
				out := map[string]measure.Figure{}
				for unit, one := range known {
					out[unit] = measure.Figure{Num: one.Signed, Den: one.Issued, Seen: min(one.Seen, window.days()), Expected: window.days()}
				}
				return unseen(ctx, q, w, out, window.days())
			}},
		{Key: "esign.certificate_used", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Declares: true, Present: true, Area: auth.Documents,
			Rows: func(string, measure.Window) string { return unitsPath },
			Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
				at, idle := db.At(w.To), db.At(w.To.AddDate(0, 0, -idleDays))
				out, err := measure.Tally(ctx, "esign.Measures", q.NewSelect().Model((*certRow)(nil)).ColumnExpr("ec.owner_unit AS unit_id, COUNT(*) AS den, COUNT(*) AS seen, COUNT(*) AS expected").
					ColumnExpr("COUNT(CASE WHEN ec.last_used >= ? THEN 1 END) AS num", idle).Where("ec.valid_until IS NULL OR ec.valid_until >= ?", at).GroupExpr("ec.owner_unit"))
				if err != nil {
					return nil, err
				}
				return unseen(ctx, q, w, out, 1)
			}},
		{Key: "esign.certificate_ending", Unit: measure.Count, Direction: measure.Less, Present: true, Area: auth.Documents,
			Rows: func(string, measure.Window) string { return unitsPath },
			Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
				at, soon := db.At(w.To), db.At(w.To.AddDate(0, 0, soonDays))
				out, err := measure.Tally(ctx, "esign.Measures", q.NewSelect().Model((*certRow)(nil)).
					ColumnExpr("ec.owner_unit AS unit_id, 0 AS den, COUNT(ec.valid_until) AS seen, COUNT(*) AS expected").
					ColumnExpr("COUNT(CASE WHEN ec.valid_until < ? THEN 1 END) AS num", soon).Where("ec.valid_until IS NULL OR ec.valid_until >= ?", at).GroupExpr("ec.owner_unit"))
				if err != nil {
					return nil, err
				}
				return unseen(ctx, q, w, out, 1)
			}},
	}
}
