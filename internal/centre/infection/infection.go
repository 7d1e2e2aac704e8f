// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package infection keeps one record a machine and threat: from the first sign
// in a log through confirming and cleaning to, perhaps, the next infection. It
// is told of new signs by what package finding counted, and decides with
// people's acts what becomes of the findings behind it.
//
// Only an address declared to be a machine's is called an infected machine
// (Subject); what stands behind NAT, a resolver or a proxy, and addresses of
// undeclared kind, are named and counted apart. Which of these an address is,
// and whose, follows from the address plan (unit.Stamp). A log that hides its clients names no
// machine and makes no infection. Start at Infection, Service and Record.
package infection

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// ID names one infection for ever; MachineID a machine.
type (
	ID        string
	MachineID string
)

// State is what is known of an infection and done about it.
type State string

// The states. The first three are active.
const (
	Suspected     State = "suspected" // a log shows it, nobody has looked
	Confirmed     State = "confirmed"
	Cleaning      State = "cleaning"
	Cleaned       State = "cleaned"
	FalsePositive State = "false_positive"
)

// States lists all states in the order pages offer them.
func States() []State { return []State{Suspected, Confirmed, Cleaning, Cleaned, FalsePositive} }

// Active reports whether the machine still counts as having the infection.
func (s State) Active() bool { return s == Suspected || s == Confirmed || s == Cleaning }

// Infection is one threat on one machine. Times are UTC to the millisecond.
type Infection struct {
	ID      ID
	Machine MachineID
	Owner   string // owner unit of the source
	AddrKey string // db.AddrKey of Addr
	Addr    netip.Addr
	Threat  string
	State   State

	FirstSeen time.Time
	LastSeen  time.Time
	Queries   int64
	Undated   int64 // of them, placed at the receipt since the log gives no time
	Names     int64 // distinct names asked for
	Episodes  int64 // 1, and 1 more each time it came back after cleaning

	CleanedAt  time.Time // of the last cleaning; stays when it comes back
	CleanedBy  string
	CleanedHow string
	Note       string // why it is a false positive
	Incident   string // id; may be empty

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64 // +1 per change of state or incident; mere counting leaves it alone
}

// Key is the key of the findings behind i.
func (i Infection) Key() finding.Key {
	return finding.Key{Owner: i.Owner, AddrKey: i.AddrKey, Threat: i.Threat}
}

// Seen is an infection as it is read: with the unit its address belongs to by
// today's address plan ("" when nobody's), and the kind of the address ("" when
// not declared).
type Seen struct {
	Infection
	UnitID   string
	AddrKind unit.AddressKind
}

// Subject is what may be said of the address.
func (i Seen) Subject() finding.Subject { return Subject(i.AddrKind) }

// Subject says what may be said of an address of a kind. The rule itself is
// finding.SubjectOf, since findings speak of the same addresses; an infection
// always has one.
func Subject(kind unit.AddressKind) finding.Subject {
	return finding.SubjectOf(kind, netip.IPv4Unspecified())
}

// confirm says that the sign is real. Where several machines stand behind the
// address nobody can say so of it: the log behind must be asked for first.
func (i *Infection) confirm(kind unit.AddressKind) error {
	const op = "infection.Confirm"
	if Subject(kind).Behind {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "infection.err.behind"}
	}
	return i.move(op, Confirmed, Suspected)
}

func (i *Infection) startCleaning() error {
	return i.move("infection.StartCleaning", Cleaning, Suspected, Confirmed)
}

func (i *Infection) clean(how, by string, at time.Time) error {
	if err := i.move("infection.Clean", Cleaned, Suspected, Confirmed, Cleaning); err != nil {
		return err
	}
	i.CleanedAt, i.CleanedBy, i.CleanedHow = at, by, how
	return nil
}

// markFalse says that nothing was infected. names is how many names the person
// was shown.
func (i *Infection) markFalse(reason string, names int64) error {
	const op = "infection.MarkFalse"
	if i.Names > names {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "finding.err.new_names"}
	}
	if err := i.move(op, FalsePositive, Suspected, Confirmed, Cleaning); err != nil {
		return err
	}
	i.Note = reason
	return nil
}

// reopen undoes the last step: cleaning or a judgement.
func (i *Infection) reopen() error {
	if err := i.move("infection.Reopen", Suspected, Confirmed, Cleaning, Cleaned, FalsePositive); err != nil {
		return err
	}
	i.Note = ""
	return nil
}

func (i *Infection) move(op string, to State, from ...State) error {
	if slices.Contains(from, i.State) {
		i.State = to
		return nil
	}
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "infection.err.state"}
}

// Change is how new signs changed the state of an infection by themselves.
type Change string

// The changes.
const (
	Unchanged Change = ""
	Returned  Change = "infection.return" // seen after it was cleaned
	Doubted   Change = "infection.doubt"  // a false positive, and then a name nobody had judged
)

// sign is what a batch saw of one machine and threat.
type sign struct {
	span
	key  finding.Key
	addr netip.Addr
	open bool      // some of it stands in an open finding
	last time.Time // the latest that is not muted; zero when all is
}

// span is how often and when.
type span struct {
	queries, undated, names int64
	first, until            time.Time
}

// see adds a sign to i and moves its state where the rules say so: what was
// asked for after the cleaning is the next episode; a false positive holds
// until a finding was opened for a name it does not cover.
func (i *Infection) see(s sign) Change {
	if s.first.Before(i.FirstSeen) {
		i.FirstSeen = s.first
	}
	if s.until.After(i.LastSeen) {
		i.LastSeen = s.until
	}
	i.Queries += s.queries
	i.Undated += s.undated
	i.Names += s.names
	switch {
	case i.State == Cleaned && s.last.After(i.CleanedAt):
		i.State = Suspected
		i.Episodes++
		return Returned
	case i.State == FalsePositive && s.open:
		i.State, i.Note = Suspected, ""
		return Doubted
	}
	return Unchanged
}
