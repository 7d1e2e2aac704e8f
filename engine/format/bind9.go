// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// bind9 reads the "queries", "responses" and "query-errors" categories of BIND
// 9 (Administrator Reference Manual, logging), with any of the print-time,
// print-category and print-severity prefixes, in a file or through syslog:
//
//	client [@0x..] addr#port[/key k] [(name)]: [view v:] query: name IN A +E(0)K (server)
//	client ... : answer: name IN A + (server) -> NOERROR ...
//	client ... : response: name IN A NOERROR +E(0) (server)
//	client ... : query (cache) 'name/A/IN' denied
//
// A refused query is an answer with code REFUSED: it counts where the query
// has no line of its own, as in a security log; so does a list match of
// EfficientIP. A policy zone's rewrite, a zone transfer and an update are other
// events.
type bind9 struct {
	clock clock
	pairs pairs
}

func newBind9(opt Options) Reader { return textGuard(&bind9{clock: newClock(opt)}, opt) }

func (r *bind9) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	h := r.clock.head(s)
	if h.bad {
		return into, reject(BadTime)
	}
	return r.message(h, false, into)
}

// message reads what follows the prefixes; reports says whether lines with
// question and response in one, which only Infoblox writes, are of the format.
func (r *bind9) message(h head, reports bool, into []event.DNS) ([]event.DNS, Verdict) {
	msg, known := trimCategories(h)
	at := h.at
	if t, rest, state := r.clock.scan(msg); state == goodTime { // Infoblox puts its time behind the category
		at, msg = t, strings.TrimLeft(rest, " ")
	}
	client, ok := strings.CutPrefix(msg, "client ")
	matched, isMatch := strings.CutPrefix(msg, "List Matched ") // EfficientIP repeats the query
	switch {
	case isMatch:
		client = matched
	case !ok && (known || isNamed(h.tag) || isBindPhrase(msg)):
		return into, skip(OtherEvent)
	case !ok:
		return into, reject(NotFormat)
	}
	q, kind, v := bindClient(client)
	if v != parsed {
		return into, v
	}
	if kind == bindReport && !reports {
		return into, reject(NotFormat)
	}
	q.at = at
	e, v := q.event()
	if v != parsed {
		return into, v
	}
	return r.pairs.take(e, isMatch || kind != bindQuery, into)
}

func isNamed(tag string) bool { return tag == "named" || tag == "named-pkcs11" || tag == "bind9" }

// bindKind is what a client line reports.
type bindKind uint8

const (
	bindQuery bindKind = iota
	bindAnswer
	bindReport // question and response in one line (Infoblox)
)

// bindClient reads what follows "client ".
func bindClient(s string) (question, bindKind, Verdict) {
	q := question{escapes: masterDNS}
	if s != "" && s[0] == '@' {
		_, s, _ = strings.Cut(s, " ")
	}
	who, s, _ := strings.Cut(s, " ")
	if peer, keyed := strings.CutSuffix(who, "/key"); keyed {
		var key string
		key, s, _ = strings.Cut(s, " ")
		if who = peer; strings.HasSuffix(key, ":") {
			who += ":"
		}
	}
	peer, bare := strings.CutSuffix(who, ":")
	if q.client = peer; !bare && !strings.HasPrefix(s, "UDP: ") && !strings.HasPrefix(s, "TCP: ") { // older NIOS has no colon there
		var ok bool
		if _, s, ok = strings.Cut(s, "): "); !ok { // the name stands again after "query: "
			return q, 0, reject(NotFormat)
		}
	}
	var ok bool
	if q.from, ok = hostPort(peer); !ok {
		return q, 0, reject(BadClient)
	}
	if rest, ok := strings.CutPrefix(s, "view "); ok {
		_, s, _ = strings.Cut(rest, ": ")
	}
	kind, v := q.bindMessage(s)
	return q, kind, v
}

// bindMessage reads what a client line says after the client.
func (q *question) bindMessage(s string) (bindKind, Verdict) {
	word, rest, _ := strings.Cut(s, ": ")
	switch word {
	case "query":
		_, v := q.bindQuestion(rest)
		return bindQuery, v
	case "answer":
		rest, v := q.bindQuestion(rest)
		if _, result, ok := strings.Cut(rest, "-> "); ok {
			q.rcode, _, _ = strings.Cut(result, " ")
		}
		return bindAnswer, v
	case "response":
		rest, v := q.bindQuestion(rest)
		q.rcode, _, _ = strings.Cut(rest, " ")
		if !isRCode(q.rcode) {
			q.rcode = ""
		}
		return bindAnswer, v
	case "UDP", "TCP", "TLS", "HTTPS":
		rest, ok := strings.CutPrefix(rest, "query: ")
		if !ok {
			return 0, skip(OtherEvent)
		}
		rest, v := q.bindQuestion(rest)
		if _, result, ok := strings.Cut(rest, "response: "); ok {
			q.rcode, _, _ = strings.Cut(result, " ")
		}
		return bindReport, v
	}
	return bindAnswer, q.bindRefusal(s)
}

