// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// wordPart is how much of one part of a DOCX file is read.
const wordPart = 64 << 20

// fromDOCX is what a DOCX file says when all its tracked changes are accepted, and
// how many they are: with the numbers that the program counts, rows of tables of three columns and
// more with upright bars between their cells, and footnotes behind the paragraph
// that has their mark. Heads and feet of pages and comments are none of the text
// (ECMA-376 part 1, section 17).
func fromDOCX(data []byte) (string, changes, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", changes{}, err
	}
	d := &docx{lists: map[string]*counter{}, styled: map[string]numbered{}, notes: map[string]string{}}
	for _, part := range []struct {
		name string
		read func(*xml.Decoder) error
	}{{"word/numbering.xml", d.numbering}, {"word/styles.xml", d.styles}, {"word/footnotes.xml", d.footnotes}, {"word/document.xml", d.body}} {
		f, err := z.Open(part.name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // without a document nothing is said
		}
		if err != nil {
			return "", changes{}, err
		}
		err = part.read(xml.NewDecoder(io.LimitReader(f, wordPart)))
		if err := errors.Join(err, f.Close()); err != nil {
			return "", changes{}, err
		}
	}
	return strings.TrimSpace(d.out.String()) + "\n", d.changes, nil
}

// changes counts the stretches of words that were put in and taken out while
// changes were tracked, and that nobody settled yet.
type changes struct{ in, out int }

type docx struct {
	lists  map[string]*counter // by number id
	styled map[string]numbered // by style
	notes  map[string]string   // of footnotes
	out    strings.Builder
	changes
}

// counter is one counted list.
type counter struct {
	levels [9]level
	at     [9]int
}

type level struct {
	format, text string
	start        int
}

// numbered is where a paragraph stands in a list.
type numbered struct {
	list  string
	level int
}

// wordName is the local name of an element of the text, "" for others.
func wordName(n xml.Name) string {
	if strings.Contains(n.Space, "wordprocessingml") {
		return n.Local
	}
	return ""
}

func val(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// elements gives every element of a part to see, with whether it begins, and
// counts what it leaves out and takes in of tracked changes.
func (c *changes) elements(dec *xml.Decoder, see func(name string, start *xml.StartElement, text []byte)) error {
	inserted := false // within what was put in, and no words of it were seen yet
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "Fallback" { // the same again, for older programs
				if err := dec.Skip(); err != nil {
					return err
				}
				continue
			}
			switch wordName(t.Name) {
			case "del", "moveFrom":
				said, err := deleted(dec)
				if err != nil {
					return err
				}
				if said {
					c.out++
				}
				continue
			case "ins", "moveTo":
				inserted = true
			case "t":
				if inserted {
					inserted = false
					c.in++
				}
			}
			see(wordName(t.Name), &t, nil)
		case xml.EndElement:
			if n := wordName(t.Name); n == "ins" || n == "moveTo" {
				inserted = false
			}
			see(wordName(t.Name), nil, nil)
		case xml.CharData:
			see("", nil, t)
		}
	}
}

// deleted goes behind the element that was begun, and reports whether it held
// words.
func deleted(dec *xml.Decoder) (said bool, err error) {
	for depth := 1; depth > 0; {
		t, err := dec.Token()
		if err != nil {
			return said, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			said = said || wordName(t.Name) == "delText" || wordName(t.Name) == "t"
		case xml.EndElement:
			depth--
		}
	}
	return said, nil
}

// numbering reads the lists of a file.
func (d *docx) numbering(dec *xml.Decoder) error {
	kinds := map[string]*[9]level{}
	var kind *[9]level
	var num string
	at := 0
	return d.elements(dec, func(name string, t *xml.StartElement, _ []byte) {
		if t == nil {
			return
		}
		switch name {
		case "abstractNum":
			kind = new([9]level)
			kinds[val(*t, "abstractNumId")] = kind
		case "lvl":
			at = min(max(0, atoi(val(*t, "ilvl"))), 8)
		case "start":
			if kind != nil {
				kind[at].start = atoi(val(*t, "val"))
			}
		case "numFmt":
			if kind != nil {
				kind[at].format = val(*t, "val")
			}
		case "lvlText":
			if kind != nil {
				kind[at].text = val(*t, "val")
			}
		case "num":
			kind, num = nil, val(*t, "numId")
		case "abstractNumId":
			if k := kinds[val(*t, "val")]; k != nil && num != "" {
				d.lists[num] = &counter{levels: *k}
			}
		}
	})
}

