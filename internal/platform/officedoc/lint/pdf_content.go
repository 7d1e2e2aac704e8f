// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"math"
)

// glyph is a letter on the page; x and y in points, y of the baseline from the
// lower edge.
type glyph struct {
	text         string
	x, y, width  float64
	size         float64
	font         string
	bold, italic bool
	color        uint32
}

// bar is a horizontal line, box a rectangle that is drawn.
type (
	bar struct{ x0, x1, y float64 }
	box struct {
		x0, y0, x1, y1 float64
		color          uint32
	}
)

// canvas is what a page shows.
type canvas struct {
	width, height float64
	glyphs        []glyph
	bars          []bar
	boxes         []box
	image         float64 // share of the page the largest picture covers
}

type matrix [6]float64

func (m matrix) times(n matrix) matrix {
	return matrix{m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3], m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5]}
}

func (m matrix) at(x, y float64) (float64, float64) {
	return x*m[0] + y*m[2] + m[4], x*m[1] + y*m[3] + m[5]
}

// gstate is the state of graphics and text (ISO 32000-1 §8.4, §9.3).
type gstate struct {
	ctm                                 matrix
	fill, line                          uint32
	font                                *pdfFont
	size, spacing, wordSpacing, leading float64
	scale, rise                         float64
	mode                                int
}

// painter follows the content of one page.
type painter struct {
	file   *pdfFile
	fonts  map[any]*pdfFont
	out    *canvas
	g      gstate
	stack  []gstate
	tm, lm matrix
	path   []seg
	start  [2]float64
	pen    [2]float64
	budget *int
}

type seg struct{ x0, y0, x1, y1 float64 }

const deepestForm = 8

func (p *painter) run(data []byte, resources pdfDict, depth int) error {
	lx := &lexer{b: data}
	var args []any
	for {
		v := lx.value(0)
		if _, end := v.(pdfEnd); end {
			if lx.at >= len(lx.b) {
				return nil
			}
			continue
		}
		if *p.budget--; *p.budget < 0 {
			return fmt.Errorf("%w: pages of too many elements", ErrTooLarge)
		}
		op, ok := v.(pdfOp)
		if !ok {
			if len(args) < 64 {
				args = append(args, v)
			}
			continue
		}
		if op == "ID" { // the bytes of an image in the line
			for lx.at+2 < len(lx.b) && !(blank(lx.b[lx.at]) && lx.b[lx.at+1] == 'E' && lx.b[lx.at+2] == 'I') {
				lx.at++
			}
		}
		if err := p.do(string(op), args, resources, depth); err != nil {
			return err
		}
		args = args[:0]
	}
}

// n is the i-th number of args, 0 for none.
func n(args []any, i int) float64 {
	if i < 0 || i >= len(args) {
		return 0
	}
	v, _ := args[i].(float64)
	return v
}

func mat(args []any) matrix {
	var m matrix
	for i := range m {
		m[i] = n(args, i)
	}
	return m
}

func (p *painter) do(op string, args []any, res pdfDict, depth int) error {
	switch op {
	case "q":
		if len(p.stack) < 1000 {
			p.stack = append(p.stack, p.g)
		}
	case "Q":
		if n := len(p.stack); n > 0 {
			p.g, p.stack = p.stack[n-1], p.stack[:n-1]
		}
	case "cm":
		p.g.ctm = mat(args).times(p.g.ctm)
	case "g", "rg", "k", "sc", "scn":
		p.g.fill = colorOf(args, p.g.fill)
	case "G", "RG", "K", "SC", "SCN":
		p.g.line = colorOf(args, p.g.line)
	case "cs":
		p.g.fill = 0
	case "CS":
		p.g.line = 0
	case "Do":
		return p.object(args, res, depth)
	case "m", "l", "c", "v", "y", "h", "re", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n":
		p.draw(op, args)
	default:
		p.text(op, args, res)
	}
	return nil
}

