// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

const maxPages = 500 // more are not read

func readPDF(raw []byte) (*paper, error) {
	f, err := openPDF(raw)
	if err != nil {
		return nil, err
	}
	pages := f.pageList(f.dict(f.root)["Pages"], pdfDict{}, 0, map[any]bool{}, nil)
	if len(pages) == 0 {
		return nil, fmt.Errorf("%w: no pages", ErrBroken)
	}
	out := &paper{format: PDF, pages: len(pages)}
	fonts, budget := map[any]*pdfFont{}, maxElements
	var canvases []*canvas
	glyphs, pictures := 0, 0
	for _, page := range pages {
		c, err := f.page(page, fonts, &budget)
		if err != nil {
			return nil, err
		}
		glyphs += len(c.glyphs)
		if c.image > 0.7 {
			pictures++
		}
		canvases = append(canvases, c)
	}
	// Pictures of pages, perhaps with a few letters of a signature on them.
	if pictures > 0 && pictures == len(pages) || glyphs == 0 {
		out.scan = true
		return out, nil
	}
	for i, c := range canvases {
		out.page(c, i+1)
	}
	for i, p := range out.paras {
		p.n = i + 1
	}
	return out, nil
}

// pageList walks the tree of pages (ISO 32000-1 §7.7.3) with what is inherited.
func (f *pdfFile) pageList(v any, from pdfDict, depth int, seen map[any]bool, out []pdfDict) []pdfDict {
	r, isRef := v.(pdfRef)
	if depth > pdfDeepest || len(out) >= maxPages || isRef && seen[r] {
		return out
	}
	if isRef {
		seen[r] = true
	}
	d := f.dict(v)
	if d == nil {
		return out
	}
	have := pdfDict{}
	for _, key := range []pdfName{"MediaBox", "Resources", "Rotate", "CropBox"} {
		if have[key] = from[key]; d[key] != nil {
			have[key] = d[key]
		}
	}
	kids := f.array(d["Kids"])
	if kids == nil {
		have["Contents"] = d["Contents"]
		return append(out, have)
	}
	for _, k := range kids {
		out = f.pageList(k, have, depth+1, seen, out)
	}
	return out
}

func (f *pdfFile) page(d pdfDict, fonts map[any]*pdfFont, budget *int) (*canvas, error) {
	media := f.array(d["MediaBox"])
	var m [4]float64
	for i := range m {
		if i < len(media) {
			m[i], _ = f.number(media[i])
		}
	}
	c := &canvas{width: math.Abs(m[2] - m[0]), height: math.Abs(m[3] - m[1])}
	if c.width < 1 || c.height < 1 {
		c.width, c.height = 595.28, 841.89
	}
	base := matrix{1, 0, 0, 1, -min(m[0], m[2]), -min(m[1], m[3])}
	switch r, _ := f.number(d["Rotate"]); int(r) % 360 {
	case 90, -270:
		base = base.times(matrix{0, -1, 1, 0, 0, c.width})
		c.width, c.height = c.height, c.width
	case 180, -180:
		base = base.times(matrix{-1, 0, 0, -1, c.width, c.height})
	case 270, -90:
		base = base.times(matrix{0, 1, -1, 0, c.height, 0})
		c.width, c.height = c.height, c.width
	}
	p := &painter{file: f, fonts: fonts, out: c, budget: budget, g: gstate{ctm: base, scale: 1}}
	var data []byte
	streams := f.array(d["Contents"])
	if streams == nil {
		streams = pdfArray{d["Contents"]}
	}
	for _, v := range streams {
		s, ok := f.get(v).(pdfStream)
		if !ok {
			continue
		}
		part, err := f.data(s)
		switch {
		case errors.Is(err, ErrTooLarge):
			return nil, err
		case err != nil:
			return nil, fmt.Errorf("%w: the content of a page: %w", ErrBroken, err)
		}
		data = append(append(data, part...), '\n')
	}
	return c, p.run(data, f.dict(d["Resources"]), 0)
}

