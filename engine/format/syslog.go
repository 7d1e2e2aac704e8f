// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"
)

// head is what stands before a program's own message.
type head struct {
	at   time.Time // of the innermost prefix that has one; zero when none has
	bad  bool      // a time stood there that no calendar knows
	tag  string    // program name without pid: "dnsmasq"; a view of the line
	rest string    // the message
}

// head strips the prefixes of s: RFC 3164 with or without priority, RFC 5424,
// the ISO form of newer daemons and that of Kubernetes' container runtimes, one
// inside the other where logs were relayed, down to the program's message. The program's own time, if it writes
// one after the tag, is the innermost.
func (c *clock) head(s string) head {
	h := head{rest: s}
	for range 4 {
		s := strings.TrimLeft(trimPriority(strings.TrimLeft(h.rest, " \t")), " ")
		if rest, ok := strings.CutPrefix(s, "1 "); ok && c.rfc5424(&h, rest) {
			continue
		}
		at, rest, state := c.scan(strings.TrimPrefix(s, "*"))
		switch state {
		case badTime:
			h.bad, h.rest = true, s
			return h
		case noTime:
			h.rest = s
			if h.tag == "" { // without a time before it only the first word can be a tag
				if word, after, ok := strings.Cut(s, " "); ok && tagName(word) != "" {
					h.tag, h.rest = tagName(word), strings.TrimLeft(after, " ")
				}
			}
			return h
		}
		h.at = at
		rest = strings.TrimPrefix(strings.TrimLeft(rest, " \t"), ": ")
		if inner, ok := trimCRI(rest); ok {
			h.rest = inner
			continue
		}
		if rest = c.relayed(rest); c.begins(rest) {
			h.rest = rest
			continue
		}
		tag, rest := cutTag(rest)
		if tag != "" {
			h.tag = tag
		}
		h.rest = trimMessageID(rest)
	}
	return h
}

// begins says whether s is a line with a syslog head itself.
func (c *clock) begins(s string) bool {
	if !mayBegin(s) {
		return false
	}
	s = trimPriority(s)
	if rest, ok := strings.CutPrefix(s, "1 "); ok {
		var h head
		return c.rfc5424(&h, rest)
	}
	_, _, state := c.scan(s)
	return state == goodTime
}

// relayed drops a host that stands before a line with a head of its own.
func (c *clock) relayed(s string) string {
	i := strings.IndexByte(s, ' ')
	if i > 0 && mayBegin(s[i+1:]) && isHost(s[:i]) && !c.begins(s) && c.begins(s[i+1:]) {
		return s[i+1:]
	}
	return s
}

// mayBegin tells by its first byte whether s can be a line with a head.
func mayBegin(s string) bool {
	return s != "" && (isDigit(s[0]) || s[0] == '<' || 'A' <= s[0] && s[0] <= 'Z')
}

// trimPriority drops "<30>" (RFC 3164 §4.1.1).
func trimPriority(s string) string {
	if len(s) > 2 && s[0] == '<' {
		if _, rest, ok := number(s[1:], 3); ok && rest != "" && rest[0] == '>' {
			return rest[1:]
		}
	}
	return s
}

// rfc5424 reads what follows the version: time, host, program, process id,
// message id, structured data (RFC 5424 §6). False leaves h alone.
func (c *clock) rfc5424(h *head, s string) bool {
	var at time.Time
	rest, nil5424 := strings.CutPrefix(s, "- ")
	if !nil5424 {
		var state stamp
		if at, rest, state = c.scan(s); state != goodTime || rest == "" || rest[0] != ' ' {
			return false
		}
		rest = rest[1:]
	}
	var field [4]string // host, program, process id, message id
	for i := range field {
		var ok bool
		if field[i], rest, ok = strings.Cut(rest, " "); !ok {
			return false
		}
	}
	rest, ok := trimData(rest)
	if !ok {
		return false
	}
	if !nil5424 {
		h.at = at
	}
	h.tag, h.rest = field[1], strings.TrimPrefix(strings.TrimPrefix(rest, " "), bom)
	return true
}

// trimData drops structured data: "-" or [id k="v"]..., where a quoted value
// may hold escaped quotes and brackets (RFC 5424 §6.3.3).
func trimData(s string) (string, bool) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return rest, true
	}
	if s == "" || s[0] != '[' {
		return s, false
	}
	for s != "" && s[0] == '[' {
		quoted, i := false, 1
		for ; i < len(s) && (quoted || s[i] != ']'); i++ {
			switch {
			case s[i] == '\\' && quoted:
				i++
			case s[i] == '"':
				quoted = !quoted
			}
		}
		if i >= len(s) {
			return s, false
		}
		s = s[i+1:]
	}
	return s, true
}

// trimCRI drops "stdout F " (Kubernetes CRI logging format).
func trimCRI(s string) (string, bool) {
	if len(s) < 9 || s[:3] != "std" || s[6] != ' ' || s[7] != 'F' && s[7] != 'P' || s[8] != ' ' || s[3:6] != "out" && s[3:6] != "err" {
		return s, false
	}
	return s[9:], true
}

// trimMessageID drops "[ID 873579 daemon.info] ", which Solaris puts before
// the message (syslogd(1M)).
func trimMessageID(s string) string {
	if strings.HasPrefix(s, "[ID ") {
		if _, rest, ok := strings.Cut(s, "] "); ok {
			return rest
		}
	}
	return s
}

// cutTag drops "prog[pid]: ", "host prog[pid]: ", "host address prog[pid]: "
// (relays, Infoblox grids), "host host prog[pid]: " (UniFi) or "host daemon.info prog[pid]: " (BusyBox) and
// gives the program; without a tag s stays whole.
func cutTag(s string) (tag, rest string) {
	rest = s
	host := ""
	for i := range 3 {
		word, after, _ := strings.Cut(rest, " ")
		if tag := tagName(word); tag != "" {
			return tag, strings.TrimLeft(after, " ")
		}
		if !isHost(word) || i == 1 && !isFacility(word) && !isAddress(word) && word != host {
			break
		}
		host = word
		rest = strings.TrimLeft(after, " ")
	}
	return "", s
}

// tagName gives the program of "prog:" or "prog[pid]:"; empty is no tag.
func tagName(s string) string {
	s, ok := strings.CutSuffix(s, ":")
	if !ok {
		return ""
	}
	if i := strings.IndexByte(s, '['); i > 0 && s[len(s)-1] == ']' {
		s = s[:i]
	}
	if s == "" || !isLetter(s[0]) && s[0] != '/' {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte("-_.@", c) < 0 && (c != '/' || s[0] != '/') {
			return ""
		}
	}
	return s[strings.LastIndexByte(s, '/')+1:]
}

func isHost(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte("-_.:", c) < 0 {
			return false
		}
	}
	return s != ""
}

func isAddress(s string) bool {
	_, ok := address(s)
	return ok
}

// isFacility tells "daemon.info" and the like (RFC 5424 §6.2.1, syslog.h names).
func isFacility(s string) bool {
	facility, _, ok := strings.Cut(s, ".")
	if !ok {
		return false
	}
	switch facility {
	case "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp":
		return true
	}
	return len(facility) == 6 && strings.HasPrefix(facility, "local")
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
