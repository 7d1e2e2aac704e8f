// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package mailtest is a mail server for tests: a real one, in this process, that
// can be away, refuse, ask for patience, or take a letter and hang up. Start at
// Start.
package mailtest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/mail"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/vonggac/vonggac/internal/platform/notify"
)

// Mood is how the server answers.
type Mood int

// The moods.
const (
	Friendly     Mood = iota
	Away              // no connection is taken
	Greylisting       // 451 at the recipient
	Refusing          // 550 at the recipient
	Full              // 452 after the text
	Spam              // 554 after the text
	HangsUp           // takes the text and closes before answering
	NotSender         // 553 at the sender
	DropsEarly        // closes when the recipient is named
	ShuttingDown      // 421 at the recipient
)

// Taken is a letter the server took.
type Taken struct {
	From, To string
	Raw      []byte
	*mail.Message
}

// Server is a mail server under a test's control.
type Server struct {
	t    testing.TB
	addr string
	mu   sync.Mutex
	mood Mood
	got  []Taken
	open net.Listener
	srv  *smtp.Server
	seen int // connections

	conf           *tls.Config // nil: open
	implicit       bool
	user, password string // empty: asks for none
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, addr: own() + ":0"}
	s.listen()
	t.Cleanup(func() { s.Be(Away) })
	return s
}

// own is an address of this machine that no other test listens on, so that the
// port of a server that is away stays free for its return.
func own() string {
	if runtime.GOOS == "darwin" { // has 127.0.0.1 alone
		return "127.0.0.1"
	}
	n := rand.Uint32()
	return netip.AddrFrom4([4]byte{127, byte(n>>16)%254 + 1, byte(n >> 8), byte(n)%254 + 1}).String()
}

// StartTLS runs a server that asks for a name and a password and protects the
// connection by conf: from its first byte when implicit, else by STARTTLS.
func StartTLS(t testing.TB, conf *tls.Config, implicit bool, user, password string) *Server {
	t.Helper()
	s := &Server{t: t, addr: "127.0.0.1:0", conf: conf, implicit: implicit, user: user, password: password}
	s.listen()
	t.Cleanup(func() { s.Be(Away) })
	return s
}

func (s *Server) listen() {
	ln, err := net.Listen("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen++
		return &session{s: s, conn: c}, nil
	}))
	srv.Domain = "mail.example"
	switch {
	case s.conf != nil && s.implicit:
		ln = tls.NewListener(ln, s.conf)
	case s.conf != nil:
		srv.TLSConfig = s.conf
	}
	s.open, s.srv = ln, srv
	go func() { _ = srv.Serve(ln) }() // ends with the listener, which is the test's will
}

// Be changes the server's mood. Away closes its port; anything else opens the
// same port again.
func (s *Server) Be(m Mood) {
	s.mu.Lock()
	was := s.mood
	s.mood = m
	s.mu.Unlock()
	switch {
	case m == Away && was != Away:
		// The server forgets a listener it has not begun to serve: close both.
		if err := s.open.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.t.Error(err)
		}
		if err := s.srv.Close(); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, smtp.ErrServerClosed) {
			s.t.Error(err)
		}
	case m != Away && was == Away:
		s.listen()
	}
}

// Taken are the letters the server took, in order.
func (s *Server) Taken() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Taken(nil), s.got...)
}

// Connections is how many there were.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// Settings are those that send to the server.
func (s *Server) Settings() notify.Settings {
	host, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		s.t.Fatal(err)
	}
	return notify.Settings{Way: notify.SMTP, Host: host, Port: n, Security: notify.Plain, From: "vonggac@mau.example"}
}

type session struct {
	s        *Server
	conn     *smtp.Conn
	from, to string
	signedIn bool
}

func (c *session) mood() Mood {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.s.mood
}

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	c.from = from
	if c.s.user != "" && !c.signedIn {
		return smtp.ErrAuthRequired
	}
	if c.mood() == NotSender {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "sender not owned"}
	}
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = to
	switch c.mood() {
	case Greylisting:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, come again"}
	case Refusing:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case ShuttingDown:
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "shutting down"}
	case DropsEarly:
		return c.conn.Conn().Close()
	}
	return nil
}

func (c *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch c.mood() {
	case Full:
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
	case Spam:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "looks like spam"}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	c.s.mu.Lock()
	c.s.got = append(c.s.got, Taken{c.from, c.to, raw, m})
	c.s.mu.Unlock()
	if c.mood() == HangsUp {
		return c.conn.Conn().Close()
	}
	return nil
}

// AuthMechanisms implements smtp.AuthSession.
func (c *session) AuthMechanisms() []string {
	if c.s.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != c.s.user || password != c.s.password {
			return smtp.ErrAuthFailed
		}
		c.signedIn = true
		return nil
	}), nil
}

func (c *session) Reset()        {}
func (c *session) Logout() error { return nil }
