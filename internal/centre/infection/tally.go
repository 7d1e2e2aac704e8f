// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// tallyRow is by how much a transaction changed the number of machines with an
// active infection.
type tallyRow struct {
	bun.BaseModel `bun:"table:infection_tally,alias:t"`

	ID        string           `bun:"id,pk"`
	ScopeUnit string           `bun:"scope_unit"`
	Kind      unit.AddressKind `bun:"address_kind"`
	Machines  int64            `bun:"machines"`
}

// spot is where a machine has an active infection. The table of those that have
// several of a kind is infection_shared.
type spot struct {
	bun.BaseModel `bun:"table:infection_shared"`

	Machine   MachineID        `bun:"machine_id,pk"`
	Kind      unit.AddressKind `bun:"address_kind,pk"`
	ScopeUnit string           `bun:"scope_unit,pk"`
}

// group is what is counted together.
type group struct {
	scope string
	kind  unit.AddressKind
}

// some are the infections, alias i, of which a condition holds.
type some struct {
	where string
	args  []any
}

var everyone = []some{{where: "1 = 1"}}

// machinesOf are the infections of machines, some hundred at a time.
func machinesOf(ids []MachineID) (out []some) {
	for part := range slices.Chunk(ids, chunk) {
		list := make(db.In, len(part))
		for n, id := range part {
			list[n] = string(id)
		}
		out = append(out, some{"i.machine_id IN (?)", []any{list}})
	}
	return out
}

// tallied runs change, which writes infections, and adds to the tally what it
// changed. of are all records of each machine that change writes, and perhaps
// more. All writing of infections goes through here.
func tallied(ctx context.Context, tx *db.Tx, of []some, change func() error) error {
	before, err := spots(ctx, tx, of)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := spots(ctx, tx, of)
	if err != nil {
		return err
	}
	changed := map[group]int64{}
	moved := map[MachineID]bool{}
	for s := range before {
		if !after[s] {
			changed[group{s.ScopeUnit, s.Kind}]--
			moved[s.Machine] = true
		}
	}
	for s := range after {
		if !before[s] {
			changed[group{s.ScopeUnit, s.Kind}]++
			moved[s.Machine] = true
		}
	}
	if err := add(ctx, tx, changed); err != nil {
		return err
	}
	return share(ctx, tx, moved, after)
}

// spots are those of the machines of infections.
func spots(ctx context.Context, tx *db.Tx, of []some) (map[spot]bool, error) {
	out := map[spot]bool{}
	var states db.In
	for _, s := range active {
		states = append(states, string(s))
	}
	for _, o := range of {
		var rows []spot
		err := tx.Fetch(ctx, &rows, "SELECT DISTINCT i.machine_id, i.address_kind, i.scope_unit FROM infection AS i WHERE i.state IN (?) AND "+o.where,
			append([]any{states}, o.args...)...)
		if err != nil {
			return nil, db.Error("infection.spots", err)
		}
		for _, r := range rows {
			out[r] = true
		}
	}
	return out, nil
}

// add writes changes of the tally.
func add(ctx context.Context, tx *db.Tx, changed map[group]int64) error {
	var rows []tallyRow
	for g, n := range changed {
		if n != 0 {
			rows = append(rows, tallyRow{ID: db.NewID(), ScopeUnit: g.scope, Kind: g.kind, Machines: n})
		}
	}
	return db.Error("infection.add", db.Put(ctx, tx, "", rows...))
}

// share notes anew which of moved have spots of one kind in several units.
func share(ctx context.Context, tx *db.Tx, moved map[MachineID]bool, after map[spot]bool) error {
	const op = "infection.share"
	for part := range slices.Chunk(slices.Collect(maps.Keys(moved)), chunk) {
		if _, err := tx.NewDelete().Model((*spot)(nil)).Where("machine_id IN (?)", bun.List(part)).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
	}
	type both struct {
		machine MachineID
		kind    unit.AddressKind
	}
	by := map[both][]spot{}
	for s := range after {
		if moved[s.Machine] {
			by[both{s.Machine, s.Kind}] = append(by[both{s.Machine, s.Kind}], s)
		}
	}
	var rows []spot
	for _, list := range by {
		if len(list) > 1 {
			rows = append(rows, list...)
		}
	}
	return db.Error(op, db.Put(ctx, tx, "", rows...))
}

// total adds up the tally of a scope, by kind of address.
func total(ctx context.Context, q bun.IDB, scope auth.Scope) (Count, error) {
	sum := scope.Filter(q.NewSelect().TableExpr("infection_tally AS t"), "t.scope_unit").
		ColumnExpr("t.address_kind, SUM(t.machines) AS n").GroupExpr("t.address_kind")
	twice := scope.Filter(q.NewSelect().TableExpr("infection_shared AS s"), "s.scope_unit").
		ColumnExpr("s.address_kind, COUNT(DISTINCT s.machine_id) - COUNT(*) AS n").GroupExpr("s.address_kind")
	var rows []struct {
		Kind unit.AddressKind `bun:"address_kind"`
		N    int64            `bun:"n"`
	}
	err := q.NewSelect().TableExpr("(?) AS e", sum.UnionAll(twice)).ColumnExpr("e.address_kind, CAST(SUM(e.n) AS BIGINT) AS n").
		GroupExpr("e.address_kind").Scan(ctx, &rows)
	var c Count
	for _, r := range rows {
		c.add(r.Kind, r.N)
	}
	return c, db.Error("infection.total", err)
}

// Fold puts the changes of the tally together, so that adding them up stays
// short. It changes no count and may be called at any time.
func (s *Service) Fold(ctx context.Context) error {
	const op = "infection.Fold"
	n, err := s.Records.Read().NewSelect().Model((*tallyRow)(nil)).Count(ctx)
	if err != nil || n < 2*chunk { // adding up so few takes a millisecond
		return db.Error(op, err)
	}
	return db.Error(op, s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []tallyRow
		if err := tx.NewSelect().Model(&rows).Scan(ctx); err != nil {
			return err
		}
		sum, ids := map[group]int64{}, make([]string, len(rows))
		for n, r := range rows {
			ids[n] = r.ID
			sum[group{r.ScopeUnit, r.Kind}] += r.Machines
		}
		for part := range slices.Chunk(ids, chunk) {
			if _, err := tx.NewDelete().Model((*tallyRow)(nil)).Where("id IN (?)", bun.List(part)).Exec(ctx); err != nil {
				return err
			}
		}
		return add(ctx, tx, sum)
	}))
}

// Recount makes the tally anew out of the infections themselves: for rows that
// were written past the service.
func (s *Service) Recount(ctx context.Context) error {
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, model := range []any{(*tallyRow)(nil), (*spot)(nil)} {
			if _, err := tx.NewDelete().Model(model).Where("1 = 1").Exec(ctx); err != nil {
				return db.Error("infection.Recount", err)
			}
		}
		after, err := spots(ctx, tx, everyone)
		if err != nil {
			return err
		}
		sum, machines := map[group]int64{}, map[MachineID]bool{}
		for s := range after {
			sum[group{s.ScopeUnit, s.Kind}]++
			machines[s.Machine] = true
		}
		if err := add(ctx, tx, sum); err != nil {
			return err
		}
		return share(ctx, tx, machines, after)
	})
}
