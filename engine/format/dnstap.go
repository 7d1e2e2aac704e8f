// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format/dnstap"
)

// Reasons of dnstap.
const (
	BadFrame   Reason = dnstap.BadFrame   // a frame that is no dnstap message
	BadMessage Reason = dnstap.BadMessage // a DNS message that contradicts itself and names nothing
)

// dnstapLines reads dnstap messages as package dnstap writes them in JSON, from
// a file or a connection. Questions and answers may be there together or alone
// (see pairs). What a resolver or a forwarder asks of others is its own onward
// query; a stub's or a tool's is one of whoever runs it.
type dnstapLines struct {
	clock clock
	json  jsonLine
	pairs pairs
}

func newDnstap(opt Options) Reader { return objectGuard(&dnstapLines{clock: newClock(opt)}, opt) }

func (r *dnstapLines) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	if !v.Exists("dnstap") {
		return into, reject(NotFormat)
	}
	from, isAnswer := strings.CutSuffix(text(v, "dnstap"), "_RESPONSE")
	name, broken := text(v, "name"), text(v, "error") != ""
	switch from, _ = strings.CutSuffix(from, "_QUERY"); {
	case from == "RESOLVER" || from == "FORWARDER":
		return into, skip(Forwarded)
	case from == "" && broken:
		return into, reject(BadFrame)
	case from != "CLIENT" && from != "AUTH" && from != "STUB" && from != "TOOL":
		return into, skip(OtherEvent)
	case name == "" && broken: // one with a name is a question whatever comes after it
		return into, reject(BadMessage)
	case name == "":
		return into, skip(NoQuery)
	}
	q := question{client: text(v, "query_address"), server: text(v, "response_address"), name: name, escapes: masterDNS,
		kind: text(v, "type"), rcode: text(v, "rcode")}
	if q.client == "" {
		return into, reject(MissField)
	}
	if stamp := text(v, "time"); stamp != "" {
		var ok bool
		if q.at, ok = r.clock.scanJSON(stamp); !ok {
			return into, reject(BadTime)
		}
	}
	e, verdict := q.event()
	if verdict != parsed {
		return into, verdict
	}
	return r.pairs.take(e, isAnswer, into)
}
