// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Seed is what a case grows from: what another room knows already. Only Title,
// UnitID and DetectedAt are required.
type Seed struct {
	Details
	OwnerUnit    string // owner of the source that saw it; empty: the unit itself
	Observables  []Observable
	Machines     []Machine
	InfectionIDs []string
	FindingIDs   []string
	Note         string // first words of the timeline; may be empty
}

func (s Seed) links() []Link {
	var out []Link
	for _, id := range s.InfectionIDs {
		out = append(out, Link{"infection", id})
	}
	for _, id := range s.FindingIDs {
		out = append(out, Link{"finding", id})
	}
	return out
}

// Open opens a case by hand. It needs the right to write in the unit that has
// the incident, so that a unit's officer reports the unit's own; deciding is
// another right. Errors: fault.Invalid by form field.
func (s *Service) Open(ctx context.Context, d Details) (Incident, error) {
	return s.OpenFrom(ctx, Seed{Details: d})
}

// OpenFrom opens a case from what another room knows. Beside the errors of
// Open it fails with fault.Conflict when a record it grows from belongs to an
// open case that the actor can see; the message names that case.
func (s *Service) OpenFrom(ctx context.Context, seed Seed) (Incident, error) {
	const op = "incident.open"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Incident{}, err
	}
	seed.clean()
	pack := s.laws.At(dayOf(seed.DetectedAt))
	if err := seed.check(op, pack, s.now()); err != nil {
		return Incident{}, err
	}
	found := make([]Observable, 0, len(seed.Observables))
	for _, o := range seed.Observables {
		if o.Type, o.Value, err = ParseObservable(o.Value); err != nil {
			return Incident{}, err
		}
		found = append(found, o)
	}
	seed.Observables = found
	var out Incident
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		inside, err := scope.Holds(ctx, tx, seed.UnitID)
		if err != nil {
			return err
		}
		if !inside {
			return fault.Bad(op, "unit", "incident.err.unit")
		}
		if err := notTwice(ctx, tx, auth.ScopeOf(actor, mayRead), seed); err != nil {
			return err
		}
		now := cut(s.now())
		i := Incident{Details: seed.Details, ID: ID(db.NewID()), OwnerUnit: seed.OwnerUnit, State: Open,
			OpenedAt: now, OpenedBy: actor.Name, Version: 1}
		if i.OwnerUnit == "" {
			i.OwnerUnit = i.UnitID
		}
		i.judge(s.laws, Details{}, "")
		if i.Code, err = nextCode(ctx, tx, dayOf(now).Year); err != nil {
			return err
		}
		if err := insert(ctx, tx, i); err != nil {
			return err
		}
		if err := s.fill(ctx, tx, i, seed, actor); err != nil {
			return err
		}
		if err := s.syncClocks(ctx, tx, i, counted(seed.Machines), ""); err != nil {
			return err
		}
		for _, hook := range s.onOpened {
			if err := hook(ctx, tx, i); err != nil {
				return err
			}
		}
		out = i
		return s.note(ctx, tx, op, i, map[string]any{"code": i.Code, "detected_at": i.DetectedAt, "pack": i.Law.PackID,
			"infections": len(seed.InfectionIDs), "findings": len(seed.FindingIDs)})
	})
	return out, db.Error(op, err)
}

// notTwice refuses a seed whose infection or finding is in an open case.
func notTwice(ctx context.Context, tx *db.Tx, scope auth.Scope, seed Seed) error {
	for kind, refs := range map[string][]string{"infection": seed.InfectionIDs, "finding": seed.FindingIDs} {
		cases, err := linked(ctx, tx, scope, kind, refs)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if c.State == Open {
				return &fault.Error{Kind: fault.Conflict, Op: "incident.open", Msg: "incident.err.linked", Args: []any{c.Code}}
			}
		}
	}
	return nil
}

// fill writes what hangs on a new case.
func (s *Service) fill(ctx context.Context, tx *db.Tx, i Incident, seed Seed, by auth.Actor) error {
	first := Entry{Incident: i.ID, At: i.DetectedAt, RecordedAt: i.OpenedAt, Kind: Auto, Key: "incident.log.detected", ByID: by.ID, By: by.Name}
	if err := addEntry(ctx, tx, first); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, i, Auto, "opened", Arg{Value: i.Code}); err != nil {
		return err
	}
	if note := lines(seed.Note); note != "" {
		if err := addEntry(ctx, tx, Entry{Incident: i.ID, At: i.OpenedAt, RecordedAt: i.OpenedAt, Kind: Note, Text: note, ByID: by.ID, By: by.Name}); err != nil {
			return err
		}
	}
	for _, o := range seed.Observables {
		o.AddedAt, o.By = i.OpenedAt, by.Name
		if o.Verdict == "" {
			o.Verdict = Unknown
		}
		if _, err := putObservable(ctx, tx, i.ID, o); err != nil {
			return err
		}
	}
	for _, m := range seed.Machines {
		m.AddedAt, m.By = i.OpenedAt, by.Name
		if _, err := putMachine(ctx, tx, i.ID, m); err != nil {
			return err
		}
	}
	for _, l := range seed.links() {
		if err := putLink(ctx, tx, i.ID, l); err != nil {
			return err
		}
	}
	return nil
}

// dayOf is the day in Vietnam on which t falls.
func dayOf(t time.Time) calendar.Date { return calendar.DateOf(t) }
