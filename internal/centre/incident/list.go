// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

const pageSize = 50

// Undecided asks Filter.Severity for cases whose severity nobody has decided.
const Undecided = "undecided"

// Filter narrows a list. The zero value asks for the first page of everything
// in scope, latest detection first.
type Filter struct {
	State    State  // empty: all
	Severity string // a code of CL-severity, or Undecided; empty: all
	Unit     string // exactly the unit that has the incident
	Query    string // words of code, title or system, accents free
	Oldest   bool   // earliest detection first
	After    string // Page.Next of the page before
	Limit    int    // rows a page, 1..1000; 0 is 50
}

// Page is one page of a list.
type Page struct {
	Rows  []Incident
	Total int64  // rows that match, in scope
	Next  string // Filter.After of the next page; empty on the last
}

// List returns the cases of the actor's scope that match f.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	const op = "incident.List"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Page{}, err
	}
	q := s.records.Read()
	total, err := f.narrow(visible(q.NewSelect().Model((*row)(nil)), scope)).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = pageSize
	}
	var rows []row
	sel := f.page(f.narrow(visible(q.NewSelect().Model(&rows), scope))).Limit(int64(limit) + 1)
	if err := sel.Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: total}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		p.Next = strconv.FormatInt(last.DetectedAt.UnixMilli(), 10) + "." + last.ID
	}
	p.Rows, err = all(rows)
	return p, err
}

// Count counts the open cases in the actor's scope, for the navigation.
func (s *Service) Count(ctx context.Context) (int64, error) {
	const op = "incident.Count"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return 0, err
	}
	n, err := Filter{State: Open}.narrow(visible(s.records.Read().NewSelect().Model((*row)(nil)), scope)).Count(ctx)
	return n, db.Error(op, err)
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.State != "" {
		q = q.Where("i.state = ?", string(f.State))
	}
	switch f.Severity {
	case "":
	case Undecided:
		q = q.Where("i.severity = ''")
	default:
		q = q.Where("i.severity = ?", f.Severity)
	}
	if f.Unit != "" {
		q = q.Where("i.unit_id = ?", f.Unit)
	}
	return db.Search(q, "i.search", f.Query)
}

// page orders q and starts it behind f.After. A cursor that does not read
// starts at the first page.
func (f Filter) page(q *bun.SelectQuery) *bun.SelectQuery {
	at, id, ok := strings.Cut(f.After, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	after := ok && err == nil
	if f.Oldest {
		if after {
			q = q.Where("(i.detected_at > ? OR i.detected_at = ? AND i.id > ?)", ms, ms, id)
		}
		return q.OrderExpr("i.detected_at, i.id")
	}
	if after {
		q = q.Where("(i.detected_at < ? OR i.detected_at = ? AND i.id < ?)", ms, ms, id)
	}
	return q.OrderExpr("i.detected_at DESC, i.id DESC")
}
