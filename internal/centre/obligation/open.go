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
	o.State, o.Ending = Open, Ending{}
	o.apply(n)
	err = s.save(ctx, tx, &o, "obligation.reopen", map[string]any{"cancelled_for": was, "due_at": o.DueAt})
	return o, err
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, n Duty) (Obligation, error) {
	actor, _ := auth.From(ctx)
	o := Obligation{ID: ID(db.NewID()), Kind: n.Kind, OpenedBy: actor.ID, ClockID: n.ClockID, Addressee: n.Addressee,
		State: Open, CreatedAt: cut(s.now()), Version: 1}
	o.apply(n)
	if err := insert(ctx, tx, o); err != nil {
		return Obligation{}, err
	}
	return o, audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.open", Kind: "obligation", Object: string(o.ID),
		Unit: o.UnitID, Detail: map[string]any{"clock": o.ClockID, "subject": o.Subject.Kind + "/" + o.Subject.ID,
			"t0": o.T0, "due_at": o.DueAt, "basis": o.Basis}})
}

// apply sets everything of n but the key.
func (o *Obligation) apply(n Duty) {
	o.Title, o.UnitID, o.Subject, o.Addressee.Name = n.Title, n.UnitID, n.Subject, n.Addressee.Name
	o.OwedBy = n.OwedBy
	o.PackID, o.PackHash, o.FormID, o.Basis = n.PackID, n.PackHash, n.FormID, n.Basis
	o.term(n)
}

// Recompute gives an open obligation the term (and the unit) of n, when its T0
// or what it rests on has changed; the audit entry keeps the old term and the
// reason. It reports whether anything changed: the same n again changes nothing
// and writes nothing. One that is met, cancelled or waived keeps its term for
// ever. It fails with fault.NotFound when n was never opened.
func (s *Service) Recompute(ctx context.Context, tx *db.Tx, n Duty, reason string) (Obligation, bool, error) {
	if err := n.check(); err != nil {
		return Obligation{}, false, err
	}
	o, err := find(ctx, tx, n)
	if err != nil || o.State != Open {
		return o, false, err
	}
	old := o
	o.apply(n)
	if o.T0.Equal(old.T0) && o.DueAt.Equal(old.DueAt) && o.UnitID == old.UnitID && o.Amount == old.Amount {
		return old, false, nil
	}
	err = s.save(ctx, tx, &o, "obligation.recompute", map[string]any{"reason": reason,
		"old_t0": old.T0, "t0": o.T0, "old_due_at": old.DueAt, "due_at": o.DueAt, "old_unit": old.UnitID})
	return o, true, err
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
