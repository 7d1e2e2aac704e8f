// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net/url"
	"path/filepath"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file gives the page of an indicator what other rooms know of it.

// indexFolder holds the index of all indicators, which is built again from the
// lists when it is gone.
const indexFolder = "index"

// indexIn is where the index is kept; a centre that is only examined writes
// nothing.
func (a *App) indexIn() string {
	if a.inspected {
		return ""
	}
	return filepath.Join(a.opt.Config.Data, indexFolder)
}

// seenOf is indicator.Choices.Sightings.
func (a *App) seenOf(ctx context.Context, asked indicator.Asked) (*indicator.Sightings, error) {
	if !hunt.May(ctx) {
		return nil, nil
	}
	t, cut, err := a.Rooms.Hunts.Glance(ctx, asked.Type, asked.Value)
	if err != nil {
		return nil, err
	}
	return &indicator.Sightings{Clients: t.Clients, Units: t.Units, Queries: t.Queries, First: t.First, Last: t.Last, Cut: cut,
		Href: "/hunts?value=" + url.QueryEscape(asked.Value)}, nil
}

// mentionsOf is indicator.Choices.Findings.
func (a *App) mentionsOf(ctx context.Context, asked indicator.Asked) ([]indicator.Mention, int64, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Findings, Act: auth.Read}) {
		return nil, -1, nil
	}
	if asked.Type != intel.Domain { // findings are searched by names alone: nothing is said of others
		return nil, -1, nil
	}
	page, err := a.Rooms.Findings.List(ctx, finding.Filter{Query: asked.Value, Sort: finding.ByLastSeen, Desc: true, Limit: 5})
	if err != nil {
		return nil, 0, err
	}
	var out []indicator.Mention
	for _, f := range page.Rows {
		client := i18n.T(ctx, f.Subject().Key)
		if f.Addr.IsValid() {
			client = f.Addr.String()
		}
		out = append(out, indicator.Mention{Label: client + " · " + f.Threat, State: i18n.T(ctx, "finding.state."+string(f.State)),
			Href: "/findings/" + string(f.ID), At: f.LastSeen})
	}
	return out, page.Total, nil
}
