// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// The use cases of this file run inside another room's transaction. They ask
// for no permission: the room has asked for its own, and the duty follows from
// what it did.

// Open makes an obligation in the caller's transaction. One that exists for the
// same subject, clock and addressee is returned as it stands, so that opening
// twice opens once; only one that a rule cancelled opens again, with the new
// term. It fails with fault.Invalid when n is incomplete.
func (s *Service) Open(ctx context.Context, tx *db.Tx, n Duty) (Obligation, error) {
	if err := n.check(); err != nil {
		return Obligation{}, err
	}
	o, err := find(ctx, tx, n)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.insert(ctx, tx, n)
	case err != nil:
		return Obligation{}, err
	case o.State != Cancelled || !o.Ending.ByRule:
		return o, nil
	}
	was := o.Ending.Reason
	o.State, o.Ending, o.Claim = Open, Ending{}, 0
	o.apply(n)
	o.term(n.Explanation)
	if err := s.keepTerm(ctx, tx, &o, TermReopened, o.Explanation, o.DueAt, ""); err != nil {
		return o, err
	}
	err = s.save(ctx, tx, &o, "obligation.reopen", map[string]any{"cancelled_for": was, "due_at": o.DueAt})
	return o, err
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, n Duty) (Obligation, error) {
	actor, _ := auth.From(ctx)
	o := Obligation{ID: ID(db.NewID()), Kind: n.Kind, OpenedBy: actor.ID, ClockID: n.ClockID, Addressee: n.Addressee,
		State: Open, CreatedAt: cut(s.now()), Version: 1}
	if s.ladder != nil {
		o.ladder = s.ladder(n.Urgency)
	}
	o.apply(n)
	o.term(n.Explanation)
	o.terms = 1
	if err := insert(ctx, tx, o); err != nil {
		return Obligation{}, err
	}
	if err := putTerm(ctx, tx, o.ID, s.newTerm(ctx, 1, TermOpened, o.Explanation, o.DueAt, "")); err != nil {
		return Obligation{}, err
	}
	return o, audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.open", Kind: "obligation", Object: string(o.ID),
		Unit: o.UnitID, Detail: map[string]any{"clock": o.ClockID, "subject": o.Subject.Kind + "/" + o.Subject.ID,
			"t0": o.T0, "due_at": o.DueAt, "basis": o.Basis}})
}

// apply sets everything of n but the key and the term.
func (o *Obligation) apply(n Duty) {
	o.Title, o.UnitID, o.Subject, o.Addressee.Name = n.Title, n.UnitID, n.Subject, n.Addressee.Name
	if n.OwedBy != "" || o.Version == 1 { // whom it was given to stays
		o.OwedBy, o.OwedName = n.OwedBy, ""
	}
	o.PackID, o.PackHash, o.FormID, o.Basis = n.PackID, n.PackHash, n.FormID, n.Basis
	o.BasisDoc, o.Clause, o.Trigger, o.Urgency = n.BasisDoc, n.Clause, n.Trigger, n.Urgency
	o.hours = n.RemindBefore
}

// Recompute gives an open obligation the term (and the unit) of n, when its T0
// or what it rests on has changed; the audit entry keeps the old term and the
// reason. It reports whether anything changed: the same n again changes nothing
// and writes nothing. The term runs from the first version of a fact: a T0
// later than the one held moves nothing by itself, it is kept as a claim that a
// person with the right to decide grants or refuses (Grant, Refuse), and false
// is reported. One that is met, cancelled or waived keeps its term for ever. It
// fails with fault.NotFound when n was never opened, and with fault.Invalid,
// field "reason", for a later T0 without a reason.
func (s *Service) Recompute(ctx context.Context, tx *db.Tx, n Duty, reason string) (Obligation, bool, error) {
	const op = "obligation.Recompute"
	if err := n.check(); err != nil {
		return Obligation{}, false, err
	}
	o, err := find(ctx, tx, n)
	if err != nil || o.State != Open {
		return o, false, err
	}
	old := o
	o.apply(n)
	if cut(n.Explanation.Start).After(o.T0) {
		if err := s.claim(ctx, tx, op, &o, n.Explanation, reason); err != nil {
			return old, false, err
		}
		if o.UnitID == old.UnitID {
			return o, false, nil
		}
		err = s.save(ctx, tx, &o, "obligation.recompute", map[string]any{"reason": reason, "old_unit": old.UnitID})
		return o, true, err
	}
	dropped, err := movedStart(ctx, tx, op, o)
	if err != nil {
		return old, false, err
	}
	if dropped { // the fact was put back: nothing is asked for any more
		o.Claim = 0
	}
	o.term(n.Explanation)
	same := o.T0.Equal(old.T0) && o.DueAt.Equal(old.DueAt) && o.UnitID == old.UnitID && o.Amount == old.Amount
	if same && !dropped {
		return old, false, nil
	}
	if !same {
		if err := s.keepTerm(ctx, tx, &o, TermRecomputed, o.Explanation, o.DueAt, reason); err != nil {
			return old, false, err
		}
	}
	err = s.save(ctx, tx, &o, "obligation.recompute", map[string]any{"reason": reason,
		"old_t0": old.T0, "t0": o.T0, "old_due_at": old.DueAt, "due_at": o.DueAt, "old_unit": old.UnitID})
	return o, !same, err
}

// MeetIn is Meet inside the caller's transaction, for a room whose own act is
// the proof: a notice that was sent. The errors are those of Meet but for
// permission and version.
func (s *Service) MeetIn(ctx context.Context, tx *db.Tx, id ID, p Proof) (Obligation, error) {
	o, err := byID(ctx, tx, "obligation.MeetIn", id)
	if err != nil {
		return Obligation{}, err
	}
	actor, _ := auth.From(ctx)
	err = s.meet(ctx, tx, &o, p, actor.Name)
	return o, err
}

// CancelIn cancels an open obligation inside the caller's transaction because
// its ground fell away there; Open may bring it back. One that is not open is
// left alone. The reason is required.
func (s *Service) CancelIn(ctx context.Context, tx *db.Tx, id ID, reason string) (Obligation, error) {
	const op = "obligation.CancelIn"
	o, err := byID(ctx, tx, op, id)
	if err != nil || o.State != Open {
		return o, err
	}
	if reason == "" {
		return o, fault.Bad(op, "reason", "obligation.err.required")
	}
	err = s.finish(ctx, tx, &o, Cancelled, reason, true)
	return o, err
}
