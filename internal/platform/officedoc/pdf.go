// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/go-pdf/fpdf"
)

const family = "serif"

// hairline is the width of rules and table borders.
const hairline = 0.6

// WritePDF prints p as PDF 1.3 or later with embedded Liberation Serif, whose
// letters are as wide as those of Times New Roman. Colours are black and, for a
// mark of haste, red. Tick boxes are drawn; copied as text they read "[x]" and
// "[ ]". Bytes depend on p alone. It fails when a table of p is not rectangular
// or w fails, and may then have written nothing or a part.
func WritePDF(w io.Writer, p Paper) error {
	b, err := compile(p)
	if err != nil {
		return err
	}
	d := newPDF(b)
	d.pdf.SetTitle(b.title, true)
	d.pdf.SetAuthor(b.author, true)
	d.pdf.SetSubject(b.foot, true)
	d.pdf.SetCreator("Vọng Gác", true)
	d.pdf.SetProducer("Vọng Gác", true)
	d.pdf.SetLang("vi-VN")
	d.pdf.SetCreationDate(b.made)
	d.pdf.SetModificationDate(b.made)
	d.draw(b)
	if err := d.pdf.Output(w); err != nil {
		return fmt.Errorf("officedoc: pdf: %w", err)
	}
	return nil
}

func newPDF(b *book) *pdfDoc {
	d := &pdfDoc{pdf: fpdf.New("P", "pt", "A4", ""), faces: b.faces, foot: b.foot, notes: b.notes}
	d.pdf.SetCatalogSort(true) // else fonts come in map order
	d.pdf.SetAutoPageBreak(false, 0)
	d.pdf.SetMargins(0, 0, 0)
	return d
}

func (d *pdfDoc) draw(b *book) {
	for _, s := range b.sections {
		d.section(s)
	}
	d.finish()
}

// pdfDoc draws items on pages, from top to bottom.
type pdfDoc struct {
	pdf   *fpdf.Fpdf
	faces [4]*face
	foot  string

	spots []Spot // where signatures and seals go, as they come

	sec    section
	notes  []para  // footnotes
	below  []item  // those of this page
	noted  float64 // what they take of it
	number int     // of the page within the section
	y      float64 // where the next item goes
	used   float64 // text height of a page
	loaded [4]bool
	style  style
	size   float64
}

// item is what stays on one page: a line of text, a table row, a block.
type item struct {
	height        float64
	before, after float64 // clear space; between two items the larger counts, at the top of a page none
	keep          bool    // on one page with the next item
	notes         []int   // footnotes marked in it
	turn          bool    // start a new page; nothing is drawn
	draw          func(x, y float64)
	open          func(x, y float64) float64 // drawn above when the item opens a page; returns its height
	close         func(x, y float64)         // drawn below when the page ends behind the item
}

func (d *pdfDoc) section(s section) {
	if d.number > 0 {
		d.finish() // still on the page of the section before
	}
	d.sec = s
	if !s.goesOn {
		d.number = 0
	}
	_, h := s.page()
	d.newPage()
	if len(s.foot) > 0 {
		d.address(s, h)
	}
	d.flow(d.items(s.pieces, s.width()))
}

// address draws Ô 13 at the foot of a section's first page, above the line of
// the code, and leaves that much less of the page for the text.
func (d *pdfDoc) address(s section, h float64) {
	items := d.items(s.foot, s.width())
	high := stackHeight(items)
	bottom := h - footerAt
	if d.foot != "" {
		bottom -= sizeFoot * lineHeight
	}
	d.stack(items, marginLeft, bottom-high)
	d.used -= max(0, high+4-(marginBottom-(h-bottom)))
}

func (d *pdfDoc) newPage() {
	if d.number > 0 {
		d.finish()
	}
	w, h := d.sec.page()
	d.used = h - marginTop - marginBottom
	d.pdf.AddPageFormat("P", fpdf.SizeType{Wd: w, Ht: h})
	d.size = 0 // a page forgets its font
	d.number++
	d.y = marginTop
	center := marginLeft + d.sec.width()/2
	if d.number > 1 {
		s := strconv.Itoa(d.number)
		d.text(center-d.faces[0].width(s, sizeBody)/2, headerAt+sizeBody, s, 0, sizeBody)
	}
	if d.foot != "" {
		d.text(marginLeft, h-footerAt, d.foot, 0, sizeFoot)
	}
}

// flow places items on pages. A chain of items that keep together moves to the
// next page as a whole, unless it is taller than a page.
func (d *pdfDoc) flow(items []item) {
	fresh, last := true, item{}
	for i := 0; i < len(items); {
		chain := items[i:]
		if end := slices.IndexFunc(chain, func(it item) bool { return !it.keep }); end >= 0 {
			chain = chain[:end+1]
		}
		h := stackHeight(chain)
		for _, it := range chain {
			h += d.noteRoom(it)
		}
		if !fresh && h <= d.used+d.noted && !d.fits(max(last.after, chain[0].before)+h) {
			d.pageAfter(last)
			fresh = true
		}
		for _, it := range chain {
			switch {
			case it.turn:
				if !fresh {
					d.newPage()
				}
				fresh, last = true, item{}
				continue
			case !fresh && !d.fits(max(last.after, it.before)+it.height+d.noteRoom(it)):
				d.pageAfter(last)
				fresh = true
			}
			if !fresh {
				d.y += max(last.after, it.before)
			} else if it.open != nil {
				d.y += it.open(marginLeft, d.y)
			}
			it.draw(marginLeft, d.y)
			d.keepNotes(it)
			d.y += it.height
			fresh, last = false, it
		}
		i += len(chain)
	}
}

func (d *pdfDoc) fits(h float64) bool { return d.y+h <= marginTop+d.used+0.01 }

func (d *pdfDoc) pageAfter(last item) {
	if last.close != nil {
		last.close(marginLeft, d.y)
	}
	d.newPage()
}

// stackHeight is the height of items below each other.
func stackHeight(items []item) float64 {
	var h, after float64
	for i, it := range items {
		if i > 0 {
			h += max(after, it.before)
		}
		h += it.height
		after = it.after
	}
	return h
}

// stack draws items below each other from y on.
func (d *pdfDoc) stack(items []item, x, y float64) {
	var after float64
	for i, it := range items {
		if i > 0 {
			y += max(after, it.before)
		}
		it.draw(x, y)
		y += it.height
		after = it.after
	}
}
