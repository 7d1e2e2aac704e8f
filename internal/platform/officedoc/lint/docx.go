// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"path"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

func measure(r run) float64 { return officedoc.Width(r.text, r.bold, r.italic, r.size) }

// docxReader walks a document.
type docxReader struct {
	*styleSheet
	parts   unpacked
	rels    map[string]string // id -> part
	marks   map[string]string // numbering id and level -> mark
	out     *paper
	last    *para // the paragraph before, in the same container
	current section
	err     error // the first of a header or footer that cannot be read
}

// place is where the walk stands.
type place struct {
	col   column
	width float64 // of the text, in points
	frame *frame
}

func readDOCX(raw []byte) (*paper, error) {
	parts, err := unzip(raw)
	if err != nil {
		return nil, err
	}
	if _, ok := parts["word/document.xml"]; !ok {
		return nil, ErrFormat
	}
	trees := map[string]*node{}
	for _, name := range []string{"document.xml", "styles.xml", "theme/theme1.xml", "numbering.xml", "_rels/document.xml.rels"} {
		if trees[name], err = parts.tree("word/" + name); err != nil {
			return nil, err
		}
	}
	d := &docxReader{styleSheet: newStyles(trees["styles.xml"], trees["theme/theme1.xml"]), parts: parts, rels: map[string]string{}, marks: map[string]string{}, out: &paper{format: DOCX}}
	if rels := trees["_rels/document.xml.rels"]; rels != nil {
		for _, r := range rels.kids {
			if r.attr("TargetMode") != "External" {
				d.rels[r.attr("Id")] = path.Join("word", strings.TrimPrefix(r.attr("Target"), "/word/"))
			}
		}
	}
	d.numbering(trees["numbering.xml"])
	body := trees["document.xml"].kid("body")
	if body == nil {
		return nil, fmt.Errorf("%w: no body", ErrBroken)
	}
	var widths []float64 // of the text, of each section
	body.each(func(k *node) bool {
		if k.name == "sectPr" {
			s := readSection(k)
			widths = append(widths, (s.width-s.marginLeft-s.marginRight)*mm)
		}
		return k.name != "tbl"
	})
	for _, k := range body.kids {
		at := place{width: 165 * mm}
		if n := len(d.out.sections); n < len(widths) {
			at.width = widths[n]
		}
		d.walk(&node{kids: []*node{k}}, at)
	}
	if s := body.kid("sectPr"); s != nil {
		if err := d.section(s); err != nil {
			return nil, err
		}
	}
	for i, p := range d.out.paras {
		p.n = i + 1
	}
	d.out.single = parts.pages() == "1"
	return d.out, d.err
}

// pages is how many pages the program that wrote the file counted; empty where it
// does not say or cannot be read: it is a hint alone.
func (u unpacked) pages() string {
	props, err := u.tree("docProps/app.xml")
	if err != nil || props == nil {
		return ""
	}
	if n := props.kid("Pages"); n != nil {
		return strings.TrimSpace(n.text)
	}
	return ""
}

// numbering keeps the mark of each list level, its number as "#".
func (d *docxReader) numbering(n *node) {
	if n == nil {
		return
	}
	abstract := map[string]map[string]string{}
	for _, k := range n.kids {
		if k.name != "abstractNum" {
			continue
		}
		levels := map[string]string{}
		for _, l := range k.kids {
			if l.name == "lvl" {
				mark := l.val("lvlText")
				for _, digit := range "123456789" {
					mark = strings.ReplaceAll(mark, "%"+string(digit), "1")
				}
				levels[l.attr("ilvl")] = strings.NewReplacer("\uf0b7", "-", "\uf02d", "-", "–", "-").Replace(mark)
			}
		}
		abstract[k.attr("abstractNumId")] = levels
	}
	for _, k := range n.kids {
		if k.name == "num" {
			for level, mark := range abstract[k.val("abstractNumId")] {
				d.marks[k.attr("numId")+"."+level] = mark
			}
		}
	}
}

// walk reads a container: the body, a cell, a text box.
func (d *docxReader) walk(n *node, at place) {
	if n == nil {
		return
	}
	for _, k := range n.kids {
		switch k.name {
		case "p":
			d.para(k, at)
		case "tbl":
			d.table(k, at)
		case "sdt":
			d.walk(k.kid("sdtContent"), at)
		case "sdtContent", "customXml", "smartTag", "ins":
			d.walk(k, at)
		}
	}
}

func (d *docxReader) para(n *node, at place) {
	pPr := n.kid("pPr")
	flow, base := d.flow, d.base
	style := pPr.val("pStyle")
	if style == "" {
		style = d.normal
	}
	for _, s := range d.chain(style) {
		d.paragraph(&flow, s.kid("pPr"))
		d.letters(&base, s.kid("rPr"))
	}
	d.paragraph(&flow, pPr)
	p := &para{col: at.col, align: flow.align, frame: at.frame, first: flow.first, indent: flow.indent, before: flow.before, after: flow.after, lead: flow.lead, room: at.width - flow.indent - flow.right}
	var drawn *stroke
	underlined := d.runs(n, base, p, at, &drawn)
	if mark := d.marks[flow.list+"."+or(flow.level, "0")]; flow.list != "" && mark != "" && len(p.runs) > 0 {
		p.runs = append([]run{{text: mark + " ", font: p.runs[0].font, size: p.runs[0].size, bold: p.runs[0].bold, italic: p.runs[0].italic}}, p.runs...)
	}
	if size := p.size(); p.lead < 0 {
		p.lead = -p.lead / max(size*1.15, 1)
	}
	if flow.border && drawn == nil {
		drawn = &stroke{length: at.width - flow.indent - flow.right}
	}
	p.settle()
	switch {
	case p.text == "" && drawn != nil && d.last != nil:
		d.last.under = drawn
	case p.text == "":
	default:
		p.under = drawn
		if p.under == nil && underlined {
			p.under = &stroke{underline: true, length: p.width()}
		}
		d.add(p)
		d.last = p
	}
	if s := pPr.kid("sectPr"); s != nil {
		if err := d.section(s); err != nil && d.err == nil {
			d.err = err
		}
	}
}

