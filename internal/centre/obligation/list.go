// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// pageSize is how many rows a page of a list holds when Filter names none.
const pageSize = 50

// CountLimit is how far the rows of a list are counted: further counting would
// take longer than the page it stands on.
const CountLimit = 10_000

// Filter narrows a list. The zero value asks for the first page of everything
// in scope: by the day due, on one day the more urgent first.
type Filter struct {
	State     State // empty: all
	Clock     Clock // Soon, Late, OnTime (open and not yet soon), MetTime or MetLate; anything else: all
	Unit      string
	Kind      string
	Urgency   string // key of an urgency; empty: all
	Person    string // account id of who it was given to
	Addressee string // words of the addressee's name, accents free
	Form      string // exactly this form
	Basis     string // words of the citation
	Trigger   string
	Subject   string // id of the subject: what several units owe for one cause
	Document  string // id of the paper it rests on, in the register
	Query     string // words of title, subject, addressee, basis or form, accents free
	From, To  time.Time
	MetFrom   time.Time // met at or after
	Asked     bool      // more time or a later T0 was asked for and nobody has decided
	Latest    bool      // latest due first
	After     string    // Page.Next of the page before
	Limit     int       // rows a page, 1..1000; 0 is 50
}

// mostParts bounds into how many parts a list is cut that are each read out of
// an index in order and then merged. Beyond it the index of all is read in
// order, passing over what lies out of scope.
const mostParts = 64

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter, now time.Time) (Page, error) {
	const op = "obligation.List"
	units, err := f.places(ctx, q, scope)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{}
	for _, part := range f.parts(q, scope, units, now) {
		var n int64
		err := q.NewSelect().TableExpr("(?) AS c", part.ColumnExpr("1").Limit(CountLimit+1)).ColumnExpr("COUNT(*)").Scan(ctx, &n)
		if err != nil {
			return Page{}, db.Error(op, err)
		}
		p.Total += n
	}
	if p.Over = p.Total > CountLimit; p.Over {
		p.Total = CountLimit
	}
	limit := f.Limit
	if limit < 1 || limit > 1000 {
		limit = pageSize
	}
	ids, err := f.leaf(ctx, q, f.parts(q, scope, units, now), limit+1)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	if p.Rows, err = inOrder(ctx, q, ids[:min(len(ids), limit)]); err != nil {
		return Page{}, err
	}
	if len(ids) > limit {
		p.Next = cursorOf(p.Rows[limit-1])
	}
	return p, nil
}

// places are the units the list is read unit by unit for: that of the filter, or
// those of a narrow scope; one empty id when it is read as a whole.
func (f Filter) places(ctx context.Context, q bun.IDB, scope auth.Scope) ([]string, error) {
	if f.Unit != "" || f.Person != "" || f.Subject != "" || f.Document != "" || f.Asked {
		return []string{f.Unit}, nil
	}
	units, err := unitsOf(ctx, q, scope, mostParts/len(f.states()))
	if units == nil {
		units = []string{""}
	}
	return units, err
}

// parts are the selections whose union is the list, each of one state and of one
// of units.
func (f Filter) parts(q bun.IDB, scope auth.Scope, units []string, now time.Time) []*bun.SelectQuery {
	var parts []*bun.SelectQuery
	for _, u := range units {
		for _, st := range f.states() {
			part := within(scope, q.NewSelect().Model((*row)(nil))).Where("o.state = ?", string(st))
			if u != "" {
				part = part.Where("o.unit_id = ?", u)
			}
			parts = append(parts, f.narrow(part, st, now))
		}
	}
	return parts
}

// within narrows q to the rows of a scope in a form that no engine seeks rows by
// or makes a join of: the list is read along an index in its own order, passing
// over what lies outside.
func within(scope auth.Scope, q *bun.SelectQuery) *bun.SelectQuery {
	query, args := scope.Where("o.unit_id")
	return q.Where("("+query+") IS TRUE", args...)
}

