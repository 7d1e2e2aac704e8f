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
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// mover carries out decisions inside one transaction.
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

func (m *mover) units() []string {
	slices.Sort(m.moved)
	return slices.Compact(m.moved)
}

// decide does to u what was chosen.
func (m *mover) decide(ctx context.Context, tx *db.Tx, u Unfinished) error {
	switch chosen := m.c.Fates[u.Of.ID]; chosen.Fate {
	case "", Stays:
		m.out.Stayed += len(u.Tasks)
		return nil
	case EndIt:
		for _, t := range u.Tasks {
			if err := m.close(ctx, tx, t.Task, Withdrawn, m.c.Reason, ""); err != nil {
				return err
			}
			m.out.Ended++
		}
		return nil
	case CarryInto:
		n := slices.IndexFunc(m.items, func(it Item) bool { return it.ID == chosen.Into && it.takes() })
		if n < 0 {
			return fault.Bad(m.op, "into", "directive.bad.into")
		}
		return m.move(ctx, tx, u, m.items[n])
	case CarryOwn:
		it, err := m.add(ctx, tx, u.Of)
		if err != nil {
			return err
		}
		return m.move(ctx, tx, u, it)
	}
	return fault.Bad(m.op, "fate", "directive.bad.fate")
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

// move gives each body its task on it and lets the old one say where it went.
func (m *mover) move(ctx context.Context, tx *db.Tx, u Unfinished, it Item) error {
	last := m.c.Last
	if last.IsZero() {
		last = m.d.CommonLast
	}
	p := Planned{Item: it}
	var common bool
	if p.term, p.Period, common = m.s.term(ctx, *m.d, it, last); common && last.IsZero() {
		return fault.Bad(m.op, "last", "directive.bad.common")
	}
	var people []addresseeRow
	for _, t := range u.Tasks {
		if !slices.Contains(p.Units, t.Unit) {
			p.Units = append(p.Units, t.Unit)
			people = append(people, addresseeRow{Directive: string(m.d.ID), Unit: t.Unit, IssuedAt: db.At(m.s.now())})
		}
	}
	if err := db.Put(ctx, tx, "ON CONFLICT (directive_id, unit_id) DO UPDATE SET withdrawn_at = NULL, reason = ''", people...); err != nil {
		return db.Error(m.op, err)
	}
	read := func() (map[string]Task, error) {
		var rows []taskRow
		err := tx.NewSelect().Model(&rows).Where("t.directive_id = ?", string(m.d.ID)).Where("t.item_id = ?", string(it.ID)).Where("t.period = ?", p.Period).Scan(ctx)
		out := map[string]Task{}
		for _, r := range rows {
			t := r.task()
			out[clockOf(t.Item, t.Unit, t.Period)] = t
		}
		return out, db.Error(m.op, err)
	}
	there, err := read()
	if err != nil {
		return err
	}
	if _, err := m.s.open(ctx, tx, *m.d, []Planned{p}, m.owed, there); err != nil {
		return err
	}
	if there, err = read(); err != nil {
		return err
	}
	said := ctx
	if m.s.Official != nil {
		said = m.s.Official(ctx)
	}
	reason := i18n.T(said, "directive.carried.to", m.d.Cite(), it.Path)
	for _, t := range u.Tasks {
		if err := m.close(ctx, tx, t.Task, Moved, reason, there[clockOf(it.ID, t.Unit, p.Period)].ID); err != nil {
			return err
		}
		m.out.Moved++
	}
	m.moved = append(m.moved, p.Units...)
	return nil
}

// close ends an old task and its clock.
func (m *mover) close(ctx context.Context, tx *db.Tx, t Task, to TaskState, reason, at string) error {
	if n := []rune(reason); len(n) > mostReason {
		reason = string(n[:mostReason])
	}
	if _, err := m.s.Obligations.CancelIn(ctx, tx, obligation.ID(t.Obligation), reason); err != nil {
		return err
	}
	t.State, t.Reason, t.To = to, reason, at
	return saveTask(ctx, tx, m.op, &t)
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
