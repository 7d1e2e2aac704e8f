// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/valyala/fastjson"
)

// layer is what may be a line of its own inside of another.
type layer struct {
	text string    // not blank
	at   time.Time // of the syslog head around it; zero when that tells none
}

// maxLayers bounds what is tried of one line.
const maxLayers = 9

// layers appends what stands behind the syslog head of s, as the head may be
// read: RFC 5424, the Kubernetes form, or a time with or without a host and a
// tag behind it (RFC 3164 §4.1 asks for both, and many devices write neither),
// and then within that, where logs were relayed.
func (c *clock) layers(out []layer, s string) []layer {
	for range 3 {
		s = strings.TrimLeft(trimPriority(strings.TrimLeft(s, " \t")), " ")
		if rest, ok := strings.CutPrefix(s, "1 "); ok {
			var h head
			if c.rfc5424(&h, rest) {
				s = strings.TrimLeft(h.rest, " ")
				if out = addLayer(out, s, h.at); s == "" {
					return out
				}
				continue
			}
		}
		at, rest, state := c.scan(strings.TrimPrefix(s, "*"))
		if state == badTime {
			return out
		}
		if state == noTime { // a tag alone
			if word, after, ok := strings.Cut(s, " "); ok && tagName(word) != "" {
				out = addLayer(out, strings.TrimLeft(after, " "), at)
			}
			return out
		}
		rest = strings.TrimLeft(rest, " \t")
		rest = strings.TrimLeft(strings.TrimPrefix(rest, ":"), " ")
		if inner, ok := trimCRI(rest); ok {
			out, s = addLayer(out, inner, at), inner
			continue
		}
		rest = c.relayed(rest)
		whole := rest
		if c.begins(rest) {
			// A line with a head of its own: no host stands before it.
		} else if tag, after := cutTag(rest); tag != "" {
			whole, rest = after, after
		} else if word, after, ok := strings.Cut(rest, " "); ok && isHost(word) {
			whole = strings.TrimLeft(after, " ")
		}
		if out = addLayer(out, whole, at); len(whole) != len(rest) {
			out = addLayer(out, rest, at)
		}
		s = whole
	}
	return out
}

func addLayer(out []layer, s string, at time.Time) []layer {
	if strings.TrimSpace(s) == "" || len(out) == maxLayers {
		return out
	}
	return append(out, layer{s, at})
}

// innerLine gives the text that an object wraps, as the "log" or "message" of
// one object a line: Docker's json-file, Fluent Bit, journalctl -o json,
// Filebeat. Elastic keeps what came in under event.original.
func innerLine(v *fastjson.Value) string {
	if s := text(v, "event", "original"); s != "" {
		return s
	}
	return firstText(v, "log", "message", "msg", "MESSAGE")
}

// wrapped reads the time of an object that wraps a line, zero when it has none.
func (c *clock) wrapped(v *fastjson.Value) (time.Time, bool) {
	if us := text(v, "__REALTIME_TIMESTAMP"); us != "" { // microseconds since 1970, systemd.journal-fields(7)
		n, rest, ok := number(us, 16)
		return time.UnixMicro(int64(n)).UTC(), ok && rest == ""
	}
	stamp := firstText(v, "time", "@timestamp", "timestamp", "ts")
	if stamp == "" {
		return time.Time{}, true
	}
	return c.scanJSON(stamp)
}
