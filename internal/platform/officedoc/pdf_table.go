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
	height, head := d.head(g, w)
	out := []item{{height: height, keep: true, draw: head}}
	open := func(x, y float64) float64 {
		if height > d.used/3 {
			d.stroke(x, y, x+sum(g.widths), y)
			return 0
		}
		head(x, y)
		return height
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

// head is the height of a table's head and what draws it.
func (d *pdfDoc) head(g grid, w wrapper) (height float64, draw func(x, y float64)) {
	row := g.measure(w, g.head, bold, true)
	if len(g.groups) == 0 {
		return row.height, func(x, y float64) { d.row(g, row, x, y) }
	}
	tall := func(lines int) float64 { return float64(lines)*g.size*lineHeight + 2*cellEdge }
	upper, lower := tall(1), tall(1)
	var above [][]textLine
	col := 0
	for _, group := range g.groups {
		room := sum(g.widths[col:col+group.Columns]) - 2*cellSide
		lines := w.lines([]span{{group.Head, bold}}, room, room)
		above = append(above, lines)
		upper = max(upper, tall(len(lines)))
		for _, cell := range row.cells[col : col+group.Columns] {
			if group.Head != "" {
				lower = max(lower, tall(len(cell)))
			}
		}
		col += group.Columns
	}
	height = upper + lower
	for col, cell := range row.cells {
		if g.group(col).Head == "" {
			height = max(height, tall(len(cell)))
		}
	}
	return height, func(x, y float64) {
		col := 0
		for i, group := range g.groups {
			wide := sum(g.widths[col : col+group.Columns])
			top := upper
			if group.Head == "" {
				top = 0
			} else {
				d.cell(above[i], x, y, wide, upper, Center, g.size)
			}
			for range group.Columns {
				d.cell(row.cells[col], x, y+top, g.widths[col], height-top, Center, g.size)
				x += g.widths[col]
				col++
			}
		}
	}
}

// group is the one column col stands in.
func (g grid) group(col int) Group {
	for _, group := range g.groups {
		if col -= group.Columns; col < 0 {
			return group
		}
	}
	return Group{Columns: 1}
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
	for i, lines := range r.cells {
		d.cell(lines, x, y, g.widths[i], r.height, g.align(i, r.head), g.size)
		x += g.widths[i]
	}
}

// cell draws a frame and lines in its middle.
func (d *pdfDoc) cell(lines []textLine, x, y, width, height float64, align Align, size float64) {
	step := size * lineHeight
	d.pdf.SetLineWidth(hairline)
	d.pdf.Rect(x, y, width, height, "D")
	top := y + (height-float64(len(lines))*step)/2
	for n, l := range lines {
		d.line(l, x+cellSide, top+float64(n+1)*step-descent*size, width-2*cellSide, align, size)
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
