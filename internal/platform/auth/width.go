// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"

	"github.com/uptrace/bun"
)

// Most reports whether s holds at least half of all units. Lists in an order of
// their own then read along that order and pass over the few rows outside
// (Residual); in a narrower scope they seek its rows (Filter) and sort them.
func (s Scope) Most(ctx context.Context, q bun.IDB) (bool, error) {
	if len(s.roots) == 0 {
		return false, nil
	}
	var held, all int
	within, args := s.Where("descendant")
	err := q.NewSelect().Table("unit_closure").ColumnExpr("COUNT(DISTINCT descendant)").
		ColumnExpr("COUNT(DISTINCT CASE WHEN "+within+" THEN descendant END)", args...).Scan(ctx, &all, &held)
	return 2*held >= all, err
}

// Residual narrows q as Filter does, in a form by which no engine seeks rows.
// column is trusted SQL.
func (s Scope) Residual(q *bun.SelectQuery, column string) *bun.SelectQuery {
	query, args := s.Where(column)
	for i, a := range args {
		if _, ok := a.(bun.Ident); ok {
			args[i] = bun.Safe("(" + column + " || '')")
		}
	}
	return q.Where(query, args...)
}
