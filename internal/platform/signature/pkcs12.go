// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vonggac/vonggac/internal/platform/secret"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// ErrPassword says that a PKCS#12 file does not open with the password given.
var ErrPassword = errors.New("the password does not open the file")

// MaxPKCS12 is how large a PKCS#12 file may be.
const MaxPKCS12 = 1 << 20

// ReadPKCS12 reads the key and the certificates of a .p12 or .pfx file (RFC
// 7292). Errors: ErrPassword, ErrIdentity.
func ReadPKCS12(data []byte, password string) (Identity, error) {
	if len(data) > MaxPKCS12 {
		return Identity{}, ErrTooMuch
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
	i := Identity{signer, append([]*x509.Certificate{leaf}, more...)}
	return i, i.Check()
}

// sealed is how an identity is kept.
type sealed struct {
	Key   []byte   `json:"key"` // PKCS #8
	Chain [][]byte `json:"chain"`
}

// Seal gives i as a text that OpenSealed reads with the same box and purpose, for
// the records. The key must be one of software.
func (i Identity) Seal(box *secret.Box, purpose string) (string, error) {
	if err := i.Check(); err != nil {
		return "", err
	}
	key, err := x509.MarshalPKCS8PrivateKey(i.Key)
	if err != nil {
		return "", fmt.Errorf("%w: the key does not leave its token", ErrIdentity)
	}
	s := sealed{Key: key}
	for _, c := range i.Chain {
		s.Chain = append(s.Chain, c.Raw)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return box.Seal(purpose, base64.StdEncoding.EncodeToString(raw)), nil
}

// OpenSealed gives back what Seal was given.
func OpenSealed(box *secret.Box, purpose, text string) (Identity, error) {
	plain, err := box.Open(purpose, text)
	if err != nil {
		return Identity{}, err
	}
	raw, err := base64.StdEncoding.DecodeString(plain)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	var s sealed
	if err := json.Unmarshal(raw, &s); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(s.Key)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return Identity{}, ErrIdentity
	}
	i := Identity{Key: signer}
	for _, der := range s.Chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return Identity{}, fmt.Errorf("%w: %w", ErrIdentity, err)
		}
		i.Chain = append(i.Chain, c)
	}
	return i, i.Check()
}
