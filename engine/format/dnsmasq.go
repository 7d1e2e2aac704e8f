// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// dnsmasq reads the query log of dnsmasq and of Pi-hole, which is built on it
// (dnsmasq(8), --log-queries), in a file or through syslog:
//
//	Aug 25 20:25:46 dnsmasq[2890]: query[A] example.com from 192.0.2.5
//	Aug 25 20:25:46 dnsmasq[2890]: 17 192.0.2.5/49152 query[AAAA] example.com from 192.0.2.5
//
// "auth[A]" is a query to the authoritative side. What dnsmasq asks of others
// is forwarded; every "... is ..." is an answer.
type dnsmasq struct{ clock clock }

func newDnsmasq(opt Options) Reader { return textGuard(&dnsmasq{newClock(opt)}, opt) }

func (r *dnsmasq) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	h := r.clock.head(s)
	if h.bad {
		return into, reject(BadTime)
	}
	msg := trimSerial(h.rest)
	ours := strings.HasPrefix(h.tag, "dnsmasq") || strings.HasPrefix(h.tag, "pihole")
	verb, rest, _ := strings.Cut(msg, " ")
	kind, isQuery := queryKind(verb)
	switch {
	case isQuery:
		name, client, ok := cutLast(rest, " from ")
		if !ok {
			return into, reject(MissField)
		}
		if name == "<name unprintable>" {
			return into, reject(BadName)
		}
		q := question{at: h.at, client: strings.TrimSpace(client), name: name, kind: kind}
		return q.appendTo(into)
	case strings.HasPrefix(verb, "dnssec-query["), strings.HasPrefix(verb, "dnssec-retry["),
		verb == "forwarded" && strings.Contains(rest, " to "):
		return into, skip(Forwarded)
	case strings.Contains(rest, " is ") && (ours || isAnswerVerb(verb)):
		return into, skip(Answer)
	case ours:
		return into, skip(OtherEvent)
	}
	return into, reject(NotFormat)
}

// queryKind reads the type of "query[A]", "query[type=65]" and "auth[MX]".
func queryKind(verb string) (kind string, ok bool) {
	if !strings.HasPrefix(verb, "query[") && !strings.HasPrefix(verb, "auth[") || verb[len(verb)-1] != ']' {
		return "", false
	}
	kind = verb[strings.IndexByte(verb, '[')+1 : len(verb)-1]
	return strings.TrimPrefix(kind, "type="), true
}

// trimSerial drops "17 192.0.2.5/49152 ", which log-queries=extra adds; the
// serial is "*" on lines that belong to no query.
func trimSerial(s string) string {
	serial, rest, ok := strings.Cut(s, " ")
	if _, tail, isNumber := number(serial, 10); !ok || serial != "*" && (!isNumber || tail != "") {
		return s
	}
	who, after, ok := strings.Cut(rest, " ")
	if addr, _, slash := strings.Cut(who, "/"); ok && slash {
		if _, isAddr := address(addr); isAddr {
			return after
		}
	}
	return rest
}

func isAnswerVerb(s string) bool {
	switch s {
	case "reply", "cached", "cached-stale", "config", "DHCP", "validation", "gravity", "regex", "exactly":
		return true
	}
	return strings.HasPrefix(s, "/etc/")
}

// cutLast cuts s around the last sep.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
