// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// DutyKind is the kind of the obligations that a directive opens, and SubjectKind
// the kind of their subject.
const (
	DutyKind    = "directive.task"
	SubjectKind = "directive"
)

// clockOf names the duty of an item for a unit, and for a period where it comes
// again: one directive asks the same of many.
func clockOf(item ItemID, unit, period string) string {
	if period != "" {
		return string(item) + "@" + unit + "@" + period
	}
	return string(item) + "@" + unit
}

// ItemOf is the requirement that an obligation of a directive is about, by its
// ClockID.
func ItemOf(clock string) ItemID {
	item, _, _ := strings.Cut(clock, "@")
	return ItemID(item)
}

// Sending is to whom a directive is issued.
type Sending struct {
	To   []string      // keys of groups and units, or "all"
	Last calendar.Date // last day of what has no time limit of its own; zero keeps the one it has
}

// Plan is what issuing would mean now.
type Plan struct {
	Units  []string // who owes, by id
	Tasks  []Planned
	Total  int    // tasks in all
	New    int    // of them, that are not there yet
	Late   int    // of the new ones, that are late at once
	Common int    // items that need the common last day
	Lacks  bool   // it is not given
	Job    string // id of the job that opens the tasks; empty: they are there
}

// Planned is what one item asks of whom.
type Planned struct {
	Item   Item
	Units  []string // none: nobody of those chosen
	Have   int      // how many more have it already: it comes again for them by itself
	Period string
	term   calendar.Explanation
}

// Due is the end of the term.
func (p Planned) Due() time.Time { return p.term.Due }

