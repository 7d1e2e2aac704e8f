// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// powerdns reads the query lines of the PowerDNS Authoritative Server
// (log-dns-queries) and of the Recursor (quiet=no), with its older text lines
// and its structured ones:
//
//	Remote 192.0.2.5 wants 'www.example.com|A', do = 0, bufsize = 1680: packetcache MISS
//	3 [17/1] question for 'www.example.com|A' from 192.0.2.5:4711
//	msg="Question" subsystem="syncres" ... qname="www.example.com" qtype="A" remote="192.0.2.5:4711"
//
// The Recursor's answer lines always have a question line before them.
type powerdns struct{ clock clock }

func newPowerdns(opt Options) Reader { return guard{&powerdns{newClock(opt)}} }

func (r *powerdns) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	h := r.clock.head(s)
	if h.bad {
		return into, reject(BadTime)
	}
	q := question{at: h.at, escapes: masterDNS}
	if rest, ok := strings.CutPrefix(h.rest, "Remote "); ok {
		if who, what, ok := strings.Cut(rest, " wants '"); ok {
			q.client, _, _ = strings.Cut(who, "<-") // "resolver<-client subnet"
			return q.powerdns(what, into)
		}
	}
	if _, rest, ok := strings.Cut(h.rest, "question for '"); ok {
		what, who, ok := cutLast(rest, "' from ")
		if !ok {
			return into, reject(MissField)
		}
		q.client, _, _ = strings.Cut(who, " ")
		return q.powerdns(what+"'", into)
	}
	switch {
	case strings.Contains(h.rest, `msg="Question"`):
		return r.structured(h, into)
	case strings.Contains(h.rest, "answer to question '"), strings.Contains(h.rest, `msg="Answer"`):
		return into, skip(Answer)
	case strings.HasPrefix(h.tag, "pdns"), strings.Contains(h.rest, `subsystem="`):
		return into, skip(OtherEvent)
	}
	return into, reject(NotFormat)
}

// powerdns reads "name|TYPE'..."; no quote follows the closing one.
func (q *question) powerdns(what string, into []event.DNS) ([]event.DNS, Verdict) {
	what, _, ok := cutLast(what, "'")
	name, kind, ok2 := cutLast(what, "|")
	if !ok || !ok2 {
		return into, reject(MissField)
	}
	q.name, q.kind = name, kind
	return q.appendTo(into)
}

func (r *powerdns) structured(h head, into []event.DNS) ([]event.DNS, Verdict) {
	name, ok1 := quotedField(h.rest, ` qname="`)
	kind, ok2 := quotedField(h.rest, ` qtype="`)
	client, ok3 := quotedField(h.rest, ` remote="`)
	if !ok1 || !ok2 || !ok3 {
		return into, reject(MissField)
	}
	q := question{at: h.at, client: client, name: name, escapes: masterDNS, kind: kind}
	if ts, ok := quotedField(h.rest, ` ts="`); ok {
		if at, ok := epoch(ts); ok {
			q.at = at
		} else if at, _, state := r.clock.scan(ts); state == goodTime {
			q.at = at
		} else {
			return into, reject(BadTime)
		}
	}
	return q.appendTo(into)
}

// quotedField gives the value after key, which ends in an opening quote.
func quotedField(s, key string) (string, bool) {
	_, rest, ok := strings.Cut(s, key)
	if !ok {
		return "", false
	}
	inside, _, ok := cutQuoted(rest)
	return inside, ok
}
