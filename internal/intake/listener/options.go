// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// Options is what a Server needs. Appender and Directory are required.
type Options struct {
	Appender  stream.Appender
	Directory Directory
	Listeners []Listen
	State     string           // folder for the positions in followed files; made when missing; required when a listener is of kind File
	Now       func() time.Time // time.Now when nil
	Log       *slog.Logger     // discards when nil
	Limits    Limits
}

// Listen is one listener.
type Listen struct {
	Name    string // 1 to 120 bytes, different from all others
	Kind    Kind
	Address string // host:port; port 0 takes a free one; of Dnstap also the path of a socket; not of File

	// TLS holds the server's certificate. SyslogTLS needs it, HTTP needs it
	// beyond loopback, other kinds have none. A client certificate is always
	// asked for and never required: what a peer may do without one is the
	// Directory's matter.
	TLS *tls.Config
	// ClientCAs, when set, must have signed every client certificate that is
	// shown. When nil any certificate is taken, and only its SHA-256 counts.
	ClientCAs *x509.CertPool

	ReceiveBuffer int      // bytes the kernel keeps of SyslogUDP and NetFlow; 16 MiB when 0
	Paths         []string // of File: patterns as of filepath.Match, absolute
}

// Limits bound what senders can use up. Zero values mean the given defaults.
type Limits struct {
	Memory      int64         // bytes of lines not yet stored, over all ways; 256 MiB
	Begun       int64         // bytes of begun lines over all connections; 64 MiB
	Connections int           // of one TCP, TLS or HTTP listener; 20000
	Address     int           // of these, from one address; 2000
	Requests    int           // HTTP requests read at once, of one listener; 64
	Body        int64         // bytes of an HTTP body, as sent and also unpacked; 64 MiB
	Line        time.Duration // from the first byte of a line to its last; 60 s
	First       time.Duration // from the start of a connection to its first line; 5 min
	Handshake   time.Duration // of TLS; 10 s
	Request     time.Duration // from the first byte of an HTTP request to its answer; 2 min
	Run         time.Duration // a line waits for more before its block is stored; 1 s
	Poll        time.Duration // between two looks at followed files; 1 s
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Memory:      cmp.Or(l.Memory, 256<<20),
		Begun:       cmp.Or(l.Begun, 64<<20),
		Connections: cmp.Or(l.Connections, 20000),
		Address:     cmp.Or(l.Address, 2000),
		Requests:    cmp.Or(l.Requests, 64),
		Body:        cmp.Or(l.Body, 64<<20),
		Line:        cmp.Or(l.Line, time.Minute),
		First:       cmp.Or(l.First, 5*time.Minute),
		Handshake:   cmp.Or(l.Handshake, 10*time.Second),
		Request:     cmp.Or(l.Request, 2*time.Minute),
		Run:         cmp.Or(l.Run, time.Second),
		Poll:        cmp.Or(l.Poll, time.Second),
	}
}

const (
	longestLine = 1 << 20   // bytes of a line, its newline not counted; engine/format takes as many
	fullRun     = 256 << 10 // bytes of lines at which a block is stored without waiting
	mostRun     = 512 << 10 // and while others of its way wait for the stream
	inFlight    = 4         // blocks of a way not yet stored before its senders have to wait
	mostName    = 120       // bytes of a listener's name
	quietPace   = 20 * time.Millisecond
	// between two blocks that are stored because time is up: 50 a second over all ways
)

// check names everything that is wrong with o.
func (o Options) check() error {
	var bad []error
	if o.Appender == nil || o.Directory == nil {
		bad = append(bad, errors.New("an appender and a directory are required"))
	}
	var names []string
	for _, l := range o.Listeners {
		if slices.Contains(names, l.Name) {
			bad = append(bad, fmt.Errorf("listener %q: there are two of this name", l.Name))
		}
		names = append(names, l.Name)
		if err := l.check(); err != nil {
			bad = append(bad, fmt.Errorf("listener %q: %w", l.Name, err))
		}
		if l.Kind == File && o.State == "" {
			bad = append(bad, fmt.Errorf("listener %q: no folder for the positions in files", l.Name))
		}
	}
	return errors.Join(bad...)
}

func (l Listen) check() error {
	if len(l.Name) < 1 || len(l.Name) > mostName {
		return fmt.Errorf("the name has 1 to %d bytes", mostName)
	}
	if l.Kind == File {
		return l.checkPaths()
	}
	if l.Kind == Dnstap && filepath.IsAbs(l.Address) {
		return nil
	}
	if _, _, err := net.SplitHostPort(l.Address); err != nil {
		return fmt.Errorf("address %q: want host:port", l.Address)
	}
	switch l.Kind {
	case SyslogUDP, SyslogTCP, Dnstap, NetFlow:
		return nil
	case SyslogTLS:
		if l.TLS == nil {
			return errors.New("it has no server certificate")
		}
		return nil
	case HTTP:
		if l.TLS == nil && !isLoopback(l.Address) {
			return fmt.Errorf("address %q is open to others and has no server certificate: tokens would go in the clear", l.Address)
		}
		return nil
	}
	return fmt.Errorf("kind %q is not known", l.Kind)
}

func (l Listen) checkPaths() error {
	if len(l.Paths) == 0 {
		return errors.New("it has no paths")
	}
	for _, p := range l.Paths {
		if _, err := filepath.Match(p, ""); err != nil {
			return fmt.Errorf("path %q: %w", p, err)
		}
		if !filepath.IsAbs(p) {
			return fmt.Errorf("path %q: want an absolute path", p)
		}
	}
	return nil
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
