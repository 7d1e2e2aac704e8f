// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// UndoReform takes back a reform that was carried out: units, names, parents,
// addresses and links stand as before, and units that came into being by it are
// gone. It fails with fault.Conflict, whose sentence says why, once anything has
// built on it: a unit it touched was changed since, a range of it was, or a
// record of any room names a unit that it made.
func (s *Service) UndoReform(ctx context.Context, id ReformID, version int64) (Reform, error) {
	const op = "unit.UndoReform"
	seen, err := s.GetReform(ctx, id)
	if err != nil {
		return Reform{}, err
	}
	if err := s.builtElsewhere(ctx, seen); err != nil {
		return Reform{}, err
	}
	return s.settle(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, r *Reform) (string, error) {
		if r.State != Applied {
			return "", &fault.Error{Kind: fault.Conflict, Op: op, Msg: "unit.err.reform_settled"}
		}
		if err := s.undo(ctx, tx, *r); err != nil {
			return "", err
		}
		r.State = Undone
		return "unit.reform.undo", nil
	})
}

// Undoable says why a reform cannot be taken back, as catalogue key and values;
// empty when it can.
func (s *Service) Undoable(ctx context.Context, r Reform) (key string, args []any, err error) {
	if r.State != Applied {
		return "unit.err.reform_settled", nil, nil
	}
	err = s.builtElsewhere(ctx, r)
	if err == nil {
		err = s.try(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := s.undo(ctx, tx, r); err != nil {
				return err
			}
			return errTried
		})
	}
	if fault.Is(err, fault.Conflict) {
		e := fault.Of(err)
		return e.Msg, e.Args, nil
	}
	if errors.Is(err, errTried) {
		err = nil
	}
	return "", nil, db.Error("unit.Undoable", err)
}

// builtElsewhere refuses when records of other rooms name a unit that r made.
func (s *Service) builtElsewhere(ctx context.Context, r Reform) error {
	var added []ID
	for _, u := range r.done.Added {
		added = append(added, u.ID)
	}
	if len(added) == 0 || s.Built == nil {
		return nil
	}
	built, err := s.Built(ctx, added)
	if err == nil && built {
		err = conflict("unit.err.undo_built")
	}
	return err
}

func conflict(key string, args ...any) error {
	return &fault.Error{Kind: fault.Conflict, Op: "unit.UndoReform", Msg: key, Args: args}
}

// undo writes back what r's steps wrote over, last first.
func (s *Service) undo(ctx context.Context, tx *db.Tx, r Reform) error {
	if err := s.untouched(ctx, tx, r.done); err != nil {
		return err
	}
	for _, l := range r.done.Links {
		if _, err := tx.NewDelete().Model((*successorRow)(nil)).Where("unit_id = ?", l.From).Where("successor_id = ?", l.To).Exec(ctx); err != nil {
			return err
		}
	}
	if len(r.done.Past) > 0 {
		if _, err := tx.NewDelete().Model((*pastRow)(nil)).Where("id IN (?)", bun.List(r.done.Past)).Exec(ctx); err != nil {
			return err
		}
	}
	for _, step := range r.done.Ranges { // all given ones first: they stand where the old ones go back to
		if step.Given.ID != "" {
			if err := deleteRange(ctx, tx, step.Given.ID); err != nil {
				return err
			}
		}
	}
	if err := s.unitsBack(ctx, tx, r); err != nil {
		return err
	}
	if err := s.rangesBack(ctx, tx, r); err != nil {
		return err
	}
	for _, u := range r.done.Added {
		if err := s.unmake(ctx, tx, u); err != nil {
			return err
		}
	}
	return relink(ctx, tx)
}

// untouched refuses when something that d wrote is not any more as it wrote it.
func (s *Service) untouched(ctx context.Context, tx *db.Tx, d done) error {
	version := map[ID]int64{}
	for _, u := range d.Added {
		version[u.ID] = u.Version
	}
	for _, step := range d.Units {
		version[step.Before.ID] = max(version[step.Before.ID], step.Version)
	}
	for id, want := range version {
		var r row
		err := db.Error("unit.UndoReform", tx.NewSelect().Model(&r).Where("u.id = ?", id).Scan(ctx))
		if err != nil {
			return err
		}
		if r.Version != want {
			return conflict("unit.err.undo_changed", r.Name)
		}
	}
	for _, u := range d.Added {
		if err := s.unbuilt(ctx, tx, d, u); err != nil {
			return err
		}
	}
	for _, step := range d.Ranges {
		if step.Given.ID == "" {
			continue
		}
		n, err := tx.NewSelect().Model((*rangeRow)(nil)).Where("r.id = ?", step.Given.ID).Where("r.kind = ?", step.Given.Kind).
			Where("r.valid_from = ?", fromMillis(step.Given.ValidFrom)).Where("r.valid_until = ?", untilMillis(step.Given.ValidTo)).Count(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict("unit.err.undo_range", step.Given.Prefix)
		}
	}
	return nil
}

