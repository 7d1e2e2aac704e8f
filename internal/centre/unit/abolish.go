// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Abolition ends a unit: merged into one successor, split among several, or
// ended without any.
type Abolition struct {
	From       calendar.Date // first day on which the unit is no more
	Successors []ID
}

// Abolish ends the unit whose version was read. Its address ranges end with
// it; a single successor gets them from that day on, so that no finding of the
// day after is nobody's. Successors come to see the unit's past. It fails with
// fault.Conflict on a stale version, and with fault.Invalid: "from" (before the
// first day), "successors" (outside the scope, not existing on the day, or a
// circle), "" while units under it still exist.
func (s *Service) Abolish(ctx context.Context, id ID, version int64, a Abolition) (Unit, error) {
	const op = "unit.Abolish"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Unit{}, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		return s.abolish(ctx, tx, scope, u, version, a)
	})
	if err != nil {
		return Unit{}, db.Error(op, err)
	}
	return s.after(ctx, scope, op, id)
}

func (s *Service) abolish(ctx context.Context, tx *db.Tx, scope auth.Scope, u Unit, version int64, a Abolition) error {
	const op = "unit.Abolish"
	last := a.From.AddDays(-1)
	switch {
	case u.ParentID == "":
		return &fault.Error{Kind: fault.Invalid, Op: op, Msg: "unit.err.root"}
	case u.Version != version, !u.ValidTo.IsZero():
		return &fault.Error{Kind: fault.Conflict, Op: op}
	case a.From.IsZero(), untilMillis(last) <= fromMillis(u.ValidFrom):
		return fault.Bad(op, "from", "unit.err.day_order")
	}
	until, err := lastChildUntil(ctx, tx, u.ID)
	if err != nil || until > untilMillis(last) {
		return orElse(err, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "unit.err.has_children"})
	}
	successors, err := s.successors(ctx, tx, scope, u, a)
	if err != nil {
		return err
	}
	before := u
	u.ValidTo = last
	u.stamp(s.now())
	if err := replace(ctx, tx, u); err != nil {
		return err
	}
	if err := s.passOn(ctx, tx, u, a.From, successors); err != nil {
		return err
	}
	return s.follow(ctx, tx, before, u, successors)
}

// successors loads the units that follow u, each existing on the day.
func (s *Service) successors(ctx context.Context, tx *db.Tx, scope auth.Scope, u Unit, a Abolition) ([]Unit, error) {
	const op = "unit.Abolish"
	var list []Unit
	for _, id := range slices.Compact(slices.Sorted(slices.Values(a.Successors))) {
		v, err := get(ctx, tx, scope, id)
		if err := db.Error(op, err); err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err != nil || id == u.ID || !v.ValidOn(a.From) {
			return nil, fault.Bad(op, "successors", "unit.err.successor")
		}
		list = append(list, v)
	}
	return list, nil
}

// passOn ends the ranges of u with it, and gives a single successor those it
// does not have already.
func (s *Service) passOn(ctx context.Context, tx *db.Tx, u Unit, from calendar.Date, successors []Unit) error {
	list, err := rangesOf(ctx, tx, u.ID)
	if err != nil {
		return err
	}
	for _, r := range list {
		if untilMillis(r.ValidTo) <= untilMillis(u.ValidTo) {
			continue
		}
		next := r
		if fromMillis(r.ValidFrom) < untilMillis(u.ValidTo) {
			err = s.endRange(ctx, tx, r, u.ValidTo)
			next.ValidFrom = from
		} else {
			err = deleteRange(ctx, tx, r.ID)
		}
		if err != nil {
			return err
		}
		if len(successors) != 1 {
			continue
		}
		next.ID, next.UnitID = RangeID(db.NewID()), successors[0].ID
		reason, err := clashes(ctx, tx, next)
		if err != nil {
			return err
		}
		if reason == "" {
			if err := s.addRange(ctx, tx, "unit.Abolish", successors[0], next); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow links u to its successors and writes the audit entries of all.
func (s *Service) follow(ctx context.Context, tx *db.Tx, before, u Unit, successors []Unit) error {
	entry := func(id ID, action string, d map[string]any) error {
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: action, Kind: "unit", Object: string(id), Unit: string(id), Detail: d})
	}
	var ids []ID
	for _, v := range successors {
		ids = append(ids, v.ID)
		link := successorRow{UnitID: u.ID, SuccessorID: v.ID}
		if _, err := tx.NewInsert().Model(&link).Exec(ctx); err != nil {
			return err
		}
		if err := entry(v.ID, "unit.succeed", map[string]any{"predecessor": u.ID, "from": u.ValidTo.AddDays(1)}); err != nil {
			return err
		}
	}
	if err := relink(ctx, tx); errors.Is(err, errCircle) {
		return fault.Bad("unit.Abolish", "successors", "unit.err.circle")
	} else if err != nil {
		return err
	}
	d := detail(before.changes(u))
	d["successors"] = ids
	return entry(u.ID, "unit.abolish", d)
}
