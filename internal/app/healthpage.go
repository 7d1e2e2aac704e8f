// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// mayExamine is what the page of checks asks for: it names paths and errors of
// the machine.
var mayExamine = auth.Permission{Area: auth.Settings, Act: auth.Configure}

type healthPages struct {
	site *web.Site
	app  *App
}

// routes are the one page of checks.
func (p healthPages) routes() []web.Route {
	return []web.Route{{Pattern: "GET /settings/health", Need: mayExamine, Handle: p.show}}
}

// show handles GET /settings/health.
func (p healthPages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.app.needMachine(ctx); err != nil {
		return err
	}
	results := p.app.Examine(ctx, Exam{Quick: true})
	slices.SortStableFunc(results, func(a, b health.Result) int { return healthOrder[a.State] - healthOrder[b.State] })
	head := ui.PageHead(ui.PageHeadProps{Crumbs: []ui.Link{ui.SettingsCrumb(ctx)}, Title: i18n.T(ctx, "health.title"), Lead: i18n.T(ctx, "health.lead")})
	body := templ.Join(head, ui.Alert(healthAlert(ctx, health.Worst(results))), ui.List(healthList(ctx, results)))
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "health.title"), Body: body})
}

// needMachine lets through who may configure the whole centre: the totals of
// the checks are over all units.
func (a *App) needMachine(ctx context.Context) error {
	const op = "app.health"
	_, scope, err := auth.Need(ctx, op, mayExamine)
	if err != nil {
		return err
	}
	root, err := a.root(ctx)
	if err != nil {
		return err
	}
	if whole, err := scope.Holds(ctx, a.Records.Read(), root); err != nil || whole {
		return err
	}
	return &fault.Error{Kind: fault.Forbidden, Op: op}
}

func healthAlert(ctx context.Context, worst health.State) ui.AlertProps {
	switch worst {
	case health.Wrong:
		return ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "health.sum.wrong")}
	case health.Warning:
		return ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "health.sum.warning")}
	}
	return ui.AlertProps{Tone: ui.OK, Title: i18n.T(ctx, "health.sum.ok")}
}

var healthTones = map[health.State]ui.Tone{health.OK: ui.OK, health.Unknown: ui.NoData, health.Warning: ui.Warn, health.Wrong: ui.Bad}

// healthOrder puts on top what somebody has to do something about.
var healthOrder = map[health.State]int{health.Wrong: 0, health.Warning: 1, health.Unknown: 2, health.OK: 2}

func healthList(ctx context.Context, results []health.Result) ui.ListProps {
	list := ui.ListProps{Caption: i18n.T(ctx, "health.title"), Total: int64(len(results)), Heads: []ui.Head{
		{Label: i18n.T(ctx, "health.col.check")}, {Label: i18n.T(ctx, "health.col.state")},
		{Label: i18n.T(ctx, "health.col.seen")}, {Label: i18n.T(ctx, "health.col.do")}},
		Empty: ui.EmptyProps{Title: i18n.T(ctx, "health.empty"), Text: i18n.T(ctx, "health.empty.text")}}
	for _, r := range results {
		tone, do := healthTones[r.State], ui.None()
		if r.Do != nil {
			do = ui.Text(say(ctx, *r.Do))
		}
		edge := tone
		if r.State == health.OK || r.State == health.Unknown {
			edge = ui.Neutral
		}
		list.Rows = append(list.Rows, ui.Row{ID: r.Name, Tone: edge, Cells: []templ.Component{
			ui.Text(i18n.T(ctx, "health.check."+r.Name)),
			ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "health.state."+string(r.State)), Tone: tone}),
			ui.Text(say(ctx, r.Seen)), do}})
	}
	return list
}

// say is a sentence of a check in the reader's language.
func say(ctx context.Context, t health.Text) string {
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		args[i] = a
	}
	return i18n.T(ctx, t.Key, args...)
}
