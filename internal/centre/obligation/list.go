// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// pageSize is how many rows a page of a list holds when Filter names none.
const pageSize = 50

// Filter narrows a list. The zero value asks for the first page of everything
// in scope, earliest due first.
type Filter struct {
	State  State  // empty: all
	Clock  Clock  // Soon, Late or MetLate; anything else: all
	Unit   string // exactly this unit
	Kind   string
	Query  string // words of title, subject or addressee, accents free
	Latest bool   // latest due first
	After  string // Page.Next of the page before
	Limit  int    // rows a page, 1..1000; 0 is 50
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter, now time.Time) (Page, error) {
	const op = "obligation.List"
	total, err := f.narrow(scope.Filter(q.NewSelect().Model((*row)(nil)), "o.unit_id"), now).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = pageSize
	}
	var rows []row
	sel := f.narrow(scope.Filter(q.NewSelect().Model(&rows), "o.unit_id"), now)
	sel = f.page(sel).Limit(int64(limit) + 1)
	if err := sel.Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: total}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		p.Next = strconv.FormatInt(last.DueAt.UnixMilli(), 10) + "." + last.ID
	}
	p.Rows, err = all(rows)
	return p, err
}

func (f Filter) narrow(q *bun.SelectQuery, now time.Time) *bun.SelectQuery {
	if f.State != "" {
		q = q.Where("o.state = ?", string(f.State))
	}
	switch f.Clock {
	case Late:
		q = q.Where("o.state = ?", string(Open)).Where("o.due_at < ?", db.At(now))
	case Soon:
		q = q.Where("o.state = ?", string(Open)).Where("o.due_at >= ?", db.At(now)).Where("o.soon_at <= ?", db.At(now))
	case MetLate:
		q = q.Where("o.state = ?", string(Met)).Where("o.met_at > o.due_at")
	}
	if f.Unit != "" {
		q = q.Where("o.unit_id = ?", f.Unit)
	}
	if f.Kind != "" {
		q = q.Where("o.kind = ?", f.Kind)
	}
	return db.Search(q, "o.search", f.Query)
}

// page orders q and starts it behind f.After. A cursor that does not read
// starts at the first page.
func (f Filter) page(q *bun.SelectQuery) *bun.SelectQuery {
	due, id, ok := strings.Cut(f.After, ".")
	ms, err := strconv.ParseInt(due, 10, 64)
	after := ok && err == nil
	if f.Latest {
		if after {
			q = q.Where("(o.due_at < ? OR o.due_at = ? AND o.id < ?)", ms, ms, id)
		}
		return q.OrderExpr("o.due_at DESC, o.id DESC")
	}
	if after {
		q = q.Where("(o.due_at > ? OR o.due_at = ? AND o.id > ?)", ms, ms, id)
	}
	return q.OrderExpr("o.due_at, o.id")
}

func count(ctx context.Context, q bun.IDB, scope auth.Scope, now time.Time) (Counts, error) {
	const op = "obligation.Count"
	var c Counts
	for _, part := range []struct {
		into *int64
		f    Filter
	}{{&c.Open, Filter{State: Open}}, {&c.Soon, Filter{Clock: Soon}}, {&c.Late, Filter{Clock: Late}}} {
		n, err := part.f.narrow(scope.Filter(q.NewSelect().Model((*row)(nil)), "o.unit_id"), now).Count(ctx)
		if err != nil {
			return Counts{}, db.Error(op, err)
		}
		*part.into = n
	}
	return c, nil
}
