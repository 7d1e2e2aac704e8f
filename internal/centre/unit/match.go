// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// node is a unit while a list is matched: one that exists, one the list adds,
// or both.
type node struct {
	old    *Unit // nil for a new unit
	next   Unit  // as it would be; ParentID of a new parent is its row's mark
	rec    *record
	parent *node
	state  RowState
	done   bool    // compared: what its row says stands
	ranges []Range // to add
	retype []Range // to change the kind of
}

// matcher lays a list over what exists.
type matcher struct {
	*reader
	nodes  []*node
	byID   map[ID]*node // by mark
	byCode map[string][]*node
	byName map[string][]*node // by nameKey
	byAlso map[string][]*node // short names and aliases, by nameKey
	under  ID                 // parent of units that name none
	codes  map[string]ID      // folded code -> unit, beyond the scope
	plan   map[string][]Range // lower bound/length -> ranges, beyond the scope
	ranges map[ID][]Range
}

// newMatcher loads what the scope holds, and what must stay unique beyond it.
func newMatcher(ctx context.Context, q bun.IDB, scope auth.Scope, r *reader) (*matcher, error) {
	m := &matcher{reader: r, byID: map[ID]*node{}, byCode: map[string][]*node{}, byName: map[string][]*node{},
		byAlso: map[string][]*node{}, codes: map[string]ID{}, plan: map[string][]Range{}, ranges: map[ID][]Range{}}
	all, err := load(ctx, q, scope)
	if err != nil {
		return nil, err
	}
	for i := range all {
		n := &node{old: &all[i], next: all[i]}
		m.add(n)
	}
	for _, n := range m.nodes {
		if n.parent = m.byID[n.old.ParentID]; n.parent == nil && (m.under == "" || n.old.ParentID == "") {
			m.under = n.old.ID // the topmost in the scope
		}
	}
	var coded []row
	if err := q.NewSelect().Model(&coded).Column("id", "code_key").Where("u.code_key <> ''").Scan(ctx); err != nil {
		return nil, err
	}
	for _, c := range coded {
		m.codes[c.CodeKey] = c.ID
	}
	list, err := ranges(ctx, q, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	for _, r := range list {
		m.plan[r.Prefix.String()] = append(m.plan[r.Prefix.String()], r)
		m.ranges[r.UnitID] = append(m.ranges[r.UnitID], r)
	}
	return m, err
}

// nameKey folds a name for matching: "UBND xã Mường Than", "Ủy ban nhân dân xã
// Mường Than" and "Xã Mường Than" are one (design.md §9.8).
func nameKey(s string) string {
	s = strings.TrimPrefix(words(s), "uy ban nhan dan ")
	return strings.TrimPrefix(s, "ubnd ")
}

// stands reports whether n is to be reckoned with by rows compared after it.
func (n *node) stands() bool { return n.old != nil || n.done }

// gone reports whether n was to be new and will not be.
func (n *node) gone() bool { return n.old == nil && n.state == RowRejected }

func (m *matcher) add(n *node) {
	m.nodes, m.byID[n.mark()] = append(m.nodes, n), n
	m.index(n)
}

// index makes n found by what it is called now, besides what it was.
func (m *matcher) index(n *node) {
	put := func(in map[string][]*node, key string) {
		if key != "" && !slices.Contains(in[key], n) {
			in[key] = append(in[key], n)
		}
	}
	put(m.byCode, i18n.Fold(n.next.Code))
	put(m.byName, nameKey(n.next.Name))
	put(m.byAlso, nameKey(n.next.ShortName))
	for _, a := range n.next.Aliases {
		put(m.byAlso, nameKey(a))
	}
}

// find lists the nodes a text may mean: those with the code, else the name,
// else a short name or alias.
func (m *matcher) find(text string, fits func(*node) bool) []*node {
	for _, found := range [][]*node{m.byCode[i18n.Fold(text)], m.byName[nameKey(text)], m.byAlso[nameKey(text)]} {
		var list []*node
		for _, n := range found {
			if fits(n) {
				list = append(list, n)
			}
		}
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

// match finds the unit a record speaks of, or makes a new node; nil when the
// record is rejected.
func (m *matcher) match(rec *record) *node {
	var list []*node
	if code := rec.texts["code"]; code != "" {
		for _, n := range m.byCode[i18n.Fold(code)] {
			if n.old != nil {
				list = append(list, n)
			}
		}
		if id, taken := m.codes[i18n.Fold(code)]; len(list) == 0 && taken && m.byID[id] == nil {
			m.bad(rec.row, "code", code, "unit.err.code_taken")
			return nil
		}
	}
	name := rec.texts["name"]
	if len(list) == 0 && name == "" {
		m.bad(rec.row, "name", "", "unit.err.required")
		return nil
	}
	if len(list) == 0 {
		list = m.sameNamed(rec, name)
	}
	switch {
	case len(list) > 1:
		m.bad(rec.row, "name", name, "unit.err.ambiguous", len(list))
		return nil
	case len(list) == 0:
		n := &node{rec: rec, state: RowNew}
		n.next.Name, n.next.Code, n.next.Aliases = name, rec.texts["code"], rec.aliases
		m.add(n)
		return n
	case list[0].rec != nil:
		m.bad(rec.row, "name", name, "unit.err.row_twice", list[0].rec.row+1)
		return nil
	}
	list[0].rec = rec
	return list[0]
}

// sameNamed matches by name and alias among existing units: under the parent the
// row names, or anywhere when it names none. A row with another code than the
// unit of its name is another unit.
func (m *matcher) sameNamed(rec *record, name string) []*node {
	parents := m.find(rec.cells[colParent], func(n *node) bool { return n.old != nil })
	return m.find(name, func(n *node) bool {
		code := rec.texts["code"]
		return n.old != nil && (code == "" || n.old.Code == "") &&
			(rec.cells[colParent] == "" || slices.Contains(parents, n.parent))
	})
}

// settle finds the parent of a node and lays the record over it.
func (m *matcher) settle(n *node) {
	before := len(m.cells)
	if text := n.rec.cells[colParent]; text != "" {
		list := m.find(text, func(o *node) bool { return o != n && !o.gone() })
		switch {
		case len(list) == 1:
			n.parent = list[0]
		case len(list) > 1:
			m.bad(n.rec.row, colParent, text, "unit.err.ambiguous", len(list))
		default:
			m.bad(n.rec.row, colParent, text, "unit.err.parent_text")
		}
	} else if n.old == nil {
		n.parent = m.byID[m.under]
	}
	m.overlay(n)
	for o, steps := n.parent, 0; o != nil; o, steps = o.parent, steps+1 {
		if o == n || steps > len(m.nodes) {
			m.bad(n.rec.row, colParent, n.rec.cells[colParent], "unit.err.circle")
			break
		}
	}
	if slices.ContainsFunc(m.cells[before:], func(e CellError) bool { return !e.Warn }) {
		n.state = RowRejected
	}
}

// overlay writes what the record says over the unit. An empty cell says
// nothing. A name found by folding does not change the name.
func (m *matcher) overlay(n *node) {
	rec := n.rec
	byCode := n.old != nil && rec.texts["code"] != "" && i18n.Fold(rec.texts["code"]) == i18n.Fold(n.old.Code)
	for _, t := range n.next.texts() {
		if v := rec.texts[t.field]; v != "" && !(t.field == "name" && n.old != nil && !byCode) {
			*t.value = v
		}
	}
	n.next.Aliases = append(slices.Clone(n.next.Aliases), rec.aliases...)
	if n.old != nil && n.next.Name != n.old.Name {
		n.next.Aliases = append(n.next.Aliases, n.old.Name)
	}
	for _, d := range []struct {
		given calendar.Date
		to    *calendar.Date
	}{{rec.from, &n.next.ValidFrom}, {rec.to, &n.next.ValidTo}} {
		if !d.given.IsZero() {
			*d.to = d.given
		}
	}
	if n.old == nil && n.next.Kind == "" {
		kind, ok := m.kinds.recognise(n.next.Name)
		if !ok {
			m.bad(rec.row, "kind", n.next.Name, "unit.err.kind_name")
		}
		n.next.Kind = kind.ID
	}
	n.next.clean()
	m.index(n)
	if err := n.next.check("unit.import", m.kinds); err != nil {
		for _, f := range faultFields(err) {
			if f != "kind" { // said above
				m.bad(rec.row, f, rec.cells[f], fault.Of(err).Fields[f])
			}
		}
	}
}

// compare settles what a node's row does: the changes, the clashes with its
// new siblings, the addresses.
func (m *matcher) compare(n *node) {
	before := len(m.cells)
	m.siblings(n)
	m.address(n)
	if slices.ContainsFunc(m.cells[before:], func(e CellError) bool { return !e.Warn }) {
		n.state, n.ranges, n.retype = RowRejected, nil, nil
		return
	}
	n.done = true
	switch {
	case n.old == nil:
		n.state = RowNew
	case len(m.changes(n)) > 0 || len(n.ranges) > 0 || len(n.retype) > 0:
		n.state = RowChanged
	default:
		n.state = RowSame
	}
}

func (m *matcher) siblings(n *node) {
	if n.parent == nil && n.old != nil { // the topmost of the scope
		if n.old.ParentID == "" && !n.next.ValidTo.IsZero() {
			m.bad(n.rec.row, colTo, n.rec.cells[colTo], "unit.err.root")
		}
		return
	}
	if n.old != nil && n.old.ParentID == "" {
		m.bad(n.rec.row, colParent, n.rec.cells[colParent], "unit.err.root")
	}
	m.outlived(n)
	switch {
	case n.parent == nil:
		m.bad(n.rec.row, colParent, n.rec.cells[colParent], "unit.err.parent_text")
	case n.parent.gone():
		m.bad(n.rec.row, colParent, n.rec.cells[colParent], "unit.err.parent_rejected")
	case untilMillis(n.parent.next.ValidTo) < untilMillis(n.next.ValidTo):
		m.bad(n.rec.row, colParent, n.rec.cells[colParent], "unit.err.parent_ended")
	}
	for _, o := range m.byName[nameKey(n.next.Name)] {
		if o == n || !o.stands() || i18n.Fold(o.next.Name) != i18n.Fold(n.next.Name) {
			continue
		}
		if o.parent == n.parent && overlaps(n.next.ValidFrom, n.next.ValidTo, o.next.ValidFrom, o.next.ValidTo) {
			m.bad(n.rec.row, "name", n.next.Name, "unit.err.name_taken")
		} else if n.old == nil && o.parent != nil {
			m.warn(n.rec.row, "name", n.next.Name, "unit.warn.same_name", o.parent.next.Label())
		}
	}
	for _, o := range m.byCode[i18n.Fold(n.next.Code)] {
		if o != n && o.stands() {
			m.bad(n.rec.row, "code", n.next.Code, "unit.err.code_taken")
		}
	}
}

// outlived refuses an end of n before that of a unit under it.
func (m *matcher) outlived(n *node) {
	if n.old == nil || n.next.ValidTo == n.old.ValidTo {
		return
	}
	for _, o := range m.nodes {
		if o.old != nil && o.old.ParentID == n.old.ID && untilMillis(o.old.ValidTo) > untilMillis(n.next.ValidTo) {
			m.bad(n.rec.row, colTo, n.rec.cells[colTo], "unit.err.has_children")
			return
		}
	}
}

// address finds the prefixes of a record that the unit does not have yet.
func (m *matcher) address(n *node) {
	for _, r := range n.rec.ranges {
		r.UnitID, r.ValidTo = n.mark(), n.next.ValidTo
		if has := slices.IndexFunc(m.ranges[n.mark()], func(o Range) bool {
			return o.Prefix == r.Prefix && overlaps(r.ValidFrom, r.ValidTo, o.ValidFrom, o.ValidTo)
		}); has >= 0 {
			if o := m.ranges[n.mark()][has]; n.rec.typed[r.Prefix] && o.Kind != r.Kind {
				o.Kind = r.Kind
				n.retype = append(n.retype, o)
			}
			continue
		}
		reason := ""
		for _, o := range m.plan[r.Prefix.String()] {
			if reason = r.clash(o, m.related); reason != "" {
				m.bad(n.rec.row, colRanges, r.Prefix.String(), reason, r.Prefix)
				break
			}
		}
		if reason == "" && m.overlap(n, r) {
			m.plan[r.Prefix.String()] = append(m.plan[r.Prefix.String()], r)
			n.ranges = append(n.ranges, r)
		}
	}
}

// mark names a node before it has an id.
func (n *node) mark() ID {
	if n.old != nil {
		return n.old.ID
	}
	return ID("row " + strconv.Itoa(n.rec.row))
}

// related reports whether one of two units would lie under the other.
func (m *matcher) related(a, b ID) bool {
	lies := func(x, y ID) bool {
		n := m.byID[x]
		for steps := 0; n != nil && steps <= len(m.nodes); n, steps = n.parent, steps+1 {
			if n.mark() == y {
				return true
			}
		}
		return false
	}
	return lies(a, b) || lies(b, a)
}

// changes lists what an existing unit's row changes, the parent by name.
func (m *matcher) changes(n *node) []Change {
	list := n.old.changes(n.next)
	was := m.byID[n.old.ParentID]
	if was != n.parent && n.parent != nil {
		c := Change{Field: "parent_id", After: n.parent.next.Name}
		if was != nil {
			c.Before = was.next.Name
		}
		list = append(list, c)
	}
	for _, r := range n.retype {
		list = append(list, Change{Field: "range_kind", After: r.Prefix.String() + " " + string(r.Kind)})
	}
	return list
}
