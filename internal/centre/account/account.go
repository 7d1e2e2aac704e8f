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
	Epoch       int64  // sessions of an older epoch have ended
	Disabled    bool
	HasPassword bool
	Failures    int64     // wrong passwords since the last right one
	LockedUntil time.Time // zero when not locked
	SignedInAt  time.Time // zero before the first time
	CreatedAt   time.Time
	Grants      []auth.Grant
	Version     int64 // +1 per change; optimistic lock
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
	return auth.Actor{ID: string(a.ID), Name: a.Name, Home: a.Home, Grants: a.Grants}
}

const (
	freeTries = 5                // wrong passwords before the account waits
	firstLock = 30 * time.Second // doubles with each further one
	longLock  = 15 * time.Minute
)

// Fail notes a wrong password at t. From the fifth on the account waits, each
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
