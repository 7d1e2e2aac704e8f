// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package hunt looks back: who has ever contacted this? It feeds the memory of
// sightings (intake/sighting) with what blocks of logs rolled up to, looks in
// it for every indicator that a list brings, and answers people who ask for
// one by hand, with a written reason.
//
// What the looking back finds goes the way of what reading a log finds: the
// caller's Record puts it among the findings, dated when it happened and once.
// The memory knows no units: what a person sees is stamped with whose the
// address was and narrowed to their units in SQL.
//
// Start at Service.Remember, Service.Handler (the looking back for lists) and
// Service.Search (by hand).
package hunt

import (
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID names one hunt.
type ID string

// Question is what a person looks for: a domain name, an address, a network, an
// address and port, the hash of a file, a mailbox, the fingerprint of a TLS
// client or a page, and why.
type Question struct {
	Value    string        // as typed; Check normalises it
	Below    bool          // of a name: also all names below it; of a page: its host and all below that instead
	From, To calendar.Date // both included; zeros leave a side open
	Reason   string        // 1..500 runes: whose browsing is looked at asks why
}

// MaxReason bounds reasons, in runes.
const MaxReason = 500

// Check cleans q and fails with fault.Invalid by field: value, from, to, reason.
func (q *Question) Check() error {
	const op = "hunt.Check"
	q.Reason = i18n.NFC(q.Reason)
	bad := map[string]string{}
	value, ok := normal(q.Value, q.Below)
	if q.Value = value; !ok {
		bad["value"] = "hunt.bad.value"
	}
	if !q.From.IsZero() && !q.To.IsZero() && q.To.Compare(q.From) < 0 {
		bad["to"] = "hunt.bad.span"
	}
	for field, d := range map[string]calendar.Date{"from": q.From, "to": q.To} {
		if !d.IsZero() && sighting.DayOn(d) == 0 {
			bad[field] = "hunt.bad.day"
		}
	}
	switch n := utf8.RuneCountInString(q.Reason); {
	case n == 0:
		bad["reason"] = "hunt.bad.reason"
	case n > MaxReason:
		bad["reason"] = "hunt.bad.long"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// normal is what a person typed or pasted, perhaps made harmless as
// "bad[.]example"; of an address of the web, its host when all of that is meant.
func normal(typed string, below bool) (string, bool) {
	typed = strings.TrimSpace(i18n.NFC(typed))
	s := strings.NewReplacer("[.]", ".", "(.)", ".", "[dot]", ".", "[:]", ":", "[@]", "@", "hxxp", "http").Replace(typed)
	if _, value, ok := typeOfText(s); ok {
		return value, true
	}
	if value, ok := intel.AppendValue(nil, intel.URL, s); ok && !below && paged(string(value)) {
		return string(value), true
	}
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	if _, value, ok := typeOfText(s); ok { // a host without a name
		if t, _, _ := typeOfText(s); t == intel.Endpoint {
			value = netip.MustParseAddrPort(value).Addr().String()
		}
		return value, true
	}
	if host, _, ok := strings.Cut(s, ":"); ok {
		s = host
	}
	s = intel.Normalise(s)
	if s == "" || s == "." || len(s) > 253 || strings.ContainsAny(s, " \t\x00@") || !strings.Contains(s, ".") {
		return typed, false
	}
	return s, true
}

// asks are what the memory is asked for.
func (q Question) asks() []sighting.Ask {
	t, value, ok := typeOfText(q.Value)
	switch {
	case !ok && paged(q.Value): // with any query, and the pages of a folder
		return []sighting.Ask{{Kind: sighting.URL, Value: q.Value, Below: true}}
	case !ok:
		return []sighting.Ask{{Kind: sighting.Domain, Value: q.Value, Below: q.Below}}
	case t == intel.Network:
		return asksOf(intel.Match{Type: t, Indicator: value})
	case t == intel.MD5: // or the fingerprint of a TLS client: they look alike
		return append(asksFor(t, value), asksFor(intel.JA3, value)...)
	}
	return asksFor(t, value)
}

// paged reports whether a normal form is that of a page and not of a name.
func paged(value string) bool {
	at := strings.IndexByte(value, '/')
	return at > 0 && at < len(value)-1
}

// kind is the type of what q asks for, as package finding has words for it;
// empty for what may be of two types.
func (q Question) kind() string {
	t, _, ok := typeOfText(q.Value)
	switch {
	case !ok && paged(q.Value):
		t = intel.URL
	case !ok:
		t = intel.Domain
	case t == intel.MD5: // or a fingerprint: they look alike
		return ""
	}
	return t.String()
}

// several reports whether more than one value may answer q.
func (q Question) several() bool {
	switch q.kind() {
	case intel.Domain.String():
		return q.Below
	case intel.Network.String(), intel.URL.String():
		return true
	}
	return false
}

func (q Question) span() sighting.Span {
	return sighting.Span{From: sighting.DayOn(q.From), To: sighting.DayOn(q.To)}
}

// Hunt is one question that was asked, and what the memory held in all units:
// pages show counts of the reader's units instead.
type Hunt struct {
	ID ID
	Question
	Cut       bool   // more was found than is kept here
	Owner     string // the home unit of who asked
	By        string // account id
	ByName    string
	CreatedAt time.Time

	rows  int64
	names int64
}

// Seen is one client that asked, with whose its address was when it last did
// ("" when nobody's). Times are of the log, or of the receipt for Undated
// queries.
type Seen struct {
	ID          string
	Owner       string // owner unit of the source
	Source      string
	Addr        netip.Addr // zero when the log hides it
	Name        string     // the value it was in touch with most
	Names       int64
	Days        int64
	Queries     int64
	Undated     int64
	Roles       int64 // bit n for role n of engine/event: which part the value had; 0 when not known
	First, Last time.Time
	UnitID      string
	AddrKind    unit.AddressKind
}

// Totals are the sums of a hunt over the reader's units.
type Totals struct {
	Clients, Units, Queries, Undated int64
	First, Last                      time.Time // zero when nothing was seen
}
