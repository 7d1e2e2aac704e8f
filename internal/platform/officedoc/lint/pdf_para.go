// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
)

// columns says of each line where it stands across the page.
func (out *paper) columns(lines []*para, c *canvas) {
	slices.SortStableFunc(lines, func(a, b *para) int { return cmp.Compare(a.top, b.top) })
	beside := func(a, b *para) bool {
		return a != b && a.top < b.bottom && b.top < a.bottom
	}
	// The text lies between the margins, whose middle is right of the page's.
	x0, x1 := math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		x0, x1 = min(x0, l.x0), max(x1, l.x1)
	}
	middle := (x0 + x1) / 2
	for i, l := range lines {
		for j := max(0, i-6); j < min(len(lines), i+7); j++ {
			if o := lines[j]; beside(l, o) {
				switch {
				case l.x1 <= o.x0 && l.x0 < middle:
					l.col = left
				case l.x0 >= o.x1 && l.x1 > middle:
					l.col = right
				}
			}
		}
		if c.inGrid(l) {
			l.col = cell
		}
	}
	// A line alone in its column belongs to the column of a neighbour above or
	// below that it is centred with.
	for range 12 {
		for i, l := range lines {
			if l.col != full || l.x1-l.x0 > 0.6*(x1-x0) {
				continue
			}
			for j := max(0, i-8); j < min(len(lines), i+9); j++ {
				if o := lines[j]; (o.col == left || o.col == right) && math.Abs(o.top-l.top) < 140 && together(o, l, middle) {
					l.col = o.col
				}
			}
		}
	}
	for _, l := range lines {
		mid := (l.x0 + l.x1) / 2
		switch {
		case l.col == full && math.Abs(mid-middle) < 6 && l.x0 > x0+12 && !firstOfMany(l, x0, x1) && !strings.HasPrefix(l.text, "- "):
			l.align = centred
		case l.col == full && x1-l.x1 < 2:
			l.align = justified // until its paragraph is known
		}
	}
}

// together reports that l belongs to the column of o: centred with it, or, in the
// small print at the left, beginning where it begins or hanging under it.
func together(o, l *para, middle float64) bool {
	if math.Abs((o.x0+o.x1)/2-(l.x0+l.x1)/2) < 3 {
		return o.col == left && l.x1 < middle+20 || o.col == right && l.x0 > middle-20
	}
	return o.col == left && l.x0-o.x0 > -1 && l.x0-o.x0 < 14 && o.size() == l.size() && l.size() < 12.5 && l.x1 < middle
}

// firstOfMany reports a line that begins where a first line does and ends near
// the edge: centred by chance.
func firstOfMany(l *para, x0, x1 float64) bool {
	b, i := l.shares()
	in := (l.x0 - x0) / mm
	return b < 0.5 && i < 0.5 && in > 9 && in < 13.5 && x1-l.x1 < 0.2*(x1-x0)
}

// inGrid reports a line between the lines of a table.
func (c *canvas) inGrid(l *para) bool {
	in := 0
	for _, b := range c.boxes {
		if b.x0 <= l.x0+1 && b.x1 >= l.x1-1 && c.height-b.y1 <= l.top+4 && c.height-b.y0 >= l.bottom-4 {
			in++
		}
	}
	if in > 0 {
		return !frameText(l.text)
	}
	// Tables drawn line by line: one above and one below as wide as it, and sides.
	sides := 0
	for _, b := range c.boxes {
		if b.x1-b.x0 <= thin && c.height-b.y1 <= l.top+6 && c.height-b.y0 >= l.bottom-6 {
			if b.x1 <= l.x0+1 {
				sides |= 1
			}
			if b.x0 >= l.x1-1 {
				sides |= 2
			}
		}
	}
	return sides == 3 && !frameText(l.text)
}

// frameText reports words that stand in a frame of their own.
func frameText(s string) bool {
	switch fold(s) {
	case "khan", "thuongkhan", "hoatoc", "hoatochengio", "luuhanhnoibo", "xemxongtralai", "duthao", "mat", "toimat", "tuyetmat", "dientap":
		return strings.ToUpper(s) == s
	}
	return false
}

var itemMark = regexp.MustCompile(`^(\d+(\.\d+)*\.|[IVXLC]+\.|\p{Ll}\)|\d+\))$`)

// marker reports that s opens an item of a list or a numbered paragraph.
func marker(s string) bool {
	first, _, _ := strings.Cut(s, " ")
	return first == "-" || first == "+" || first == "–" || itemMark.MatchString(first) ||
		strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "Căn cứ") || strings.HasPrefix(s, "Điều ")
}

