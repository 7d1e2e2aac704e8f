// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// shift moves the mark of tone of oa, oe and uy to the first vowel, so that both
// spellings of a word are one.
var shift = strings.NewReplacer("oà", "òa", "oá", "óa", "oả", "ỏa", "oã", "õa", "oạ", "ọa", "oè", "òe", "oé", "óe", "oẻ", "ỏe", "oẽ", "õe", "oẹ", "ọe",
	"uỳ", "ùy", "uý", "úy", "uỷ", "ủy", "uỹ", "ũy", "uỵ", "ụy")

// fold is text as words are looked for in it: NFC, small letters, marks of tone
// in one place, single blanks. Marks themselves stay: they tell words apart.
func fold(text string) string { return shift.Replace(strings.ToLower(i18n.NFC(text))) }

// find is the place of words in text from byte from on, both folded, as whole
// words; -1 for none.
func find(text, words string, from int) int {
	for words != "" && from <= len(text) {
		i := strings.Index(text[from:], words)
		if i < 0 {
			break
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(words):])
		if !inWord(before) && !inWord(after) {
			return at
		}
		from = at + len(words)
	}
	return -1
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// weighted is a phrase and what it weighs.
type weighted struct {
	said   string // as it is written
	words  string // folded
	weight float64
}

// weigh puts the phrases of a map into one order, longer ones before those they
// hold.
func weigh(of map[string]float64) []weighted {
	var out []weighted
	for w, n := range of {
		out = append(out, weighted{i18n.NFC(w), fold(w), n})
	}
	slices.SortFunc(out, func(a, b weighted) int {
		return cmp.Or(cmp.Compare(len(b.words), len(a.words)), cmp.Compare(a.words, b.words))
	})
	return out
}

// matches are the phrases of list that stand in text, with where each begins. A
// phrase inside one that was counted counts for nothing.
func matches(text string, list []weighted, found func(w weighted, at int)) {
	covered := make([]bool, len(text))
	for _, w := range list {
		for at := find(text, w.words, 0); at >= 0; at = find(text, w.words, at+len(w.words)) {
			if !slices.Contains(covered[at:at+len(w.words)], false) {
				continue
			}
			for i := at; i < at+len(w.words); i++ {
				covered[i] = true
			}
			found(w, at)
			break
		}
	}
}
