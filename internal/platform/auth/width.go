// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"github.com/uptrace/bun"
)

// Residual narrows q as Filter does, in a form by which no engine seeks rows:
// for lists that are read along an index in their own order, passing over what
// does not match. column is trusted SQL.
func (s Scope) Residual(q *bun.SelectQuery, column string) *bun.SelectQuery {
	query, args := s.Where(column)
	for i, a := range args {
		if _, ok := a.(bun.Ident); ok {
			args[i] = bun.Safe("(" + column + " || '')")
		}
	}
	return q.Where(query, args...)
}
