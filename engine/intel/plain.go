// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import "bytes"

// plain reads one name a line, as bare names, in Maltrail's manner with
// comments behind them, or as AdBlock filters.
type plain struct{ *loader }

func (p plain) line(no int64, text []byte) error {
	if name, ok := appendSimple(p.b.norm[:0], text); ok {
		p.b.norm = name
		return p.name(no, text, name, nil, p.list)
	}
	v := bytes.TrimSpace(text)
	if comment(v) {
		return nil
	}
	v = bytes.TrimSpace(uncomment(v))
	if bytes.ContainsAny(v, " \t,;") {
		if address(v) { // a hosts line among plain ones
			return hosts(p).line(no, text)
		}
		p.refuse(no, text, Columns)
		return nil
	}
	return p.value(no, text, v, nil)
}

func (p plain) end() error { return nil }

// comment reports whether a trimmed line holds no row: it is empty, a comment,
// or the first line of an AdBlock list.
func comment(v []byte) bool {
	if len(v) == 0 || v[0] == '#' || v[0] == ';' || v[0] == '!' || bytes.HasPrefix(v, []byte("//")) {
		return true
	}
	return v[0] == '[' && bytes.HasPrefix(bytes.ToLower(v), []byte("[adblock"))
}

// uncomment cuts a comment behind the name. The mark must follow white space:
// "example.com##.banner" is an AdBlock filter on what a page shows.
func uncomment(v []byte) []byte {
	for i := 1; i < len(v); i++ {
		if v[i] == '#' && (v[i-1] == ' ' || v[i-1] == '\t') {
			return v[:i]
		}
	}
	return v
}
