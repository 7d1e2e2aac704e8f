// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// This file carries over what is left for many at once, as issue_job.go issues to
// many: what becomes of each task, with its term, is settled when the person
// decides; the job moves them piece by piece.

// carrying is the part of a mandate that carries over.
type carrying struct {
	From   ID     `json:"from"`
	Reason string `json:"reason,omitempty"` // of what ends
	Legs   []leg  `json:"legs"`
}

// later asks for legs to be moved by a job, inside tx.
func (m *mover) later(ctx context.Context, tx *db.Tx, legs []leg) (jobs.Job, error) {
	o := mandate{Directive: m.d.ID, Actor: m.by.ID, Name: m.by.Name, Owed: m.owed, Carry: &carrying{From: m.then.ID, Reason: m.c.Reason, Legs: legs}}
	return m.s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: string(m.d.ID) + "/" + db.NewID(), Payload: o, Unit: m.d.UnitID})
}

// Carries reports whether a job of JobKind carries over what is left of an earlier
// directive; else it issues.
func Carries(j jobs.Job) bool {
	var o mandate
	return j.Decode(&o) == nil && o.Carry != nil
}

// carryOn moves the tasks of a mandate. What it moved before it was stopped is no
// longer left, so it may be run again at any instruction.
func (s *Service) carryOn(ctx context.Context, j jobs.Job, p *jobs.Progress, d Directive, list []Item, o mandate) error {
	const op = "directive.carryOn"
	var r row
	if err := s.Records.Read().NewSelect().Model(&r).Where("d.id = ?", string(o.Carry.From)).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	then, err := r.directive()
	if err != nil {
		return err
	}
	m := mover{s: s, op: op, d: &d, then: then, c: Carrying{From: then.ID, Reason: o.Carry.Reason}, items: list, owed: o.Owed}
	var done, total, carried int64
	for _, g := range o.Carry.Legs {
		total += int64(len(g.Tasks))
	}
	for _, g := range o.Carry.Legs {
		for part := range slices.Chunk(g.Tasks, atATime) {
			p.Set(done, total, "directive.job.carrying")
			before := m.moved
			n := 0
			err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				n, m.moved = 0, before
				if err := p.Step(ctx, tx); err != nil {
					return err
				}
				if in, err := inForce(ctx, tx, d.ID); err != nil || !in { // closed meanwhile: what is left stays where it is
					return cmp.Or(err, errNothing)
				}
				if n, err = m.carry(ctx, tx, g, part); err == nil && n == 0 {
					err = errNothing
				}
				return err
			})
			if something(err) != nil {
				return err
			}
			done, carried = done+int64(len(part)), carried+int64(n)
		}
	}
	p.Set(total, total, "directive.job.carrying")
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.Fence(ctx, tx); err != nil {
			return err
		}
		if in, err := inForce(ctx, tx, d.ID); err != nil || !in { // closed meanwhile: nobody is told
			return cmp.Or(err, errNothing)
		}
		if m.moved, err = movedFrom(ctx, tx, o.Carry.Legs); err != nil {
			return err
		}
		if err := m.tell(ctx, tx, j.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, "directive.carried", d, map[string]any{"from": then.Code, "job": j.ID, "tasks": total, "carried": carried})
	})
	return something(err)
}

// movedFrom are the bodies of those tasks of legs that were carried over, by this
// run of the job or one before it.
func movedFrom(ctx context.Context, tx *db.Tx, legs []leg) (units []string, err error) {
	for _, g := range legs {
		for part := range slices.Chunk(g.Tasks, 500) {
			var some []string
			err := tx.NewSelect().TableExpr("directive_task AS t").ColumnExpr("DISTINCT t.unit_id").Where("t.id IN (?)", bun.List(part)).Where("t.state = ?", string(Moved)).Scan(ctx, &some)
			if err != nil {
				return nil, db.Error("directive.movedFrom", err)
			}
			units = append(units, some...)
		}
	}
	return units, nil
}

// settled refuses while a job opens tasks of a directive.
func (s *Service) settled(ctx context.Context, op string, id ID) error {
	j, opening, err := s.Opening(ctx, id)
	if err == nil && opening && j.State != jobs.Failed {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.opening"}
	}
	return err
}
