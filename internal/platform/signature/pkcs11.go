// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build pkcs11

package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"

	"github.com/miekg/pkcs11"
)

// Token is a session with a PKCS #11 token. It is safe for concurrent use, one
// signature at a time. Built with the tag pkcs11 alone, which needs cgo.
type Token struct {
	mu      sync.Mutex
	module  *pkcs11.Ctx
	session pkcs11.SessionHandle
	key     pkcs11.ObjectHandle
	public  crypto.PublicKey
}

// OpenToken opens the token in a slot by the maker's library and gives who signs
// with it: the first key that has a certificate. Close the token when done.
func OpenToken(library string, slot uint, pin string) (*Token, Identity, error) {
	module := pkcs11.New(library)
	if module == nil {
		return nil, Identity{}, fmt.Errorf("library of the token %s does not load", library)
	}
	t := &Token{module: module}
	if err := module.Initialize(); err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
		module.Destroy()
		return nil, Identity{}, fmt.Errorf("library of the token: %w", err)
	}
	session, err := module.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
	if err != nil {
		return nil, Identity{}, errors.Join(fmt.Errorf("slot %d: %w", slot, err), module.Finalize())
	}
	t.session = session
	if err := module.Login(session, pkcs11.CKU_USER, pin); err != nil {
		return nil, Identity{}, errors.Join(fmt.Errorf("PIN of the token: %w", err), t.Close())
	}
	cert, err := t.find()
	if err != nil {
		return nil, Identity{}, errors.Join(err, t.Close())
	}
	t.public = cert.PublicKey
	return t, Identity{Key: t, Chain: []*x509.Certificate{cert}}, nil
}

// Close ends the session.
func (t *Token) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := errors.Join(t.module.CloseSession(t.session), t.module.Finalize())
	t.module.Destroy()
	return err
}

func (t *Token) objects(template ...*pkcs11.Attribute) (found []pkcs11.ObjectHandle, err error) {
	if err := t.module.FindObjectsInit(t.session, template); err != nil {
		return nil, err
	}
	found, _, err = t.module.FindObjects(t.session, 50)
	return found, errors.Join(err, t.module.FindObjectsFinal(t.session))
}

// find takes the first certificate with a key of the same id.
func (t *Token) find() (*x509.Certificate, error) {
	certs, err := t.objects(pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE))
	if err != nil {
		return nil, fmt.Errorf("certificates of the token: %w", err)
	}
	for _, c := range certs {
		values, err := t.module.GetAttributeValue(t.session, c, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil), pkcs11.NewAttribute(pkcs11.CKA_ID, nil)})
		if err != nil {
			return nil, fmt.Errorf("certificate of the token: %w", err)
		}
		cert, err := x509.ParseCertificate(values[0].Value)
		if err != nil {
			continue
		}
		keys, err := t.objects(pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), pkcs11.NewAttribute(pkcs11.CKA_ID, values[1].Value))
		if err != nil {
			return nil, fmt.Errorf("keys of the token: %w", err)
		}
		if len(keys) > 0 {
			t.key = keys[0]
			return cert, nil
		}
	}
	return nil, ErrIdentity
}

// Public is the key that checks what the token signs.
func (t *Token) Public() crypto.PublicKey { return t.public }

// Sign signs a SHA-256 digest (PKCS #1 v1.5 or ECDSA). The token has its own
// source of randomness.
func (t *Token) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != crypto.SHA256 {
		return nil, fmt.Errorf("%w: the token signs SHA-256", ErrIdentity)
	}
	mechanism, in := uint(pkcs11.CKM_ECDSA), digest
	_, isRSA := t.public.(*rsa.PublicKey)
	if isRSA { // the token adds no DigestInfo (RFC 8017 §9.2)
		mechanism = pkcs11.CKM_RSA_PKCS
		in = append([]byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}, digest...)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.module.SignInit(t.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, t.key); err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	sig, err := t.module.Sign(t.session, in)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	if _, ok := t.public.(*ecdsa.PublicKey); ok {
		half := len(sig) / 2
		return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:half]), new(big.Int).SetBytes(sig[half:])})
	}
	return sig, nil
}
