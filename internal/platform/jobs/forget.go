// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Forget removes jobs that have ended, inside the transaction in which their
// room forgets what they were done for. Those that have not ended stay.
func (q *Queue) Forget(ctx context.Context, tx *db.Tx, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewDelete().Model((*Job)(nil)).Where("id IN (?)", bun.List(ids)).Where("state IN (?)", bun.List([]State{Done, Failed, Cancelled})).Exec(ctx)
	return db.Error("jobs.Forget", err)
}
