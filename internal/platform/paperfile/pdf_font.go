// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile

import (
	"encoding/hex"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/ledongthuc/pdf"
)

// glyph is one letter of a font.
type glyph struct {
	text  string
	width float64 // thousandths
	space bool    // the one-byte code 32, which word spacing widens
}

// face is a font: how long its codes are, what they mean, how wide they are.
type face struct {
	bytes  int
	to     map[string]string // codes to text, from ToUnicode
	spans  []span
	plain  pdf.TextEncoding // where there is no such map
	widths map[int]float64
	width  float64 // of all others
}

type span struct {
	lo, hi string
	dst    []uint16
}

func (d *drawing) face(resources pdf.Value, name string) *face {
	if f, ok := d.fonts[name]; ok {
		return f
	}
	if d.fonts == nil {
		d.fonts = map[string]*face{}
	}
	f := readFace(resources.Key("Font").Key(name))
	d.fonts[name] = f
	return f
}

func readFace(v pdf.Value) *face {
	f := &face{bytes: 1, to: map[string]string{}, widths: map[int]float64{}, width: 500}
	if v.Key("Subtype").Name() == "Type0" {
		f.bytes = 2
		inner := v.Key("DescendantFonts").Index(0)
		f.width = 1000
		if dw := inner.Key("DW"); !dw.IsNull() {
			f.width = dw.Float64()
		}
		f.readW(items(inner.Key("W")))
	} else {
		first := int(v.Key("FirstChar").Int64())
		for i, w := range items(v.Key("Widths")) {
			f.widths[first+i] = w.Float64()
		}
	}
	if m := v.Key("ToUnicode"); m.Kind() == pdf.Stream {
		f.readMap(m)
	}
	if len(f.to) == 0 && len(f.spans) == 0 && f.bytes == 1 {
		font := pdf.Font{V: v}
		f.plain = font.Encoder()
	}
	return f
}

// readW reads widths of a composite font (§9.7.4.3).
func (f *face) readW(w []pdf.Value) {
	for i := 0; i+1 < len(w) && len(f.widths) < 1<<16; {
		first := int(w[i].Int64())
		if w[i+1].Kind() == pdf.Array {
			for n, one := range items(w[i+1]) {
				f.widths[first+n] = one.Float64()
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		for code := first; code <= min(int(w[i+1].Int64()), 1<<16); code++ {
			f.widths[code] = w[i+2].Float64()
		}
		i += 3
	}
}

const maxMap = 4 << 20

// readMap reads a map to Unicode (§9.10.3; Adobe Technical Note 5411).
func (f *face) readMap(v pdf.Value) {
	r := v.Reader()
	raw, err := io.ReadAll(io.LimitReader(r, maxMap))
	if _ = r.Close(); err != nil { // of memory; a map cut off maps what it has
		return
	}
	var list []string // of hexadecimal codes in the block; "[" and "]" as they stand
	inList := 0
	text := string(raw)
	for len(text) > 0 {
		at := strings.IndexAny(text, "<[]be")
		if at < 0 {
			return
		}
		text = text[at:]
		switch {
		case text[0] == '<' && !strings.HasPrefix(text, "<<"):
			end := strings.IndexByte(text, '>')
			if end < 0 {
				return
			}
			code, err := hex.DecodeString(strings.Join(strings.Fields(text[1:end]), ""))
			if err != nil {
				code = nil
			}
			list = append(list, string(code))
			text = text[end+1:]
			continue
		case text[0] == '[':
			inList = len(list)
			list = append(list, "[")
		case text[0] == ']' && inList > 0:
			list = append(list, "]")
		case strings.HasPrefix(text, "begin"):
			list = list[:0]
		case strings.HasPrefix(text, "endcodespacerange"):
			if len(list) > 0 && len(list[0]) > 0 {
				f.bytes = min(len(list[0]), 4)
			}
			list = list[:0]
		case strings.HasPrefix(text, "endbfchar"):
			for i := 0; i+1 < len(list); i += 2 {
				f.to[list[i]] = utf16Text(list[i+1])
			}
			list = list[:0]
		case strings.HasPrefix(text, "endbfrange"):
			f.ranges(list)
			list = list[:0]
		}
		text = text[1:]
	}
}

func (f *face) ranges(list []string) {
	for i := 0; i+2 < len(list); {
		lo, hi := list[i], list[i+1]
		if list[i+2] != "[" {
			if len(lo) == len(hi) && lo != "" {
				f.spans = append(f.spans, span{lo, hi, units(list[i+2])})
			}
			i += 3
			continue
		}
		code := []byte(lo)
		for i += 3; i < len(list) && list[i] != "]"; i++ {
			f.to[string(code)] = utf16Text(list[i])
			for n := len(code) - 1; n >= 0; n-- {
				if code[n]++; code[n] != 0 {
					break
				}
			}
		}
		i++
	}
}

func units(raw string) []uint16 {
	out := make([]uint16, len(raw)/2)
	for i := range out {
		out[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return out
}

func utf16Text(raw string) string { return string(utf16.Decode(units(raw))) }

// glyphs are the letters of a string of codes.
func (f *face) glyphs(raw string) (out []glyph) {
	for len(raw) > 0 {
		n := min(f.bytes, len(raw))
		code := raw[:n]
		raw = raw[n:]
		at := 0
		for i := range code {
			at = at<<8 | int(code[i])
		}
		g := glyph{width: f.width, space: n == 1 && at == 32, text: f.text(code, at)}
		if w, ok := f.widths[at]; ok {
			g.width = w
		}
		out = append(out, g)
	}
	return out
}

func (f *face) text(code string, at int) string {
	if f.plain != nil {
		return f.plain.Decode(code)
	}
	if s, ok := f.to[code]; ok {
		return s
	}
	for _, s := range f.spans {
		if len(s.lo) != len(code) || code < s.lo || code > s.hi || len(s.dst) == 0 {
			continue
		}
		first := 0
		for i := range s.lo {
			first = first<<8 | int(s.lo[i])
		}
		dst := append([]uint16(nil), s.dst...)
		dst[len(dst)-1] += uint16(at - first)
		return string(utf16.Decode(dst))
	}
	return ""
}
