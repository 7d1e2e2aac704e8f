// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file holds what people decide on what was read.

// change runs fn on a directive that a body of the actor keeps, in one of
// states. A version of 0 takes any.
func (s *Service) change(ctx context.Context, op string, id ID, version int64, states []State, fn func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error) (Directive, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Directive{}, err
	}
	var d Directive
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if d, err = s.sight(ctx, op, tx, id); err != nil {
			return err
		}
		holds, err := scope.Holds(ctx, tx, d.UnitID)
		switch {
		case err != nil:
			return err
		case !holds:
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		case version != 0 && d.Version != version:
			return &fault.Error{Kind: fault.Conflict, Op: op}
		case !slices.Contains(states, d.State):
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict." + string(d.State)}
		}
		return fn(ctx, tx, &d, actor)
	})
	return d, err
}

var undecided = []State{Drafted, Confirmed}

// EditHead writes what a directive says of itself anew. Errors: fault.Invalid by
// field, fault.Conflict for a stale version or one that was issued.
func (s *Service) EditHead(ctx context.Context, id ID, h Head, document string, version int64) (Directive, error) {
	const op = "directive.head"
	if err := h.check(op); err != nil {
		return Directive{}, err
	}
	if document != "" {
		if s.Papers == nil {
			return Directive{}, fault.Bad(op, "document", "directive.bad.document")
		}
		if _, err := s.Papers.Paper(ctx, document); err != nil {
			return Directive{}, missing(err, op, "document", "directive.bad.document")
		}
	}
	return s.change(ctx, op, id, version, undecided, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		was := d.Head
		h.Kind = d.Kind
		d.Head, d.DocumentID = h, document
		mended := map[Doubt]bool{NoNumber: h.Number != "", NoDate: h.Precision == ToDay, NoIssuer: h.Issuer != "", NoSubject: true, NoSigner: h.Signer != "", NotRegistered: document != ""}
		for i, w := range d.Doubts {
			if w.By == "" && mended[w.Doubt] {
				d.Doubts[i].By, d.Doubts[i].On = by.Name, s.now()
			}
		}
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"was": was.Number + " | " + was.Subject, "number": h.Number, "subject": h.Subject, "document": document})
	})
}

// Tick says that a person looked at a warning, or at all with -1.
func (s *Service) Tick(ctx context.Context, id ID, n int) (Directive, error) {
	const op = "directive.tick"
	return s.change(ctx, op, id, 0, undecided, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		if n < -1 || n >= len(d.Doubts) {
			return fault.Missing(op)
		}
		for i, w := range d.Doubts {
			if w.By == "" && (n == -1 || n == i) {
				d.Doubts[i].By, d.Doubts[i].On = by.Name, s.now()
			}
		}
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"warning": n})
	})
}

// Decision is what a person makes of a requirement.
type Decision struct {
	State    ItemState // Agreed, NotOurs; Proposed takes a decision back
	Edit     bool      // the fields below take the place of what stands; else it is agreed to as it stands
	Short    string
	Actors   []string // keys of addressees
	Due      Term
	Bindings []string // ids of the library
	Targets  map[string]float64
	Evidence string
	Owed     bool
}

// Decide records what a person decided on one requirement. An issued directive
// takes only what nobody decided on before. Errors: fault.Invalid by field,
// fault.Conflict for a stale version.
func (s *Service) Decide(ctx context.Context, id ID, item ItemID, version int64, c Decision) (Item, error) {
	const op = "directive.decide"
	bodies, err := s.bodies(ctx)
	if err != nil {
		return Item{}, err
	}
	var it Item
	_, err = s.change(ctx, op, id, 0, []State{Drafted, Confirmed, Issued}, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		list, err := items(ctx, tx, id)
		if err != nil {
			return err
		}
		n := slices.IndexFunc(list, func(x Item) bool { return x.ID == item && x.Leaf })
		if n < 0 {
			return fault.Missing(op)
		}
		it = list[n]
		if it.Version != version || d.State == Issued && it.State == Agreed {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		if c.Edit {
			if err := s.edit(op, &it, c, bodies); err != nil {
				return err
			}
		}
		switch c.State {
		case Agreed:
			if err := it.check(op); err != nil {
				return err
			}
			it.State, it.By, it.At = Agreed, by.Name, s.now()
			if err := s.remember(ctx, tx, *d, it); err != nil {
				return err
			}
		case NotOurs:
			it.State, it.By, it.At = NotOurs, by.Name, s.now()
		case Proposed:
			it.State, it.By, it.At = Proposed, "", time.Time{}
		default:
			return fault.Bad(op, "state", "directive.bad.state")
		}
		if err := saveItem(ctx, tx, op, &it); err != nil {
			return err
		}
		if it.State == Proposed && d.State == Confirmed {
			d.State = Drafted
			if err := save(ctx, tx, op, d); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, op, *d, decided(it))
	})
	return it, err
}

// remember tells the library what a person bound a requirement to.
func (s *Service) remember(ctx context.Context, tx *db.Tx, d Directive, it Item) error {
	if s.Library == nil || len(it.Bindings) == 0 || len(it.Topics) == 0 {
		return nil
	}
	ids := make([]string, len(it.Bindings))
	for i, b := range it.Bindings {
		ids[i] = b.ID
	}
	return s.Library.Remember(ctx, tx, d.UnitID, cmp.Or(d.Number, d.Code), it.asked(), ids)
}

