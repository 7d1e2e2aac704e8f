// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Sort is the order of a list.
type Sort string

// The orders; the zero value is by name.
const (
	ByName Sort = "name"
	ByKind Sort = "kind"
	ByCode Sort = "code"
)

func (s Sort) column() string {
	switch s {
	case ByKind:
		return "u.kind"
	case ByCode:
		return "u.code_key"
	}
	return "u.name_key"
}

// Filter narrows, orders and pages a list of units. The zero value is the
// first page of all units that ever were, by name.
type Filter struct {
	Text   string        // words found in names, aliases, code and people, accents aside
	Kind   string        // kind id
	Parent ID            // its direct children only
	On     calendar.Date // those that exist on this day
	Reach  Reach         // those that can be reached so
	Fresh  time.Time     // checks before it are stale; for Reach
	Ended  bool          // those that exist no more on On, instead
	Sort   Sort
	Desc   bool
	After  string // a Page's Next or Prev
	Limit  int    // rows a page, 1..MaxPage; 0 is 50
}

// MaxPage is the most rows of one page.
const MaxPage = 500

// Listed is a unit in a list.
type Listed struct {
	Unit
	Parent string // label of the parent; empty when it lies outside the scope
	Ranges int    // address ranges valid today
}

// Page is a part of a list. Total counts all units that match in the actor's
// scope. Next and Prev are the Filter.After of the neighbouring pages, empty
// where there is none.
type Page struct {
	Units      []Listed
	Total      int64
	Next, Prev string
}

// cursor is a place in an ordered list: between the row with Value and ID and
// the one after it, or before it when Back.
type cursor struct {
	Value string `json:"v"`
	ID    ID     `json:"i"`
	Back  bool   `json:"b,omitempty"`
}

func (c cursor) String() string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // two texts and a flag always marshal
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func parseCursor(s string) (c cursor, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	return c, err
}

// List returns a page of the units in the actor's scope.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	const op = "unit.List"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Page{}, err
	}
	q := s.db.Read()
	total, err := f.narrow(q.NewSelect().Model((*row)(nil)), scope).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	rows, page, err := f.page(ctx, q, scope)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	page.Total = total
	page.Units, err = s.listed(ctx, q, scope, rows)
	return page, db.Error(op, err)
}

// narrow puts scope and conditions on q.
func (f Filter) narrow(q *bun.SelectQuery, scope auth.Scope) *bun.SelectQuery {
	q = scope.Filter(db.Search(q, "u.search", f.Text), "u.id")
	if f.Kind != "" {
		q = q.Where("u.kind = ?", f.Kind)
	}
	if f.Parent != "" {
		q = q.Where("u.parent_id = ?", f.Parent)
	}
	if !f.On.IsZero() {
		at := f.On.Start().UnixMilli()
		if f.Ended {
			q = q.Where("u.valid_until <= ?", at)
		} else {
			q = q.Where("u.valid_from <= ?", at).Where("u.valid_until > ?", at)
		}
	}
	q = f.Reach.narrow(q, f.Fresh)
	return q
}

// page reads the rows of one page and says where its neighbours begin.
func (f Filter) page(ctx context.Context, q bun.IDB, scope auth.Scope) ([]row, Page, error) {
	var rows []row
	var at cursor
	limit := min(max(f.Limit, 0), MaxPage)
	if limit == 0 {
		limit = 50
	}
	sel, column := f.narrow(q.NewSelect().Model(&rows), scope), bun.Ident(f.Sort.column())
	if f.After != "" {
		var err error
		if at, err = parseCursor(f.After); err != nil {
			return nil, Page{}, &fault.Error{Kind: fault.Invalid, Op: "unit.List", Err: err}
		}
	}
	compare, order := bun.Safe(">"), bun.Safe("ASC")
	if f.Desc != at.Back {
		compare, order = "<", "DESC"
	}
	if f.After != "" {
		sel = sel.Where("(?, u.id) ? (?, ?)", column, compare, at.Value, at.ID)
	}
	err := sel.OrderExpr("? ?, u.id ?", column, order, order).Limit(int64(limit + 1)).Scan(ctx)
	if err != nil {
		return nil, Page{}, err
	}
	more := len(rows) > limit
	rows = rows[:min(limit, len(rows))]
	if at.Back {
		slices.Reverse(rows)
	}
	var p Page
	if len(rows) > 0 && (more || at.Back) {
		p.Next = f.cursor(rows[len(rows)-1], false)
	}
	if len(rows) > 0 && f.After != "" && (more || !at.Back) {
		p.Prev = f.cursor(rows[0], true)
	}
	return rows, p, nil
}

