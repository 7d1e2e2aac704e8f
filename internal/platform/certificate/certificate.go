// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package certificate gives the server what it shows to browsers: a
// certificate from an authority of its own, made at first start, or one from
// given files. It trusts nobody: what clients must show is not its matter.
// Start at Own and Files.
package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// The files in the folder. The .pem files hold certificate and key together,
// so that a crash between two writes cannot part them.
const (
	authorityFile = "ca.pem"
	serverFile    = "server.pem"
	publicFile    = "ca.crt" // the authority's certificate alone, for browsers to trust
)

// Names are the hosts a server certificate should be good for: the listen
// address unless it means all, the host of the base URL, the machine's name,
// and loopback. Empty arguments add nothing.
func Names(listen, baseURL, hostname string) []string {
	names := []string{"localhost", "127.0.0.1", "::1", hostname}
	if host, _, err := net.SplitHostPort(listen); err == nil {
		if a, err := netip.ParseAddr(host); err != nil || !a.IsUnspecified() {
			names = append(names, host)
		}
	}
	if u, err := url.Parse(baseURL); err == nil {
		names = append(names, u.Hostname())
	}
	return clean(names)
}

// clean sorts names and drops empty and double ones; case does not count
// (RFC 4343).
func clean(names []string) []string {
	list := make([]string, 0, len(names))
	for _, n := range names {
		if n = strings.ToLower(strings.TrimSuffix(n, ".")); n != "" {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Own returns a configuration (TLS 1.2 and newer) whose certificate, good for
// hosts, comes from the authority kept in folder dir, and the authority's
// certificate as PEM. Authority and certificate are made when absent; the
// certificate again when hosts changed or 30 days before it runs out, also
// while the server runs. What cannot be read is an error, never overwritten.
func Own(dir string, hosts []string, now func() time.Time) (*tls.Config, []byte, error) {
	if hosts = clean(hosts); len(hosts) == 0 {
		return nil, nil, errors.New("server certificate: no host to make it for")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("certificate folder: %w", err)
	}
	k := &keeper{dir: dir, hosts: hosts, now: now}
	if _, err := k.current(); err != nil {
		return nil, nil, err
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return k.current()
	}}
	return cfg, pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: k.authority.Leaf.Raw}), nil
}

// keeper holds the certificate in use and replaces it in time.
type keeper struct {
	dir   string
	hosts []string
	now   func() time.Time

	mu        sync.Mutex
	authority *tls.Certificate
	server    *tls.Certificate
}

// current is the certificate to show now. When a new one cannot be made, the
// old one is shown as long as it is valid.
func (k *keeper) current() (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if k.server != nil && !ending(k.server.Leaf, now) {
		return k.server, nil
	}
	if err := k.load(now); err != nil {
		if k.server != nil && now.Before(k.server.Leaf.NotAfter) {
			return k.server, nil
		}
		return nil, err
	}
	return k.server, nil
}

func (k *keeper) load(now time.Time) error {
	root, err := os.OpenRoot(k.dir)
	if err != nil {
		return fmt.Errorf("certificate folder: %w", err)
	}
	return errors.Join(k.loadFrom(root, now), root.Close())
}

func (k *keeper) loadFrom(root *os.Root, now time.Time) error {
	authority, err := readPair(root, authorityFile)
	if errors.Is(err, fs.ErrNotExist) || err == nil && ending(authority.Leaf, now) {
		authority, err = newAuthority(now)
		if err == nil {
			err = writePair(root, authorityFile, authority)
		}
	}
	if err != nil {
		return fmt.Errorf("certificate authority: %w", err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: authority.Leaf.Raw})
	if err := replace(root, publicFile, public, 0o644); err != nil {
		return fmt.Errorf("certificate authority: %w", err)
	}
	server, err := readPair(root, serverFile)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !k.good(server.Leaf, authority.Leaf, now) {
		server, err = newServer(authority, k.hosts, now)
		if err == nil {
			err = writePair(root, serverFile, server)
		}
	}
	if err != nil {
		return fmt.Errorf("server certificate: %w", err)
	}
	k.authority, k.server = authority, server
	return nil
}

func (k *keeper) good(leaf, authority *x509.Certificate, now time.Time) bool {
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return !ending(leaf, now) && leaf.CheckSignatureFrom(authority) == nil && slices.Equal(clean(names), k.hosts)
}

const renewal = 30 * 24 * time.Hour

// ending reports whether c runs out within 30 days, or is not valid yet.
func ending(c *x509.Certificate, now time.Time) bool {
	return now.Add(renewal).After(c.NotAfter) || now.Before(c.NotBefore)
}

// Files returns a configuration (TLS 1.2 and newer) with the certificate chain
// and key of two PEM files. A file that cannot be read, a key of another
// certificate, and a certificate not valid at now are errors that say so.
func Files(certPath, keyPath string, now time.Time) (*tls.Config, error) {
	cert, err := os.ReadFile(certPath)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	key, err := os.ReadFile(keyPath)
	if err != nil {
		return nil, fmt.Errorf("key of the certificate: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("certificate %s with key %s: %w", certPath, keyPath, err)
	}
	switch leaf := pair.Leaf; {
	case now.After(leaf.NotAfter):
		return nil, fmt.Errorf("certificate %s ran out at %s; put a new one there", certPath, leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return nil, fmt.Errorf("certificate %s is valid only from %s; check the clock of this machine", certPath, leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}
