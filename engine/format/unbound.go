// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// unbound reads what Unbound writes with log-queries and log-replies
// (unbound.conf(5)), in a file or through syslog, also as pfSense and OPNsense
// relay it:
//
//	[1700000000] unbound[4711:0] info: 192.0.2.5 example.com. A IN
//	Aug 15 16:19:02 host unbound[4711]: [4711:0] reply: 192.0.2.5 example.com. A IN NOERROR 0.045 0 59
//
// Four fields are a query, more a reply with its code; log-tag-queryreply
// writes "query:" and "reply:" for "info:". What a local zone or a policy zone
// did (log-local-actions, rpz-log) stands between the two: it counts where the
// query has no line of its own, and then its reply does not.
type unbound struct {
	clock clock
	pairs pairs
	acted marks // actions that were events, whose replies are to come
}

func newUnbound(opt Options) Reader { return textGuard(&unbound{clock: newClock(opt)}, opt) }

func (r *unbound) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	h := r.clock.head(s)
	if h.bad {
		return into, reject(BadTime)
	}
	at, msg, ours := trimThread(h)
	level, rest, ok := strings.Cut(msg, ": ")
	if isUnboundLevel(h.tag) { // no program before the level: it looked like a tag
		level, rest, ok = h.tag, msg, true
	}
	switch {
	case !ok || !isUnboundLevel(level):
		if ours {
			return into, skip(OtherEvent)
		}
		return into, reject(NotFormat)
	case level != "info" && level != "query" && level != "reply":
		return into, r.aside(ours)
	}
	q, isReply, ok := unboundQuestion(rest)
	isAction := false
	if !ok && level == "info" {
		q, isAction = unboundAction(rest)
		ok = isAction
	}
	if !ok && level != "info" {
		return into, reject(MissField)
	}
	if !ok {
		return into, r.aside(ours)
	}
	q.at = at
	e, v := q.event()
	if v != parsed {
		return into, v
	}
	switch {
	case isAction && r.pairs.asked(e), isReply && r.acted.take(mark(e)):
		return into, skip(Answer)
	case isAction:
		r.acted.put(mark(e))
		return append(into, e), parsed
	}
	return r.pairs.take(e, isReply, into)
}

func (r *unbound) aside(ours bool) Verdict {
	if ours {
		return skip(OtherEvent)
	}
	return reject(NotFormat)
}

// trimThread drops "[epoch] unbound[pid:thread] " or "[pid:thread] ", the
// program's own prefix, and says whether the line is Unbound's.
func trimThread(h head) (at time.Time, msg string, ours bool) {
	at, msg = h.at, h.rest
	ours = strings.Contains(h.tag, "unbound")
	if inner, rest, ok := cutBracket(msg); ok {
		if t, ok := epoch(inner); ok {
			at, msg = t, rest
		}
	}
	if word, rest, ok := strings.Cut(msg, " "); ok && strings.HasPrefix(word, "unbound[") {
		msg, ours = strings.TrimLeft(rest, " "), true
	}
	if inner, rest, ok := cutBracket(msg); ok && isThread(inner) {
		msg, ours = rest, true
	}
	return at, msg, ours
}

// cutBracket cuts "[inner] rest".
func cutBracket(s string) (inner, rest string, ok bool) {
	if s == "" || s[0] != '[' {
		return "", s, false
	}
	inner, rest, ok = strings.Cut(s[1:], "] ")
	return inner, strings.TrimLeft(rest, " "), ok
}

// isThread tells "pid:thread"; the thread may be a hexadecimal system id.
func isThread(s string) bool {
	pid, thread, ok := strings.Cut(s, ":")
	_, rest, isNumber := number(pid, 10)
	return ok && isNumber && rest == "" && thread != "" && hexDigit(thread[0]) < 16
}

func isUnboundLevel(s string) bool {
	switch s {
	case "info", "query", "reply", "notice", "warning", "error", "debug", "fatal error":
		return true
	}
	return false
}

// unboundAction reads "zone action addr@port name TYPE CLASS" with anything
// before the address, which is the fourth word from the end.
func unboundAction(s string) (q question, ok bool) {
	s, class, _ := cutLast(s, " ")
	s, kind, _ := cutLast(s, " ")
	s, name, _ := cutLast(s, " ")
	_, client, ok := cutLast(s, " ")
	if _, isAddr := hostPort(client); !ok || !isAddr || strings.IndexByte(client, '@') < 0 || !isClass(class) {
		return q, false
	}
	return question{client: client, name: name, kind: kind}, true
}

// unboundQuestion reads "addr name TYPE CLASS [RCODE seconds cached size ...]".
func unboundQuestion(s string) (q question, isReply, ok bool) {
	client, s, _ := strings.Cut(s, " ")
	name, s, _ := strings.Cut(s, " ")
	kind, s, _ := strings.Cut(s, " ")
	class, s, _ := strings.Cut(s, " ")
	if !isClass(class) {
		return q, false, false
	}
	if _, isAddr := hostPort(client); !isAddr {
		return q, false, false
	}
	rcode, _, _ := strings.Cut(s, " ")
	return question{client: client, name: name, kind: kind, rcode: rcode}, rcode != "", true
}
