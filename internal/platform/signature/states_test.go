// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// list is a list of revoked certificates by the root.
func list(serials ...*big.Int) []byte {
	p := people()
	var entries []x509.RevocationListEntry
	for _, s := range serials {
		entries = append(entries, x509.RevocationListEntry{SerialNumber: s, RevocationTime: day.Add(-time.Hour)})
	}
	raw, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: day.Add(-time.Minute), NextUpdate: day.Add(time.Hour), RevokedCertificateEntries: entries},
		p.root.Chain[0], p.root.Key)
	must(err)
	return raw
}

// answer is what the root says of a certificate when it is asked (RFC 6960).
func answer(status int, serial *big.Int) []byte {
	p := people()
	raw, err := ocsp.CreateResponse(p.root.Chain[0], p.root.Chain[0], ocsp.Response{Status: status, SerialNumber: serial, ThisUpdate: day.Add(-time.Minute), NextUpdate: day.Add(time.Hour), RevokedAt: day.Add(-time.Hour)}, p.root.Key)
	must(err)
	return raw
}

// proven adds proof for long-term validation to a signed file (ISO 32000-2 §12.8.4.3).
func proven(t *testing.T, data []byte, kind name, raw []byte) []byte {
	t.Helper()
	u, err := newUpdate(data)
	must(err)
	at := u.next()
	u.put(at, &stream{dict{}, raw})
	c, err := u.catalog()
	must(err)
	c["DSS"] = dict{"Type": name("DSS"), kind: array{at}}
	u.put(u.trailer["Root"].(ref), c)
	return u.finish()
}

func TestProofInAPDFSaysWhetherItWasRevoked(t *testing.T) {
	t.Parallel()
	p := people()
	data, serial := signed(t, paper("x"), Signing{By: p.officer}), p.officer.Chain[0].SerialNumber
	for what, c := range map[string]struct {
		kind       name
		raw        []byte
		state      State
		revocation Revocation
	}{
		"a list that names it":            {"CRLs", list(serial), Withdrawn, Revoked},
		"a list that does not":            {"CRLs", list(big.NewInt(1)), Valid, NotThen},
		"an answer that it was":           {"OCSPs", answer(ocsp.Revoked, serial), Withdrawn, Revoked},
		"an answer that it was not":       {"OCSPs", answer(ocsp.Good, serial), Valid, NotThen},
		"an answer about another":         {"OCSPs", answer(ocsp.Revoked, big.NewInt(1)), Valid, Unchecked},
		"what is no list":                 {"CRLs", []byte("x"), Valid, Unchecked},
		"an answer that is not an answer": {"OCSPs", []byte("x"), Valid, Unchecked},
	} {
		s := checked(t, proven(t, data, c.kind, c.raw), p.trust, day).Signatures[0]
		if s.State != c.state || s.Revocation != c.revocation {
			t.Errorf("%s: %s %q", what, s.State, s.Revocation)
		}
		if len(s.Changes) != 1 || s.Changes[0].Kind != AddedProof || !s.Changes[0].Lawful {
			t.Errorf("%s: the proof counts as %+v", what, s.Changes)
		}
	}
}

func TestStatesOfXML(t *testing.T) {
	t.Parallel()
	p := people()
	sign := func(by Identity) []byte {
		out, err := SignXML([]byte(envelope), by, "edXMLHeader")
		must(err)
		return out
	}
	revoked := func(serial *big.Int) []byte {
		return []byte(strings.Replace(string(sign(p.officer)), "</ds:X509Data>", "<ds:X509CRL>"+base64.StdEncoding.EncodeToString(list(serial))+"</ds:X509CRL></ds:X509Data>", 1))
	}
	good := sign(p.officer)
	flipped := append([]byte(nil), good...)
	flipped[strings.Index(string(good), "<Datetime>1")+len("<Datetime>")] ^= 1
	for what, c := range map[string]struct {
		data []byte
		now  time.Time
		want State
	}{
		"valid":                                  {good, day, Valid},
		"a flipped byte":                         {flipped, day, Broken},
		"an authority that is not trusted":       {sign(p.other), day, Unknown},
		"ended, and nobody says when it signed":  {sign(p.old), day, ExpiredNow},
		"seen while it stood":                    {sign(p.old), day.Add(-2 * year), Valid},
		"before the certificate began":           {good, day.Add(-2 * year), Early},
		"revoked, as the file itself proves":     {revoked(p.officer.Chain[0].SerialNumber), day, Withdrawn},
		"not revoked, as the file itself proves": {revoked(big.NewInt(1)), day, Valid},
	} {
		r, err := VerifyXML(c.data, p.trust, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.State(); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}
