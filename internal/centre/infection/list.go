// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Sort is the order of a list.
type Sort string

// The orders; the zero value is by the last time seen.
const (
	ByLastSeen  Sort = ""
	ByFirstSeen Sort = "first"
	ByQueries   Sort = "queries"
)

func (s Sort) expr() string {
	switch s {
	case ByFirstSeen:
		return "i.first_seen"
	case ByQueries:
		return "i.queries"
	}
	return "i.last_seen"
}

func (s Sort) value(i Seen) int64 {
	switch s {
	case ByFirstSeen:
		return i.FirstSeen.UnixMilli()
	case ByQueries:
		return i.Queries
	}
	return i.LastSeen.UnixMilli()
}

// AnyActive as Filter.State asks for what is not cleaned and no false positive;
// UnknownKind and Behind as Filter.Kind for addresses of undeclared kind and
// for all behind which several machines stand.
const (
	AnyActive   State  = "active"
	UnknownKind string = "unknown"
	Behind      string = "behind"
)

// Filter narrows, orders and pages a list. The zero value is the first page of
// everything in scope, the longest silent first.
type Filter struct {
	State  State  // empty: all
	Unit   string // attributed to exactly this unit
	Kind   string // a unit.AddressKind, UnknownKind or Behind
	Threat string // exactly this threat
	Query  string // words of address and threat; defanged addresses are read too
	Since  time.Time
	Sort   Sort
	Desc   bool
	After  string // Page.Prev or Page.Next
	Limit  int    // rows a page, 1..1000; 0 is 50
}

// Page is one page of a list. Total counts all that match in scope, up to
// finding.CountLimit; Over says that there are more. Prev and Next are the
// Filter.After of the neighbours, empty where there is none.
type Page struct {
	Rows       []Seen
	Total      int64
	Over       bool
	Prev, Next string
}

var (
	active = []State{Suspected, Confirmed, Cleaning}
	behind = []unit.AddressKind{unit.NAT, unit.Resolver, unit.Proxy}
)

// dense is as for findings: from how many rows on the list is read along its
// order.
func (f Filter) dense() int64 {
	if f.Kind+f.Query == "" && f.Since.IsZero() {
		return finding.Indexed
	}
	return finding.Dense
}

// narrow adds what f asks for. Along writes it in a form by which no engine seeks
// rows; see finding.Dense.
func (f Filter) narrow(q *bun.SelectQuery, along bool) *bun.SelectQuery {
	text := func(column string) bun.Safe {
		if along {
			return bun.Safe("(i." + column + " || '')")
		}
		return bun.Safe("i." + column)
	}
	switch f.State {
	case "":
	case AnyActive:
		q = q.Where("? IN (?)", text("state"), bun.List(active))
	default:
		q = q.Where("? = ?", text("state"), string(f.State))
	}
	if f.Unit != "" {
		q = q.Where("? = ?", text("scope_unit"), f.Unit).Where("i.unit_id = ?", f.Unit)
	}
	switch f.Kind {
	case "":
	case UnknownKind:
		q = q.Where("i.address_kind = ''")
	case Behind:
		q = q.Where("i.address_kind IN (?)", bun.List(behind))
	default:
		q = q.Where("i.address_kind = ?", f.Kind)
	}
	if f.Threat != "" {
		q = q.Where("? = ?", text("threat"), f.Threat)
	}
	if !f.Since.IsZero() {
		q = q.Where("i.last_seen >= ?", f.Since.UnixMilli())
	}
	typed := strings.TrimSpace(finding.Refang(f.Query))
	if a, err := netip.ParseAddr(typed); err == nil {
		return q.Where("i.addr_key = ?", db.AddrKey(a))
	}
	return db.Search(q, "i.search", typed)
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) (p Page, err error) {
	const op = "infection.List"
	if p.Total, p.Over, err = finding.CountUpTo(ctx, q, f.narrow(visible(q, (*row)(nil), scope), false).ColumnExpr("1")); err != nil {
		return Page{}, db.Error(op, err)
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = 50
	}
	sel := visible(q, (*row)(nil), scope)
	along := p.Total >= f.dense()
	if along {
		sel = scope.Residual(q.NewSelect().Model((*row)(nil)), "i.scope_unit")
	}
	var rows []row
	ids := finding.Seek(f.narrow(sel.ColumnExpr("i.id"), along), f.Sort.expr(), "i.id", f.Desc, f.After, limit)
	err = finding.Ordered(columns(q.NewSelect().Model(&rows)).Where("i.id IN (?)", ids), f.Sort.expr(), "i.id", f.Desc, f.After).Scan(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	list, err := allSeen(rows)
	if err != nil {
		return Page{}, err
	}
	p.Rows, p.Prev, p.Next = finding.Leaf(list, f.After, limit, func(s Seen) finding.Place {
		return finding.Place{Value: f.Sort.value(s), ID: string(s.ID)}
	})
	return p, nil
}

// Count is how many addresses have an active infection, each once whatever the
// number of threats. Only Machines may be called infected machines.
type Count struct {
	Machines int64
	NAT      int64 // "one machine behind NAT", and so on
	Resolver int64
	Proxy    int64
	Unknown  int64 // the kind of the address is not declared
}

// Behind is the addresses behind which several machines stand.
func (c Count) Behind() int64 { return c.NAT + c.Resolver + c.Proxy }

func (c *Count) add(kind unit.AddressKind, n int64) {
	switch kind {
	case unit.Machine:
		c.Machines += n
	case unit.NAT:
		c.NAT += n
	case unit.Resolver:
		c.Resolver += n
	case unit.Proxy:
		c.Proxy += n
	default:
		c.Unknown += n
	}
}

// counts counts by unit. An address whose records the plan gives to two units at
// their times counts once for each.
func counts(ctx context.Context, q bun.IDB, scope auth.Scope) (map[string]Count, error) {
	var rows []struct {
		UnitID string           `bun:"unit_id"`
		Kind   unit.AddressKind `bun:"address_kind"`
		N      int64            `bun:"n"`
	}
	err := Filter{State: AnyActive}.narrow(visible(q, (*row)(nil), scope), false).ColumnExpr("i.unit_id, i.address_kind").
		ColumnExpr("COUNT(DISTINCT i.machine_id) AS n").GroupExpr("i.unit_id, i.address_kind").Scan(ctx, &rows)
	out := map[string]Count{}
	for _, r := range rows {
		c := out[r.UnitID]
		c.add(r.Kind, r.N)
		out[r.UnitID] = c
	}
	return out, db.Error("infection.Counts", err)
}
