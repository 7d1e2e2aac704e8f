// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

// items lays pieces out in a column of the given width.
func (d *pdfDoc) items(pieces []piece, width float64) []item {
	var out []item
	for _, p := range pieces {
		switch p := p.(type) {
		case para:
			out = append(out, d.para(p, width)...)
		case rule:
			if p.width >= 1 {
				out = append(out, d.rule(p, width))
			}
		case stamp:
			out = append(out, d.stamp(p, width))
		case pair:
			out = append(out, gap(p.before), d.pair(p, width))
		case grid:
			out = append(out, gap(tableBefore))
			out = append(out, d.grid(p)...)
		case spot:
			out = append(out, d.spot(p, width))
		case picture:
			out = append(out, d.picture(p, width))
		case turn:
			out = append(out, item{turn: true})
		}
	}
	return out
}

// gap is clear space that belongs to what follows.
func gap(height float64) item {
	return item{height: height, keep: true, draw: func(float64, float64) {}}
}

// para makes an item a line. The first two and the last two lines stay together.
func (d *pdfDoc) para(p para, width float64) []item {
	w := newWrapper(d.faces, p.size)
	rest := width - p.left - p.right
	lines := w.lines(p.spans, rest-p.first, rest)
	height := p.size * lineHeight
	if !p.single {
		height *= leading
	}
	var out []item
	for i, l := range lines {
		indent := p.left
		if i == 0 {
			indent += p.first
		}
		room := width - indent - p.right
		last := i == len(lines)-1
		it := item{height: height, notes: notesIn(l), keep: i == 0 && !last || i == len(lines)-2 || last && p.keep}
		it.draw = func(x, y float64) {
			base := y + height - descent*p.size
			end := d.line(l, x+indent, base, room, p.align, p.size)
			if last && p.leader {
				d.dots(end, base, x+indent+room, p.size)
			}
		}
		if i == 0 {
			it.before = p.before
		}
		if last {
			it.after = p.after
		}
		out = append(out, it)
	}
	return out
}

func (d *pdfDoc) rule(r rule, width float64) item {
	return item{height: hairline, before: r.before, after: r.after, keep: true, draw: func(x, y float64) {
		d.stroke(x+(width-r.width)/2, y, x+(width+r.width)/2, y)
	}}
}

// stampLine is the frame of a mark: one line, as the decree has it, thick enough
// to be seen when a printer of one colour prints the red in grey.
const stampLine = 1.5

func (d *pdfDoc) stamp(s stamp, width float64) item {
	return item{height: s.height, before: s.before, draw: func(x, y float64) {
		if s.red {
			d.pdf.SetDrawColor(255, 0, 0)
			d.pdf.SetTextColor(255, 0, 0)
		}
		d.pdf.SetLineWidth(stampLine)
		d.pdf.Rect(x+(width-s.width)/2, y, s.width, s.height, "D")
		text := d.faces[bold].width(s.text, sizeNation)
		d.text(x+(width-text)/2, y+s.height/2+0.33*sizeNation, s.text, bold, sizeNation)
		d.pdf.SetDrawColor(0, 0, 0)
		d.pdf.SetTextColor(0, 0, 0)
	}}
}

// pair makes one item of two columns. Taller than a page, it runs over the foot:
// the only case is a head or a list of recipients of more than fifty lines.
func (d *pdfDoc) pair(p pair, width float64) item {
	left := d.items(p.left, p.leftWidth-pairGap)
	right := d.items(p.right, width-p.leftWidth)
	return item{height: max(stackHeight(left), stackHeight(right)), keep: p.keep, draw: func(x, y float64) {
		d.stack(left, x, y)
		d.stack(right, x+p.leftWidth, y)
	}}
}
