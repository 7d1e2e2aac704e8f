// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// PerUnit counts the cases detected in from..to (to not included) that the
// actor sees, by the unit that has them. Only units of ids are counted.
func (s *Service) PerUnit(ctx context.Context, ids []string, from, to time.Time) (map[string]int64, error) {
	const op = "incident.PerUnit"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		UnitID string `bun:"unit_id"`
		N      int64  `bun:"n"`
	}
	q := visible(s.records.Read().NewSelect().Model((*row)(nil)), scope).ColumnExpr("i.unit_id").ColumnExpr("COUNT(*) AS n")
	err = q.Where("i.unit_id IN (?)", bun.List(ids)).Where("i.detected_at >= ?", db.At(from)).Where("i.detected_at < ?", db.At(to)).
		GroupExpr("i.unit_id").Scan(ctx, &rows)
	out := map[string]int64{}
	for _, r := range rows {
		out[r.UnitID] = r.N
	}
	return out, db.Error(op, err)
}
