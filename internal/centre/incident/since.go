// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Since counts the cases of the actor's scope opened, and those closed, at or
// after a moment.
func (s *Service) Since(ctx context.Context, since time.Time) (opened, closed int64, err error) {
	const op = "incident.Since"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return 0, 0, err
	}
	count := func(column string) (int64, error) {
		n, err := visible(s.records.Read().NewSelect().Model((*row)(nil)), scope).Where(column+" >= ?", db.At(since)).Count(ctx)
		return int64(n), db.Error(op, err)
	}
	if opened, err = count("i.opened_at"); err != nil {
		return 0, 0, err
	}
	closed, err = count("i.closed_at")
	return opened, closed, err
}
