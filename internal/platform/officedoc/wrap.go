// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import "strings"

// word is text that stays on one line, possibly in several looks.
type word struct {
	spans []span
	width float64
	glued bool // continues the word before it: no space between
}

// textLine is one printed line.
type textLine struct {
	words   []word
	width   float64 // natural, spaces included
	gaps    int     // places where a justified line may stretch
	stretch bool    // to be justified: not the last line, not before a forced break
}

// wrapper breaks spans into lines of the given widths, in points.
type wrapper struct {
	faces [4]*face
	size  float64
	space float64
}

func newWrapper(f [4]*face, size float64) wrapper {
	return wrapper{faces: f, size: size, space: f[0].width(" ", size)}
}

func (w wrapper) width(s string, st style) float64 { return w.faces[st].width(s, w.size) }

// lines breaks spans so that the first line is at most first wide and the others
// at most rest. A word wider than a line is cut, if possible behind a mark such
// as "/" or ".". There is at least one line, and always at least one rune on it.
func (w wrapper) lines(spans []span, first, rest float64) []textLine {
	var out []textLine
	limit := func() float64 {
		if len(out) == 0 {
			return first
		}
		return rest
	}
	for _, words := range w.words(spans) {
		line := textLine{}
		for len(words) > 0 {
			next := words[0]
			gap := w.space
			if len(line.words) == 0 || next.glued {
				gap = 0
			}
			switch {
			case line.width+gap+next.width <= limit()+0.01:
				line.width += gap + next.width
				if gap > 0 {
					line.gaps++
				}
				line.words = append(line.words, next)
				words = words[1:]
			case len(line.words) > 0:
				line.stretch = true
				out = append(out, line)
				line = textLine{}
			default:
				// Too wide for any line: its head fills this one.
				head, tail := w.cut(next, limit())
				if len(tail.spans) == 0 {
					line = textLine{words: []word{head}, width: head.width}
					words = words[1:]
					continue
				}
				out = append(out, textLine{words: []word{head}, width: head.width})
				words[0] = tail
			}
		}
		out = append(out, line)
	}
	return out
}

// words splits spans at spaces; one list a forced line.
func (w wrapper) words(spans []span) [][]word {
	lines := [][]word{nil}
	fresh := true // the next rune starts a new word
	for _, s := range spans {
		for rest := s.text; rest != ""; {
			at := strings.IndexAny(rest, " \n")
			if at < 0 {
				at = len(rest)
			}
			if at > 0 {
				last := &lines[len(lines)-1]
				if fresh {
					*last = append(*last, word{})
				}
				fresh = false
				cur := &(*last)[len(*last)-1]
				cur.spans = append(cur.spans, span{rest[:at], s.style})
				cur.width += w.width(rest[:at], s.style)
			}
			if at < len(rest) {
				fresh = true
				if rest[at] == '\n' {
					lines = append(lines, nil)
				}
				at++
			}
			rest = rest[at:]
		}
	}
	return lines
}

// cut splits v at the last place where its head fits in limit. The head has at
// least one rune; the tail is empty when v is a single rune.
func (w wrapper) cut(v word, limit float64) (head, tail word) {
	var used float64
	bestSpan, bestAt := -1, 0 // behind a mark
	span0, at0 := 0, 0        // behind any rune
	full := false
scan:
	for i, s := range v.spans {
		for at, r := range s.text {
			step := w.width(string(r), s.style)
			if used+step > limit && used > 0 {
				full = true
				break scan
			}
			used += step
			span0, at0 = i, at+len(string(r))
			if strings.ContainsRune("/-._?&=@:,;|\\)]}>", r) {
				bestSpan, bestAt = span0, at0
			}
		}
	}
	if !full {
		return v, word{glued: true}
	}
	// A mark in the first third would leave a ragged, short line.
	if bestSpan >= 0 {
		if h, t := w.split(v, bestSpan, bestAt); h.width > limit/3 {
			return h, t
		}
	}
	return w.split(v, span0, at0)
}

func (w wrapper) split(v word, i, at int) (head, tail word) {
	head = word{glued: v.glued}
	tail = word{glued: true}
	put := func(to *word, s string, st style) {
		if s != "" {
			to.spans = append(to.spans, span{s, st})
			to.width += w.width(s, st)
		}
	}
	for n, s := range v.spans {
		switch {
		case n < i:
			put(&head, s.text, s.style)
		case n == i:
			put(&head, s.text[:at], s.style)
			put(&tail, s.text[at:], s.style)
		default:
			put(&tail, s.text, s.style)
		}
	}
	return head, tail
}
