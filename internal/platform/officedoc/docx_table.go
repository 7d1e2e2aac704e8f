// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import "fmt"

const noBorders = `<w:tblBorders><w:top w:val="nil"/><w:left w:val="nil"/><w:bottom w:val="nil"/><w:right w:val="nil"/>` +
	`<w:insideH w:val="nil"/><w:insideV w:val="nil"/></w:tblBorders>`

const allBorders = `<w:tblBorders><w:top w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:left w:val="single" w:sz="4" w:space="0" w:color="000000"/>` +
	`<w:bottom w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:right w:val="single" w:sz="4" w:space="0" w:color="000000"/>` +
	`<w:insideH w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:insideV w:val="single" w:sz="4" w:space="0" w:color="000000"/></w:tblBorders>`

// open starts a table of fixed column widths; side and edge are the clear space
// in its cells.
func (d *docxBody) open(borders string, align Align, side, edge float64, widths ...float64) {
	d.printf(`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="%s"/>%s<w:tblLayout w:type="fixed"/>`+
		`<w:tblCellMar><w:top w:w="%d" w:type="dxa"/><w:left w:w="%d" w:type="dxa"/><w:bottom w:w="%[4]d" w:type="dxa"/><w:right w:w="%[5]d" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`,
		twips(sum(widths)), wordAlign[align], borders, twips(edge), twips(side))
	for _, w := range widths {
		d.printf(`<w:gridCol w:w="%d"/>`, twips(w))
	}
	d.WriteString(`</w:tblGrid>`)
}

func (d *docxBody) closeTable() {
	d.WriteString(`</w:tbl>`)
	d.table = true
}

// pair is a table of one row without borders.
func (d *docxBody) pair(p pair, width float64) {
	if p.before > 0 || d.table {
		d.spacer(max(p.before, 1), `<w:keepNext/>`)
	}
	d.tie = p.keep
	defer func() { d.tie = false }()
	d.open(noBorders, Left, 0, 0, p.leftWidth, width-p.leftWidth)
	d.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
	for _, col := range []struct {
		pieces     []piece
		width, gap float64
	}{{p.left, p.leftWidth, pairGap}, {p.right, width - p.leftWidth, 0}} {
		d.printf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:tcMar><w:right w:w="%d" w:type="dxa"/></w:tcMar></w:tcPr>`,
			twips(col.width), twips(col.gap))
		d.table = true // a cell ends in a paragraph, and an empty one has one
		d.pieces(col.pieces, col.width-col.gap)
		if d.table {
			d.spacer(1, "")
		}
		d.WriteString(`</w:tc>`)
	}
	d.WriteString(`</w:tr>`)
	d.closeTable()
}

// stamp is a table of one cell with a frame.
func (d *docxBody) stamp(s stamp) {
	d.spacer(s.before, "")
	color, rpr := "000000", ""
	if s.red {
		color, rpr = "FF0000", `<w:color w:val="FF0000"/>`
	}
	edge := func(side string) string {
		return `<w:` + side + ` w:val="single" w:sz="12" w:space="0" w:color="` + color + `"/>`
	}
	borders := `<w:tblBorders>` + edge("top") + edge("left") + edge("bottom") + edge("right") + `</w:tblBorders>`
	d.open(borders, Center, 0, 0, s.width)
	d.printf(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="%d" w:hRule="exact"/></w:trPr>`+
		`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`+
		`<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:bCs/>%s<w:sz w:val="%d"/><w:szCs w:val="%[4]d"/></w:rPr>`+
		`<w:t xml:space="preserve">%s</w:t></w:r></w:p></w:tc></w:tr>`,
		twips(s.height), twips(s.width), rpr, halfPoints(sizeNation), escape(s.text))
	d.closeTable()
}

// grid is a table with borders whose head row repeats.
func (d *docxBody) grid(g grid) {
	d.spacer(tableBefore, `<w:keepNext/>`)
	d.open(allBorders, Left, cellSide, cellEdge, g.widths...)
	if len(g.groups) == 0 {
		d.row(g, g.head, bold, true, true)
	} else {
		d.groupedHead(g)
	}
	for i, cells := range g.rows {
		d.row(g, cells, 0, false, g.keep && i == len(g.rows)-1 && len(g.foot) == 0)
	}
	for i, cells := range g.foot {
		d.row(g, cells, bold, false, g.keep && i == len(g.foot)-1)
	}
	d.closeTable()
	if g.keep {
		d.spacer(tableAfter, `<w:keepNext/>`)
		return
	}
	d.spacer(tableAfter, "")
}

// groupedHead is a head of two rows: a column in a group without a name is one
// cell over both.
func (d *docxBody) groupedHead(g grid) {
	cell := func(text string, width float64, properties string) {
		d.printf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>%s<w:vAlign w:val="center"/></w:tcPr>`, twips(width), properties)
		d.para(para{spans: []span{{text, bold}}, size: g.size, align: Center, single: true, keep: true}, width)
		d.WriteString(`</w:tc>`)
	}
	const open = `<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>`
	d.WriteString(open)
	col := 0
	for _, group := range g.groups {
		if group.Head != "" {
			cell(group.Head, sum(g.widths[col:col+group.Columns]), fmt.Sprintf(`<w:gridSpan w:val="%d"/>`, group.Columns))
			col += group.Columns
			continue
		}
		for range group.Columns {
			cell(g.head[col], g.widths[col], `<w:vMerge w:val="restart"/>`)
			col++
		}
	}
	d.WriteString(`</w:tr>` + open)
	for col, text := range g.head {
		if g.group(col).Head == "" {
			cell("", g.widths[col], `<w:vMerge/>`)
			continue
		}
		cell(text, g.widths[col], "")
	}
	d.WriteString(`</w:tr>`)
}

func (d *docxBody) row(g grid, cells []string, st style, head, keep bool) {
	d.WriteString(`<w:tr><w:trPr>`)
	// Word would clip a row taller than the page if it were told not to split it.
	w := newWrapper(d.faces, g.size)
	if g.measure(w, cells, st, head).height <= (pageWidth-marginTop-marginBottom)/2 {
		d.WriteString(`<w:cantSplit/>`)
	}
	if head {
		d.WriteString(`<w:tblHeader/>`)
	}
	d.WriteString(`</w:trPr>`)
	for i, s := range cells {
		d.printf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`, twips(g.widths[i]))
		d.para(para{spans: []span{{s, st}}, size: g.size, align: g.align(i, head), single: true, keep: keep}, g.widths[i])
		d.WriteString(`</w:tc>`)
	}
	d.WriteString(`</w:tr>`)
}
