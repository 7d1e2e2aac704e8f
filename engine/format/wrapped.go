// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// wrapped reads lines of text, bare or as the "log" or "message" of one JSON
// object a line: Docker's json-file, Fluent Bit, journalctl -o json, Filebeat.
// A line that tells no time takes that of the object.
type wrapped struct {
	in    textReader
	clock clock
	json  jsonLine
	// record, when set, reads objects that are the program's own. False means
	// that the object is a wrapping.
	record func(c *clock, v *fastjson.Value, into []event.DNS) ([]event.DNS, Verdict, bool)
}

func (r *wrapped) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	if s[0] != '{' {
		return r.in.read(s, into)
	}
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	if r.record != nil {
		if out, verdict, ok := r.record(&r.clock, v, into); ok {
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
	at, ok := r.time(v)
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

// innerLine gives the text that an object wraps; Elastic keeps what came in
// under event.original.
func innerLine(v *fastjson.Value) string {
	if s := text(v, "event", "original"); s != "" {
		return s
	}
	return firstText(v, "log", "message", "msg", "MESSAGE")
}

// time reads the time of an object, zero when it has none.
func (r *wrapped) time(v *fastjson.Value) (time.Time, bool) {
	if us := text(v, "__REALTIME_TIMESTAMP"); us != "" { // microseconds since 1970, systemd.journal-fields(7)
		n, rest, ok := number(us, 16)
		return time.UnixMicro(int64(n)).UTC(), ok && rest == ""
	}
	stamp := firstText(v, "time", "@timestamp", "timestamp", "ts")
	if stamp == "" {
		return time.Time{}, true
	}
	return r.clock.scanJSON(stamp)
}
