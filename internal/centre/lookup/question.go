// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

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
	Expert   string // LogsQL; with pipes it gives a table
	From, To time.Time
	Reason   string // 1..500 runes: whose browsing is looked at asks why
	Why      string // id of a reason given before, instead of Reason

	read     lake.Expert
	opened   Key    // the one line that is read
	incident string // id of the case that what is found goes to
	picked   int    // how many lines of it; 0: all
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
	var unread error
	if q.read, unread = lake.ReadExpert(q.Expert); unread != nil {
		bad["expert"] = "lookup.bad.expert"
	}
	if !q.From.Before(q.To) {
		bad["to"] = "lookup.bad.span"
	}
	reasoned(q.Reason, bad)
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "lookup.Check", Fields: bad, Err: unread}
	}
	return nil
}

// Table reports whether q, once it was checked, gives a table and not rows.
func (q *Question) Table() bool { return q.read.Pipes != "" }

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

// query is q for the store, without what an expert makes of the rows.
func (q *Question) query() lake.Query {
	out := lake.Query{From: q.From, To: q.To, Words: lake.Words(q.Words), Expert: q.read.Filter}
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
	if q.incident != "" {
		d["incident"] = q.incident
	}
	if q.picked > 0 {
		d["lines"] = strconv.Itoa(q.picked)
	}
	if q.opened.Block != "" {
		d["line"] = q.opened.String()
	}
	if q.More.Field != "" {
		d["where"] = strings.Join([]string{q.More.Field, q.More.Op, q.More.Value}, " ")
	}
	return d
}

// refangWhole undoes what keeps a pasted value from being a link.
func refangWhole(s string) string {
	return strings.NewReplacer("[.]", ".", "(.)", ".", "[dot]", ".", "[:]", ":").Replace(strings.TrimSpace(i18n.NFC(s)))
}

// refang is refangWhole for a name or an address: of a page, its host.
func refang(s string) string {
	s = refangWhole(s)
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
