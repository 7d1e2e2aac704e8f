// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Ask asks for time until 24:00 of last: nothing moves until another person with
// the right to decide grants it (Grant, which extends) or refuses it (Refuse).
// It needs the right to write and a reason. Errors: fault.Invalid fields
// "reason" and "last" as [Service.Extend], fault.Conflict when it is not open or
// something is asked already.
func (s *Service) Ask(ctx context.Context, id ID, last calendar.Date, reason string, version int64) (Obligation, error) {
	const op = "obligation.Ask"
	_, scope, err := auth.Need(ctx, op, write)
	if err != nil {
		return Obligation{}, err
	}
	reason = i18n.NFC(reason)
	if err := checkText(op, "reason", reason); err != nil {
		return Obligation{}, err
	}
	return s.change(ctx, op, scope, id, version, func(ctx context.Context, tx *db.Tx, o *Obligation) error {
		switch {
		case o.State != Open:
			return notOpen(op)
		case o.Claim != 0:
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "obligation.err.asked"}
		}
		until, err := s.until(op, *o, last)
		if err != nil {
			return err
		}
		if err := s.keepTerm(ctx, tx, o, TermClaimed, o.Explanation, until, reason); err != nil {
			return err
		}
		o.Claim = o.terms
		if err := s.save(ctx, tx, o, "obligation.ask", map[string]any{"reason": reason, "old_due_at": o.DueAt, "due_at": until}); err != nil {
			return err
		}
		return s.tellAsked(ctx, tx, op, *o)
	})
}

// tellAsked tells of the claim of o.
func (s *Service) tellAsked(ctx context.Context, tx *db.Tx, op string, o Obligation) error {
	if s.claims == nil {
		return nil
	}
	t, err := termOf(ctx, tx, op, o.ID, o.Claim)
	if err != nil {
		return err
	}
	return s.claims(ctx, tx, o, t, false)
}

// MoreTime says that t, a claim, asks for time beyond the rule; else it asks for
// a later T0.
func (t Term) MoreTime() bool {
	return t.Cause == TermClaimed && !t.DueAt.Equal(cut(t.Explanation.Due))
}

// movedStart says that a claim for a later T0 waits: a fact that is put back
// takes it away, while a request for time stays.
func movedStart(ctx context.Context, tx *db.Tx, op string, o Obligation) (bool, error) {
	if o.Claim == 0 {
		return false, nil
	}
	asked, err := termOf(ctx, tx, op, o.ID, o.Claim)
	return err == nil && !asked.MoreTime(), err
}
