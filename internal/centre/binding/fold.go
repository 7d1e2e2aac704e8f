// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// toned are oa, oe and uy with a mark of tone on the second vowel, decomposed.
var toned = regexp.MustCompile("(o)([ae])([\u0300\u0301\u0303\u0309\u0323])|(u)(y)([\u0300\u0301\u0303\u0309\u0323])")

// fold is text as words are looked for in it: NFC, small letters, marks of tone
// of oa, oe and uy on the first vowel, so that both spellings are one, single
// blanks. Marks themselves stay: they tell words apart.
func fold(text string) string {
	return i18n.NFC(toned.ReplaceAllString(norm.NFD.String(strings.ToLower(text)), "$1$3$2$4$6$5"))
}

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
