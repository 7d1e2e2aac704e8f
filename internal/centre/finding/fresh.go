// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// UnitsIn counts findings by the unit their client belongs to, or their owner
// where no unit is known: for telling people of them inside the transaction.
func (s *Service) UnitsIn(ctx context.Context, tx *db.Tx, ids ...ID) (map[string]int64, error) {
	out := map[string]int64{}
	for len(ids) > 0 {
		part := ids[:min(chunk, len(ids))]
		ids = ids[len(part):]
		var units []string
		err := tx.NewSelect().Model((*row)(nil)).ColumnExpr("f.scope_unit").
			Where("f.id IN (?)", bun.List(part)).Scan(ctx, &units)
		if err != nil {
			return nil, db.Error("finding.UnitsIn", err)
		}
		for _, u := range units {
			out[u]++
		}
	}
	return out, nil
}
