// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"encoding/hex"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// WayID identifies a way in.
type WayID string

// WayKind is the protocol of a way in.
type WayKind string

// The kinds, as listeners name them.
const (
	SyslogUDP WayKind = "syslog-udp"
	SyslogTCP WayKind = "syslog-tcp"
	SyslogTLS WayKind = "syslog-tls"
	HTTP      WayKind = "http"
	Tail      WayKind = "file"
	Dnstap    WayKind = "dnstap"
	NetFlow   WayKind = "netflow"
)

// WayKinds lists all kinds in the order pages offer them.
func WayKinds() []WayKind {
	return []WayKind{SyslogUDP, SyslogTCP, SyslogTLS, HTTP, Dnstap, NetFlow, Tail}
}

// Way is one way in: what a sender must be like to send as the source. All
// that is given must fit; of several ways that fit a sender the most specific
// is taken: a certificate before a token, a token before a host name, a host
// name before none, the longer prefix of the address before the shorter, a
// named listener before any.
type Way struct {
	ID          WayID
	Source      ID
	Owner       string // the source's owner unit
	Kind        WayKind
	Listener    string // its name in the configuration; "" is any
	Network     string // sender's address or network, "10.1.2.0/24"; "" is any
	Host        string // HOSTNAME of the syslog header, or identity of dnstap, lower case; "" is any
	Relay       bool   // the sender relays lines of several hosts, each of which is asked for by its host
	Certificate string // SHA-256 of the client certificate, 64 hexadecimal digits; "" is any
	Path        string // of tailed files: a pattern as of path.Match
	Lines       int64  // most lines a second; 0 is without limit
	Bytes       int64  // most bytes a second; 0 is without limit
	Off         bool
	Note        string
	TokenAt     time.Time // when its token was made; zero without one
	CreatedAt   time.Time
	Version     int64

	token string // SHA-256 of the token, hexadecimal; "" without
}

// HasToken reports whether senders must show a token.
func (w *Way) HasToken() bool { return w.token != "" }

// mostListener and mostHost are how long the names may be, in bytes.
const (
	mostListener = 120
	mostHost     = 255
	mostPath     = 500
)

// Check cleans w and reports what cannot be stored, by form field.
func (w *Way) Check() error {
	bad := map[string]string{}
	w.clean(bad)
	if !slices.Contains(WayKinds(), w.Kind) {
		bad["kind"] = "source.way.bad.kind"
	} else if field, why := w.fitsKind(); why != "" && bad[field] == "" {
		bad[field] = why
	}
	if w.Lines < 0 {
		bad["lines"] = "source.way.bad.quota"
	}
	if w.Bytes < 0 {
		bad["bytes"] = "source.way.bad.quota"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "source.Way.Check", Fields: bad}
	}
	return nil
}

func (w *Way) clean(bad map[string]string) {
	w.Note = i18n.NFC(w.Note)
	w.Listener = strings.TrimSpace(w.Listener)
	if utf8.RuneCountInString(w.Note) > 500 {
		bad["note"] = "source.way.bad.note"
	}
	if len(w.Listener) > mostListener || strings.ContainsFunc(w.Listener, unfit) {
		bad["listener"] = "source.way.bad.listener"
	}
	w.Host = foldHost(strings.TrimSpace(w.Host))
	if len(w.Host) > mostHost || strings.ContainsFunc(w.Host, unfit) {
		bad["host"] = "source.way.bad.host"
	}
	if w.Network = strings.TrimSpace(w.Network); w.Network != "" {
		p, ok := parseNetwork(w.Network)
		if !ok {
			bad["network"] = "source.way.bad.network"
		} else {
			w.Network = p.String()
		}
	}
	w.Certificate = strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(w.Certificate))
	if raw, err := hex.DecodeString(w.Certificate); err != nil || len(raw) != 32 && len(raw) != 0 {
		bad["certificate"] = "source.way.bad.certificate"
	}
	w.Path = slashes(strings.TrimSpace(w.Path))
	if _, err := path.Match(w.Path, ""); err != nil || len(w.Path) > mostPath || strings.ContainsFunc(w.Path, unicode.IsControl) {
		bad["path"] = "source.way.bad.path"
	}
}

func unfit(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func slashes(p string) string { return strings.ReplaceAll(p, `\`, "/") }

// foldHost makes host names that name the same host the same text.
func foldHost(host string) string { return strings.TrimRight(strings.ToLower(host), ".") }

// parseNetwork reads an address or a network. IPv4 in IPv6 is IPv4.
func parseNetwork(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

// fitsKind says which field of w its kind cannot have, or lacks.
func (w *Way) fitsKind() (field, why string) {
	const not, lacks = "source.way.bad.not_of_kind", "source.way.bad.anyone"
	switch {
	case w.Path != "" && w.Kind != Tail:
		return "path", not
	case w.Certificate != "" && w.Kind != SyslogTLS && w.Kind != HTTP:
		return "certificate", not
	case w.Host != "" && (w.Kind == HTTP || w.Kind == Tail || w.Kind == NetFlow):
		return "host", not
	case w.Relay && w.Kind != SyslogTCP && w.Kind != SyslogTLS:
		return "relay", not
	case w.Relay && w.Host == "":
		return "host", "source.way.bad.relay"
	case w.Network != "" && w.Kind == Tail:
		return "network", not
	}
	switch w.Kind {
	case Tail:
		if w.Path == "" {
			return "path", "source.way.bad.path"
		}
	case HTTP: // a token is made when there is no certificate
	default:
		if w.Listener == "" && w.Network == "" && w.Host == "" && w.Certificate == "" {
			return "network", lacks
		}
	}
	return "", ""
}

// fits is what w asks of a sender as one text: two ways with the same would fit
// the same senders equally well.
func (w *Way) fits() string {
	return strings.Join([]string{string(w.Kind), w.Listener, w.Network, w.Host, w.Certificate, w.token, w.Path}, "\n")
}

// shape is which of the conditions a way has. Ways of one shape are told apart
// by their values alone.
type shape struct {
	certificate, token, host bool
	v6                       bool // the network's family
	bits                     int  // of the network; -1 without
	listener                 bool
}

// before orders shapes, the more specific first.
func (s shape) before(o shape) int {
	return cmp.Or(first(s.certificate, o.certificate), first(s.token, o.token), first(s.host, o.host),
		cmp.Compare(o.bits, s.bits), first(s.listener, o.listener), first(s.v6, o.v6))
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// values are the conditions of a way, and what a sender shows of them.
type values struct {
	certificate, host, listener string
	token                       [32]byte
	network                     netip.Prefix
}

// limit is a quota as a page shows it.
func limit(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
