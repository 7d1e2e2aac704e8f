// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package obligation keeps the one record of every deadline in the product:
// who owes what to whom, by when, on what basis, proved by what. Other rooms
// open obligations inside their own transactions (Service.Open) and say how
// they were met; people see one list of them, "Việc phải làm".
//
// Whether a deadline is near or missed is never stored: it is asked of the
// record with the present moment (Obligation.Clock). What was met late stays
// late for ever, since a record that is no longer open never changes its due
// time. The package imports no other room. Start at Obligation and Service.
package obligation

import (
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// ID names one obligation for ever.
type ID string

// State is what became of an obligation. Lateness is no state: see Clock.
type State string

// The states. Open is the only one that changes.
const (
	Open      State = "open"      // still owed
	Met       State = "met"       // done, on time or late
	Cancelled State = "cancelled" // the duty fell away: its ground is gone
	Waived    State = "waived"    // the duty stands but somebody above released the unit from it
)

// States lists all states in the order pages offer them.
func States() []State { return []State{Open, Met, Cancelled, Waived} }

// Subject is the record an obligation is about, in another room. Label is a
// code such as "SC-2026-0001": it is shown to readers who may not open the
// record, so it holds nothing of its content.
type Subject struct {
	Kind  string // "incident"; the page is /incidents/<ID>
	ID    string
	Label string
}

// Addressee is whom the thing is owed to: a role of the rule pack.
type Addressee struct {
	ID   string         // role id, such as "provincial_police"
	Name rulepack.Label // as the pack names it
}

// Proof says how an obligation was met.
type Proof struct {
	At  time.Time // when the thing was done, not when it was written down
	How string    // "Thông báo số 12/TB-… gửi qua trục liên thông"; 1..500 runes
	Ref string    // document or other record that proves it; may be empty
}

// Ending says why an obligation was cancelled or waived, and by whom.
type Ending struct {
	Reason string
	ByID   string // account id
	By     string // name at the time
	At     time.Time
	ByRule bool // cancelled by the room that opened it, since its ground fell away; it may open again
}

// Obligation is one duty with its term. Times are UTC to the millisecond.
type Obligation struct {
	ID        ID
	Kind      string         // "incident.report"; what sort of duty, for filters
	Title     rulepack.Label // what is owed
	UnitID    string         // the unit that owes
	OwedBy    string         // account id of the person who answers for it; may be empty
	OwedName  string         // that person's name when it was given to them
	OpenedBy  string         // account id of who caused it to open; empty for the system
	Addressee Addressee
	Subject   Subject

	PackID   string // rule pack it was judged under; empty when it comes from no pack
	PackHash string // hex SHA-256 of the pack at that time
	ClockID  string // clock of the pack, or the opener's own id of the duty
	FormID   string // form that meets it; may be empty
	Basis    string // printed citation, the clause included
	BasisDoc string // id of the document it rests on; empty when it is not in the register
	Clause   string // clause of that document, as printed; may be empty
	Trigger  string // what set it off, such as "incident.detected" or "period"; may be empty
	Urgency  Urgency

	T0          time.Time // the moment the term runs from
	FirstT0     time.Time // the first T0 that was known: a later one gives no more time by itself
	Amount      calendar.Amount
	DueAt       time.Time // end of the term
	ExtendedTo  time.Time // a person gave time until then; zero without. The explanation stays that of the rule
	Claim       int64     // number of the term that is asked for and nobody decided on; 0 without
	terms       int64     // how many terms there were
	hours       []int     // hours before the end that the rule asks to remind at; nil without
	ladder      []rulepack.ReminderStep
	RemindAt    time.Time // the next reminder; zero when none is left
	SoonAt      time.Time // first reminder: from here on it is due soon
	Explanation calendar.Explanation

	State      State
	Proof      Proof     // of a met one
	RecordedAt time.Time // when Proof was written down
	RecordedBy string    // name of who wrote it down
	Ending     Ending    // of a cancelled or waived one
	CreatedAt  time.Time
	Version    int64 // +1 per change; optimistic lock
}

// Clock is where the term of an obligation stands at a moment.
type Clock uint8

// The clocks. The zero value is of a duty that no longer runs.
const (
	Ended   Clock = iota // cancelled or waived
	OnTime               // open, not yet near
	Soon                 // open, past the first reminder
	Late                 // open, past its end
	MetTime              // met by its end
	MetLate              // met after its end; for ever
)

// Clock derives where o stands at now. A term that ends at now is not yet late;
// an immediate one ends at its start. Proof.At decides whether a met one was
// late, never now.
func (o Obligation) Clock(now time.Time) Clock {
	switch {
	case o.State == Met && o.Proof.At.After(o.DueAt):
		return MetLate
	case o.State == Met:
		return MetTime
	case o.State != Open:
		return Ended
	case now.After(o.DueAt):
		return Late
	case !now.Before(o.SoonAt):
		return Soon
	}
	return OnTime
}

// Duty is what a room asks to be owed. T0, amount and due time are the
// explanation's.
type Duty struct {
	Kind         string
	Title        rulepack.Label
	UnitID       string
	OwedBy       string
	Addressee    Addressee
	Subject      Subject
	PackID       string
	PackHash     string
	ClockID      string
	FormID       string
	Basis        string
	BasisDoc     string
	Clause       string
	Trigger      string
	Urgency      Urgency
	RemindBefore []int // hours before the end, as the pack gives them; none takes the ladder of the urgency
	Explanation  calendar.Explanation
}

// check refuses what a calling room must never send; it is a bug there.
func (n Duty) check() error {
	const op = "obligation.Open"
	for field, v := range map[string]string{"kind": n.Kind, "title": n.Title.VI, "unit": n.UnitID, "subject": n.Subject.ID,
		"subject_kind": n.Subject.Kind, "clock": n.ClockID, "basis": n.Basis} {
		if v == "" {
			return fault.Bad(op, field, "obligation.err.required")
		}
	}
	if n.Explanation.Start.IsZero() || n.Explanation.Due.Before(n.Explanation.Start) {
		return fault.Bad(op, "due", "obligation.err.term")
	}
	return nil
}

// term sets what is counted: T0, amount, due time and reminders. Time that a
// person gave stays given.
func (o *Obligation) term(e calendar.Explanation) {
	o.T0, o.Amount, o.DueAt, o.Explanation = cut(e.Start), e.Amount, cut(e.Due), e
	if o.FirstT0.IsZero() {
		o.FirstT0 = o.T0
	}
	if o.ExtendedTo.After(o.DueAt) {
		o.DueAt = o.ExtendedTo
	}
	o.plan()
}

func cut(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
