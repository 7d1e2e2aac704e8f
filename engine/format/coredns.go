// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// coredns reads CoreDNS' log plugin (coredns.io/plugins/log) in its common and
// combined forms, bare, with a leading time, through syslog, and as container
// runtimes wrap it:
//
//	[INFO] 192.0.2.5:42114 - 64820 "A IN example.com. udp 57 false 1232" NOERROR qr,rd,ra 66 0.00015s
//
// There is one line a query, and it holds the answer's code.
type coredns struct {
	clock clock
	ours  bool // a line only CoreDNS writes was met
}

func newCoredns(opt Options) Reader { return textGuard(&coredns{clock: newClock(opt)}, opt) }

func (r *coredns) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	h := r.clock.head(s)
	if h.bad {
		return into, reject(BadTime)
	}
	return r.message(h.at, h.tag, h.rest, into)
}

func (r *coredns) message(at time.Time, tag, s string, into []event.DNS) ([]event.DNS, Verdict) {
	r.ours = r.ours || tag == "coredns"
	s, levelled := trimLevel(s)
	client, rest, ok := strings.Cut(s, " - ")
	_, isAddr := hostPort(client)
	open := strings.IndexByte(rest, '"')
	if !ok || !isAddr || open < 0 {
		return into, r.aside(s, levelled)
	}
	quoted, result, ok := cutQuoted(rest[open+1:])
	if !ok {
		return into, reject(MissField)
	}
	q := question{at: at, client: client, escapes: masterDNS}
	if at, ok := r.when(rest[:open]); ok {
		q.at = at
	}
	if !q.corednsQuestion(quoted) {
		return into, reject(MissField)
	}
	q.rcode, _, _ = strings.Cut(strings.TrimLeft(result, " "), " ")
	r.ours = true
	return q.appendTo(into)
}

// when reads "[02/Jan/2006:15:04:05 -0700]", the {when} of the common log form
// before CoreDNS 1.2.
func (r *coredns) when(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) != 28 || s[0] != '[' {
		return time.Time{}, false
	}
	t, err := time.Parse("[02/Jan/2006:15:04:05 -0700]", s)
	return t.UTC(), err == nil
}

// corednsQuestion reads "TYPE CLASS name proto size do bufsize"; a name may
// hold spaces, so it is what the fields on both sides leave.
func (q *question) corednsQuestion(s string) bool {
	kind, s, _ := strings.Cut(s, " ")
	class, s, _ := strings.Cut(s, " ")
	for range 4 {
		var ok bool
		if s, _, ok = cutLast(s, " "); !ok {
			return false
		}
	}
	q.kind, q.name = kind, s
	return isClass(class)
}

// cutQuoted cuts at the closing quote; \" inside is no end.
func cutQuoted(s string) (inside, after string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[:i], s[i+1:], true
		}
	}
	return "", s, false
}

func trimLevel(s string) (string, bool) {
	for _, level := range [...]string{"[INFO] ", "[WARNING] ", "[ERROR] ", "[DEBUG] ", "[FATAL] ", "[NOTICE] ", "[PANIC] "} {
		if rest, ok := strings.CutPrefix(s, level); ok {
			return rest, true
		}
	}
	return s, false
}

func isClient(s string) bool {
	_, ok := hostPort(s)
	return ok
}

// aside judges a line that is no query. Any program may write "[INFO] ...", so
// that alone tells nothing until CoreDNS has been recognised.
func (r *coredns) aside(s string, levelled bool) Verdict {
	if strings.HasPrefix(s, "plugin/") || strings.HasPrefix(s, "CoreDNS-") {
		r.ours = true
		return skip(OtherEvent)
	}
	_, port, ok := cutLast(s, ":")
	if _, rest, isNumber := number(port, 5); ok && isNumber && rest == "" && !strings.Contains(s, " ") {
		return skip(Header) // ".:53", the zones served, at start
	}
	if first, _, _ := strings.Cut(s, " "); isClient(first) {
		return reject(MissField) // a query in a form of the operator's own
	}
	if levelled && r.ours || strings.Contains(s, ", go1.") {
		return skip(OtherEvent)
	}
	return reject(NotFormat)
}
