// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The page in points (1 mm = 72/25.4 pt).
const (
	mm           = 72 / 25.4
	pageWidth    = 210 * mm
	pageHeight   = 297 * mm
	marginTop    = 20 * mm
	marginBottom = 20 * mm
	marginLeft   = 30 * mm
	marginRight  = 15 * mm
	headerAt     = 9 * mm // page number, from the top edge
	footerAt     = 9 * mm // code line, from the bottom edge
	firstLine    = 12.7 * mm
)

// Sizes in points, one consistent set of the decree's Phụ lục I ("cỡ chữ trong
// cùng một văn bản tăng, giảm phải thống nhất").
const (
	sizeBody   = 14.0 // body, Tiêu ngữ, place and date, title, signature, page number
	sizeNation = 13.0 // Quốc hiệu, issuer, number, V/v
	sizeCopies = 11.0 // the list of nơi nhận; its word is 12
	sizeTable  = 12.0
	sizeTight  = 11.0 // tables of more than eight columns
	sizeFoot   = 9.0
)

const (
	leading = 1.1    // of lineHeight; the decree allows single to 1.5
	between = 6.0    // between paragraphs, the decree's minimum
	pairGap = 2 * mm // clear space between the columns of a pair
)

// A piece is one thing on the page, in final words: both writers print pieces
// and decide nothing but where lines and pages end.
type piece interface{ piece() }

// para is a paragraph; left, right and first are indents in points, first being
// relative to left. Leader fills the rest of its last line with dots.
type para struct {
	spans              []span
	size               float64
	align              Align
	left, right, first float64
	before, after      float64
	single             bool // single line spacing
	keep               bool // on one page with the next piece
	leader             bool
	level              int // 1..3 for a heading
}

type span struct {
	text  string
	style style
}

// rule is a centred horizontal line.
type rule struct{ width, before, after float64 }

// stamp is a boxed mark, centred.
type stamp struct {
	text          string
	width, height float64
	red           bool
	before        float64
}

// pair is two columns without borders that stay on one page.
type pair struct {
	left, right []piece
	leftWidth   float64
	before      float64
	keep        bool // on one page with the next piece
}

// grid is a table with borders. Head, rows and foot hold clean text.
type grid struct {
	widths []float64
	aligns []Align
	head   []string
	groups []Group // cover the columns, or none
	rows   [][]string
	foot   [][]string
	size   float64
	keep   bool
}

type turn struct{} // page break

// spot is clear space kept for a signature or a seal that is put there later.
type spot struct {
	role   Role
	height float64
}

// picture is an image, centred.
type picture struct {
	png           []byte
	alt           string
	width, height float64
}

func (para) piece()  {}
func (rule) piece()  {}
func (stamp) piece() {}
func (pair) piece()  {}
func (grid) piece()  {}
func (turn) piece()  {}
func (spot) piece()  {}

func (picture) piece() {}

// section is a run of pages with numbers of its own.
type section struct {
	landscape bool
	goesOn    bool // numbers its pages on from the section before
	pieces    []piece
	foot      []piece // Ô 13, at the foot of its first page
}

// width is the text width in points.
func (s section) width() float64 {
	w, _ := s.page()
	return w - marginLeft - marginRight
}

func (s section) page() (w, h float64) {
	if s.landscape {
		return pageHeight, pageWidth
	}
	return pageWidth, pageHeight
}

// book is a compiled paper.
type book struct {
	sections []section
	title    string // for the files' properties
	author   string
	foot     string
	made     time.Time
	missing  map[rune]bool
	faces    [4]*face
	notes    []para // footnotes, in the order of their marks
}

// compiler turns a Paper into a book.
type compiler struct {
	*cleaner
	p     Paper
	count [3]int // headings
	width float64
	out   []piece
	notes []para    // footnotes so far
	at    section   // the one being compiled
	done  []section // those before it
	// turned says that the section at lies on its side for a Wide block alone.
	turned bool
}

func compile(p Paper) (*book, error) {
	f, err := faces()
	if err != nil {
		return nil, err
	}
	c := &compiler{cleaner: &cleaner{faces: f, missing: map[rune]bool{}}, p: p}
	b := &book{missing: c.missing, faces: f, made: p.PrintedAt}
	for _, t := range []time.Time{p.Date, time.Date(2000, 1, 1, 0, 0, 0, 0, zone)} {
		if b.made.IsZero() {
			b.made = t
		}
	}
	b.made = b.made.In(zone)
	b.title, b.author, b.foot = c.titleLine(), c.line(p.Issuer), c.footLine()

	if err := c.open(); err != nil {
		return nil, err
	}
	c.begin(section{foot: c.address()})
	c.head()
	if err := c.parts(p.Body); err != nil {
		return nil, fmt.Errorf("officedoc: body: %w", err)
	}
	c.signature(p.Sign, c.copies())
	for i, a := range p.Annexes {
		c.end()
		c.begin(section{landscape: a.Landscape})
		c.count = [3]int{}
		c.annexHead(i, a)
		if err := c.parts(a.Body); err != nil {
			return nil, fmt.Errorf("officedoc: annex %d: %w", i+1, err)
		}
	}
	if p.Copy != nil {
		c.copyForm(*p.Copy)
	}
	c.end()
	b.sections, b.notes = c.done, c.notes
	return b, nil
}

