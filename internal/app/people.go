// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// unitNamed finds the units in the actor's scope that a text names.
func (a *App) unitNamed(ctx context.Context, text string) ([]string, error) {
	list, err := a.Rooms.Units.Lookup(ctx, text)
	out := make([]string, len(list))
	for i, id := range list {
		out[i] = string(id)
	}
	return out, err
}

// todayAlerts are the uses of break-glass that wait for the reader, as second
// person, to confirm having seen them, collectors in trouble, and a hunt that is
// due.
func (a *App) todayAlerts(ctx context.Context) ([]ui.AlertProps, error) {
	list, err := a.Rooms.Accounts.AwaitingMe(ctx)
	var out []ui.AlertProps
	for _, e := range list {
		out = append(out, ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "app.glass.waiting", e.ByName, i18n.Time(ctx, e.From)), Text: e.Reason,
			Action: &ui.Action{Label: i18n.T(ctx, "app.glass.see"), Href: web.BreakGlassPath + e.ID}})
	}
	if err != nil {
		return nil, err
	}
	sites, err := a.todayCollectors(ctx)
	if err != nil {
		return nil, err
	}
	hunts, err := a.todayHunt(ctx)
	return append(append(out, sites...), hunts...), err
}
