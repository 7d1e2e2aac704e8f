// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"net/netip"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Question is which events a person looks for, and why. Empty parts ask for
// nothing; all others apply together.
type Question struct {
	Words    string // in the raw line, as lake.Words reads them
	Addr     string // of either end: an address or an IPv4 network
	Name     string // of a host, and all names below it
	User     string // or a part of it
	Class    string
	Source   string // id
	Unit     string // id of the source's owner unit
	More     Compare
	Exact    []Pair // what was chosen from answers
	Expert   string // LogsQL
	From, To time.Time
	Reason   string // 1..500 runes: whose browsing is looked at asks why
}

// Compare is a further condition on any field. Op is a key of ops.
type Compare struct {
	Field, Op, Value string
	Not              bool
}

// Pair is a field and the very value it has.
type Pair struct{ Field, Value string }

// Limits of a question.
const (
	MaxReason = 500 // runes
	maxWords  = 1000
	maxText   = 2000
	maxExact  = 20
)

var ops = map[string]lake.Op{"is": lake.Is, "begins": lake.Begins, "contains": lake.Contains, "between": lake.Between,
	"network": lake.Network, "matches": lake.Matches, "present": lake.Present}

// opOrder is the order in which a form offers them.
var opOrder = []string{"is", "contains", "begins", "network", "between", "matches", "present"}

var classes = []lake.Class{lake.DNSActivity, lake.HTTPActivity, lake.NetworkActivity, lake.DetectionFinding, lake.Authentication, lake.EmailActivity,
	lake.ProcessActivity, lake.FileHosting, lake.BaseEvent}

// Check cleans q and fails with fault.Invalid by field: q, addr, name, field,
// value, expert, from, to, reason.
func (q *Question) Check() error {
	q.Reason = i18n.NFC(q.Reason)
	q.Addr, q.Name = refang(q.Addr), strings.Trim(strings.ToLower(refang(q.Name)), ".")
	q.User, q.More.Field = strings.TrimSpace(q.User), strings.TrimSpace(q.More.Field)
	bad := map[string]string{}
	if len(q.Words) > maxWords || len(lake.Words(q.Words)) > lake.MaxParts-maxExact-10 {
		bad["q"] = "lookup.bad.long"
	}
	if q.Addr != "" && !address(q.Addr) {
		bad["addr"] = "lookup.bad.addr"
	}
	if len(q.Name) > 253 || strings.ContainsAny(q.Name, " \t/\x00") {
		bad["name"] = "lookup.bad.name"
	}
	if len(q.User) > maxText {
		bad["user"] = "lookup.bad.long"
	}
	q.More.check(bad)
	for _, p := range q.Exact {
		if !lake.FieldName(p.Field) || len(p.Value) > maxText || len(q.Exact) > maxExact {
			bad["field"] = "lookup.bad.exact"
		}
	}
	if len(q.Expert) > lake.MaxExpert {
		bad["expert"] = "lookup.bad.expert.long"
	}
	if !q.From.Before(q.To) {
		bad["to"] = "lookup.bad.span"
	}
	switch n := utf8.RuneCountInString(q.Reason); {
	case n == 0:
		bad["reason"] = "lookup.bad.reason"
	case n > MaxReason:
		bad["reason"] = "lookup.bad.reason.long"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "lookup.Check", Fields: bad}
	}
	return nil
}

func (c Compare) check(bad map[string]string) {
	switch op, known := ops[c.Op]; {
	case c.Field == "" && c.Value == "":
	case !lake.FieldName(c.Field):
		bad["field"] = "lookup.bad.field"
	case !known:
		bad["op"] = "lookup.bad.op"
	case len(c.Value) > maxText:
		bad["value"] = "lookup.bad.long"
	case op == lake.Present:
	case c.Value == "":
		bad["value"] = "lookup.bad.value"
	case op == lake.Network && !address(c.Value):
		bad["value"] = "lookup.bad.addr"
	case op == lake.Between && len(c.values()) != 2:
		bad["value"] = "lookup.bad.between"
	}
}

// values are what the field is compared with.
func (c Compare) values() []string {
	switch ops[c.Op] {
	case lake.Present:
		return nil
	case lake.Between:
		low, high, _ := strings.Cut(c.Value, "..")
		if low, high = strings.TrimSpace(low), strings.TrimSpace(high); low == "" || high == "" {
			return nil
		}
		return []string{low, high}
	}
	return []string{c.Value}
}

// The fields in which the ends and the names of an event stand.
var (
	addressFields = []string{"dst_endpoint.ip"}
	nameFields    = []string{"dst_endpoint.hostname", "tls.sni", "url.url_string"}
)

// query is q for the store.
func (q *Question) query() lake.Query {
	out := lake.Query{From: q.From, To: q.To, Words: lake.Words(q.Words), Expert: q.Expert}
	add := func(value string, c lake.Condition) {
		if value != "" {
			c.Values = []string{value}
			out.Where = append(out.Where, c)
		}
	}
	add(q.Source, lake.Condition{Field: lake.FieldSource})
	add(q.Unit, lake.Condition{Field: lake.FieldOwner})
	add(q.Class, lake.Condition{Field: lake.FieldClass})
	add(q.Addr, lake.Condition{Field: "src_endpoint.ip", Also: addressFields, Op: lake.Network})
	add(q.User, lake.Condition{Field: "actor.user.name", Op: lake.Contains})
	if q.Name != "" { // the host of a page as well, never the middle of another name
		add(`(^|[./@])`+regexp.QuoteMeta(q.Name)+`($|[:/?#])`, lake.Condition{Field: "query.hostname", Also: nameFields, Op: lake.Matches})
	}
	for _, p := range q.Exact {
		add(p.Value, lake.Condition{Field: p.Field})
	}
	if q.More.Field != "" {
		out.Where = append(out.Where, lake.Condition{Field: q.More.Field, Op: ops[q.More.Op], Values: q.More.values(), Not: q.More.Not})
	}
	return out
}

// detail is q for the audit trail.
func (q *Question) detail() map[string]any {
	d := map[string]any{"from": q.From.UTC().Format(time.RFC3339), "to": q.To.UTC().Format(time.RFC3339), "reason": q.Reason}
	for name, value := range map[string]string{"words": q.Words, "address": q.Addr, "name": q.Name, "user": q.User, "class": q.Class, "source": q.Source,
		"asked_unit": q.Unit, "expert": q.Expert} {
		if value != "" {
			d[name] = value
		}
	}
	var exact []string
	for _, p := range q.Exact {
		exact = append(exact, p.Field+"="+p.Value)
	}
	if exact != nil {
		d["chosen"] = strings.Join(exact, "; ")
	}
	if q.More.Field != "" {
		d["where"] = strings.Join([]string{q.More.Field, q.More.Op, q.More.Value}, " ")
	}
	return d
}

// refang undoes what keeps a pasted name or address from being a link.
func refang(s string) string {
	s = strings.NewReplacer("[.]", ".", "(.)", ".", "[dot]", ".", "[:]", ":").Replace(strings.TrimSpace(i18n.NFC(s)))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s, _, _ = strings.Cut(rest, "/")
	}
	return s
}

// address reports whether s is an address, or a network that can be searched.
func address(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	p, err := netip.ParsePrefix(s)
	return err == nil && (p.Addr().Is4() || p.IsSingleIP())
}
