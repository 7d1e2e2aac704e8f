// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/go-fonts/liberation/liberationserifbold"
	"github.com/go-fonts/liberation/liberationserifbolditalic"
	"github.com/go-fonts/liberation/liberationserifitalic"
	"github.com/go-fonts/liberation/liberationserifregular"
)

// style is a face of the family: bold and italic bits.
type style uint8

const (
	bold style = 1 << iota
	italic
)

// Vertical measures of Liberation Serif (the same as Times New Roman), in ems:
// hhea ascent 1825, descent 443 and lineGap 87 of 2048 units.
const (
	descent    = 443.0 / 2048
	lineHeight = (1825 + 443 + 87) / 2048.0
)

// A tick box is drawn, since the font has no glyph for it; boxWidth is its
// advance in ems.
const (
	boxEmpty  = '☐'
	boxTicked = '☒'
	boxWidth  = 0.86
)

// face holds what layout needs of one TrueType file: which runes it draws and
// how wide. It reads the tables cmap (format 4), head, hhea and hmtx as described
// in the OpenType specification 1.9.
type face struct {
	ttf     []byte
	glyphs  map[rune]uint16
	advance []float64 // ems, by glyph
}

var faces = sync.OnceValues(func() ([4]*face, error) {
	var out [4]*face
	for i, ttf := range [...][]byte{
		0:             liberationserifregular.TTF,
		bold:          liberationserifbold.TTF,
		italic:        liberationserifitalic.TTF,
		bold | italic: liberationserifbolditalic.TTF,
	} {
		f, err := readFace(ttf)
		if err != nil {
			return out, fmt.Errorf("officedoc: embedded font %d: %w", i, err)
		}
		out[i] = f
	}
	return out, nil
})

// has reports whether the face draws r, tick boxes included.
func (f *face) has(r rune) bool {
	return f.glyphs[r] != 0 || r == boxEmpty || r == boxTicked
}

// width is the advance of s at size points, in points.
func (f *face) width(s string, size float64) float64 {
	var w float64
	scale := 1.0
	for _, r := range s {
		if r == noteMark {
			scale = 1 + noteScale - scale
			continue
		}
		if r == boxEmpty || r == boxTicked {
			w += boxWidth
			continue
		}
		w += f.advance[f.glyphs[r]] * scale
	}
	return w * size
}

func readFace(ttf []byte) (*face, error) {
	tables, err := directory(ttf)
	if err != nil {
		return nil, err
	}
	be := binary.BigEndian
	units := float64(be.Uint16(tables["head"][18:]))
	metrics := int(be.Uint16(tables["hhea"][34:]))
	f := &face{ttf: ttf, glyphs: map[rune]uint16{}}
	for i := range metrics {
		f.advance = append(f.advance, float64(be.Uint16(tables["hmtx"][4*i:]))/units)
	}
	glyphs := int(be.Uint16(tables["maxp"][4:]))
	for len(f.advance) < glyphs {
		f.advance = append(f.advance, f.advance[metrics-1])
	}
	cmap := tables["cmap"]
	for i := range int(be.Uint16(cmap[2:])) {
		sub := cmap[be.Uint32(cmap[4+8*i+4:]):]
		if be.Uint16(sub) == 4 {
			f.readSegments(sub)
			return f, nil
		}
	}
	return nil, fmt.Errorf("no cmap of format 4")
}

// directory finds the tables of a TrueType file.
func directory(ttf []byte) (map[string][]byte, error) {
	be := binary.BigEndian
	tables := map[string][]byte{}
	for i := range int(be.Uint16(ttf[4:])) {
		entry := ttf[12+16*i:]
		start, size := be.Uint32(entry[8:]), be.Uint32(entry[12:])
		tables[string(entry[:4])] = ttf[start : start+size]
	}
	for _, name := range []string{"cmap", "head", "hhea", "hmtx", "maxp"} {
		if tables[name] == nil {
			return nil, fmt.Errorf("no table %s", name)
		}
	}
	return tables, nil
}

// readSegments fills glyphs from a cmap subtable of format 4.
func (f *face) readSegments(sub []byte) {
	be := binary.BigEndian
	n := int(be.Uint16(sub[6:])) // twice the segment count
	ends, starts := sub[14:], sub[16+n:]
	deltas, offsets := sub[16+2*n:], sub[16+3*n:]
	for i := 0; i < n; i += 2 {
		start, end := rune(be.Uint16(starts[i:])), rune(be.Uint16(ends[i:]))
		delta, offset := be.Uint16(deltas[i:]), int(be.Uint16(offsets[i:]))
		for r := start; r <= end && r != 0xffff; r++ {
			glyph := uint16(r) + delta
			if offset != 0 {
				glyph = be.Uint16(offsets[i+offset+2*int(r-start):])
				if glyph != 0 {
					glyph += delta
				}
			}
			if glyph != 0 && int(glyph) < len(f.advance) {
				f.glyphs[r] = glyph
			}
		}
	}
}

// Width is how wide s is in Times New Roman (or Liberation Serif, which is as
// wide) at size points, in points; what the face lacks counts as nothing.
func Width(s string, isBold, isItalic bool, size float64) float64 {
	f, err := faces()
	if err != nil {
		return 0 // the embedded fonts are broken: every writer says so
	}
	var st style
	if isBold {
		st |= bold
	}
	if isItalic {
		st |= italic
	}
	return f[st].width(s, size)
}
