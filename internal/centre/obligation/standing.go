// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Standing is where an obligation stands, without its words: for boards that show
// thousands at once.
type Standing struct {
	ID       ID
	Subject  string // id
	ClockID  string
	UnitID   string
	State    State
	DueAt    time.Time
	SoonAt   time.Time
	MetAt    time.Time // zero unless met
	Evidence int64     // how many things prove it
}

// Clock is where the term stands at now, as Obligation.Clock.
func (s Standing) Clock(now time.Time) Clock {
	return Obligation{State: s.State, DueAt: s.DueAt, SoonAt: s.SoonAt, Proof: Proof{At: s.MetAt}}.Clock(now)
}

// Standings returns the obligations about subjects of a kind that lie in the
// actor's scope, in one statement and in no order.
func (s *Service) Standings(ctx context.Context, kind string, ids []string) ([]Standing, error) {
	const op = "obligation.Standings"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []struct {
		ID       string  `bun:"id"`
		Subject  string  `bun:"subject_id"`
		ClockID  string  `bun:"clock_id"`
		UnitID   string  `bun:"unit_id"`
		State    string  `bun:"state"`
		DueAt    db.Time `bun:"due_at"`
		SoonAt   db.Time `bun:"soon_at"`
		MetAt    db.Time `bun:"met_at"`
		Evidence int64   `bun:"evidence"`
	}
	q := s.records.Read()
	sel := q.NewSelect().Model((*row)(nil)).Column("o.id", "o.subject_id", "o.clock_id", "o.unit_id", "o.state", "o.due_at", "o.soon_at", "o.met_at").
		ColumnExpr("(SELECT COUNT(*) FROM obligation_evidence AS e WHERE e.obligation_id = o.id) AS evidence").
		Where("o.subject_kind = ?", kind).Where("o.subject_id IN (?)", bun.List(ids))
	if err := scope.Filter(sel, "o.unit_id").Scan(ctx, &rows); err != nil {
		return nil, db.Error(op, err)
	}
	out := make([]Standing, len(rows))
	for i, r := range rows {
		out[i] = Standing{ID: ID(r.ID), Subject: r.Subject, ClockID: r.ClockID, UnitID: r.UnitID, State: State(r.State), DueAt: r.DueAt.Time,
			SoonAt: r.SoonAt.Time, MetAt: r.MetAt.Time, Evidence: r.Evidence}
	}
	return out, nil
}
