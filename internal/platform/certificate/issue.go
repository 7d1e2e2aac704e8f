// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

const (
	blockCertificate = "CERTIFICATE" // RFC 7468 §5.1
	blockKey         = "PRIVATE KEY" // RFC 7468 §10, PKCS #8

	authorityLife = 10 * 365 * 24 * time.Hour
	// serverLife keeps under the 398 days browsers accept at most (CA/Browser
	// Forum Baseline Requirements 2.0, §6.3.2).
	serverLife = 397 * 24 * time.Hour
	slack      = time.Hour // for clients whose clock is behind
)

func newAuthority(now time.Time) (*tls.Certificate, error) {
	t := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"Vong Gac"}, CommonName: "Vong Gac CA " + now.UTC().Format("2006-01-02")},
		NotBefore:             now.Add(-slack),
		NotAfter:              now.Add(authorityLife),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true, // signs servers, no further authority
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	return issue(t, nil)
}

func newServer(authority *tls.Certificate, hosts []string, now time.Time) (*tls.Certificate, error) {
	t := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"Vong Gac"}},
		NotBefore:             now.Add(-slack),
		NotAfter:              now.Add(serverLife),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if t.NotAfter.After(authority.Leaf.NotAfter) {
		t.NotAfter = authority.Leaf.NotAfter
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	return issue(t, authority)
}

// issue makes a key and has signer, nil for itself, sign its certificate.
func issue(t *x509.Certificate, signer *tls.Certificate) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	parent, by := t, crypto.PrivateKey(key)
	if signer != nil {
		parent, by = signer.Leaf, signer.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), by)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

func readPair(root *os.Root, name string) (*tls.Certificate, error) {
	raw, err := root.ReadFile(name)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(raw, raw)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged (move it away to have a new one made): %w", name, err)
	}
	return &pair, nil
}

func writePair(root *os.Root, name string, pair *tls.Certificate) error {
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: pair.Leaf.Raw})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: key})...)
	return replace(root, name, text, 0o600)
}

// replace writes a file whole or not at all, and leaves it alone when it holds
// text already.
func replace(root *os.Root, name string, text []byte, mode os.FileMode) error {
	if have, err := root.ReadFile(name); err == nil && bytes.Equal(have, text) {
		return nil
	}
	temp := name + ".new"
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return root.Rename(temp, name)
}
