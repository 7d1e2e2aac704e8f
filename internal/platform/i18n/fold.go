// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package i18n

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NFC brings text into the one normal form the product stores (Unicode UAX
// #15), and trims and folds its white space to single spaces.
func NFC(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

// Fold reduces text to what search compares: lower case, no accents, đ as d,
// single spaces. "UBND xã Mường Than" and "ubnd xa muong  than" fold alike.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ' || r == 'ð':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
