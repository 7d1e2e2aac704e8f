// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
)

// field is one key with its value, both views of the line.
type field struct{ key, value string }

// fields are those of a line, in order; a key may stand twice.
type fields []field

// get gives the first value of key that says something.
func (f fields) get(key string) string {
	for _, one := range f {
		if one.key == key && !isUnset(one.value) {
			return one.value
		}
	}
	return ""
}

// apply gives each field its meaning, in the order of the table.
func (f fields) apply(d *draft, table []meaning) {
	for _, m := range table {
		for _, one := range f {
			if one.key == m.field {
				d.take(m.is, one.value)
			}
		}
	}
}

// quotedPairs reads `key=value key="value with spaces"`, separated by spaces,
// commas or tabs. False means that s holds something else.
func quotedPairs(out fields, s string) (fields, bool) {
	for {
		if s = strings.TrimLeft(s, " \t,"); s == "" {
			return out, len(out) > 0
		}
		key, rest, ok := strings.Cut(s, "=")
		if !ok || !isKey(key) {
			return out, false
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			end := quoteEnd(rest)
			if end < 0 { // cut by a relay: what is left is the value
				return append(out, field{key, rest[1:]}), true
			}
			value, rest = unquote(rest[1:end]), rest[end+1:]
		} else {
			end := strings.IndexAny(rest, " \t,")
			if end < 0 {
				end = len(rest)
			}
			value, rest = rest[:end], rest[end:]
		}
		out, s = append(out, field{key, value}), rest
	}
}

// quoteEnd finds the quote that ends the one at the start of s; -1 is none.
func quoteEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// unquote undoes \" and \\; other backslashes are the value's own (DOMAIN\user).
func unquote(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
}

// isKey tells a field's name.
func isKey(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte("_-.:[]()", c) < 0 {
			return false
		}
	}
	return s != ""
}
