// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package account holds who may sign in: people with the roles they hold in
// units, their passwords, the one-time links by which they set one, and the
// keys of programs. There is no default credential: the first start prints a
// link, and everybody else gets one from a person who may invite. It is a base
// room and imports no other. This file knows no SQL and no HTTP.
package account

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies an account.
type ID string

// Account is one person. Times are UTC.
type Account struct {
	ID          ID
	Login       string // 3..64 of a-z 0-9 . _ - @, unique
	Name        string // 1..200 runes, one line
	Title       string // office held, may be empty
	Phone       string
	Email       string
	Home        string // unit id
	Language    string // "vi", "en"; empty leaves it to the browser
	Epoch       int64  // sessions of an older epoch have ended
	Disabled    bool
	HasPassword bool
	Failures    int64     // wrong passwords and codes since the last right sign-in
	LockedUntil time.Time // zero when not locked
	SignedInAt  time.Time // zero before the first time
	CreatedAt   time.Time
	Grants      []auth.Grant // in force at the moment of reading, lent ones and break-glass included
	Version     int64        // +1 per change by a person; optimistic lock

	PersonalData bool      // may see personal data
	BreakGlass   bool      // may take an extra role for hours
	GlassUnit    string    // unit in whose subtree; empty is Home
	SecondAt     time.Time // when the second factor was enrolled; zero without one
	SecondStep   int64     // the last accepted step of 30 s (RFC 6238), against replay
	EnrolBy      time.Time // from when on nothing but enrolling is possible; zero when not asked
}

// State is where an account stands.
type State string

// The states.
const (
	Invited  State = "invited" // no password yet
	Active   State = "active"
	Locked   State = "locked" // waits after wrong passwords
	Disabled State = "disabled"
)

// State says where a stands at now.
func (a *Account) State(now time.Time) State {
	switch {
	case a.Disabled:
		return Disabled
	case !a.HasPassword:
		return Invited
	case a.LockedUntil.After(now) && a.LockedUntil.Sub(now) <= longLock:
		return Locked
	}
	return Active
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,63}$`)

// Check cleans a and reports what cannot be stored, by form field.
func (a *Account) Check() error {
	a.Login = strings.ToLower(strings.TrimSpace(a.Login))
	a.Name, a.Title = i18n.NFC(a.Name), i18n.NFC(a.Title)
	a.Phone, a.Email = i18n.NFC(a.Phone), strings.TrimSpace(a.Email)
	bad := map[string]string{}
	if !loginForm.MatchString(a.Login) {
		bad["login"] = "account.bad.login"
	}
	if a.Name == "" || utf8.RuneCountInString(a.Name) > 200 {
		bad["name"] = "account.bad.name"
	}
	for field, text := range map[string]string{"title": a.Title, "phone": a.Phone, "email": a.Email} {
		if utf8.RuneCountInString(text) > 200 {
			bad[field] = "account.bad.long"
		}
	}
	if !slices.Contains([]string{"", string(i18n.Vietnamese), string(i18n.English)}, a.Language) {
		bad["language"] = "account.bad.language"
	}
	if a.Home == "" {
		bad["unit"] = "account.bad.unit"
	}
	for _, g := range a.Grants {
		if !slices.Contains(auth.Roles(), g.Role) || g.Unit == "" {
			bad["role"] = "account.bad.role"
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "account.Check", Fields: bad}
	}
	return nil
}

// Actor is a as the one who acts.
func (a *Account) Actor() auth.Actor {
	return auth.Actor{ID: string(a.ID), Name: a.Name, Home: a.Home, Grants: a.Grants, PersonalData: a.PersonalData}
}

const (
	freeTries = 5                // wrong passwords before the account waits
	firstLock = 30 * time.Second // doubles with each further one
	longLock  = 15 * time.Minute
)

// clockSlack is how far a machine's clock may be set back, as time servers do,
// before a person is told.
const clockSlack = 10 * time.Minute

// LastKnown is the latest moment at which a is known to have signed in: the
// clock stood there once.
func (a *Account) LastKnown() time.Time {
	if step := time.Unix(a.SecondStep*stepSeconds, 0).UTC(); a.SecondStep > 0 && step.After(a.SignedInAt) {
		return step
	}
	return a.SignedInAt
}

// ClockBack reports whether now lies well before a moment that has been.
func (a *Account) ClockBack(now time.Time) bool { return a.LastKnown().Sub(now) > clockSlack }

// Wait is how long a must wait at now. A lock further off than any lock goes
// was set by a clock that has been put back since, and holds nobody.
func (a *Account) Wait(now time.Time) time.Duration {
	if wait := a.LockedUntil.Sub(now); wait > 0 && wait <= longLock {
		return wait
	}
	return 0
}

// Fail notes a wrong password or code at t. From the fifth on the account waits, each
// time twice as long, at most a quarter of an hour: guessing is slowed, the
// owner is never shut out for good.
func (a *Account) Fail(t time.Time) {
	a.Failures++
	if a.Failures < freeTries {
		return
	}
	wait := longLock
	if n := a.Failures - freeTries; n < 5 {
		wait = firstLock << n
	}
	a.LockedUntil = t.Add(wait)
}