// unitsOf are the units of a scope when they are at most n, else nil. A scope
// without units has one that no row has.
func unitsOf(ctx context.Context, q bun.IDB, scope auth.Scope, n int) ([]string, error) {
	var ids []string
	sel := q.NewSelect().TableExpr("unit_closure AS c").ColumnExpr("DISTINCT c.descendant").OrderExpr("c.descendant").Limit(int64(n) + 1)
	if err := scope.Filter(sel, "c.descendant").Scan(ctx, &ids); err != nil {
		return nil, err
	}
	if len(ids) > n {
		return nil, nil
	}
	if len(ids) == 0 {
		return []string{"-"}, nil
	}
	return ids, nil
}

func (f Filter) states() []State {
	switch f.Clock {
	case Late, Soon, OnTime:
		return []State{Open}
	case MetLate, MetTime:
		return []State{Met}
	}
	if slices.Contains(States(), f.State) {
		return []State{f.State}
	}
	return States()
}

func (f Filter) narrow(q *bun.SelectQuery, st State, now time.Time) *bun.SelectQuery {
	if f.State != "" && f.State != st {
		return q.Where("1 = 0")
	}
	// Bounds on sort_key beside those on moments let the index end where the
	// moments do.
	switch f.Clock {
	case Late:
		q = q.Where("o.due_at < ?", db.At(now)).Where("o.sort_key <= ?", sortKey(now, Ordinary))
	case Soon:
		q = q.Where("o.due_at >= ?", db.At(now)).Where("o.soon_at <= ?", db.At(now)).Where("o.sort_key >= ?", sortKey(now, MostUrgent))
	case OnTime:
		q = q.Where("o.due_at >= ?", db.At(now)).Where("o.soon_at > ?", db.At(now)).Where("o.sort_key >= ?", sortKey(now, MostUrgent))
	case MetLate:
		q = q.Where("o.met_at > o.due_at")
	case MetTime:
		q = q.Where("o.met_at <= o.due_at")
	}
	if !f.MetFrom.IsZero() {
		q = q.Where("o.met_at >= ?", db.At(f.MetFrom))
	}
	for _, is := range []struct{ where, value string }{{"o.kind = ?", f.Kind}, {"o.owed_by = ?", f.Person}, {"o.form_id = ?", f.Form},
		{"o.started_by = ?", f.Trigger}, {"o.subject_id = ?", f.Subject}} {
		if is.value != "" {
			q = q.Where(is.where, is.value)
		}
	}
	if f.Asked {
		q = q.Where("o.claim_seq > 0")
	}
	if f.Document != "" {
		q = q.Where("o.basis_document = ?", f.Document).Where("o.basis_document <> ''") // as its index is
	}
	if u, ok := ParseUrgency(f.Urgency); ok {
		q = q.Where("o.sort_key % 4 = ?", int64(MostUrgent-u)) // the index of the order holds it
	}
	if !f.From.IsZero() {
		q = q.Where("o.due_at > ?", db.At(f.From)).Where("o.sort_key >= ?", sortKey(f.From, MostUrgent))
	}
	if !f.To.IsZero() {
		q = q.Where("o.due_at <= ?", db.At(f.To)).Where("o.sort_key <= ?", sortKey(f.To, Ordinary))
	}
	for _, text := range []string{f.Query, f.Addressee, f.Basis} {
		q = db.Search(q, "o.search", text)
	}
	return q
}

// leaf are the ids of one page: of each part its first rows out of the index,
// merged.
func (f Filter) leaf(ctx context.Context, q bun.IDB, parts []*bun.SelectQuery, limit int) ([]string, error) {
	var text []string
	var subs []any
	for n, part := range parts {
		part = f.page(part.ColumnExpr("o.id, o.sort_key, o.due_at")).Limit(int64(limit))
		text, subs = append(text, fmt.Sprintf("SELECT * FROM (?) AS p%d", n)), append(subs, part)
	}
	order := "sort_key, due_at, id"
	if f.Latest {
		order = "sort_key DESC, due_at DESC, id DESC"
	}
	var ids []string
	query := "SELECT id FROM (" + strings.Join(text, " UNION ALL ") + ") AS u ORDER BY " + order + " LIMIT ?"
	if len(parts) == 1 { // it is in order
		query = "SELECT id FROM (?) AS u LIMIT ?"
	}
	err := q.NewRaw(query, append(subs, limit)...).Scan(ctx, &ids)
	return ids, err
}

