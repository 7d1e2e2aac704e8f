// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import "strings"

// countMark stands in patterns of time limits for a number in digits or in words.
const countMark = `\N`

const (
	units = `một|mốt|hai|ba|bốn|tư|năm|lăm|sáu|bảy|tám|chín`
	// countPattern is a number below a hundred as sentences write it. Fifteen is
	// "mười lăm"; "năm" is five in front of a unit, and a year elsewhere.
	countPattern = `(?:\d{1,3}|(?:(?:hai|ba|bốn|năm|sáu|bảy|tám|chín) mươi|mười)(?: (?:` + units + `))?|một|hai|ba|bốn|năm|sáu|bảy|tám|chín)`
)

// numberOf is the value of a number in digits or in words, 0 where it is none.
func numberOf(said string) int {
	if n := atoi(said); n > 0 {
		return n
	}
	values := map[string]int{"một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9}
	n := 0
	for w := range strings.FieldsSeq(said) {
		switch v := values[w]; {
		case w == "mười":
			n = 10
		case w == "mươi":
			n *= 10
		case v > 0:
			n += v
		default:
			return 0
		}
	}
	return n
}
