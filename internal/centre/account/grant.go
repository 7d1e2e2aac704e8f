// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Term is a stretch of time, UTC, to the millisecond: From is within it, Until
// is not. A zero bound is no bound.
type Term struct{ From, Until time.Time }

// Holds reports whether now lies in t.
func (t Term) Holds(now time.Time) bool {
	return !t.From.After(now) && (t.Until.IsZero() || t.Until.After(now))
}

// Check reports what is wrong with a term to be given at now, by form field.
func (t Term) Check(now time.Time) error {
	switch {
	case !t.Until.IsZero() && !t.Until.After(now):
		return fault.Bad("account.Term", "until", "account.bad.until_past")
	case !t.Until.IsZero() && !t.From.IsZero() && !t.Until.After(t.From):
		return fault.Bad("account.Term", "until", "account.bad.until_before")
	}
	return nil
}

// Held is a role a person was given in a unit.
type Held struct {
	auth.Grant
	Term
	GivenBy string    // name; empty where it was not recorded
	GivenAt time.Time // zero where it was not recorded
}

// longestLoan bounds a delegation: it stands in for a leave, not for a post.
const longestLoan = 92 * 24 * time.Hour

// Delegation is a role that its holder lent to another person for a term. It
// cannot be lent on, and gives nothing once the giver has lost the role or the
// account.
type Delegation struct {
	ID        string
	Giver     ID
	GiverName string
	To        ID
	ToName    string
	auth.Grant
	Term
	Reason    string
	CreatedAt time.Time
	EndedAt   time.Time // zero while nobody ended it
	EndedBy   string    // name
	Covered   bool      // the giver holds the role now
}

// Check reports what is wrong with d to be made at now, by form field.
func (d *Delegation) Check(now time.Time) error {
	bad := map[string]string{}
	d.Reason = i18n.NFC(d.Reason)
	if d.To == "" || d.To == d.Giver {
		bad["person"] = "account.bad.person"
	}
	if badReason(d.Reason) {
		bad["reason"] = "account.bad.reason"
	}
	switch {
	case d.Until.IsZero():
		bad["until"] = "account.bad.until"
	case !d.Until.After(now):
		bad["until"] = "account.bad.until_past"
	case !d.Until.After(d.From):
		bad["until"] = "account.bad.until_before"
	case d.Until.Sub(d.From) > longestLoan:
		bad["until"] = "account.bad.loan_long"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "account.Delegation", Fields: bad}
	}
	return nil
}

// badReason reports whether a written reason says too little or too much.
func badReason(s string) bool {
	n := utf8.RuneCountInString(s)
	return n < 10 || n > 1000
}

// InForce reports whether d gives its role at now.
func (d *Delegation) InForce(now time.Time) bool {
	return d.EndedAt.IsZero() && d.Covered && d.Holds(now)
}
