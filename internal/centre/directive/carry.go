// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file carries over what is left of an earlier directive. Nothing of it is
// done by itself: a person decides what is carried, what stays and what ends.

// Relation says what a directive is to an earlier one.
type Relation string

// The relations.
const (
	Follows  Relation = "follows"
	Replaces Relation = "replaces"
	Repeats  Relation = "repeats"
)

// Relations lists them all.
func Relations() []Relation { return []Relation{Follows, Replaces, Repeats} }

// Left is a task of an earlier directive that is not finished.
type Left struct {
	Task
	Due  time.Time
	Late bool
}

// Unfinished is what is left of one requirement of an earlier directive.
type Unfinished struct {
	Of    Item
	Tasks []Left // by body
	Into  ItemID // the requirement of the later one that asks most alike; empty: none does
}

// Late counts the tasks that are late.
func (u Unfinished) Late() (n int) {
	for _, t := range u.Tasks {
		if t.Late {
			n++
		}
	}
	return n
}

// Count counts the tasks of one state.
func (u Unfinished) Count(s TaskState) (n int) {
	for _, t := range u.Tasks {
		if t.State == s {
			n++
		}
	}
	return n
}

// Leftover is what is left of an earlier directive, beside the later one.
type Leftover struct {
	Now, Then Folder
	Relation  Relation // as it was said before; empty: it was not
	List      []Unfinished
	Waiting   int    // answers of Then that nobody has judged: to be judged first, they are not carried
	Seen      string // names exactly what is left, for Carrying
}

