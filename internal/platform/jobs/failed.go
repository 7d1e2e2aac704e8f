// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Failed lists jobs that failed since, whoever owns them, the latest first: for
// telling people of them. The caller is the system, not a person.
func (q *Queue) Failed(ctx context.Context, since time.Time, limit int) ([]Job, error) {
	var list []Job
	err := q.db.Read().NewSelect().Model(&list).Where("state = ?", Failed).Where("ended_at >= ?", db.At(since)).
		Order("ended_at DESC", "id").Limit(int64(limit)).Scan(ctx)
	return list, db.Error("jobs.Failed", err)
}