// Plan says what issuing d to those would open. Errors: fault.Invalid fields "to"
// and "last", fault.Conflict before it is confirmed.
func (s *Service) Plan(ctx context.Context, id ID, to Sending) (Plan, error) {
	const op = "directive.Plan"
	f, err := s.Get(ctx, id)
	switch {
	case err != nil:
		return Plan{}, err
	case !f.May:
		return Plan{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	case f.State != Confirmed && f.State != Issued:
		return Plan{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict." + string(f.State)}
	}
	return s.plan(ctx, op, f, to)
}

func (s *Service) plan(ctx context.Context, op string, f Folder, to Sending) (Plan, error) {
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Plan{}, err
	}
	known := map[string][]string{}
	units, err := s.resolve(ctx, op, f.UnitID, to.To, known)
	if err != nil {
		return Plan{}, err
	}
	q := s.Records.Read()
	for _, u := range units {
		if in, err := scope.Holds(ctx, q, u); err != nil || !in {
			return Plan{}, orBad(err, op, "to", "directive.bad.to")
		}
	}
	if len(units) == 0 || len(units) > mostUnits {
		return Plan{}, fault.Bad(op, "to", "directive.bad.to")
	}
	have, err := tasksOf(ctx, q, f.ID, "")
	if err != nil {
		return Plan{}, err
	}
	there, ever := map[string]bool{}, map[string]bool{}
	for _, t := range have {
		there[clockOf(t.Item, t.Unit, t.Period)] = t.State != Withdrawn
		ever[clockOf(t.Item, t.Unit, "")] = ever[clockOf(t.Item, t.Unit, "")] || t.State != Withdrawn
	}
	p := Plan{Units: units}
	last := to.Last
	if last.IsZero() {
		last = f.CommonLast
	}
	for _, it := range f.Leaves() {
		if it.State != Agreed || !it.Owed {
			continue
		}
		planned := Planned{Item: it, Units: units}
		if !slices.ContainsFunc(it.Actors, func(a Addressee) bool { return a.Kind == ToAll }) {
			var keys []string
			for _, a := range it.Actors {
				keys = append(keys, a.Key())
			}
			own, err := s.resolve(ctx, op, f.UnitID, keys, known)
			if err != nil {
				return p, err
			}
			planned.Units = slices.DeleteFunc(slices.Clone(units), func(u string) bool { return !slices.Contains(own, u) })
		}
		var common bool
		planned.term, planned.Period, common = s.term(ctx, f.Directive, it, last)
		if common {
			p.Common++
			p.Lacks = p.Lacks || last.IsZero()
		}
		if it.Due.Again() { // who has it already gets the next turn when that comes, not when it is issued to others
			planned.Have = len(planned.Units)
			planned.Units = slices.DeleteFunc(slices.Clone(planned.Units), func(u string) bool { return ever[clockOf(it.ID, u, "")] })
			planned.Have -= len(planned.Units)
			p.Total += planned.Have
		}
		late := !planned.term.Due.After(s.now())
		for _, u := range planned.Units {
			p.Total++
			if !there[clockOf(it.ID, u, planned.Period)] {
				p.New++
				if late && !planned.term.Due.IsZero() {
					p.Late++
				}
			}
		}
		p.Tasks = append(p.Tasks, planned)
	}
	return p, nil
}

// mostUnits bounds to how many one directive is issued.
const mostUnits = 5000

// resolve is who the keys mean today, each once, in their order; all are those in
// the actor's sight but the keeper.
func (s *Service) resolve(ctx context.Context, op, keeper string, keys []string, known map[string][]string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, key := range keys {
		kind, id, _ := strings.Cut(key, ":")
		var list []string
		switch AddresseeKind(kind) {
		case ToAll:
			bodies, err := s.bodies(ctx)
			if err != nil {
				return nil, err
			}
			for _, b := range bodies {
				if b.Kind == ToUnit && b.ID != keeper {
					list = append(list, b.ID)
				}
			}
		case ToUnit:
			list = []string{id}
		case ToGroup:
			var ok bool
			if list, ok = known[id]; !ok {
				var err error
				if list, err = s.Members(ctx, id, s.today()); err != nil {
					return nil, missing(err, op, "to", "directive.bad.to")
				}
				known[id] = list
			}
		default:
			return nil, fault.Bad(op, "to", "directive.bad.to")
		}
		for _, u := range list {
			if !seen[u] {
				seen[u] = true
				out = append(out, u)
			}
		}
	}
	return out, nil
}

// term counts the time limit of an item from now; common says that it has none of
// its own. A day that is over when the directive is issued stays that day: who
// owes is late at once, and the plan says so.
func (s *Service) term(ctx context.Context, d Directive, it Item, last calendar.Date) (e calendar.Explanation, per string, common bool) {
	now, basis := s.now(), d.Cite()
	switch t := it.Due; {
	case t.Sort == Until:
		return s.fixed(d, now, t.Last, t.Hour, basis), "", false
	case t.Sort == Within && received(t.Trigger):
		_, e = s.Days.Due(now, t.Amount, calendar.Counting{})
		return e.Citing(basis), "", false
	case t.Again():
		if u, ok := t.begin(s.today(), now, d.anchor(s.today())); ok {
			return s.turn(ctx, d, t, u), u.key, false
		}
	}
	if last.IsZero() {
		return calendar.Explanation{}, "", true
	}
	return s.fixed(d, now, last, "", basis), "", true
}

// turn is the term of one turn of what comes again, with the turn it is counted by.
func (s *Service) turn(ctx context.Context, d Directive, t Term, u turn) calendar.Explanation {
	if s.Official != nil {
		ctx = s.Official(ctx)
	}
	said := i18n.T(ctx, "directive.turn", d.Cite(), i18n.T(ctx, "directive.every."+t.Recurrence), i18n.Date(ctx, u.first.Start()), i18n.Date(ctx, u.last.Start()))
	return s.fixed(d, s.now(), t.due(u), t.Hour, said)
}

func (s *Service) fixed(d Directive, now time.Time, last calendar.Date, hour, basis string) calendar.Explanation {
	start, due := now, at(last, hour)
	if !due.After(now) {
		start = last.Start()
		if day, err := calendar.ParseDate(d.Date); err == nil && d.Precision == ToDay && day.Compare(last) <= 0 {
			start = day.Start()
		}
	}
	e := obligation.FixedTerm(s.Days, start, last, basis)
	e.Due = due.UTC()
	return e
}

// Issue opens what the plan says, all at once or nothing; what goes to many is
// opened by a job that the plan names. Issuing again adds only what is new. Errors: those of Plan, and fault.Invalid (last) where an item needs
// the common last day.
func (s *Service) Issue(ctx context.Context, id ID, to Sending, version int64) (Plan, error) {
	const op = "directive.issue"
	f, err := s.Get(ctx, id)
	if err != nil {
		return Plan{}, err
	}
	owed, err := s.owedTo(ctx, f.Directive)
	if err != nil {
		return Plan{}, err
	}
	if err := s.settled(ctx, op, id); err != nil {
		return Plan{}, err
	}
	var p Plan
	_, err = s.change(ctx, op, id, version, []State{Confirmed, Issued}, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		f.Directive = *d
		var err error
		if f.Items, err = items(ctx, tx, id); err != nil {
			return err
		}
		if p, err = s.plan(ctx, op, f, to); err != nil {
			return err
		}
		if p.Lacks {
			return fault.Bad(op, "last", "directive.bad.common")
		}
		have, err := tasksOf(ctx, tx, id, "")
		if err != nil {
			return err
		}
		old := map[string]Task{}
		for _, t := range have {
			old[clockOf(t.Item, t.Unit, t.Period)] = t
		}
		now := s.now()
		var people []addresseeRow
		for _, u := range p.Units {
			people = append(people, addresseeRow{Directive: string(id), Unit: u, IssuedAt: db.At(now)})
		}
		if err := db.Put(ctx, tx, "ON CONFLICT (directive_id, unit_id) DO UPDATE SET withdrawn_at = NULL, reason = ''", people...); err != nil {
			return db.Error(op, err)
		}
		opened := 0
		if s.Queue != nil && p.New > s.AtOnce {
			j, err := s.later(ctx, tx, *d, p, owed, old, by)
			if err != nil {
				return err
			}
			p.Job = j.ID
		} else if opened, err = s.open(ctx, tx, *d, p.Tasks, owed, old); err != nil {
			return err
		}
		if !to.Last.IsZero() {
			d.CommonLast = to.Last
		}
		if d.State == Confirmed {
			d.State, d.IssuedBy, d.IssuedAt = Issued, by.Name, now
		}
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		if p.Job != "" { // who owes is told when the tasks are there
			return s.note(ctx, tx, op, *d, map[string]any{"to": to.To, "units": len(p.Units), "tasks": p.Total, "job": p.Job})
		}
		if err := s.tell(ctx, tx, Told{Kind: "directive.issued", Units: p.Units, ID: id, Code: d.Code, Words: d.Subject, Href: Path + "/" + string(id), Key: "issued/" + string(id)}); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"to": to.To, "units": len(p.Units), "tasks": p.Total, "new": opened})
	})
	return p, err
}

