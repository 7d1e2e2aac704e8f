// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile

import (
	"math"
	"strings"

	"github.com/ledongthuc/pdf"
)

// The library reads the objects of a file; what a page shows is read here, since
// its own reading of maps to Unicode takes only the last byte of a range, which
// spoils all Vietnamese letters of files with an identity map, and leaves out
// stamps, that is forms and annotations.

// piece is a text shown at one place, in points from the lower left.
type piece struct {
	x, y, end, size float64
	s               string
}

// matrix is a transformation (ISO 32000-1 §8.3.3).
type matrix [6]float64

func (m matrix) mul(n matrix) matrix {
	return matrix{m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3], m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5]}
}

var identity = matrix{1, 0, 0, 1, 0, 0}

// drawing reads what a stream of graphics shows.
type drawing struct {
	pieces []piece
	fonts  map[string]*face // by name and depth
	shown  int              // letters
	depth  int
	cut    bool // something could not be read
}

const (
	maxLetters = 1 << 20 // of one page
	maxForms   = 6       // forms in forms
)

// pageLines are the lines of a page, the topmost first. What stands apart on one
// line, as the two halves of a paper's head do, becomes lines of its own.
// It reports whether all of the page could be read.
func pageLines(p pdf.Page) (out []string, whole bool) {
	d := &drawing{}
	if p.V.IsNull() {
		return nil, true
	}
	d.stream(p.V.Key("Contents"), p.Resources(), identity)
	notes := p.V.Key("Annots")
	for i := range min(notes.Len(), 500) {
		form := notes.Index(i).Key("AP").Key("N")
		if form.Kind() == pdf.Stream {
			d.form(form, p.Resources(), matrix{1, 0, 0, 1, 0, -10_000 * float64(i+1)}) // apart from all else
		}
	}
	return lay(d.pieces), !d.cut
}

// spoken is what a row of pieces says: lines of its own where it stands apart.
func spoken(row []piece) (out []string) {
	var b strings.Builder
	end := row[0].x
	for i, p := range row {
		if gap := p.x - end; i > 0 && gap > 2*p.size {
			out = append(out, b.String())
			b.Reset()
		} else if i > 0 && gap > p.size/6 {
			b.WriteByte(' ')
		}
		b.WriteString(p.s)
		end = max(end, p.end)
	}
	return append(out, b.String())
}

// state is the graphics state as far as text needs it (ISO 32000-1 §9.3).
type state struct {
	ctm                     matrix
	font                    *face
	size, char, word, scale float64
	leading, rise           float64
}

// stream shows a stream, or several that are one. What cannot be read ends it.
func (d *drawing) stream(content, resources pdf.Value, ctm matrix) {
	defer func() {
		if recover() != nil { // of the library, on this stream
			d.cut = true
		}
	}()
	now := state{ctm: ctm, scale: 1}
	var kept []state
	tm, line := identity, identity
	number := func(args []pdf.Value, i int) float64 {
		if i >= len(args) {
			return 0
		}
		return args[i].Float64()
	}
	move := func(x, y float64) {
		line = matrix{1, 0, 0, 1, x, y}.mul(line)
		tm = line
	}
	do := func(stk *pdf.Stack, op string) {
		n := stk.Len()
		args := make([]pdf.Value, n)
		for i := n - 1; i >= 0; i-- {
			args[i] = stk.Pop()
		}
		switch op {
		case "q":
			if len(kept) < 1000 {
				kept = append(kept, now)
			}
		case "Q":
			if n := len(kept); n > 0 {
				now, kept = kept[n-1], kept[:n-1]
			}
		case "cm":
			now.ctm = six(args).mul(now.ctm)
		case "BT":
			tm, line = identity, identity
		case "Tm":
			tm = six(args)
			line = tm
		case "Td":
			move(number(args, 0), number(args, 1))
		case "TD":
			now.leading = -number(args, 1)
			move(number(args, 0), number(args, 1))
		case "T*":
			move(0, -now.leading)
		case "Tc":
			now.char = number(args, 0)
		case "Tw":
			now.word = number(args, 0)
		case "Tz":
			now.scale = number(args, 0) / 100
		case "TL":
			now.leading = number(args, 0)
		case "Ts":
			now.rise = number(args, 0)
		case "Tf":
			if len(args) == 2 {
				now.font, now.size = d.face(resources, args[0].Name()), args[1].Float64()
			}
		case "Tj":
			tm = d.show(now, tm, args)
		case "'":
			move(0, -now.leading)
			tm = d.show(now, tm, args)
		case "\"":
			now.word, now.char = number(args, 0), number(args, 1)
			move(0, -now.leading)
			tm = d.show(now, tm, args)
		case "TJ":
			if len(args) == 1 {
				tm = d.show(now, tm, items(args[0]))
			}
		case "Do":
			if len(args) == 1 {
				if form := resources.Key("XObject").Key(args[0].Name()); form.Key("Subtype").Name() == "Form" {
					d.form(form, resources, now.ctm)
				}
			}
		}
	}
	pdf.Interpret(content, do)
}

// form shows a form with its own resources, or those around it.
func (d *drawing) form(form, around pdf.Value, ctm matrix) {
	if d.depth >= maxForms || d.shown > maxLetters {
		return
	}
	if own := form.Key("Resources"); !own.IsNull() {
		around = own
	}
	if m := form.Key("Matrix"); m.Len() == 6 {
		ctm = six(items(m)).mul(ctm)
	}
	fonts := d.fonts
	d.fonts = nil // names are those of these resources
	d.depth++
	d.stream(form, around, ctm)
	d.depth--
	d.fonts = fonts
}

func items(v pdf.Value) []pdf.Value {
	out := make([]pdf.Value, min(v.Len(), 100_000))
	for i := range out {
		out[i] = v.Index(i)
	}
	return out
}

func six(args []pdf.Value) (m matrix) {
	if len(args) != 6 {
		return identity
	}
	for i := range m {
		m[i] = args[i].Float64()
	}
	return m
}

// show places texts and the gaps between them (§9.4.3), and gives the matrix
// behind them.
func (d *drawing) show(now state, tm matrix, args []pdf.Value) matrix {
	if now.font == nil {
		return tm
	}
	var s strings.Builder
	at := matrix{1, 0, 0, 1, 0, now.rise}.mul(tm).mul(now.ctm)
	size := math.Abs(now.size) * math.Hypot(at[2], at[3])
	place := func() {
		if s.Len() == 0 {
			return
		}
		end := tm.mul(now.ctm)
		d.pieces = append(d.pieces, piece{x: at[4], y: at[5], end: end[4], size: size, s: s.String()})
		s.Reset()
	}
	for _, a := range args {
		if a.Kind() != pdf.String {
			gap := -a.Float64() / 1000 * now.size * now.scale
			if gap > now.size*2 {
				place()
			} else if gap > now.size/6 {
				s.WriteByte(' ')
			}
			tm = matrix{1, 0, 0, 1, gap, 0}.mul(tm)
			if s.Len() == 0 {
				at = matrix{1, 0, 0, 1, 0, now.rise}.mul(tm).mul(now.ctm)
			}
			continue
		}
		for _, g := range now.font.glyphs(a.RawString()) {
			if d.shown++; d.shown > maxLetters {
				return tm
			}
			s.WriteString(g.text)
			step := g.width/1000*now.size + now.char
			if g.space {
				step += now.word
			}
			tm = matrix{1, 0, 0, 1, step * now.scale, 0}.mul(tm)
		}
	}
	place()
	return tm
}
