// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file holds what follows in one room from what happens in another: a
// finding becomes a case, a case marks its findings, a paper knows its signer.

// root is the id of the unit that runs the centre, "" before it is founded.
func (a *App) root(ctx context.Context) (string, error) {
	var ids []string
	err := a.Records.Read().NewSelect().Table("unit").Column("id").Where("parent_id = ''").Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", db.Error("app.root", err)
	}
	return ids[0], nil
}

// people are the accounts in the actor's scope, to give work to.
func (a *App) people(ctx context.Context) ([]ui.Option, error) {
	list, _, err := a.Rooms.Accounts.List(ctx, account.Filter{Limit: 500})
	if fault.Is(err, fault.Forbidden) {
		return nil, nil
	}
	var out []ui.Option
	for _, p := range list {
		if !p.Disabled {
			out = append(out, ui.Option{Value: string(p.ID), Label: p.Name})
		}
	}
	return out, err
}

// unitNames answers the rooms that show units.
type unitNames struct{ a *App }

// Names maps unit ids to labels; ids out of scope are absent.
func (n unitNames) Names(ctx context.Context, ids []string) (map[string]string, error) {
	asked := make([]unit.ID, len(ids))
	for i, id := range ids {
		asked[i] = unit.ID(id)
	}
	names, err := n.a.Rooms.Units.Names(ctx, asked...)
	out := map[string]string{}
	for id, name := range names {
		out[string(id)] = name
	}
	return out, err
}

// Options lists the units in scope.
func (n unitNames) Options(ctx context.Context) ([]ui.Option, error) { return n.a.unitOptions(ctx) }

// cards tells the incident room what reports say of a unit.
type cards struct{ a *App }

// Card implements incident.Units.
func (c cards) Card(ctx context.Context, id string) (incident.UnitCard, error) {
	u, err := c.a.Rooms.Units.Get(ctx, unit.ID(id))
	if err != nil {
		return incident.UnitCard{}, err
	}
	card := incident.UnitCard{Name: u.Name, Address: u.Address, Phone: u.Hotline, Email: u.Head.Email,
		Contact: incident.Person{Name: u.SecurityContact.Name, Position: u.SecurityContact.Title, Phone: u.SecurityContact.Phone, Email: u.SecurityContact.Email}}
	if u.ParentID != "" {
		names, err := c.a.Rooms.Units.Names(ctx, u.ParentID)
		if err != nil {
			return card, err
		}
		card.Parent = names[u.ParentID]
	}
	return card, nil
}

// headOf is the usual signer of a unit's papers.
func (a *App) headOf(ctx context.Context, id string) (report.Person, error) {
	u, err := a.Rooms.Units.Get(ctx, unit.ID(id))
	if fault.Is(err, fault.NotFound) {
		return report.Person{}, nil
	}
	return report.Person{Name: u.Head.Name, Title: u.Head.Title}, err
}

// places names the files behind evidence for whoever may see sources.
func (a *App) places(ctx context.Context, refs []finding.Ref) (map[finding.Ref]ui.Link, error) {
	out := map[finding.Ref]ui.Link{}
	for _, ref := range refs {
		if _, done := out[ref]; done {
			continue
		}
		f, err := a.Rooms.Sources.File(ctx, source.FileID(ref.FileID))
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s, err := a.Rooms.Sources.Get(ctx, f.Source)
		if err != nil {
			return nil, err
		}
		out[ref] = ui.Link{Label: s.Name + " · " + f.Name, Href: "/files/" + ref.FileID, Icon: ui.IconFile}
	}
	return out, nil
}

// openFromFinding opens a case out of a finding. It was detected when the
// finding entered the queue, whenever somebody looked: the clocks of the law run
// from there. The names are observables, the client a machine or what its
// address says it is.
func (a *App) openFromFinding(ctx context.Context, f finding.Record) (string, error) {
	owner := f.UnitID
	if owner == "" {
		owner = f.Owner
	}
	seed := incident.Seed{
		Details: incident.Details{Title: i18n.T(ctx, "app.case.title", f.Threat, f.Addr), UnitID: owner, DetectedAt: f.CreatedAt, OccurredAt: f.FirstSeen,
			Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"log_review"}},
			Description: a.describe(ctx, f)},
		OwnerUnit:  f.Owner,
		Machines:   []incident.Machine{{Addr: f.Addr, AddrKind: string(f.AddrKind)}},
		FindingIDs: []string{string(f.ID)},
	}
	if f.FirstSeen.After(f.CreatedAt) { // the log's clock is ahead
		seed.OccurredAt = time.Time{}
	}
	seen := map[string]bool{}
	for _, h := range f.Hits {
		if !seen[h.Name] && len(seen) < 50 {
			seen[h.Name] = true
			seed.Observables = append(seed.Observables, incident.Observable{Value: h.Name, Verdict: incident.Bad, Source: h.List})
		}
	}
	i, err := a.Rooms.Incidents.OpenFrom(ctx, seed)
	return "/incidents/" + string(i.ID), err
}

func (a *App) describe(ctx context.Context, f finding.Record) string {
	lines := []string{i18n.T(ctx, "app.case.seen", f.Addr, i18n.Number(ctx, f.Queries), i18n.Number(ctx, f.Finding.Names),
		i18n.Time(ctx, f.FirstSeen), i18n.Time(ctx, f.LastSeen))}
	if f.AddrKind != unit.Machine {
		lines = append(lines, i18n.T(ctx, "app.case.behind"))
	}
	return strings.Join(lines, "\n")
}

// incidentOpened marks what a new case grew from as handled in it.
func (a *App) incidentOpened(ctx context.Context, tx *db.Tx, i incident.Incident) error {
	links, err := a.Rooms.Incidents.LinksIn(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	var ids []finding.ID
	for _, l := range links {
		if l.Kind == "finding" {
			ids = append(ids, finding.ID(l.ID))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := a.Rooms.Findings.MarkHandled(ctx, tx, string(i.ID), ids...); err != nil {
		return fmt.Errorf("mark findings handled: %w", err)
	}
	return nil
}
