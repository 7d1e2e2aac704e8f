// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// Reasons of activity formats beside those that all formats share.
const (
	BadAddress Reason = "bad_address" // neither an address nor a name where one stands
	BadPort    Reason = "bad_port"    // no port number where one stands
	DNSRecord  Reason = "dns_record"  // skipped: a look-up, which the DNS formats read from the same stream
)

// ActivityReader is to activities what Reader is to look-ups; the same promises
// hold. The two are apart because the path of look-ups is the hot one: its
// events are small and its readers are replaced by faster ones, while an
// activity has many fields. A stream that holds both (Zeek, Suricata) is read
// by both, and each accounts for every line: what the other takes is skipped.
type ActivityReader interface {
	// Read appends the activities of line, which has no line end, to into and
	// returns it with the line's verdict. It keeps no reference to line and
	// never panics, whatever the bytes.
	Read(line []byte, into []event.Activity) ([]event.Activity, Verdict)
}

// Activity is one log format of a sensor, proxy or firewall.
type Activity struct {
	Name  string                           // stable, for stored sources: "squid"
	Title string                           // for people: "Squid access.log"
	New   func(opt Options) ActivityReader // a reader at the start of a stream
}

// Activities lists every format of activities, the more particular before the
// more general: where two know the same lines equally well, DetectActivity
// takes the earlier.
func Activities() []Activity {
	return []Activity{
		{"zeek", "Zeek conn, http, ssl and files logs (TSV, JSON)", newZeekActivity},
		{"eve", "Suricata EVE JSON", newEveActivity},
		{"goflow", "NetFlow v5, v9 and IPFIX (dump, capture, goflow2 JSON)", newGoflow},
		{"squid", "Squid access.log", newSquid},
		{"fortigate", "FortiGate key=value log", newFortigate},
		{"paloalto", "Palo Alto Networks traffic and threat log (CSV)", newPaloAlto},
		{"checkpoint", "Check Point Log Exporter", newCheckPoint},
		{"pfsense", "pfSense and OPNsense filterlog", newPfsense},
		{"leef", "LEEF (IBM QRadar)", newLEEF},
		{"cef", "CEF (ArcSight)", newCEF},
	}
}

// LookupActivity gives the format of that name, as Activities lists it.
func LookupActivity(name string) (Activity, bool) {
	for _, f := range Activities() {
		if f.Name == name {
			return f, true
		}
	}
	return Activity{}, false
}

// DetectActivity chooses among Activities by the rules of Detect. When none
// knows a line the error is an *UnknownError.
func DetectActivity(sample [][]byte, opt Options) (Activity, error) {
	sample = sample[:min(len(sample), maxSample)]
	var best Activity
	var top score
	unknown := &UnknownError{}
	for _, f := range Activities() {
		var into []event.Activity
		r := f.New(opt)
		s := rate(func(line []byte) (v Verdict) {
			into, v = r.Read(line, into[:0])
			return v
		}, sample)
		if s.beats(top) {
			best, top = f, s
		}
		unknown.Tried = append(unknown.Tried, f.Name)
		unknown.Lines = s.lines
	}
	if top.known == 0 {
		return Activity{}, unknown
	}
	return best, nil
}

// activityText is to activities what textReader is to look-ups: the string dies
// when read returns.
type activityText interface {
	read(s string, into []event.Activity) ([]event.Activity, Verdict)
}

// activityGuard is the ActivityReader of every format: what all lines share is
// dealt with here, as guard does for look-ups.
type activityGuard struct{ in activityText }

func (g activityGuard) Read(line []byte, into []event.Activity) ([]event.Activity, Verdict) {
	s, v := lineText(line)
	if v != parsed {
		return into, v
	}
	return g.in.read(s, into)
}

// activityRecord is an activityText that has JSON records of its own too. False
// means that the object is a wrapping.
type activityRecord interface {
	record(j *jsonLine, v *fastjson.Value, into []event.Activity) ([]event.Activity, Verdict, bool)
}

// wrappedActivity is wrapped for activities: lines of text, bare or inside one
// JSON object a line.
type wrappedActivity struct {
	in activityText
	w  wrapped
}

func activityTextGuard(in activityText, opt Options) activityGuard {
	return activityGuard{&wrappedActivity{in: in, w: wrapped{clock: newClock(opt)}}}
}

func (r *wrappedActivity) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	if s[0] != '{' {
		return r.in.read(s, into)
	}
	v, verdict := r.w.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	if own, ok := r.in.(activityRecord); ok {
		if out, verdict, ok := own.record(&r.w.json, v, into); ok {
			return out, verdict
		}
	}
	line := strings.TrimRight(innerLine(v), "\r\n")
	switch {
	case strings.TrimSpace(line) == "":
		return into, reject(NotFormat)
	case strings.IndexByte(line, 0) >= 0:
		return into, reject(BadText)
	}
	at, ok := r.w.time(v)
	if !ok {
		return into, reject(BadTime)
	}
	before := len(into)
	into, verdict = r.in.read(line, into)
	for i := before; i < len(into); i++ {
		if into[i].Time.IsZero() {
			into[i].Time = at
		}
	}
	return into, verdict
}
