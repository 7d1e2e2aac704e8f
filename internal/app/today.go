// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net/url"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/home"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// onToday is how many rows of a subject the first page shows.
const onToday = 10

// today gathers what the first page asks of the rooms.
func (a *App) today(first func(ctx context.Context) ([]ui.Step, error)) home.Deps {
	return a.todayMore(home.Deps{Now: a.opt.Now, Nav: a.nav, Matching: a.Rooms.Indicators.Matching, Duties: a.todayDuties, Late: a.todayLate, Soon: a.todaySoon, Findings: a.todayFindings,
		Infections: a.todayInfections, Incidents: a.todayIncidents, Sources: a.todaySources, Indicators: a.todayIndicators,
		FirstHour: first, Ready: a.todayReady, Own: a.todayOwn, Alerts: a.todayAlerts, Directives: a.todayDirectives, Board: a.todayBoard})
}

// names looks up the labels of units for a few rows.
func (a *App) names(ctx context.Context, ids []string) (map[string]string, error) {
	return unitNames{a}.Names(ctx, ids)
}

func (a *App) todayDuties(ctx context.Context) (home.Duties, error) {
	c, err := a.Rooms.Obligations.Count(ctx)
	if err != nil {
		return home.Duties{}, err
	}
	out := home.Duties{Open: c.Open, Soon: c.Soon, Late: c.Late}
	page, err := a.Rooms.Obligations.List(ctx, obligation.Filter{State: obligation.Open, Limit: onToday})
	if err != nil {
		return home.Duties{}, err
	}
	out.First, err = a.dutyRows(ctx, page.Rows)
	return out, err
}

// dutyRows are obligations as the first page shows them.
func (a *App) dutyRows(ctx context.Context, list []obligation.Obligation) ([]home.Duty, error) {
	ids := make([]string, len(list))
	for i, o := range list {
		ids[i] = o.UnitID
	}
	names, err := a.names(ctx, ids)
	var out []home.Duty
	for _, o := range list {
		d := home.Duty{Title: o.Title.In(i18n.Lang(ctx)), Href: "/obligations/" + string(o.ID), Unit: names[o.UnitID],
			Clock: obligation.Mark(ctx, o, a.opt.Now())}
		d.Subject = ui.Link{Label: o.Subject.Label}
		if path, ok := dutyPages[o.Subject.Kind]; ok {
			d.Subject.Href = path + o.Subject.ID
		}
		out = append(out, d)
	}
	return out, err
}

// todayLate are what units owe past its term, one line a demand. What several owe
// leads to them: of a directive to its board, at that requirement.
func (a *App) todayLate(ctx context.Context) (home.Lateness, error) {
	return a.todayDemands(ctx, "late", a.Rooms.Obligations.LateDemands)
}

// todaySoon are, in the same way, what is due soon.
func (a *App) todaySoon(ctx context.Context) (home.Lateness, error) {
	return a.todayDemands(ctx, "soon", a.Rooms.Obligations.SoonDemands)
}

func (a *App) todayDemands(ctx context.Context, status string, of func(context.Context, int) ([]obligation.Demand, int64, error)) (home.Lateness, error) {
	list, lines, err := of(ctx, onToday)
	if err != nil {
		return home.Lateness{}, err
	}
	longest := make([]obligation.Obligation, len(list))
	for i, x := range list {
		longest[i] = x.Longest
	}
	out := home.Lateness{Lines: lines}
	if out.First, err = a.dutyRows(ctx, longest); err != nil {
		return out, err
	}
	for i, x := range list {
		o, d := x.Longest, &out.First[i]
		switch d.Units = x.Units; {
		case x.Duties == 1:
		case o.Subject.Kind == directive.SubjectKind && auth.May(ctx, auth.Permission{Area: auth.Directives, Act: auth.Read}):
			d.Href = board.Path + "/" + o.Subject.ID + "/columns/" + string(directive.ItemOf(o.ClockID))
		default:
			d.Href = "/obligations?" + url.Values{"status": {status}, "kind": {o.Kind}, "q": {o.Title.VI}}.Encode()
		}
	}
	return out, nil
}

