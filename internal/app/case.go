// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/infection"
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

// Names maps unit ids to labels, an ended unit with who took over; ids out of
// scope are absent.
func (n unitNames) Names(ctx context.Context, ids []string) (map[string]string, error) {
	asked := make([]unit.ID, len(ids))
	for i, id := range ids {
		asked[i] = unit.ID(id)
	}
	names, err := n.a.Rooms.Units.Names(ctx, asked...)
	if err != nil {
		return nil, err
	}
	took, err := n.a.Rooms.Units.Successors(ctx, slices.Collect(maps.Keys(names))...)
	out := map[string]string{}
	for id, name := range names {
		if after := took[id]; len(after) > 0 {
			name = i18n.T(ctx, "app.unit.successor", name, strings.Join(after, ", "))
		}
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
	if u.ParentID == "" {
		return c.a.ownCard(ctx, card)
	}
	names, err := c.a.Rooms.Units.Names(ctx, u.ParentID)
	card.Parent = names[u.ParentID]
	return card, err
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
		if ref.FileID == "" { // it came over the network
			s, err := a.Rooms.Sources.Get(ctx, source.ID(ref.SourceID))
			if err == nil {
				out[ref] = ui.Link{Label: s.Name, Href: "/sources/" + ref.SourceID, Icon: ui.IconFile}
			} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				return nil, err
			}
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

// clue is what a finding and an infection have in common when a case grows from
// them.
type clue struct {
	threat, unit, owner string
	addr                netip.Addr
	kind                unit.AddressKind
	queries, names      int64
	first, last, found  time.Time
	hits                []finding.Hit
	seed                incident.Seed // ids of what the case grows from
}

func (a *App) openFromFinding(ctx context.Context, f finding.Record) (string, error) {
	return a.openCase(ctx, clue{f.Threat, f.UnitID, f.Owner, f.Addr, f.AddrKind, f.Queries, f.Finding.Names, f.FirstSeen, f.LastSeen,
		f.CreatedAt, f.Hits, incident.Seed{FindingIDs: []string{string(f.ID)}}})
}

func (a *App) openFromInfection(ctx context.Context, i infection.Record) (string, error) {
	seed := incident.Seed{InfectionIDs: []string{string(i.ID)}}
	found := i.CreatedAt
	for _, f := range i.Findings {
		if f.State.Open() {
			seed.FindingIDs = append(seed.FindingIDs, string(f.ID))
			found = f.CreatedAt
		}
	}
	return a.openCase(ctx, clue{i.Threat, i.UnitID, i.Owner, i.Addr, i.AddrKind, i.Queries, i.Infection.Names, i.FirstSeen, i.LastSeen,
		found, i.Hits, seed})
}

// maxObservables is how many names a new case takes over; the rest stays with
// the finding.
const maxObservables = 50

// openCase opens a case out of a clue. It was detected when the finding entered
// the queue, whenever somebody looked: the clocks of the law run from there. The
// names are observables, the client a machine or what its address says it is.
func (a *App) openCase(ctx context.Context, c clue) (string, error) {
	seed := c.seed
	seed.OwnerUnit = c.owner
	client := i18n.T(ctx, "app.case.hidden")
	if c.addr.IsValid() {
		client = c.addr.String()
		seed.Machines = []incident.Machine{{Addr: c.addr, AddrKind: string(c.kind)}}
	}
	seed.Details = incident.Details{Title: i18n.T(ctx, "app.case.title", c.threat, client), UnitID: cmp.Or(c.unit, c.owner), DetectedAt: c.found,
		OccurredAt: c.first, Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"log_review"}},
		Description: a.describe(ctx, c, client)}
	if c.first.After(c.found) { // the log's clock is ahead
		seed.OccurredAt = time.Time{}
	}
	seen := map[string]bool{}
	for _, h := range c.hits {
		if !seen[h.Name] && len(seen) < maxObservables {
			seen[h.Name] = true
			seed.Observables = append(seed.Observables, incident.Observable{Value: h.Name, Verdict: incident.Bad, Source: h.List})
		}
	}
	i, err := a.Rooms.Incidents.OpenFrom(ctx, seed)
	return "/incidents/" + string(i.ID), err
}

func (a *App) describe(ctx context.Context, c clue, client string) string {
	text := i18n.T(ctx, "app.case.seen", client, i18n.Number(ctx, c.queries), i18n.Number(ctx, c.names), i18n.Time(ctx, c.first), i18n.Time(ctx, c.last))
	if c.kind != unit.Machine {
		text += "\n" + i18n.T(ctx, "app.case.behind")
	}
	return text
}

// incidentOpened marks what a new case grew from as handled in it.
func (a *App) incidentOpened(ctx context.Context, tx *db.Tx, i incident.Incident) error {
	links, err := a.Rooms.Incidents.LinksIn(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	var findings []finding.ID
	var infections []infection.ID
	for _, l := range links {
		switch l.Kind {
		case "finding":
			findings = append(findings, finding.ID(l.ID))
		case "infection":
			infections = append(infections, infection.ID(l.ID))
		}
	}
	keys, err := a.Rooms.Findings.KeysIn(ctx, tx, findings...)
	if err != nil {
		return err
	}
	more, err := a.Rooms.Infections.KeysIn(ctx, tx, infections...)
	if err != nil {
		return err
	}
	if err := a.Rooms.Findings.MarkHandled(ctx, tx, string(i.ID), findings...); err != nil {
		return err
	}
	return a.Rooms.Infections.LinkIncident(ctx, tx, string(i.ID), append(keys, more...)...)
}

// paperNoted tells the case's timeline what befell one of its papers.
func (a *App) paperNoted(ctx context.Context, tx *db.Tx, e report.Event) error {
	if e.Paper.Case.Kind != report.OfIncident {
		return nil
	}
	event := e.Kind
	if event == "send" && e.Late {
		event = "late"
	}
	return a.Rooms.Incidents.TellIn(ctx, tx, incident.ID(e.Paper.Case.ID), event, e.At, a.Rooms.Reports.Label(e.Paper))
}