// Unfinished is what is left of earlier. It needs the right to write for the
// bodies that keep both. Errors: fault.Invalid (from).
func (s *Service) Unfinished(ctx context.Context, id, earlier ID) (Leftover, error) {
	const op = "directive.Unfinished"
	var l Leftover
	var err error
	if l.Now, err = s.Get(ctx, id); err != nil {
		return l, err
	}
	if l.Then, err = s.Get(ctx, earlier); err != nil {
		return l, missing(err, op, "from", "directive.bad.with")
	}
	if !l.Now.May || !l.Then.May {
		return l, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	q := s.Records.Read()
	if err := s.carries(ctx, op, q, l.Now.Directive, l.Then.Directive); err != nil {
		return l, err
	}
	if l.Relation, err = relationOf(ctx, q, id, earlier); err != nil {
		return l, err
	}
	return l, s.left(ctx, op, q, &l)
}

// carries refuses what cannot be an earlier directive of now.
func (s *Service) carries(ctx context.Context, op string, q bun.IDB, now, then Directive) error {
	if now.ID == then.ID || then.State != Issued && then.State != Ended {
		return fault.Bad(op, "from", "directive.bad.with")
	}
	seen, next := map[ID]bool{}, []ID{then.ID}
	for len(next) > 0 {
		var ids []string
		if err := q.NewSelect().TableExpr("directive_earlier AS e").Column("e.earlier_id").Where("e.directive_id IN (?)", bun.List(next)).Scan(ctx, &ids); err != nil {
			return db.Error(op, err)
		}
		next = nil
		for _, e := range ids {
			if ID(e) == now.ID {
				return fault.Bad(op, "from", "directive.bad.circle")
			}
			if !seen[ID(e)] {
				seen[ID(e)] = true
				next = append(next, ID(e))
			}
		}
	}
	return nil
}

func relationOf(ctx context.Context, q bun.IDB, id, earlier ID) (Relation, error) {
	var out []string
	err := q.NewSelect().TableExpr("directive_earlier AS e").Column("e.relation").Where("e.directive_id = ?", string(id)).Where("e.earlier_id = ?", string(earlier)).Scan(ctx, &out)
	if err != nil || len(out) == 0 {
		return "", db.Error("directive.relation", err)
	}
	return Relation(out[0]), nil
}

// left fills in what is left, of the bodies in the actor's sight.
func (s *Service) left(ctx context.Context, op string, q bun.IDB, l *Leftover) error {
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	var rows []taskRow
	sel := q.NewSelect().Model(&rows).Where("t.directive_id = ?", string(l.Then.ID)).Where("t.state IN (?)", bun.List([]string{string(Owing), string(Returned), string(Sent)}))
	if err := scope.Filter(sel, "t.unit_id").Order("t.unit_id", "t.id").Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	clocks, err := s.Obligations.OfSubject(ctx, q, SubjectKind, string(l.Then.ID))
	if err != nil {
		return err
	}
	open := map[string]obligation.Obligation{}
	for _, c := range clocks {
		if c.State == obligation.Open { // what was met, waived or cancelled on its own page is not left
			open[string(c.ID)] = c
		}
	}
	by, seen, now := map[ItemID][]Left{}, sha256.New(), s.now()
	for _, r := range rows {
		c, owes := open[r.Obligation]
		switch {
		case !owes:
			continue
		case r.State == string(Sent):
			l.Waiting++
			continue
		}
		by[ItemID(r.Item)] = append(by[ItemID(r.Item)], Left{Task: r.task(), Due: c.DueAt, Late: now.After(c.DueAt)})
		fmt.Fprintf(seen, "%s %d\n", r.ID, r.Version)
	}
	l.Seen = hex.EncodeToString(seen.Sum(nil)[:8])
	var then, into []Item
	for _, it := range l.Then.Leaves() {
		if len(by[it.ID]) > 0 {
			then = append(then, it)
		}
	}
	for _, it := range l.Now.Leaves() {
		if it.takes() {
			into = append(into, it)
		}
	}
	alike := map[ItemID]ItemID{}
	for _, p := range align(into, then) {
		if p.Now != nil && p.Then != nil {
			alike[p.Then.ID] = p.Now.ID
		}
	}
	for _, it := range then {
		l.List = append(l.List, Unfinished{Of: it, Tasks: by[it.ID], Into: alike[it.ID]})
	}
	return nil
}

// takes reports whether tasks may be opened on it.
func (it Item) takes() bool { return it.Leaf && it.State == Agreed && it.Owed }

// Fate is what becomes of what is left of a requirement.
type Fate string

// The fates. The zero value leaves it undecided: it stays.
const (
	CarryInto Fate = "into" // a requirement of the later directive that stands
	CarryOwn  Fate = "own"  // a requirement of its own in the later directive
	Stays     Fate = "stay"
	EndIt     Fate = "end" // with a reason
)

// Carrying is what a person decided on what is left of an earlier directive.
type Carrying struct {
	From     ID
	Relation Relation
	Fates    map[ItemID]Chosen // by requirement of the earlier one
	Last     calendar.Date     // last day of what has no time limit of its own; zero is the common one
	Reason   string            // of what ends
	Seen     string            // of the Leftover the person saw; empty decides on what is left now
}

// Chosen is one decision.
type Chosen struct {
	Fate Fate
	Into ItemID // of CarryInto
}

// Carried counts what was done, or what a job is to do.
type Carried struct {
	Moved, Ended, Stayed int    // tasks
	Added                int    // requirements of their own
	Job                  string // that moves and ends them; empty: it is done
}

// Carry carries over, ends or leaves what is left of an earlier directive, all at
// once or nothing; more than AtOnce tasks are moved by a job. What is carried is a
// task of the later directive with its own clock; the old one says where it went
// and is neither done nor lost. Errors: fault.Invalid (from, relation, fate, into,
// last, reason), fault.Conflict where what is left is not what was seen, nothing
// is left, or tasks of the later directive are being opened.
func (s *Service) Carry(ctx context.Context, id ID, c Carrying) (Carried, error) {
	const op = "directive.carry"
	c.Reason = i18n.NFC(c.Reason)
	if !slices.Contains(Relations(), c.Relation) {
		return Carried{}, fault.Bad(op, "relation", "directive.bad.relation")
	}
	for _, f := range c.Fates {
		if n := len([]rune(c.Reason)); f.Fate == EndIt && (n == 0 || n > mostReason) {
			return Carried{}, fault.Bad(op, "reason", "directive.bad.reason")
		}
	}
	f, err := s.Get(ctx, id)
	if err != nil {
		return Carried{}, err
	}
	owed, err := s.owedTo(ctx, f.Directive)
	if err != nil {
		return Carried{}, err
	}
	if err := s.settled(ctx, op, id); err != nil {
		return Carried{}, err
	}
	var out Carried
	_, err = s.change(ctx, op, id, 0, []State{Issued}, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		out = Carried{}
		l := Leftover{}
		l.Now.Directive = *d
		var err error
		if l.Now.Items, err = items(ctx, tx, id); err != nil {
			return err
		}
		if l.Then.Directive, err = s.sight(ctx, op, tx, c.From); err != nil {
			return missing(err, op, "from", "directive.bad.with")
		}
		if l.Then.Items, err = items(ctx, tx, c.From); err != nil {
			return err
		}
		if in, err := auth.ScopeOf(by, mayWrite).Holds(ctx, tx, l.Then.UnitID); err != nil || !in {
			return orBad(err, op, "from", "directive.bad.with")
		}
		if err := s.carries(ctx, op, tx, *d, l.Then.Directive); err != nil {
			return err
		}
		if err := s.left(ctx, op, tx, &l); err != nil {
			return err
		}
		switch {
		case c.Seen != "" && c.Seen != l.Seen:
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.left_changed"}
		case len(l.List) == 0:
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.none_left"}
		}
		mover := mover{s: s, op: op, d: d, then: l.Then.Directive, c: c, items: l.Now.Items, owed: owed, by: by, out: &out}
		var legs []leg
		for _, u := range l.List {
			if err := mover.decide(ctx, tx, u, &legs); err != nil {
				return err
			}
		}
		if s.Queue != nil && out.Moved+out.Ended > s.AtOnce {
			j, err := mover.later(ctx, tx, legs)
			if err != nil {
				return err
			}
			out.Job = j.ID
		}
		for _, g := range legs {
			if out.Job != "" {
				break
			}
			if _, err := mover.carry(ctx, tx, g, g.Tasks); err != nil {
				return err
			}
		}
		rel := earlierRow{Directive: string(id), Earlier: string(c.From), Relation: string(c.Relation), ByName: by.Name, At: db.At(s.now())}
		if err := db.Put(ctx, tx, "ON CONFLICT (directive_id, earlier_id) DO UPDATE SET relation = EXCLUDED.relation, by_name = EXCLUDED.by_name, at = EXCLUDED.at", rel); err != nil {
			return db.Error(op, err)
		}
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		detail := map[string]any{"from": l.Then.Code, "relation": string(c.Relation), "moved": out.Moved, "ended": out.Ended, "stayed": out.Stayed, "reason": c.Reason}
		if out.Job != "" { // who owes is told when the tasks are there
			detail["job"] = out.Job
		} else if err := mover.tell(ctx, tx, l.Seen); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, detail)
	})
	return out, err
}

