// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"
)

// clientLife is how long a client may show its certificate; it asks for the next
// one before.
const clientLife = 2 * 365 * 24 * time.Hour

// SignClient certifies the key of a request (PEM), under the name uri and no
// other, by the authority that Own keeps in folder dir. The certificate (PEM) is
// for clients alone. The request must prove that its sender has the key.
func SignClient(dir string, request []byte, uri string, now time.Time) (certificate []byte, ends time.Time, err error) {
	block, _ := pem.Decode(request)
	if block == nil {
		return nil, ends, errors.New("certificate request: no PEM")
	}
	asked, err := x509.ParseCertificateRequest(block.Bytes)
	if err == nil {
		err = asked.CheckSignature()
	}
	if err != nil {
		return nil, ends, fmt.Errorf("certificate request: %w", err)
	}
	name, err := url.Parse(uri)
	if err != nil {
		return nil, ends, fmt.Errorf("client certificate: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, ends, fmt.Errorf("certificate folder: %w", err)
	}
	authority, err := readPair(root, authorityFile)
	if err := errors.Join(err, root.Close()); err != nil {
		return nil, ends, fmt.Errorf("certificate authority: %w", err)
	}
	t := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"Vong Gac"}, CommonName: uri},
		URIs:                  []*url.URL{name},
		NotBefore:             now.Add(-slack),
		NotAfter:              now.Add(clientLife).Truncate(time.Second),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if t.NotAfter.After(authority.Leaf.NotAfter) {
		t.NotAfter = authority.Leaf.NotAfter
	}
	der, err := x509.CreateCertificate(rand.Reader, t, authority.Leaf, asked.PublicKey, authority.PrivateKey)
	if err != nil {
		return nil, ends, fmt.Errorf("sign certificate: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: der}), t.NotAfter, nil
}
