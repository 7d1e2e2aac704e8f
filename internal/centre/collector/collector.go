// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package collector keeps the collectors that stand at units' sites: who they
// are, which of their senders mean which source, and which of their numbered
// blocks have come, over the network or on a stick. What a line is of is decided
// here: a collector says by which way it came, never of which source it is.
//
// A collector proves who it is by a certificate of the centre's own authority,
// for which it shows a code once. This file knows no SQL and no HTTP.
package collector

import (
	"cmp"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies a collector, WayID one of its ways, BundleID an accepted bundle.
type (
	ID       string
	WayID    string
	BundleID string
)

// Collector is one collector. Times are UTC, zero while they have not come.
type Collector struct {
	ID        ID
	Name      string // 1..100 runes
	Unit      string // whose site it stands at
	Note      string
	CreatedAt time.Time
	Version   int64

	CodeUntil  time.Time // of the last code; zero when there is none that could be used
	CodeUsedAt time.Time
	Series     int64 // how often it was enrolled; part of its name for blocks
	EnrolledAt time.Time
	CertEnds   time.Time
	RevokedAt  time.Time
	Reason     string // of revoking

	SeenAt  time.Time     // last report
	Skew    time.Duration // its clock less the centre's, at the last report
	Said    edge.Hello    // the last report
	TakenAt time.Time     // last block
	Reached time.Time     // when that was received, by the centre's clock
	Rhythm  int64         // minutes within which it is to be heard of; 0 is 5

	First    uint64       // number the account begins with; 0 before the first report
	Have     edge.Numbers // numbers that came
	Blocks   int64
	Lines    int64
	Bytes    int64
	Repeated int64 // blocks that came again
	Refused  int64 // blocks of ways that the centre does not know

	waysAt   int64
	key      string // public key, base64 of PKIX DER
	progress int64
	sumOf    uint64
	sum      string
	code     string // hash
	said     string
	cert     string
}

// State is how a collector does.
type State string

// The states. A worse one hides a better.
const (
	Revoked State = "revoked"
	Lapsed  State = "lapsed"  // its code ran out before it was used
	Waiting State = "waiting" // for its code to be used
	Copied  State = "copied"  // its folder is a copy of an older state
	Full    State = "full"    // its spool has no room
	Silent  State = "silent"  // not heard of
	Near    State = "near"    // its spool soon has no room
	Behind  State = "behind"  // what comes was received long before
	Fine    State = "fine"
)

// States lists all states in the order pages offer them.
func States() []State {
	return []State{Fine, Behind, Near, Silent, Full, Copied, Waiting, Lapsed, Revoked}
}

// Rhythms are the choices of how often a collector is to be heard of, in
// minutes: with a link always, without one as often as somebody carries it.
func Rhythms() []int64 { return []int64{5, 30, 120, 1440, 7 * 1440, 31 * 1440} }

func (c *Collector) rhythm() time.Duration { return time.Duration(cmp.Or(c.Rhythm, 5)) * time.Minute }

// silent reports that it is not heard of within its rhythm.
func (c *Collector) silent(now time.Time) bool { return now.Sub(c.Heard()) > c.rhythm() }

// State is how c does at now.
func (c *Collector) State(now time.Time) State {
	switch {
	case !c.RevokedAt.IsZero():
		return Revoked
	case c.EnrolledAt.IsZero() && now.After(c.CodeUntil):
		return Lapsed
	case c.EnrolledAt.IsZero():
		return Waiting
	case c.Said.Diverged:
		return Copied
	case c.silent(now):
		return Silent
	case !c.Said.FullSince.IsZero():
		return Full
	case c.nearlyFull():
		return Near
	case c.slow(now):
		return Behind
	}
	return Fine
}

// Check cleans c and reports what cannot be stored, by form field.
func (c *Collector) Check() error {
	c.Name, c.Note = strings.TrimSpace(i18n.NFC(c.Name)), i18n.NFC(c.Note)
	bad := map[string]string{}
	if n := utf8.RuneCountInString(c.Name); n < 1 || n > 100 {
		bad["name"] = "collector.bad.name"
	}
	if c.Unit == "" {
		bad["unit"] = "collector.bad.unit"
	}
	if utf8.RuneCountInString(c.Note) > 500 {
		bad["note"] = "collector.bad.note"
	}
	if c.Rhythm = cmp.Or(c.Rhythm, 5); !slices.Contains(Rhythms(), c.Rhythm) {
		bad["rhythm"] = "collector.bad.rhythm"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "collector.Check", Fields: bad}
	}
	return nil
}

// lost are the numbers the collector says it never will bring.
func (c *Collector) lost() edge.Numbers {
	lost, err := edge.ParseNumbers(c.Said.Lost)
	if err != nil {
		return nil // checked when it was said
	}
	if c.Said.Oldest > 1 {
		lost = lost.Add(1, c.Said.Oldest-1)
	}
	return lost
}

// Next is the number the centre wants: the lowest that has not come and that
// the collector still has.
func (c *Collector) Next() uint64 {
	n := max(c.First, 1)
	for lost := c.lost(); ; {
		m := lost.Next(c.Have.Next(n))
		if m == n {
			return n
		}
		n = m
	}
}

