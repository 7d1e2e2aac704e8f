// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"strconv"
	"strings"
)

// noteMark stands on both sides of a footnote's number within clean text; it
// cannot come from outside, since cleaning removes it.
const noteMark = '\u2060'

const (
	noteScale = 0.62 // size of a raised number compared with its text
	noteRaise = 0.36 // of the text's size
	noteGap   = 8.0  // between text and notes, the rule within
	noteRule  = 50 * mm
)

// note keeps a footnote and gives its mark.
func (c *compiler) note(text string) string {
	n := len(c.notes) + 1
	c.notes = append(c.notes, para{spans: []span{{text: marked(n) + " "}, {text: text}}, size: sizeCopies, single: true, after: 2})
	return marked(n)
}

func marked(n int) string { return string(noteMark) + strconv.Itoa(n) + string(noteMark) }

// notesIn are the numbers of the notes marked in a line.
func notesIn(l textLine) []int {
	var out []int
	for _, w := range l.words {
		for _, s := range w.spans {
			for i, part := range strings.Split(s.text, string(noteMark)) {
				if n, err := strconv.Atoi(part); err == nil && i%2 == 1 {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

// noteItems are the items of note n.
func (d *pdfDoc) noteItems(n int) []item {
	if n < 1 || n > len(d.notes) {
		return nil
	}
	return d.items([]piece{d.notes[n-1]}, d.sec.width())
}

// noteRoom is what the notes of an item take of the page.
func (d *pdfDoc) noteRoom(it item) float64 {
	var h float64
	for _, n := range it.notes {
		h += stackHeight(d.noteItems(n)) + 2
	}
	if h > 0 && len(d.below) == 0 {
		h += noteGap
	}
	return h
}

// keepNotes gives the notes of an item their place at the foot of the page.
func (d *pdfDoc) keepNotes(it item) {
	room := d.noteRoom(it)
	for _, n := range it.notes {
		d.below = append(d.below, d.noteItems(n)...)
	}
	d.used -= room
	d.noted += room
}

// finish draws the notes of the page that ends.
func (d *pdfDoc) finish() {
	if len(d.below) > 0 {
		y := marginTop + d.used
		d.stroke(marginLeft, y+noteGap/2, marginLeft+noteRule, y+noteGap/2)
		d.stack(d.below, marginLeft, y+noteGap)
	}
	d.below, d.noted = nil, 0
}

// footnotes is the part of a DOCX that holds the notes (ECMA-376 part 1, §17.11).
func footnotes(notes []para) string {
	var b docxBody
	for i, kind := range []string{"separator", "continuationSeparator"} {
		b.printf(`<w:footnote w:type="%s" w:id="%d"><w:p><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr><w:r><w:%[1]s/></w:r></w:p></w:footnote>`, kind, i-1)
	}
	for i, p := range notes {
		b.printf(`<w:footnote w:id="%d"><w:p><w:pPr><w:spacing w:before="0" w:after="%d"/><w:jc w:val="both"/></w:pPr>`, i+1, twips(p.after))
		b.printf(`<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/><w:sz w:val="%d"/><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>`, halfPoints(p.size))
		b.run(" "+p.spans[1].text, 0, p.size, "")
		b.WriteString(`</w:p></w:footnote>`)
	}
	return `<w:footnotes ` + wordSpace + `>` + b.String() + `</w:footnotes>`
}

// noteReference is the mark of note n in the text.
func noteReference(n string, size float64) string {
	return fmt.Sprintf(`<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/><w:sz w:val="%d"/><w:szCs w:val="%[1]d"/><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="%s"/></w:r>`, halfPoints(size), n)
}
