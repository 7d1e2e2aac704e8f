// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// fields of a unit whose past is kept.
const (
	pastName   = "name"
	pastShort  = "short_name"
	pastParent = "parent_id"
)

type pastRow struct {
	bun.BaseModel `bun:"table:unit_past"`

	ID         string   `bun:"id,pk"`
	UnitID     ID       `bun:"unit_id"`
	Field      string   `bun:"field"`
	Value      string   `bun:"value"`
	ValidUntil int64    `bun:"valid_until"`
	ReformID   ReformID `bun:"reform_id"`
}

// lastPast is the latest instant at which a field of a unit changed; dawn when
// it never did.
func lastPast(ctx context.Context, q bun.IDB, id ID, field string) (ms int64, err error) {
	err = q.NewSelect().Model((*pastRow)(nil)).ColumnExpr("COALESCE(MAX(valid_until), ?)", dawn).
		Where("unit_id = ?", id).Where("field = ?", field).Scan(ctx, &ms)
	return ms, err
}

// pastOf loads what units were, earliest first.
func pastOf(ctx context.Context, q bun.IDB, ids []ID) (map[ID][]pastRow, error) {
	out := map[ID][]pastRow{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []pastRow
	err := q.NewSelect().Model(&rows).Where("unit_id IN (?)", bun.List(ids)).Order("valid_until", "id").Scan(ctx)
	for _, r := range rows {
		out[r.UnitID] = append(out[r.UnitID], r)
	}
	return out, err
}

// on gives the unit the name and parent it had on day d.
func (u Unit) on(d calendar.Date, past []pastRow) Unit {
	at := fromMillis(d)
	for i := len(past) - 1; i >= 0; i-- {
		if p := past[i]; at < p.ValidUntil {
			switch p.Field {
			case pastName:
				u.Name = p.Value
			case pastShort:
				u.ShortName = p.Value
			case pastParent:
				u.ParentID = ID(p.Value)
			}
		}
	}
	return u
}

// GetOn returns a unit as it was called and where it stood on day d, whether or
// not it existed then. Like Get it fails with fault.NotFound.
func (s *Service) GetOn(ctx context.Context, id ID, d calendar.Date) (Unit, error) {
	u, err := s.Get(ctx, id)
	if err != nil {
		return Unit{}, err
	}
	past, err := pastOf(ctx, s.db.Read(), []ID{id})
	return u.on(d, past[id]), db.Error("unit.GetOn", err)
}

// Span is one value and the days on which it held, both included, zero ends
// open.
type Span struct {
	Value    string
	From, To calendar.Date
	Reform   ReformID // that ended it; empty for the present value
}

// Lineage is the past of one unit: what it was called, under whom it stood,
// whom it came from and who came after it.
type Lineage struct {
	Unit         Unit
	Names        []Span
	Parents      []Span // ids of units
	Predecessors []Kin  // nearest first
	Successors   []Kin  // nearest first
	Bases        []Decision
}

// Kin is a unit before or after another.
type Kin struct {
	Unit
	Steps int // 1: directly
}

// Decision is a decision that touched the unit.
type Decision struct {
	ID    ReformID
	Kind  ReformKind
	State ReformState
	From  calendar.Date
	Basis string
	Day   calendar.Date
}

// Lineage tells the past of a unit, as far as the actor may see it.
func (s *Service) Lineage(ctx context.Context, id ID) (Lineage, error) {
	const op = "unit.Lineage"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Lineage{}, err
	}
	q := s.db.Read()
	u, err := get(ctx, q, scope, id)
	if err != nil {
		return Lineage{}, db.Error(op, err)
	}
	past, err := pastOf(ctx, q, []ID{id})
	if err != nil {
		return Lineage{}, db.Error(op, err)
	}
	l := Lineage{Unit: u, Names: spans(past[id], pastName, u.Name, u), Parents: spans(past[id], pastParent, string(u.ParentID), u)}
	if l.Predecessors, err = s.kin(ctx, q, scope, u, func(v Unit) []ID { return v.PredecessorIDs }); err != nil {
		return Lineage{}, db.Error(op, err)
	}
	if l.Successors, err = s.kin(ctx, q, scope, u, func(v Unit) []ID { return v.SuccessorIDs }); err != nil {
		return Lineage{}, db.Error(op, err)
	}
	l.Bases, err = bases(ctx, q, id)
	return l, db.Error(op, err)
}

// spans lays the values of a field over the life of a unit.
func spans(past []pastRow, field, now string, u Unit) []Span {
	var out []Span
	from := u.ValidFrom
	for _, p := range past {
		if p.Field == field {
			out = append(out, Span{Value: p.Value, From: from, To: untilDay(p.ValidUntil), Reform: p.ReformID})
			from = untilDay(p.ValidUntil).AddDays(1)
		}
	}
	return append(out, Span{Value: now, From: from, To: u.ValidTo})
}

// kin walks from u along next, nearest first, as far as the scope allows.
func (s *Service) kin(ctx context.Context, q bun.IDB, scope auth.Scope, u Unit, next func(Unit) []ID) ([]Kin, error) {
	var out []Kin
	seen, ring := map[ID]bool{u.ID: true}, next(u)
	for steps := 1; len(ring) > 0; steps++ {
		var further []ID
		for _, id := range ring {
			if seen[id] {
				continue
			}
			seen[id] = true
			v, err := get(ctx, q, scope, id)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out, further = append(out, Kin{v, steps}), append(further, next(v)...)
		}
		ring = further
	}
	slices.SortStableFunc(out, func(a, b Kin) int { return cmp.Or(a.Steps-b.Steps, cmp.Compare(a.Name, b.Name)) })
	return out, nil
}

// bases lists the decisions that were carried out on a unit, latest first.
func bases(ctx context.Context, q bun.IDB, id ID) ([]Decision, error) {
	var rows []reformRow
	err := q.NewSelect().Model(&rows).Where("f.state IN (?)", bun.List([]ReformState{Applied, Undone})).
		Where("f.id IN (SELECT x.reform_id FROM unit_reform_unit x WHERE x.unit_id = ?)", id).Order("f.starts DESC", "f.id DESC").Scan(ctx)
	var out []Decision
	for _, r := range rows {
		f, err := r.reform()
		if err != nil {
			return nil, err
		}
		out = append(out, Decision{f.ID, f.Kind, f.State, f.From, f.Basis, f.BasisDay})
	}
	return out, err
}

// absent is the refusal of what is not there, or not for this actor.
func absent(op string) error { return &fault.Error{Kind: fault.NotFound, Op: op} }
