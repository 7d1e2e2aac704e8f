// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Made are the findings made at or after a moment, whenever what they tell of
// happened.
type Made struct {
	Total int64
	// Past are those of Total whose every hit lies before the moment: they were
	// found by looking back, or in logs that came late. The latest made first, at
	// most as many as asked for.
	Past      []Seen
	PastTotal int64
}

// MadeSince answers whoever reads findings. It reads along the key, which grows
// with time, so that it costs what was made and not what is kept.
func (s *Service) MadeSince(ctx context.Context, since time.Time, limit int) (m Made, err error) {
	const op = "finding.MadeSince"
	_, scope, err := auth.Need(ctx, op, auth.Permission{Area: auth.Findings, Act: auth.Read})
	if err != nil {
		return m, err
	}
	q := s.Records.Read()
	made := func(dest any) *bun.SelectQuery {
		return visible(q, dest, scope).Where("f.id >= ?", db.IDFrom(since)).Where("f.created_at >= ?", db.At(since))
	}
	if m.Total, err = made((*row)(nil)).Count(ctx); err != nil {
		return m, db.Error(op, err)
	}
	past := func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("f.last_seen < ?", db.At(since)) }
	if m.PastTotal, err = past(made((*row)(nil))).Count(ctx); err != nil || m.PastTotal == 0 {
		return m, db.Error(op, err)
	}
	var rows []row
	if err := columns(past(made(&rows))).OrderExpr("f.id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return m, db.Error(op, err)
	}
	m.Past, err = allSeen(rows)
	return m, err
}
