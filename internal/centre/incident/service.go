// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"embed"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

var (
	mayRead   = auth.Permission{Area: auth.Incidents, Act: auth.Read}
	mayWrite  = auth.Permission{Area: auth.Incidents, Act: auth.Write}
	mayDecide = auth.Permission{Area: auth.Incidents, Act: auth.Decide}
)

// Units is what the room asks of the unit room. It is safe for concurrent use.
type Units interface {
	// Card is what reports say of a unit. The case's scope has been checked;
	// a unit that does not exist is fault.NotFound.
	Card(ctx context.Context, unit string) (UnitCard, error)
}

// UnitCard is what reports say of a unit and its contact for security.
type UnitCard struct {
	Name, Address, Phone, Email, Parent string
	Contact                             Person
}

// Person is one person to reach.
type Person struct {
	Name, Position, Phone, Email string
}

// Deps are what the room is built from. All are required.
type Deps struct {
	Records     *db.DB
	Now         func() time.Time
	Laws        *rulepack.Set
	Obligations *obligation.Service
	Units       Units
	Files       *blob.Store
}

// Service holds the use cases. It is safe for concurrent use once its hooks are
// set.
type Service struct {
	records  *db.DB
	now      func() time.Time
	laws     *rulepack.Set
	duties   *obligation.Service
	units    Units
	files    *blob.Store
	onOpened []Hook
	onClosed []Hook
	onJudged []Hook
}

// Hook is told of a case inside the transaction of the change; its error undoes
// the change. It may run again after a conflict, so it has no effect but on tx.
type Hook func(ctx context.Context, tx *db.Tx, i Incident) error

// New makes the room.
func New(d Deps) *Service {
	return &Service{records: d.Records, now: d.Now, laws: d.Laws, duties: d.Obligations, units: d.Units, files: d.Files}
}

// OnOpened adds a hook that is told of every new case. App calls it while it
// wires, before the first request.
func (s *Service) OnOpened(h Hook) { s.onOpened = append(s.onOpened, h) }

// OnDecided adds a hook that is told of every decision on a severity.
func (s *Service) OnDecided(h Hook) { s.onJudged = append(s.onJudged, h) }

// OnClosed adds a hook that is told of every case that is closed.
func (s *Service) OnClosed(h Hook) { s.onClosed = append(s.onClosed, h) }

// Pack is the rule pack the case is judged under, as it read when the case was
// opened: what is put in place of its values later changes nothing of the case.
func (s *Service) Pack(i Incident) *rulepack.Pack {
	p, _ := s.judged(i.Law, i.DetectedAt)
	return p
}

// breachPack is the rule pack that the breach of personal data is judged under.
func (s *Service) breachPack(i Incident) *rulepack.Pack {
	p, _ := s.judged(i.BreachLaw, i.BreachKnown())
	return p
}

// judged is the pack of a judgement, and whether it is still known as it was
// then; a pack whose files changed since is taken as it reads for the day.
func (s *Service) judged(j Judgement, t time.Time) (*rulepack.Pack, bool) {
	if p, ok := s.laws.Judged(j.PackID, j.PackHash); ok {
		return p, true
	}
	p := s.laws.At(dayOf(t))
	if p.ID == j.PackID {
		return p, false
	}
	if renamed, ok := s.laws.Get(j.PackID); ok {
		return renamed, false
	}
	return p, false
}

// Get returns one case in the actor's scope, else fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (Incident, error) {
	const op = "incident.Get"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Incident{}, err
	}
	return get(ctx, s.records.Read(), op, scope, id)
}

// File is a case with everything that hangs on it.
type File struct {
	Incident
	Timeline    []Entry // the latest moment first
	Observables []Observable
	Machines    []Machine
	Evidence    []Evidence
	Links       []Link
	Obligations []obligation.Obligation // earliest due first, ended ones included
}

