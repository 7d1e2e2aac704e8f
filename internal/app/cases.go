// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// eventCases puts events into cases for the pages that search them.
type eventCases struct{ a *App }

// May implements lookup.Cases.
func (c eventCases) May(ctx context.Context) bool { return incident.MayWrite(ctx) }

// Open implements lookup.Cases.
func (c eventCases) Open(ctx context.Context) ([]ui.Option, error) {
	page, err := c.a.Rooms.Incidents.List(ctx, incident.Filter{State: incident.Open, Limit: 500})
	var out []ui.Option
	for _, i := range page.Rows {
		out = append(out, ui.Option{Value: string(i.ID), Label: i.Code + " · " + i.Title})
	}
	return out, err
}

// Begin implements lookup.Cases. The case was detected now, by who read the log.
func (c eventCases) Begin(ctx context.Context, l lookup.Lead) (string, error) {
	seed := incident.Seed{Details: incident.Details{Title: l.Title, UnitID: l.Unit, DetectedAt: c.a.opt.Now(), Detection: incident.Choice{IDs: []string{"log_review"}}}}
	for _, value := range l.Values {
		seed.Observables = append(seed.Observables, incident.Observable{Value: value, Verdict: incident.Unknown, Source: i18n.T(ctx, "lookup.title")})
	}
	i, err := c.a.Rooms.Incidents.OpenFrom(ctx, seed)
	return string(i.ID), renamed(err, map[string]string{"unit": "case_unit"})
}

// Keep implements lookup.Cases.
func (c eventCases) Keep(ctx context.Context, id, name, note string, r io.Reader) (string, error) {
	e, err := c.a.Rooms.Incidents.AddEvidence(ctx, incident.ID(id), name, note, r)
	return e.SHA256, err
}

// Of implements lookup.Cases.
func (c eventCases) Of(ctx context.Context, value string) ([]ui.Link, error) {
	list, err := c.a.Rooms.Incidents.Mentioning(ctx, value)
	var out []ui.Link
	for _, i := range list {
		out = append(out, ui.Link{Label: i.Code + " · " + i.Title, Href: "/incidents/" + string(i.ID), Icon: ui.IconIncident})
	}
	return out, err
}

// Path implements lookup.Cases.
func (c eventCases) Path(id string) string { return "/incidents/" + id + "?tab=evidence" }

// whose is the unit that an address of a log was of, for whoever may see both
// that unit and the source's owner.
func (a *App) whose(ctx context.Context, owner string, addr netip.Addr, at time.Time) (ui.Link, error) {
	of, err := a.Rooms.Units.Attribute(ctx, unit.ID(owner), addr, at)
	if err != nil || of.UnitID == "" {
		return ui.Link{}, err
	}
	names, err := unitNames{a}.Names(ctx, []string{string(of.UnitID)})
	name := names[string(of.UnitID)]
	if err != nil || name == "" {
		return ui.Link{}, err
	}
	return ui.Link{Label: name, Href: "/units/" + string(of.UnitID), Icon: ui.IconUnit}, nil
}

// rowNames are the names of the units and sources of events, whoever asks: the
// events themselves were found within a scope.
func (a *App) rowNames(ctx context.Context, rows []lake.Row) (units, sources map[string]string, err error) {
	if units, err = a.allUnitNames(ctx); err != nil {
		return nil, nil, err
	}
	sources = map[string]string{}
	for _, r := range rows {
		if _, known := sources[r.Source]; known {
			continue
		}
		s, err := a.Rooms.Sources.Known(ctx, source.ID(r.Source))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, nil, err
		}
		sources[r.Source] = s.Name
	}
	return units, sources, nil
}

// takeouts is a folder of files that people fetch and that are then forgotten:
// no backup needs them. It is opened when it is first needed.
type takeouts struct {
	dir string
	now func() time.Time
}

func (a *App) takeouts() takeouts {
	return takeouts{filepath.Join(a.opt.Config.Data, "takeouts"), a.opt.Now}
}

// Put implements lookup.Files.
func (t takeouts) Put(ctx context.Context, r io.Reader, limit int64) (ref blob.Ref, err error) {
	s, err := blob.Open(t.dir, t.now())
	if err != nil {
		return ref, err
	}
	ref, err = s.Put(ctx, r, limit)
	return ref, errors.Join(err, s.Close())
}

// Open implements lookup.Files.
func (t takeouts) Open(ctx context.Context, sha string) (io.ReadSeekCloser, error) {
	s, err := blob.Open(t.dir, t.now())
	if err != nil {
		return nil, err
	}
	f, err := s.Open(ctx, sha)
	return f, errors.Join(err, s.Close())
}

// Remove implements lookup.Files.
func (t takeouts) Remove(sha string) error {
	s, err := blob.Open(t.dir, t.now())
	if err != nil {
		return err
	}
	return errors.Join(s.Remove(sha), s.Close())
}
