// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Fixed is the unit of a term that ends on a day named in a paper or a pack,
// such as "trước ngày 25/12", instead of being counted.
const Fixed calendar.Unit = "date"

// TermCause says how a term came about.
type TermCause string

// The causes.
const (
	TermOpened     TermCause = "opened"
	TermReopened   TermCause = "reopened"
	TermRecomputed TermCause = "recomputed" // a fact changed, to the stricter
	TermClaimed    TermCause = "claimed"    // a later T0, or a person, asks for more time; nothing moved yet
	TermGranted    TermCause = "granted"    // a person gave the time a claim asked for
	TermRefused    TermCause = "refused"    // a person refused it: the first version holds
	TermExtended   TermCause = "extended"   // a person gave time beyond the rule
)

// Term is one term an obligation has, had or was asked to have.
type Term struct {
	Seq         int64
	Cause       TermCause
	T0          time.Time
	Amount      calendar.Amount
	DueAt       time.Time
	Explanation calendar.Explanation
	Reason      string
	ByID, By    string // who caused it; empty for the system
	At          time.Time
}

// FixedTerm is the explanation of a term from start that ends at 24:00 of the
// day. A last day that is off moves nothing; the explanation names it, since
// who acts then has to act before.
func FixedTerm(cal *calendar.Calendar, start time.Time, last calendar.Date, basis string) calendar.Explanation {
	e := calendar.Explanation{Start: start.UTC(), Amount: calendar.Amount{Unit: Fixed}, LastDay: last, Due: last.End().UTC(), Basis: basis}
	if cal == nil {
		return e
	}
	e.Calendar = cal.Version()
	if off, is := cal.Off(last); is {
		e.Skipped = []calendar.DayOff{off}
		day := last
		for range 30 {
			if day = day.AddDays(-1); cal.IsWorkingDay(day) {
				break
			}
		}
		if end := day.End().UTC(); end.After(e.Start) { // the earlier reading reminds
			e.Readings = []calendar.Reading{{Kind: workedBefore, Due: end}}
		}
	}
	return e
}

// workedBefore reads a fixed day that is off as the last working day before it.
const workedBefore calendar.ReadingKind = "worked_before"

// Steps tells how the due time of o came about, line by line, in the reader's
// language: the rule's count, then what people gave.
func (o Obligation) Steps(ctx context.Context) []string {
	lang, e := i18n.Lang(ctx), o.Explanation
	steps := e.Steps(lang)
	if e.Amount.Unit == Fixed {
		steps = fixedSteps(ctx, e)
	}
	if !o.FirstT0.IsZero() && !o.FirstT0.Equal(o.T0) {
		steps = append(steps, i18n.T(ctx, "obligation.first_t0", calendar.FormatMoment(o.FirstT0, lang), calendar.FormatMoment(o.T0, lang)))
	}
	if o.ExtendedTo.After(cut(e.Due)) {
		steps = append(steps, i18n.T(ctx, "obligation.extended_to", calendar.FormatMoment(o.ExtendedTo, lang)))
	}
	return steps
}

func fixedSteps(ctx context.Context, e calendar.Explanation) []string {
	lang := i18n.Lang(ctx)
	steps := []string{i18n.T(ctx, "obligation.fixed.from", calendar.FormatMoment(e.Start, lang)),
		i18n.T(ctx, "obligation.fixed.due", fixedDue(e, lang))}
	for _, off := range e.Skipped {
		steps = append(steps, i18n.T(ctx, "obligation.fixed.off", off.Name.In(lang)))
	}
	for _, r := range e.Readings {
		steps = append(steps, i18n.T(ctx, "obligation.fixed.before", calendar.FormatDayEnd(calendar.DateOf(r.Due.Add(-time.Second)), lang)))
	}
	if e.Basis != "" {
		steps = append(steps, i18n.T(ctx, "obligation.fixed.basis", e.Basis))
	}
	return steps
}

