// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

const mm = 72 / 25.4 // points

// column is where a paragraph stands across the page.
type column uint8

const (
	full  column = iota
	left         // of two columns without borders
	right        //
	cell         // in a table with borders
)

// align is where a paragraph's text stands.
type align uint8

const (
	unknown align = iota
	toLeft
	centred
	toRight
	justified
)

// run is text of one look. A colour is 0xRRGGBB.
type run struct {
	text         string
	font         string
	size         float64
	bold, italic bool
	color        uint32
}

// stroke is a horizontal line below a paragraph, in points; length 0 is unknown.
type stroke struct {
	length    float64
	underline bool // the text is underlined; nothing is drawn
}

// frame is a box around a paragraph, in points; 0 is unknown.
type frame struct{ width, height float64 }

// para is a paragraph as far as the file tells.
type para struct {
	runs  []run
	text  string // with one blank between words
	n     int    // its number, from 1
	page  int    // 0: not known
	col   column
	align align
	under *stroke
	frame *frame

	// Of a DOCX; in points, lead in lines.
	first, indent, before, after, lead float64
	room                               float64 // the width it may take

	// Of a PDF: its box on the page from the upper left corner, and its lines.
	x0, x1, top, bottom float64
	lines               int
	ragged              bool    // a line before its last falls short of the edge
	torn                bool    // perhaps goes on from the page before
	end                 float64 // where its last line ends
	pitch               float64 // between its lines, in lines of its size
}

// section is a run of pages of one shape, in millimetres.
type section struct {
	width, height                                    float64
	marginTop, marginBottom, marginLeft, marginRight float64
	sideKnown                                        bool // the right margin is known
	number                                           pageNumber
	goesOn                                           bool // numbers on from the one before
	page                                             int  // its first; 0 unknown
}

// pageNumber is how pages are numbered.
type pageNumber struct {
	top, bottom bool // there is one in the header, in the footer
	centred     bool
	onFirst     bool
	size        float64
	wrong       string // a number that is not the page's
}

// paper is a file brought to paragraphs.
type paper struct {
	format   Format
	pages    int
	scan     bool // pictures of pages
	single   bool // a DOCX of one page, as the program that wrote it says
	paras    []*para
	foot     []*para // at the foot of page 1
	sections []section

	// What the parts are; nil where there is none.
	nation, motto, number, date, title, to, copies *para
	parent, issuer, letter, subject, basis         []*para
	recipients, body, receivers, signer            []*para
	urgency, limits, secrecy, drafter              *para
	annexes                                        []annex
}

// annex is one phụ lục: its word, name and the line that tells the paper it
// belongs to.
type annex struct {
	word  *para
	title []*para
	ref   *para
}

// fold is the letters of s without marks and case, and nothing else.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, i18n.Fold(s))
}

// clean is s with single blanks between words, none outside.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

// settle computes the text of p from its runs.
func (p *para) settle() {
	var b strings.Builder
	for _, r := range p.runs {
		b.WriteString(r.text)
	}
	p.text = clean(b.String())
}

// size is the size most of p's letters have; 0 for none.
func (p *para) size() float64 {
	count := map[float64]int{}
	best, most := 0.0, 0
	for _, r := range p.runs {
		n := letters(r.text)
		if count[r.size] += n; count[r.size] > most || count[r.size] == most && r.size > best {
			best, most = r.size, count[r.size]
		}
	}
	if most == 0 {
		return 0
	}
	return best
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// shares are the parts of p's letters that are bold and italic.
func (p *para) shares() (bold, italic float64) {
	all := 0.0
	for _, r := range p.runs {
		n := float64(letters(r.text))
		all += n
		if r.bold {
			bold += n
		}
		if r.italic {
			italic += n
		}
	}
	if all == 0 {
		return 0, 0
	}
	return bold / all, italic / all
}

// capitals reports whether p has letters and no small one.
func (p *para) capitals() bool {
	return letters(p.text) > 0 && strings.ToUpper(p.text) == p.text
}

// looks describes p for a finding: "15 pt B I".
func (p *para) looks() string {
	s := points(p.size())
	b, i := p.shares()
	if b > 0.5 {
		s += " B"
	}
	if i > 0.5 {
		s += " I"
	}
	return s + ": " + p.excerpt()
}

func points(v float64) string {
	return strings.Replace(fmt.Sprintf("%g pt", math.Round(v*10)/10), ".", ",", 1)
}

func millimetres(v float64) string {
	return strings.Replace(fmt.Sprintf("%g mm", math.Round(v*10)/10), ".", ",", 1)
}

// excerpt is the beginning of p's text.
func (p *para) excerpt() string {
	const most = 60
	r := []rune(p.text)
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return p.text
}

// width is how wide p's text is, in points, as the metric-equal face has it.
func (p *para) width() float64 {
	if w := p.natural(); p.x1 > p.x0 || p.room <= 0 || w <= p.room {
		return w
	}
	return p.room // it wraps
}

// narrow is the width p's lines have at least when they are about equal.
func (p *para) narrow() float64 {
	w := p.natural()
	if p.x1 > p.x0 || p.room <= 0 || w <= p.room {
		return w
	}
	return w / math.Ceil(w/p.room)
}

// natural is how wide p's longest line is when nothing wraps.
func (p *para) natural() float64 {
	if p.x1 > p.x0 {
		return p.x1 - p.x0
	}
	w, widest := 0.0, 0.0
	for _, r := range p.runs {
		for i, line := range strings.Split(r.text, "\n") {
			if i > 0 {
				w = 0
			}
			r.text = line
			w += measure(r)
			widest = max(widest, w)
		}
	}
	return widest
}
