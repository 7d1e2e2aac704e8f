// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package esign is the room of digital signatures: who holds a certificate and
// whether it is used, which authorities are trusted, what a signed file is worth,
// and which share of a unit's electronic papers is signed.
//
// It keeps public facts alone: no key, and nothing of a file that is checked but
// its hash. What is used is known from files that were checked, messages and
// exports that were read; a certificate of which nothing was seen is called not
// seen in use, not unused for good. Start at [Service].
package esign

import (
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// ID names a certificate of the register.
type ID string

// Kind is whose certificate it is.
type Kind string

// The kinds.
const (
	Personal Kind = "personal"
	Body     Kind = "body" // the seal of a body
)

// Kinds lists all kinds in the order of forms.
func Kinds() []Kind { return []Kind{Personal, Body} }

// Certificate is one entry of the register. Times are UTC; zero is not known.
type Certificate struct {
	ID           ID
	Owner        string // unit
	Holder       string
	Kind         Kind
	Serial       string // hexadecimal, upper case, without leading zeros
	Issuer       string
	Fingerprint  string // SHA-256, empty when it came from a list
	From, Until  time.Time
	Origin       string // "file" or "sheet"
	RegisteredAt time.Time
	LastUsed     time.Time
	Uses         int64 // files signed with it that were seen
}

// State is where a certificate stands.
type State string

// The states, the first that holds.
const (
	Ended  State = "ended"
	Soon   State = "soon"   // ends within soonDays
	Idle   State = "idle"   // stands, and was not seen in use for idleDays, or ever
	Active State = "active" // stands and was seen in use
)

// States lists all states.
func States() []State { return []State{Idle, Soon, Ended, Active} }

const (
	soonDays = 60
	idleDays = 90
)

// State is where c stands at now. A certificate that ends soon may be idle too;
// see Idle.
func (c Certificate) State(now time.Time) State {
	switch {
	case !c.Until.IsZero() && c.Until.Before(now):
		return Ended
	case c.Idle(now):
		return Idle
	case !c.Until.IsZero() && c.Until.Before(now.AddDate(0, 0, soonDays)):
		return Soon
	}
	return Active
}

// Idle reports whether c was not seen in use for long.
func (c Certificate) Idle(now time.Time) bool {
	return c.LastUsed.Before(now.AddDate(0, 0, -idleDays))
}

// Share is the measure of signed papers of a unit: numerator, denominator and
// what it rests on. Parents sum.
type Share struct {
	Unit     string
	Signed   int64 // papers with a digital signature
	Issued   int64 // electronic papers issued
	Declared int64 // of Issued, those of which only a list says whether they are signed
	Seen     int64 // days of which an export was read
	Expected int64 // days of the window
}

// Covered reports whether s rests on enough: least is in hundredths.
func (s Share) Covered(least int64) bool {
	return s.Expected > 0 && s.Seen > 0 && s.Seen*100 >= least*s.Expected
}

// Add sums two shares.
func (s Share) Add(o Share) Share {
	return Share{Unit: s.Unit, Signed: s.Signed + o.Signed, Issued: s.Issued + o.Issued, Declared: s.Declared + o.Declared, Seen: s.Seen + o.Seen, Expected: s.Expected + o.Expected}
}

// span is days, both ends included.
type span struct{ from, to calendar.Date }

func (s span) days() int64 { return int64(s.to.End().Sub(s.from.Start()) / (24 * time.Hour)) }

// daysOf counts the days of window that spans cover, each once.
func daysOf(window span, spans []span) int64 {
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var n int64
	next := window.from // first day that is not counted yet
	for _, s := range spans {
		if s.from.Compare(next) < 0 {
			s.from = next
		}
		if s.to.Compare(window.to) > 0 {
			s.to = window.to
		}
		if s.to.Compare(s.from) < 0 {
			continue
		}
		n += s.days()
		next = s.to.AddDays(1)
	}
	return n
}

// check fails with fault.Invalid for a window that is none or too long.
func (s span) check(op string) error {
	switch {
	case s.from.IsZero():
		return fault.Bad(op, "from", "esign.bad.day")
	case s.to.IsZero():
		return fault.Bad(op, "to", "esign.bad.day")
	case s.to.Compare(s.from) < 0, s.days() > maxDays:
		return fault.Bad(op, "to", "esign.bad.span")
	}
	return nil
}

// maxDays is the longest window of papers that is looked at.
const maxDays = 3660

// Result is what became of a file that was read.
type Result struct {
	Taken    int // new rows
	Same     int // rows that were there
	Rejected []Rejected
}

// Rejected is a row that was not taken; it costs only itself.
type Rejected struct {
	Row int    // from 1, as the file counts
	Why string // catalogue key
}