// fixedDue is the end of a fixed term: that of its last day, or an hour of it.
func fixedDue(e calendar.Explanation, lang string) string {
	if e.Due.Equal(e.LastDay.End()) {
		return calendar.FormatDayEnd(e.LastDay, lang)
	}
	return calendar.FormatMoment(e.Due, lang)
}

// Line is the same on one line.
func (o Obligation) Line(ctx context.Context) string {
	lang, e := i18n.Lang(ctx), o.Explanation
	if e.Amount.Unit != Fixed {
		return e.Text(lang)
	}
	line := i18n.T(ctx, "obligation.fixed.due", fixedDue(e, lang))
	if e.Basis != "" {
		line += " — " + e.Basis
	}
	return line
}

func (s *Service) newTerm(ctx context.Context, seq int64, cause TermCause, e calendar.Explanation, due time.Time, reason string) Term {
	actor, _ := auth.From(ctx)
	return Term{Seq: seq, Cause: cause, T0: cut(e.Start), Amount: e.Amount, DueAt: cut(due), Explanation: e, Reason: reason,
		ByID: actor.ID, By: actor.Name, At: cut(s.now())}
}

// keepTerm adds a term to the history of o; the caller saves o.
func (s *Service) keepTerm(ctx context.Context, tx *db.Tx, o *Obligation, cause TermCause, e calendar.Explanation, due time.Time, reason string) error {
	o.terms++
	return putTerm(ctx, tx, o.ID, s.newTerm(ctx, o.terms, cause, e, due, reason))
}

// claim keeps what a later T0 asks for. The same again is no new claim, nor is
// one that was refused: the fact stands there, the answer was given.
func (s *Service) claim(ctx context.Context, tx *db.Tx, op string, o *Obligation, e calendar.Explanation, reason string) error {
	if o.Claim != 0 {
		asked, err := termOf(ctx, tx, op, o.ID, o.Claim)
		if err != nil || asked.T0.Equal(cut(e.Start)) {
			return err
		}
	}
	if was, err := refused(ctx, tx, o.ID, e.Start); err != nil || was {
		return err
	}
	if err := checkText(op, "reason", reason); err != nil {
		return err
	}
	if err := s.keepTerm(ctx, tx, o, TermClaimed, e, e.Due, reason); err != nil {
		return err
	}
	o.Claim = o.terms
	err := s.save(ctx, tx, o, "obligation.claim", map[string]any{"reason": reason, "t0": o.T0, "asked_t0": e.Start, "asked_due_at": e.Due})
	if err != nil {
		return err
	}
	return s.tellAsked(ctx, tx, op, *o)
}

// refused reports whether somebody refused the claim that t be the T0.
func refused(ctx context.Context, tx *db.Tx, id ID, t time.Time) (bool, error) {
	terms, err := termsOf(ctx, tx, id)
	asked := false
	for _, had := range terms {
		switch had.Cause {
		case TermClaimed:
			asked = had.T0.Equal(cut(t))
		case TermRefused:
			if asked {
				return true, nil
			}
		}
	}
	return false, err
}

// Grant gives an obligation the term that a later T0 asks for, or the time that
// somebody asked for. It needs the right to decide, a reason, and another person
// than who asked or owes. Errors: fault.Invalid field "reason", fault.Conflict
// when nothing is asked or version is stale, fault.Forbidden for the same person.
func (s *Service) Grant(ctx context.Context, id ID, reason string, version int64) (Obligation, error) {
	return s.answer(ctx, "obligation.Grant", id, TermGranted, reason, version)
}

// Refuse keeps the term of the first version of the facts. Conditions and
// errors are those of Grant.
func (s *Service) Refuse(ctx context.Context, id ID, reason string, version int64) (Obligation, error) {
	return s.answer(ctx, "obligation.Refuse", id, TermRefused, reason, version)
}