// File returns one case with its parts, in the actor's scope.
func (s *Service) File(ctx context.Context, id ID) (File, error) {
	i, err := s.Get(ctx, id)
	if err != nil {
		return File{}, err
	}
	f, q := File{Incident: i}, s.records.Read()
	for _, load := range []func() error{
		func() (err error) { f.Timeline, err = entries(ctx, q, id); return },
		func() (err error) { f.Observables, err = observables(ctx, q, id); return },
		func() (err error) { f.Machines, err = machines(ctx, q, id); return },
		func() (err error) { f.Evidence, err = evidence(ctx, q, id); return },
		func() (err error) { f.Links, err = links(ctx, q, id); return },
		func() (err error) { f.Obligations, err = s.duties.OfSubject(ctx, q, "incident", string(id)); return },
	} {
		if err := load(); err != nil {
			return File{}, err
		}
	}
	return f, nil
}

// Linked lists the cases in the actor's scope that grew from a record of
// another room, latest first.
func (s *Service) Linked(ctx context.Context, l Link) ([]Incident, error) {
	_, scope, err := auth.Need(ctx, "incident.Linked", mayRead)
	if err != nil {
		return nil, err
	}
	return linked(ctx, s.records.Read(), scope, l.Kind, []string{l.ID})
}

// anyVersion stands for a change that adds to a case and replaces nothing.
const anyVersion = -1

// within loads a case for a change: what the actor cannot see is absent, what
// they may only see is forbidden. Writing and deciding go by the unit that has
// the incident; owning the source that saw it lets one only read.
func (s *Service) within(ctx context.Context, tx *db.Tx, op string, p auth.Permission, id ID, version int64) (Incident, auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err != nil {
		return Incident{}, actor, err
	}
	i, err := get(ctx, tx, op, auth.ScopeOf(actor, mayRead), id)
	if err != nil {
		return Incident{}, actor, err
	}
	inside, err := scope.Holds(ctx, tx, i.UnitID)
	switch {
	case err != nil:
		return Incident{}, actor, err
	case !inside:
		return Incident{}, actor, &fault.Error{Kind: fault.Forbidden, Op: op}
	case version != anyVersion && version != i.Version:
		return Incident{}, actor, &fault.Error{Kind: fault.Conflict, Op: op}
	}
	return i, actor, nil
}

// change loads a case, lets fn change it, and writes row, timeline and audit
// entry in one transaction. fn returns the audit detail.
func (s *Service) change(ctx context.Context, op string, p auth.Permission, id ID, version int64,
	fn func(ctx context.Context, tx *db.Tx, i *Incident, by auth.Actor) (map[string]any, error)) (Incident, error) {
	if _, _, err := auth.Need(ctx, op, p); err != nil {
		return Incident{}, err
	}
	var out Incident
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, actor, err := s.within(ctx, tx, op, p, id, version)
		if err != nil {
			return err
		}
		if i.State == Closed {
			return closed(op)
		}
		detail, err := fn(ctx, tx, &i, actor)
		if err != nil {
			return err
		}
		i.Version++
		if err := update(ctx, tx, i); err != nil {
			return err
		}
		out = i
		return s.note(ctx, tx, op, i, detail)
	})
	return out, db.Error(op, err)
}

func closed(op string) error {
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "incident.err.closed"}
}

// note adds the audit entry of an act on i.
func (s *Service) note(ctx context.Context, tx *db.Tx, action string, i Incident, detail map[string]any) error {
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: action, Kind: "incident", Object: string(i.ID), Unit: i.UnitID, Detail: detail})
}

// tell adds an entry to the timeline of i as the act of the actor, now.
func (s *Service) tell(ctx context.Context, tx *db.Tx, i Incident, kind EntryKind, key string, args ...Arg) error {
	actor, _ := auth.From(ctx)
	now := cut(s.now())
	return addEntry(ctx, tx, Entry{Incident: i.ID, At: now, RecordedAt: now, Kind: kind, Key: "incident.log." + key, Args: args,
		ByID: actor.ID, By: actor.Name})
}
