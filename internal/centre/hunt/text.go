// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// likeEscape makes a text match itself in LIKE … ESCAPE '!'.
var likeEscape = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)

// readable keeps a name that is clean text as it is and writes the bytes of any
// other that are no printable ASCII as \DDD (RFC 1035 §5.1), as the evidence of
// findings does.
func readable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\%03d`, c)
		}
	}
	return b.String()
}
