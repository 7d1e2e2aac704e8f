// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/db"
)

const table = "infection"

// manySpans is from how many spans on the tally looks at all infections.
const manySpans = 100

// Restamp writes anew whose the addresses in spans are, inside the transaction
// that changed the address plan.
func (s *Service) Restamp(ctx context.Context, tx *db.Tx, spans []unit.Stretch) error {
	var held []some
	for _, sp := range spans {
		held = append(held, some{"i.owner_unit = ? AND i.addr_key >= ? AND i.addr_key <= ?", []any{string(sp.Owner), sp.Lo, sp.Hi}})
	}
	if len(spans) > manySpans {
		held = everyone
	}
	return tallied(ctx, tx, held, func() error { return unit.Restamp(ctx, tx, table, spans) })
}

// StampMissing stamps the infections that an earlier version of the program left
// without. Nobody sees those before; it is called when the records are opened.
func (s *Service) StampMissing(ctx context.Context) error {
	const op = "infection.StampMissing"
	for {
		var ids []string
		err := s.Records.Read().NewSelect().Table(table).Column("id").Where("scope_unit = ''").Limit(chunk).Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			return db.Error(op, err)
		}
		err = s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			var machines []MachineID
			if err := tx.NewSelect().Table(table).Column("machine_id").Distinct().Where("id IN (?)", bun.List(ids)).Scan(ctx, &machines); err != nil {
				return err
			}
			return tallied(ctx, tx, machinesOf(machines), func() error { return stamp(ctx, tx, ids) })
		})
		if err != nil {
			return db.Error(op, err)
		}
	}
}

func stamp(ctx context.Context, tx *db.Tx, ids []string) error {
	return unit.StampRows(ctx, tx, table, ids)
}