// bindQuestion reads "name CLASS TYPE rest" and, in the rest, "(server)".
func (q *question) bindQuestion(s string) (rest string, v Verdict) {
	name, s, _ := strings.Cut(s, " ")
	class, s, _ := strings.Cut(s, " ")
	kind, rest, _ := strings.Cut(s, " ")
	if kind == "" || !isClass(class) {
		return rest, reject(MissField)
	}
	q.name, q.kind = name, kind
	for tail := rest; tail != ""; {
		var word string
		word, tail, _ = strings.Cut(tail, " ")
		if n := len(word); n > 2 && word[0] == '(' && word[n-1] == ')' {
			if addr, ok := address(word[1 : n-1]); ok {
				q.to = addr
				break
			}
		}
		if word == "->" || word == "response:" {
			break
		}
	}
	return rest, parsed
}

// bindRefusal reads "query [(cache)] 'name/TYPE/CLASS' denied ..." and "query
// failed (SERVFAIL) for name/CLASS/TYPE at file:line".
func (q *question) bindRefusal(s string) Verdict {
	if rest, ok := strings.CutPrefix(s, "query failed ("); ok {
		code, rest, _ := strings.Cut(rest, ") for ")
		what, _, _ := strings.Cut(rest, " ")
		name, class, kind, ok := cutTriple(what)
		if !ok || !isClass(class) {
			return skip(OtherEvent)
		}
		q.name, q.kind, q.rcode = name, kind, code
		return parsed
	}
	rest, ok := strings.CutPrefix(strings.Replace(s, "query (cache) '", "query '", 1), "query '")
	what, result, _ := strings.Cut(rest, "' ")
	name, kind, class, ok2 := cutTriple(what)
	if !ok || !ok2 || !isClass(class) || !strings.HasPrefix(result, "denied") {
		return skip(OtherEvent)
	}
	q.name, q.kind, q.rcode = name, kind, "REFUSED"
	return parsed
}

// cutTriple cuts "name/a/b" from the right: a name may hold slashes.
func cutTriple(s string) (name, a, b string, ok bool) {
	j := strings.LastIndexByte(s, '/')
	if j < 0 {
		return "", "", "", false
	}
	i := strings.LastIndexByte(s[:j], '/')
	if i < 0 {
		return "", "", "", false
	}
	return s[:i], s[i+1 : j], s[j+1:], true
}

// trimCategories drops "queries: info: " and the like before a message; known
// says that a category or severity of BIND stood there.
func trimCategories(h head) (msg string, known bool) {
	known = isCategory(h.tag)
	for msg = h.rest; ; {
		word, rest, ok := strings.Cut(msg, ": ")
		if !ok || !isCategory(word) {
			return msg, known
		}
		if word == "rpz" && !strings.HasPrefix(rest, "info") && !strings.HasPrefix(rest, "client ") {
			return msg, true // "rpz: zone: reload done" is a message of its own
		}
		known, msg = true, rest
	}
}

// isCategory tells BIND's categories and severities (ARM 9.20, logging).
func isCategory(s string) bool {
	switch s {
	case "info", "notice", "warning", "error", "critical", "dynamic",
		"client", "cname", "config", "database", "default", "delegation-only", "dispatch", "dnssec", "dnstap",
		"edns-disabled", "general", "infoblox-responses", "lame-servers", "network", "notify", "nsid", "queries", "query-errors",
		"rate-limit", "resolver", "responses", "rpz", "rpz-passthru", "security", "serve-stale", "spill",
		"sslkeylog", "trust-anchor-telemetry", "unmatched", "update", "update-security", "xfer-in", "xfer-out",
		"zoneload":
		return true
	}
	level, ok := strings.CutPrefix(s, "debug ")
	return ok && level != "" && isDigit(level[0])
}

// isBindPhrase tells BIND's own messages where nothing else names the program.
func isBindPhrase(s string) bool {
	for _, start := range [...]string{
		"validating ", "lame server resolving '", "rpz: ", "zone ", "transfer of '", "DNS format error from ",
		"managed-keys-zone", "resolver priming query complete", "received notify for zone ", "automatic empty zone:",
		"received control channel command '", "command channel listening on ", "all zones loaded",
	} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	_, rest, ok := strings.Cut(s, " resolving '") // "timed out resolving 'name/A/IN': addr#port"
	what, _, _ := strings.Cut(rest, "'")
	_, _, class, isTriple := cutTriple(what)
	return ok && isTriple && isClass(class)
}