// decided is what the trail keeps of a decision.
func decided(it Item) map[string]any {
	var actors, bound []string
	for _, a := range it.Actors {
		actors = append(actors, a.Key())
	}
	for _, b := range it.Bindings {
		bound = append(bound, b.ID)
	}
	return map[string]any{"path": it.Path, "state": string(it.State), "short": it.Short, "actors": actors, "due": it.Due, "bindings": bound, "owed": it.Owed}
}

func (s *Service) bodies(ctx context.Context) ([]Body, error) {
	if s.Bodies == nil {
		return nil, nil
	}
	return s.Bodies(ctx)
}

// edit gives it what a person typed.
func (s *Service) edit(op string, it *Item, c Decision, bodies []Body) error {
	it.Short, it.Evidence, it.Owed = i18n.NFC(c.Short), c.Evidence, c.Owed
	c.Due.Text = it.Due.Text
	if c.Due.Sort == Within && c.Due.Trigger == "" {
		c.Due.Trigger = it.Due.Trigger
	}
	it.Due = c.Due
	it.Actors, it.Unknown = it.Actors[:0:0], nil
	for _, key := range c.Actors {
		if key == string(ToAll) {
			it.Actors = []Addressee{{Kind: ToAll}}
			break
		}
		n := slices.IndexFunc(bodies, func(b Body) bool { return b.Key() == key })
		if n < 0 {
			return fault.Bad(op, "actors", "directive.bad.actors")
		}
		it.Actors = append(it.Actors, bodies[n].Addressee)
	}
	had := it.Bindings
	it.Bindings = nil
	for _, id := range c.Bindings {
		if n := slices.IndexFunc(had, func(b Bound) bool { return b.ID == id }); n >= 0 {
			it.Bindings = append(it.Bindings, had[n])
		} else if b, ok := s.binding(id); ok {
			it.take(Proposal{Binding: b})
		} else {
			return fault.Bad(op, "bindings", "directive.bad.binding")
		}
	}
	for i := range it.Bindings {
		for j, g := range it.Bindings[i].Measures {
			if t, ok := c.Targets[g.Key]; ok {
				it.Bindings[i].Measures[j].Target = t
			}
		}
	}
	return nil
}

func (s *Service) binding(id string) (Binding, bool) {
	if s.Library == nil {
		return Binding{}, false
	}
	return s.Library.Binding(id)
}

// DecideSure agrees to every requirement whose proposal leaves nothing open, and
// says how many those were.
func (s *Service) DecideSure(ctx context.Context, id ID) (int, error) {
	const op = "directive.decide_sure"
	count := 0
	_, err := s.change(ctx, op, id, 0, undecided, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		list, err := items(ctx, tx, id)
		if err != nil {
			return err
		}
		var paths []string
		count = 0
		for _, it := range list {
			if !it.Leaf || it.State != Proposed || !it.Sure || it.check(op) != nil {
				continue
			}
			it.State, it.By, it.At = Agreed, by.Name, s.now()
			if err := saveItem(ctx, tx, op, &it); err != nil {
				return err
			}
			paths = append(paths, it.Path)
		}
		count = len(paths)
		if count == 0 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.none_sure"}
		}
		return s.note(ctx, tx, op, *d, map[string]any{"paths": paths})
	})
	return count, err
}

// Confirm says that nothing is left to be decided: every requirement was agreed
// to or is not ours, every warning was looked at.
func (s *Service) Confirm(ctx context.Context, id ID, version int64) (Directive, error) {
	const op = "directive.confirm"
	return s.change(ctx, op, id, version, []State{Drafted}, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		list, err := items(ctx, tx, id)
		if err != nil {
			return err
		}
		f := Folder{Directive: *d, Items: list}
		switch {
		case f.Left() > 0:
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.left"}
		case d.Open() > 0:
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.doubts"}
		case d.Subject == "":
			return fault.Bad(op, "subject", "directive.bad.subject")
		}
		d.State, d.ConfirmedBy, d.ConfirmedAt = Confirmed, by.Name, s.now()
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"items": len(f.Leaves())})
	})
}

// Drop puts aside a directive that was never issued, with a reason.
func (s *Service) Drop(ctx context.Context, id ID, reason string, version int64) (Directive, error) {
	return s.end(ctx, "directive.drop", id, undecided, Dropped, reason, version)
}

// Close ends an issued directive: what is still owed stays owed.
func (s *Service) Close(ctx context.Context, id ID, reason string, version int64) (Directive, error) {
	return s.end(ctx, "directive.close", id, []State{Issued}, Ended, reason, version)
}

func (s *Service) end(ctx context.Context, op string, id ID, from []State, to State, reason string, version int64) (Directive, error) {
	reason = i18n.NFC(reason)
	if n := len([]rune(reason)); n == 0 || n > mostReason {
		return Directive{}, fault.Bad(op, "reason", "directive.bad.reason")
	}
	return s.change(ctx, op, id, version, from, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		d.State, d.EndedBy, d.EndedAt, d.EndedReason = to, by.Name, s.now(), reason
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"reason": reason})
	})
}

const mostReason = 500
