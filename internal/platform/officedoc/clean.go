// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// cleaner makes text printable and remembers what it could not print as it is.
type cleaner struct {
	faces   [4]*face
	missing map[rune]bool
}

// text makes s printable over several lines: NFC, line ends as "\n", other blanks
// as one space, control and zero-width characters gone, what the font lacks as
// "[U+XXXX]". Invalid UTF-8 counts as U+FFFD.
func (c *cleaner) text(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	var b strings.Builder
	last := '\n'
	for _, r := range norm.NFC.String(s) {
		switch {
		case strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r):
			r = '\n'
		case r == '\u00a0' || r == '\u202f':
			r = '\u00a0' // the no-break space is kept, in its common form
		case r == '\t' || unicode.Is(unicode.Zs, r):
			r = ' '
		case turns(r) || unicode.Is(unicode.Noncharacter_Code_Point, r):
			c.code(&b, r)
			last = r
			continue
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			continue
		case !c.prints(r):
			c.code(&b, r)
			last = r
			continue
		}
		if r == ' ' && last == ' ' {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// line is text on one line, trimmed.
func (c *cleaner) line(s string) string {
	return strings.Join(strings.FieldsFunc(c.text(s), func(r rune) bool { return r == ' ' || r == '\n' }), " ")
}

// code writes r by its code point.
func (c *cleaner) code(b *strings.Builder, r rune) {
	c.missing[r] = true
	fmt.Fprintf(b, "[U+%04X]", r)
}

// prints reports whether every face of the family draws r, so that a word does
// not lose a letter when it is set bold.
func (c *cleaner) prints(r rune) bool {
	for _, f := range c.faces {
		if !f.has(r) {
			return false
		}
	}
	return true
}

// turns reports whether r is written from right to left or steers direction
// (Unicode UAX #9); neither writer reorders text.
func turns(r rune) bool {
	p, _ := bidi.LookupRune(r)
	switch p.Class() {
	case bidi.R, bidi.AL, bidi.AN, bidi.Control, bidi.LRE, bidi.RLE, bidi.LRO, bidi.RLO, bidi.PDF,
		bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI:
		return true
	}
	return r == '\u200e' || r == '\u200f' || r == '\u061c'
}

// Missing lists, in order and once each, the runes of p that both papers print
// by their code ("[U+1F600]") because the printing font lacks them or because
// they would turn the reading direction. Empty means p prints as written. It
// fails as the writers do.
func Missing(p Paper) ([]rune, error) {
	book, err := compile(p)
	if err != nil {
		return nil, err
	}
	runes := make([]rune, 0, len(book.missing))
	for r := range book.missing {
		runes = append(runes, r)
	}
	slices.Sort(runes)
	return runes, nil
}
