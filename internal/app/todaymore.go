// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net/url"
	"time"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/home"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file answers what only some pages of Today ask.

// todayMore adds those answers to d.
func (a *App) todayMore(d home.Deps) home.Deps {
	d.Since, d.Past, d.Infected = a.todaySince, a.todayPast, a.todayInfected
	d.Answers, d.Proofs, d.Bodies = a.todayAnswers, a.todayProofs, a.todayBodies
	return d
}

func (a *App) todaySince(ctx context.Context, since time.Time) (out home.Since, err error) {
	made, err := a.Rooms.Findings.MadeSince(ctx, since, onToday)
	if err != nil {
		return out, err
	}
	out.Findings = made.Total
	if out.Infections, err = a.Rooms.Infections.MadeSince(ctx, since); err != nil {
		return out, err
	}
	out.Opened, out.Closed, err = a.Rooms.Incidents.Since(ctx, since)
	return out, err
}

func (a *App) todayPast(ctx context.Context, since time.Time) (home.Past, error) {
	made, err := a.Rooms.Findings.MadeSince(ctx, since, onToday)
	if err != nil {
		return home.Past{}, err
	}
	rows, err := a.foundRows(ctx, made.Past)
	return home.Past{Total: made.PastTotal, First: rows}, err
}

// foundRows are findings as the first page shows them, with when they happened.
func (a *App) foundRows(ctx context.Context, list []finding.Seen) ([]home.Finding, error) {
	ids := make([]string, len(list))
	for i, f := range list {
		ids[i] = f.UnitID
	}
	names, err := a.names(ctx, ids)
	var out []home.Finding
	for _, f := range list {
		row := home.Finding{Title: f.Threat, Href: "/findings/" + string(f.ID), Unit: names[f.UnitID], Since: f.FirstSeen}
		if f.Addr.IsValid() {
			row.Who = f.Addr.String()
		}
		out = append(out, row)
	}
	return out, err
}

func (a *App) todayInfected(ctx context.Context) ([]home.Finding, error) {
	page, err := a.Rooms.Infections.List(ctx, infection.Filter{State: infection.AnyActive, Limit: onToday})
	var out []home.Finding
	for _, i := range page.Rows {
		row := home.Finding{Title: i.Threat, Href: "/infections/" + string(i.ID), Since: i.FirstSeen}
		if i.Addr.IsValid() {
			row.Who = i.Addr.String()
		}
		out = append(out, row)
	}
	return out, err
}

// todayAnswers are the papers that wait for the actor on their route and, for
// who may decide, the terms that somebody asks to be put off.
func (a *App) todayAnswers(ctx context.Context) (home.Answers, error) {
	var out home.Answers
	papers, err := a.Rooms.Documents.List(ctx, document.Filter{Mine: true, Oldest: true, Limit: onToday})
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return out, err
	}
	out.Total = papers.Total
	for _, d := range papers.Rows {
		out.First = append(out.First, home.Answer{Kind: home.Paper, Title: d.Subject, Href: document.Path + "/" + string(d.ID), From: d.DrafterName, Since: d.CreatedAt})
	}
	if !auth.May(ctx, auth.Permission{Area: auth.Obligations, Act: auth.Decide}) {
		return out, nil
	}
	asked, err := a.Rooms.Obligations.List(ctx, obligation.Filter{State: obligation.Open, Asked: true, Limit: onToday})
	if err != nil {
		return out, err
	}
	ids := make([]string, len(asked.Rows))
	for i, o := range asked.Rows {
		ids[i] = o.UnitID
	}
	names, err := a.names(ctx, ids)
	out.Total += asked.Total
	for _, o := range asked.Rows {
		clock := obligation.Mark(ctx, o, a.opt.Now())
		out.First = append(out.First, home.Answer{Kind: home.MoreTime, Title: o.Title.In(i18n.Lang(ctx)), Href: "/obligations/" + string(o.ID), From: names[o.UnitID], Clock: &clock})
	}
	return out, err
}

// provenYears is how far back the evidence shown to an inspector reaches: the
// longest usual time between two inspections.
const provenYears = 1

func (a *App) todayProofs(ctx context.Context) (home.Proofs, error) {
	list, total, err := a.Rooms.Obligations.Proven(ctx, a.opt.Now().AddDate(-provenYears, 0, 0), onToday)
	out := home.Proofs{Total: total, List: "/obligations/board"}
	for _, p := range list {
		out.First = append(out.First, home.Proof{Title: p.Title.In(i18n.Lang(ctx)), Href: "/obligations?status=all&q=" + url.QueryEscape(p.Title.VI),
			Units: p.Units, Proved: p.Proved, Said: p.Said, Open: p.Open, Late: p.Late})
	}
	return out, err
}

// todayBodies are the units in scope that exist today, besides the centre's own
// body: as those that must tell the centre.
func (a *App) todayBodies(ctx context.Context) ([]home.Body, error) {
	kinds := map[string]string{}
	for _, k := range a.pack().Kinds {
		kinds[k.ID] = k.Label.In(i18n.Lang(ctx))
	}
	var out []home.Body
	for f := (unit.Filter{On: calendar.DateOf(a.opt.Now()), Limit: unit.MaxPage}); ; {
		page, err := a.Rooms.Units.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, u := range page.Units {
			if u.ParentID != "" {
				out = append(out, home.Body{ID: string(u.ID), Name: u.Label(), Href: "/units/" + string(u.ID), Kind: kinds[u.Kind],
					Evidence: "/obligations?status=all&unit=" + string(u.ID)})
			}
		}
		if f.After = page.Next; f.After == "" {
			return out, nil
		}
	}
}
