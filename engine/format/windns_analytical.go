// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// windnsAnalytical reads the analytical channel of the Windows DNS Server
// (provider Microsoft-Windows-DNSServer) as JSON lines: from winlogbeat and
// Elastic Agent, from forwarders that put the fields at the top, and from
// Get-WinEvent | ConvertTo-Json -Compress, whose fields stand in the Message
// ("QUERY_RECEIVED: TCP=0; Source=...; QNAME=...").
//
// Event 256 is a query received. Of the others 257, 258 and 261 are responses,
// 260 is the server's own onward query (Microsoft Learn, "DNS Logging and
// Diagnostics", table of analytic events).
type windnsAnalytical struct {
	clock clock
	json  jsonLine
}

func newWindnsAnalytical(opt Options) Reader {
	return objectGuard(&windnsAnalytical{clock: newClock(opt)}, opt)
}

func (r *windnsAnalytical) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	id, ok := r.first(v, []string{"event", "code"}, []string{"winlog", "event_id"}, []string{"EventID"}, []string{"event_id"},
		[]string{"Id"}, []string{"EventId"}, []string{"Event", "System", "EventID"}, []string{"System", "EventID"})
	if !ok {
		return into, reject(NotFormat)
	}
	f := r.fields(v)
	name, hasName := f.get("QNAME")
	provider, hasProvider := r.first(v, []string{"event", "provider"}, []string{"winlog", "provider_name"}, []string{"ProviderName"},
		[]string{"SourceName"}, []string{"Provider"}, []string{"Event", "System", "Provider", "Name"})
	if hasProvider && !strings.Contains(provider, "DNSServer") && !strings.Contains(provider, "DNS-Server") || !hasProvider && !hasName {
		return into, reject(NotFormat)
	}
	switch id {
	case "256":
	case "257", "258", "261":
		return into, skip(Answer)
	case "260":
		return into, skip(Forwarded)
	default:
		return into, skip(OtherEvent)
	}
	if !hasName {
		return into, reject(MissField)
	}
	at, ok := r.time(v)
	if !ok {
		return into, reject(BadTime)
	}
	q := question{at: at, name: name}
	q.client, _ = f.get("Source")
	q.server, _ = f.get("InterfaceIP")
	q.kind, _ = f.get("QTYPE")
	return q.appendTo(into)
}

// first gives the first scalar found at one of paths.
func (r *windnsAnalytical) first(v *fastjson.Value, paths ...[]string) (string, bool) {
	for _, path := range paths {
		if s, ok := r.json.scalar(v.Get(path...)); ok {
			return s, true
		}
	}
	return "", false
}

// eventFields are the named fields of one event: an object, or a message text.
type eventFields struct {
	json    *jsonLine
	object  *fastjson.Value
	message string
}

func (r *windnsAnalytical) fields(v *fastjson.Value) eventFields {
	for _, path := range [...][]string{{"winlog", "event_data"}, {"event_data"}, {"EventData"}, {"Event", "EventData"}, {}} {
		if o := v.Get(path...); o.Exists("QNAME") {
			return eventFields{json: &r.json, object: o}
		}
	}
	return eventFields{json: &r.json, object: v, message: firstText(v, "Message", "message")}
}

func (f eventFields) get(key string) (string, bool) {
	if s, ok := f.json.scalar(f.object.Get(key)); ok {
		return s, true
	}
	for rest := f.message; ; { // "QUERY_RECEIVED: TCP=0; InterfaceIP=...; "
		i := strings.Index(rest, key)
		if i < 0 {
			return "", false
		}
		after := rest[i+len(key):]
		if (i == 0 || rest[i-1] == ' ' || rest[i-1] == ';') && strings.HasPrefix(after, "=") {
			value, _, _ := strings.Cut(after[1:], ";")
			return strings.TrimSpace(value), true
		}
		rest = after
	}
}

// time reads the event's time: ISO 8601, or .NET's /Date(1713778273872)/.
func (r *windnsAnalytical) time(v *fastjson.Value) (time.Time, bool) {
	s, ok := r.first(v, []string{"@timestamp"}, []string{"TimeCreated"}, []string{"EventTime"}, []string{"TimeCreated", "SystemTime"},
		[]string{"Event", "System", "TimeCreated", "SystemTime"}, []string{"Event", "System", "TimeCreated", "#attributes", "SystemTime"}, []string{"timestamp"})
	if !ok {
		return time.Time{}, true
	}
	if ms, ok := strings.CutPrefix(s, "/Date("); ok {
		s = strings.TrimRight(ms, ")/")
	}
	return r.clock.scanJSON(s)
}
