// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import "strings"

// bordered reports a border that is drawn.
func bordered(n *node) bool {
	if n == nil {
		return false
	}
	for _, k := range n.kids {
		if v := k.attr("val"); v != "" && v != "nil" && v != "none" {
			return true
		}
	}
	return false
}

// table reads a table. Without borders and of two or three columns it is what
// holds the two columns of a head or of a signature; of one cell with borders it
// is a frame.
func (d *docxReader) table(n *node, at place) {
	tblPr := n.kid("tblPr")
	lined := bordered(tblPr.kid("tblBorders"))
	if tblPr.kid("tblBorders") == nil {
		for _, s := range d.chain(tblPr.val("tblStyle")) {
			lined = lined || bordered(s.path("tblPr", "tblBorders"))
		}
	}
	var grid []float64
	if g := n.kid("tblGrid"); g != nil {
		for _, c := range g.kids {
			v, _ := number(c.attr("w"))
			grid = append(grid, v/20)
		}
	}
	var rows []*node
	for _, k := range n.kids {
		switch k.name {
		case "tr":
			rows = append(rows, k)
		case "sdt":
			if c := k.kid("sdtContent"); c != nil {
				for _, r := range c.kids {
					if r.name == "tr" {
						rows = append(rows, r)
					}
				}
			}
		}
	}
	if !lined {
		for _, r := range rows {
			for _, c := range r.kids {
				lined = lined || c.name == "tc" && bordered(c.path("tcPr", "tcBorders"))
			}
		}
	}
	for _, r := range rows {
		d.row(r, at, grid, lined, len(rows))
	}
	d.last = nil
}

func (d *docxReader) row(r *node, at place, grid []float64, lined bool, rows int) {
	var cells []*node
	for _, c := range r.kids {
		switch c.name {
		case "tc":
			cells = append(cells, c)
		case "sdt":
			if in := c.path("sdtContent", "tc"); in != nil {
				cells = append(cells, in)
			}
		}
	}
	for i, c := range cells {
		in := place{col: at.col, frame: at.frame}
		if v, ok := number(c.path("tcPr", "tcW").attr("w")); ok && c.path("tcPr", "tcW").attr("type") == "dxa" {
			in.width = v / 20
		} else if i < len(grid) {
			in.width = grid[i]
		}
		switch {
		case lined && rows == 1 && len(cells) == 1:
			h, _ := number(r.path("trPr", "trHeight").attr("val"))
			in.frame = &frame{in.width, h / 20}
		case lined || len(cells) > 3 || at.col == cell:
			in.col = cell
		case at.col == full && len(cells) > 1 && i == 0:
			in.col = left
		case at.col == full && len(cells) > 1 && i == len(cells)-1:
			in.col = right
		}
		if v, ok := number(c.path("tcPr", "tcMar", "right").attr("w")); ok {
			in.width -= v / 20
		}
		d.last = nil
		d.walk(c, in)
	}
}

// readSection reads page and margins in millimetres.
func readSection(n *node) section {
	get := func(k *node, name string) float64 {
		v, _ := number(k.attr(name))
		return v / 20 / mm
	}
	size, margin := n.kid("pgSz"), n.kid("pgMar")
	return section{width: get(size, "w"), height: get(size, "h"), sideKnown: true, goesOn: n.kid("pgNumType").attr("start") == "",
		marginTop: get(margin, "top"), marginBottom: get(margin, "bottom"), marginLeft: get(margin, "left") + get(margin, "gutter"), marginRight: get(margin, "right")}
}

// section reads a section's page, margins and numbering. A header that is not
// named is that of the section before.
func (d *docxReader) section(n *node) error {
	s := readSection(n)
	s.number = d.current.number
	titlePage := n.on("titlePg", false)
	var first pageNumber
	def := s.number
	haveFirst := false
	for _, ref := range n.kids {
		if ref.name != "headerReference" && ref.name != "footerReference" {
			continue
		}
		tree, err := d.parts.tree(d.rels[ref.attr("id")])
		if err != nil {
			return err
		}
		num, text := d.headerNumber(tree)
		top := ref.name == "headerReference"
		switch ref.attr("type") {
		case "first":
			haveFirst = true
			first.top = first.top || num.top
			if !top && len(d.out.sections) == 0 && titlePage {
				d.out.foot = text
			}
		case "default", "":
			if num.top && top {
				def.top, def.centred, def.size, def.wrong = true, num.centred, num.size, num.wrong
			} else if top {
				def.top = false
			}
			if num.top && !top {
				def.bottom, def.centred, def.size = true, num.centred, num.size
			}
			if !top && len(d.out.sections) == 0 && !titlePage {
				d.out.foot = text
			}
		}
	}
	def.onFirst = (def.top || def.bottom) && (!titlePage || haveFirst && first.top)
	s.number = def
	d.current = s
	d.out.sections = append(d.out.sections, s)
	return nil
}

// headerNumber finds the page number of a header or footer, and its paragraphs.
func (d *docxReader) headerNumber(n *node) (pageNumber, []*para) {
	sub := &docxReader{styleSheet: d.styleSheet, parts: d.parts, rels: map[string]string{}, marks: d.marks, out: &paper{}}
	var out pageNumber
	if n == nil {
		return out, nil
	}
	sub.walk(n, place{width: 165 * mm})
	n.each(func(k *node) bool {
		if k.name != "p" {
			return true
		}
		page := false
		k.each(func(x *node) bool {
			if x.name == "instrText" && strings.HasPrefix(strings.ToUpper(clean(x.text)), "PAGE") && !strings.HasPrefix(strings.ToUpper(clean(x.text)), "PAGEREF") ||
				x.name == "fldSimple" && strings.HasPrefix(strings.ToUpper(clean(x.attr("instr"))), "PAGE") {
				page = true
			}
			return true
		})
		if !page {
			return true
		}
		one := &docxReader{styleSheet: d.styleSheet, parts: d.parts, marks: d.marks, out: &paper{}}
		one.para(k, place{width: 165 * mm})
		out.top = true
		for _, p := range one.out.paras {
			out.centred, out.size = p.align == centred, p.size()
		}
		if frame := k.path("pPr", "framePr"); frame != nil && frame.attr("xAlign") == "center" {
			out.centred = true
		}
		return true
	})
	return out, sub.out.paras
}
