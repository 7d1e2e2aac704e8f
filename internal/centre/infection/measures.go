// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// holder is the unit an infection counts for: the one that had the address, else
// the owner of the source that saw it.
const holder = "CASE WHEN i.unit_id <> '' THEN i.unit_id ELSE i.owner_unit END"

// MeasureDeps are what the measures of the room rest on.
type MeasureDeps struct {
	Logs  measure.Coverage     // of each unit at the end of a window
	Heard measure.Coverage     // days of a window on which anything was heard
	Clean func() time.Duration // an infection should be cleaned in, by the rule pack
}

// Measures are the measures of the room. None knows of an infection that no log
// tells of, so that all rest on the logs heard.
func Measures(d MeasureDeps) []measure.Measure {
	rows := func(unit string, _ measure.Window) string { return "/infections?unit=" + unit }
	past := func(unit string, _ measure.Window) string { return "/infections?state=all&unit=" + unit }
	count := func(narrow func(*bun.SelectQuery, measure.Window) *bun.SelectQuery) func(context.Context, bun.IDB, measure.Window) (map[string]measure.Figure, error) {
		return func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
			logs, err := d.Logs(ctx, q, w)
			if err != nil {
				return nil, err
			}
			found, err := tallyOf(ctx, q, w, narrow)
			return measure.On(logs, found), err
		}
	}
	return []measure.Measure{
		{Key: "infection.index", Unit: measure.Count, Direction: measure.Less, Target: "none_of_it", Area: auth.Findings, Rows: rows, Eval: count(
			func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
				return standingAt(sel, w.To).ColumnExpr("COUNT(DISTINCT i.machine_id) AS num, 0 AS den")
			})},
		// Of all that were first seen in the window: were it of the open ones alone, a
		// machine that is left uncleaned could make the mean better.
		{Key: "infection.age", Unit: measure.Hours, Direction: measure.Less, Days: 90, Area: auth.Findings, Rows: past, Eval: count(
			func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
				return fresh(sel, w).ColumnExpr("CAST(SUM((CASE WHEN i.state = ? AND i.cleaned_at < ? THEN i.cleaned_at ELSE ? END - i.first_seen) / 3600000) AS BIGINT) AS num, COUNT(*) AS den",
					string(Cleaned), db.At(w.To), db.At(w.To))
			})},
		{Key: "infection.new", Unit: measure.Count, Direction: measure.Less, Target: "none_of_it", Days: 30, Area: auth.Findings, Rows: past, Eval: count(
			func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
				return fresh(sel, w).ColumnExpr("COUNT(*) AS num, 0 AS den")
			})},
		{Key: "infection.cleaned_in_time", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Days: 90, Area: auth.Findings, Rows: past, Eval: count(
			func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
				// Those that may still be cleaned in time are not asked for yet.
				most := d.Clean()
				return fresh(sel, w).Where("i.first_seen < ? OR i.state = ?", db.At(w.To.Add(-most)), string(Cleaned)).
					ColumnExpr("COUNT(CASE WHEN i.state = ? AND i.cleaned_at <= i.first_seen + ? THEN 1 END) AS num, COUNT(*) AS den", string(Cleaned), most.Milliseconds())
			})},
		{Key: "infection.year_on_year", Unit: measure.Share, Direction: measure.Less, Days: 30, Area: auth.Findings, Rows: past, Eval: d.yearOnYear},
	}
}

// standingAt narrows to infections that stood at a moment.
func standingAt(sel *bun.SelectQuery, at time.Time) *bun.SelectQuery {
	return sel.Where("i.state <> ?", string(FalsePositive)).Where("i.first_seen <= ?", db.At(at)).Where("i.state <> ? OR i.cleaned_at > ?", string(Cleaned), db.At(at))
}

func fresh(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
	return sel.Where("i.state <> ?", string(FalsePositive)).Where("i.first_seen >= ?", db.At(w.From)).Where("i.first_seen < ?", db.At(w.To))
}

func tallyOf(ctx context.Context, q bun.IDB, w measure.Window, narrow func(*bun.SelectQuery, measure.Window) *bun.SelectQuery) (map[string]measure.Figure, error) {
	return measure.Tally(ctx, "infection.Measures", narrow(q.NewSelect().Model((*row)(nil)), w).ColumnExpr(holder+" AS unit_id, 0 AS seen, 0 AS expected").GroupExpr(holder))
}

// yearOnYear sets what is new against the same window a year earlier, on the days
// heard in both.
func (d MeasureDeps) yearOnYear(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	last := measure.Window{From: w.From.AddDate(-1, 0, 0), To: w.To.AddDate(-1, 0, 0)}
	count := func(sel *bun.SelectQuery, w measure.Window) *bun.SelectQuery {
		return fresh(sel, w).ColumnExpr("COUNT(*) AS num, 0 AS den")
	}
	now, err := tallyOf(ctx, q, w, count)
	if err != nil {
		return nil, err
	}
	then, err := tallyOf(ctx, q, last, count)
	if err != nil {
		return nil, err
	}
	heard, err := d.Heard(ctx, q, w)
	if err != nil {
		return nil, err
	}
	before, err := d.Heard(ctx, q, last)
	if err != nil {
		return nil, err
	}
	counts := map[string]measure.Figure{}
	for unit, f := range now {
		counts[unit] = measure.Figure{Num: f.Num}
	}
	for unit, f := range then {
		counts[unit] = counts[unit].Add(measure.Figure{Den: f.Num})
	}
	logs := map[string]measure.Figure{}
	for unit, f := range heard {
		b := before[unit]
		logs[unit] = measure.Figure{Seen: 2 * min(f.Seen, b.Seen), Expected: f.Expected + max(b.Expected, f.Expected)}
	}
	return measure.On(logs, counts), nil
}