// join puts lines together to paragraphs between the edges x0 and x1.
func join(lines []*para, x0, x1 float64) []*para {
	var out []*para
	for _, l := range lines {
		l.end = l.x1
		p := lastOf(out, l.col)
		if p == nil || !continues(p, l, x0, x1) {
			out = append(out, l)
			continue
		}
		size := p.size()
		p.pitch = (l.bottom - p.bottom) / (size * 1.15)
		if last := len(p.runs) - 1; last >= 0 {
			p.runs[last].text += " "
		}
		p.runs = append(p.runs, l.runs...)
		p.settle()
		if p.lines == 1 {
			p.first = p.x0 - x0
		}
		p.x0, p.bottom = min(p.x0, l.x0), l.bottom
		if p.col == full && p.align != centred {
			// Its lines before the last reach the edge, or it is ragged.
			if x1-p.end > 2 {
				p.align, p.ragged = toLeft, true
			}
		}
		p.x1, p.end = max(p.x1, l.x1), l.x1
		p.lines++
	}
	for i, p := range out {
		if p.col == full && i == 0 && p.page > 1 && p.x0-x0 < 3 {
			p.torn = true
		}
		if p.col == full && p.align == justified && p.lines == 1 {
			p.align = unknown // one line tells nothing
		}
	}
	return out
}

// lastOf is the last paragraph of the same column.
func lastOf(list []*para, col column) *para {
	for i := len(list) - 1; i >= 0 && i > len(list)-4; i-- {
		if list[i].col == col {
			return list[i]
		}
	}
	return nil
}

func continues(p, l *para, x0, x1 float64) bool {
	pitch := l.bottom - p.bottom
	size := p.size()
	short := x1 - p.end
	most := 1.75
	if short < 1 {
		most = 2.6 // too far apart, yet one paragraph: its line is full
	}
	if marker(l.text) || math.Abs(l.size()-size) > 0.6 || pitch > size*1.15*most || pitch < size*0.8 || p.col == cell || p.frame != nil {
		return false
	}
	switch p.col {
	case full:
		if p.align == centred || l.align == centred {
			return false
		}
		if short > 2 && (p.lines > 1 && !p.ragged || pitch > size*1.15*1.3 && strings.HasSuffix(strings.TrimRight(p.text, " "), ".")) {
			return false // a justified paragraph ended there
		}
		// The line before must be full, and this one begin at the edge or hang.
		return short < 0.2*(x1-x0) && (l.x0-x0 < 3 || strings.HasPrefix(p.text, "- ") && l.x0 > p.x0)
	case left:
		return strings.HasPrefix(p.text, "-") && l.x0 > p.x0+1
	}
	return false
}

// attach finds the lines under paragraphs and the frames around them.
func (out *paper) attach(paras []*para, c *canvas) {
	for _, p := range paras {
		for _, b := range c.boxes {
			w, h := b.x1-b.x0, b.y1-b.y0
			if frameText(p.text) && b.x0 <= p.x0+2 && b.x1 >= p.x1-2 && c.height-b.y1 <= p.top+4 && c.height-b.y0 >= p.bottom-4 && w < 80*mm && h < 20*mm {
				p.frame = &frame{w, h}
			}
		}
		if p.frame == nil && frameText(p.text) {
			p.frame = c.barsAround(p)
		}
		var best *bar
		for _, b := range c.bars {
			gap := c.height - b.y - p.bottom
			mid := math.Abs((b.x0+b.x1)/2 - (p.x0+p.x1)/2)
			if gap > -0.35*p.size() && gap < 12 && mid < 8 && b.x1-b.x0 < max(p.x1-p.x0+12, 45*mm) && p.frame == nil {
				if best == nil || b.y > best.y {
					best = &b
				}
			}
		}
		if best != nil {
			p.under = &stroke{length: best.x1 - best.x0}
		}
	}
}

// barsAround is the frame made of a line above and one below.
func (c *canvas) barsAround(p *para) *frame {
	var above, below *bar
	for _, b := range c.bars {
		if b.x0 > p.x0+2 || b.x1 < p.x1-2 || b.x1-b.x0 > 80*mm {
			continue
		}
		y := c.height - b.y
		if y <= p.top+4 && y > p.top-20 && (above == nil || b.y < above.y) {
			above = &b
		}
		if y >= p.bottom-4 && y < p.bottom+20 && (below == nil || b.y > below.y) {
			below = &b
		}
	}
	if above == nil || below == nil {
		return nil
	}
	return &frame{max(above.x1-above.x0, below.x1-below.x0), above.y - below.y}
}
