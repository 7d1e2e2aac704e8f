// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"embed"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Migrations hold the schema of the room. It leans on those of auth, audit and
// the unit room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. Records and Now are required.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	// People lists whom the context's actor may give a finding to: value is
	// the account id. Nil: nobody can be named.
	People func(ctx context.Context) ([]ui.Option, error)
	// Moved is told, inside the transaction, of a finding that a person has
	// dismissed or reopened. May be nil.
	Moved func(ctx context.Context, tx *db.Tx, f Finding) error
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

var (
	mayRead   = auth.Permission{Area: auth.Findings, Act: auth.Read}
	mayWrite  = auth.Permission{Area: auth.Findings, Act: auth.Write}
	mayDecide = auth.Permission{Area: auth.Findings, Act: auth.Decide}
)

// Get returns one finding of the actor's scope, else fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (Seen, error) {
	const op = "finding.Get"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Seen{}, err
	}
	return get(ctx, s.Records.Read(), op, scope, id)
}

// List returns a page of the findings in the actor's scope that match f.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	_, scope, err := auth.Need(ctx, "finding.List", mayRead)
	if err != nil {
		return Page{}, err
	}
	return list(ctx, s.Records.Read(), scope, f)
}

// Counts counts the open findings in the actor's scope, for the navigation and
// the start page.
func (s *Service) Counts(ctx context.Context) (Counts, error) {
	_, scope, err := auth.Need(ctx, "finding.Counts", mayRead)
	if err != nil {
		return Counts{}, err
	}
	return count(ctx, s.Records.Read(), scope)
}

// Threats lists the threats of the findings in the actor's scope, sorted, at
// most 500.
func (s *Service) Threats(ctx context.Context) ([]string, error) {
	_, scope, err := auth.Need(ctx, "finding.Threats", mayRead)
	if err != nil {
		return nil, err
	}
	return threats(ctx, s.Records.Read(), scope)
}

// Acknowledge says that the actor has taken the finding on; where nobody is
// named, the actor is also who sees to it. fault.Conflict when it is not new or
// version is stale.
func (s *Service) Acknowledge(ctx context.Context, id ID, version int64) (Seen, error) {
	return s.change(ctx, "finding.acknowledge", mayWrite, id, version, func(f *Finding, by Person) (map[string]any, error) {
		return nil, f.acknowledge(by, s.at())
	})
}

// Assign names who sees to the finding: one of Deps.People, or nobody when
// person is empty. fault.Invalid (field "person") for anybody else.
func (s *Service) Assign(ctx context.Context, id ID, person string, version int64) (Seen, error) {
	const op = "finding.assign"
	if _, _, err := auth.Need(ctx, op, mayWrite); err != nil {
		return Seen{}, err
	}
	to, err := s.person(ctx, op, person)
	if err != nil {
		return Seen{}, err
	}
	return s.change(ctx, op, mayWrite, id, version, func(f *Finding, _ Person) (map[string]any, error) {
		return map[string]any{"to": to.Name, "to_id": to.ID, "from": f.Assignee.Name}, f.assign(to)
	})
}

func (s *Service) person(ctx context.Context, op, id string) (Person, error) {
	if id == "" {
		return Person{}, nil
	}
	var options []ui.Option
	var err error
	if s.People != nil {
		options, err = s.People(ctx)
	}
	if err != nil {
		return Person{}, err
	}
	i := slices.IndexFunc(options, func(o ui.Option) bool { return o.Value == id })
	if i < 0 {
		return Person{}, fault.Bad(op, "person", "finding.err.person")
	}
	return Person{id, options[i].Label}, nil
}

// Dismiss puts the finding aside. It needs the right to decide. fault.Invalid
// (field "reason"); fault.Conflict when it is not open, version is stale or
// names were added since the person looked.
func (s *Service) Dismiss(ctx context.Context, id ID, d Dismissal, version int64) (Seen, error) {
	const op = "finding.dismiss"
	if _, _, err := auth.Need(ctx, op, mayDecide); err != nil {
		return Seen{}, err
	}
	if err := d.check(op); err != nil {
		return Seen{}, err
	}
	return s.change(ctx, op, mayDecide, id, version, func(f *Finding, by Person) (map[string]any, error) {
		return map[string]any{"reason": d.Reason, "false_positive": d.FalsePositive, "names": f.Names}, f.dismiss(d, by.Name, s.at())
	})
}

// Reopen undoes an acknowledgement, or, with the right to decide, a dismissal.
// fault.Conflict when the finding is new or handled, when version is stale, or
// when a newer finding of the same key is open: that one holds the place.
func (s *Service) Reopen(ctx context.Context, id ID, version int64) (Seen, error) {
	const op = "finding.reopen"
	f, err := s.Get(ctx, id)
	if err != nil {
		return Seen{}, err
	}
	need := mayWrite
	if f.State == Dismissed {
		need = mayDecide
	}
	return s.change(ctx, op, need, id, version, func(f *Finding, _ Person) (map[string]any, error) {
		if f.State == Dismissed && need != mayDecide {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op} // dismissed since it was read
		}
		return map[string]any{"was": f.State, "reason": f.Closed.Reason}, f.reopen()
	})
}

func (s *Service) at() time.Time { return db.At(s.Now()).Time }

// change loads a finding of the scope, lets fn change it, and writes it with
// its audit entry, whose detail fn returns.
func (s *Service) change(ctx context.Context, op string, need auth.Permission, id ID, version int64,
	fn func(f *Finding, by Person) (map[string]any, error)) (Seen, error) {
	actor, scope, err := auth.Need(ctx, op, need)
	if err != nil {
		return Seen{}, err
	}
	var out Seen
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = s.changeIn(ctx, tx, op, actor, scope, id, version, fn)
		return err
	})
	return out, db.Error(op, err)
}

func (s *Service) changeIn(ctx context.Context, tx *db.Tx, op string, actor auth.Actor, scope auth.Scope, id ID, version int64,
	fn func(f *Finding, by Person) (map[string]any, error)) (Seen, error) {
	f, err := get(ctx, tx, op, auth.ScopeOf(actor, mayRead), id)
	if err != nil {
		return f, err
	}
	if _, err := get(ctx, tx, op, scope, id); fault.Is(err, fault.NotFound) {
		return f, &fault.Error{Kind: fault.Forbidden, Op: op} // seen, but not theirs to change
	} else if err != nil {
		return f, err
	}
	if f.Version != version {
		return f, &fault.Error{Kind: fault.Conflict, Op: op}
	}
	detail, err := fn(&f.Finding, Person{actor.ID, actor.Name})
	if err != nil {
		return f, err
	}
	err = s.put(ctx, tx, op, &f.Finding, detail)
	return f, err
}

// put writes a changed finding with its audit entry and tells Moved.
func (s *Service) put(ctx context.Context, tx *db.Tx, action string, f *Finding, detail map[string]any) error {
	f.Version++
	f.UpdatedAt = s.at()
	if err := save(ctx, tx, *f); err != nil {
		return err
	}
	err := audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "finding", Object: string(f.ID), Unit: f.Owner, Detail: detail})
	if err != nil || s.Moved == nil || action != "finding.dismiss" && action != "finding.reopen" {
		return err
	}
	return s.Moved(ctx, tx, *f)
}