func (s *Service) answer(ctx context.Context, op string, id ID, to TermCause, reason string, version int64) (Obligation, error) {
	actor, scope, err := auth.Need(ctx, op, decide)
	if err != nil {
		return Obligation{}, err
	}
	reason = i18n.NFC(reason)
	if err := checkText(op, "reason", reason); err != nil {
		return Obligation{}, err
	}
	return s.change(ctx, op, scope, id, version, func(ctx context.Context, tx *db.Tx, o *Obligation) error {
		if o.State != Open || o.Claim == 0 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "obligation.err.no_claim"}
		}
		asked, err := termOf(ctx, tx, op, o.ID, o.Claim)
		if err != nil {
			return err
		}
		if asked.ByID == actor.ID || o.OwedBy == actor.ID {
			return &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "obligation.err.four_eyes"}
		}
		oldT0, oldDue := o.T0, o.DueAt
		o.Claim = 0
		to, action := to, "obligation.refuse"
		switch {
		case to == TermGranted && asked.MoreTime():
			to, action = TermExtended, "obligation.extend"
			if asked.DueAt.After(o.DueAt) { // a fact may have given as much since
				o.extend(asked.DueAt)
			}
		case to == TermGranted:
			action = "obligation.grant"
			o.term(asked.Explanation)
		}
		if err := s.keepTerm(ctx, tx, o, to, o.Explanation, o.DueAt, reason); err != nil {
			return err
		}
		err = s.save(ctx, tx, o, action, map[string]any{"reason": reason, "old_t0": oldT0, "t0": o.T0, "old_due_at": oldDue, "due_at": o.DueAt,
			"asked_t0": asked.T0})
		if err != nil || s.claims == nil {
			return err
		}
		return s.claims(ctx, tx, *o, asked, true)
	})
}

// Extend gives an open obligation time until 24:00 of last, beyond what its rule
// gives. It needs the right to decide, a reason, and another person than the one
// who owes or opened it. Errors: fault.Invalid fields "reason" and "last" (not
// after the present end, or past), fault.Conflict, fault.Forbidden.
func (s *Service) Extend(ctx context.Context, id ID, last calendar.Date, reason string, version int64) (Obligation, error) {
	const op = "obligation.Extend"
	actor, scope, err := auth.Need(ctx, op, decide)
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
		case actor.ID == o.OwedBy || actor.ID == o.OpenedBy:
			return &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "obligation.err.four_eyes"}
		}
		until, err := s.until(op, *o, last)
		if err != nil {
			return err
		}
		old := o.DueAt
		o.extend(until)
		moved, err := movedStart(ctx, tx, op, *o)
		if err != nil {
			return err
		}
		answered := o.Claim
		if moved { // a later T0 is asked for, which this does not answer
			answered = 0
		} else {
			o.Claim = 0
		}
		if err := s.keepTerm(ctx, tx, o, TermExtended, o.Explanation, o.DueAt, reason); err != nil {
			return err
		}
		if err := s.save(ctx, tx, o, "obligation.extend", map[string]any{"reason": reason, "old_due_at": old, "due_at": o.DueAt}); err != nil {
			return err
		}
		return s.tellAnswered(ctx, tx, op, *o, answered)
	})
}

// tellAnswered tells whoever asked for the claim seq of o, already out of o, that
// o has another term now; 0 is none.
func (s *Service) tellAnswered(ctx context.Context, tx *db.Tx, op string, o Obligation, seq int64) error {
	if seq == 0 || s.claims == nil {
		return nil
	}
	asked, err := termOf(ctx, tx, op, o.ID, seq)
	if err != nil {
		return err
	}
	return s.claims(ctx, tx, o, asked, true)
}

// until is the end that a day names: after the present one, and not past.
func (s *Service) until(op string, o Obligation, last calendar.Date) (time.Time, error) {
	until := cut(last.End())
	if last.IsZero() || !until.After(o.DueAt) || !until.After(s.now()) || last.Year > 2200 {
		return until, fault.Bad(op, "last", "obligation.err.last")
	}
	return until, nil
}

// extend gives o time until a moment.
func (o *Obligation) extend(until time.Time) {
	o.ExtendedTo, o.DueAt = until, until
	o.plan()
}

// Terms lists every term of an obligation of the actor's scope, the first first.
func (s *Service) Terms(ctx context.Context, id ID) ([]Term, error) {
	o, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return termsOf(ctx, s.records.Read(), o.ID)
}
