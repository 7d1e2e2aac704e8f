// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// MadeSince counts the infections that became known at or after a moment.
func (s *Service) MadeSince(ctx context.Context, since time.Time) (int64, error) {
	const op = "infection.MadeSince"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return 0, err
	}
	n, err := visible(s.Records.Read(), (*row)(nil), scope).Where("i.id >= ?", db.IDFrom(since)).Where("i.created_at >= ?", db.At(since)).Count(ctx)
	return int64(n), db.Error(op, err)
}
