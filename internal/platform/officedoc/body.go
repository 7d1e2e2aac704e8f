// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// narrowest is the least width of a column: one letter and the clear space
// beside it.
const narrowest = 7 * mm

// blocks compiles a body or an annex.
func (c *compiler) blocks(in []Block) error {
	for _, b := range in {
		switch b := b.(type) {
		case Paragraph:
			c.paragraph(b)
		case Heading:
			c.heading(b)
		case Field:
			c.field(b)
		case Table:
			if err := c.table(b); err != nil {
				return err
			}
		case List:
			if err := c.list(b, 0); err != nil {
				return err
			}
		case Chart:
			if err := c.chart(b); err != nil {
				return err
			}
		case Wide:
			return fmt.Errorf("a wide part within a wide part")
		case PageBreak:
			if len(c.out) == 0 {
				continue
			}
			if _, twice := c.out[len(c.out)-1].(turn); !twice {
				c.add(turn{})
			}
		default:
			return fmt.Errorf("unknown kind %T", b)
		}
	}
	return nil
}

func (c *compiler) paragraph(b Paragraph) {
	p := para{size: sizeBody, align: b.Align, after: between}
	if b.Align == Justify {
		p.first = firstLine
	}
	for _, r := range b.Runs {
		var st style
		if r.Bold {
			st |= bold
		}
		if r.Italic {
			st |= italic
		}
		if s := c.text(r.Text); s != "" {
			p.spans = append(p.spans, span{s, st})
		}
		if note := c.line(r.Note); note != "" {
			p.spans = append(p.spans, span{c.note(note), 0})
		}
	}
	p.keep = headline(p.spans)
	c.add(p)
}

// headline reports a short paragraph that is bold as a whole: people write headings
// so, which do not stand alone at the end of a page.
func headline(spans []span) bool {
	n := 0
	for _, s := range spans {
		if s.style&bold == 0 && strings.TrimSpace(s.text) != "" {
			return false
		}
		n += utf8.RuneCountInString(s.text)
	}
	return n > 0 && n < 160
}

func (c *compiler) heading(h Heading) {
	level := min(max(h.Level, 1), 3)
	number := c.line(h.Number)
	if number == "" {
		c.count[level-1]++
		n := c.count[level-1]
		number = [...]string{Roman(n) + ".", fmt.Sprintf("%d.", n), point(n) + ")"}[level-1]
	}
	for i := level; i < len(c.count); i++ {
		c.count[i] = 0
	}
	st := bold
	if level == 3 {
		st = 0
	}
	c.add(para{spans: []span{{number + " " + c.line(h.Text), st}}, size: sizeBody, first: firstLine,
		before: 3, after: between, keep: true, level: level})
}

// field prints one line of a form with its dash; what follows hangs under it.
func (c *compiler) field(f Field) {
	label := strings.TrimRight(c.line(f.Label), " :")
	if f.Required {
		label += " (*)"
	}
	p := para{spans: plain("- " + label + ": "), size: sizeBody, first: firstLine, after: 6}
	value := strings.TrimSpace(c.text(f.Value))
	switch {
	case len(f.Options) > 0 && f.Inline:
		for i, o := range f.Options {
			if i > 0 {
				p.spans = append(p.spans, span{text: "\u00a0\u00a0 "})
			}
			p.spans = append(p.spans, span{text: c.option(o)})
		}
		p.align = Left
	case len(f.Options) > 0:
		p.keep = true
		p.spans = append(p.spans, span{text: value})
	case value == "":
		p.leader = true
	default:
		p.spans = append(p.spans, span{text: value})
	}
	c.add(p)
	if f.Inline {
		return
	}
	hang := boxWidth*sizeBody + c.measure(" ", 0, sizeBody)
	for i, o := range f.Options {
		c.add(para{spans: plain(c.option(o)), size: sizeBody, left: firstLine + 5*mm + hang, first: -hang,
			after: 3, keep: i < len(f.Options)-1})
	}
}

