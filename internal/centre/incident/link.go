// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// LinksIn lists what a case grew from, inside the caller's transaction, which
// has asked for its own permission: hooks use it.
func (s *Service) LinksIn(ctx context.Context, tx *db.Tx, id ID) ([]Link, error) {
	out, err := links(ctx, tx, id)
	return out, db.Error("incident.links", err)
}