// owedTo is to whom what d asks is owed: the body that keeps it.
func (s *Service) owedTo(ctx context.Context, d Directive) (obligation.Addressee, error) {
	bodies, err := s.bodies(ctx)
	name := d.Issuer
	if n := slices.IndexFunc(bodies, func(b Body) bool { return b.Kind == ToUnit && b.ID == d.UnitID }); n >= 0 {
		name = bodies[n].Name
	}
	if name == "" {
		name = d.Code
	}
	return obligation.Addressee{ID: "directive", Name: rulepack.Label{VI: name, EN: name}}, err
}

// open opens the tasks that are not there, and again those that were withdrawn.
func (s *Service) open(ctx context.Context, tx *db.Tx, d Directive, list []Planned, owed obligation.Addressee, old map[string]Task) (int, error) {
	const op = "directive.open"
	urgency, _ := obligation.ParseUrgency(d.Urgency)
	said := ctx // what is printed is in the language of official papers, whoever acts
	if s.Official != nil {
		said = s.Official(ctx)
	}
	var fresh []taskRow
	n := 0
	for _, p := range list {
		clause := located(said, p.Item.Path)
		form := ""
		for _, b := range p.Item.Bindings {
			if b.FormID != "" {
				form = b.FormID
			}
		}
		for _, u := range p.Units {
			clock := clockOf(p.Item.ID, u, p.Period)
			was, there := old[clock]
			if there && was.State != Withdrawn {
				continue
			}
			title := rulepack.Label{VI: p.Item.Short, EN: p.Item.Short}
			o, err := s.Obligations.Open(ctx, tx, obligation.Duty{Kind: DutyKind, Title: title, UnitID: u, Addressee: owed, Subject: obligation.Subject{Kind: SubjectKind, ID: string(d.ID), Label: d.Code},
				ClockID: clock, FormID: form, Basis: d.Cite() + ", " + clause, BasisDoc: d.DocumentID, Clause: clause, Trigger: "directive.issued", Urgency: urgency, Explanation: p.term})
			if err != nil {
				return n, err
			}
			n++
			if there {
				if _, err := tx.NewUpdate().Model((*taskRow)(nil)).Set("state = ?", string(Owing)).Set("reason = ''").Set("version = version + 1").Where("id = ?", was.ID).Exec(ctx); err != nil {
					return n, db.Error(op, err)
				}
				continue
			}
			fresh = append(fresh, taskRow{ID: db.NewID(), Directive: string(d.ID), Item: string(p.Item.ID), Unit: u, Obligation: string(o.ID), Period: p.Period, State: string(Owing), Version: 1})
		}
	}
	return n, db.Error(op, db.Put(ctx, tx, "", fresh...))
}
