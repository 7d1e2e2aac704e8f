// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package notify takes letters to people by mail: a server (SMTP) or a folder
// of .eml files where there is none, and the outbox between what happened and
// the server's answer. It knows no room: whom a letter is for and what it says
// comes from a function, at the moment of sending. Start at Outbox and Sender.
//
// # Once, as far as SMTP can
//
// A letter is marked as being sent, and that is committed, before the server is
// spoken to; the answer is committed at once. A lease keeps a second process
// away. One window remains, which SMTP itself leaves open (RFC 1047): the
// server took the letter and its answer, or our commit of it, was lost. Such a
// letter is tried again, at most three times, under the same Message-ID and
// without anything added, so that the receiver can tell that it is the same.
package notify

import (
	"context"
	"embed"
	"fmt"
	"io"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
)

// Migrations hold the schema of the outbox.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the sentences of the package.
//
//go:embed messages.yaml
var Messages embed.FS

// Letter is one mail to one person.
type Letter struct {
	ID          string // of the outbox row; the Message-ID is made of it
	To, Name    string // address and name of the person
	Subject     string
	Text, HTML  string
	Unsubscribe string // where its reader chooses what comes by mail; a full address
	Date        time.Time
	Urgent      bool
}

// Blame says whose fault it is that a letter was not taken, and so what to do
// with it.
type Blame string

// The blames.
const (
	OfServer Blame = "server"   // no letter would be taken now: all wait
	Deferred Blame = "deferred" // this letter is to come again later
	Refused  Blame = "refused"  // this letter will never be taken
	Unsure   Blame = "unsure"   // it may have been taken
)

// Failure is why a letter was not taken.
type Failure struct {
	Blame  Blame
	Code   int    // of SMTP (RFC 5321 §4.2); 0 without an answer
	Answer string // what the server said, or what went wrong on the way
}

// Error is for people who run the centre and may hold addresses: it is kept in
// the outbox, not logged.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %s", f.Blame, f.Answer) }

// Sender hands letters over. Its error is a *Failure; nil means that the
// letter was taken.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// message is l as it goes over the wire, from the address of s.
func (s Settings) message(l Letter) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP), mail.WithNoDefaultUserAgent(),
		mail.WithBoundary(strings.ReplaceAll(l.ID, "-", "")))
	if err := m.From(address(s.FromName, s.From)); err != nil {
		return nil, fmt.Errorf("address of the sender: %w", err)
	}
	if err := m.AddTo(address(l.Name, l.To)); err != nil {
		return nil, fmt.Errorf("address of the recipient: %w", err)
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(l.Date)
	m.SetMessageIDWithValue(l.ID + "@" + domain(s.From))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	if l.Unsubscribe != "" {
		m.SetListUnsubscribe(l.Unsubscribe)
	}
	if l.Urgent {
		m.SetImportance(mail.ImportanceHigh)
	}
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, l.HTML)
	}
	return m, nil
}

// Write writes l as a file that mail programs open (RFC 5322).
func (s Settings) Write(w io.Writer, l Letter) error {
	m, err := s.message(l)
	if err != nil {
		return err
	}
	_, err = m.WriteTo(w)
	return err
}

// address is a mailbox (RFC 5322 §3.4) whose name may hold any sign, quotes too,
// but what cannot be seen and the backslash: net/mail writes one into an encoded
// word, and reads none there.
func address(name, at string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, name)
	return (&netmail.Address{Name: name, Address: at}).String()
}

func domain(address string) string {
	_, host, _ := strings.Cut(address, "@")
	return host
}