// option is a tick box and its label, which never part.
func (c *compiler) option(o Option) string {
	box := string(boxEmpty)
	if o.Ticked {
		box = string(boxTicked)
	}
	s := box + "\u00a0" + strings.TrimRight(c.line(o.Label), " :")
	if note := strings.TrimSpace(c.text(o.Note)); note != "" {
		s += ": " + note
	}
	return s
}

func (c *compiler) table(t Table) error {
	n := len(t.Columns)
	if most := int(c.width / narrowest); n == 0 || n > most {
		return fmt.Errorf("table of %d columns, this page holds 1 to %d", n, most)
	}
	g := grid{size: sizeTable}
	if n > 8 {
		g.size = sizeTight
	}
	for _, col := range t.Columns {
		g.head = append(g.head, strings.TrimSpace(c.text(col.Head)))
		g.aligns = append(g.aligns, col.Align)
		width := col.Width
		if !(width > 0 && width < 1e6) {
			width = 1
		}
		g.widths = append(g.widths, width)
	}
	share(g.widths, c.width)
	var err error
	if g.groups, err = c.groups(t.Groups, n); err != nil {
		return err
	}
	if g.rows, err = c.rows(t.Rows, n, "row"); err != nil {
		return err
	}
	if g.foot, err = c.rows(t.Foot, n, "foot row"); err != nil {
		return err
	}
	if caption := c.line(t.Caption); caption != "" {
		p := centred(caption, bold, sizeBody)
		p.before, p.after, p.keep = 4, 4, true
		c.add(p)
	}
	c.add(g)
	return nil
}

// groups checks that the groups cover the columns.
func (c *compiler) groups(in []Group, columns int) ([]Group, error) {
	if len(in) == 0 {
		return nil, nil
	}
	var out []Group
	for _, g := range in {
		if g.Columns < 1 || g.Columns > columns {
			return nil, fmt.Errorf("table group of %d columns of a table of %d", g.Columns, columns)
		}
		columns -= g.Columns
		out = append(out, Group{Head: strings.TrimSpace(c.text(g.Head)), Columns: g.Columns})
	}
	if columns != 0 {
		return nil, fmt.Errorf("table groups leave %d columns uncovered", columns)
	}
	return out, nil
}

// listMarks are the marks of a list's levels.
var listMarks = [...]string{"-", "+", "."}

// deepest is how many levels a list may have.
const deepest = 4

func (c *compiler) list(in List, level int) error {
	if level == deepest {
		return fmt.Errorf("list of more than %d levels", deepest)
	}
	mark := listMarks[min(level, len(listMarks)-1)] + " "
	for _, it := range in {
		// The first level stands as paragraphs do; deeper ones move in.
		c.add(para{spans: plain(mark + strings.TrimSpace(c.text(it.Text))), size: sizeBody,
			left: float64(level) * 8 * mm, first: firstLine, after: between})
		if err := c.list(it.Items, level+1); err != nil {
			return err
		}
	}
	return nil
}

// share turns relative widths into widths that fill total, none below narrowest.
// Total has room for that.
func share(widths []float64, total float64) {
	all := sum(widths)
	scaled := 0.0
	for i, w := range widths {
		widths[i] = max(w/all*total, narrowest)
		scaled += widths[i] - narrowest
	}
	if scaled == 0 {
		return
	}
	// What the narrow columns were given is taken from the others in proportion.
	spare := total - float64(len(widths))*narrowest
	for i := range widths {
		widths[i] = narrowest + (widths[i]-narrowest)*spare/scaled
	}
}

func (c *compiler) rows(in [][]string, columns int, what string) ([][]string, error) {
	var out [][]string
	for i, row := range in {
		if len(row) != columns {
			return nil, fmt.Errorf("table %s %d has %d cells, want %d", what, i+1, len(row), columns)
		}
		clean := make([]string, columns)
		for j, s := range row {
			clean[j] = strings.TrimSpace(c.text(s))
		}
		out = append(out, clean)
	}
	return out, nil
}
