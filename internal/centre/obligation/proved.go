// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Proven says of one requirement, which several units may owe and owe again, how
// far it is proved. Each unit counts once, as what of its own stands worst: late
// before open, open before met by word, that before met with evidence. What was
// waived or cancelled does not count.
type Proven struct {
	Title  rulepack.Label
	Units  int64
	Late   int64 // open past the term
	Open   int64
	Said   int64 // met, with neither evidence nor a record that proves it
	Proved int64
}

// Proven lists the requirements of the actor's scope that fall or fell due at or
// after a moment, at most limit of them, those with most left to prove first.
func (s *Service) Proven(ctx context.Context, since time.Time, limit int) (list []Proven, total int64, err error) {
	const op = "obligation.Proven"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, 0, err
	}
	q := s.records.Read()
	worst := within(scope, q.NewSelect().Model((*row)(nil))).ColumnExpr("o.title_vi, MAX(o.title_en) AS title_en, o.unit_id").
		ColumnExpr("MAX(CASE WHEN o.state = ? AND o.due_at < ? THEN 3 WHEN o.state = ? THEN 2"+
			" WHEN o.met_ref <> '' OR EXISTS (SELECT 1 FROM obligation_evidence AS e WHERE e.obligation_id = o.id) THEN 0 ELSE 1 END) AS worst", string(Open), db.At(s.now()), string(Open)).
		Where("o.state IN (?, ?)", string(Open), string(Met)).Where("o.due_at >= ?", db.At(since)).
		GroupExpr("o.title_vi, o.unit_id")
	by := func() *bun.SelectQuery {
		return q.NewSelect().TableExpr("(?) AS w", worst).GroupExpr("w.title_vi")
	}
	if err := q.NewSelect().TableExpr("(?) AS t", by().ColumnExpr("w.title_vi")).ColumnExpr("COUNT(*)").Scan(ctx, &total); err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []struct {
		TitleVI string `bun:"title_vi"`
		TitleEN string `bun:"title_en"`
		Units   int64  `bun:"units"`
		Late    int64  `bun:"late_n"`
		Open    int64  `bun:"open_n"`
		Said    int64  `bun:"said_n"`
	}
	err = by().ColumnExpr("w.title_vi, MAX(w.title_en) AS title_en, COUNT(*) AS units").
		ColumnExpr("SUM(CASE WHEN w.worst = 3 THEN 1 ELSE 0 END) AS late_n").
		ColumnExpr("SUM(CASE WHEN w.worst = 2 THEN 1 ELSE 0 END) AS open_n").
		ColumnExpr("SUM(CASE WHEN w.worst = 1 THEN 1 ELSE 0 END) AS said_n").
		OrderExpr("SUM(CASE WHEN w.worst = 3 THEN 1 ELSE 0 END) DESC, SUM(CASE WHEN w.worst > 0 THEN 1 ELSE 0 END) DESC, w.title_vi").
		Limit(int64(limit)).Scan(ctx, &rows)
	for _, r := range rows {
		list = append(list, Proven{rulepack.Label{VI: r.TitleVI, EN: r.TitleEN}, r.Units, r.Late, r.Open, r.Said, r.Units - r.Late - r.Open - r.Said})
	}
	return list, total, db.Error(op, err)
}
