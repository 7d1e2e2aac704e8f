// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"net/netip"
	"strings"
)

// hostOf gives the HOSTNAME of a syslog line, "" when it tells none. It looks
// at the header only: RFC 5424 §6.2, RFC 3164 §4.1, and the latter with a year
// or with an ISO time, as firewalls and newer daemons write it.
func hostOf(line []byte) string {
	s := line[:min(len(line), 400)]
	if len(s) > 2 && s[0] == '<' {
		if i := bytes.IndexByte(s, '>'); 2 <= i && i <= 4 && allDigits(s[1:i]) {
			s = s[i+1:]
		}
	}
	if rest, ok := bytes.CutPrefix(s, []byte("1 ")); ok {
		if _, rest, ok = bytes.Cut(rest, []byte{' '}); ok {
			return hostName(rest)
		}
		return ""
	}
	rest, ok := afterTime(s)
	if !ok {
		return ""
	}
	return hostName(rest)
}

// hostName gives the first word of s when it is a host and no tag.
func hostName(s []byte) string {
	i := bytes.IndexByte(s, ' ')
	if i < 1 || i > 255 || i == 1 && s[0] == '-' {
		return ""
	}
	for _, c := range s[:i] {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':') {
			return ""
		}
	}
	word := string(s[:i])
	if strings.HasSuffix(word, ":") {
		if _, err := netip.ParseAddr(word); err != nil {
			return ""
		}
	}
	return word
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// afterTime drops the time at the start of s and the space behind it.
func afterTime(s []byte) ([]byte, bool) {
	if len(s) > 20 && s[4] == '-' && s[7] == '-' && (s[10] == 'T' || s[10] == ' ') && allDigits(s[:4]) {
		_, rest, ok := bytes.Cut(s[11:], []byte{' '})
		return rest, ok
	}
	s = bytes.TrimLeft(s, "*")
	if len(s) < 17 || s[3] != ' ' || s[6] != ' ' {
		return nil, false
	}
	if i := strings.Index(months, string(s[:3])); i < 0 || i%3 != 0 {
		return nil, false
	}
	rest := s[7:]
	if len(rest) > 5 && rest[4] == ' ' && allDigits(rest[:4]) { // "Nov 22 2026 15:04:05"
		rest = rest[5:]
	}
	i := bytes.IndexByte(rest, ' ')
	if i < 8 || rest[2] != ':' || rest[5] != ':' {
		return nil, false
	}
	return rest[i+1:], true
}

func allDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) > 0
}
