// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file holds the small answers rooms ask of each other: names for a
// choice, keys for a source, the full address of a path.

// pack is the rule pack in force today.
func (a *App) pack() *rulepack.Pack { return a.Rooms.Packs.At(calendar.DateOf(a.opt.Now())) }

// link is the full address of a path, for paper and letters.
func (a *App) link(path string) string { return a.opt.Config.URL + path }

// bodyKinds are the kinds of body that run a centre, those of a province first.
func (a *App) bodyKinds(ctx context.Context) []ui.Option {
	today := calendar.DateOf(a.opt.Now())
	var first, rest []ui.Option
	for _, k := range a.pack().Kinds {
		o := ui.Option{Value: k.ID, Label: k.Label.In(i18n.Lang(ctx))}
		switch {
		case !k.ExistsOn(today):
		case k.Level == "province" && strings.HasPrefix(k.ID, "ubnd"):
			first = append(first, o)
		default:
			rest = append(rest, o)
		}
	}
	return append(first, rest...)
}

// unitOptions are the units in the actor's scope, as a tree.
func (a *App) unitOptions(ctx context.Context) ([]ui.Option, error) {
	nodes, err := a.Rooms.Units.Tree(ctx, calendar.Date{})
	if err != nil {
		return nil, err
	}
	out := make([]ui.Option, len(nodes))
	for i, n := range nodes {
		out[i] = ui.Option{Value: string(n.ID), Label: strings.Repeat("\u2003", n.Depth) + n.Label()}
	}
	return out, nil
}

// armed is how many indicators logs are compared with, of the lists that the
// actor may see.
func (a *App) armed(ctx context.Context) (int64, error) {
	s, err := a.Rooms.Indicators.Status(ctx)
	if fault.Is(err, fault.Forbidden) {
		return 0, nil
	}
	return s.Indicators, err
}

func (a *App) feedKeys(ctx context.Context, unit string) ([]source.Key, error) {
	keys, err := a.Rooms.Accounts.Keys(ctx, source.Feeding, unit)
	out := make([]source.Key, len(keys))
	for i, k := range keys {
		out[i] = source.Key{ID: k.ID, Name: k.Name, CreatedAt: k.CreatedAt, UsedAt: k.UsedAt, Revoked: !k.RevokedAt.IsZero()}
	}
	return out, err
}

func (a *App) newFeedKey(ctx context.Context, name, unit string) (string, error) {
	_, secret, err := a.Rooms.Accounts.NewKey(ctx, name, unit, auth.Centre, source.Feeding)
	return secret, err
}

func (a *App) revokeFeedKey(ctx context.Context, id string) error {
	return a.Rooms.Accounts.RevokeKey(ctx, id, source.Feeding)
}
