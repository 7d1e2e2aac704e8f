// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Demand is one thing asked of many for one cause, with what of it is late.
type Demand struct {
	Longest Obligation // the one due first: late longest, where they are late
	Units   int64      // that owe it, 1 or more
	Duties  int64      // theirs: more than Units where it comes again
}

// LateDemands are the open obligations of the actor's scope that are past their
// term, one line a demand, those late longest first, at most limit of them; total
// is how many lines there are.
func (s *Service) LateDemands(ctx context.Context, limit int) (list []Demand, total int64, err error) {
	return s.demands(ctx, "obligation.LateDemands", limit, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("o.due_at < ?", db.At(s.now())) })
}

// SoonDemands are, in the same way, those past their first reminder and not past
// their term, what is due first first.
func (s *Service) SoonDemands(ctx context.Context, limit int) (list []Demand, total int64, err error) {
	return s.demands(ctx, "obligation.SoonDemands", limit, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.due_at >= ?", db.At(s.now())).Where("o.soon_at <= ?", db.At(s.now()))
	})
}

// demands counts where the rows are, whatever their number: only the lines shown are
// read out. One demand is what agrees in all but the unit and the period, which
// stand behind the first @ of the clock.
func (s *Service) demands(ctx context.Context, op string, limit int, of func(*bun.SelectQuery) *bun.SelectQuery) (list []Demand, total int64, err error) {
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, 0, err
	}
	q, place := s.records.Read(), s.records.Place()
	open := func() *bun.SelectQuery {
		return of(within(scope, q.NewSelect().Model((*row)(nil))).Where("o.state = ?", string(Open)))
	}
	const owed = "SUBSTR(o.clock_id, 1, ?(o.clock_id || '@', '@') - 1)"
	var lines []struct {
		Kind, TitleVI, SubjectKind, SubjectLabel, Owed string
		Due                                            db.Time
		Units, Duties, Lines                           int64
	}
	err = open().ColumnExpr("o.kind, o.title_vi, o.subject_kind, o.subject_label, "+owed+" AS owed", place).
		ColumnExpr("MIN(o.due_at) AS due, COUNT(DISTINCT o.unit_id) AS units, COUNT(*) AS duties, COUNT(*) OVER () AS lines").
		GroupExpr("o.kind, o.title_vi, o.subject_kind, o.subject_label, 5").OrderExpr("due, units DESC, MIN(o.id)").Limit(int64(max(limit, 1))).Scan(ctx, &lines)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	for _, l := range lines {
		var first []string
		err := open().Column("o.id").Where("o.due_at = ?", l.Due).Where("o.kind = ?", l.Kind).Where("o.title_vi = ?", l.TitleVI).Where("o.subject_kind = ?", l.SubjectKind).
			Where("o.subject_label = ?", l.SubjectLabel).Where(owed+" = ?", place, l.Owed).OrderExpr("o.unit_id, o.id").Limit(1).Scan(ctx, &first)
		if err != nil {
			return nil, 0, db.Error(op, err)
		}
		longest, err := inOrder(ctx, q, first)
		if err != nil {
			return nil, 0, err
		}
		for _, o := range longest { // none: it was met since it was counted
			list = append(list, Demand{o, l.Units, l.Duties})
		}
		total = l.Lines
	}
	return list, total, nil
}
