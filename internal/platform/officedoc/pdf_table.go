// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

const (
	cellSide = 1.6 * mm // clear space left and right of a cell's text
	cellEdge = 2.0      // above and below

	tableBefore, tableAfter = 4.0, 8.0
)

// gridRow is a row ready to draw.
type gridRow struct {
	cells  [][]textLine
	height float64
	head   bool
}

// grid makes an item a row; the head row opens every page the table reaches.
func (d *pdfDoc) grid(g grid) []item {
	w := newWrapper(d.faces, g.size)
	head := g.measure(w, g.head, bold, true)
	out := []item{{height: head.height, keep: true, draw: func(x, y float64) { d.row(g, head, x, y) }}}
	open := func(x, y float64) float64 {
		if head.height > d.used/3 {
			d.stroke(x, y, x+sum(g.widths), y)
			return 0
		}
		d.row(g, head, x, y)
		return head.height
	}
	add := func(rows [][]string, st style) {
		for _, cells := range rows {
			row := g.measure(w, cells, st, false)
			if row.height > d.used/2 {
				out = append(out, d.tallRow(g, row, open)...)
				continue
			}
			out = append(out, item{height: row.height, open: open, draw: func(x, y float64) { d.row(g, row, x, y) }})
		}
	}
	add(g.rows, 0)
	add(g.foot, bold)
	out[len(out)-1].after = tableAfter
	out[len(out)-1].keep = g.keep
	return out
}

// measure breaks the cells of a row into lines.
func (g grid) measure(w wrapper, cells []string, st style, head bool) gridRow {
	r := gridRow{head: head}
	most := 1
	for i, s := range cells {
		room := g.widths[i] - 2*cellSide
		lines := w.lines([]span{{s, st}}, room, room)
		most = max(most, len(lines))
		r.cells = append(r.cells, lines)
	}
	r.height = float64(most)*g.size*lineHeight + 2*cellEdge
	return r
}

func (g grid) align(i int, head bool) Align {
	switch {
	case head:
		return Center
	case g.aligns[i] == Justify:
		return Left
	}
	return g.aligns[i]
}

// row draws r with all its borders, its cells centred vertically.
func (d *pdfDoc) row(g grid, r gridRow, x, y float64) {
	step := g.size * lineHeight
	for i, lines := range r.cells {
		d.pdf.SetLineWidth(hairline)
		d.pdf.Rect(x, y, g.widths[i], r.height, "D")
		top := y + (r.height-float64(len(lines))*step)/2
		for n, l := range lines {
			base := top + float64(n+1)*step - descent*g.size
			d.line(l, x+cellSide, base, g.widths[i]-2*cellSide, g.align(i, r.head), g.size)
		}
		x += g.widths[i]
	}
}

// tallRow makes an item a line of a row that may split over pages.
func (d *pdfDoc) tallRow(g grid, r gridRow, open func(x, y float64) float64) []item {
	step := g.size * lineHeight
	width := sum(g.widths)
	n := 0
	for _, lines := range r.cells {
		n = max(n, len(lines))
	}
	var out []item
	for i := range n {
		it := item{height: step, open: open, close: func(x, y float64) { d.stroke(x, y, x+width, y) }}
		text := 0.0
		if i == 0 {
			it.height += cellEdge
			text = cellEdge
		}
		if i == n-1 {
			it.height += cellEdge
		}
		it.draw = func(x, y float64) {
			if i == 0 {
				d.stroke(x, y, x+width, y)
			}
			if i == n-1 {
				d.stroke(x, y+it.height, x+width, y+it.height)
			}
			d.stroke(x, y, x, y+it.height)
			for col, lines := range r.cells {
				if i < len(lines) {
					base := y + text + step - descent*g.size
					d.line(lines[i], x+cellSide, base, g.widths[col]-2*cellSide, g.align(col, false), g.size)
				}
				x += g.widths[col]
				d.stroke(x, y, x, y+it.height)
			}
		}
		out = append(out, it)
	}
	return out
}

func sum(v []float64) float64 {
	var s float64
	for _, x := range v {
		s += x
	}
	return s
}
