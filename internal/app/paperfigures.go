// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file counts what papers about a period are filled with: of a unit and of
// those below it, as far as whoever writes the paper may see. A register without
// any row in the period gives nothing, not zero: that nothing was written down
// is no proof that nothing happened.

func (a *App) paperFigures() map[string]report.Figure {
	out := map[string]report.Figure{
		"figure.incidents": a.figureOf(auth.Incidents, func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.casesIn(ctx, units, from, to)
			return some(int64(len(list))), err
		}),
		"figure.incidents_by_type": a.figureOf(auth.Incidents, func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.casesIn(ctx, units, from, to)
			return tally(list, "type", func(i incident.Incident) string {
				if len(i.Types.IDs) > 1 {
					return "combined" // TT 20/2017/TT-BTTTT, Mẫu 05: a row of its own
				}
				return cmp.Or(append(slices.Clone(i.Types.IDs), "other")...)
			}), err
		}),
		"figure.incidents_by_severity": a.figureOf(auth.Incidents, func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.casesIn(ctx, units, from, to)
			return tally(list, "severity", func(i incident.Incident) string { return i.Severity.Value }), err
		}),
		"figure.machines_infected": a.seenEnough(func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.infectedIn(ctx, units, from, to)
			return int64(len(machines(list))), err
		}),
		"figure.threats": a.seenEnough(func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.infectedIn(ctx, units, from, to)
			return threats(list), err
		}),
	}
	maps.Copy(out, a.moreFigures())
	maps.Copy(out, a.periodFigures())
	return out
}

// figureOf asks count for a unit and those below; it is withheld from whoever may
// not read the area.
func (a *App) figureOf(area auth.Area, count func(ctx context.Context, units []string, from, to calendar.Date) (any, error)) report.Figure {
	return func(ctx context.Context, unit string, from, to calendar.Date) (any, error) {
		if !auth.May(ctx, auth.Permission{Area: area, Act: auth.Read}) {
			return nil, report.ErrWithheld
		}
		var units []string
		err := a.Records.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant").Where("ancestor = ?", unit).Scan(ctx, &units)
		if err != nil {
			return nil, db.Error("app.figureOf", err)
		}
		return count(ctx, units, from, to)
	}
}

func some(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// casesIn lists the cases of units detected in from..to.
func (a *App) casesIn(ctx context.Context, units []string, from, to calendar.Date) ([]incident.Incident, error) {
	mine := map[string]bool{}
	for _, u := range units {
		mine[u] = true
	}
	f := incident.Filter{Limit: 1000}
	var out []incident.Incident
	for {
		page, err := a.Rooms.Incidents.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, i := range page.Rows {
			if i.DetectedAt.Before(from.Start()) {
				return out, nil // the latest come first
			}
			if i.DetectedAt.Before(to.End()) && mine[i.UnitID] {
				out = append(out, i)
			}
		}
		if f.After = page.Next; f.After == "" {
			return out, nil
		}
	}
}

// tally counts cases by a code, as the rows of a table; nil without any.
func tally(list []incident.Incident, column string, code func(incident.Incident) string) any {
	counts := map[string]int64{}
	for _, i := range list {
		if c := code(i); c != "" {
			counts[c]++
		}
	}
	if len(counts) == 0 {
		return nil
	}
	rows := report.Rows{Cols: []string{column, "count"}}
	for _, c := range slices.Sorted(maps.Keys(counts)) {
		rows.Rows = append(rows.Rows, []string{c, strconv.FormatInt(counts[c], 10)})
	}
	return rows
}

// infectedIn lists the infections first seen in from..to at addresses of units
// that are single machines.
func (a *App) infectedIn(ctx context.Context, units []string, from, to calendar.Date) ([]infection.Seen, error) {
	return a.infections(ctx, units, from.Start(), func(s infection.Seen) bool { return s.FirstSeen.Before(to.End()) })
}

// infections lists those at addresses of units that are single machines, first
// seen at since or later, the latest first, that take says yes to.
func (a *App) infections(ctx context.Context, units []string, since time.Time, take func(infection.Seen) bool) ([]infection.Seen, error) {
	mine := map[string]bool{}
	for _, u := range units {
		mine[u] = true
	}
	f := infection.Filter{Sort: infection.ByFirstSeen, Desc: true, Limit: 1000}
	var out []infection.Seen
	for {
		page, err := a.Rooms.Infections.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range page.Rows {
			if s.FirstSeen.Before(since) {
				return out, nil
			}
			if take(s) && mine[s.UnitID] && !s.Subject().Behind {
				out = append(out, s)
			}
		}
		if f.After = page.Next; f.After == "" {
			return out, nil
		}
	}
}

func machines(list []infection.Seen) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[s.UnitID+" "+s.Addr.String()] = true
	}
	return out
}

func threats(list []infection.Seen) any {
	by := map[string][]infection.Seen{}
	for _, s := range list {
		by[s.Threat] = append(by[s.Threat], s)
	}
	if len(by) == 0 {
		return nil
	}
	rows := report.Rows{Cols: []string{"name", "machines", "subscribers", "cleaned"}}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		n := strconv.Itoa(len(machines(by[name])))
		clean := slices.DeleteFunc(slices.Clone(by[name]), func(s infection.Seen) bool { return s.State != infection.Cleaned })
		rows.Rows = append(rows.Rows, []string{name, n, n, strconv.Itoa(len(machines(clean)))})
	}
	return rows
}
