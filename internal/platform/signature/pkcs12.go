// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math"

	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// ErrPassword says that a PKCS#12 file does not open with the password given.
var ErrPassword = errors.New("the password does not open the file")

const (
	// MaxPKCS12 is how large a PKCS#12 file may be.
	MaxPKCS12 = 1 << 20
	// maxRounds bounds how long a file makes us work on its password: ten times
	// what the slowest of today's makers ask.
	maxRounds = 10_000_000
)

// ReadPKCS12 reads the key and the certificates of a .p12 or .pfx file (RFC
// 7292). Errors: ErrPassword, ErrTooMuch, ErrWeakKey, and ErrIdentity for what is
// no such file or holds no key with its certificate.
func ReadPKCS12(data []byte, password string) (Identity, error) {
	if len(data) > MaxPKCS12 || rounds(data, 0) > maxRounds {
		return Identity{}, ErrTooMuch
	}
	for _, r := range password {
		if r > math.MaxUint16 { // the format has no such letters
			return Identity{}, ErrPassword
		}
	}
	key, leaf, more, err := pkcs12.DecodeChain(data, password)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return Identity{}, ErrPassword
	}
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return Identity{}, ErrIdentity
	}
	chain := append([]*x509.Certificate{leaf}, more...)
	for i, c := range chain { // files have them in any order
		if fits(signer.Public(), c.PublicKey) {
			chain[0], chain[i] = chain[i], chain[0]
			break
		}
	}
	i := Identity{signer, chain}
	return i, i.Check()
}

// PKCS12 writes i as a .p12 file under password, encrypted as is done today
// (PBES2, AES-256, SHA-256), whatever the file had that it came from. The key must
// be one of software.
func (i Identity) PKCS12(password string) ([]byte, error) {
	if err := i.Check(); err != nil {
		return nil, err
	}
	raw, err := pkcs12.Modern2023.WithIterations(keepRounds).Encode(i.Key, i.Chain[0], i.Chain[1:], password)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	return raw, nil
}

// keepRounds is how often a password is hashed for a file that is kept.
const keepRounds = 100_000

// rounds is the largest count of iterations that a file asks for where it can be
// seen without the password: a number right behind a salt.
func rounds(der []byte, depth int) (most int64) {
	salted := false
	for len(der) > 0 && depth < 20 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return most
		}
		der = rest
		switch {
		case v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger && salted:
			var n int64
			if _, err := asn1.Unmarshal(v.FullBytes, &n); err != nil {
				n = math.MaxInt64
			}
			most = max(most, n)
		case v.IsCompound || v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString:
			most = max(most, rounds(v.Bytes, depth+1))
		}
		salted = v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString
	}
	return most
}
