// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Measures are the measures of the room. logs is what was heard of each unit:
// without logs nobody can say that there were no incidents.
func Measures(logs measure.Coverage) []measure.Measure {
	rows := func(unit string, _ measure.Window) string { return "/incidents?unit=" + unit }
	from := func(q bun.IDB) *bun.SelectQuery {
		return q.NewSelect().TableExpr("incident AS i").ColumnExpr("i.unit_id").GroupExpr("i.unit_id")
	}
	return []measure.Measure{
		{Key: "incident.open", Unit: measure.Count, Direction: measure.Less, Target: "none_of_it", Area: auth.Incidents, Rows: rows,
			Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
				heard, err := logs(ctx, q, w)
				if err != nil {
					return nil, err
				}
				found, err := measure.Tally(ctx, "incident.Measures", from(q).ColumnExpr("COUNT(*) AS num, 0 AS den, 0 AS seen, 0 AS expected").
					Where("i.opened_at <= ?", db.At(w.To)).Where("i.closed_at IS NULL OR i.closed_at > ?", db.At(w.To)))
				return measure.On(heard, found), err
			}},
		{Key: "incident.closed_with_lessons", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Days: 365, Area: auth.Incidents, Rows: rows,
			Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
				return measure.Tally(ctx, "incident.Measures", from(q).ColumnExpr("COUNT(CASE WHEN i.cause <> '' AND i.close_note <> '' THEN 1 END) AS num, COUNT(*) AS den").
					ColumnExpr("COUNT(*) AS seen, COUNT(*) AS expected").Where("i.closed_at >= ?", db.At(w.From)).Where("i.closed_at < ?", db.At(w.To)))
			}},
		// The time an incident happened is often not known: those without it were not seen.
		{Key: "incident.time_to_detect", Unit: measure.Hours, Direction: measure.Less, Days: 365, Area: auth.Incidents, Rows: rows,
			Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
				return measure.Tally(ctx, "incident.Measures", from(q).
					ColumnExpr("CAST(COALESCE(SUM(CASE WHEN i.detected_at > i.occurred_at THEN (i.detected_at - i.occurred_at) / 3600000 ELSE 0 END), 0) AS BIGINT) AS num").
					ColumnExpr("COUNT(i.occurred_at) AS den, COUNT(i.occurred_at) AS seen, COUNT(*) AS expected").
					Where("i.detected_at >= ?", db.At(w.From)).Where("i.detected_at < ?", db.At(w.To)))
			}},
	}
}
