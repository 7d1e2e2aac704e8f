// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"encoding/json"
)

// scanMembers calls fn for each member of one object whose value is a string
// without escapes, until fn has seen enough; other values cannot be what is
// looked for. It is false when raw is no object. fn must not keep the bytes.
func scanMembers(raw []byte, fn func(key, value []byte) (enough bool)) bool {
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '{' {
		return false
	}
	raw = raw[1:]
	for {
		key, rest, ok := scanValue(raw)
		if !ok || len(key) < 2 || key[0] != '"' {
			return true
		}
		if rest = space(rest); len(rest) == 0 || rest[0] != ':' {
			return true
		}
		value, rest, ok := scanValue(rest[1:])
		if !ok {
			return true
		}
		if value[0] == '"' && bytes.IndexByte(value, '\\') < 0 && fn(key[1:len(key)-1], value[1:len(value)-1]) {
			return true
		}
		if rest = space(rest); len(rest) == 0 || rest[0] != ',' {
			return true
		}
		raw = rest[1:]
	}
}

// space cuts white space off the front.
func space(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// scanValue cuts the first value off.
func scanValue(raw []byte) (value, rest []byte, ok bool) {
	if raw = space(raw); len(raw) == 0 {
		return nil, nil, false
	}
	v := extent{scalar: raw[0] != '{' && raw[0] != '[' && raw[0] != '"'}
	n, done := v.scan(raw)
	return raw[:n], raw[n:], done && n > 0
}

// appendJSON appends s as a JSON string.
func appendJSON(dst []byte, s string) []byte {
	b, _ := json.Marshal(s) // a string always can
	return append(dst, b...)
}