func (f Filter) cursor(r row, back bool) string {
	value := r.NameKey
	switch f.Sort {
	case ByKind:
		value = r.Kind
	case ByCode:
		value = r.CodeKey
	}
	return cursor{Value: value, ID: r.ID, Back: back}.String()
}

func (s *Service) listed(ctx context.Context, q bun.IDB, scope auth.Scope, rows []row) ([]Listed, error) {
	list := units(rows)
	if err := link(ctx, q, list); err != nil {
		return nil, err
	}
	var ids, parents []ID
	for _, u := range list {
		ids, parents = append(ids, u.ID), append(parents, u.ParentID)
	}
	labels, err := names(ctx, q, scope, parents)
	if err != nil {
		return nil, err
	}
	counts, err := countRanges(ctx, q, ids, s.today())
	if err != nil {
		return nil, err
	}
	out := make([]Listed, len(list))
	for i, u := range list {
		out[i] = Listed{Unit: u, Parent: labels[u.ParentID], Ranges: counts[u.ID]}
	}
	return out, nil
}

// countRanges counts the ranges of each unit that are valid on day d.
func countRanges(ctx context.Context, q bun.IDB, ids []ID, d calendar.Date) (map[ID]int, error) {
	out := map[ID]int{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		UnitID ID  `bun:"unit_id"`
		N      int `bun:"n"`
	}
	at := d.Start().UnixMilli()
	err := q.NewSelect().Model((*rangeRow)(nil)).Column("unit_id").ColumnExpr("COUNT(*) AS n").Where("r.unit_id IN (?)", bun.List(ids)).
		Where("r.valid_from <= ?", at).Where("r.valid_until > ?", at).Group("unit_id").Scan(ctx, &rows)
	for _, r := range rows {
		out[r.UnitID] = r.N
	}
	return out, err
}

// Names gives the labels of those of ids that the actor may see; other rooms
// show unit marks with it.
func (s *Service) Names(ctx context.Context, ids ...ID) (map[ID]string, error) {
	const op = "unit.Names"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	m, err := names(ctx, s.db.Read(), scope, ids)
	return m, db.Error(op, err)
}

// Successors names, for those of ids that have ended, who took over and lies in
// the actor's scope, by name.
func (s *Service) Successors(ctx context.Context, ids ...ID) (map[ID][]string, error) {
	const op = "unit.Successors"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var links []struct {
		UnitID ID `bun:"unit_id"`
		row
	}
	sel := s.db.Read().NewSelect().TableExpr("unit_successor AS l").Join("JOIN unit AS u ON u.id = l.successor_id").
		Join("JOIN unit AS o ON o.id = l.unit_id").ColumnExpr("l.unit_id, u.name, u.short_name").
		Where("l.unit_id IN (?)", bun.List(ids)).Where("o.valid_until <= ?", s.today().Start().UnixMilli()).Order("u.name_key", "u.id")
	if err := scope.Filter(sel, "u.id").Scan(ctx, &links); err != nil {
		return nil, db.Error(op, err)
	}
	out := map[ID][]string{}
	for _, l := range links {
		out[l.UnitID] = append(out[l.UnitID], l.unit().Label())
	}
	return out, nil
}

// Node is a unit in the tree. Depth is 0 for the topmost the actor sees.
type Node struct {
	Unit
	Depth int
}

// Tree lists the units of the actor's scope that exist on day d (today when
// zero), parents before children, siblings by name.
func (s *Service) Tree(ctx context.Context, d calendar.Date) ([]Node, error) {
	const op = "unit.Tree"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	all, err := load(ctx, s.db.Read(), scope)
	if err != nil {
		return nil, db.Error(op, err)
	}
	if d.IsZero() {
		d = s.today()
	}
	all = slices.DeleteFunc(all, func(u Unit) bool { return !u.ValidOn(d) })
	seen := map[ID]bool{}
	for _, u := range all {
		seen[u.ID] = true
	}
	children := map[ID][]Unit{}
	for _, u := range all {
		under := u.ParentID
		if !seen[under] {
			under = ""
		}
		children[under] = append(children[under], u)
	}
	var out []Node
	var walk func(id ID, depth int)
	walk = func(id ID, depth int) {
		for _, u := range children[id] {
			out = append(out, Node{u, depth})
			walk(u.ID, depth+1)
		}
	}
	walk("", 0)
	return out, nil
}
