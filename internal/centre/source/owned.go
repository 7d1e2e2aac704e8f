// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// mostOwned is how many sources Owned gives.
const mostOwned = 500

// Owned are the sources of units in a scope by name, at most 500, for a room that
// has asked for its own permission: whoever may read the lines of a unit may know
// which of its machines sent them.
func (s *Service) Owned(ctx context.Context, scope auth.Scope) ([]Source, error) {
	var rows []row
	q := scope.Filter(s.Records.Read().NewSelect().Model(&rows), "row.owner_unit")
	if err := q.OrderExpr("row.name, row.id").Limit(mostOwned).Scan(ctx); err != nil {
		return nil, db.Error("source.Owned", err)
	}
	out := make([]Source, len(rows))
	for i, r := range rows {
		out[i] = r.source()
	}
	return out, nil
}
