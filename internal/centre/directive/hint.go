// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// hint is what every match of a pattern begins with: one of some words, or a
// digit. The zero value is nothing known. Looking for it is a hundred times cheaper
// than looking for the pattern, and most requirements have neither.
type hint struct {
	words []string
	digit bool
	known bool
	all   []string // words that are all there
}

// hintOf is the hint of a pattern that compiles.
func hintOf(re *regexp.Regexp) hint {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return hint{}
	}
	h, _ := begin(tree)
	h.all = always(tree)
	return h
}

// begin is the hint of t, and whether t may match nothing.
func begin(t *syntax.Regexp) (h hint, empty bool) {
	switch t.Op {
	case syntax.OpLiteral:
		if t.Flags&syntax.FoldCase == 0 {
			return hint{words: []string{string(t.Rune)}, known: true}, len(t.Rune) == 0
		}
	case syntax.OpCharClass:
		h := hint{known: true}
		for i := 0; i+1 < len(t.Rune); i += 2 {
			switch {
			case t.Rune[i] == '0' && t.Rune[i+1] == '9':
				h.digit = true
			case t.Rune[i+1]-t.Rune[i] < 8:
				for c := t.Rune[i]; c <= t.Rune[i+1]; c++ {
					h.words = append(h.words, string(c))
				}
			default:
				return hint{}, false
			}
		}
		return h, false
	case syntax.OpCapture:
		return begin(t.Sub[0])
	case syntax.OpQuest, syntax.OpStar:
		h, _ := begin(t.Sub[0])
		return h, true
	case syntax.OpPlus:
		return begin(t.Sub[0])
	case syntax.OpRepeat:
		h, empty := begin(t.Sub[0])
		return h, empty || t.Min == 0
	case syntax.OpEmptyMatch:
		return hint{known: true}, true
	case syntax.OpAlternate:
		h := hint{known: true}
		for _, s := range t.Sub {
			of, none := begin(s)
			h, empty = h.or(of), empty || none
		}
		return h, empty
	case syntax.OpConcat:
		h := hint{known: true}
		for i, s := range t.Sub {
			of, none := begin(s)
			if !none && i+1 < len(t.Sub) && s.Op == syntax.OpLiteral { // parsing takes what alternatives have in common out in front
				if next, may := begin(t.Sub[i+1]); next.known && !next.digit && !may && len(of.words)*len(next.words) < 200 {
					of.words = product(of.words, next.words)
				}
			}
			if h = h.or(of); !none {
				return h, false
			}
		}
		return h, true
	}
	return hint{}, false
}

// product is each of a with each of b behind it.
func product(a, b []string) (out []string) {
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// always are the words that every match of t holds.
func always(t *syntax.Regexp) (out []string) {
	switch t.Op {
	case syntax.OpLiteral:
		if t.Flags&syntax.FoldCase == 0 && len(t.Rune) > 2 {
			return []string{string(t.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return always(t.Sub[0])
	case syntax.OpConcat:
		for _, s := range t.Sub {
			out = append(out, always(s)...)
		}
	}
	return out
}

func (h hint) or(o hint) hint {
	return hint{words: slices.Concat(h.words, o.words), digit: h.digit || o.digit, known: h.known && o.known}
}

// in reports whether a match may be in text.
func (h hint) in(text string) bool {
	if slices.ContainsFunc(h.all, func(w string) bool { return !strings.Contains(text, w) }) {
		return false
	}
	if !h.known || h.digit && strings.ContainsFunc(text, unicode.IsDigit) {
		return true
	}
	return slices.ContainsFunc(h.words, func(w string) bool { return strings.Contains(text, w) })
}
