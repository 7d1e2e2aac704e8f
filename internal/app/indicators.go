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
		Href: huntHref(asked)}, nil
}

// huntHref is where to look back for what asked names and nothing wider.
func huntHref(asked indicator.Asked) string {
	at := "/hunts?value=" + url.QueryEscape(asked.Value)
	if asked.Type == intel.URL {
		at += "&exact=1"
	}
	return at
}

// mentionsOf is indicator.Choices.Findings.
func (a *App) mentionsOf(ctx context.Context, asked indicator.Asked) (*indicator.Mentions, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Findings, Act: auth.Read}) {
		return nil, nil
	}
	f := finding.Filter{Indicator: asked.Value, Sort: finding.ByLastSeen, Desc: true, Limit: 10}
	page, err := a.Rooms.Findings.List(ctx, f)
	if err != nil {
		return nil, err
	}
	at := "/findings?state=all&sort=-last&indicator=" + url.QueryEscape(asked.Value)
	out := &indicator.Mentions{Total: page.Total, Over: page.Over, Href: at}
	for _, f := range page.Rows {
		client := i18n.T(ctx, f.Subject().Key)
		if f.Addr.IsValid() {
			client = f.Addr.String()
		}
		out.Rows = append(out.Rows, indicator.Mention{Label: client + " · " + f.Threat, State: i18n.T(ctx, "finding.state."+string(f.State)),
			Href: "/findings/" + string(f.ID), At: f.LastSeen})
	}
	return out, a.unitsTouched(ctx, f, out)
}

// unitsTouched adds to what is said of findings in which units they lie.
func (a *App) unitsTouched(ctx context.Context, f finding.Filter, to *indicator.Mentions) error {
	shares, err := a.Rooms.Findings.ByUnit(ctx, f)
	if err != nil {
		return err
	}
	var ids []string
	for _, s := range shares {
		if s.Unit != "" {
			ids = append(ids, s.Unit)
		}
	}
	names, err := unitNames{a}.Names(ctx, ids)
	for _, s := range shares {
		t := indicator.Touched{Name: names[s.Unit], Findings: s.Findings, Last: s.Last}
		if s.Unit != "" {
			t.Href = to.Href + "&unit=" + url.QueryEscape(s.Unit)
		}
		to.Units = append(to.Units, t)
	}
	return err
}
