// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// zeek reads Zeek's dns.log, one record a query with its answer, as TSV, whose
// header lines name separator and columns, or as JSON lines (Zeek manual,
// "Zeek Log Formats"). Records of other Zeek logs are other events.
type zeek struct {
	clock   clock
	json    jsonLine
	columns zeekColumns
}

func newZeek(opt Options) Reader {
	return objectGuard(&zeek{clock: newClock(opt), columns: zeekDefaults}, opt)
}

func (r *zeek) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	if t := strings.TrimLeft(s, " \t"); t[0] == '#' { // some tools indent the first header line
		return into, r.columns.directive(t)
	}
	switch {
	case s[0] == '{' || !r.columns.named && strings.Contains(s, " {"):
		return r.object(s, into)
	case !r.columns.named || isRelayedDirective(s):
		return into, reject(NotFormat)
	case r.columns.path != "" && !isDNSPath(r.columns.path):
		return into, skip(OtherEvent)
	}
	return r.row(s, into)
}

func isDNSPath(s string) bool {
	return s == "dns" || strings.HasPrefix(s, "dns_") || strings.HasPrefix(s, "dns-")
}

// record is a dns record as cut from either form.
type record struct {
	ts, client, server, query string
	kind, kindNumber          string
	rcode, rcodeNumber        string
	hasQuery                  bool
}

func (r *zeek) take(f *record, into []event.DNS) ([]event.DNS, Verdict) {
	if !f.hasQuery {
		return into, skip(NoQuery)
	}
	q := question{client: f.client, server: f.server, name: f.query, escapes: hexX, kind: f.kind, rcode: f.rcode}
	if q.name == "" {
		q.name = "." // Zeek writes the root as the empty name
	}
	if typeName(q.kind) == "" {
		q.kind = f.kindNumber
	}
	if rcodeName(q.rcode) == "" {
		q.rcode = f.rcodeNumber
	}
	if f.ts != "" {
		var ok bool
		if q.at, ok = r.clock.scanJSON(f.ts); !ok {
			return into, reject(BadTime)
		}
	}
	return q.appendTo(into)
}

// object reads a JSON record. Some exporters write id_orig_h or {"id":
// {"orig_h": ...}} for id.orig_h.
func (r *zeek) object(s string, into []event.DNS) ([]event.DNS, Verdict) {
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	if inner := v.Get("dns"); inner != nil && zeekID(inner, "orig_h") != "" { // Zeek's Kafka writer names the log
		v = inner
	}
	f := record{client: zeekID(v, "orig_h"), server: zeekID(v, "resp_h")}
	path := firstText(v, "_path", "@stream", "path")
	switch {
	case path != "" && !isDNSPath(path):
		if text(v, "uid") == "" && !v.Exists("ts") {
			return into, reject(NotFormat)
		}
		return into, skip(OtherEvent)
	case f.client == "" && path == "":
		return into, reject(NotFormat)
	case f.client == "":
		return into, reject(MissField)
	case path == "" && !v.Exists("query") && !v.Exists("trans_id") && !v.Exists("qtype_name"):
		return into, skip(OtherEvent)
	}
	if q := v.Get("query"); q != nil && q.Type() == fastjson.TypeString {
		f.query, f.hasQuery = text(v, "query"), true
	}
	f.kind, f.rcode = text(v, "qtype_name"), text(v, "rcode_name")
	f.kindNumber, _ = r.json.scalar(v.Get("qtype"))
	f.rcodeNumber, _ = r.json.scalar(v.Get("rcode"))
	f.ts, _ = r.json.scalar(v.Get("ts"))
	return r.take(&f, into)
}

func zeekID(v *fastjson.Value, field string) string {
	switch field {
	case "orig_h":
		if s := firstText(v, "id.orig_h", "id_orig_h"); s != "" {
			return s
		}
	case "resp_h":
		if s := firstText(v, "id.resp_h", "id_resp_h"); s != "" {
			return s
		}
	}
	return text(v, "id", field)
}
