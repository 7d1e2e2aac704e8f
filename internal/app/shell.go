// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/task"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file holds what the frame around every page asks of the rooms.

var readUnits = auth.Permission{Area: auth.Units, Act: auth.Read}

// reach says which units the actor of ctx may look at: all by name, or the one
// it narrowed its view to.
func (a *App) reach(ctx context.Context, within string, units bool) (r web.Reach, err error) {
	ctx = auth.Wide(ctx)
	_, scope, err := auth.Need(ctx, "app.reach", readUnits)
	if err != nil {
		return r, nil // whoever may not read units has nothing to choose
	}
	roots := scope.Roots()
	if within != "" {
		roots = []string{within}
	}
	ids := make([]unit.ID, len(roots))
	for i, id := range roots {
		ids[i] = unit.ID(id)
	}
	names, err := a.Rooms.Units.Names(ctx, ids...)
	if err != nil {
		return r, err
	}
	var shown []string
	for _, id := range ids {
		if names[id] != "" {
			shown = append(shown, names[id])
		}
	}
	r.Label = cmp.Or(strings.Join(shown, ", "), i18n.T(ctx, "app.scope.gone"))
	n, err := a.Records.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant").
		Where("ancestor IN (?)", bun.List(scope.Roots())).Limit(2).Count(ctx)
	if err != nil {
		return r, db.Error("app.reach", err)
	}
	r.Many = n > 1
	if units {
		r.Units, err = a.unitOptions(ctx)
	}
	return r, err
}

// entries are the places of the navigation that the actor may open, without
// counts.
func (a *App) entries(ctx context.Context) []ui.NavItem {
	var out []ui.NavItem
	for _, g := range groups {
		for _, e := range g.entries {
			if e.open || auth.May(ctx, e.need) {
				out = append(out, ui.NavItem{Label: i18n.T(ctx, "app.nav."+e.key), Href: e.href, Icon: e.icon})
			}
		}
	}
	return out
}

// areaOf is the area of permissions of the list at path.
func (a *App) areaOf(path string) (auth.Area, bool) {
	for _, rt := range a.table {
		if rt.Pattern == "GET "+path && !rt.API && rt.Access == web.Granted && !strings.ContainsAny(path, "{.") {
			return rt.Need.Area, true
		}
	}
	return "", false
}

// titleOf is how the navigation calls the list at path.
func (a *App) titleOf(ctx context.Context, path string) string {
	for _, e := range a.entries(ctx) {
		if e.Href == path {
			return e.Label
		}
	}
	return path
}

// personLinks are the reader's own places, in the person menu.
func (a *App) personLinks(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "app.act.tasks"), Href: task.Path}, {Label: i18n.T(ctx, "app.act.views"), Href: ui.ViewsPath}}
}
