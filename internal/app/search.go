// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net/url"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/search"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/task"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file is what the search box can find: each room answers through its own
// use case, in the actor's scope. A new room adds its source here.

func (a *App) searchSources() []search.Source {
	return []search.Source{
		{Key: "lookup", Icon: ui.IconIndicator, May: may(auth.Indicators, auth.Read), Find: a.findLookup},
		{Key: "incidents", Icon: ui.IconIncident, May: may(auth.Incidents, auth.Read), Find: a.findIncidents, Straight: a.incidentByCode,
			All: listWith("/incidents?state=all&q=")},
		{Key: "units", Icon: ui.IconUnit, May: may(auth.Units, auth.Read), Find: a.findUnits, All: listWith("/units?q=")},
		{Key: "findings", Icon: ui.IconFinding, May: may(auth.Findings, auth.Read), Find: a.findFindings, All: listWith("/findings?state=all&q=")},
		{Key: "infections", Icon: ui.IconInfection, May: may(auth.Findings, auth.Read), Find: a.findInfections, All: listWith("/infections?state=all&q=")},
		{Key: "papers", Icon: ui.IconDocument, May: may(auth.Documents, auth.Read), Find: a.findPapers, All: listWith("/papers?q=")},
		{Key: "documents", Icon: ui.IconDocument, May: may(auth.Documents, auth.Read), Find: a.findDocuments, All: listWith("/documents?q=")},
		{Key: "lists", Icon: ui.IconIndicator, May: may(auth.Indicators, auth.Read), Find: a.findLists, All: listWith("/indicators?name=")},
		{Key: "feeds", Icon: ui.IconDownload, May: may(auth.Settings, auth.Read), Find: a.findFeeds, All: listWith("/feeds?q=")},
		{Key: "sources", Icon: ui.IconSource, May: may(auth.Settings, auth.Read), Find: a.findSources, All: listWith("/sources?q=")},
		{Key: "accounts", Icon: ui.IconAccount, May: may(auth.Accounts, auth.Read), Find: a.findAccounts, All: listWith("/accounts?q=")},
		{Key: "guide", Icon: ui.IconInfo, May: func(ctx context.Context) bool { return true }, Find: a.findGuide},
		{Key: "go", Icon: ui.IconNext, May: func(ctx context.Context) bool { return true }, Find: a.findActs, Blank: true},
	}
}

func may(area auth.Area, act auth.Act) func(ctx context.Context) bool {
	return func(ctx context.Context) bool { return auth.May(ctx, auth.Permission{Area: area, Act: act}) }
}

func listWith(path string) func(search.Query) string {
	return func(q search.Query) string { return path + url.QueryEscape(q.Text) }
}

func (a *App) findIncidents(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Incidents.List(ctx, incident.Filter{Query: q.Text, Limit: limit})
	var out []search.Hit
	for _, i := range page.Rows {
		out = append(out, search.Hit{Title: i.Code + " · " + i.Title, Detail: i18n.T(ctx, "incident.state."+string(i.State)), Href: "/incidents/" + string(i.ID)})
	}
	return out, page.Total, err
}

func (a *App) incidentByCode(ctx context.Context, q search.Query) (string, error) {
	if q.Kind != search.Code {
		return "", nil
	}
	page, err := a.Rooms.Incidents.List(ctx, incident.Filter{Query: q.Text, Limit: 10})
	for _, i := range page.Rows {
		if strings.EqualFold(i.Code, q.Text) {
			return "/incidents/" + string(i.ID), err
		}
	}
	return "", err
}

func (a *App) findUnits(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Units.List(ctx, unit.Filter{Text: q.Text, Limit: limit})
	var out []search.Hit
	for _, u := range page.Units {
		out = append(out, search.Hit{Title: u.Name, Detail: u.Parent, Href: "/units/" + string(u.ID)})
	}
	return out, page.Total, err
}

func (a *App) findAccounts(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	list, total, err := a.Rooms.Accounts.List(ctx, account.Filter{Search: q.Text, Limit: limit})
	var out []search.Hit
	for _, p := range list {
		out = append(out, search.Hit{Title: p.Name, Detail: p.Login, Href: "/accounts/" + string(p.ID)})
	}
	return out, total, err
}

func (a *App) findFindings(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Findings.List(ctx, finding.Filter{Query: q.Text, Limit: limit, Sort: finding.ByLastSeen, Desc: true})
	var out []search.Hit
	for _, f := range page.Rows {
		h := search.Hit{Title: f.Threat, Detail: i18n.T(ctx, "finding.state."+string(f.State)) + " · " + i18n.Time(ctx, f.LastSeen), Href: "/findings/" + string(f.ID)}
		if f.Addr.IsValid() {
			h.Title += " · " + f.Addr.String()
		}
		out = append(out, h)
	}
	return out, page.Total, err
}

func (a *App) findInfections(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Infections.List(ctx, infection.Filter{Query: q.Text, Limit: limit, Desc: true})
	var out []search.Hit
	for _, i := range page.Rows {
		h := search.Hit{Title: i.Threat, Detail: i18n.T(ctx, "infection.state."+string(i.State)) + " · " + i18n.Time(ctx, i.LastSeen), Href: "/infections/" + string(i.ID)}
		if i.Addr.IsValid() {
			h.Title += " · " + i.Addr.String()
		}
		out = append(out, h)
	}
	return out, page.Total, err
}

