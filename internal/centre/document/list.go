// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"slices"
	"strconv"
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
	// Uncounted leaves Page.Total out.
	Uncounted bool
}

// Page is one page of a list.
type Page struct {
	Rows  []Document
	Total int64
	Over  bool // more than Total match, where counting stopped
	Next  string
}

const pageSize = 50

// CountLimit is how far the rows of a list are counted: further counting would
// take longer than the page it stands on.
const CountLimit = 10_000

// mostParts bounds for how many units a list is read unit by unit, each along an
// index in its order, and then merged. Beyond it the index of all is read in
// order, passing over what lies out of sight.
const mostParts = 16

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
	q := s.Records.Read()
	l := lister{q: q, f: f, seen: sightOf(actor), me: actor.ID}
	if l.units, err = l.places(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{}
	var ids []string
	if strings.TrimSpace(f.Query) != "" && !f.Uncounted {
		ids, err = l.found(ctx, &p)
	} else {
		if !f.Uncounted {
			err = l.count(ctx, &p)
		}
		if err == nil {
			ids, err = l.leaf(ctx, f.After, f.Limit+1)
		}
	}
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	if p.Rows, err = inOrder(ctx, q, ids[:min(len(ids), f.Limit)]); err != nil {
		return Page{}, err
	}
	if len(ids) > f.Limit {
		last := toRow(p.Rows[f.Limit-1])
		p.Next = last.ID + "." + last.Day
	}
	return p, nil
}

// lister reads one list.
type lister struct {
	q     bun.IDB
	f     Filter
	seen  sight
	me    string
	units []string // to be read one by one; one empty id for all as a whole
}

// places are the units the list is read unit by unit for: that of the filter, or
// those of a narrow scope.
func (l lister) places(ctx context.Context) ([]string, error) {
	if l.f.Unit != "" || l.f.few() {
		return []string{l.f.Unit}, nil
	}
	var ids []string
	sel := l.q.NewSelect().TableExpr("unit_closure AS c").ColumnExpr("DISTINCT c.descendant").OrderExpr("c.descendant").Limit(mostParts + 1)
	if err := l.seen.read.Filter(sel, "c.descendant").Scan(ctx, &ids); err != nil {
		return nil, err
	}
	if len(ids) > mostParts || len(ids) == 0 {
		return []string{""}, nil
	}
	return ids, nil
}

// few reports whether f finds its papers by something of which there are few: the
// order is then that of a sort.
func (f Filter) few() bool { return f.Mine || f.Open }

// parts are the selections whose union is the list.
func (l lister) parts() []*bun.SelectQuery {
	out := make([]*bun.SelectQuery, len(l.units))
	for i, u := range l.units {
		q := l.q.NewSelect().Model((*row)(nil))
		if u != "" {
			q = q.Where("d.unit_id = ?", u)
		}
		out[i] = l.seen.along(l.f.narrow(q, l.me)) // what is asked for first: it leaves fewer rows
	}
	return out
}

// count counts as far as CountLimit.
func (l lister) count(ctx context.Context, p *Page) error {
	for _, part := range l.parts() {
		var n int64
		part = part.ColumnExpr("1").Limit(CountLimit + 1)
		if !l.f.few() { // along the index of the list, which holds what is asked of most rows
			part = part.OrderExpr("d.day DESC, d.id DESC")
		}
		if err := l.q.NewSelect().TableExpr("(?) AS c", part).ColumnExpr("COUNT(*)").Scan(ctx, &n); err != nil {
			return err
		}
		p.Total += n
	}
	p.cut()
	return nil
}

func (p *Page) cut() {
	if p.Over = p.Total > CountLimit; p.Over {
		p.Total = CountLimit
	}
}