// styles reads which styles number their paragraphs.
func (d *docx) styles(dec *xml.Decoder) error {
	id := ""
	return d.elements(dec, func(name string, t *xml.StartElement, _ []byte) {
		if t == nil {
			return
		}
		n := d.styled[id]
		switch name {
		case "style":
			id = val(*t, "styleId")
			return
		case "numId":
			n.list = val(*t, "val")
		case "ilvl":
			n.level = atoi(val(*t, "val"))
		default:
			return
		}
		if id != "" {
			d.styled[id] = n
		}
	})
}

func (d *docx) footnotes(dec *xml.Decoder) error {
	id, in := "", false
	return d.elements(dec, func(name string, t *xml.StartElement, text []byte) {
		switch {
		case name == "footnote" && t != nil:
			if id = val(*t, "id"); val(*t, "type") != "" {
				id = "" // the line above footnotes
			}
		case name == "t":
			in = t != nil
		case name == "p" && t == nil && id != "":
			d.notes[id] += " "
		case in && id != "":
			d.notes[id] += string(text)
		}
	})
}

// passage is one paragraph while it is read.
type passage struct {
	text  strings.Builder
	of    numbered
	notes []string
}

// grid is one table while it is read.
type grid struct {
	rows [][]gridCell
	row  []gridCell
	cell strings.Builder
	next gridCell // what is known of the cell that is read
}

// gridCell is one cell, over span columns; merged ones say what the one above them
// says.
type gridCell struct {
	text   string
	span   int
	merged bool
	down   int // rows it goes over, where they are counted
}

// spanned are the cells of a table that go on into the rows below, by column. Its rows
// are told by columns once one has as many cells as a row of tasks.
type spanned struct {
	columns bool
	held    []gridCell
}

// row is a row by its columns.
func (s *spanned) row(cells []gridCell) (out []string) {
	if s.columns = s.columns || len(cells) >= leastCells; !s.columns {
		return nil
	}
	hold := func() {
		for len(out) < len(s.held) && s.held[len(out)].down > 1 {
			c := &s.held[len(out)]
			c.down--
			out = append(out, c.text)
		}
	}
	for _, c := range cells {
		hold()
		for i := range max(1, min(c.span, spanMost)) {
			for len(s.held) <= len(out) {
				s.held = append(s.held, gridCell{})
			}
			if s.held[len(out)] = c; i > 0 {
				s.held[len(out)].text = ""
			}
			out = append(out, s.held[len(out)].text)
		}
	}
	hold()
	return out
}

// spanMost is over how many columns a cell may go.
const spanMost = 64

// lines are the rows of a table as the text has them. Only one that has rows of tasks
// is told by columns: others lay out a head.
func (g *grid) lines() string {
	var b strings.Builder
	columns := slices.ContainsFunc(g.rows, func(row []gridCell) bool { return len(row) >= leastCells })
	var above []string
	for _, row := range g.rows {
		var cells []string
		for _, c := range row {
			if at := len(cells); columns && c.merged && c.text == "" && at < len(above) {
				c.text = above[at]
			}
			cells = append(cells, c.text)
			for range min(c.span, spanMost) - 1 {
				if columns {
					cells = append(cells, "")
				}
			}
		}
		b.WriteString(cellRow(cells))
		above = cells
	}
	return b.String()
}

