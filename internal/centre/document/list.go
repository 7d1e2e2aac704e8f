// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Filter narrows a list. The zero value asks for the first page of both
// registers, the latest day first. Days are those of the register: of arrival
// for incoming papers, of the paper for outgoing ones, of writing for drafts.
type Filter struct {
	Dir      Dir
	State    State
	Standing Standing
	Kind     string
	Urgency  string
	Unit     string
	From, To calendar.Date
	Query    string // words of number, subject, issuer, signer, recipients
	Content  bool   // words of Query may stand in the files instead
	Mine     bool   // waits for the actor on its route
	Open     bool   // sent to somebody who has not confirmed
	Oldest   bool
	After    string // Page.Next of the page before
	Limit    int    // 0 is 50
}

// Page is one page of a list.
type Page struct {
	Rows  []Document
	Total int64
	Next  string
}

const pageSize = 50

// List lists the papers in the actor's sight that match f.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	const op = "document.List"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Page{}, err
	}
	if f.Limit <= 0 {
		f.Limit = pageSize
	}
	seen := sightOf(actor)
	visible := func(q *bun.SelectQuery) *bun.SelectQuery { return f.narrow(seen.filter(q), actor.ID) }
	total, err := visible(s.Records.Read().NewSelect().Model((*row)(nil))).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	var rows []row
	if err := f.page(visible(s.Records.Read().NewSelect().Model(&rows))).Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: int64(total)}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		p.Next = last.ID + "." + last.Day
	}
	for _, r := range rows {
		d, err := r.document()
		if err != nil {
			return p, err
		}
		p.Rows = append(p.Rows, d)
	}
	return p, nil
}

func (f Filter) narrow(q *bun.SelectQuery, me string) *bun.SelectQuery {
	for column, value := range map[string]string{"dir": string(f.Dir), "state": string(f.State), "standing": string(f.Standing), "kind": f.Kind, "urgency": f.Urgency, "unit_id": f.Unit} {
		if value != "" {
			q = q.Where("? = ?", bun.Ident("d."+column), value)
		}
	}
	if !f.From.IsZero() {
		q = q.Where("d.day >= ?", f.From.String())
	}
	if !f.To.IsZero() {
		q = q.Where("d.day <= ?", f.To.String())
	}
	if f.Mine {
		q = q.Where("d.state = 'submitted' AND EXISTS (SELECT 1 FROM document_step AS w WHERE w.document_id = d.id AND w.round = d.round AND w.state = 'waiting' AND w.person_id = ? "+
			"AND NOT EXISTS (SELECT 1 FROM document_step AS b WHERE b.document_id = d.id AND b.round = d.round AND b.state = 'waiting' AND b.seq < w.seq))", me)
	}
	if f.Open {
		q = q.Where("EXISTS (SELECT 1 FROM document_dispatch AS o WHERE o.document_id = d.id AND o.received_at IS NULL)")
	}
	if !f.Content || strings.TrimSpace(f.Query) == "" {
		return db.Search(q, "d.search", f.Query)
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery { return db.Search(q, "d.search", f.Query) })
		inside := q.NewSelect().Model((*contentRow)(nil)).ColumnExpr("1").Where("dc.document_id = d.id")
		return q.WhereOr("EXISTS (?)", db.Search(inside, "dc.content", f.Query))
	})
}

// page orders q and starts it behind f.After.
func (f Filter) page(q *bun.SelectQuery) *bun.SelectQuery {
	id, day, after := strings.Cut(f.After, ".")
	if f.Oldest {
		if after {
			q = q.Where("(d.day > ? OR d.day = ? AND d.id > ?)", day, day, id)
		}
		return q.OrderExpr("d.day, d.id")
	}
	if after {
		q = q.Where("(d.day < ? OR d.day = ? AND d.id < ?)", day, day, id)
	}
	return q.OrderExpr("d.day DESC, d.id DESC")
}
