// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Filter narrows the actor's own notices; the latest come first.
type Filter struct {
	Unread  bool
	Kind    string
	Urgency Urgency // zero: any
	After   string  // Page.Prev or Page.Next
	Limit   int     // rows a page, 1..1000; 0 is 50
}

// Page is one page of notices. Total counts all that match.
type Page struct {
	Rows       []Item
	Total      int64
	Prev, Next string
}

// visible narrows q to the actor's notices, without those of units they may no
// longer see.
func visible(q *bun.SelectQuery, actor auth.Actor) *bun.SelectQuery {
	var conds []string
	var args []any
	for _, k := range Kinds() {
		for _, need := range k.Needs {
			where, more := auth.ScopeOf(actor, need).Where("n.unit_id")
			conds = append(conds, "(n.kind = ? AND "+where+")")
			args = append(append(args, k.ID), more...)
		}
	}
	return q.Where("n.account_id = ?", actor.ID).Where("(n.unit_id = '' OR "+strings.Join(conds, " OR ")+")", args...)
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Unread {
		q = q.Where("n.read_at IS NULL")
	}
	if f.Kind != "" {
		q = q.Where("n.kind = ?", f.Kind)
	}
	if f.Urgency != 0 {
		q = q.Where("n.urgency = ?", f.Urgency)
	}
	return q
}

// List gives the actor's own notices.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	const op = "notice.List"
	actor, err := me(ctx, op)
	if err != nil {
		return Page{}, err
	}
	if f.Limit < 1 || f.Limit > 1000 {
		f.Limit = 50
	}
	read := s.Records.Read()
	total, err := f.narrow(visible(read.NewSelect().Model((*row)(nil)), actor)).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	var rows []row
	q := f.narrow(visible(read.NewSelect().Model(&rows), actor))
	if err := finding.Seek(q, "n.updated_at", "n.id", true, f.After, f.Limit).Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	items := make([]Item, 0, len(rows))
	for _, r := range rows {
		i, err := r.item()
		if err != nil {
			return Page{}, err
		}
		items = append(items, i)
	}
	p := Page{Total: int64(total)}
	p.Rows, p.Prev, p.Next = finding.Leaf(items, f.After, f.Limit, func(i Item) finding.Place {
		return finding.Place{Value: i.UpdatedAt.UnixMilli(), ID: i.ID}
	})
	return p, nil
}

// Unread is how many notices the actor has not read.
func (s *Service) Unread(ctx context.Context) (int64, error) {
	const op = "notice.Unread"
	actor, err := me(ctx, op)
	if err != nil {
		return 0, err
	}
	n, err := Filter{Unread: true}.narrow(visible(s.Records.Read().NewSelect().Model((*row)(nil)), actor)).Count(ctx)
	return int64(n), db.Error(op, err)
}

// Path is the page behind the bell.
const Path = "/notices"

// Bell is what the shell shows: how many are unread, and where. A count that
// cannot be had is left out and logged: the page itself says what is wrong.
func (s *Service) Bell(ctx context.Context) (int64, string) {
	n, err := s.Unread(ctx)
	if err != nil && !fault.Is(err, fault.SignedOut) && ctx.Err() == nil {
		s.Log.Error("count notices", "err", err)
	}
	return n, Path
}

// Open marks one of the actor's notices read and gives the page of its record.
func (s *Service) Open(ctx context.Context, id string) (href string, err error) {
	const op = "notice.Open"
	actor, err := me(ctx, op)
	if err != nil {
		return "", err
	}
	var r row
	if err := visible(s.Records.Read().NewSelect().Model(&r), actor).Where("n.id = ?", id).Scan(ctx); err != nil {
		return "", db.Error(op, err)
	}
	return r.Href, s.MarkRead(ctx, id)
}

// MarkRead marks the actor's notices of those ids read, all of them without
// ids. Others' ids are passed over.
func (s *Service) MarkRead(ctx context.Context, ids ...string) error {
	const op = "notice.MarkRead"
	actor, err := me(ctx, op)
	if err != nil {
		return err
	}
	err = s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := tx.NewUpdate().Model((*row)(nil)).Set("read_at = ?", db.At(s.Now())).Where("n.account_id = ?", actor.ID).Where("n.read_at IS NULL")
		if len(ids) > 0 {
			q = q.Where("n.id IN (?)", bun.List(ids))
		}
		_, err := q.Exec(ctx)
		return err
	})
	return db.Error(op, err)
}