// page turns a canvas into paragraphs and a section.
func (out *paper) page(c *canvas, number int) {
	s := section{width: c.width / mm, height: c.height / mm, page: number, goesOn: true}
	lines := c.lines()
	foot := c.foot(lines)
	var rest []*para
	for _, l := range lines {
		l.page = number
		mid := math.Abs((l.x0+l.x1)/2 - c.width/2)
		_, err := strconv.Atoi(l.text)
		inTop := l.bottom < 20*mm+2
		if err == nil && inTop && l.size() > 11 {
			// The middle of the text lies right of the middle of the page.
			s.number = pageNumber{top: true, centred: mid < 15*mm, size: l.size(), wrong: l.text}
			continue
		}
		if err == nil && l.size() < 10 {
			continue // the raised mark of a footnote
		}
		if err == nil && l.top > c.height-20*mm {
			s.number.bottom = true
			continue
		}
		if l.top > foot && l.size() <= 12 || l.size() <= 10 && inTop {
			if number == 1 && l.top > c.height/2 {
				out.foot = append(out.foot, l)
			}
			continue
		}
		rest = append(rest, l)
	}
	out.columns(rest, c)
	if len(rest) > 0 {
		s.marginLeft, s.marginRight, s.marginTop, s.marginBottom = math.Inf(1), math.Inf(1), math.Inf(1), math.Inf(1)
	}
	for _, l := range rest {
		s.marginLeft, s.marginTop = min(s.marginLeft, l.x0/mm), min(s.marginTop, l.top/mm)
		s.marginRight, s.marginBottom = min(s.marginRight, (c.width-l.x1)/mm), min(s.marginBottom, (c.height-l.bottom)/mm)
	}
	paras := join(rest, s.marginLeft*mm, c.width-s.marginRight*mm)
	for _, p := range paras {
		if p.align == justified {
			s.sideKnown = true
		}
	}
	out.attach(paras, c)
	out.paras = append(out.paras, paras...)
	out.sections = append(out.sections, s)
}

// foot is where the foot of the page begins: at the bottom margin, or at a rule
// over the whole width with nothing but small print below it (Ô 13).
func (c *canvas) foot(lines []*para) float64 {
	at := c.height - 20*mm - 4
	for _, b := range c.bars {
		y := c.height - b.y
		// Over the whole width, or two inches as above footnotes.
		address := b.x1-b.x0 > 0.68*c.width && y > 0.8*c.height
		notes := b.x1-b.x0 > 30*mm && b.x1-b.x0 < 70*mm && b.x0 < c.width/4 && y > 0.4*c.height
		if !address && !notes || y > at {
			continue
		}
		if !slices.ContainsFunc(lines, func(l *para) bool { return l.top > y-2 && l.size() > 12.3 }) {
			at = y - 2
		}
	}
	return at
}

// lines gathers glyphs to lines: the same baseline, and no gap as between columns.
func (c *canvas) lines() []*para {
	gs := slices.Clone(c.glyphs)
	slices.SortStableFunc(gs, func(a, b glyph) int { return cmp.Compare(b.y, a.y) })
	var out []*para
	for len(gs) > 0 {
		n := 1
		for n < len(gs) && gs[0].y-gs[n].y < 2 {
			n++
		}
		row := slices.Clone(gs[:n])
		gs = gs[n:]
		slices.SortStableFunc(row, func(a, b glyph) int { return cmp.Compare(a.x, b.x) })
		out = append(out, c.split(row)...)
	}
	return out
}

// blank reports a glyph without ink.
func (g glyph) blank() bool { return strings.TrimSpace(g.text) == "" }

// split cuts a row where its columns part. The gaps of a justified line are wide
// but alike.
func (c *canvas) split(row []glyph) []*para {
	var gaps []float64
	for i := 1; i < len(row); i++ {
		if gap := row[i].x - row[i-1].x - row[i-1].width; gap > 0.15*row[i].size {
			gaps = append(gaps, gap)
		}
	}
	alike := len(gaps) >= 2 && slices.Max(gaps)-slices.Min(gaps) < 1.5
	var out []*para
	cur := &para{}
	from := 0
	flush := func(to int) {
		start, stop := from, to
		for start < stop && row[start].blank() {
			start++
		}
		for stop > start && row[stop-1].blank() {
			stop--
		}
		from = to
		if start == stop {
			cur = &para{}
			return
		}
		first, last := row[start], row[stop-1]
		cur.x0, cur.x1, cur.lines = first.x, last.x+last.width, 1
		size := 0.0
		for _, g := range row[start:stop] {
			size = max(size, g.size)
		}
		cur.top, cur.bottom = c.height-first.y-0.891*size, c.height-first.y+0.216*size
		cur.settle()
		out = append(out, cur)
		cur = &para{}
	}
	for i, g := range row {
		if i > 0 {
			gap := g.x - row[i-1].x - row[i-1].width
			switch {
			case gap > 1.3*g.size && !alike:
				flush(i)
			case gap > 0.15*g.size && len(cur.runs) > 0:
				cur.runs[len(cur.runs)-1].text += " "
			}
		}
		if k := len(cur.runs); k > 0 {
			r := &cur.runs[k-1]
			if r.font == g.font && r.size == g.size && r.color == g.color {
				r.text += g.text
				continue
			}
		}
		cur.runs = append(cur.runs, run{g.text, g.font, g.size, g.bold, g.italic, g.color})
	}
	flush(len(row))
	return out
}
