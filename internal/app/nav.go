// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"embed"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// messages are the names of the groups and entries of the navigation.
//
//go:embed messages.yaml
var messages embed.FS

type entry struct {
	key  string // of its label; "app.nav." before
	href string
	icon ui.IconName
	need auth.Permission
	open bool // anyone signed in
}

// groups is the navigation in the order of a working day.
var groups = []struct {
	key     string
	entries []entry
}{
	{"", []entry{
		{key: "today", href: "/", icon: ui.IconToday, open: true},
		{key: "obligations", href: "/obligations", icon: ui.IconTask, need: auth.Permission{Area: auth.Obligations, Act: auth.Read}},
	}},
	{"watch", []entry{
		{key: "findings", href: "/findings", icon: ui.IconFinding, need: auth.Permission{Area: auth.Findings, Act: auth.Read}},
		{key: "infections", href: "/infections", icon: ui.IconInfection, need: auth.Permission{Area: auth.Findings, Act: auth.Read}},
		{key: "indicators", href: "/indicators", icon: ui.IconIndicator, need: auth.Permission{Area: auth.Indicators, Act: auth.Read}},
		{key: "feeds", href: "/feeds", icon: ui.IconDownload, need: auth.Permission{Area: auth.Settings, Act: auth.Read}},
		{key: "hunts", href: "/hunts", icon: ui.IconHunt, need: auth.Permission{Area: auth.RawLogs, Act: auth.Read}},
		{key: "events", href: "/events", icon: ui.IconSearch, need: auth.Permission{Area: auth.RawLogs, Act: auth.Read}},
		{key: "sources", href: "/sources", icon: ui.IconSource, need: auth.Permission{Area: auth.Settings, Act: auth.Read}},
		{key: "collectors", href: "/collectors", icon: ui.IconUpload, need: auth.Permission{Area: auth.Machines, Act: auth.Read}},
	}},
	{"respond", []entry{
		{key: "incidents", href: "/incidents", icon: ui.IconIncident, need: auth.Permission{Area: auth.Incidents, Act: auth.Read}},
	}},
	{"direct", []entry{
		{key: "directives", href: directive.Path, icon: ui.IconDirective, need: auth.Permission{Area: auth.Directives, Act: auth.Read}},
		{key: "boards", href: "/boards", icon: ui.IconReport, need: auth.Permission{Area: auth.Directives, Act: auth.Read}},
		{key: "measures", href: "/measures", icon: ui.IconReport, need: auth.Permission{Area: auth.Directives, Act: auth.Read}},
		{key: "documents", href: "/documents", icon: ui.IconDocument, need: auth.Permission{Area: auth.Documents, Act: auth.Read}},
		{key: "papers", href: "/papers", icon: ui.IconReport, need: auth.Permission{Area: auth.Documents, Act: auth.Read}},
		{key: "series", href: series.Path, icon: ui.IconClock, need: auth.Permission{Area: auth.Documents, Act: auth.Read}},
		{key: "signatures", href: "/signatures", icon: ui.IconKey, need: auth.Permission{Area: auth.Documents, Act: auth.Read}},
	}},
	{"cooperate", []entry{
		{key: "contacts", href: "/contacts", icon: ui.IconContact, need: auth.Permission{Area: auth.Units, Act: auth.Read}},
	}},
	{"manage", []entry{
		{key: "units", href: "/units", icon: ui.IconUnit, need: auth.Permission{Area: auth.Units, Act: auth.Read}},
		{key: "calendar", href: "/calendar", icon: ui.IconClock, need: auth.Permission{Area: auth.RulePacks, Act: auth.Read}},
		{key: "accounts", href: "/accounts", icon: ui.IconAccount, need: auth.Permission{Area: auth.Accounts, Act: auth.Read}},
		{key: "rules", href: "/rules", icon: ui.IconRule, need: auth.Permission{Area: auth.RulePacks, Act: auth.Read}},
		{key: "audit", href: "/audit", icon: ui.IconHistory, need: auth.Permission{Area: auth.AuditTrail, Act: auth.Configure}},
		{key: "settings", href: "/settings", icon: ui.IconSettings, need: auth.Permission{Area: auth.Settings, Act: auth.Read}},
	}},
}

