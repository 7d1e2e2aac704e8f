// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Pressing lists open obligations that are due soon or overdue at now, whoever
// owes them, with an id after the given one, in order of their ids: for
// reminding people. The caller is the system, not a person.
func (s *Service) Pressing(ctx context.Context, now time.Time, after ID, limit int) ([]Obligation, error) {
	var rows []row
	err := s.records.Read().NewSelect().Model(&rows).Where("o.state = ?", string(Open)).Where("o.soon_at <= ?", db.At(now)).
		Where("o.id > ?", string(after)).OrderExpr("o.id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, db.Error("obligation.Pressing", err)
	}
	return all(rows)
}
