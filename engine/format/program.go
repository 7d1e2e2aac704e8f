// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// program is head for what daemons write to syslog: it also tells a name with a
// slash in it, "host postfix/smtpd[26897]: ".
func (c *clock) program(s string) head {
	h := c.head(s)
	if h.bad || h.tag != "" {
		return h
	}
	rest := h.rest
	for range 2 {
		word, after, _ := strings.Cut(rest, " ")
		name, ok := strings.CutSuffix(word, ":")
		if i := strings.IndexByte(name, '['); i > 0 && strings.HasSuffix(name, "]") {
			name = name[:i]
		}
		if ok && name != "" && isLetter(name[0]) && isHost(strings.ReplaceAll(name, "/", "-")) {
			h.tag, h.rest = name, strings.TrimLeft(after, " ")
			return h
		}
		if !isHost(word) {
			break
		}
		rest = strings.TrimLeft(after, " ")
	}
	return h
}

// peer reads "name[address]" or "name[address]:port", as mail servers write who
// they talk to; "unknown" is no name.
func (d *draft) peer(src bool, s string) bool {
	name, rest, ok := strings.Cut(s, "[")
	addr, rest, ok2 := strings.Cut(rest, "]")
	if !ok || !ok2 {
		return false
	}
	e := &d.a.Dst
	if src {
		e = &d.a.Src
	}
	a, ok := address(addr)
	if !ok {
		return false
	}
	if e.Addr = a; name != "unknown" && isHostName(name) {
		setText(&e.Host, name)
	}
	if port, _, ok := number(strings.TrimPrefix(rest, ":"), 5); ok && port < 1<<16 && strings.HasPrefix(rest, ":") {
		e.Port = uint16(port)
	}
	return true
}

// angled gives what stands in "<>" behind key, "" where the key is not there.
func angled(s, key string) string {
	_, rest, ok := strings.Cut(s, key+"<")
	if !ok {
		return ""
	}
	inner, _, _ := strings.Cut(rest, ">")
	return inner
}

// valueOf gives the word behind key, to a space or a comma.
func valueOf(s, key string) string {
	_, rest, ok := strings.Cut(s, key)
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, " ,;"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// logged is finish for a line whose time its syslog head tells.
func (d *draft) logged(h head, into []event.Activity) ([]event.Activity, Verdict) {
	if h.bad {
		return into, reject(BadTime)
	}
	if d.a.Time.IsZero() {
		d.a.Time = h.at
	}
	return d.finish(into)
}
