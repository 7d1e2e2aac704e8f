// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
)

const (
	pageSize   = 50
	exportPage = 1000
)

// narrow adds f to a query on audit_entry, alias e.
func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if !f.From.IsZero() {
		q = q.Where("e.at >= ?", db.At(f.From))
	}
	if !f.Until.IsZero() {
		q = q.Where("e.at < ?", db.At(f.Until))
	}
	for _, c := range []struct{ column, value string }{{"actor_id", f.Actor}, {"action", f.Action}, {"kind", f.Kind},
		{"object", f.Object}, {"unit_id", f.Unit}} {
		if c.value != "" {
			q = q.Where("? = ?", bun.Ident("e."+c.column), c.value)
		}
	}
	if f.Elevated {
		q = q.Where("e.elevated <> ''")
	}
	return q
}

func list(ctx context.Context, q bun.IDB, r reach, f Filter) (Page, error) {
	matching := f.narrow(r.filter(q.NewSelect().TableExpr("audit_entry AS e").ColumnExpr("1"))).Limit(countLimit + 1)
	var p Page
	if err := q.NewSelect().TableExpr("(?) AS m", matching).ColumnExpr("COUNT(*)").Scan(ctx, &p.Total); err != nil {
		return Page{}, db.Error("trail.List", err)
	}
	if p.Over = p.Total > countLimit; p.Over {
		p.Total = countLimit
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = pageSize
	}
	rows, err := audit.Select(ctx, q, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = f.narrow(r.filter(q))
		if f.Before != "" {
			q = q.Where("e.id < ?", f.Before)
		}
		return q.Order("e.id DESC").Limit(int64(limit) + 1)
	})
	if err != nil {
		return Page{}, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = rows[limit-1].ID
	}
	p.Rows, p.Whole = rows, r.whole
	for i := range rows {
		if !r.whole {
			rows[i] = blind(rows[i])
		}
	}
	return p, nil
}

func export(ctx context.Context, d *db.DB, r reach, f Filter, each func(e Entry, prev string) error) error {
	var after int64
	var before string
	for {
		rows, err := audit.Sealed(ctx, d, after, exportPage, func(q *bun.SelectQuery) *bun.SelectQuery { return f.narrow(r.filter(q)) })
		if err != nil {
			return err
		}
		for _, e := range rows {
			if e.Seq != after+1 && r.whole {
				if before, err = audit.HashOf(ctx, d.Read(), e.Seq-1); err != nil {
					return err
				}
			}
			after = e.Seq
			shown, prev := e, before
			if before = e.Hash; !r.whole {
				shown, prev = blind(e), ""
			}
			if err := each(shown, prev); err != nil {
				return err
			}
		}
		if len(rows) < exportPage {
			return nil
		}
	}
}