// unbuilt refuses when a new unit has got more than the reform gave it.
func (s *Service) unbuilt(ctx context.Context, tx *db.Tx, d done, u Unit) error {
	given, err := rangesOf(ctx, tx, u.ID)
	if err != nil {
		return err
	}
	for _, r := range given {
		if !slices.ContainsFunc(d.Ranges, func(st rangeStep) bool { return st.Given.ID == r.ID }) {
			return conflict("unit.err.undo_range", r.Prefix)
		}
	}
	var children []ID
	if err := tx.NewSelect().Model((*row)(nil)).Column("id").Where("u.parent_id = ?", u.ID).Scan(ctx, &children); err != nil {
		return err
	}
	for _, id := range children {
		if !slices.ContainsFunc(d.Units, func(st unitStep) bool { return st.Before.ID == id }) {
			return conflict("unit.err.undo_child", u.Name)
		}
	}
	for _, own := range []struct{ table, column string }{{"unit_successor", "unit_id"}, {"unit_proposal", "unit_id"},
		{"unit_group_member", "unit_id"}, {"unit_tag", "unit_id"}, {"unit_declared", "unit_id"}, {"unit_file", "unit_id"}} {
		n, err := tx.NewSelect().Table(own.table).Where("? = ?", bun.Ident(own.column), u.ID).Count(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", own.table, err)
		}
		if n > 0 {
			return conflict("unit.err.undo_built")
		}
	}
	return nil
}

func (s *Service) unitsBack(ctx context.Context, tx *db.Tx, r Reform) error {
	for _, step := range slices.Backward(r.done.Units) {
		now, before := step.After, step.Before
		now.Version = step.Version
		first := slices.IndexFunc(r.done.Units, func(o unitStep) bool { return o.Before.ID == before.ID })
		if r.done.Units[first].Version != step.Version {
			continue // changed twice: the first step holds what it was
		}
		before.Version = lastVersion(r.done.Units, before.ID)
		before.stamp(s.now())
		if err := replace(ctx, tx, before); err != nil {
			return err
		}
		if err := s.auditUnit(ctx, tx, "unit.restore", before.ID, map[string]any{"reform": r.ID, "changes": detail(now.changes(before))}); err != nil {
			return err
		}
	}
	return nil
}

// lastVersion is the version after the last step on a unit.
func lastVersion(steps []unitStep, id ID) int64 {
	var v int64
	for _, st := range steps {
		if st.Before.ID == id {
			v = max(v, st.Version)
		}
	}
	return v
}

func (s *Service) rangesBack(ctx context.Context, tx *db.Tx, r Reform) error {
	for _, step := range r.done.Ranges {
		rr := toRangeRow(step.Before)
		q := tx.NewUpdate().Model(&rr).Column("valid_until").WherePK().Exec
		if step.Removed {
			q = tx.NewInsert().Model(&rr).Exec
		}
		if _, err := q(ctx); err != nil {
			return err
		}
		if err := replan(ctx, tx, step.Before); err != nil {
			return err
		}
	}
	return nil
}

// unmake takes away a unit that only the reform knew.
func (s *Service) unmake(ctx context.Context, tx *db.Tx, u Unit) error {
	for _, table := range []string{"unit_alias", "unit_fact", "unit_reform_unit"} {
		if _, err := tx.NewDelete().Table(table).Where("unit_id = ?", u.ID).Exec(ctx); err != nil {
			return err
		}
	}
	if _, err := tx.NewDelete().Model((*row)(nil)).Where("id = ?", u.ID).Exec(ctx); err != nil {
		return err
	}
	return s.auditUnit(ctx, tx, "unit.unmake", u.ID, map[string]any{"name": u.Name})
}
