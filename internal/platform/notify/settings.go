// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"crypto/x509"
	"net/mail"
	"regexp"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/secret"
)

// SettingName is where platform/setting keeps the Settings.
const SettingName = "mail"

// Purpose is what the password is sealed for.
const Purpose = "mail.password"

// Way is how letters leave.
type Way string

// The ways. The zero value sends nothing.
const (
	Off  Way = ""
	SMTP Way = "smtp"
	File Way = "file" // .eml files in a folder of the data: closed networks, tests
)

// Security is how the connection to the server is protected.
type Security string

// The securities.
const (
	StartTLS Security = "starttls" // must be offered, else nothing is sent
	Implicit Security = "tls"      // from the first byte, usually port 465
	Plain    Security = "none"     // open; no password is ever sent
)

// Settings are how mail leaves.
type Settings struct {
	Way      Way      `json:"way"`
	Host     string   `json:"host,omitempty"`
	Port     int      `json:"port,omitempty"`
	Security Security `json:"security,omitempty"`
	User     string   `json:"user,omitempty"`
	Password string   `json:"password,omitempty"` // sealed; see Purpose
	CA       string   `json:"ca,omitempty"`       // PEM of an own authority; empty trusts the machine's
	From     string   `json:"from,omitempty"`
	FromName string   `json:"from_name,omitempty"`
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$`)

// Check cleans s and reports what cannot work, by form field.
func (s *Settings) Check() error {
	s.Host, s.User, s.From = strings.TrimSpace(s.Host), strings.TrimSpace(s.User), strings.TrimSpace(s.From)
	s.FromName, s.CA = i18n.NFC(s.FromName), strings.TrimSpace(s.CA)
	bad := map[string]string{}
	switch s.Way {
	case Off:
		return nil
	case File:
	case SMTP:
		s.checkServer(bad)
	default:
		bad["way"] = "notify.bad.way"
	}
	if !Address(s.From) {
		bad["from"] = "notify.bad.from"
	}
	if len([]rune(s.FromName)) > 100 {
		bad["from_name"] = "notify.bad.from_name"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "notify.Check", Fields: bad}
	}
	return nil
}

func (s *Settings) checkServer(bad map[string]string) {
	if len(s.Host) > 253 || !hostForm.MatchString(s.Host) {
		bad["host"] = "notify.bad.host"
	}
	if s.Port < 1 || s.Port > 65535 {
		bad["port"] = "notify.bad.port"
	}
	switch s.Security {
	case StartTLS, Implicit:
	case Plain:
		if s.User != "" {
			bad["security"] = "notify.bad.open_password"
		}
	default:
		bad["security"] = "notify.bad.security"
	}
	if len(s.User) > 200 {
		bad["user"] = "notify.bad.user"
	}
	if s.CA != "" && (len(s.CA) > 64<<10 || !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA))) {
		bad["ca"] = "notify.bad.ca"
	}
}

// Address reports whether a mail can be sent to s: one plain address with a
// domain, without name, spaces or control characters.
func Address(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= 254 && strings.Contains(domain(s), ".")
}

// Sender is what sends under s; nil when mail is off. box opens the password;
// folder is where files go.
func (s Settings) Sender(box *secret.Box, folder string) (Sender, error) {
	switch s.Way {
	case SMTP:
		password := ""
		if s.Password != "" {
			var err error
			if password, err = box.Open(Purpose, s.Password); err != nil {
				return nil, err
			}
		}
		return &server{s, password}, nil
	case File:
		return &drawer{s, folder}, nil
	}
	return nil, nil
}