// uses are the entries that a role works with day by day, by their keys; what else
// it may open is folded away. Today and the list of duties are everybody's.
var uses = map[auth.Role][]string{
	auth.Administrator: {"sources", "collectors", "units", "accounts", "rules", "calendar", "audit", "settings"},
	auth.Centre: {"findings", "infections", "indicators", "hunts", "events", "sources", "incidents", "directives", "boards", "documents", "papers",
		"contacts", "units"},
	auth.Duty:        {"findings", "infections", "indicators", "hunts", "events", "sources", "incidents", "contacts"},
	auth.Leader:      {"incidents", "directives", "boards", "documents", "papers", "units"},
	auth.UnitOfficer: {"infections", "incidents", "directives", "papers", "units"},
	auth.Clerk:       {"directives", "documents", "papers", "signatures", "contacts"},
	auth.Inspector:   {"incidents", "directives", "boards", "measures", "documents", "papers", "units", "audit"},
	auth.Telecom:     {"infections", "incidents", "directives", "papers", "units"},
	auth.Viewer:      {"directives", "boards", "documents", "units"},
}

// usual reports whether somebody of the actor's roles works with an entry.
func usual(actor auth.Actor, e entry) bool {
	return slices.ContainsFunc(actor.Grants, func(g auth.Grant) bool { return slices.Contains(uses[g.Role], e.key) })
}

// nav is what the actor of ctx may open, seen from path: first what the roles of
// the actor use and where they are, in the order of a working day, then the rest,
// folded.
func (a *App) nav(ctx context.Context, path string) []ui.NavGroup {
	actor, _ := auth.From(ctx)
	var out, rest []ui.NavGroup
	for _, g := range groups {
		var group, folded ui.NavGroup
		if g.key != "" {
			group.Title = i18n.T(ctx, "app.group."+g.key)
		}
		folded.Title, folded.Folded = group.Title, true
		for _, e := range g.entries {
			if !e.open && !auth.May(ctx, e.need) {
				continue
			}
			item := ui.NavItem{Label: i18n.T(ctx, "app.nav."+e.key), Href: e.href, Icon: e.icon, Here: here(e.href, path)}
			a.count(ctx, e.key, &item)
			if g.key == "" || item.Here || usual(actor, e) {
				group.Items = append(group.Items, item)
			} else {
				folded.Items = append(folded.Items, item)
			}
		}
		if group.Items != nil {
			out = append(out, group)
		}
		if folded.Items != nil {
			rest = append(rest, folded)
		}
	}
	return append(plain(out), rest...)
}

// fewEntries are so many that headings over them would only take room.
const fewEntries = 8

// plain puts the groups into one without headings where there are few entries.
func plain(list []ui.NavGroup) []ui.NavGroup {
	var all ui.NavGroup
	for _, g := range list {
		all.Items = append(all.Items, g.Items...)
	}
	if len(all.Items) > fewEntries {
		return list
	}
	return []ui.NavGroup{all}
}

// parents are pages that belong to another entry's list.
var parents = map[string]string{
	"/files/":           "/sources",
	"/setup":            "/settings",
	"/break-glass":      "/settings",
	"/keys":             "/settings",
	"/api":              "/settings",
	"/views":            "/account",
	"/reforms":          "/units",
	"/proposals":        "/units",
	"/groups":           "/units",
	"/threat-hunts":     "/hunts",
	"/document-imports": "/documents",
	directive.NamesPath: directive.Path,
}

func here(href, path string) bool {
	if href == "/" {
		return path == "/"
	}
	for prefix, list := range parents {
		if strings.HasPrefix(path, prefix) {
			path = list
		}
	}
	return path == href || strings.HasPrefix(path, href+"/")
}

// count puts the open number beside an entry. A count that cannot be had is
// left out and logged: the page itself will say what is wrong.
func (a *App) count(ctx context.Context, key string, item *ui.NavItem) {
	if key == "units" {
		n, err := a.Rooms.Units.OpenProposals(ctx)
		if err != nil {
			a.opt.Log.Error("count proposals", "err", err)
			return
		}
		item.Count = n
	}
	if key == "obligations" {
		c, err := a.Rooms.Obligations.CountOwn(ctx)
		if err != nil {
			a.opt.Log.Error("count obligations", "err", err)
			return
		}
		item.Count, item.Hot = c.Open, c.Late > 0
	}
}
