// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapes says how a program writes octets of a name that are not plain.
type escapes uint8

const (
	plain     escapes = iota // as they are
	masterDNS                // \DDD decimal and \X, RFC 1035 §5.1 (BIND, CoreDNS, PowerDNS, AdGuard Home)
	hexX                     // \xHH (Zeek, Suricata)
)

// maxName is the longest name in octets without the root dot: RFC 1035 §2.3.4
// allows 255 on the wire, two of which are the first length and the root.
const maxName = 253

// nameText turns a name as logged into text: escapes undone, root dot dropped,
// case kept. False means no name: empty, with an empty label or a NUL octet, or
// too long. Underscores, spaces, U-labels and the like pass: resolvers log
// what clients ask.
func nameText(s string, esc escapes) (string, bool) {
	if s == "." {
		return ".", true
	}
	if !needsWork(s, esc) {
		s = strings.TrimSuffix(s, ".")
		if s == "" || len(s) > maxName || s[0] == '.' || strings.Contains(s, "..") || strings.HasSuffix(s, ".") {
			return "", false
		}
		return strings.Clone(s), true
	}
	octets, ok := unescape(make([]byte, 0, maxName+1), s, esc)
	if !ok {
		return "", false
	}
	return render(octets)
}

func needsWork(s string, esc escapes) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' && esc != plain {
			return true
		}
	}
	return false
}

// labelDot stands for an escaped dot, one inside a label, while a name is
// octets; the octet NUL is free for it because names that hold it are refused.
const labelDot = 0

func unescape(out []byte, s string, esc escapes) ([]byte, bool) {
	for i := 0; i < len(s); {
		c, n, escaped := s[i], 1, false
		if c == '\\' && esc != plain {
			c, n = escape(s[i:], esc)
			escaped = n > 1
		}
		switch {
		case c == 0:
			return nil, false
		case c == '.' && escaped:
			c = labelDot
		}
		out = append(out, c)
		i += n
	}
	return out, true
}

// escape reads one escape at the start of s and gives the octet and its length
// in s; a backslash that starts none stands for itself.
func escape(s string, esc escapes) (byte, int) {
	if esc == hexX {
		if len(s) >= 4 && s[1] == 'x' {
			if hi, lo := hexDigit(s[2]), hexDigit(s[3]); hi < 16 && lo < 16 {
				return hi<<4 | lo, 4
			}
		}
		return '\\', 1
	}
	if v, ok := digits(s[1:], 3); ok && v < 256 {
		return byte(v), 4
	}
	if len(s) > 1 {
		return s[1], 2
	}
	return '\\', 1
}

func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}

// render writes the octets of a name as text on one line.
func render(o []byte) (string, bool) {
	if n := len(o); n > 1 && o[n-1] == '.' {
		o = o[:n-1]
	}
	if len(o) == 0 || len(o) > maxName || o[0] == '.' || o[len(o)-1] == '.' || strings.Contains(view(o), "..") {
		return "", false
	}
	var b strings.Builder
	b.Grow(len(o))
	for i := 0; i < len(o); {
		r, n := utf8.DecodeRune(o[i:])
		switch {
		case o[i] == labelDot && i > 0 && i+1 < len(o) && isInner(o[i-1]) && isInner(o[i+1]):
			b.WriteByte('.')
		case o[i] == labelDot:
			b.WriteString(`\046`) // as a dot it would look like an empty label
		case r == utf8.RuneError && n <= 1 || unicode.IsControl(r):
			for _, c := range o[i : i+n] {
				b.Write([]byte{'\\', '0' + c/100, '0' + c/10%10, '0' + c%10})
			}
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String(), true
}

func isInner(c byte) bool { return c != '.' && c != labelDot }
