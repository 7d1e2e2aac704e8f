// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/db"
)

const table = "finding"

// Restamp writes anew whose the addresses in spans are, inside the transaction
// that changed the address plan.
func (s *Service) Restamp(ctx context.Context, tx *db.Tx, spans []unit.Stretch) error {
	return unit.Restamp(ctx, tx, table, spans)
}

// StampMissing stamps the findings that an earlier version of the program left
// without. Nobody sees those before; it is called when the records are opened.
func (s *Service) StampMissing(ctx context.Context) error {
	const op = "finding.StampMissing"
	for {
		var ids []string
		err := s.Records.Read().NewSelect().Table(table).Column("id").Where("scope_unit = ''").Limit(chunk).Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			return db.Error(op, err)
		}
		err = s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return stamp(ctx, tx, ids) })
		if err != nil {
			return db.Error(op, err)
		}
	}
}

func stamp(ctx context.Context, tx *db.Tx, ids []string) error {
	return unit.StampRows(ctx, tx, table, ids)
}