func (a *App) findPapers(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Reports.List(ctx, report.Filter{Query: q.Text, Limit: limit})
	var out []search.Hit
	for _, p := range page.Rows {
		out = append(out, search.Hit{Title: a.Rooms.Reports.Label(p), Detail: p.Case.Code + " · " + i18n.T(ctx, "report.state."+string(p.State)), Href: "/papers/" + string(p.ID)})
	}
	return out, page.Total, err
}

func (a *App) findLists(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Indicators.List(ctx, indicator.Filter{Query: q.Text, Limit: limit})
	var out []search.Hit
	for _, l := range page.Rows {
		out = append(out, search.Hit{Title: l.Name, Detail: i18n.T(ctx, "indicator.kind."+string(l.Kind)), Href: "/indicators/" + string(l.ID)})
	}
	return out, page.Total, err
}

func (a *App) findSources(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	list, total, err := a.Rooms.Sources.List(ctx, source.Filter{Search: q.Text, Limit: limit})
	var out []search.Hit
	for _, s := range list {
		out = append(out, search.Hit{Title: s.Name, Detail: s.Note, Href: "/sources/" + string(s.ID)})
	}
	return out, total, err
}

// findLookup says at once what the lists know of a name or an address.
func (a *App) findLookup(ctx context.Context, q search.Query, _ int) ([]search.Hit, int64, error) {
	if q.Kind != search.Domain && q.Kind != search.Address && q.Kind != search.Hash {
		return nil, 0, nil
	}
	answer, err := a.Rooms.Indicators.Lookup(ctx, q.Text)
	if fault.Is(err, fault.Unavailable) {
		err = nil
	}
	key := "app.search.unlisted"
	switch {
	case answer.Problem != "":
		return nil, 0, err
	case answer.Bad():
		key = "app.search.listed"
	case len(answer.Hits) > 0:
		return []search.Hit{{Title: ui.Defang(q.Text), Detail: indicator.Said(ctx, answer), Href: "/indicators?q=" + url.QueryEscape(q.Text)}}, 1, err
	case answer.Status.Indicators == 0:
		key = "app.search.unarmed"
	}
	return []search.Hit{{Title: ui.Defang(q.Text), Detail: i18n.T(ctx, key), Href: "/indicators?q=" + url.QueryEscape(q.Text)}}, 1, err
}

// findGuide finds pages and sections of the guide by their titles.
func (a *App) findGuide(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	found := a.book.Find(i18n.Lang(ctx), q.Text)
	var out []search.Hit
	for _, f := range found[:min(len(found), limit)] {
		out = append(out, search.Hit{Title: f.Title, Detail: f.Page, Href: f.Href})
	}
	return out, int64(len(found)), nil
}

// acts are the frequent acts, beside the entries of the navigation.
var acts = []struct {
	key, href string
	need      auth.Permission
}{
	{"open_case", "/incidents/new", auth.Permission{Area: auth.Incidents, Act: auth.Write}},
	{"import_units", "/units/import", auth.Permission{Area: auth.Units, Act: auth.Write}},
	{"add_unit", "/units/new", auth.Permission{Area: auth.Units, Act: auth.Write}},
	{"add_list", "/indicators/new", auth.Permission{Area: auth.Indicators, Act: auth.Write}},
	{"add_feed", "/feeds/catalogue", auth.Permission{Area: auth.Settings, Act: auth.Write}},
	{"add_source", "/sources/new", auth.Permission{Area: auth.Settings, Act: auth.Write}},
	{"invite", "/accounts/new", auth.Permission{Area: auth.Accounts, Act: auth.Invite}},
	{"late", "/obligations?status=late", auth.Permission{Area: auth.Obligations, Act: auth.Read}},
}

// findActs finds places and acts by their words, accents aside. Nothing typed
// gives the first of all.
func (a *App) findActs(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	var out []search.Hit
	add := func(title, href string) {
		folded := i18n.Fold(title)
		for word := range strings.FieldsSeq(i18n.Fold(q.Text)) {
			if !strings.Contains(folded, word) {
				return
			}
		}
		out = append(out, search.Hit{Title: title, Href: href})
	}
	for _, act := range acts {
		if auth.May(ctx, act.need) {
			add(i18n.T(ctx, "app.act."+act.key), act.href)
		}
	}
	for _, g := range a.entries(ctx) {
		add(g.Label, g.Href)
	}
	for _, l := range otherSettings {
		if has(a.table)(l.Href) && auth.May(ctx, l.Need) {
			add(i18n.T(ctx, l.Key), l.Href)
		}
	}
	add(i18n.T(ctx, "app.nav.guide"), "/guide")
	add(i18n.T(ctx, "app.act.tasks"), task.Path)
	add(i18n.T(ctx, "app.act.views"), ui.ViewsPath)
	add(i18n.T(ctx, "ui.scope.title"), ui.ScopePath)
	add(i18n.T(ctx, "ui.person.account"), "/account")
	if q.Text == "" {
		limit = len(out)
	}
	return out[:min(len(out), limit)], int64(len(out)), nil
}