// Missing are the numbers below the highest that have not come.
func (c *Collector) Missing() edge.Numbers { return c.Have.Missing(max(c.First, 1)) }

// Gone are those of Missing that the collector has not got any more.
func (c *Collector) Gone() edge.Numbers {
	var out edge.Numbers
	for _, m := range c.Missing() {
		for _, l := range c.lost() {
			if first, last := max(m.First, l.First), min(m.Last, l.Last); first <= last {
				out = out.Add(first, last)
			}
		}
	}
	return out
}

// Backlog is how many blocks lie at the collector and have not come.
func (c *Collector) Backlog() int64 {
	if c.Said.Next == 0 {
		return 0
	}
	n := int64(c.Said.Next) - int64(c.Next())
	for _, s := range c.Have {
		if s.First > c.Next() {
			n -= int64(s.Last - s.First + 1)
		}
	}
	return max(0, n)
}

// Way is what comes to a collector from some senders: it is one source.
type Way struct {
	ID        WayID
	Collector ID
	Source    string
	Owner     string // the source's owner unit
	Kind      string // as listeners call it
	Listener  string // its name at the collector; "" is any
	Network   string // sender's address or network; "" is any
	Host      string // HOSTNAME of the syslog header; "" is any
	Path      string // of followed files: a pattern as of path.Match
	Lines     int64  // most lines a second; 0 is without limit
	Bytes     int64  // most bytes a second; 0 is without limit
	Off       bool
	Note      string
	CreatedAt time.Time
	Version   int64

	token string // SHA-256 of the token, hexadecimal
}

// Kinds lists the kinds of ways in the order pages offer them.
func Kinds() []string {
	return []string{"syslog-udp", "syslog-tcp", "syslog-tls", "http", "dnstap", "netflow", "file"}
}

// Check cleans w and reports what cannot be stored, by form field.
func (w *Way) Check() error {
	bad := map[string]string{}
	w.Note, w.Listener = i18n.NFC(w.Note), strings.TrimSpace(w.Listener)
	w.Host = strings.TrimRight(strings.ToLower(strings.TrimSpace(w.Host)), ".")
	w.Path = strings.ReplaceAll(strings.TrimSpace(w.Path), `\`, "/")
	unfit := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	if utf8.RuneCountInString(w.Note) > 500 {
		bad["note"] = "collector.bad.note"
	}
	if len(w.Listener) > 64 || strings.ContainsFunc(w.Listener, unfit) {
		bad["listener"] = "collector.bad.listener"
	}
	if len(w.Host) > 255 || strings.ContainsFunc(w.Host, unfit) {
		bad["host"] = "collector.bad.host"
	}
	if w.Network = strings.TrimSpace(w.Network); w.Network != "" {
		p, ok := parseNetwork(w.Network)
		if !ok {
			bad["network"] = "collector.bad.network"
		} else {
			w.Network = p.String()
		}
	}
	if _, err := path.Match(w.Path, ""); err != nil || len(w.Path) > 500 || strings.ContainsFunc(w.Path, unicode.IsControl) ||
		(w.Path != "") != (w.Kind == "file") {
		bad["path"] = "collector.bad.path"
	}
	if w.Lines < 0 {
		bad["lines"] = "collector.bad.quota"
	}
	if w.Bytes < 0 {
		bad["bytes"] = "collector.bad.quota"
	}
	if !slices.Contains(Kinds(), w.Kind) {
		bad["kind"] = "collector.bad.kind"
	}
	if w.Source == "" {
		bad["source"] = "collector.bad.source"
	}
	if w.Host != "" && (w.Kind == "http" || w.Kind == "file" || w.Kind == "netflow") {
		bad["host"] = "collector.bad.not_of_kind"
	}
	if w.Network != "" && w.Kind == "file" {
		bad["network"] = "collector.bad.not_of_kind"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "collector.Way.Check", Fields: bad}
	}
	return nil
}

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

// fits is what w asks of a sender as one text: two ways of a collector with the
// same would fit the same senders equally well.
func (w *Way) fits() string {
	if w.Off {
		return string(w.ID)
	}
	return strings.Join([]string{string(w.Collector), w.Kind, w.Listener, w.Network, w.Host, w.token, w.Path}, "\n")
}

// edge is w as the collector is told.
func (w *Way) edge() edge.Way {
	return edge.Way{ID: string(w.ID), Kind: w.Kind, Listener: w.Listener, Network: w.Network, Host: w.Host, Path: w.Path, Token: w.token,
		Lines: w.Lines, Bytes: w.Bytes}
}

// Bundle is a bundle that was accepted.
type Bundle struct {
	ID          BundleID
	Collector   ID
	Number      int64
	Sum         string // SHA-256 of the file
	MadeAt      time.Time
	TakenAt     time.Time
	TakenBy     string
	First, Last int64
	Taken       int64
	Repeated    int64
	Refused     int64
	Missing     string
	Receipt     string // the file for the collector
}