// colorOf reads grey, RGB or CMYK by how many numbers there are.
func colorOf(args []any, old uint32) uint32 {
	var v []float64
	for _, a := range args {
		if x, ok := a.(float64); ok {
			v = append(v, min(max(x, 0), 1))
		}
	}
	rgb := func(r, g, b float64) uint32 {
		return uint32(math.Round(r*255))<<16 | uint32(math.Round(g*255))<<8 | uint32(math.Round(b*255))
	}
	switch len(v) {
	case 1:
		return rgb(v[0], v[0], v[0])
	case 3:
		return rgb(v[0], v[1], v[2])
	case 4:
		return rgb((1-v[0])*(1-v[3]), (1-v[1])*(1-v[3]), (1-v[2])*(1-v[3]))
	}
	return old
}

func (p *painter) object(args []any, res pdfDict, depth int) error {
	if len(args) == 0 {
		return nil
	}
	name, _ := args[0].(pdfName)
	s, ok := p.file.get(p.file.dict(res["XObject"])[name]).(pdfStream)
	if !ok {
		return nil
	}
	switch p.file.name(s.dict["Subtype"]) {
	case "Image":
		x0, y0 := p.g.ctm.at(0, 0)
		x1, y1 := p.g.ctm.at(1, 1)
		p.out.image = max(p.out.image, math.Abs((x1-x0)*(y1-y0))/(p.out.width*p.out.height))
	case "Form":
		if depth >= deepestForm {
			return nil
		}
		data, err := p.file.data(s)
		if err != nil {
			return err
		}
		old, stack := p.g, len(p.stack)
		if m := p.file.array(s.dict["Matrix"]); len(m) == 6 {
			p.g.ctm = mat(m).times(p.g.ctm)
		}
		inner := p.file.dict(s.dict["Resources"])
		if inner == nil {
			inner = res
		}
		err = p.run(data, inner, depth+1)
		p.g, p.stack = old, p.stack[:min(stack, len(p.stack))]
		return err
	}
	return nil
}

// draw follows paths: only lines and rectangles matter.
func (p *painter) draw(op string, args []any) {
	to := func(x, y float64) {
		p.path = append(p.path, seg{p.pen[0], p.pen[1], x, y})
		p.pen = [2]float64{x, y}
	}
	switch op {
	case "m":
		x, y := p.g.ctm.at(n(args, 0), n(args, 1))
		p.start, p.pen = [2]float64{x, y}, [2]float64{x, y}
	case "l":
		to(p.g.ctm.at(n(args, 0), n(args, 1)))
	case "c", "v", "y":
		k := len(args)
		x, y := p.g.ctm.at(n(args, k-2), n(args, k-1))
		p.pen = [2]float64{x, y}
	case "h":
		to(p.start[0], p.start[1])
	case "re":
		x, y, w, h := n(args, 0), n(args, 1), n(args, 2), n(args, 3)
		x0, y0 := p.g.ctm.at(x, y)
		x1, y1 := p.g.ctm.at(x+w, y+h)
		p.path = append(p.path, seg{x0, y0, x1, y0}, seg{x1, y0, x1, y1}, seg{x1, y1, x0, y1}, seg{x0, y1, x0, y0})
		p.start, p.pen = [2]float64{x0, y0}, [2]float64{x0, y0}
	case "n":
		p.path = nil
	case "S", "s", "B", "B*", "b", "b*":
		p.stroked(p.g.line)
	default:
		p.filled()
	}
}

const thin = 3.0 // points: what is filled and no thicker is a line

func (p *painter) stroked(color uint32) {
	for _, s := range p.path {
		if math.Abs(s.y0-s.y1) < 0.5 && math.Abs(s.x0-s.x1) > 5 {
			p.out.bars = append(p.out.bars, bar{min(s.x0, s.x1), max(s.x0, s.x1), s.y0})
		}
	}
	p.keepBox(color)
}

func (p *painter) filled() {
	if len(p.path) > 0 {
		b := bounds(p.path)
		switch {
		case b.y1-b.y0 <= thin && b.x1-b.x0 > 5:
			p.out.bars = append(p.out.bars, bar{b.x0, b.x1, (b.y0 + b.y1) / 2})
		case b.x1-b.x0 <= thin && b.y1-b.y0 > 5:
			// An upright line, as the side of a frame that is filled.
			p.out.boxes = append(p.out.boxes, box{b.x0, b.y0, b.x1, b.y1, p.g.fill})
		}
	}
	p.path = nil
}