// page orders q and starts it behind f.After. A cursor that does not read
// starts at the first page.
func (f Filter) page(q *bun.SelectQuery) *bun.SelectQuery {
	key, due, id, after := readCursor(f.After)
	if f.Latest {
		if after {
			q = q.Where("(o.sort_key, o.due_at, o.id) < (?, ?, ?)", key, due, id)
		}
		return q.OrderExpr("o.sort_key DESC, o.due_at DESC, o.id DESC")
	}
	if after {
		q = q.Where("(o.sort_key, o.due_at, o.id) > (?, ?, ?)", key, due, id)
	}
	return q.OrderExpr("o.sort_key, o.due_at, o.id")
}

func cursorOf(o Obligation) string {
	return strconv.FormatInt(sortKey(o.DueAt, o.Urgency), 10) + "." + strconv.FormatInt(o.DueAt.UnixMilli(), 10) + "." + string(o.ID)
}

func readCursor(s string) (key, due int64, id string, ok bool) {
	part := strings.SplitN(s, ".", 3)
	if len(part) != 3 || strings.Contains(part[2], "\x00") {
		return 0, 0, "", false
	}
	key, err := strconv.ParseInt(part[0], 10, 64)
	if err != nil {
		return 0, 0, "", false
	}
	due, err = strconv.ParseInt(part[1], 10, 64)
	return key, due, part[2], err == nil
}

// inOrder are the obligations of ids in their order.
func inOrder(ctx context.Context, q bun.IDB, ids []string) ([]Obligation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []row
	if err := q.NewSelect().Model(&rows).Where("o.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, db.Error("obligation.List", err)
	}
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	slices.SortFunc(rows, func(a, b row) int { return at[a.ID] - at[b.ID] })
	return all(rows)
}

// mostSought is how many units are sought one by one where rows are only counted.
const mostSought = 1000

// opened narrows q to the open obligations of a scope: those of each of its units,
// or all, passing over what lies outside, where the units are nil.
func opened(q bun.IDB, scope auth.Scope, units []string) *bun.SelectQuery {
	sel := q.NewSelect().Model((*row)(nil)).ColumnExpr("1").Where("o.state = ?", string(Open))
	if units == nil {
		return within(scope, sel)
	}
	return sel.Where("o.unit_id IN (?)", bun.List(units))
}

// count counts open obligations of a scope, those of one unit where it is named,
// each figure up to CountLimit.
func count(ctx context.Context, q bun.IDB, scope auth.Scope, unit string, now time.Time) (Counts, error) {
	const op = "obligation.Count"
	var units []string
	if unit == "" {
		var err error
		if units, err = unitsOf(ctx, q, scope, mostSought); err != nil {
			return Counts{}, db.Error(op, err)
		}
	}
	var c Counts
	near := int64(0)
	for _, part := range []struct {
		into  *int64
		where string
	}{{&c.Open, ""}, {&near, "o.soon_at <= ?"}, {&c.Late, "o.due_at < ?"}} {
		sel := opened(q, scope, units).Limit(CountLimit)
		if unit != "" {
			sel = sel.Where("o.unit_id = ?", unit)
		}
		if part.where != "" {
			sel = sel.Where(part.where, db.At(now))
		}
		if err := q.NewSelect().TableExpr("(?) AS c", sel).ColumnExpr("COUNT(*)").Scan(ctx, part.into); err != nil {
			return Counts{}, db.Error(op, err)
		}
	}
	c.Soon = max(near-c.Late, 0) // whatever is late was soon
	return c, nil
}
