// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"slices"
	"strings"
)

// line draws l at baseline y in room points from x on and returns where it ends.
func (d *pdfDoc) line(l textLine, x, y, room float64, align Align, size float64) float64 {
	extra := 0.0
	switch free := room - l.width; align {
	case Center:
		x += free / 2
	case Right:
		x += free
	case Justify:
		// A line left short by a long word behind it is not torn apart.
		if l.stretch && l.gaps > 0 && free/float64(l.gaps) < room/6 {
			extra = free / float64(l.gaps)
		}
	}
	space := newWrapper(d.faces, size).space
	for i, w := range l.words {
		if i > 0 && !w.glued {
			x += space + extra
		}
		for j, s := range w.spans {
			text := s.text
			// The blank is printed too, so that copied text has it.
			if j == len(w.spans)-1 && i+1 < len(l.words) && !l.words[i+1].glued {
				text += " "
			}
			d.text(x, y, text, s.style, size)
			x += d.faces[s.style].width(s.text, size)
		}
	}
	return x
}

// text draws s with its baseline at y; tick boxes become shapes.
func (d *pdfDoc) text(x, y float64, s string, st style, size float64) {
	for s != "" {
		if parts := strings.SplitN(s, string(noteMark), 3); len(parts) == 3 {
			d.text(x, y, parts[0], st, size)
			x += d.faces[st].width(parts[0], size)
			d.text(x, y-noteRaise*size, parts[1], st, size*noteScale)
			x += d.faces[st].width(parts[1], size*noteScale)
			s = parts[2]
			continue
		}
		at := strings.IndexAny(s, string([]rune{boxEmpty, boxTicked}))
		if at != 0 {
			if at < 0 {
				at = len(s)
			}
			d.font(st, size)
			d.pdf.Text(x, y, s[:at])
			x += d.faces[st].width(s[:at], size)
			s = s[at:]
			continue
		}
		d.box(x, y, size, strings.HasPrefix(s, string(boxTicked)))
		x += boxWidth * size
		s = s[len(string(boxEmpty)):]
	}
}

// box draws a tick box and, invisibly, its meaning for those who copy or search.
func (d *pdfDoc) box(x, y, size float64, ticked bool) {
	side := 0.68 * size
	x += (boxWidth*size - side) / 2
	y += 0.03 * size
	d.pdf.SetLineWidth(hairline)
	d.pdf.Rect(x, y-side, side, side, "D")
	said := "[ ]"
	if ticked {
		said = "[x]"
		d.stroke(x, y, x+side, y-side)
		d.stroke(x, y-side, x+side, y)
	}
	const invisible, filled = 3, 0
	d.font(0, size*0.7)
	d.pdf.SetTextRenderingMode(invisible)
	d.pdf.Text(x, y, said)
	d.pdf.SetTextRenderingMode(filled)
}

// dots fills the line from x to end.
func (d *pdfDoc) dots(x, y, end, size float64) {
	step := d.faces[0].width(".", size)
	if n := int((end - x) / step); n > 0 {
		d.text(end-float64(n)*step, y, strings.Repeat(".", n), 0, size)
	}
}

func (d *pdfDoc) stroke(x1, y1, x2, y2 float64) {
	d.pdf.SetLineWidth(hairline)
	d.pdf.Line(x1, y1, x2, y2)
}

// font selects a face, loading it on first use.
func (d *pdfDoc) font(st style, size float64) {
	if d.style == st && d.size == size {
		return
	}
	name := [...]string{0: "", bold: "B", italic: "I", bold | italic: "BI"}[st]
	if !d.loaded[st] {
		// A copy, since fpdf appends to slices of it while it cuts the font down.
		d.pdf.AddUTF8FontFromBytes(family, name, slices.Clone(d.faces[st].ttf))
		d.loaded[st] = true
	}
	d.pdf.SetFont(family, name, size)
	d.style, d.size = st, size
}
