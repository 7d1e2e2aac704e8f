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

// expr is the whole number a list of findings in state is ordered by; each has an
// index. Where states meet, the acknowledged and the closed stand behind the
// new: no time in milliseconds comes near 10^15.
func (s Sort) expr(state State) string {
	switch s {
	case ByLastSeen:
		return "f.last_seen"
	case ByFirstSeen:
		return "f.first_seen"
	case ByQueries:
		return "f.queries"
	}
	if state != "" && state != AnyOpen {
		return "f.created_at"
	}
	return "(f.created_at + CASE f.state WHEN 'new' THEN 0 ELSE 1000000000000000 END)"
}

func (s Sort) value(state State, f Seen) int64 {
	switch s {
	case ByLastSeen:
		return f.LastSeen.UnixMilli()
	case ByFirstSeen:
		return f.FirstSeen.UnixMilli()
	case ByQueries:
		return f.Queries
	}
	if f.State == Waiting || state != "" && state != AnyOpen {
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
	State     State  // empty: all
	Unit      string // attributed to exactly this unit
	Kind      string // a unit.AddressKind or UnknownKind
	Threat    string // exactly this threat
	Indicator string // its findings: the entry of a list, what was seen, or a parent of that; see touching
	Query     string // an address or its first numbers, words of threat and lists, or of a name; see seek
	Since     time.Time
	Assignee  string // account id
	Sort      Sort
	Desc      bool
	After     string // Page.Prev or Page.Next
	Limit     int    // rows a page, 1..1000; 0 is 50

	sought sought // what Query means; list finds out
}

// Page is one page of a list. Total counts all that match in scope, up to
// CountLimit; Over says that there are more. Prev and Next are the Filter.After
// of the neighbours, empty where there is none.
type Page struct {
	Rows       []Seen
	Total      int64
	Over       bool
	Prev, Next string
}

// CountLimit is how far the rows of a list are counted.
const CountLimit = 50_000

// CountUpTo counts the rows of q, which selects a column, up to CountLimit.
func CountUpTo(ctx context.Context, from bun.IDB, q *bun.SelectQuery) (n int64, over bool, err error) {
	return countTo(ctx, from, q, CountLimit)
}

func countTo(ctx context.Context, from bun.IDB, q *bun.SelectQuery, most int64) (n int64, over bool, err error) {
	err = from.NewSelect().TableExpr("(?) AS c", q.Limit(most+1)).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return min(n, most), n > most, err
}

// Dense is from how many rows on a list is read along an index in its own order,
// passing over what does not match; below it the matching rows are sought and
// sorted. Both engines left to themselves sorted tens of thousands. Where an
// index holds all that the list asks for, sorting is cheap for longer: Indexed.
const (
	Dense   = 5000
	Indexed = 20_000
)

// dense is from how many rows on the list of f is read along its order.
func (f Filter) dense() int64 {
	if f.Kind+f.Assignee+f.Query+f.Indicator == "" && f.Since.IsZero() {
		return Indexed
	}
	return Dense
}

// narrow adds what f asks for. Along writes it in a form by which no engine seeks
// rows.
func (f Filter) narrow(q *bun.SelectQuery, along bool) *bun.SelectQuery {
	text := func(column string) bun.Safe {
		if along {
			return bun.Safe("(f." + column + " || '')")
		}
		return bun.Safe("f." + column)
	}
	switch f.State {
	case "":
	case AnyOpen:
		q = q.Where("? IN (?)", text("state"), bun.List([]State{Waiting, Acknowledged}))
	default:
		if f.Sort == Queue { // the index in the order of the queue begins with it
			q = q.Where("f.state = ?", string(f.State))
		} else {
			q = q.Where("? = ?", text("state"), string(f.State))
		}
	}
	if f.Unit != "" {
		q = q.Where("? = ?", text("scope_unit"), f.Unit).Where("f.unit_id = ?", f.Unit)
	}
	switch f.Kind {
	case "":
	case UnknownKind:
		q = q.Where("f.address_kind = ''")
	default:
		q = q.Where("f.address_kind = ?", f.Kind)
	}
	if f.Threat != "" {
		q = q.Where("? = ?", text("threat"), f.Threat)
	}
	if !f.Since.IsZero() {
		q = q.Where("f.last_seen >= ?", f.Since.UnixMilli())
	}
	if f.Assignee != "" {
		q = q.Where("f.assignee_id = ?", f.Assignee)
	}
	if f.Indicator != "" {
		q = touching(q, f.Indicator)
	}
	return f.sought.narrow(q, along)
}

// Refang undoes the brackets under which pages show names and addresses, so
// that what was copied from a page is found.
func Refang(s string) string {
	return strings.NewReplacer("[.]", ".", "[@]", "@", "hxxp", "http").Replace(s)
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) (p Page, err error) {
	const op = "finding.List"
	if f.sought, err = seek(ctx, q, f.Query); err != nil {
		return Page{}, err
	}
	most := int64(CountLimit)
	if f.sought.rows {
		most = Dense
	}
	if p.Total, p.Over, err = countTo(ctx, q, f.narrow(visible(q, (*row)(nil), scope), false).ColumnExpr("1"), most); err != nil {
		return Page{}, db.Error(op, err)
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = 50
	}
	sel := visible(q, (*row)(nil), scope)
	along := p.Total >= f.dense()
	if along {
		sel = scope.Residual(q.NewSelect().Model((*row)(nil)), "f.scope_unit")
	}
	var rows []row
	ids := Seek(f.narrow(sel.ColumnExpr("f.id"), along), f.Sort.expr(f.State), "f.id", f.Desc, f.After, limit)
	err = Ordered(columns(q.NewSelect().Model(&rows)).Where("f.id IN (?)", ids), f.Sort.expr(f.State), "f.id", f.Desc, f.After).Scan(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	seen, err := allSeen(rows)
	if err != nil {
		return Page{}, err
	}
	p.Rows, p.Prev, p.Next = Leaf(seen, f.After, limit, func(s Seen) Place { return Place{Value: f.Sort.value(f.State, s), ID: string(s.ID)} })
	return p, nil
}

// Counts are the open findings of a scope.
type Counts struct {
	Waiting      int64
	Acknowledged int64
	Oldest       time.Time // when the longest waiting new one entered the queue; zero without
}

func count(ctx context.Context, q bun.IDB, scope auth.Scope) (Counts, error) {
	const op = "finding.Counts"
	var rows []struct {
		State State `bun:"state"`
		N     int64 `bun:"n"`
	}
	err := Filter{State: AnyOpen}.narrow(visible(q, (*row)(nil), scope), false).ColumnExpr("f.state").ColumnExpr("COUNT(*) AS n").
		GroupExpr("f.state").Scan(ctx, &rows)
	if err != nil {
		return Counts{}, db.Error(op, err)
	}
	var c Counts
	for _, r := range rows {
		if r.State == Waiting {
			c.Waiting = r.N
		} else {
			c.Acknowledged = r.N
		}
	}
	if c.Waiting == 0 {
		return c, nil
	}
	sel := visible(q, (*row)(nil), scope)
	if c.Waiting >= Dense {
		sel = scope.Residual(q.NewSelect().Model((*row)(nil)), "f.scope_unit")
	}
	var oldest db.Time
	err = sel.Where("f.state = ?", string(Waiting)).ColumnExpr("f.created_at").OrderExpr("f.created_at, f.id").Limit(1).Scan(ctx, &oldest)
	c.Oldest = oldest.Time
	return c, db.Error(op, err)
}

// maxThreats is how many threats the filter offers.
const maxThreats = 200

// threats lists the threats of a scope, for the filter: where it holds many
// findings it is asked of each known threat whether one is in scope, else those
// of each unit are put together out of an index.
func threats(ctx context.Context, q bun.IDB, scope auth.Scope) ([]string, error) {
	var out []string
	n, over, err := countTo(ctx, q, visible(q, (*row)(nil), scope).ColumnExpr("1"), 2*Dense)
	if err != nil {
		return nil, db.Error("finding.Threats", err)
	}
	if over || n == 2*Dense {
		one := scope.Residual(q.NewSelect().Model((*row)(nil)), "f.scope_unit").ColumnExpr("1").Where("f.threat = x.threat").Limit(1)
		known := q.NewSelect().TableExpr("finding_text AS x").ColumnExpr("x.threat").Distinct()
		err := q.NewSelect().TableExpr("(?) AS x", known).ColumnExpr("x.threat").Where("(?) IS NOT NULL", one).OrderExpr("x.threat").
			Limit(maxThreats).Scan(ctx, &out)
		return out, db.Error("finding.Threats", err)
	}
	each := visible(q, (*row)(nil), scope).ColumnExpr("f.scope_unit, f.threat").GroupExpr("f.scope_unit, f.threat")
	err = q.NewSelect().TableExpr("(?) AS t", each).ColumnExpr("t.threat").GroupExpr("t.threat").OrderExpr("t.threat").Limit(maxThreats).Scan(ctx, &out)
	return out, db.Error("finding.Threats", err)
}
