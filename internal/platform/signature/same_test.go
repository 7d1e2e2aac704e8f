// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"testing"

	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

func TestSamePDF(t *testing.T) {
	t.Parallel()
	p := people()
	original := paper("Cong van")
	sign := func(data []byte) []byte {
		return signed(t, data, Signing{By: p.officer, Look: &Look{Page: 1, Rect: Rect{300, 100, 120, 60}, Image: blue}})
	}
	for what, c := range map[string]struct {
		signed          []byte
		same, rewritten bool
	}{
		"signed outside":                     {sign(original), true, false},
		"written anew by the tool":           {sign(packed(t, original)), true, true},
		"with a number under the signature":  {sign(stamped(t, original, "FreeText", Rect{90, 740, 100, 20})), true, false},
		"with a number and not signed":       {stamped(t, original, "FreeText", Rect{90, 740, 100, 20}), false, false},
		"another paper":                      {sign(paper("Cong vam")), false, true},
		"written anew with another sentence": {sign(packed(t, paper("Cong vam"))), false, true},
	} {
		got, err := SamePDF(original, c.signed, p.trust, day)
		if err != nil || got.Same != c.same || got.Rewritten != c.rewritten {
			t.Errorf("%s: %+v %v", what, got, err)
		}
		if !got.Same && len(got.Changes) == 0 {
			t.Errorf("%s: not said what differs", what)
		}
	}
	if _, err := SamePDF(original, blue, p.trust, day); !errors.Is(err, ErrNotPDF) {
		t.Errorf("a picture: %v", err)
	}
}

func TestPKCS12(t *testing.T) {
	t.Parallel()
	p := people()
	for what, i := range map[string]Identity{"RSA": p.officer, "ECDSA": p.clerk} {
		raw, err := pkcs12.Modern.Encode(i.Key, i.Chain[0], i.Chain[1:], "mật khẩu")
		must(err)
		got, err := ReadPKCS12(raw, "mật khẩu")
		if err != nil || len(got.Chain) != 2 {
			t.Fatalf("%s: %v %v", what, got, err)
		}
		if _, err := ReadPKCS12(raw, "sai"); !errors.Is(err, ErrPassword) {
			t.Errorf("%s: wrong password: %v", what, err)
		}
		kept, err := got.PKCS12("khác")
		must(err)
		back, err := ReadPKCS12(kept, "khác")
		must(err)
		if r := checked(t, signed(t, paper("x"), Signing{By: back}), p.trust, day); r.State() != Valid {
			t.Errorf("%s: %s", what, r.State())
		}
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	must(err)
	weak := make1("Khóa ngắn", &p.root, day.Add(-year), day.Add(year), short, false)
	raw, err := pkcs12.Modern.Encode(weak.Key, weak.Chain[0], nil, "x")
	must(err)
	bare, err := pkcs12.Modern.EncodeTrustStore(p.officer.Chain[:1], "x")
	must(err)
	turned, err := pkcs12.Modern.Encode(p.clerk.Key, p.root.Chain[0], p.clerk.Chain[:1], "x")
	must(err)
	slow, err := pkcs12.Modern.WithIterations(maxRounds+1).Encode(p.clerk.Key, p.clerk.Chain[0], nil, "x")
	must(err)
	strange, err := pkcs12.Modern.Encode(p.officer.Key, p.clerk.Chain[0], nil, "x")
	must(err)
	for what, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"a weak key": {raw, ErrWeakKey}, "certificates without a key": {bare, ErrIdentity}, "the authority's certificate before one's own": {turned, nil},
		"a password that is hashed for hours": {slow, ErrTooMuch}, "somebody else's certificate": {strange, ErrIdentity}, "half a file": {turned[:len(turned)/2], ErrIdentity},
	} {
		if i, err := ReadPKCS12(c.raw, "x"); !errors.Is(err, c.want) || c.want == nil && i.Chain[0] != nil && i.Chain[0].Subject.CommonName != "UBND tỉnh Mẫu" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ReadPKCS12(turned, "x😀"); !errors.Is(err, ErrPassword) {
		t.Errorf("letters that no file has: %v", err)
	}
	if _, err := ReadPKCS12([]byte("x"), ""); !errors.Is(err, ErrIdentity) {
		t.Errorf("no PKCS#12: %v", err)
	}
	if _, err := SignPDF(paper("x"), Signing{By: Identity{p.officer.Key, p.clerk.Chain}}); !errors.Is(err, ErrIdentity) {
		t.Errorf("somebody else's key: %v", err)
	}
}

func TestReadCertificates(t *testing.T) {
	t.Parallel()
	p := people()
	raw, err := p.officer.makeCMS(day, nil, nil)
	must(err)
	for what, data := range map[string][]byte{"DER": p.root.Chain[0].Raw, "bundle": raw} {
		list, err := ReadCertificates(data)
		if err != nil || len(list) == 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, data := range map[string][]byte{"nothing": nil, "text": []byte("x"), "a key alone": []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")} {
		if _, err := ReadCertificates(data); !errors.Is(err, ErrNoCertificate) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzVerifyPDF(f *testing.F) {
	p := people()
	plain := paper("x")
	one, err := SignPDF(plain, Signing{By: p.officer, At: day})
	must(err)
	f.Add(one)
	f.Add(plain)
	f.Add([]byte("%PDF-1.4\nxref\n0 1\n0000000000 65535 f\r\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := VerifyPDF(data, p.trust, day)
		if err == nil && r.State() == Valid && !bytes.HasPrefix(data, plain) {
			t.Error("valid and not what was signed")
		}
		if out, err := SignPDF(data, Signing{By: p.clerk, At: day}); err == nil {
			if _, err := VerifyPDF(out, p.trust, day); err != nil {
				t.Errorf("signed what cannot be checked: %v", err)
			}
		}
	})
}

func FuzzReadPKCS12(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // made fast: each worker makes its own
	must(err)
	clerk := make1("UBND tỉnh Mẫu", nil, day.Add(-year), day.Add(year), key, false)
	raw, err := pkcs12.Modern.WithIterations(1).Encode(clerk.Key, clerk.Chain[0], nil, "x")
	must(err)
	old, err := pkcs12.LegacyDES.WithIterations(1).Encode(clerk.Key, clerk.Chain[0], nil, "x")
	must(err)
	f.Add(raw)
	f.Add(old)
	f.Fuzz(func(t *testing.T, data []byte) {
		if rounds(data, 0) > 10_000 { // allowed, and slow
			return
		}
		if i, err := ReadPKCS12(data, "x"); err == nil && i.Check() != nil {
			t.Error("read who cannot sign")
		}
	})
}

func FuzzReadCMS(f *testing.F) {
	raw, err := people().officer.makeCMS(day, nil, []byte("x"))
	must(err)
	f.Add(raw)
	f.Add(berOf(raw))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readCMS(data)
		if err == nil && c.verify([]byte("y")) == nil && c.hash != 0 && len(c.info.Signature) > 0 && c.signer != nil && c.signer.Equal(people().officer.Chain[0]) {
			t.Error("fits another content")
		}
		if list, err := ReadCertificates(data); err == nil && len(list) == 0 {
			t.Error("read no certificate without an error")
		}
	})
}
