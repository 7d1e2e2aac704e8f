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

// Tally counts the obligations about one subject, but for those that fell away or
// were waived.
type Tally struct {
	Owed int64     // all of them
	Done int64     // met, and something proves it
	Said int64     // met by word alone: nobody can look at what proves it
	Late int64     // open past their term
	Next time.Time // the earliest term of those open that has not passed; zero without one
}

// Running are the open ones whose term has not passed.
func (t Tally) Running() int64 { return t.Owed - t.Done - t.Said - t.Late }

// mostLatest is how many subjects Latest names at most.
const mostLatest = 500

// Latest are the subjects of a kind of which something is late in the actor's
// scope, those with the most first.
func (s *Service) Latest(ctx context.Context, kind string) ([]string, error) {
	const op = "obligation.Latest"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, err
	}
	var out []string
	sel := s.records.Read().NewSelect().Model((*row)(nil)).ColumnExpr("o.subject_id").Where("o.subject_kind = ?", kind).
		Where("o.state = ?", string(Open)).Where("o.due_at < ?", db.At(s.now()))
	err = scope.Filter(sel, "o.unit_id").GroupExpr("o.subject_id").OrderExpr("COUNT(*) DESC, o.subject_id DESC").Limit(mostLatest).Scan(ctx, &out)
	return out, db.Error(op, err)
}

// Tallies counts the obligations about some subjects of a kind in the actor's
// scope, by subject; one without any is left out. It is one query, however many
// subjects there are.
func (s *Service) Tallies(ctx context.Context, kind string, subjects []string) (map[string]Tally, error) {
	const op = "obligation.Tallies"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil || len(subjects) == 0 {
		return nil, err
	}
	now := db.At(s.now())
	q := s.records.Read()
	// The schema has met_at where the state is met, and nowhere else.
	all := bySubject(q, scope, kind, subjects).ColumnExpr("COUNT(*) AS owed").ColumnExpr("COUNT(o.met_at) AS met").
		ColumnExpr("COUNT(CASE WHEN o.met_at IS NULL AND o.due_at < ? THEN 1 END) AS late", now).
		ColumnExpr("MIN(CASE WHEN o.met_at IS NULL AND o.due_at >= ? THEN o.due_at END) AS next", now).
		Where("o.state IN (?, ?)", string(Open), string(Met))
	var rows []struct {
		Subject string  `bun:"subject_id"`
		Owed    int64   `bun:"owed"`
		Met     int64   `bun:"met"`
		Said    int64   `bun:"said"`
		Late    int64   `bun:"late"`
		Next    db.Time `bun:"next"`
	}
	err = q.NewSelect().TableExpr("(?) AS a", all).Join("LEFT JOIN (?) AS w ON w.subject_id = a.subject_id", byWord(q, scope, kind, subjects)).
		ColumnExpr("a.subject_id, a.owed, a.met, a.late, a.next, COALESCE(w.said, 0) AS said").Scan(ctx, &rows)
	if err != nil {
		return nil, db.Error(op, err)
	}
	out := make(map[string]Tally, len(rows))
	for _, r := range rows {
		out[r.Subject] = Tally{Owed: r.Owed, Done: r.Met - r.Said, Said: r.Said, Late: r.Late, Next: r.Next.Time}
	}
	return out, nil
}

// bySubject groups the obligations about some subjects; what is asked of them but
// for their proofs is counted out of an index alone.
func bySubject(q bun.IDB, scope auth.Scope, kind string, subjects []string) *bun.SelectQuery {
	sel := q.NewSelect().Model((*row)(nil)).ColumnExpr("o.subject_id").Where("o.subject_kind = ?", kind).Where("o.subject_id IN (?)", bun.List(subjects))
	return scope.Filter(sel, "o.unit_id").GroupExpr("o.subject_id")
}

// byWord counts those met that nothing proves, out of an index of their own.
func byWord(q bun.IDB, scope auth.Scope, kind string, subjects []string) *bun.SelectQuery {
	return bySubject(q, scope, kind, subjects).ColumnExpr("COUNT(*) AS said").Where("o.state = ?", string(Met)).Where("o.met_ref = ''").
		Where("NOT EXISTS (SELECT 1 FROM obligation_evidence AS e WHERE e.obligation_id = o.id)")
}
