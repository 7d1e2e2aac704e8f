// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// mover carries out decisions: it settles them as legs and moves the tasks of
// these, inside the transactions it is given.
type mover struct {
	s     *Service
	op    string
	d     *Directive // the later one
	then  Directive
	c     Carrying
	items []Item // of d
	owed  obligation.Addressee
	by    auth.Actor
	out   *Carried
	moved []string // bodies
}

// leg is what is settled on the tasks of one earlier requirement.
type leg struct {
	Item   ItemID               `json:"item,omitempty"` // of the later one they are carried into; empty: they end
	Period string               `json:"period,omitempty"`
	Term   calendar.Explanation `json:"term"`
	Tasks  []string             `json:"tasks"`
}

// tell tells the bodies whose tasks were moved; key names the decision.
func (m *mover) tell(ctx context.Context, tx *db.Tx, key string) error {
	slices.Sort(m.moved)
	return m.s.tell(ctx, tx, Told{Kind: "directive.carried", Units: slices.Compact(m.moved), ID: m.d.ID, Code: m.d.Code, Words: m.then.Cite(), Href: href(m.d.ID), Key: "carried/" + string(m.then.ID) + "/" + key})
}

// decide settles what was chosen for u.
func (m *mover) decide(ctx context.Context, tx *db.Tx, u Unfinished, legs *[]leg) error {
	g := leg{}
	for _, t := range u.Tasks {
		g.Tasks = append(g.Tasks, t.ID)
	}
	switch chosen := m.c.Fates[u.Of.ID]; chosen.Fate {
	case "", Stays:
		m.out.Stayed += len(u.Tasks)
		return nil
	case EndIt:
		m.out.Ended += len(u.Tasks)
		*legs = append(*legs, g)
		return nil
	case CarryInto:
		n := slices.IndexFunc(m.items, func(it Item) bool { return it.ID == chosen.Into && it.takes() })
		if n < 0 {
			return fault.Bad(m.op, "into", "directive.bad.into")
		}
		return m.into(ctx, tx, u, g, m.items[n], legs)
	case CarryOwn:
		it, err := m.add(ctx, tx, u.Of)
		if err != nil {
			return err
		}
		return m.into(ctx, tx, u, g, it, legs)
	}
	return fault.Bad(m.op, "fate", "directive.bad.fate")
}

// into settles that u goes on as it, by when, and that its bodies are addressed.
func (m *mover) into(ctx context.Context, tx *db.Tx, u Unfinished, g leg, it Item, legs *[]leg) error {
	last := m.c.Last
	if last.IsZero() {
		last = m.d.CommonLast
	}
	var common bool
	if g.Term, g.Period, common = m.s.term(ctx, *m.d, it, last); common && last.IsZero() {
		return fault.Bad(m.op, "last", "directive.bad.common")
	}
	g.Item = it.ID
	var people []addresseeRow
	for _, t := range u.Tasks {
		if !slices.ContainsFunc(people, func(p addresseeRow) bool { return p.Unit == t.Unit }) {
			people = append(people, addresseeRow{Directive: string(m.d.ID), Unit: t.Unit, IssuedAt: db.At(m.s.now())})
		}
	}
	m.out.Moved += len(u.Tasks)
	*legs = append(*legs, g)
	return db.Error(m.op, db.Put(ctx, tx, "ON CONFLICT (directive_id, unit_id) DO UPDATE SET withdrawn_at = NULL, reason = ''", people...))
}

// carriedPath is the path of a requirement that was carried over as its own.
const carriedPath = "CT."

// add makes of an old requirement one of the later directive.
func (m *mover) add(ctx context.Context, tx *db.Tx, old Item) (Item, error) {
	it, seq, n := old, int64(0), 0
	for _, x := range m.items {
		if seq = max(seq, x.Seq); x.From == old.ID && x.takes() {
			return x, nil // it was carried over before
		}
		if strings.HasPrefix(x.Path, carriedPath) {
			n++
		}
	}
	it.ID, it.Directive, it.Seq, it.Path, it.Parent, it.From = ItemID(db.NewID()), m.d.ID, seq+1, carriedPath+strconv.Itoa(n+1), "", old.ID
	it.State, it.Owed, it.Actors, it.By, it.At, it.Version = Agreed, true, []Addressee{{Kind: ToAll}}, m.by.Name, m.s.now(), 1
	if it.Due.Sort == Until {
		it.Due = Term{Text: it.Due.Text} // that day is the old one's: the new clock is the common last day
	}
	it.Reason = nil
	it.why("carried", m.then.Cite(), old.Path)
	r, err := itemRowOf(it)
	if err != nil {
		return it, err
	}
	m.items = append(m.items, it)
	m.out.Added++
	return it, db.Error(m.op, db.Put(ctx, tx, "", r))
}

