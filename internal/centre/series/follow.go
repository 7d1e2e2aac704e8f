// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file lets a definition follow the reforms of units. One unit in the place
// of another takes its definitions over; of several a person says which. What was
// made stays with the unit that made it.

// follow looks whether the unit of a definition ended, and moves the definition to
// the one in its place. problem says that a person has to choose.
func (s *Service) follow(ctx context.Context, x Series) (out Series, problem string, err error) {
	body, err := s.Body(ctx, x.Unit)
	switch {
	case fault.Is(err, fault.NotFound) && x.WasUnit != "": // the reform was taken back
		back, err := s.Body(ctx, x.WasUnit)
		if err != nil || back.Ended {
			return x, "", ignored(err)
		}
		body.Heirs = []Heir{{back.ID, back.Name}}
	case fault.Is(err, fault.NotFound): // the draft says so
		return x, "", nil
	case err != nil:
		return x, "", err
	case x.State != Active: // its twin goes on
		return x, "", nil
	case !body.Ended || len(body.Heirs) == 0:
		return x, "", nil
	case len(body.Heirs) > 1:
		return x, NoHeir, nil
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r row
		if err := tx.NewSelect().Model(&r).Where("s.id = ?", string(x.ID)).Scan(ctx); err != nil {
			return err
		}
		now, err := r.series()
		if err != nil {
			return err
		}
		if now.Version != x.Version { // somebody changed it meanwhile: the next turn looks again
			out = now
			return errNothing
		}
		out, err = s.move(ctx, tx, now, body, body.Heirs[0])
		return err
	})
	if err = nothing(err); err != nil {
		return x, "", err
	}
	return out, "", nil
}

func ignored(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// move gives a definition to the unit in the place of its own. Where that one has
// the same report already, the definition is stopped: a report is written once.
func (s *Service) move(ctx context.Context, tx *db.Tx, x Series, from Body, to Heir) (Series, error) {
	twin, err := twinOf(ctx, tx, x, to.ID)
	if err != nil {
		return x, err
	}
	was, undone := x.Unit, to.ID == x.WasUnit
	if undone { // the reform was taken back, and so is what came of it
		if x.TakenBy != "" {
			x.State = Active
		}
		x.WasUnit, x.WasName, x.FollowedAt, x.TakenBy = "", "", time.Time{}, ""
	} else {
		x.WasUnit, x.WasName, x.FollowedAt = was, from.Name, cut(s.Now())
		if x.TakenBy = twin; twin != "" {
			x.State = Stopped
		}
	}
	x.Unit, x.Problem, x.ProblemAt = to.ID, "", time.Time{}
	x.Version++
	if err := save(ctx, tx, "series.follow", x); err != nil {
		return x, err
	}
	detail := map[string]any{"old_unit": was, "old_name": from.Name, "unit": to.ID, "name": to.Name}
	if twin != "" {
		detail["taken_by"] = twin
	}
	if err := s.note(ctx, tx, "series.follow", x, detail); err != nil || undone {
		return x, err
	}
	return x, s.Tell(ctx, tx, Told{Kind: "followed", Series: x, From: from.Name, Unit: to.Name, Href: href(x.ID), Key: string(x.ID) + "/" + was + "/" + to.ID})
}

// twinOf is the running definition of the same report of a unit; empty for none.
func twinOf(ctx context.Context, q bun.IDB, x Series, unit string) (ID, error) {
	var ids []string
	sel := q.NewSelect().Model((*row)(nil)).Column("s.id").Where("s.unit_id = ?", unit).Where("s.state = ?", string(Active)).Where("s.id <> ?", string(x.ID))
	for column, v := range map[string]string{"s.form_id": x.Form, "s.pack_id": x.Pack, "s.duty_id": x.Duty, "s.every": string(x.Every), "s.occasion": x.Occasion, "s.directive_id": x.Directive} {
		sel = sel.Where(column+" = ?", v)
	}
	if err := sel.OrderExpr("s.id").Limit(1).Scan(ctx, &ids); err != nil || len(ids) == 0 {
		return "", db.Error("series.twinOf", err)
	}
	return ID(ids[0]), nil
}

// Follow gives the definition of a unit that was split to one of its parts. The
// actor writes papers of it. Errors: fault.Invalid (unit), fault.Conflict when the
// unit has not ended or version is stale.
func (s *Service) Follow(ctx context.Context, id ID, unit string, version int64) (Series, error) {
	const op = "series.Follow"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Series{}, err
	}
	was, err := get(ctx, s.Records.Read(), op, scope, id)
	if err != nil {
		return Series{}, err
	}
	body, err := s.Body(ctx, was.Unit)
	if err != nil {
		return Series{}, err
	}
	n := slices.IndexFunc(body.Heirs, func(h Heir) bool { return h.ID == unit })
	switch {
	case was.Version != version || !body.Ended:
		return Series{}, &fault.Error{Kind: fault.Conflict, Op: op}
	case n < 0:
		return Series{}, fault.Bad(op, "unit", "series.bad.heir")
	}
	var out Series
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := get(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		inside, err := scope.Holds(ctx, tx, unit)
		switch {
		case err != nil:
			return err
		case !inside:
			return fault.Bad(op, "unit", "series.bad.unit")
		case x.Version != version:
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		out, err = s.move(ctx, tx, x, body, body.Heirs[n])
		return err
	})
	return out, db.Error(op, err)
}
