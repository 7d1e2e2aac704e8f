// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// State is the verdict on one signature.
type State string

// The states, the worst first.
const (
	Broken      State = "broken"            // what is signed was changed, or the signature was
	Changed     State = "changed"           // the signature fits, and the file was changed after it in a way that is not lawful
	Withdrawn   State = "revoked"           // the certificate was revoked before it signed, or when it signed cannot be known
	Unsupported State = "unsupported"       // of a kind that is not read; nothing is said
	Weak        State = "weak"              // it fits, by a digest that can be forged (SHA-1)
	Unknown     State = "unknown_authority" // it fits; who vouches for the signer is not among the trusted
	Early       State = "not_yet_valid"     // signed before the certificate began
	Expired     State = "expired"           // signed after the certificate had ended
	ExpiredNow  State = "expired_since"     // the certificate has ended since, and no trusted time says that it signed before
	Valid       State = "valid"             // it fits, by whom is known, in the term of the certificate
)

var rank = map[State]int{Broken: 0, Changed: 1, Withdrawn: 2, Unsupported: 3, Weak: 4, Unknown: 5, Early: 6, Expired: 7, ExpiredNow: 8, Valid: 9}

// Clock says whose word the time of a signature is.
type Clock string

// The clocks.
const (
	NoClock  Clock = ""        // no time is said
	Claimed  Clock = "claimed" // the signer's own machine
	Untested Clock = "stamp"   // a time stamp by an authority that is not among the trusted
	Attested Clock = "trusted" // a time stamp by a trusted authority (RFC 3161)
)

// Person is whom a certificate names.
type Person struct {
	Name         string // CN
	Organization string // O, OU
	Place        string // L, ST
	Email        string
}

// Signature is what is found of one signature.
type Signature struct {
	Field       string // of the PDF form, or the place in the XML
	Format      string // the subfilter of PDF, or "xmldsig"
	Kind        Kind
	State       State
	Signer      Person
	Issuer      string // CN of who issued the certificate
	Serial      string // hexadecimal, upper case
	Fingerprint string // SHA-256 of the certificate, hexadecimal
	From, Until time.Time
	At          time.Time // when it signed; zero when nobody says
	Clock       Clock
	Revocation  Revocation
	RevokedAt   time.Time
	Reason      string // as the signer wrote
	Location    string
	Whole       bool // covers the whole file
	Revision    int  // the signature of the file that it is, from 1 in the order of revisions
	Revisions   int  // states of the file that are told apart
	Changes     []Change
	Page        int               // of a PDF: where it is drawn, from 1; 0 when it draws nothing
	Rect        Rect              // its place on that page
	Certificate *x509.Certificate // nil when the signature brings none
}

// Kind says what a signature is for.
type Kind string

// The kinds.
const (
	Approval      Kind = "approval"
	Certification Kind = "certification" // the author's; it says what may be changed later
	TimeStamp     Kind = "timestamp"     // says when the file was there, and nothing of who wrote it
)

// Report is what is found of one file, signatures in the order in which they were made.
type Report struct {
	Signatures []Signature
	Loose      []Change // of a PDF: changes after the last signature
}

// State is the worst of all signatures; empty for a file without any.
func (r Report) State() State {
	worst := State("")
	for _, s := range r.Signatures {
		if worst == "" || rank[s.State] < rank[worst] {
			worst = s.State
		}
	}
	return worst
}

// Tampered names what was changed unlawfully after s.
func (s Signature) Tampered() (out []Change) {
	for _, c := range s.Changes {
		if !c.Lawful {
			out = append(out, c)
		}
	}
	return out
}

// about fills in what the certificate says.
func (s *Signature) about(c *x509.Certificate) {
	s.Certificate = c
	if c == nil {
		return
	}
	s.Signer, s.Issuer = PersonOf(c), c.Issuer.CommonName
	s.Serial, s.Fingerprint = SerialOf(c), FingerprintOf(c)
	s.From, s.Until = c.NotBefore.UTC(), c.NotAfter.UTC()
}

// PersonOf is whom c names.
func PersonOf(c *x509.Certificate) Person {
	p := Person{Name: c.Subject.CommonName, Organization: strings.Join(append(c.Subject.Organization[:len(c.Subject.Organization):len(c.Subject.Organization)], c.Subject.OrganizationalUnit...), ", "),
		Place: strings.Join(append(c.Subject.Locality[:len(c.Subject.Locality):len(c.Subject.Locality)], c.Subject.Province...), ", ")}
	if len(c.EmailAddresses) > 0 {
		p.Email = c.EmailAddresses[0]
	}
	return p
}

// SerialOf is the serial number of c in hexadecimal, as tools show it.
func SerialOf(c *x509.Certificate) string {
	return strings.ToUpper(fmt.Sprintf("%x", c.SerialNumber.Bytes()))
}

// FingerprintOf is the SHA-256 of c in hexadecimal.
func FingerprintOf(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// ahead is how far a signer's clock may go before ours.
const ahead = 24 * time.Hour

// judge decides on a signature that fits: who vouches for it, and whether its
// certificate stood. beside are certificates that the file brings.
func (s *Signature) judge(t Trust, beside []*x509.Certificate, e evidence, now time.Time) {
	c := s.Certificate
	at := s.At
	if s.Clock == NoClock || s.Clock == Claimed && at.After(now.Add(ahead)) {
		at = now
	}
	within := at // when the chain is asked: a certificate that ended is not one that nobody knows
	if within.After(c.NotAfter) {
		within = c.NotAfter
	}
	if within.Before(c.NotBefore) {
		within = c.NotBefore
	}
	chain := t.chain(c, beside, within)
	if len(chain) > 1 {
		s.Revocation, s.RevokedAt = e.revoked(c, chain[1], at)
	}
	switch {
	case s.State != Valid: // found before
	case chain == nil:
		s.State = Unknown
	case s.Revocation == Revoked && (s.Clock != Attested || !s.At.Before(s.RevokedAt)):
		s.State = Withdrawn
	case s.Clock == NoClock && now.After(c.NotAfter):
		s.State = ExpiredNow
	case at.Before(c.NotBefore):
		s.State = Early
	case at.After(c.NotAfter):
		s.State = Expired
	case s.Clock != Attested && now.After(c.NotAfter):
		s.State = ExpiredNow
	}
}
