// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"database/sql"
	"errors"
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
// actor's scope, in no order.
func (s *Service) Standings(ctx context.Context, kind string, ids []string) (out []Standing, err error) {
	const op = "obligation.Standings"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	proofs, err := s.proofs(ctx, scope, kind, ids)
	if err != nil {
		return nil, err
	}
	q := s.records.Read().NewSelect().Model((*row)(nil)).Column("o.id", "o.subject_id", "o.clock_id", "o.unit_id", "o.state", "o.due_at", "o.soon_at", "o.met_at").
		Where("o.subject_kind = ?", kind).Where("o.subject_id IN (?)", bun.List(ids))
	rows, err := scope.Filter(q, "o.unit_id").Rows(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	defer func() { err = errors.Join(err, db.Error(op, rows.Close())) }()
	words := map[string]string{} // each text once: a board has ten thousand duties of few units
	word := func(raw []byte) string {
		w, ok := words[string(raw)]
		if !ok {
			w = string(raw)
			words[w] = w
		}
		return w
	}
	var id string
	var subject, unit, state, clock sql.RawBytes
	var due, soon, met db.Time
	for rows.Next() {
		if err := rows.Scan(&id, &subject, &clock, &unit, &state, &due, &soon, &met); err != nil {
			return nil, db.Error(op, err)
		}
		out = append(out, Standing{ID: ID(id), Subject: word(subject), ClockID: string(clock), UnitID: word(unit), State: State(word(state)), DueAt: due.Time, SoonAt: soon.Time,
			MetAt: met.Time, Evidence: proofs[id]})
	}
	return out, db.Error(op, rows.Err())
}

// proofs counts the evidence of each obligation that has some.
func (s *Service) proofs(ctx context.Context, scope auth.Scope, kind string, ids []string) (map[string]int64, error) {
	var rows []struct {
		ID string `bun:"id"`
		N  int64  `bun:"n"`
	}
	q := s.records.Read().NewSelect().Model((*row)(nil)).Column("o.id").ColumnExpr("COUNT(*) AS n").Join("JOIN obligation_evidence AS e ON e.obligation_id = o.id").
		Where("o.subject_kind = ?", kind).Where("o.subject_id IN (?)", bun.List(ids)).GroupExpr("o.id")
	if err := scope.Filter(q, "o.unit_id").Scan(ctx, &rows); err != nil {
		return nil, db.Error("obligation.proofs", err)
	}
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.ID] = r.N
	}
	return out, nil
}
