// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"regexp"
	"strings"
	"unicode/utf16"
)

// pdfFont decodes the codes of a font (ISO 32000-1 §9).
type pdfFont struct {
	name         string
	bold, italic bool
	wide         bool // codes of two bytes
	widths       map[int]float64
	missing      float64
	unicode      map[int]string
	ranges       []codeRange
	encoding     map[int]string
}

type codeRange struct{ low, high, first int }

// winAnsi is how codes from 0x80 to 0x9f read; the rest is Latin-1 (Annex D.2).
var winAnsi = []rune("€\x00‚ƒ„…†‡ˆ‰Š‹Œ\x00Ž\x00\x00‘’“”•–—˜™š›œ\x00žŸ")

// fpdf names its faces by their style.
var fpdfName = regexp.MustCompile(`^utf8([a-z]+?)(B?I?)$`)

func (f *pdfFile) font(v any) *pdfFont {
	d := f.dict(v)
	out := &pdfFont{widths: map[int]float64{}, unicode: map[int]string{}, encoding: map[int]string{}}
	name := f.name(d["BaseFont"])
	if i := strings.IndexByte(name, '+'); i >= 0 {
		name = name[i+1:]
	}
	out.name = name
	low := strings.ToLower(name)
	out.bold, out.italic = strings.Contains(low, "bold"), strings.Contains(low, "italic") || strings.Contains(low, "oblique")
	if m := fpdfName.FindStringSubmatch(name); m != nil {
		out.bold, out.italic = strings.Contains(m[2], "B"), strings.Contains(m[2], "I")
	}
	desc := f.dict(d["FontDescriptor"])
	if sub := f.name(d["Subtype"]); sub == "Type0" {
		out.wide = true
		if kids := f.array(d["DescendantFonts"]); len(kids) > 0 {
			cid := f.dict(kids[0])
			desc = f.dict(cid["FontDescriptor"])
			out.missing = 1000
			if n, ok := f.number(cid["DW"]); ok {
				out.missing = n
			}
			f.cidWidths(out, f.array(cid["W"]))
		}
	} else {
		out.missing, _ = f.number(desc["MissingWidth"])
		first, _ := f.number(d["FirstChar"])
		for i, w := range f.array(d["Widths"]) {
			if n, ok := f.number(w); ok && i < 256 {
				out.widths[int(first)+i] = n
			}
		}
		f.differences(out, f.dict(d["Encoding"]))
	}
	if flags, ok := f.number(desc["Flags"]); ok {
		out.italic = out.italic || int(flags)&(1<<6) != 0
		out.bold = out.bold || int(flags)&(1<<18) != 0
	}
	if s, ok := f.get(d["ToUnicode"]).(pdfStream); ok {
		if data, err := f.data(s); err == nil {
			out.toUnicode(data)
		}
	}
	return out
}

// cidWidths reads the W array of a CID font (§9.7.4.3).
func (f *pdfFile) cidWidths(out *pdfFont, w pdfArray) {
	budget := 4 * maxCodes
	for i := 0; i+1 < len(w); {
		first, ok := f.number(w[i])
		if !ok {
			return
		}
		if list := f.array(w[i+1]); list != nil {
			for n, v := range list {
				if width, ok := f.number(v); ok {
					out.widths[int(first)+n] = width
				}
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		last, ok1 := f.number(w[i+1])
		width, ok2 := f.number(w[i+2])
		if budget -= int(last - first); !ok1 || !ok2 || budget < 0 || last-first > 65535 {
			return
		}
		for c := int(first); c <= int(last); c++ {
			out.widths[c] = width
		}
		i += 3
	}
}

var glyphNames = map[string]string{"space": " ", "hyphen": "-", "slash": "/", "period": ".", "comma": ",", "colon": ":", "semicolon": ";",
	"parenleft": "(", "parenright": ")", "Dcroat": "Đ", "dcroat": "đ", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4",
	"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"}

var uniName = regexp.MustCompile(`^uni([0-9A-F]{4})$`)

func (f *pdfFile) differences(out *pdfFont, enc pdfDict) {
	code := 0
	for _, v := range f.array(enc["Differences"]) {
		switch v := f.get(v).(type) {
		case float64:
			code = int(v)
		case pdfName:
			s := string(v)
			switch m := uniName.FindStringSubmatch(s); {
			case m != nil:
				out.encoding[code] = hexRune(m[1])
			case len([]rune(s)) == 1:
				out.encoding[code] = s
			case glyphNames[s] != "":
				out.encoding[code] = glyphNames[s]
			}
			code++
		}
	}
}

func hexRune(s string) string {
	v := 0
	for _, r := range s {
		v = v<<4 | strings.IndexRune("0123456789ABCDEF", r)
	}
	return string(rune(v))
}

// maxCodes bounds what one font's map may hold.
const maxCodes = 70_000

// toUnicode reads a CMap (§9.10.3).
func (p *pdfFont) toUnicode(data []byte) {
	lx := &lexer{b: data}
	var stack []any
	for {
		v := lx.value(0)
		if _, end := v.(pdfEnd); end {
			if lx.at >= len(lx.b) {
				return
			}
			continue
		}
		op, ok := v.(pdfOp)
		if !ok {
			if len(stack) < 3*maxCodes {
				stack = append(stack, v)
			}
			continue
		}
		switch op {
		case "endbfchar":
			for i := 0; i+1 < len(stack) && len(p.unicode) < maxCodes; i += 2 {
				p.unicode[code(stack[i])] = text16(stack[i+1])
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack) && len(p.ranges)+len(p.unicode) < maxCodes; i += 3 {
				low, high := code(stack[i]), code(stack[i+1])
				if list, ok := stack[i+2].(pdfArray); ok {
					for n, v := range list {
						p.unicode[low+n] = text16(v)
					}
					continue
				}
				if r := []rune(text16(stack[i+2])); len(r) == 1 {
					p.ranges = append(p.ranges, codeRange{low, high, int(r[0])})
				}
			}
		}
		stack = stack[:0]
	}
}

func code(v any) int {
	s, _ := v.(pdfString)
	n := 0
	for i := range min(len(s), 4) {
		n = n<<8 | int(s[i])
	}
	return n
}

func text16(v any) string {
	s, _ := v.(pdfString)
	var u []uint16
	for i := 0; i+1 < len(s); i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(u))
}

// glyphs calls yield for each code of s: what it reads and its width in ems.
func (p *pdfFont) glyphs(s pdfString, yield func(text string, width float64, isBlank bool)) {
	step := 1
	if p.wide {
		step = 2
	}
	for i := 0; i+step <= len(s); i += step {
		c := code(s[i : i+step])
		w, ok := p.widths[c]
		if !ok {
			w = p.missing
		}
		yield(p.read(c), w/1000, step == 1 && c == ' ')
	}
}

func (p *pdfFont) read(c int) string {
	if t, ok := p.unicode[c]; ok {
		return t
	}
	for _, r := range p.ranges {
		if c >= r.low && c <= r.high {
			return string(rune(r.first + c - r.low))
		}
	}
	if t, ok := p.encoding[c]; ok {
		return t
	}
	switch {
	case p.wide:
		return "\ufffd"
	case c >= 0x80 && c <= 0x9f && c-0x80 < len(winAnsi):
		return string(winAnsi[c-0x80])
	}
	return string(rune(c))
}
