// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"encoding/json"
)

// scanMembers calls fn for each member of one object whose value is a string
// without escapes; others cannot be what is looked for. It is false when raw is
// no object.
func scanMembers(raw []byte, fn func(key, value string)) bool {
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
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 || rest[0] != ':' {
			return true
		}
		value, rest, ok := scanValue(rest[1:])
		if !ok {
			return true
		}
		if value[0] == '"' && bytes.IndexByte(value, '\\') < 0 {
			fn(string(key[1:len(key)-1]), string(value[1:len(value)-1]))
		}
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 || rest[0] != ',' {
			return true
		}
		raw = rest[1:]
	}
}

// scanValue cuts the first value off.
func scanValue(raw []byte) (value, rest []byte, ok bool) {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
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
