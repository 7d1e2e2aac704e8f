// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// windns reads the debug log of the Windows DNS Server (dns.log, "Log packets
// for debugging"), from Windows Server 2003 on:
//
//	6/5/2013 10:00:32 AM 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.5  5b47   Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)
//
// A received query is the event. A sent query is the server's own onward one,
// every response an answer. The server and the outcome are not in a query line.
type windns struct {
	days dayOrders
	seen bool // a dated line or a banner was met: indented lines are packet details
}

func newWindns(opt Options) Reader {
	return textGuard(&windns{days: dayOrders{clock: newClock(opt)}}, opt)
}

func (r *windns) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	at, rest, state := r.days.scan(s)
	if state == noTime { // forwarders put a syslog head before the line
		if h := r.days.head(s); !h.bad && h.rest != s {
			at, rest, state = r.days.scan(h.rest)
		}
	}
	switch state {
	case noTime:
		return into, r.undated(s)
	case badTime:
		return into, reject(BadTime)
	}
	context, rest, ok := cutContext(rest)
	if !ok {
		return into, reject(NotFormat)
	}
	r.seen = true
	if context != "PACKET" {
		return into, skip(OtherEvent)
	}
	p, ok := cutPacket(rest)
	if !ok {
		return into, reject(MissField)
	}
	switch {
	case p.response:
		return into, skip(Answer)
	case p.opcode != "Q":
		return into, skip(OtherEvent) // notify, update, unknown
	case p.direction == "Snd":
		return into, skip(Forwarded)
	}
	name, ok := countedName(p.name)
	if !ok {
		return into, reject(BadName)
	}
	q := question{at: at, client: p.address, name: name, kind: p.kind}
	return q.appendTo(into)
}

// begun gives the time of s; own is false when s is no line of this log.
func (r *windns) begun(s string) (at time.Time, own bool) {
	at, rest, state := r.days.scan(s)
	if state != goodTime {
		return time.Time{}, false
	}
	_, _, own = cutContext(rest)
	return at, own
}

// cutContext reads the thread and the context, which follow the time.
func cutContext(s string) (context, rest string, ok bool) {
	thread, rest := cutWord(s)
	context, rest = cutWord(rest)
	return context, rest, isHex(thread) && isContext(context)
}

// undated judges a line that starts with no date: banners at the head of the
// file, and the details of a packet, which are indented.
func (r *windns) undated(s string) Verdict {
	for _, start := range [...]string{
		"DNS Server log file creation at ", "Log file wrap at ", "Message logging key ",
		"\tField #", "\t-------", "DNS Server log",
	} {
		if strings.HasPrefix(s, start) {
			r.seen = true
			return skip(Header)
		}
	}
	if r.seen && (s[0] == ' ' || s[0] == '\t' || isDetail(s)) {
		return skip(Header)
	}
	return reject(NotFormat)
}

// isDetail tells the unindented first lines of a packet's details.
func isDetail(s string) bool {
	return strings.HasPrefix(s, "UDP ") || strings.HasPrefix(s, "TCP ") || strings.HasPrefix(s, "Message:")
}

// packet is a PACKET line after its context.
type packet struct {
	direction string // "Rcv", "Snd"
	address   string
	response  bool
	opcode    string // "Q" query, "N" notify, "U" update, "?" other
	kind      string
	name      string
}

// cutPacket reads [pointer] UDP Rcv addr xid [R] Q [flags rcode] TYPE name. The
// 2003 server writes no pointer.
func cutPacket(s string) (p packet, ok bool) {
	word, s := cutWord(s)
	if isHex(word) {
		word, s = cutWord(s)
	}
	if word != "UDP" && word != "TCP" {
		return p, false
	}
	p.direction, s = cutWord(s)
	p.address, s = cutWord(s)
	xid, s := cutWord(s)
	if p.direction != "Rcv" && p.direction != "Snd" || !isHex(xid) {
		return p, false
	}
	if p.opcode, s = cutWord(s); p.opcode == "R" {
		p.response = true
		p.opcode, s = cutWord(s)
	}
	if s == "" || s[0] != '[' {
		return p, false
	}
	_, s, ok = strings.Cut(s, "]")
	p.kind, s = cutWord(strings.TrimLeft(s, " "))
	p.name = strings.Trim(s, " \t")
	return p, ok
}

// countedName turns (3)www(7)example(3)com(0), or the .www.example.com. of
// some versions, into a dotted name. The counts decide where a label ends; if
// they do not fit, because the log was recoded, the brackets do.
func countedName(s string) (string, bool) {
	if s == "" || s[0] != '(' {
		if len(s) > 1 {
			s = strings.TrimPrefix(s, ".")
		}
		return s, s != ""
	}
	var labels []string
	for s != "" {
		n, rest, ok := number(s[1:], 3)
		if !ok || s[0] != '(' || rest == "" || rest[0] != ')' {
			return "", false
		}
		rest = rest[1:]
		if n == 0 {
			break
		}
		end := n
		if n > len(rest) || n < len(rest) && rest[n] != '(' {
			if end = strings.IndexByte(rest, '('); end <= 0 {
				return "", false
			}
		}
		labels = append(labels, rest[:end])
		if s = rest[end:]; s == "" { // a cut line: its last label may be no whole one
			return "", false
		}
	}
	if len(labels) == 0 {
		return ".", true
	}
	return strings.Join(labels, "."), true
}

func cutWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], strings.TrimLeft(s[i:], " \t")
	}
	return s, ""
}

func isHex(s string) bool {
	for i := range len(s) {
		if hexDigit(s[i]) > 15 {
			return false
		}
	}
	return s != ""
}

// isContext tells the context column: PACKET, EVENT, DSPOLL, Note: ...
func isContext(s string) bool {
	s = strings.TrimSuffix(s, ":")
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return len(s) > 2
}
