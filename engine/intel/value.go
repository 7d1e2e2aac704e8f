// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"net/netip"
	"strings"
)

// domainKind is the kind of a name.
const domainKind = "domain"

// value is one indicator freed from the dress of its list.
type value struct {
	name      []byte
	kind      string // domainKind or what it is instead
	exception bool   // AdBlock "@@": allowed
	refused   Reason
}

// undress takes off what lists put around a name. "||name^", "*.name" and
// ".name" all mean the name and what is below it: publishers differ on whether
// the bare name is meant, and who owns the names below owns it too. "[.]" and
// "(.)" are dots made harmless.
func undress(v []byte) value {
	v = bytes.TrimSpace(v)
	var out value
	if rest, ok := bytes.CutPrefix(v, []byte("@@")); ok {
		v, out.exception = rest, true
	}
	if rest, ok := bytes.CutPrefix(v, []byte("||")); ok {
		name, option, _ := bytes.Cut(rest, []byte("^"))
		if len(option) > 0 && string(option) != "$important" {
			return value{refused: FilterOption}
		}
		v = name
	} else if out.exception || bytes.ContainsAny(v, "|^$") || bytes.Contains(v, []byte("##")) {
		return value{refused: FilterOption}
	}
	if bytes.ContainsAny(v, "[(") {
		v = harmful.replace(v)
	}
	v = bytes.TrimPrefix(v, []byte("*"))
	v = bytes.TrimPrefix(v, []byte("."))
	out.name, out.kind = v, kindOf(v)
	switch {
	case len(v) == 0:
		out.refused = NoName
	case out.kind == domainKind && bytes.IndexByte(v, '*') >= 0:
		out.refused = Wildcard
	}
	return out
}

type replacer struct{ *strings.Replacer }

func (r replacer) replace(b []byte) []byte { return []byte(r.Replace(string(b))) }

var harmful = replacer{strings.NewReplacer("[.]", ".", "(.)", ".", "[dot]", ".", "(dot)", ".", "[:]", ":")}

// kindOf tells what an indicator is from its looks. Names that look like no
// other kind are domains.
func kindOf(v []byte) string {
	if bytes.IndexByte(v, '@') >= 0 {
		return "email"
	}
	if bytes.IndexByte(v, '/') >= 0 {
		if _, err := netip.ParsePrefix(string(v)); err == nil {
			return "ip-range"
		}
		return "url"
	}
	if digests[len(v)] && bytes.IndexByte(v, '.') < 0 && isHex(v) {
		return "hash"
	}
	colon := bytes.LastIndexByte(v, ':')
	if colon < 0 && !numeric(v) {
		return domainKind
	}
	s := string(v)
	if _, err := netip.ParseAddr(s); err == nil {
		return "ip"
	}
	if _, err := netip.ParseAddrPort(s); err == nil {
		return "ip-port"
	}
	if colon > 0 && numeric(v[colon+1:]) {
		return "host-port"
	}
	return domainKind
}

// digests are the lengths of MD5, SHA-1, SHA-256 and SHA-512 in hexadecimal.
var digests = map[int]bool{32: true, 40: true, 64: true, 128: true}

func isHex(v []byte) bool {
	for _, c := range v {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// numeric reports whether v is digits and dots.
func numeric(v []byte) bool {
	for _, c := range v {
		if (c < '0' || c > '9') && c != '.' {
			return false
		}
	}
	return len(v) > 0
}