func (a *App) todayFindings(ctx context.Context) (home.Findings, error) {
	c, err := a.Rooms.Findings.Counts(ctx)
	if err != nil {
		return home.Findings{}, err
	}
	page, err := a.Rooms.Findings.List(ctx, finding.Filter{State: finding.Waiting, Limit: onToday})
	if err != nil {
		return home.Findings{}, err
	}
	var ids []string
	for _, f := range page.Rows {
		ids = append(ids, f.UnitID)
	}
	names, err := a.names(ctx, ids)
	out := home.Findings{Open: c.Waiting + c.Acknowledged}
	for _, f := range page.Rows {
		who := ""
		if f.Addr.IsValid() {
			who = f.Addr.String()
		}
		out.Oldest = append(out.Oldest, home.Finding{Title: f.Threat, Href: "/findings/" + string(f.ID), Who: who,
			Unit: names[f.UnitID], Since: f.CreatedAt})
	}
	return out, err
}

func (a *App) todayInfections(ctx context.Context) (home.Infections, error) {
	c, err := a.Rooms.Infections.Total(ctx)
	return home.Infections{Machine: c.Machines, NAT: c.NAT, Resolver: c.Resolver, Proxy: c.Proxy, Unknown: c.Unknown}, err
}

func (a *App) todayIncidents(ctx context.Context) (home.Incidents, error) {
	page, err := a.Rooms.Incidents.List(ctx, incident.Filter{State: incident.Open, Oldest: true, Limit: onToday})
	if err != nil {
		return home.Incidents{}, err
	}
	var units, cases []string
	for _, i := range page.Rows {
		units, cases = append(units, i.UnitID), append(cases, string(i.ID))
	}
	names, err := a.names(ctx, units)
	if err != nil {
		return home.Incidents{}, err
	}
	next, err := a.Rooms.Obligations.Earliest(ctx, "incident", cases)
	out := home.Incidents{Open: page.Total}
	for _, i := range page.Rows {
		row := home.Incident{Code: i.Code, Title: i.Title, Href: "/incidents/" + string(i.ID), Unit: names[i.UnitID], Since: i.DetectedAt}
		if o, ok := next[string(i.ID)]; ok {
			clock := obligation.Mark(ctx, o, a.opt.Now())
			row.Clock = &clock
		}
		out.First = append(out.First, row)
	}
	return out, err
}

func (a *App) todaySources(ctx context.Context, since time.Time) (home.Sources, error) {
	c, err := a.Rooms.Sources.Coverage(ctx, since)
	if err != nil {
		return home.Sources{}, err
	}
	var ids []string
	for _, s := range c.Silent {
		ids = append(ids, s.Owner)
	}
	names, err := a.names(ctx, ids)
	out := home.Sources{Expected: c.Expected, Heard: c.Heard, Files: c.Files, BrokenTotal: c.BrokenTotal, SilentTotal: c.SilentTotal}
	if err != nil {
		return out, err
	}
	hours, err := a.Rooms.Sources.CoveredScope(ctx, since, a.opt.Now())
	if err != nil {
		return out, err
	}
	out.Hours = home.Hours{Seen: hours.Seen, Expected: hours.Expected}
	because, err := a.because(ctx)
	if err != nil {
		return out, err
	}
	for _, s := range c.Silent {
		out.Silent = append(out.Silent, home.Source{Name: s.Name, Why: because(s.ID), Href: "/sources/" + string(s.ID), Unit: names[s.Owner], Last: s.LastAt.Time})
	}
	for _, f := range c.Broken {
		out.Broken = append(out.Broken, home.File{Name: f.Name, Href: "/files/" + string(f.ID),
			Why: i18n.T(ctx, f.Problem, i18n.Number(ctx, f.Line)), At: f.ReceivedAt})
	}
	return out, nil
}

func (a *App) todayIndicators(ctx context.Context) (home.Indicators, error) {
	s, err := a.Rooms.Indicators.Status(ctx)
	out := home.Indicators{Lists: s.Lists, Indicators: s.Indicators, LoadedAt: s.LoadedAt, Waiting: s.Waiting, Refused: s.Refused}
	if s.Problem != "" {
		out.Problem = i18n.T(ctx, s.Problem, s.Args...)
	}
	return out, err
}

func (a *App) todayOwn(ctx context.Context) (home.Own, error) {
	actor, _ := auth.From(ctx)
	u, err := a.Rooms.Units.Get(ctx, unit.ID(actor.Home))
	if err != nil {
		return home.Own{}, err
	}
	c, err := a.Rooms.Units.Checklist(ctx, u.ID)
	return home.Own{Name: u.Label(), Href: "/units/" + string(u.ID), Items: items(c)}, err
}