func bounds(path []seg) box {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1), 0}
	for _, s := range path {
		b.x0, b.x1 = min(b.x0, s.x0, s.x1), max(b.x1, s.x0, s.x1)
		b.y0, b.y1 = min(b.y0, s.y0, s.y1), max(b.y1, s.y0, s.y1)
	}
	return b
}

// keepBox keeps the outline of a path as a frame.
func (p *painter) keepBox(color uint32) {
	if len(p.path) > 0 {
		b := bounds(p.path)
		b.color = color
		if b.x1-b.x0 > 5 && b.y1-b.y0 > 5 || b.x1-b.x0 <= thin {
			p.out.boxes = append(p.out.boxes, b)
		}
	}
	p.path = nil
}

func (p *painter) text(op string, args []any, res pdfDict) {
	next := func(x, y float64) {
		p.lm = matrix{1, 0, 0, 1, x, y}.times(p.lm)
		p.tm = p.lm
	}
	show := func(i int) {
		if i < len(args) {
			if s, ok := args[i].(pdfString); ok {
				p.show(s)
			}
		}
	}
	switch op {
	case "BT":
		p.tm, p.lm = matrix{1, 0, 0, 1}, matrix{1, 0, 0, 1}
	case "Tf":
		if len(args) == 2 {
			name, _ := args[0].(pdfName)
			p.g.font, p.g.size = p.font(p.file.dict(res["Font"])[name]), n(args, 1)
		}
	case "Td":
		next(n(args, 0), n(args, 1))
	case "TD":
		p.g.leading = -n(args, 1)
		next(n(args, 0), n(args, 1))
	case "Tm":
		p.tm = mat(args)
		p.lm = p.tm
	case "T*":
		next(0, -p.g.leading)
	case "Tc":
		p.g.spacing = n(args, 0)
	case "Tw":
		p.g.wordSpacing = n(args, 0)
	case "Tz":
		p.g.scale = n(args, 0) / 100
	case "TL":
		p.g.leading = n(args, 0)
	case "Ts":
		p.g.rise = n(args, 0)
	case "Tr":
		p.g.mode = int(n(args, 0))
	case "Tj":
		show(0)
	case "'":
		next(0, -p.g.leading)
		show(0)
	case "\"":
		p.g.wordSpacing, p.g.spacing = n(args, 0), n(args, 1)
		next(0, -p.g.leading)
		show(2)
	case "TJ":
		if len(args) == 0 {
			return
		}
		list, _ := args[0].(pdfArray)
		for _, v := range list {
			switch v := v.(type) {
			case pdfString:
				p.show(v)
			case float64:
				p.tm = matrix{1, 0, 0, 1, -v / 1000 * p.g.size * p.g.scale, 0}.times(p.tm)
			}
		}
	}
}

func (p *painter) font(v any) *pdfFont {
	r, ok := v.(pdfRef)
	if !ok {
		return p.file.font(v)
	}
	if f, ok := p.fonts[r]; ok {
		return f
	}
	f := p.file.font(v)
	p.fonts[r] = f
	return f
}

const invisible = 3 // rendering mode: read by machines, not by people

func (p *painter) show(s pdfString) {
	if p.g.font == nil {
		return
	}
	p.g.font.glyphs(s, func(text string, w float64, isBlank bool) {
		m := p.tm.times(p.g.ctm)
		size := p.g.size * math.Hypot(m[2], m[3])
		x, y := m.at(0, p.g.rise)
		wide := w * p.g.size * p.g.scale * math.Hypot(m[0], m[1])
		if *p.budget--; p.g.mode != invisible && *p.budget > 0 && math.Abs(m[1]) < 0.01 {
			p.out.glyphs = append(p.out.glyphs, glyph{text, x, y, wide, math.Round(math.Abs(size)*10) / 10, p.g.font.name, p.g.font.bold, p.g.font.italic, p.g.fill})
		}
		step := w*p.g.size + p.g.spacing
		if isBlank {
			step += p.g.wordSpacing
		}
		p.tm = matrix{1, 0, 0, 1, step * p.g.scale, 0}.times(p.tm)
	})
}