func (d *docx) body(dec *xml.Decoder) error {
	var open []*passage
	var grids []*grid
	in := false
	emit := func(s string) {
		if n := len(grids); n > 0 {
			grids[n-1].cell.WriteString(s)
		} else {
			d.out.WriteString(s)
		}
	}
	return d.elements(dec, func(name string, t *xml.StartElement, text []byte) {
		var p *passage
		if n := len(open); n > 0 {
			p = open[n-1]
		}
		switch {
		case name == "p" && t != nil:
			open = append(open, &passage{of: numbered{level: -1}})
		case name == "p" && p != nil:
			open = open[:len(open)-1]
			emit(d.said(p))
		case name == "tbl" && t != nil:
			grids = append(grids, &grid{})
		case name == "tbl" && len(grids) > 0:
			done := grids[len(grids)-1].lines()
			grids = grids[:len(grids)-1]
			emit(done + "\n\n")
		case (name == "tc" || name == "tr") && t == nil && len(grids) > 0:
			g := grids[len(grids)-1]
			if name == "tc" {
				g.next.text = strings.TrimSpace(g.cell.String())
				g.row, g.next = append(g.row, g.next), gridCell{}
				g.cell.Reset()
				break
			}
			g.rows, g.row = append(g.rows, g.row), nil
		case (name == "gridSpan" || name == "vMerge") && t != nil && len(grids) > 0:
			g := grids[len(grids)-1]
			if name == "gridSpan" {
				g.next.span = atoi(val(*t, "val"))
			} else {
				g.next.merged = val(*t, "val") != "restart"
			}
		case p == nil:
		case name == "t":
			in = t != nil
		case t == nil:
			if in && text != nil {
				p.text.Write(text)
			}
		case name == "pStyle":
			if n := d.styled[val(*t, "val")]; n.list != "" && p.of.list == "" {
				p.of = n
			}
		case name == "numId":
			p.of.list = val(*t, "val")
			p.of.level = max(0, p.of.level)
		case name == "ilvl":
			p.of.level = atoi(val(*t, "val"))
		case name == "tab":
			if len(strings.TrimSpace(p.text.String())) > 4 {
				p.text.WriteByte('\t') // columns; behind a number it is one blank
			} else {
				p.text.WriteByte(' ')
			}
		case name == "br" || name == "cr":
			p.text.WriteByte('\n')
		case name == "noBreakHyphen":
			p.text.WriteByte('-')
		case name == "footnoteReference":
			if note := strings.TrimSpace(d.notes[val(*t, "id")]); note != "" {
				p.text.WriteString("⁽" + lifted.Replace(val(*t, "id")) + "⁾")
				p.notes = append(p.notes, "("+val(*t, "id")+") "+note)
			}
		}
	})
}

var lifted = strings.NewReplacer("1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹", "0", "⁰")

// cellRow is a row of a table: on one line where it has three cells or more, as
// tables of tasks have; else its cells below one another, as in the table that
// lays out a head.
func cellRow(cells []string) string {
	if strings.Join(cells, "") == "" {
		return ""
	}
	if len(cells) < leastCells {
		return strings.Join(cells, "\n\n") + "\n\n"
	}
	for i := range cells {
		cells[i] = strings.ReplaceAll(cellLine(cells[i]), "|", "/")
	}
	return strings.Join(cells, " | ") + "\n"
}

// cellLine is what a cell says on one line: its paragraphs are members of a list
// where each begins as a sentence does and none says how it ends.
func cellLine(text string) (out string) {
	for part := range strings.SplitSeq(text, "\n\n") {
		part = strings.Join(strings.Fields(part), " ")
		switch {
		case out == "", part == "", ended(out), strings.HasSuffix(out, ","), upper(out), !unicode.IsUpper(first(part)) && !bulleted(part):
			out = strings.TrimSpace(out + " " + part)
		default:
			out += "; " + part
		}
	}
	return out
}

// said is a paragraph with the number that its list counts.
func (d *docx) said(p *passage) string {
	text := strings.TrimSpace(p.text.String())
	if text == "" {
		return "\n"
	}
	if l := d.lists[p.of.list]; l != nil && p.of.level >= 0 {
		if n := l.count(min(p.of.level, 8)); n != "" {
			text = n + " " + text
		}
	}
	for _, note := range p.notes {
		text += "\n\n" + note
	}
	return text + "\n\n"
}

// count is the next mark at a level of l.
func (l *counter) count(at int) string {
	lv := l.levels[at]
	if l.at[at]++; l.at[at] == 1 {
		l.at[at] = max(1, lv.start)
	}
	for i := at + 1; i < len(l.at); i++ {
		l.at[i] = 0
	}
	if lv.format == "bullet" {
		return "-"
	}
	if lv.format == "none" {
		return ""
	}
	said := lv.text
	for i := range at + 1 {
		said = strings.ReplaceAll(said, "%"+strconv.Itoa(i+1), counted(l.levels[i].format, max(1, l.at[i])))
	}
	return said
}

// counted is n as a list writes it.
func counted(format string, n int) string {
	switch format {
	case "lowerLetter", "upperLetter":
		s := string(rune('a' + (n-1)%26))
		if format == "upperLetter" {
			return strings.ToUpper(s)
		}
		return s
	case "upperRoman", "lowerRoman":
		if n > 3999 {
			break
		}
		s := officedoc.Roman(n)
		if format == "lowerRoman" {
			return strings.ToLower(s)
		}
		return s
	case "decimalZero":
		return two(n)
	}
	return strconv.Itoa(n)
}
