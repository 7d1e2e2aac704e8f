// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"errors"
	"slices"
	"sync"
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
func (s *Service) Standings(ctx context.Context, kind string, ids []string) ([]Standing, error) {
	const op = "obligation.Standings"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var proofs map[string]int64
	var unproved error
	var beside sync.WaitGroup
	beside.Go(func() { proofs, unproved = s.proofs(ctx, scope, kind, ids) })
	out, err := s.standings(ctx, scope, kind, ids)
	if beside.Wait(); err != nil || unproved != nil {
		return nil, db.Error(op, errors.Join(err, unproved))
	}
	for i := range out {
		out[i].Evidence = proofs[string(out[i].ID)]
	}
	return out, nil
}

// standings are Standings without their evidence, read column by column.
func (s *Service) standings(ctx context.Context, scope auth.Scope, kind string, ids []string) (out []Standing, err error) {
	rows, err := about(s.records.Read(), scope, kind, ids).Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	words := map[string]string{} // each text once: a board has ten thousand duties of few units
	word := func(text string) string {
		w, ok := words[text]
		if !ok {
			w = text
			words[w] = w
		}
		return w
	}
	var id, subject, clock, unit, state string
	var due, soon, met db.Time
	for rows.Next() {
		if err := rows.Scan(&id, &subject, &clock, &unit, &state, &due, &soon, &met); err != nil {
			return nil, err
		}
		out = append(out, Standing{ID: ID(id), Subject: word(subject), ClockID: clock, UnitID: word(unit), State: State(word(state)), DueAt: due.Time, SoonAt: soon.Time, MetAt: met.Time})
	}
	return out, rows.Err()
}

// about selects what an index alone holds of the obligations about subjects.
func about(q bun.IDB, scope auth.Scope, kind string, ids []string) *bun.SelectQuery {
	sel := q.NewSelect().Model((*row)(nil)).Column("o.id", "o.subject_id", "o.clock_id", "o.unit_id", "o.state", "o.due_at", "o.soon_at", "o.met_at").
		Where("o.subject_kind = ?", kind).Where("o.subject_id IN (?)", bun.List(ids))
	return scope.Filter(sel, "o.unit_id")
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
		return nil, err
	}
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.ID] = r.N
	}
	return out, nil
}

// StandingsAt are the obligations about one subject in the actor's scope as they
// stood at a moment: what was written down later was not known then, whatever day
// it names. A term is the one it has today.
func (s *Service) StandingsAt(ctx context.Context, kind, subject string, at time.Time) ([]Standing, error) {
	const op = "obligation.StandingsAt"
	list, err := s.Standings(ctx, kind, []string{subject})
	if err != nil {
		return nil, err
	}
	proofs, err := s.Proofs(ctx, kind, subject, at)
	if err != nil {
		return nil, err
	}
	var later []struct {
		ID      string `bun:"id"`
		Created bool   `bun:"created"`
	}
	err = s.records.Read().NewSelect().Model((*row)(nil)).Column("o.id").ColumnExpr("o.created_at > ? AS created", db.At(at)).
		Where("o.subject_kind = ?", kind).Where("o.subject_id = ?", subject).
		Where("o.created_at > ? OR o.recorded_at > ? OR o.ended_at > ?", db.At(at), db.At(at), db.At(at)).Scan(ctx, &later)
	if err != nil {
		return nil, db.Error(op, err)
	}
	born, open := map[ID]bool{}, map[ID]bool{}
	for _, l := range later {
		born[ID(l.ID)], open[ID(l.ID)] = l.Created, true
	}
	list = slices.DeleteFunc(list, func(x Standing) bool { return born[x.ID] })
	for n := range list {
		x := &list[n]
		if x.Evidence = int64(len(proofs[x.ID])); open[x.ID] {
			x.State, x.MetAt = Open, time.Time{}
		}
	}
	return list, nil
}

// Proofs lists what proved the obligations about one subject of the actor's scope
// at a moment, by obligation, the first first. Evidence is never taken away, so
// that the same moment always gives the same.
func (s *Service) Proofs(ctx context.Context, kind, subject string, until time.Time) (map[ID][]Evidence, error) {
	const op = "obligation.Proofs"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, err
	}
	var rows []evidenceRow
	of := scope.Filter(s.records.Read().NewSelect().Model((*row)(nil)).Column("o.id").Where("o.subject_kind = ?", kind).Where("o.subject_id = ?", subject), "o.unit_id")
	err = s.records.Read().NewSelect().Model(&rows).Where("e.obligation_id IN (?)", of).Where("e.at <= ?", db.At(until)).OrderExpr("e.at, e.id").Scan(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	out := map[ID][]Evidence{}
	for _, r := range rows {
		out[ID(r.ObligationID)] = append(out[ID(r.ObligationID)], r.evidence())
	}
	return out, nil
}