// add keeps p, split at its tab where one line holds both columns of a head.
func (d *docxReader) add(p *para) {
	for i, r := range p.runs {
		before, after, tab := strings.Cut(r.text, "\t")
		if !tab || p.col != full {
			continue
		}
		l, r2 := *p, *p
		head, tail := r, r
		head.text, tail.text = before, strings.ReplaceAll(after, "\t", " ")
		l.runs = append(append([]run{}, p.runs[:i]...), head)
		r2.runs = append([]run{tail}, p.runs[i+1:]...)
		l.settle()
		r2.settle()
		if isNation(r2.text) || isMotto(r2.text) || dateForm.MatchString(r2.text) {
			l.col, r2.col, l.align, r2.align = left, right, unknown, unknown
			if l.text != "" {
				d.out.paras = append(d.out.paras, &l)
			}
			d.out.paras = append(d.out.paras, &r2)
			return
		}
		break
	}
	d.out.paras = append(d.out.paras, p)
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// runs reads the text below n into p; it reports whether all of it is underlined.
func (d *docxReader) runs(n *node, base looks, p *para, at place, drawn **stroke) bool {
	all, any := true, false
	for _, k := range n.kids {
		switch k.name {
		case "r":
			l := base
			rPr := k.kid("rPr")
			for _, s := range d.chain(rPr.val("rStyle")) {
				d.letters(&l, s.kid("rPr"))
			}
			d.letters(&l, rPr)
			d.run(k, l, p, at, drawn)
			if len(p.runs) > 0 && letters(p.runs[len(p.runs)-1].text) > 0 {
				any, all = true, all && l.underline
			}
		case "hyperlink", "smartTag", "ins", "sdt", "sdtContent", "fldSimple":
			if sub := d.runs(k, base, p, at, drawn); len(k.kids) > 0 {
				any, all = true, all && sub
			}
		}
	}
	return any && all
}

func (d *docxReader) run(n *node, l looks, p *para, at place, drawn **stroke) {
	var b strings.Builder
	for _, k := range n.kids {
		switch k.name {
		case "t":
			b.WriteString(k.text)
		case "tab":
			b.WriteByte('\t')
		case "br", "cr":
			b.WriteByte('\n')
		case "noBreakHyphen":
			b.WriteByte('-')
		case "drawing", "pict", "object":
			d.drawing(k, at, drawn)
		case "AlternateContent":
			if c := k.kid("Choice"); c != nil {
				for _, x := range c.kids {
					d.drawing(x, at, drawn)
				}
			}
		}
	}
	if l.hidden || b.Len() == 0 {
		return
	}
	text := b.String()
	if l.caps {
		text = strings.ToUpper(text)
	}
	p.runs = append(p.runs, run{text: text, font: l.font, size: l.size, bold: l.bold, italic: l.italic, color: l.color})
}

// drawing finds a line that is drawn, and reads text boxes.
func (d *docxReader) drawing(n *node, at place, drawn **stroke) {
	var extent frame
	n.each(func(k *node) bool {
		const emu = 12700
		switch k.name {
		case "extent":
			w, ok1 := number64(k.attr("cx"))
			h, ok2 := number64(k.attr("cy"))
			if ok1 && ok2 && extent.width == 0 {
				extent = frame{w / emu, h / emu}
			}
		case "prstGeom":
			if g := k.attr("prst"); g == "line" || g == "straightConnector1" {
				*drawn = &stroke{length: extent.width}
			}
		case "line": // VML
			from, _, _ := strings.Cut(k.attr("from"), ",")
			to, _, _ := strings.Cut(k.attr("to"), ",")
			*drawn = &stroke{length: max(0, vml(to)-vml(from))}
		case "shape", "rect":
			if w := cssLength(k.attr("style"), "width"); w > 0 && extent.width == 0 {
				extent = frame{w, cssLength(k.attr("style"), "height")}
			}
			if k.attr("connectortype") == "straight" || strings.HasSuffix(k.attr("type"), "_x0000_t32") || strings.HasSuffix(k.attr("type"), "_x0000_t20") {
				*drawn = &stroke{length: extent.width}
			}
		case "txbxContent":
			box := extent
			before := d.last
			d.walk(k, place{col: at.col, width: box.width, frame: &box})
			d.last = before
			return false
		case "Fallback":
			return false
		}
		return true
	})
}

func number64(s string) (float64, bool) {
	var v float64
	_, err := fmt.Sscanf(s, "%g", &v)
	return v, err == nil && v >= 0 && v < 1e12
}

// vml reads a length of VML in points.
func vml(s string) float64 {
	s = strings.TrimSpace(s)
	unit := 1.0
	for suffix, points := range map[string]float64{"pt": 1, "in": 72, "mm": mm, "cm": 10 * mm, "px": 0.75} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = rest, points
			break
		}
	}
	v, ok := number(s)
	if !ok {
		return 0
	}
	return v * unit
}

func cssLength(style, name string) float64 {
	for rule := range strings.SplitSeq(style, ";") {
		if k, v, ok := strings.Cut(rule, ":"); ok && strings.TrimSpace(k) == name {
			return vml(v)
		}
	}
	return 0
}