type earlierRow struct {
	bun.BaseModel `bun:"table:directive_earlier,alias:e"`

	Directive string  `bun:"directive_id,pk"`
	Earlier   string  `bun:"earlier_id,pk"`
	Relation  string  `bun:"relation"`
	ByName    string  `bun:"by_name"`
	At        db.Time `bun:"at"`
}

// Earlier is another directive that a directive is said to carry on, or that
// carries it on.
type Earlier struct {
	Directive
	Relation Relation
}

// Earliers are the directives that d was said to follow, replace or repeat, and
// those that were said so of d, in the actor's sight.
func (s *Service) Earliers(ctx context.Context, id ID) (before, after []Earlier, err error) {
	const op = "directive.Earliers"
	q := s.Records.Read()
	if _, err := s.sight(ctx, op, q, id); err != nil {
		return nil, nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, nil, err
	}
	find := func(own string, other func(earlierRow) string) (out []Earlier, err error) {
		var edges []earlierRow
		if err := q.NewSelect().Model(&edges).Where("e."+own+" = ?", string(id)).Scan(ctx); err != nil || len(edges) == 0 {
			return nil, db.Error(op, err)
		}
		relation, ids := map[string]string{}, []string{}
		for _, e := range edges {
			relation[other(e)] = e.Relation
			ids = append(ids, other(e))
		}
		var rows []row
		if err := visible(q.NewSelect().Model(&rows).Where("d.id IN (?)", bun.List(ids)), scope).Order("d.id").Scan(ctx); err != nil {
			return nil, db.Error(op, err)
		}
		for _, r := range rows {
			d, err := r.directive()
			if err != nil {
				return nil, err
			}
			out = append(out, Earlier{Directive: d, Relation: Relation(relation[r.ID])})
		}
		return out, nil
	}
	if before, err = find("directive_id", func(e earlierRow) string { return e.Earlier }); err == nil {
		after, err = find("earlier_id", func(e earlierRow) string { return e.Directive })
	}
	return before, after, err
}
