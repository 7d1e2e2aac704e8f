// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// PerUnit counts the obligations that fell due in from..to (to not included)
// and that the actor sees, by the unit that owes them. Only units of ids are
// counted.
func (s *Service) PerUnit(ctx context.Context, ids []string, from, to time.Time) (map[string]int64, error) {
	const op = "obligation.PerUnit"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		UnitID string `bun:"unit_id"`
		N      int64  `bun:"n"`
	}
	q := scope.Filter(s.records.Read().NewSelect().Model((*row)(nil)), "o.unit_id").ColumnExpr("o.unit_id").ColumnExpr("COUNT(*) AS n")
	err = q.Where("o.unit_id IN (?)", bun.List(ids)).Where("o.due_at >= ?", db.At(from)).Where("o.due_at < ?", db.At(to)).
		GroupExpr("o.unit_id").Scan(ctx, &rows)
	out := map[string]int64{}
	for _, r := range rows {
		out[r.UnitID] = r.N
	}
	return out, db.Error(op, err)
}
