// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// powerdns reads the query lines of the PowerDNS Authoritative Server
// (log-dns-queries), of the Recursor (quiet=no), with its older text lines and
// its structured ones, also as JSON, and of dnsdist (verbose, LogAction):
//
//	Remote 192.0.2.5 wants 'www.example.com|A', do = 0, bufsize = 1680: packetcache MISS
//	3 [17/1] question for 'www.example.com|A' from 192.0.2.5:4711
//	msg="Question" subsystem="syncres" ... qname="www.example.com" qtype="A" remote="192.0.2.5:4711"
//	Got query for www.example.com|A from 192.0.2.5:4711, relayed to 198.51.100.1:53
//	Packet from 192.0.2.5:4711 for www.example.com. A with id 4711
//
// The answer lines of the Recursor and of dnsdist always have a question line
// before them.
type powerdns struct{ clock clock }

func newPowerdns(opt Options) Reader {
	return textGuard(&powerdns{newClock(opt)}, opt)
}

func (r *powerdns) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	h := r.clock.head(s)
	if h.bad {
		return into, reject(BadTime)
	}
	q := question{at: h.at, escapes: masterDNS}
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(h.rest, "TCP "), "Remote "); ok {
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
	if out, v, ok := q.dnsdist(h.rest, into); ok {
		return out, v
	}
	switch {
	case strings.Contains(h.rest, `msg="Question"`):
		return r.structured(h, into)
	case strings.Contains(h.rest, "answer to question '"), strings.Contains(h.rest, `msg="Answer"`):
		return into, skip(Answer)
	case strings.HasPrefix(h.tag, "pdns"), h.tag == "dnsdist", strings.Contains(h.rest, `subsystem="`):
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

// dnsdist reads the lines of dnsdist; ok is false when s is none that tells a
// query or an answer.
func (q *question) dnsdist(s string, into []event.DNS) (out []event.DNS, v Verdict, ok bool) {
	if stamp, rest, ok := cutBracket(s); ok { // "[1768353334.125] ", LogAction's own time
		if at, ok := epoch(stamp); ok {
			q.at, s = at, rest
		}
	}
	whole := true
	if rest, ok := strings.CutPrefix(s, "Got query for "); ok {
		what, who, found := strings.Cut(rest, " from ")
		q.name, q.kind, whole = cutLast(what, "|")
		q.client, _, _ = strings.Cut(who, " ")
		q.client, whole = strings.TrimSuffix(q.client, ","), whole && found
	} else if rest, ok := strings.CutPrefix(s, "Packet from "); ok {
		var what string
		q.client, what, _ = strings.Cut(rest, " for ")
		what, _, found := cutLast(what, " with id ")
		q.name, q.kind, whole = cutLast(what, " ")
		whole = whole && found
	} else {
		isAnswer := strings.HasPrefix(s, "Answer to ") && strings.Contains(s, " with id ") || strings.HasPrefix(s, "Got answer from ")
		return into, skip(Answer), isAnswer
	}
	if !whole {
		return into, reject(MissField), true
	}
	out, v = q.appendTo(into)
	return out, v, true
}

// record implements records: the Recursor's JSON lines
// (structured-logging-backend=json).
func (r *powerdns) record(_ *jsonLine, v *fastjson.Value, into []event.DNS) ([]event.DNS, Verdict, bool) {
	if !v.Exists("subsystem") {
		return into, Verdict{}, false
	}
	switch text(v, "msg") {
	case "Question":
	case "Answer":
		return into, skip(Answer), true
	default:
		return into, skip(OtherEvent), true
	}
	if !v.Exists("qname") || !v.Exists("qtype") || !v.Exists("remote") {
		return into, reject(MissField), true
	}
	q := question{client: text(v, "remote"), name: text(v, "qname"), escapes: masterDNS, kind: text(v, "qtype")}
	if ts := text(v, "ts"); ts != "" {
		var ok bool
		if q.at, ok = r.clock.scanJSON(ts); !ok {
			return into, reject(BadTime), true
		}
	}
	out, verdict := q.appendTo(into)
	return out, verdict, true
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
