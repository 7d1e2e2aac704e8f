// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Key is a key that is kept here to sign with, without the key itself. Times are UTC.
type Key struct {
	ID          ID
	Owner       string // unit
	Account     string // whose it is; empty for a body's
	Kind        Kind
	Holder      string
	Serial      string // hexadecimal, upper case
	Issuer      string
	Fingerprint string
	From, Until time.Time
	Kept        bool  // its password is kept, sealed
	Image       bool  // there is an image to draw
	Width       int64 // of a seal's image in millimetres; 0 for a person's
	Known       bool  // an authority of this centre vouches for it
	AddedName   string
	AddedAt     time.Time
}

// InForce reports whether k's certificate stands at now.
func (k Key) InForce(now time.Time) bool { return !now.Before(k.From) && !now.After(k.Until) }

// usable fails with fault.Invalid (file) for a certificate that does not sign at
// now: not begun, ended, an authority's, or for another use.
func usable(op string, c *x509.Certificate, now time.Time) error {
	switch {
	case now.Before(c.NotBefore):
		return fault.Bad(op, "file", "esign.bad.early")
	case now.After(c.NotAfter):
		return fault.Bad(op, "file", "esign.bad.ended")
	case c.IsCA, c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return fault.Bad(op, "file", "esign.bad.usage")
	}
	return nil
}

// clerkOf reports whether a is the clerk (văn thư) of unit itself: a body's
// certificate is used by no other, a clerk of a unit above neither (Nghị định
// 30/2020/NĐ-CP, Điều 32, 33).
func clerkOf(a auth.Actor, unit string) bool {
	a.Grants = slices.DeleteFunc(slices.Clone(a.Grants), func(g auth.Grant) bool { return g.Unit != unit })
	return unit != "" && len(auth.ScopeOf(a, maySend).Roots()) > 0
}

// mine reports whether a may use k at all.
func (k Key) mine(a auth.Actor) bool {
	if k.Kind == Body {
		return clerkOf(a, k.Owner)
	}
	return k.Account != "" && k.Account == a.ID
}

const (
	// maxWrong is how many wrong passwords in lockedFor close a key for as long.
	maxWrong  = 5
	lockedFor = 15 * time.Minute
	// minSeal and maxSeal bound a seal's width in millimetres.
	minSeal, maxSeal = 10, 60
	// maxKeys is how many keys one holder may have.
	maxKeys = 20
)
