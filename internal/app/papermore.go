// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file counts more of what papers about a period are filled with: how cases
// went, what was owed and done, and what the sources could see.

func (a *App) moreFigures() map[string]report.Figure {
	cases := func(count func([]incident.Incident) any) report.Figure {
		return a.figureOf(auth.Incidents, func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.casesIn(ctx, units, from, to)
			if err != nil || len(list) == 0 {
				return nil, err
			}
			return count(list), nil
		})
	}
	duties := func(count func(ctx context.Context, list []obligation.Obligation) (any, error)) report.Figure {
		return a.figureOf(auth.Obligations, func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.dutiesIn(ctx, units, from, to)
			if err != nil || len(list) == 0 {
				return nil, err
			}
			return count(ctx, list)
		})
	}
	return map[string]report.Figure{
		"figure.incident_list": cases(func(list []incident.Incident) any {
			rows := report.Rows{Cols: []string{"code", "severity", "state"}}
			for _, i := range slices.Backward(list) {
				rows.Rows = append(rows.Rows, []string{i.Code, i.Severity.Value, a.printed("app.paper.case." + string(i.State))})
			}
			return rows
		}),
		"figure.incidents_closed": cases(func(list []incident.Incident) any {
			return int64(len(slices.DeleteFunc(list, func(i incident.Incident) bool { return i.State != incident.Closed })))
		}),
		"figure.incident_hours": cases(func(list []incident.Incident) any {
			var all time.Duration
			closed := slices.DeleteFunc(list, func(i incident.Incident) bool { return i.State != incident.Closed })
			for _, i := range closed {
				all += i.ClosedAt.Sub(i.DetectedAt)
			}
			if len(closed) == 0 {
				return nil
			}
			return int64((all / time.Duration(len(closed))).Round(time.Hour) / time.Hour)
		}),
		"figure.duties_due": duties(func(_ context.Context, list []obligation.Obligation) (any, error) {
			return some(int64(len(slices.DeleteFunc(list, a.pending)))), nil
		}),
		"figure.duties_on_time": duties(func(_ context.Context, list []obligation.Obligation) (any, error) {
			if list = slices.DeleteFunc(list, a.pending); len(list) == 0 {
				return nil, nil
			}
			return int64(len(slices.DeleteFunc(list, func(o obligation.Obligation) bool { return o.Clock(a.opt.Now()) != obligation.MetTime }))), nil
		}),
		"figure.silent_list": duties(func(ctx context.Context, list []obligation.Obligation) (any, error) {
			var silent []string
			for _, o := range list {
				if o.State == obligation.Open {
					silent = append(silent, o.UnitID)
				}
			}
			names, err := unitNames{a}.Names(ctx, silent)
			return slices.Sorted(maps.Values(names)), err
		}),
		"figure.threat_events": a.seenEnough(func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.infectedIn(ctx, units, from, to)
			if err != nil || len(list) == 0 {
				return nil, err
			}
			rows := report.Rows{Cols: []string{"what", "count"}}
			by := map[string]int{}
			for _, s := range list {
				by[s.Threat]++
			}
			for name, n := range by {
				rows.Rows = append(rows.Rows, []string{name, strconv.Itoa(n)})
			}
			slices.SortFunc(rows.Rows, func(x, y []string) int { return slices.Compare(x, y) })
			return rows, nil
		}),
		"figure.links":      a.covered(false),
		"figure.monitoring": a.covered(true),
	}
}

// printed is a word as papers print it: Vietnamese, whoever asks.
func (a *App) printed(key string, args ...any) string {
	return a.catalogue.Text(i18n.Vietnamese, key, args...)
}

// seenEnough asks count where the sources saw enough of a unit to tell, and says
// otherwise how much they saw: no number stands on logs that did not come.
func (a *App) seenEnough(count func(ctx context.Context, units []string, from, to calendar.Date) (any, error)) report.Figure {
	counted := a.figureOf(auth.Findings, count)
	return func(ctx context.Context, unit string, from, to calendar.Date) (any, error) {
		if !auth.May(ctx, auth.Permission{Area: auth.Findings, Act: auth.Read}) {
			return nil, report.ErrWithheld
		}
		c, err := a.Rooms.Sources.Covered(ctx, unit, from.Start(), to.End())
		if err != nil {
			return nil, err
		}
		verdict := c.Verdict(a.coverageLeast())
		if verdict == source.Partly {
			return report.Short{Seen: c.Seen, Expected: c.Expected}, nil
		}
		v, err := counted(ctx, unit, from, to)
		if n, ok := v.(int64); ok && n == 0 && verdict != source.Enough {
			return nil, err // nothing was found where nobody looked
		}
		return v, err
	}
}

// pending reports whether nobody can say yet if a duty is done in time.
func (a *App) pending(o obligation.Obligation) bool {
	return o.State == obligation.Open && o.DueAt.After(a.opt.Now())
}

// mostDuties bounds the duties that are listed in one paper.
const mostDuties = 2000

// dutiesIn lists what units owed within from..to, what was cancelled or waived
// left out.
func (a *App) dutiesIn(ctx context.Context, units []string, from, to calendar.Date) ([]obligation.Obligation, error) {
	f := obligation.Filter{From: from.Start(), To: to.End(), Limit: 1000}
	var out []obligation.Obligation
	for {
		page, err := a.Rooms.Obligations.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Rows {
			if slices.Contains(units, o.UnitID) && (o.State == obligation.Open || o.State == obligation.Met) && len(out) < mostDuties {
				out = append(out, o)
			}
		}
		if f.After = page.Next; f.After == "" || len(out) == mostDuties {
			return out, nil
		}
	}
}

// covered is for how many hours the sources that see a unit were heard, and which
// were missing; whole begins with all of them.
func (a *App) covered(whole bool) report.Figure {
	return func(ctx context.Context, unit string, from, to calendar.Date) (any, error) {
		if !auth.May(ctx, auth.Permission{Area: auth.Findings, Act: auth.Read}) {
			return nil, report.ErrWithheld
		}
		c, err := a.Rooms.Sources.Covered(ctx, unit, from.Start(), to.End())
		if err != nil || c.Expected == 0 {
			return nil, err
		}
		n := func(v int64) string { return strconv.FormatInt(v, 10) }
		if !whole {
			rows := report.Rows{Cols: []string{"what", "hours", "from", "to"}}
			for _, m := range c.Missing {
				of, err := a.silences(ctx, m, n(m.Hours), from, to)
				if err != nil {
					return nil, err
				}
				rows.Rows = append(rows.Rows, of...)
			}
			return rows, nil
		}
		rows := report.Rows{Cols: []string{"what", "expected", "seen", "missing"},
			Rows: [][]string{{a.printed("app.paper.sources", c.Sources), n(c.Expected), n(c.Seen), n(c.Expected - c.Seen)}}}
		for _, m := range c.Missing {
			rows.Rows = append(rows.Rows, []string{m.Name, "", "", n(m.Hours)})
		}
		return rows, nil
	}
}
