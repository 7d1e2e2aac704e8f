// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package finding keeps what the indicator lists found in the logs: hits,
// grouped by who owns the log, which client asked, and which threat it stands
// for. A finding is also its own row in the duty queue: it is new until somebody
// acknowledges it, and ends dismissed with a reason or handled in an incident.
//
// Whose machine it is follows from the address plan alone: every row is stamped
// with it, again whenever the plan changes (unit.Stamp), so that a corrected
// plan corrects history. Who may see a finding follows from that unit, or from
// its owner where there is none.
//
// The rules: one finding of an owner, address and threat is open at a time.
// Hits dated up to its closing still belong to it; later ones open the next
// episode. A finding dismissed as a false positive goes on counting the names
// it holds, whenever they are asked for; a name it does not hold was judged by
// nobody and opens a finding. Start at Finding, Service and Record.
package finding

import (
	"net/netip"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID names one finding for ever.
type ID string

// State is where a finding stands in the duty queue.
type State string

// The states. Waiting and Acknowledged are open.
const (
	Waiting      State = "new" // nobody has looked at it
	Acknowledged State = "acknowledged"
	Dismissed    State = "dismissed"
	Handled      State = "handled" // in an incident, or by cleaning the machine
)

// States lists all states in the order pages offer them.
func States() []State { return []State{Waiting, Acknowledged, Dismissed, Handled} }

// Open reports whether a finding in this state still waits for somebody.
func (s State) Open() bool { return s == Waiting || s == Acknowledged }

// Key is what makes hits one finding: the owner unit of the source, the client
// address as db.AddrKey writes it ("" when the log hides the client), and the
// threat.
type Key struct{ Owner, AddrKey, Threat string }

// Person is an account by id and name at the time.
type Person struct{ ID, Name string }

// Closing is how a finding ended. Muted is set on a dismissal as false
// positive: the names the finding holds count here and open nothing new.
type Closing struct {
	At     time.Time
	By     string
	Reason string
	Muted  bool
}

// Finding is one group of hits. Times are UTC to the millisecond.
type Finding struct {
	ID      ID
	Owner   string     // owner unit of the source, stamped at receipt
	AddrKey string     // db.AddrKey of Addr
	Addr    netip.Addr // of the client; zero when the log hides it
	Threat  string
	Episode int64 // 1 for the first of its key

	State    State
	Assignee Person
	AckedAt  time.Time
	AckedBy  string
	Closed   Closing
	Incident string // id of the incident it is handled in; may be empty
	// Following: that incident is still open, so that later hits count here and
	// call nobody a second time.
	Following bool

	FirstSeen time.Time // of the log lines, else of the receipt
	LastSeen  time.Time
	Queries   int64 // each query once, however many lists name it
	Undated   int64 // of them, without time in the log: placed at the receipt
	Names     int64 // distinct names asked for
	Lists     []string
	TLP       string // the strictest of the lists (FIRST TLP 2.0); may be empty

	CreatedAt time.Time // when it entered the queue
	UpdatedAt time.Time // last change by hits or by people
	Version   int64     // +1 per change by people; hits leave it alone
}

// Key is the key of f.
func (f Finding) Key() Key { return Key{f.Owner, f.AddrKey, f.Threat} }

// Seen is a finding as it is read: with the unit its client belongs to by
// today's address plan ("" when nobody's) and the kind of the address ("" when
// no range holds it). Only the use cases give one out, so whoever holds it may
// see it.
type Seen struct {
	Finding
	UnitID   string
	AddrKind unit.AddressKind
}

// Subject is what may be said of the client of f.
func (f Seen) Subject() Subject { return SubjectOf(f.AddrKind, f.Addr) }

// MaxReason bounds reasons, in runes.
const MaxReason = 500

// acknowledge notes that by has taken f on. Nobody else being named, by is also
// who sees to it.
func (f *Finding) acknowledge(by Person, at time.Time) error {
	if f.State != Waiting {
		return wrongState("finding.Acknowledge")
	}
	f.State, f.AckedAt, f.AckedBy = Acknowledged, at, by.Name
	if f.Assignee.ID == "" {
		f.Assignee = by
	}
	return nil
}

func (f *Finding) assign(to Person) error {
	if !f.State.Open() {
		return wrongState("finding.Assign")
	}
	f.Assignee = to
	return nil
}

// Dismissal is what a person decides when putting a finding aside.
type Dismissal struct {
	Reason        string // 1..500 runes
	FalsePositive bool   // the names it holds are harmless: see Closing.Muted
	// Names is Finding.Names as the person saw it. More since then means names
	// nobody has judged, and a conflict.
	Names int64
}

func (d *Dismissal) check(op string) error {
	d.Reason = i18n.NFC(d.Reason)
	return CheckReason(op, d.Reason)
}

// CheckReason fails with fault.Invalid (field "reason") on a reason that is
// empty or too long.
func CheckReason(op, reason string) error {
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		return fault.Bad(op, "reason", "finding.err.required")
	case n > MaxReason:
		return fault.Bad(op, "reason", "finding.err.too_long")
	}
	return nil
}

func (f *Finding) dismiss(d Dismissal, by string, at time.Time) error {
	const op = "finding.Dismiss"
	if !f.State.Open() {
		return wrongState(op)
	}
	if f.Names > d.Names {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "finding.err.new_names"}
	}
	f.State, f.Closed = Dismissed, Closing{At: at, By: by, Reason: d.Reason, Muted: d.FalsePositive}
	return nil
}

// handle closes f because an incident took it over, or, without incident,
// because the machine was cleaned.
func (f *Finding) handle(incident, by, reason string, at time.Time) error {
	if !f.State.Open() {
		return wrongState("finding.MarkHandled")
	}
	f.State, f.Incident, f.Closed = Handled, incident, Closing{At: at, By: by, Reason: reason}
	f.Following = incident != ""
	return nil
}

// release ends the following at: what is asked for after it is a new finding.
func (f *Finding) release(at time.Time) {
	f.Following, f.Closed.At = false, at
}

// reopen undoes an acknowledgement or a dismissal: f waits in the queue again,
// with its old place.
func (f *Finding) reopen() error {
	if f.State != Acknowledged && f.State != Dismissed {
		return wrongState("finding.Reopen")
	}
	f.State, f.Closed, f.AckedAt, f.AckedBy = Waiting, Closing{}, time.Time{}, ""
	return nil
}

func wrongState(op string) error {
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "finding.err.state"}
}

// tlps are the marks of FIRST TLP 2.0 §2, the strictest last.
var tlps = []string{"", "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}

// stricter is the stricter of two marks. A mark that is none of the standard's
// counts as the strictest: what it allows is not known.
func stricter(a, b string) string {
	rank := func(s string) int {
		if i := slices.Index(tlps, s); i >= 0 {
			return i
		}
		return len(tlps)
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}
