// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Sort is the order of a list.
type Sort string

// The orders. Queue is the duty queue's: those nobody has acknowledged first,
// the longest waiting in front.
const (
	Queue       Sort = ""
	ByLastSeen  Sort = "last"
	ByFirstSeen Sort = "first"
	ByQueries   Sort = "queries"
)

// expr is the whole number a list is ordered by. The acknowledged stand behind
// all others: no time in milliseconds comes near 10^15.
func (s Sort) expr() string {
	switch s {
	case ByLastSeen:
		return "f.last_seen"
	case ByFirstSeen:
		return "f.first_seen"
	case ByQueries:
		return "f.queries"
	}
	return "(f.created_at + CASE f.state WHEN 'new' THEN 0 ELSE 1000000000000000 END)"
}

func (s Sort) value(f Seen) int64 {
	switch s {
	case ByLastSeen:
		return f.LastSeen.UnixMilli()
	case ByFirstSeen:
		return f.FirstSeen.UnixMilli()
	case ByQueries:
		return f.Queries
	}
	if f.State == Waiting {
		return f.CreatedAt.UnixMilli()
	}
	return f.CreatedAt.UnixMilli() + 1_000_000_000_000_000
}

// AnyOpen as Filter.State asks for the new and the acknowledged; UnknownKind as
// Filter.Kind for addresses whose kind is not declared.
const (
	AnyOpen     State  = "open"
	UnknownKind string = "unknown"
)

// Filter narrows, orders and pages a list. The zero value is the first page of
// everything in scope, in the order of the queue.
type Filter struct {
	State    State  // empty: all
	Unit     string // attributed to exactly this unit
	Kind     string // a unit.AddressKind or UnknownKind
	Threat   string // exactly this threat
	Query    string // words of address, threat and lists, or of a name; defanged names are read too
	Since    time.Time
	Assignee string // account id
	Sort     Sort
	Desc     bool
	After    string // Page.Prev or Page.Next
	Limit    int    // rows a page, 1..1000; 0 is 50
}

// Page is one page of a list. Total counts all that match in scope. Prev and
// Next are the Filter.After of the neighbours, empty where there is none.
type Page struct {
	Rows       []Seen
	Total      int64
	Prev, Next string
}

func (f Filter) narrow(from bun.IDB, q *bun.SelectQuery) *bun.SelectQuery {
	switch f.State {
	case "":
	case AnyOpen:
		q = q.Where("f.state IN (?)", bun.List([]State{Waiting, Acknowledged}))
	default:
		q = q.Where("f.state = ?", string(f.State))
	}
	if f.Unit != "" {
		q = q.Where("f.unit_id = ?", f.Unit)
	}
	switch f.Kind {
	case "":
	case UnknownKind:
		q = q.Where("f.address_kind = ''")
	default:
		q = q.Where("f.address_kind = ?", f.Kind)
	}
	if f.Threat != "" {
		q = q.Where("f.threat = ?", f.Threat)
	}
	if !f.Since.IsZero() {
		q = q.Where("f.last_seen >= ?", f.Since.UnixMilli())
	}
	if f.Assignee != "" {
		q = q.Where("f.assignee_id = ?", f.Assignee)
	}
	return search(from, q, f.Query)
}

// search finds what was typed in the finding itself or in one of its names.
func search(q bun.IDB, sel *bun.SelectQuery, typed string) *bun.SelectQuery {
	typed = Refang(typed)
	if strings.TrimSpace(typed) == "" {
		return sel
	}
	itself := db.Search(q.NewSelect().TableExpr("finding AS s").ColumnExpr("s.id"), "s.search", typed)
	names := db.Search(q.NewSelect().TableExpr("finding_name AS n").ColumnExpr("n.finding_id"), "n.name", typed)
	return sel.Where("(f.id IN (?) OR f.id IN (?))", itself, names)
}

// Refang undoes the brackets under which pages show names and addresses, so
// that what was copied from a page is found.
func Refang(s string) string {
	return strings.NewReplacer("[.]", ".", "[@]", "@", "hxxp", "http").Replace(s)
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) (Page, error) {
	const op = "finding.List"
	total, err := f.narrow(q, visible(q, (*row)(nil), scope)).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = 50
	}
	// The ids first: only the rows of the page are then attributed for showing.
	ids := Seek(f.narrow(q, visible(q, (*row)(nil), scope)).ColumnExpr("f.id"), f.Sort.expr(), "f.id", f.Desc, f.After, limit)
	var rows []row
	sel := columns(q.NewSelect().Model(&rows)).Where("f.id IN (SELECT p.id FROM (?) AS p)", ids)
	if err := Seek(sel, f.Sort.expr(), "f.id", f.Desc, f.After, limit).Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	seen, err := allSeen(rows)
	if err != nil {
		return Page{}, err
	}
	p := Page{Total: int64(total)}
	p.Rows, p.Prev, p.Next = Leaf(seen, f.After, limit, func(s Seen) Place { return Place{Value: f.Sort.value(s), ID: string(s.ID)} })
	return p, nil
}

// Counts are the open findings of a scope.
type Counts struct {
	Waiting      int64
	Acknowledged int64
	Oldest       time.Time // when the longest waiting new one entered the queue; zero without
}

func count(ctx context.Context, q bun.IDB, scope auth.Scope) (Counts, error) {
	var rows []struct {
		State  State   `bun:"state"`
		N      int64   `bun:"n"`
		Oldest db.Time `bun:"oldest"`
	}
	err := Filter{State: AnyOpen}.narrow(q, visible(q, (*row)(nil), scope)).ColumnExpr("f.state").ColumnExpr("COUNT(*) AS n").
		ColumnExpr("MIN(f.created_at) AS oldest").GroupExpr("f.state").Scan(ctx, &rows)
	var c Counts
	for _, r := range rows {
		if r.State == Waiting {
			c.Waiting, c.Oldest = r.N, r.Oldest.Time
		} else {
			c.Acknowledged = r.N
		}
	}
	return c, db.Error("finding.Counts", err)
}

// threats lists the threats of a scope, for the filter.
func threats(ctx context.Context, q bun.IDB, scope auth.Scope) ([]string, error) {
	var out []string
	err := visible(q, (*row)(nil), scope).ColumnExpr("f.threat").GroupExpr("f.threat").OrderExpr("f.threat").Limit(500).Scan(ctx, &out)
	return out, db.Error("finding.Threats", err)
}
