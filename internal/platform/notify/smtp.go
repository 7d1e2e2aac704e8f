// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// patience is how long a server may take for one step of the dialogue.
const patience = 30 * time.Second

// server sends by SMTP, one connection a letter.
type server struct {
	Settings
	password string
}

// Send implements Sender.
func (s *server) Send(ctx context.Context, l Letter) error {
	m, err := s.message(l)
	if err != nil {
		return &Failure{Blame: Refused, Answer: cut(err.Error())}
	}
	var line net.Conn
	c, err := s.client(&line)
	if err == nil {
		err = c.DialWithContext(ctx)
	}
	if line != nil {
		// Closed without more words when something went wrong: a QUIT after half
		// a text would end the text and so send it.
		defer line.Close()
		defer context.AfterFunc(ctx, func() { line.Close() })()
	}
	if err != nil {
		return &Failure{Blame: OfServer, Code: code(err), Answer: cut(err.Error())}
	}
	err = c.Send(m)
	if m.IsDelivered() { // whatever went wrong after the server took it
		_ = c.Close() // politeness alone: the letter is taken
		return nil
	}
	return judged(err)
}

func (s *server) client(line *net.Conn) (*mail.Client, error) {
	conf := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		conf.RootCAs = x509.NewCertPool()
		conf.RootCAs.AppendCertsFromPEM([]byte(s.CA))
	}
	dial := (&net.Dialer{Timeout: patience}).DialContext
	policy := mail.TLSMandatory
	switch s.Security {
	case Plain:
		policy = mail.NoTLS
	case Implicit: // the client sees by itself that the connection is one of TLS
		policy = mail.TLSOpportunistic
		dial = (&tls.Dialer{NetDialer: &net.Dialer{Timeout: patience}, Config: conf}).DialContext
	}
	opts := []mail.Option{mail.WithPort(s.Port), mail.WithTimeout(patience), mail.WithHELO(domain(s.From)),
		mail.WithTLSConfig(conf), mail.WithTLSPolicy(policy), mail.WithoutNoop(),
		mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err == nil {
				*line = conn
			}
			return conn, err
		})}
	if s.User != "" {
		opts = append(opts, mail.WithUsername(s.User), mail.WithPassword(s.password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	return mail.NewClient(s.Host, opts...)
}

// judged says whose fault err of a dialogue is. Without an answer the
// connection broke: before the end of the text nothing was taken (RFC 5321
// §4.1.1.4), after it nobody knows.
func judged(err error) error {
	f := &Failure{Blame: OfServer, Code: code(err), Answer: cut(said(err))}
	e, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return f
	}
	f.Code = max(f.Code, e.ErrorCode())
	ofLetter := func() {
		switch f.Code / 100 {
		case 4:
			f.Blame = Deferred
		case 5:
			f.Blame = Refused
		}
		if f.Code == 421 { // service not available: the server closes the channel
			f.Blame = OfServer
		}
	}
	switch e.Reason {
	case mail.ErrGetRcpts:
		f.Blame = Refused
	case mail.ErrSMTPRcptTo, mail.ErrSMTPData:
		ofLetter()
	case mail.ErrSMTPDataClose:
		f.Blame = Unsure
		ofLetter()
	}
	return f
}

// code is the three digits a server answered with, 0 when it did not.
func code(err error) int {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Code
	}
	return 0
}

// said is the server's own words where there are any.
func said(err error) string {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Error()
	}
	if err == nil {
		return ""
	}
	words, _, _ := strings.Cut(err.Error(), ", affected ") // whose letter it was stands beside it
	return words
}

// cut bounds an answer: a server may say anything.
func cut(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 500)])
}
