// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

// Judge returns name as it is stored and why no list may name it: BadName,
// PublicSuffix, or "" when it may. A name that is a suffix only by a rule such
// as *.mm may be named, though Load lets it answer for itself alone.
func Judge(name string) (normal string, why Reason) {
	b := AppendNormal(nil, name)
	switch {
	case !domain(b):
		return string(b), BadName
	case openness(b) == public:
		return string(b), PublicSuffix
	}
	return string(b), ""
}

// SplitFields cuts one line of a table at comma and appends the fields,
// unquoted, to dst (RFC 4180 §2). A comma of 0 means one column. open says that
// the line ends inside a quoted field, broken that text follows a closing
// quote; the fields are whole only when both are false.
func SplitFields(dst [][]byte, line []byte, comma byte) (fields [][]byte, open, broken bool) {
	fields, q := splitFields(dst, line, comma)
	return fields, q == opened, q == wrong
}

// IsComment reports whether a line without white space around it holds no
// indicator: it is empty, a comment, or the first line of an AdBlock list.
func IsComment(line []byte) bool { return comment(line) }

// Uncomment cuts the comment behind the indicator of a plain list.
func Uncomment(line []byte) []byte { return uncomment(line) }
