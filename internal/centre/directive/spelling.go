// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// pair is two syllables in a row, without their marks.
type pair struct{ a, b string }

// spelling is how syllables are written, as somebody knows them.
type spelling struct {
	plain map[string]string // of a folded syllable, without its marks
	said  map[pair][]string // "an toàn", folded
	alone map[string]string // of a plain syllable that is always written in one way; empty: in several
	marks map[string]string // of a folded syllable, with its mark of tone where the text has it
}

func newSpelling() *spelling {
	return &spelling{plain: map[string]string{}, said: map[pair][]string{}, alone: map[string]string{}, marks: map[string]string{}}
}

// bare is a folded syllable without its marks.
func (s *spelling) bare(low string) string {
	p, ok := s.plain[low]
	if !ok {
		p = i18n.Fold(low)
		s.plain[low] = p
	}
	return p
}

// learn keeps how word is written behind the syllable before it, both folded and
// one of them empty where they do not stand in a row; written is word as it came.
func (s *spelling) learn(before, word, written string) {
	p := s.bare(word)
	switch old, ok := s.alone[p]; {
	case !ok:
		s.alone[p] = word
	case old != word:
		s.alone[p] = ""
	}
	if _, ok := s.marks[word]; !ok {
		s.marks[word] = written
	}
	if before == "" {
		return
	}
	k := pair{s.bare(before), p}
	if said := before + " " + word; !slices.Contains(s.said[k], said) {
		s.said[k] = append(s.said[k], said)
	}
}

// read learns from text, in which everything but a blank parts what stands in a row.
func (s *spelling) read(text string) {
	before := ""
	for _, t := range tokens(nil, 0, text) {
		if t.apart {
			before = ""
		}
		s.learn(before, t.word, strings.ToLower(text[t.from:t.to]))
		before = t.word
	}
}

// token is a syllable of a line.
type token struct {
	line, from, to int
	word           string // folded
	apart          bool   // more than a blank stands before it
}

// tokens adds the syllables of text, which is that of a line, to all.
func tokens(all []token, line int, text string) []token {
	low, from, end := fold(text)+" ", -1, 0
	for at, c := range low {
		switch {
		case unicode.IsLetter(c):
			if from < 0 {
				from = at
			}
		case from >= 0:
			all = append(all, token{line, from, at, low[from:at], strings.TrimSpace(low[end:from]) != ""})
			from, end = -1, at
		}
	}
	return all
}
