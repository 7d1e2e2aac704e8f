// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file measures what papers and periodic reports say of a unit.

func (a *App) paperMeasures() []measure.Measure {
	share := func(key string, area auth.Area, days int, rows func(string, measure.Window) string, eval evalFunc) measure.Measure {
		return measure.Measure{Key: key, Unit: measure.Share, Direction: measure.More, Days: days, Target: targetAll, Area: area, Rows: rows, Eval: eval}
	}
	owed := func(unit string, _ measure.Window) string { return "/obligations?state=all&unit=" + unit }
	return []measure.Measure{
		share("document.based", auth.Documents, 90, func(string, measure.Window) string { return "/documents?dir=out" }, based),
		share("report.on_time", auth.Obligations, 365, owed, reported),
		share("report.level_on_time", auth.Obligations, 365, owed, a.reportedOf("level")),
		share("report.risk_on_time", auth.Obligations, 365, owed, a.reportedOf("risk")),
	}
}

// based is how many of the papers that a unit issued say which paper or law they
// rest on.
func based(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	return measure.Tally(ctx, "app.based", q.NewSelect().TableExpr("document AS d").
		ColumnExpr("d.unit_id, COUNT(CASE WHEN EXISTS (SELECT 1 FROM document_link AS l WHERE l.document_id = d.id AND l.relation = 'basis' AND l.added_at <= ?) THEN 1 END) AS num", db.At(w.To)).
		ColumnExpr("COUNT(*) AS den, COUNT(*) AS seen, COUNT(*) AS expected").Where("d.dir = 'out'").Where("d.state = 'issued'").
		Where("d.issued_at > ?", db.At(w.From)).Where("d.issued_at <= ?", db.At(w.To)).GroupExpr("d.unit_id"))
}

// reported is how many of the periodic reports that fell due were delivered by
// then: duties of a period that a form is written for.
func reported(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	return measure.Tally(ctx, "app.reported", periods(q, w).Where("o.form_id <> ''"))
}

// reportedOf is how many of the periodic reports about a topic that fell due were
// delivered by then: those that the packs say are about it, whichever pack was in
// force. Without any the measure does not concern a unit.
func (a *App) reportedOf(topic string) evalFunc {
	return func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
		duties := map[string]bool{}
		for _, p := range a.Rooms.Packs.Packs() {
			for _, d := range p.Periodic {
				if d.Topic == topic {
					duties[d.ID] = true
				}
			}
		}
		if len(duties) == 0 {
			return nil, nil
		}
		of := func(sel *bun.SelectQuery) *bun.SelectQuery {
			for _, id := range slices.Sorted(maps.Keys(duties)) {
				prefix := id + "@" // its period follows
				sel = sel.WhereOr("SUBSTR(o.subject_id, 1, ?) = ?", len(prefix), prefix)
			}
			return sel
		}
		return measure.Tally(ctx, "app.reportedOf", periods(q, w).WhereGroup(" AND ", of))
	}
}

// periods counts the duties of periods that fell due in a window, and of them those
// that were met by then.
func periods(q bun.IDB, w measure.Window) *bun.SelectQuery {
	return q.NewSelect().TableExpr("obligation AS o").
		ColumnExpr("o.unit_id, COUNT(CASE WHEN o.state = 'met' AND o.met_at <= o.due_at THEN 1 END) AS num, COUNT(*) AS den, COUNT(*) AS seen, COUNT(*) AS expected").
		Where("o.subject_kind = 'period'").Where("o.due_at > ?", db.At(w.From)).Where("o.due_at <= ?", db.At(w.To)).Where("o.state IN ('open', 'met')").GroupExpr("o.unit_id")
}
