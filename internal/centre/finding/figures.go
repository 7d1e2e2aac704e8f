// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// PerUnit counts what was first seen in from..to (to not included) and is
// visible to the actor, by the unit that had the address then. Only units of
// ids are counted; each row counts once, so figures of units add up.
func (s *Service) PerUnit(ctx context.Context, ids []string, from, to time.Time) (map[string]int64, error) {
	const op = "finding.PerUnit"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	q := s.Records.Read()
	seen := visible(q, (*row)(nil), scope).ColumnExpr(unit.WhoseSQL("f.addr_key", "f.owner_unit", "f.first_seen")+" AS unit_id").
		Where("f.first_seen >= ?", db.At(from)).Where("f.first_seen < ?", db.At(to)).Where("f.id IN (?)", unit.Candidates(q, table, ids))
	var rows []struct {
		UnitID string `bun:"unit_id"`
		N      int64  `bun:"n"`
	}
	err = q.NewSelect().TableExpr("(?) AS y", seen).ColumnExpr("y.unit_id").ColumnExpr("COUNT(*) AS n").
		Where("y.unit_id IN (?)", bun.List(ids)).
		GroupExpr("y.unit_id").Scan(ctx, &rows)
	out := map[string]int64{}
	for _, r := range rows {
		out[r.UnitID] = r.N
	}
	return out, db.Error(op, err)
}