// found counts and finds what words match. Every text is looked at once, in the
// order the engine keeps them, and the few that match are sorted; where many do,
// the page is found along the index.
func (l lister) found(ctx context.Context, p *Page) ([]string, error) {
	var all []spot
	for _, part := range l.parts() {
		var some []spot
		if err := part.ColumnExpr("d.day, d.id").Limit(CountLimit+1).Scan(ctx, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	p.Total = int64(len(all))
	if p.cut(); p.Over {
		return l.leaf(ctx, l.f.After, l.f.Limit+1)
	}
	slices.SortFunc(all, func(a, b spot) int {
		n := cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(b.ID, a.ID))
		if l.f.Oldest {
			return -n
		}
		return n
	})
	id, day, behind := strings.Cut(l.f.After, ".")
	var ids []string
	for _, at := range all {
		n := cmp.Or(cmp.Compare(at.Day, day), cmp.Compare(at.ID, id))
		if l.f.Oldest {
			n = -n
		}
		if behind && n >= 0 {
			continue
		}
		if ids = append(ids, at.ID); len(ids) > l.f.Limit {
			break
		}
	}
	return ids, nil
}

// spot is where a paper stands in a list.
type spot struct{ Day, ID string }

// leaf are the ids of a page behind after: of each part its first rows, merged.
func (l lister) leaf(ctx context.Context, after string, limit int) ([]string, error) {
	var text []string
	var subs []any
	for n, part := range l.parts() {
		part = l.f.page(part.ColumnExpr("d.id, d.day"), after).Limit(int64(limit))
		text, subs = append(text, "SELECT * FROM (?) AS p"+strconv.Itoa(n)), append(subs, part)
	}
	order := "day DESC, id DESC"
	if l.f.Oldest {
		order = "day, id"
	}
	query := "SELECT id FROM (" + strings.Join(text, " UNION ALL ") + ") AS u ORDER BY " + order + " LIMIT ?"
	if len(text) == 1 { // it is in order
		query = "SELECT id FROM (?) AS u LIMIT ?"
	}
	var ids []string
	err := l.q.NewRaw(query, append(subs, limit)...).Scan(ctx, &ids)
	return ids, err
}

// inOrder are the papers of ids in their order.
func inOrder(ctx context.Context, q bun.IDB, ids []string) ([]Document, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []row
	if err := q.NewSelect().Model(&rows).Where("d.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, db.Error("document.inOrder", err)
	}
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	out := make([]Document, len(ids))
	for _, r := range rows {
		d, err := r.document()
		if err != nil {
			return nil, err
		}
		out[at[r.ID]] = d
	}
	return slices.DeleteFunc(out, func(d Document) bool { return d.ID == "" }), nil
}

func (f Filter) narrow(q *bun.SelectQuery, me string) *bun.SelectQuery {
	for column, value := range map[string]string{"dir": string(f.Dir), "state": string(f.State), "standing": string(f.Standing), "kind": f.Kind, "urgency": f.Urgency} {
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
		q = q.Where("d.state = 'submitted' AND d.id IN (SELECT w.document_id FROM document_step AS w WHERE w.person_id = ? AND w.state = 'waiting' AND w.round = d.round "+
			"AND NOT EXISTS (SELECT 1 FROM document_step AS b WHERE b.document_id = w.document_id AND b.round = w.round AND b.state = 'waiting' AND b.seq < w.seq))", me)
	}
	if f.Open {
		q = q.Where("d.id IN (SELECT o.document_id FROM document_dispatch AS o WHERE o.received_at IS NULL)")
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

// page orders q and starts it behind after.
func (f Filter) page(q *bun.SelectQuery, after string) *bun.SelectQuery {
	id, day, behind := strings.Cut(after, ".")
	if f.Oldest {
		if behind {
			q = q.Where("(d.day, d.id) > (?, ?)", day, id)
		}
		return q.OrderExpr("d.day, d.id")
	}
	if behind {
		q = q.Where("(d.day, d.id) < (?, ?)", day, id)
	}
	return q.OrderExpr("d.day DESC, d.id DESC")
}
