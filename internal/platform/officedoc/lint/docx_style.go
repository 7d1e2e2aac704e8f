// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"strings"
)

// looks is what styles and runs say of letters; sizes in points.
type looks struct {
	font            string
	size            float64
	bold, italic    bool
	caps, underline bool
	hidden          bool
	color           uint32
}

// layout is what styles and paragraphs say of paragraphs; points and lines.
type layout struct {
	align                align
	indent, right, first float64
	before, after, lead  float64
	list                 string // numbering id
	level                string
	border               bool // a line above or below
}

// styleSheet resolves styles (ECMA-376 part 1, §17.7).
type styleSheet struct {
	byID   map[string]*node
	fonts  map[string]string // theme fonts: minorHAnsi, majorHAnsi, …
	base   looks
	flow   layout
	normal string // id of the default paragraph style
}

// deepestStyle bounds basedOn chains, which a bad file may close to a ring.
const deepestStyle = 20

func newStyles(styles, theme *node) *styleSheet {
	s := &styleSheet{byID: map[string]*node{}, fonts: map[string]string{}, base: looks{font: "Times New Roman", size: 10}, flow: layout{align: toLeft, lead: 1}}
	scheme := theme.path("themeElements", "fontScheme")
	for _, kind := range []string{"major", "minor"} {
		if f := scheme.path(kind+"Font", "latin").attr("typeface"); f != "" {
			s.fonts[kind] = f
		}
	}
	if styles == nil {
		return s
	}
	for _, k := range styles.kids {
		if k.name != "style" {
			continue
		}
		s.byID[k.attr("styleId")] = k
		if k.attr("type") == "paragraph" && (k.attr("default") == "1" || k.attr("default") == "true") {
			s.normal = k.attr("styleId")
		}
	}
	s.letters(&s.base, styles.path("docDefaults", "rPrDefault", "rPr"))
	s.paragraph(&s.flow, styles.path("docDefaults", "pPrDefault", "pPr"))
	return s
}

// chain is the style and those it is based on, the root first.
func (s *styleSheet) chain(id string) []*node {
	var list []*node
	for range deepestStyle {
		n := s.byID[id]
		if n == nil {
			break
		}
		list = append([]*node{n}, list...)
		id = n.val("basedOn")
	}
	return list
}

func (s *styleSheet) letters(l *looks, rPr *node) {
	if rPr == nil {
		return
	}
	if f := rPr.kid("rFonts"); f != nil {
		for _, a := range []string{"ascii", "hAnsi"} {
			if v := f.attr(a); v != "" {
				l.font = v
				break
			}
			if v := f.attr(a + "Theme"); v != "" {
				if name := s.fonts[v[:min(5, len(v))]]; name != "" {
					l.font = name
				}
				break
			}
		}
	}
	if v, ok := number(rPr.val("sz")); ok {
		l.size = v / 2
	}
	l.bold, l.italic = rPr.on("b", l.bold), rPr.on("i", l.italic)
	l.caps, l.hidden = rPr.on("caps", l.caps), rPr.on("vanish", l.hidden)
	l.underline = rPr.on("u", l.underline)
	if v := rPr.val("color"); v != "" {
		l.color = rgb(v)
	}
}

// rgb reads "FF0000"; "auto" and nonsense are black.
func rgb(s string) uint32 {
	var v uint32
	if len(s) != 6 {
		return 0
	}
	for _, r := range strings.ToLower(s) {
		d := strings.IndexRune("0123456789abcdef", r)
		if d < 0 {
			return 0
		}
		v = v<<4 | uint32(d)
	}
	return v
}

func (s *styleSheet) paragraph(l *layout, pPr *node) {
	if pPr == nil {
		return
	}
	switch pPr.val("jc") {
	case "left", "start":
		l.align = toLeft
	case "center":
		l.align = centred
	case "right", "end":
		l.align = toRight
	case "both", "distribute", "thaiDistribute", "lowKashida", "mediumKashida", "highKashida":
		l.align = justified
	}
	if n := pPr.kid("ind"); n != nil {
		for _, a := range []string{"left", "start"} {
			if v, ok := number(n.attr(a)); ok {
				l.indent = v / 20
			}
		}
		for _, a := range []string{"right", "end"} {
			if v, ok := number(n.attr(a)); ok {
				l.right = v / 20
			}
		}
		if v, ok := number(n.attr("firstLine")); ok {
			l.first = v / 20
		}
		if v, ok := number(n.attr("hanging")); ok {
			l.first = -v / 20
		}
	}
	if n := pPr.kid("spacing"); n != nil {
		if v, ok := number(n.attr("before")); ok {
			l.before = v / 20
		}
		if v, ok := number(n.attr("after")); ok {
			l.after = v / 20
		}
		if n.attr("beforeAutospacing") == "1" {
			l.before = 14
		}
		if n.attr("afterAutospacing") == "1" {
			l.after = 14
		}
		if v, ok := number(n.attr("line")); ok {
			if rule := n.attr("lineRule"); rule == "exact" || rule == "atLeast" {
				l.lead = -v / 20 // points; turned into lines where the size is known
			} else {
				l.lead = v / 240
			}
		}
	}
	if n := pPr.kid("numPr"); n != nil {
		l.list, l.level = n.val("numId"), n.val("ilvl")
	}
	if n := pPr.kid("pBdr"); n != nil {
		for _, side := range []string{"top", "bottom"} {
			if v := n.val(side); v != "" && v != "nil" && v != "none" {
				l.border = true
			}
		}
	}
}
