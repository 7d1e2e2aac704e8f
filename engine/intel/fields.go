// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import "bytes"

// quoting is how the quotes of a line stand at its end.
type quoting uint8

const (
	closed quoting = iota
	opened         // the line ends inside a quoted field
	wrong          // text after a closing quote
)

// splitFields cuts a line at comma and appends the fields, unquoted, to dst
// (RFC 4180 §2). Spaces before a quote are dropped, quotes inside an unquoted
// field are kept. A comma of 0 means one column.
func splitFields(dst [][]byte, line []byte, comma byte) ([][]byte, quoting) {
	for {
		field := bytes.TrimLeft(line, " ")
		if len(field) == 0 || field[0] != '"' {
			end := bytes.IndexByte(line, comma)
			if comma == 0 || end < 0 {
				return append(dst, line), closed
			}
			dst, line = append(dst, line[:end]), line[end+1:]
			continue
		}
		text, rest, ok := quoted(field[1:])
		if !ok {
			return dst, opened
		}
		dst = append(dst, text)
		rest = bytes.TrimLeft(rest, " ")
		if len(rest) == 0 {
			return dst, closed
		}
		if comma == 0 || rest[0] != comma {
			return dst, wrong
		}
		line = rest[1:]
	}
}

// quoted returns the text up to the closing quote and what follows it.
func quoted(s []byte) (text, rest []byte, ok bool) {
	doubled := false
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			doubled = true
			i++
			continue
		}
		text = s[:i]
		if doubled {
			text = bytes.ReplaceAll(text, []byte(`""`), []byte(`"`))
		}
		return text, s[i+1:], true
	}
	return nil, nil, false
}