// carry moves or ends those of ids that are still left, and returns how many. Each
// body gets its task on the later requirement, and the old one says where it went.
// What was answered, met or taken back meanwhile is left as it is, and so is what
// a body owes that is addressed no longer.
func (m *mover) carry(ctx context.Context, tx *db.Tx, g leg, ids []string) (int, error) {
	var rows []taskRow
	err := tx.NewSelect().Model(&rows).Where("t.id IN (?)", bun.List(ids)).Where("t.state IN (?)", bun.List([]string{string(Owing), string(Returned)})).Order("t.unit_id", "t.id").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return 0, db.Error(m.op, err)
	}
	state, reason, p := Withdrawn, m.c.Reason, Planned{}
	still := func(string) bool { return true }
	if g.Item != "" {
		n := slices.IndexFunc(m.items, func(it Item) bool { return it.ID == g.Item && it.takes() })
		if n < 0 {
			return 0, nil // taken back since it was decided
		}
		p = Planned{Item: m.items[n], Period: g.Period, term: g.Term}
		said := ctx
		if m.s.Official != nil {
			said = m.s.Official(ctx)
		}
		state, reason = Moved, i18n.T(said, "directive.carried.to", m.d.Cite(), located(said, p.Item.Path))
		addressed, err := addressees(ctx, tx, nil, m.d.ID)
		if err != nil {
			return 0, err
		}
		still = func(unit string) bool { return slices.Contains(addressed, unit) }
	}
	if n := []rune(reason); len(n) > mostReason {
		reason = string(n[:mostReason])
	}
	var ended []Task
	for _, r := range rows {
		t := r.task()
		if !still(t.Unit) {
			continue
		}
		o, err := m.s.Obligations.CancelIn(ctx, tx, obligation.ID(t.Obligation), reason)
		if err != nil {
			return 0, err
		}
		if o.State != obligation.Cancelled || o.Ending.Reason != reason {
			continue // met, waived or cancelled on its own page
		}
		if ended = append(ended, t); !slices.Contains(p.Units, t.Unit) {
			p.Units = append(p.Units, t.Unit)
		}
	}
	there := map[string]Task{}
	if g.Item != "" && len(ended) > 0 {
		if there, err = m.open(ctx, tx, p); err != nil {
			return 0, err
		}
		m.moved = append(m.moved, p.Units...)
	}
	for _, t := range ended {
		t.State, t.Reason, t.To = state, reason, there[clockOf(p.Item.ID, t.Unit, p.Period)].ID
		if err := saveTask(ctx, tx, m.op, &t); err != nil {
			return 0, err
		}
	}
	return len(ended), nil
}

// open opens the tasks of p that are not there and returns all there are, by clock.
func (m *mover) open(ctx context.Context, tx *db.Tx, p Planned) (map[string]Task, error) {
	read := func() (map[string]Task, error) {
		var rows []taskRow
		err := tx.NewSelect().Model(&rows).Where("t.directive_id = ?", string(m.d.ID)).Where("t.item_id = ?", string(p.Item.ID)).Where("t.period = ?", p.Period).Where("t.unit_id IN (?)", bun.List(p.Units)).Scan(ctx)
		out := map[string]Task{}
		for _, r := range rows {
			t := r.task()
			out[clockOf(t.Item, t.Unit, t.Period)] = t
		}
		return out, db.Error(m.op, err)
	}
	there, err := read()
	if err != nil {
		return nil, err
	}
	if _, err := m.s.open(ctx, tx, *m.d, []Planned{p}, m.owed, there); err != nil {
		return nil, err
	}
	return read()
}

// Move is where a task went, or where it came from.
type Move struct {
	Directive ID
	Code      string
	Unit      string
	Task      string
	Path      string // of the requirement
}

// Href is the task on its page.
func (m Move) Href() string { return unitHref(m.Directive, m.Unit) + "#t-" + m.Task }

// moves tells, of the tasks of one body on a directive, where each went and where
// it came from, as far as the directives are in the actor's sight.
func (s *Service) moves(ctx context.Context, list []Task) (to, from map[string][]Move, err error) {
	const op = "directive.moves"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	went, here := map[string][]string{}, make([]string, len(list)) // target -> tasks that went there
	var targets []string
	for n, t := range list {
		here[n] = t.ID
		if t.To != "" {
			went[t.To] = append(went[t.To], t.ID)
			targets = append(targets, t.To)
		}
	}
	type moved struct {
		ID        string `bun:"id"`
		To        string `bun:"to_task"`
		Unit      string `bun:"unit_id"`
		Directive string `bun:"directive_id"`
		Code      string `bun:"code"`
		Path      string `bun:"path"`
	}
	find := func(where string, ids []string) (rows []moved, err error) {
		if len(ids) == 0 {
			return nil, nil
		}
		sel := s.Records.Read().NewSelect().TableExpr("directive_task AS t").Column("t.id", "t.to_task", "t.unit_id", "t.directive_id", "d.code", "i.path").
			Join("JOIN directive AS d ON d.id = t.directive_id").Join("JOIN directive_item AS i ON i.id = t.item_id").Where(where+" IN (?)", bun.List(ids)).Order("t.id")
		return rows, db.Error(op, scope.Filter(visible(sel, scope), "t.unit_id").Scan(ctx, &rows))
	}
	of := func(r moved) Move {
		return Move{Directive: ID(r.Directive), Code: r.Code, Unit: r.Unit, Task: r.ID, Path: r.Path}
	}
	to, from = map[string][]Move{}, map[string][]Move{}
	rows, err := find("t.id", targets)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		for _, t := range went[r.ID] {
			to[t] = append(to[t], of(r))
		}
	}
	if rows, err = find("t.to_task", here); err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		from[r.To] = append(from[r.To], of(r))
	}
	return to, from, nil
}
