// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"embed"
	"errors"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

var (
	mayRead  = auth.Permission{Area: auth.Units, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Units, Act: auth.Write}
)

// Service is the room's use cases. It is safe for concurrent use.
type Service struct {
	db    *db.DB
	kinds kinds
	now   func() time.Time

	replanned func(ctx context.Context, tx *db.Tx, spans []Span) error // may be nil
}

// New makes the service over records, the kinds of unit of the rule pack (the
// same in every pack) and a clock.
func New(records *db.DB, kinds []rulepack.Kind, now func() time.Time) *Service {
	return &Service{db: records, kinds: kinds, now: now}
}

func (s *Service) today() calendar.Date { return calendar.DateOf(s.now()) }

// Empty reports whether there is no unit yet: the centre has not been founded.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	some, err := s.db.Read().NewSelect().Model((*row)(nil)).Exists(ctx)
	return !some, db.Error("unit.Empty", err)
}

// Found writes the first unit, the body that runs this centre, inside the
// transaction of the first start. Nobody is signed in then, so it asks for no
// permission; it fails with fault.Conflict once any unit exists and with
// fault.Invalid (fields "name", "kind") on bad input.
func (s *Service) Found(ctx context.Context, tx *db.Tx, name, kind string) (Unit, error) {
	const op = "unit.Found"
	u := Unit{ID: ID(db.NewID()), Name: name, Kind: kind}
	u.clean()
	if err := u.check(op, s.kinds); err != nil {
		return Unit{}, err
	}
	some, err := tx.NewSelect().Model((*row)(nil)).Exists(ctx)
	if err == nil && some {
		err = &fault.Error{Kind: fault.Conflict, Op: op, Msg: "unit.err.founded"}
	}
	if err == nil {
		err = s.add(ctx, tx, op, &u)
	}
	if err == nil {
		err = relink(ctx, tx)
	}
	return u, db.Error(op, err)
}

// Get returns one unit with its aliases and links. It fails with
// fault.NotFound when the unit is absent or outside the actor's scope.
func (s *Service) Get(ctx context.Context, id ID) (Unit, error) {
	const op = "unit.Get"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Unit{}, err
	}
	u, err := get(ctx, s.db.Read(), scope, id)
	return u, db.Error(op, err)
}

// Create adds a unit under u.ParentID, which must lie in the scope in which
// the actor may write. ID, Version and the links of u are ignored. It fails
// with fault.Invalid naming the form fields that are not right.
func (s *Service) Create(ctx context.Context, u Unit) (Unit, error) {
	const op = "unit.Create"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Unit{}, err
	}
	u.ID, u.Version, u.SuccessorIDs, u.PredecessorIDs = ID(db.NewID()), 0, nil, nil
	u.clean()
	if err := u.check(op, s.kinds); err != nil {
		return Unit{}, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u := u // fn may run again
		if err := s.fits(ctx, tx, scope, op, Unit{}, u); err != nil {
			return err
		}
		if err := s.add(ctx, tx, op, &u); err != nil {
			return err
		}
		return relink(ctx, tx)
	})
	if err != nil {
		return Unit{}, db.Error(op, err)
	}
	return s.after(ctx, scope, op, u.ID)
}

// after reads back what a use case has written.
func (s *Service) after(ctx context.Context, scope auth.Scope, op string, id ID) (Unit, error) {
	u, err := get(ctx, s.db.Read(), scope, id)
	return u, db.Error(op, err)
}

// add writes the new unit u and its audit entry.
func (s *Service) add(ctx context.Context, tx *db.Tx, op string, u *Unit) error {
	if taken, err := codeTaken(ctx, tx, u.Code, u.ID); err != nil || taken {
		return orElse(err, fault.Bad(op, "code", "unit.err.code_taken"))
	}
	u.stamp(s.now())
	if err := insert(ctx, tx, *u); err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.create", Kind: "unit", Object: string(u.ID),
		Unit: string(u.ID), Detail: detail(Unit{}.changes(*u))})
}

// orElse is err, or the refusal where there was none.
func orElse(err, refusal error) error {
	if err != nil {
		return err
	}
	return refusal
}

