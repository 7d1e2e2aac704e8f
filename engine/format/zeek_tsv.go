// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"slices"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// zeekColumns is what the header lines of a Zeek TSV log say.
type zeekColumns struct {
	separator string
	unset     string
	empty     string
	path      string
	named     bool // a #fields line was met

	ts, client, server, query, kind, kindNumber, rcode, rcodeNumber int // column numbers; -1 where there is none
	last                                                            int // the last of them
}

// zeekDefaults hold until a header says otherwise (Zeek's LogAscii defaults).
var zeekDefaults = zeekColumns{separator: "\t", unset: "-", empty: "(empty)"}

// directive reads a line that starts with '#'.
func (c *zeekColumns) directive(s string) Verdict {
	key, value, _ := strings.Cut(s, c.separator)
	if rest, ok := strings.CutPrefix(s, "#separator"); ok { // always followed by a space
		*c = zeekDefaults
		if octets, ok := unescape(nil, strings.TrimSpace(rest), hexX); ok && len(octets) > 0 {
			c.separator = string(octets)
		}
		return skip(Header)
	}
	key, _, _ = strings.Cut(key, " ")
	switch key {
	case "#fields":
		c.name(strings.Split(strings.Clone(value), c.separator))
	case "#unset_field":
		c.unset = strings.Clone(value)
	case "#empty_field":
		c.empty = strings.Clone(value)
	case "#path":
		c.path = strings.Clone(value)
	case "#set_separator", "#types", "#open", "#close":
	default:
		return skip(Comment)
	}
	return skip(Header)
}

// isRelayedDirective tells a header line that stands behind a syslog head: the
// guard finds it there.
func isRelayedDirective(s string) bool {
	_, word, ok := strings.Cut(s[:min(len(s), maxHead)], " #")
	if !ok {
		_, word, ok = strings.Cut(s[:min(len(s), maxHead)], " "+bom+"#")
	}
	if !ok {
		return false
	}
	for _, key := range [...]string{"separator ", "set_separator", "empty_field", "unset_field", "path", "open", "fields", "types", "close"} {
		if strings.HasPrefix(word, key) {
			return true
		}
	}
	return false
}

func (c *zeekColumns) name(fields []string) {
	at := func(names ...string) int {
		for i, f := range fields {
			if slices.Contains(names, f) {
				c.last = max(c.last, i)
				return i
			}
		}
		return -1
	}
	c.named, c.last = true, 0
	c.ts, c.query = at("ts"), at("query")
	c.client, c.server = at("id.orig_h", "id_orig_h"), at("id.resp_h", "id_resp_h")
	c.kind, c.kindNumber = at("qtype_name"), at("qtype")
	c.rcode, c.rcodeNumber = at("rcode_name"), at("rcode")
}

// row reads a record by column; columns after the last one of use are not cut.
func (r *zeek) row(s string, into []event.DNS) ([]event.DNS, Verdict) {
	c := &r.columns
	if c.query < 0 || c.client < 0 {
		if c.path == "" {
			return into, skip(OtherEvent)
		}
		return into, reject(MissField)
	}
	var f record
	for i := 0; i <= c.last; i++ {
		field, rest, more := strings.Cut(s, c.separator)
		if s = rest; !more && i < c.last {
			return into, reject(MissField)
		}
		if field == c.unset {
			continue
		}
		if field == c.empty {
			field = ""
		}
		switch i {
		case c.ts:
			f.ts = field
		case c.client:
			f.client = field
		case c.server:
			f.server = field
		case c.query:
			f.query, f.hasQuery = field, true
		case c.kind:
			f.kind = field
		case c.kindNumber:
			f.kindNumber = field
		case c.rcode:
			f.rcode = field
		case c.rcodeNumber:
			f.rcodeNumber = field
		}
	}
	return r.take(&f, into)
}
