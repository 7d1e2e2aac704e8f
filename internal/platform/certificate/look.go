// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

// ServerFile is the file, in the folder Own is given, that holds the server's
// certificate and key.
const ServerFile = serverFile

// Leaf reads the first certificate of the PEM file at path, leaving a key that
// stands beside it alone.
func Leaf(path string) (*x509.Certificate, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	for {
		var block *pem.Block
		if block, raw = pem.Decode(raw); block == nil {
			return nil, fmt.Errorf("certificate: %s holds none", path)
		}
		if block.Type == blockCertificate {
			return x509.ParseCertificate(block.Bytes)
		}
	}
}

// Unchecked is for asking a server on this machine whether it answers at all,
// sending and believing nothing else.
func Unchecked() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}
}
