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

// PerUnit counts the obligations that fell due in from..to (to not included)
// and that the actor sees, by the unit that owes them. Only units of ids are
// counted.
func (s *Service) PerUnit(ctx context.Context, ids []string, from, to time.Time) (map[string]int64, error) {
	const op = "obligation.PerUnit"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		UnitID string `bun:"unit_id"`
		N      int64  `bun:"n"`
	}
	q := scope.Filter(s.records.Read().NewSelect().Model((*row)(nil)), "o.unit_id").ColumnExpr("o.unit_id").ColumnExpr("COUNT(*) AS n")
	err = q.Where("o.unit_id IN (?)", bun.List(ids)).Where("o.due_at >= ?", db.At(from)).Where("o.due_at < ?", db.At(to)).
		GroupExpr("o.unit_id").Scan(ctx, &rows)
	out := map[string]int64{}
	for _, r := range rows {
		out[r.UnitID] = r.N
	}
	return out, db.Error(op, err)
}

// Kept is how a duty that comes again was kept in a time: how often it was owed
// and how often met by its end.
type Kept struct {
	Owed   int64 // met in the time, or fallen due in it and still open
	OnTime int64 // of Owed, met by the end of the term
}

// Kept counts the obligations of a kind that the actor sees in from..to (to not
// included): those met then, and those whose end fell in it and that are open.
func (s *Service) Kept(ctx context.Context, kind string, from, to time.Time) (Kept, error) {
	const op = "obligation.Kept"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return Kept{}, err
	}
	count := func(narrow func(*bun.SelectQuery) *bun.SelectQuery) (int64, error) {
		q := scope.Filter(s.records.Read().NewSelect().Model((*row)(nil)), "o.unit_id").Where("o.kind = ?", kind)
		n, err := narrow(q).Count(ctx)
		return int64(n), db.Error(op, err)
	}
	met := func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.state = ?", string(Met)).Where("o.met_at >= ?", db.At(from)).Where("o.met_at < ?", db.At(to))
	}
	all, err := count(met)
	if err != nil {
		return Kept{}, err
	}
	onTime, err := count(func(q *bun.SelectQuery) *bun.SelectQuery { return met(q).Where("o.met_at <= o.due_at") })
	if err != nil {
		return Kept{}, err
	}
	open, err := count(func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.state = ?", string(Open)).Where("o.due_at >= ?", db.At(from)).Where("o.due_at < ?", db.At(to))
	})
	return Kept{Owed: all + open, OnTime: onTime}, err
}

// Standing is the obligation about a subject that is open, and of those that
// ended the one whose term began last; each is nil when there is none. It is for the room that opens
// them and asks for no permission.
func (s *Service) Standing(ctx context.Context, q bun.IDB, kind, id string) (open, ended *Obligation, err error) {
	rows, err := ofSubjects(ctx, q, nil, kind, []string{id}, "")
	for i := range rows {
		switch {
		case rows[i].State == Open && open == nil:
			open = &rows[i]
		case rows[i].State != Open && (ended == nil || rows[i].T0.After(ended.T0)):
			ended = &rows[i]
		}
	}
	return open, ended, err
}

// EndedOrMet is when o was met, cancelled or waived; zero while it is open.
func (o Obligation) EndedOrMet() time.Time {
	switch o.State {
	case Open:
		return time.Time{}
	case Met:
		return o.Proof.At
	}
	return o.Ending.At
}