// begin starts a section; end closes it.
func (c *compiler) begin(s section) { c.out, c.at, c.width = nil, s, s.width() }

func (c *compiler) end() {
	c.at.pieces = c.out
	c.done = append(c.done, c.at)
}

// parts compiles a body in which some parts may lie on their side.
func (c *compiler) parts(in []Block) error {
	for i, b := range in {
		wide, ok := b.(Wide)
		if !ok {
			if c.turned && c.at.landscape {
				c.end()
				c.begin(section{goesOn: true})
				c.turned = false
			}
			if err := c.blocks(in[i : i+1]); err != nil {
				return fmt.Errorf("block %d: %w", i+1, err)
			}
			continue
		}
		if !c.at.landscape {
			c.end()
			c.begin(section{goesOn: true, landscape: true})
			c.turned = true
		}
		if err := c.blocks(wide); err != nil {
			return fmt.Errorf("block %d: %w", i+1, err)
		}
	}
	c.turned = false
	return nil
}

func (c *compiler) add(pieces ...piece) { c.out = append(c.out, pieces...) }

// measure is the width of s in points.
func (c *compiler) measure(s string, st style, size float64) float64 {
	return c.faces[st].width(s, size)
}

func (c *compiler) titleLine() string {
	kind := strings.ToUpper(c.line(c.p.Kind))
	if kind == "" {
		return c.line(c.letterSubject())
	}
	return strings.TrimSpace(kind + " " + c.line(c.p.Subject))
}

// letterSubject is the V/v line of a công văn.
func (c *compiler) letterSubject() string {
	s := c.lineBreaks(c.p.Subject)
	if s == "" || strings.HasPrefix(strings.ToLower(s), "v/v") {
		return s
	}
	return "V/v " + s
}

// footLine is one line, cut where the text is wider than a page.
func (c *compiler) footLine() string {
	parts := []string{strings.ToUpper(c.line(c.p.Mark)), c.line(c.p.Code)}
	s := strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
	room := section{}.width() - c.measure("…", 0, sizeFoot)
	var used float64
	for i, r := range s {
		if used += c.measure(string(r), 0, sizeFoot); used > room {
			return s[:i] + "…"
		}
	}
	return s
}

// lineBreaks cleans s and keeps the lines its writer chose.
func (c *compiler) lineBreaks(s string) string {
	return strings.Join(c.lines(strings.Split(c.text(s), "\n")), "\n")
}

// balance breaks a centred text that needs several lines of the given width into
// lines of about the same length, as a typist would. A text that has lines of
// its own keeps them.
func (c *compiler) balance(s string, st style, size, width float64) string {
	if strings.Contains(s, "\n") {
		return s
	}
	w := newWrapper(c.faces, size)
	spans := []span{{s, st}}
	n := len(w.lines(spans, width, width))
	low := 0.0
	for _, word := range w.words(spans)[0] {
		low = max(low, word.width)
	}
	if n == 1 || low > width {
		return s
	}
	for width-low > 1 {
		if half := (low + width) / 2; len(w.lines(spans, half, half)) > n {
			low = half
		} else {
			width = half
		}
	}
	var lines []string
	for _, l := range w.lines(spans, width, width) {
		var words []string
		for _, v := range l.words {
			words = append(words, v.spans[0].text)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

// longest is the width of the longest line of s.
func (c *compiler) longest(s string, st style, size float64) float64 {
	return min(c.widest(s, st, size), c.width/2)
}

// widest is the width of s's longest line, at most that of the page's text.
func (c *compiler) widest(s string, st style, size float64) float64 {
	var most float64
	for line := range strings.SplitSeq(s, "\n") {
		most = max(most, c.measure(line, st, size))
	}
	return min(most, c.width)
}

// lines cleans each string to one line and drops the empty ones.
func (c *compiler) lines(in []string) []string {
	var out []string
	for _, s := range in {
		if s = c.line(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// closed ends s with mark instead of whatever list mark it has.
func closed(s, mark string) string {
	return strings.TrimRight(s, " ;.,") + mark
}

// listMark is ";" within a list and "." at its end.
func listMark(i, n int) string {
	if i == n-1 {
		return "."
	}
	return ";"
}
