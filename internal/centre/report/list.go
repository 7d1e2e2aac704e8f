// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

const pageSize = 50

// Filter narrows a list. The zero value asks for the first page of everything
// in scope, latest first.
type Filter struct {
	State     State  // empty: all
	Form      string // empty: all
	Unit      string // exactly the unit that owes the paper
	Year      int    // the period ends in it; 0: all
	Directive string // id of the one it answers
	Query     string // words of case code, number, symbol, subject or issuer, accents free
	First     bool   // oldest first
	After     string // Page.Next of the page before
	Limit     int    // rows a page, 1..1000; 0 is 50
}

// Page is one page of a list.
type Page struct {
	Rows  []Paper
	Total int64  // rows that match, in scope
	Next  string // Filter.After of the next page; empty on the last
}

// List returns the papers of the actor's scope that match f.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	const op = "report.List"
	_, sight, err := sees(ctx, op)
	if err != nil {
		return Page{}, err
	}
	q := s.records.Read()
	total, err := f.narrow(sight.filter(q.NewSelect().Model((*row)(nil)))).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = pageSize
	}
	var rows []row
	sel := f.page(f.narrow(sight.filter(brief(q.NewSelect().Model(&rows))))).Limit(int64(limit) + 1)
	if err := sel.Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: total}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = rows[limit-1].ID
	}
	p.Rows, err = all(rows)
	return p, err
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.State != "" {
		q = q.Where("p.state = ?", string(f.State))
	}
	if f.Form != "" {
		q = q.Where("p.form_id = ?", f.Form)
	}
	if f.Unit != "" {
		q = q.Where("p.unit_id = ?", f.Unit)
	}
	if f.Directive != "" {
		q = q.Where("p.subject_kind = ?", OfDirective).Where("p.subject_id = ?", f.Directive)
	}
	if f.Year != 0 {
		q = q.Where("p.period_to >= ?", fmt.Sprintf("%04d-01-01", f.Year)).Where("p.period_to <= ?", fmt.Sprintf("%04d-12-31", f.Year))
	}
	return db.Search(q, "p.search", f.Query)
}

// page orders q, by id since ids grow with time, and starts it behind f.After.
func (f Filter) page(q *bun.SelectQuery) *bun.SelectQuery {
	if f.First {
		if f.After != "" {
			q = q.Where("p.id > ?", f.After)
		}
		return q.OrderExpr("p.id")
	}
	if f.After != "" {
		q = q.Where("p.id < ?", f.After)
	}
	return q.OrderExpr("p.id DESC")
}
