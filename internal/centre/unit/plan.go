// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"

	"github.com/uptrace/bun"
)

// planRow is one range as the logs of owner may speak of it; see the schema.
type planRow struct {
	bun.BaseModel `bun:"table:unit_plan,alias:up"`

	Slot       string      `bun:"slot,pk"` // owner/bucket
	Owner      ID          `bun:"owner"`
	RangeID    RangeID     `bun:"range_id,pk"`
	UnitID     ID          `bun:"unit_id"`
	Kind       AddressKind `bun:"kind"`
	Lo         string      `bun:"lo"`
	Hi         string      `bun:"hi"`
	Bits       int         `bun:"bits"`
	ValidFrom  int64       `bun:"valid_from"`
	ValidUntil int64       `bun:"valid_until"`
}

// replan brings unit_plan in line with a range just written.
func replan(ctx context.Context, tx bun.IDB, r Range) error {
	if err := unplan(ctx, tx, r.ID); err != nil {
		return err
	}
	var above []closureRow
	if err := tx.NewSelect().Model(&above).Where("descendant = ?", r.UnitID).Scan(ctx); err != nil {
		return err
	}
	return insertPlan(ctx, tx, planRows(r, above))
}

func planRows(r Range, above []closureRow) []planRow {
	at, rows := toRangeRow(r), make([]planRow, len(above))
	for i, a := range above {
		rows[i] = planRow{Slot: string(a.Ancestor) + "/" + bucket(r.Prefix), Owner: a.Ancestor, RangeID: r.ID, UnitID: r.UnitID, Kind: r.Kind,
			Lo: at.Lo, Hi: at.Hi, Bits: at.Bits, ValidFrom: at.ValidFrom, ValidUntil: at.ValidUntil}
	}
	return rows
}

func insertPlan(ctx context.Context, tx bun.IDB, rows []planRow) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return errors.Join(err, moved(ctx, rows))
}

func unplan(ctx context.Context, tx bun.IDB, id RangeID) error {
	return takeOut(ctx, tx, func(q bun.QueryBuilder) bun.QueryBuilder { return q.Where("range_id = ?", id) })
}

func takeOut(ctx context.Context, tx bun.IDB, which func(bun.QueryBuilder) bun.QueryBuilder) error {
	var rows []planRow
	err := tx.NewSelect().Model(&rows).ApplyQueryBuilder(which).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return err
	}
	_, err = tx.NewDelete().Model((*planRow)(nil)).ApplyQueryBuilder(which).Exec(ctx)
	return errors.Join(err, moved(ctx, rows))
}

// deleteRange takes a range away, from the plan too.
func deleteRange(ctx context.Context, tx bun.IDB, id RangeID) error {
	_, err := tx.NewDelete().Model((*rangeRow)(nil)).Where("id = ?", id).Exec(ctx)
	return errors.Join(err, unplan(ctx, tx, id))
}

// replanAll brings unit_plan in line with a changed unit_closure.
func replanAll(ctx context.Context, tx bun.IDB) error {
	err := takeOut(ctx, tx, func(q bun.QueryBuilder) bun.QueryBuilder {
		return q.Where("NOT EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor = up.owner AND c.descendant = up.unit_id)")
	})
	if err != nil {
		return err
	}
	var missing []struct {
		rangeRow `bun:",extend"`
		Ancestor ID `bun:"ancestor"`
	}
	err = tx.NewSelect().Model((*rangeRow)(nil)).
		ColumnExpr("r.id, r.unit_id, r.lo, r.hi, r.bits, r.kind, r.valid_from, r.valid_until, r.note, c.ancestor").
		Join("JOIN unit_closure AS c ON c.descendant = r.unit_id").
		Where("NOT EXISTS (SELECT 1 FROM unit_plan p WHERE p.owner = c.ancestor AND p.range_id = r.id)").Scan(ctx, &missing)
	if err != nil {
		return err
	}
	var rows []planRow
	for _, m := range missing {
		rows = append(rows, planRows(m.addresses(), []closureRow{{Ancestor: m.Ancestor}})...)
	}
	for len(rows) > 0 {
		n := min(1000, len(rows))
		if err := insertPlan(ctx, tx, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