// detail is a list of changes as an audit entry holds it: field to [before,
// after].
func detail(changes []Change) map[string]any {
	d := map[string]any{}
	for _, c := range changes {
		d[c.Field] = [2]string{c.Before, c.After}
	}
	return d
}

// fits checks u against its surroundings: the parent lives at least as long,
// and no sibling has the same name at the same time. A parent that u comes
// under anew must lie in the scope; the one it has may stand above it.
func (s *Service) fits(ctx context.Context, tx *db.Tx, scope auth.Scope, op string, old, u Unit) error {
	if u.ParentID == "" {
		return fault.Bad(op, "parent_id", "unit.err.required")
	}
	if u.ParentID != old.ParentID {
		in, err := scope.Holds(ctx, tx, string(u.ParentID))
		if err != nil || !in {
			return orElse(err, fault.Bad(op, "parent_id", "unit.err.parent"))
		}
	}
	until, err := endOf(ctx, tx, u.ParentID)
	if err != nil || until < untilMillis(u.ValidTo) {
		return orElse(err, fault.Bad(op, "parent_id", "unit.err.parent_ended"))
	}
	if taken, err := siblingNamed(ctx, tx, u); err != nil || taken {
		return orElse(err, fault.Bad(op, "name", "unit.err.name_taken"))
	}
	return nil
}

// Update replaces all that a person may edit of the unit: texts, kind, parent,
// days and aliases. u.Version must be the version that was read, else it fails
// with fault.Conflict; fault.Invalid names form fields. A name that is given
// up stays as an alias. Links between units change through Abolish.
func (s *Service) Update(ctx context.Context, u Unit) (Unit, error) {
	const op = "unit.Update"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Unit{}, err
	}
	u.clean()
	if err := u.check(op, s.kinds); err != nil {
		return Unit{}, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := get(ctx, tx, scope, u.ID)
		if err != nil {
			return err
		}
		if old.Version != u.Version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		return s.change(ctx, tx, scope, op, old, u)
	})
	if err != nil {
		return Unit{}, db.Error(op, err)
	}
	return s.after(ctx, scope, op, u.ID)
}

// change writes u over old with its audit entry. Both are of one unit, in the
// scope; u is clean and checked in itself.
func (s *Service) change(ctx context.Context, tx *db.Tx, scope auth.Scope, op string, old, u Unit) error {
	if old.Name != u.Name {
		u.Aliases = cleanAliases(append(slices.Clone(u.Aliases), old.Name), u.Name)
	}
	if old.ParentID == "" {
		if u.ParentID != "" || !u.ValidTo.IsZero() {
			return fault.Bad(op, "parent_id", "unit.err.root")
		}
	} else if err := s.fits(ctx, tx, scope, op, old, u); err != nil {
		return err
	}
	if taken, err := codeTaken(ctx, tx, u.Code, u.ID); err != nil || taken {
		return orElse(err, fault.Bad(op, "code", "unit.err.code_taken"))
	}
	until, err := lastChildUntil(ctx, tx, u.ID)
	if err != nil || until > untilMillis(u.ValidTo) {
		return orElse(err, fault.Bad(op, "valid_to", "unit.err.has_children"))
	}
	u.Version = old.Version
	u.stamp(s.now())
	if err := replace(ctx, tx, u); err != nil {
		return err
	}
	if old.ParentID != u.ParentID {
		if err := relink(ctx, tx); errors.Is(err, errCircle) {
			return fault.Bad(op, "parent_id", "unit.err.circle")
		} else if err != nil {
			return err
		}
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.update", Kind: "unit", Object: string(u.ID),
		Unit: string(u.ID), Detail: detail(old.changes(u))})
}

// AddAlias adds another name people write for the unit. An alias it already
// has changes nothing but the version. Two units may share an alias; matching
// by it then reports both.
func (s *Service) AddAlias(ctx context.Context, id ID, alias string) (Unit, error) {
	u, err := s.Get(ctx, id)
	if err != nil {
		return Unit{}, err
	}
	u.Aliases = append(u.Aliases, alias)
	return s.Update(ctx, u)
}
