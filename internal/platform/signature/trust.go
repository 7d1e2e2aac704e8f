// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ocsp"
)

// Trust is who is believed. The zero value believes nobody.
type Trust struct {
	Roots []*x509.Certificate // authorities; what they issued, directly or through others, is known
	More  []*x509.Certificate // authorities in between, believed only when a root vouches for them
}

// maxCertificates is how many certificates one file may hold.
const maxCertificates = 500

// ErrNoCertificate says that a file holds no certificate that can be read.
var ErrNoCertificate = errors.New("no certificate in the file")

// ReadCertificates reads certificates as people have them: PEM with any number,
// DER of one (.cer, .crt), or a PKCS#7 bundle (.p7b, .p7c). Private keys in the
// file are never read.
func ReadCertificates(data []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	rest, found := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), false
	for len(out) <= maxCertificates {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		found = true
		switch block.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrNoCertificate, err)
			}
			out = append(out, c)
		case "PKCS7", "CMS":
			more, err := bundle(block.Bytes)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	if len(out) > maxCertificates {
		return nil, ErrTooMuch
	}
	if found {
		if len(out) == 0 {
			return nil, ErrNoCertificate
		}
		return out, nil
	}
	if c, err := x509.ParseCertificate(data); err == nil {
		return []*x509.Certificate{c}, nil
	}
	return bundle(data)
}

// bundle reads a PKCS#7 file that holds certificates alone (RFC 5652 §5.1).
func bundle(raw []byte) ([]*x509.Certificate, error) {
	raw, err := derOf(raw)
	if err != nil {
		return nil, ErrNoCertificate
	}
	var outer contentInfo
	var sd signedData
	if _, err := asn1.Unmarshal(raw, &outer); err != nil || !outer.Type.Equal(oidSignedData) {
		return nil, ErrNoCertificate
	}
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &sd); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCertificate, err)
	}
	out, err := x509.ParseCertificates(sd.Certs.Bytes)
	if err != nil || len(out) == 0 || len(out) > maxCertificates {
		return nil, ErrNoCertificate
	}
	return out, nil
}

// chain is the way from leaf to an authority of t that stood at a moment; nil
// when none is known.
func (t Trust) chain(leaf *x509.Certificate, beside []*x509.Certificate, at time.Time) []*x509.Certificate {
	opts := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	for _, c := range t.Roots {
		opts.Roots.AddCert(c)
	}
	for _, list := range [][]*x509.Certificate{beside, t.More} {
		for _, c := range list {
			opts.Intermediates.AddCert(c)
		}
	}
	own := *leaf
	own.UnhandledCriticalExtensions = nil // they narrow what a certificate is for, not who it is
	chains, err := own.Verify(opts)
	if err != nil || len(chains) == 0 {
		return nil
	}
	return chains[0]
}

// Knows reports whether an authority of t vouches for leaf, directly or through
// beside, at a moment; one that ended is asked at its end.
func (t Trust) Knows(leaf *x509.Certificate, beside []*x509.Certificate, at time.Time) bool {
	if at.After(leaf.NotAfter) {
		at = leaf.NotAfter
	}
	return t.chain(leaf, beside, at) != nil
}

// Revocation says what is known of a certificate being revoked.
type Revocation string

// The states. Nothing is asked over a network: what the file brings is read.
const (
	Unchecked Revocation = ""        // the file brings no answer
	NotThen   Revocation = "good"    // an authority said it stood
	Revoked   Revocation = "revoked" // an authority said it did not
)

// evidence is what a file brings about revocation.
type evidence struct {
	crls, ocsps [][]byte
}

// adobeRevocation reads the attribute adbe-revocationInfoArchival (ISO 32000-1
// §12.8.3.3.2).
func (c *cms) adobeRevocation() evidence {
	var e evidence
	v, err := only(c.signed, oidAdobeRevoke)
	if err != nil || v == nil {
		return e
	}
	var list struct {
		CRL  []asn1.RawValue `asn1:"optional,explicit,tag:0"`
		OCSP []asn1.RawValue `asn1:"optional,explicit,tag:1"`
	}
	if _, err := asn1.Unmarshal(v.FullBytes, &list); err != nil {
		return e
	}
	for _, one := range list.CRL {
		e.crls = append(e.crls, one.FullBytes)
	}
	for _, one := range list.OCSP {
		e.ocsps = append(e.ocsps, one.FullBytes)
	}
	return e
}

// revoked says what e knows of leaf, which issuer vouches for. An answer counts
// when the issuer (or whom it named for answers) signed it and it was made at or
// after at, or was in force then.
func (e evidence) revoked(leaf, issuer *x509.Certificate, at time.Time) (Revocation, time.Time) {
	state := Unchecked
	for _, raw := range e.ocsps {
		r, err := ocsp.ParseResponseForCert(raw, leaf, issuer)
		if err != nil {
			continue
		}
		switch {
		case r.Status == ocsp.Revoked:
			return Revoked, r.RevokedAt.UTC()
		case r.Status == ocsp.Good && (r.NextUpdate.IsZero() || !r.NextUpdate.Before(at)):
			state = NotThen
		}
	}
	for _, raw := range e.crls {
		l, err := x509.ParseRevocationList(raw)
		if err != nil || l.CheckSignatureFrom(issuer) != nil || !bytes.Equal(l.RawIssuer, leaf.RawIssuer) {
			continue
		}
		for _, r := range l.RevokedCertificateEntries {
			if r.SerialNumber.Cmp(leaf.SerialNumber) == 0 && r.ReasonCode != 8 { // 8: removed from the list
				return Revoked, r.RevocationTime.UTC()
			}
		}
		if l.NextUpdate.IsZero() || !l.NextUpdate.Before(at) {
			state = NotThen
		}
	}
	return state, time.Time{}
}
