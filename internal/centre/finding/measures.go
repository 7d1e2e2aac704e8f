// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// MeasureDeps are what the measures of the room rest on.
type MeasureDeps struct {
	Logs   measure.Coverage     // of each unit at the end of a window
	Triage func() time.Duration // a finding should be taken up in, by the rule pack
}

// taken is when somebody took a finding up or put it away.
const taken = "COALESCE(f.acked_at, f.closed_at)"

// Measures are the measures of the room: how findings of a unit are dealt with.
// Where no log is heard nothing is found, so that all rest on the logs heard.
func Measures(d MeasureDeps) []measure.Measure {
	const holder = "CASE WHEN f.unit_id <> '' THEN f.unit_id ELSE f.owner_unit END"
	rows := func(unit string, _ measure.Window) string { return "/findings?unit=" + unit }
	count := func(narrow func(*bun.SelectQuery, measure.Window) *bun.SelectQuery) func(context.Context, bun.IDB, measure.Window) (map[string]measure.Figure, error) {
		return func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
			logs, err := d.Logs(ctx, q, w)
			if err != nil {
				return nil, err
			}
			found, err := measure.Tally(ctx, "finding.Measures", narrow(q.NewSelect().TableExpr("finding AS f").Where("NOT f.muted"), w).
				ColumnExpr(holder+" AS unit_id, 0 AS seen, 0 AS expected").GroupExpr(holder))
			return measure.On(logs, found), err
		}
	}
	made := func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
		return sel.Where("f.created_at >= ?", db.At(w.From)).Where("f.created_at < ?", db.At(w.To))
	}
	return []measure.Measure{
		{Key: "finding.waiting", Unit: measure.Count, Direction: measure.Less, Target: "none_of_it", Area: auth.Findings, Rows: rows, Eval: count(
			func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
				return sel.Where("f.created_at <= ?", db.At(w.To)).Where(taken+" IS NULL OR "+taken+" > ?", db.At(w.To)).ColumnExpr("COUNT(*) AS num, 0 AS den")
			})},
		{Key: "finding.triaged_in_time", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Days: 30, Area: auth.Findings, Rows: rows, Eval: count(
			func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
				most := d.Triage() // those that may still be taken up in time are not asked for yet
				return made(sel, w).Where("f.created_at < ? OR "+taken+" IS NOT NULL", db.At(w.To.Add(-most))).
					ColumnExpr("COUNT(CASE WHEN "+taken+" <= f.created_at + ? THEN 1 END) AS num, COUNT(*) AS den", most.Milliseconds())
			})},
		{Key: "finding.time_to_detect", Unit: measure.Hours, Direction: measure.Less, Days: 30, Area: auth.Findings, Rows: rows, Eval: count(
			func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
				return made(sel, w).ColumnExpr("CAST(SUM(CASE WHEN f.created_at > f.first_seen THEN (f.created_at - f.first_seen) / 3600000 ELSE 0 END) AS BIGINT) AS num, COUNT(*) AS den")
			})},
	}
}
