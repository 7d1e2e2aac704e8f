// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// eve reads the DNS records of Suricata's EVE JSON output (Suricata user
// guide, "EVE JSON Format", DNS): versions 1 and 2 with rrname and rrtype, and
// version 3 (Suricata 8) with an array of queries. Requests and answers may be
// logged together or alone (see pairs). Other event types are other events.
type eve struct {
	clock clock
	json  jsonLine
	pairs pairs
}

// transaction names a question and its answer. Version 1 writes a line for
// every record of an answer, all with the same transaction.
type transaction struct{ flow, id string }

func newEve(opt Options) Reader { return objectGuard(&eve{clock: newClock(opt)}, opt) }

func (r *eve) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	dns := v.Get("dns")
	switch kind := text(v, "event_type"); {
	case kind == "":
		return into, reject(NotFormat)
	case kind != "dns":
		return into, skip(OtherEvent)
	case dns == nil || dns.Type() != fastjson.TypeObject:
		return into, reject(MissField)
	}
	q := question{client: text(v, "src_ip"), server: text(v, "dest_ip"), escapes: hexX}
	if q.client == "" {
		return into, reject(MissField)
	}
	if stamp := text(v, "timestamp"); stamp != "" {
		var ok bool
		if q.at, ok = r.clock.scanJSON(stamp); !ok {
			return into, reject(BadTime)
		}
	}
	isAnswer, first := false, false
	switch text(dns, "type") {
	case "answer", "response":
		isAnswer = true
		if q.rcode = text(dns, "rcode"); v.GetInt("src_port") == 53 { // version 1 follows the packet
			q.client, q.server = q.server, q.client
		}
		told := r.pairs.told
		if r.repeats(v, dns) {
			return into, skip(Answer)
		}
		first = r.pairs.unsure && !told && r.pairs.told
	}
	into, verdict = r.questions(&q, dns, isAnswer, into)
	// The first answer of a stream that is read from its middle may have been
	// a repetition, which is skipped as well.
	r.pairs.needed = r.pairs.needed || first && verdict != skip(Answer)
	return into, verdict
}

// repeats says whether this answer is of the same transaction as the last.
func (r *eve) repeats(v, dns *fastjson.Value) bool {
	flow, ok1 := r.json.scalar(v.Get("flow_id"))
	id, ok2 := r.json.scalar(dns.Get("id"))
	if !ok1 || !ok2 || dns.GetInt("version") > 1 {
		return false
	}
	last := &r.pairs.last
	if r.pairs.told && last.flow == flow && last.id == id {
		return true
	}
	*last, r.pairs.told = transaction{string([]byte(flow)), string([]byte(id))}, true
	return false
}

// questions takes every question of one record; with more than one, a single
// bad name rejects the record whole.
func (r *eve) questions(q *question, dns *fastjson.Value, isAnswer bool, into []event.DNS) ([]event.DNS, Verdict) {
	list := dns.GetArray("queries")
	if len(list) == 0 {
		list = []*fastjson.Value{dns}
	}
	before, verdict := len(into), skip(NoQuery)
	for _, item := range list {
		name := item.Get("rrname")
		if name == nil || name.Type() != fastjson.TypeString {
			continue
		}
		if q.name, q.kind = text(item, "rrname"), text(item, "rrtype"); q.name == "" || q.name == "<root>" {
			q.name = "." // Suricata leaves the root empty
		}
		e, v := q.event()
		if v != parsed {
			return into[:before], v
		}
		if into, v = r.pairs.take(e, isAnswer, into); verdict != parsed {
			verdict = v
		}
	}
	return into, verdict
}
