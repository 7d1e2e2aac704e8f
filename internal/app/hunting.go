// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net/url"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// huntOwed is how often a hunt is owed, the pack's, and by whom: the unit that
// runs the centre. Nobody owes any before the centre is founded.
func (a *App) huntOwed(ctx context.Context) (hunt.Rhythm, error) {
	t, ok := a.pack().Threshold(huntDuty)
	if !ok || t.Unit != "months" || t.Value <= 0 {
		return hunt.Rhythm{}, nil
	}
	root, name, err := a.rootNamed(ctx)
	if err != nil || root == "" {
		return hunt.Rhythm{}, err
	}
	return hunt.Rhythm{Months: t.Value, Basis: t.Source.Key, Unsure: t.Source.Mark == rulepack.Unsure, Owner: root, OwnerName: name}, nil
}

// huntNeighbours are what the records of hunts show of other rooms.
func (a *App) huntNeighbours() hunt.Around {
	near := a.lookupNeighbours()
	return hunt.Around{Units: a.unitOptions, UnitNames: unitNames{a}.Names, Sources: near.Sources, SourceNames: near.SourceNames,
		Asked: a.askedAgain, Choices: a.huntChoices, Related: a.huntRelated, Kept: a.huntKept}
}

// keepInHunt is where a question about events is kept in a hunt.
func keepInHunt(ctx context.Context, query string) string {
	if !hunt.MayKeep(ctx) {
		return ""
	}
	return hunt.RecordPath + "/keep?" + query
}

// askedAgain asks a question about events once more for a hunt.
func (a *App) askedAgain(ctx context.Context, query, why string) (hunt.Query, error) {
	k, err := a.Rooms.Lookup.Keep(ctx, query, why)
	return hunt.Query{Asked: k.Text, From: k.From, To: k.To, Found: k.Rows, Table: k.Table, Hash: k.Hash}, err
}

// linked is how many findings or cases a hunt offers to be linked with.
const linked = 200

func (a *App) huntChoices(ctx context.Context, kind string) (out []ui.Option, err error) {
	if kind == "incident" {
		page, err := a.Rooms.Incidents.List(ctx, incident.Filter{Limit: linked})
		for _, i := range page.Rows {
			out = append(out, ui.Option{Value: string(i.ID), Label: i.Code + " · " + i.Title})
		}
		return out, seen(err)
	}
	page, err := a.Rooms.Findings.List(ctx, finding.Filter{Limit: linked, Sort: finding.ByLastSeen, Desc: true})
	for _, f := range page.Rows {
		label := f.Threat + " · " + i18n.Time(ctx, f.LastSeen)
		if f.Addr.IsValid() {
			label = f.Addr.String() + " · " + label
		}
		out = append(out, ui.Option{Value: string(f.ID), Label: label})
	}
	return out, seen(err)
}

// seen leaves out that the actor may not see something.
func seen(err error) error {
	if unseen(err) {
		return nil
	}
	return err
}

func (a *App) huntRelated(ctx context.Context, kind, id string) (ui.Link, error) {
	if kind == "incident" {
		i, err := a.Rooms.Incidents.Get(ctx, incident.ID(id))
		if err != nil {
			return ui.Link{}, seen(err)
		}
		return ui.Link{Label: i.Code + " · " + i.Title, Href: "/incidents/" + url.PathEscape(id), Icon: ui.IconIncident}, nil
	}
	f, err := a.Rooms.Findings.Get(ctx, finding.ID(id))
	if err != nil {
		return ui.Link{}, seen(err)
	}
	label := f.Threat
	if f.Addr.IsValid() {
		label = f.Addr.String() + " · " + label
	}
	return ui.Link{Label: label, Href: "/findings/" + url.PathEscape(id), Icon: ui.IconFinding}, nil
}

// todayHunt reminds those who keep hunts of one that is due.
func (a *App) todayHunt(ctx context.Context) ([]ui.AlertProps, error) {
	if !hunt.MayKeep(ctx) {
		return nil, nil
	}
	d, err := a.Rooms.Hunts.Due(ctx)
	if err != nil || d.Standing != hunt.Soon && d.Standing != hunt.Overdue {
		return nil, err
	}
	alert := hunt.DueAlert(ctx, d)
	alert.Action = &ui.Action{Label: i18n.T(ctx, "hunt.due.see"), Href: hunt.RecordPath}
	return []ui.AlertProps{*alert}, nil
}
