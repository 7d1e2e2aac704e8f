// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
// is how many lines there are, counted over the CountLimit late longest.
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

func (s *Service) demands(ctx context.Context, op string, limit int, of func(*bun.SelectQuery) *bun.SelectQuery) (list []Demand, total int64, err error) {
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, 0, err
	}
	q := s.records.Read()
	var rows []row
	sel := within(scope, q.NewSelect().Model(&rows)).Column("o.id", "o.kind", "o.title_vi", "o.subject_kind", "o.subject_label", "o.clock_id", "o.unit_id").
		Where("o.state = ?", string(Open)).OrderExpr("o.due_at, o.unit_id, o.id").Limit(CountLimit)
	if err := of(sel).Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	type key struct{ kind, title, subject, label, clock string }
	type seen struct {
		first  string
		units  map[string]bool
		duties int64
	}
	by, order := map[key]*seen{}, []*seen{}
	for _, r := range rows {
		clock, _, _ := strings.Cut(r.ClockID, "@") // what is owed, without the unit and the period
		k := key{r.Kind, r.TitleVI, r.SubjectKind, r.SubjectLabel, clock}
		if by[k] == nil {
			by[k] = &seen{first: r.ID, units: map[string]bool{}}
			order = append(order, by[k])
		}
		by[k].units[r.UnitID] = true
		by[k].duties++
	}
	shown := order[:min(len(order), max(limit, 0))]
	ids := make([]string, len(shown))
	for n, x := range shown {
		ids[n] = x.first
	}
	full, err := inOrder(ctx, q, ids)
	if err != nil {
		return nil, 0, err
	}
	for _, o := range full {
		n := slices.IndexFunc(shown, func(x *seen) bool { return x.first == string(o.ID) })
		list = append(list, Demand{o, int64(len(shown[n].units)), shown[n].duties})
	}
	slices.SortStableFunc(list, func(x, y Demand) int {
		return cmp.Or(x.Longest.DueAt.Compare(y.Longest.DueAt), cmp.Compare(y.Units, x.Units))
	})
	return list, int64(len(order)), nil
}
