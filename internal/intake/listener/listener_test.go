// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf is a stream in memory. It keeps each id once, as the real one.
type shelf struct {
	mu      sync.Mutex
	change  chan struct{} // closed and replaced whenever something happens
	blocks  []stream.Block
	ids     map[string]bool
	calls   int
	refuse  func(b stream.Block) error // nil takes all
	blocked chan struct{}              // when set, nothing is taken until it is closed
}

var errRefused = errors.New("the disk is full")

func newShelf() *shelf { return &shelf{change: make(chan struct{}), ids: map[string]bool{}} }

func (s *shelf) Append(ctx context.Context, b stream.Block) error {
	s.mu.Lock()
	blocked := s.blocked
	s.calls++
	s.happened()
	s.mu.Unlock()
	if blocked != nil {
		select {
		case <-blocked:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.happened()
	if s.refuse != nil {
		if err := s.refuse(b); err != nil {
			return err
		}
	}
	switch {
	case len(b.Body) > stream.MaxBody, len(b.ID) < 1, len(b.ID) > 200, b.Kind != stream.Lines, b.Lines == 0,
		b.Lines != strings.Count(string(b.Body), "\n"), !strings.HasSuffix(string(b.Body), "\n"), b.Received.IsZero():
		return errors.New("no block of lines")
	}
	if !s.ids[b.ID] {
		s.ids[b.ID] = true
		b.Body = bytes.Clone(b.Body) // it is used again
		s.blocks = append(s.blocks, b)
	}
	return nil
}

func (s *shelf) happened() {
	close(s.change)
	s.change = make(chan struct{})
}

func (s *shelf) set(fn func(s *shelf)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(s)
}

// text is all that is stored, in the order of storage.
func (s *shelf) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked()
}

func (s *shelf) locked() string {
	var b strings.Builder
	for _, x := range s.blocks {
		b.Write(x.Body)
	}
	return b.String()
}

func (s *shelf) lines() []string {
	text := s.text()
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func (s *shelf) count() int {
	n := 0
	for _, b := range s.blocks {
		n += b.Lines
	}
	return n
}

// await waits until ok holds of the shelf.
func (s *shelf) await(t testing.TB, what string, ok func(s *shelf) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for {
		s.mu.Lock()
		done, change := ok(s), s.change
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-change:
		case <-ctx.Done():
			s.mu.Lock()
			defer s.mu.Unlock()
			t.Fatalf("%s: not within a minute; %d lines in %d blocks are stored", what, s.count(), len(s.blocks))
		}
	}
}

func (s *shelf) awaitLines(t testing.TB, n int) {
	t.Helper()
	s.await(t, "lines", func(s *shelf) bool { return s.count() >= n })
}

// directory is a listener.Directory by function.
type directory func(p listener.Peer) (listener.Way, bool)

func (d directory) Find(p listener.Peer) (listener.Way, bool) { return d(p) }

var way = listener.Way{ID: "w1", Source: "s1", Owner: "u1"}

func everybody(listener.Peer) (listener.Way, bool) { return way, true }

// quick makes runs end at once.
var quick = listener.Limits{Run: 5 * time.Millisecond, Poll: 5 * time.Millisecond}

// start runs a server until the test ends.
func start(t testing.TB, o listener.Options) *listener.Server {
	t.Helper()
	s := launch(t, o)
	t.Cleanup(func() { stop(t, s) })
	return s
}

func launch(t testing.TB, o listener.Options) *listener.Server {
	t.Helper()
	s, err := listener.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func stop(t testing.TB, s *listener.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// eventually waits for figures.
func eventually(t testing.TB, s *listener.Server, what string, ok func(f listener.Figures) bool) listener.Figures {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(5 * time.Minute)
	for {
		f := s.Figures()
		if ok(f) {
			return f
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%s: not within a minute: %+v", what, f)
		}
	}
}

func dial(t testing.TB, s *listener.Server, name string) net.Conn {
	t.Helper()
	a := s.Addr(name)
	var d net.Dialer
	c, err := d.DialContext(t.Context(), a.Network(), a.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func send(t testing.TB, c net.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func countOf(list []listener.Count, r listener.Reason) int64 {
	i := slices.IndexFunc(list, func(c listener.Count) bool { return c.Reason == r })
	if i < 0 {
		return 0
	}
	return list[i].Lines
}

// identity is a key pair and its certificate, signed by itself or by another.
type identity struct {
	cert tls.Certificate
	leaf *x509.Certificate
}

func issue(t testing.TB, name string, by *identity) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: by == nil,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	parent, signer := tmpl, any(key)
	if by != nil {
		parent, signer = by.leaf, by.cert.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return identity{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, leaf}
}

func (i identity) sum() string {
	h := sha256.Sum256(i.leaf.Raw)
	return hex.EncodeToString(h[:])
}

func (i identity) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(i.leaf)
	return p
}

var loopback = netip.MustParseAddr("127.0.0.1")
