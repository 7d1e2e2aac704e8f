// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// docxBody collects WordprocessingML (ECMA-376 part 1, §17). Elements stand in
// the order of the schema, which Word insists on.
type docxBody struct {
	strings.Builder
	faces [4]*face
	table bool // the last thing written is a table
	tie   bool // every paragraph stays with the next
	// pictures are the images met so far; the n-th has the relation rIdPn.
	pictures []picture
}

// document is the main part and the images it shows.
func document(b *book) (string, []picture) {
	var d docxBody
	d.faces = b.faces
	d.WriteString(`<w:document ` + wordSpace + `><w:body>`)
	if len(b.notes) > 0 {
		// LibreOffice 7 sets an empty line of its own above a table that opens a
		// paper with footnotes, and the head slides down by it.
		d.spacer(1, "")
	}
	for i, s := range b.sections {
		d.pieces(s.pieces, s.width())
		last := i == len(b.sections)-1
		if !last {
			// A section ends in its last paragraph: one without height.
			d.printf(`<w:p><w:pPr>%s%s</w:pPr></w:p>`, exactly(1), sectPr(s, i))
			d.table = false
			continue
		}
		if d.table {
			d.spacer(1, "")
		}
		d.WriteString(sectPr(s, i))
	}
	d.WriteString(`</w:body></w:document>`)
	return d.String(), d.pictures
}

func (d *docxBody) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// sectPr sets page, margins and numbering of section i; its first page shows no number.
func sectPr(s section, i int) string {
	w, h := s.page()
	orient, start, title, first := "", "", "<w:titlePg/>", "rId5"
	if s.landscape {
		orient = ` w:orient="landscape"`
	}
	switch {
	case s.goesOn:
		title = ""
	case i > 0:
		start = `<w:pgNumType w:start="1"/>`
	}
	if len(s.foot) > 0 {
		first = "rId7"
	}
	return fmt.Sprintf(`<w:sectPr><w:headerReference w:type="first" r:id="rId3"/><w:headerReference w:type="default" r:id="rId4"/>`+
		`<w:footerReference w:type="first" r:id="%s"/><w:footerReference w:type="default" r:id="rId6"/>`+
		`<w:type w:val="nextPage"/><w:pgSz w:w="%d" w:h="%d"%s/>`+
		`<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="%d" w:footer="%d" w:gutter="0"/>%s%s</w:sectPr>`,
		first, twips(w), twips(h), orient, twips(marginTop), twips(marginRight), twips(marginBottom), twips(marginLeft),
		twips(headerAt), twips(footerAt), start, title)
}

func (d *docxBody) pieces(pieces []piece, width float64) {
	for _, p := range pieces {
		switch p := p.(type) {
		case para:
			d.para(p, width)
		case rule:
			d.rule(p, width)
		case stamp:
			d.stamp(p)
		case pair:
			d.pair(p, width)
		case grid:
			d.grid(p)
		case spot:
			d.spacer(p.height, "")
		case picture:
			d.picture(p)
		case turn:
			d.spacer(1, `<w:pageBreakBefore/>`)
		}
	}
}

var wordAlign = [...]string{Justify: "both", Left: "left", Center: "center", Right: "right"}

func (d *docxBody) para(p para, width float64) {
	d.WriteString(`<w:p><w:pPr>`)
	if p.level > 0 {
		d.printf(`<w:pStyle w:val="Heading%d"/>`, p.level)
	}
	if p.keep || d.tie {
		d.WriteString(`<w:keepNext/>`)
	}
	if p.leader {
		d.printf(`<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="%d"/></w:tabs>`, twips(width-p.right))
	}
	line := 240.0
	if !p.single {
		line *= leading
	}
	d.printf(`<w:spacing w:before="%d" w:after="%d" w:line="%d" w:lineRule="auto"/>`, twips(p.before), twips(p.after), int(math.Round(line)))
	d.printf(`<w:ind w:left="%d" w:right="%d"`, twips(p.left), twips(p.right))
	if p.first < 0 {
		d.printf(` w:hanging="%d"`, twips(-p.first))
	} else {
		d.printf(` w:firstLine="%d"`, twips(p.first))
	}
	align := p.align
	if p.leader {
		align = Left
	}
	d.printf(`/><w:jc w:val="%s"/></w:pPr>`, wordAlign[align])
	d.runs(p.spans, p.size)
	if p.leader {
		d.WriteString(`<w:r><w:tab/></w:r>`)
	}
	d.WriteString(`</w:p>`)
	d.table = false
}

// runs writes spans; tick boxes get a font that has them.
func (d *docxBody) runs(spans []span, size float64) {
	boxes := string([]rune{boxEmpty, boxTicked})
	for _, s := range spans {
		if parts := strings.Split(s.text, string(noteMark)); len(parts) == 3 {
			d.WriteString(noteReference(parts[1], size))
			continue
		}
		for rest := s.text; rest != ""; {
			at := strings.IndexAny(rest, boxes)
			switch {
			case at < 0:
				at = len(rest)
			case at == 0:
				at = len(string(boxEmpty))
				d.run(rest[:at], 0, size, wordFont("Segoe UI Symbol"))
				rest = rest[at:]
				continue
			}
			d.run(rest[:at], s.style, size, "")
			rest = rest[at:]
		}
	}
}

func (d *docxBody) run(text string, st style, size float64, font string) {
	d.WriteString(`<w:r><w:rPr>` + font)
	if st&bold != 0 {
		d.WriteString(`<w:b/><w:bCs/>`)
	}
	if st&italic != 0 {
		d.WriteString(`<w:i/><w:iCs/>`)
	}
	d.printf(`<w:sz w:val="%d"/><w:szCs w:val="%[1]d"/></w:rPr>`, halfPoints(size))
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			d.WriteString(`<w:br/>`)
		}
		if line != "" {
			d.WriteString(`<w:t xml:space="preserve">` + escape(line) + `</w:t>`)
		}
	}
	d.WriteString(`</w:r>`)
}

// rule is a paragraph of no height with a border above it.
func (d *docxBody) rule(r rule, width float64) {
	if r.width < 1 {
		return
	}
	side := twips((width - r.width) / 2)
	d.printf(`<w:p><w:pPr><w:keepNext/><w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>`+
		`<w:spacing w:before="%d" w:after="%d" w:line="20" w:lineRule="exact"/><w:ind w:left="%d" w:right="%[3]d"/>`+
		`<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>`, twips(r.before), twips(r.after), side)
	d.table = false
}

// spacer is an empty paragraph of the given height; properties go before its spacing.
func (d *docxBody) spacer(height float64, properties string) {
	d.printf(`<w:p><w:pPr>%s%s<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>`, properties, exactly(height))
	d.table = false
}

// picture is an image in a paragraph of its own (ECMA-376 part 1, §20.4.2.8).
func (d *docxBody) picture(p picture) {
	d.pictures = append(d.pictures, p)
	n := len(d.pictures)
	const emu = 12700 // a point
	d.printf(`<w:p><w:pPr><w:keepNext/><w:spacing w:before="%d" w:after="0"/><w:jc w:val="center"/></w:pPr><w:r><w:drawing>`+
		`<wp:inline distT="0" distB="0" distL="0" distR="0" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">`+
		`<wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="%s" descr="%s"/>`+
		`<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">`+
		`<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="%[4]d" name="%[5]s"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="rIdP%[4]d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`+
		`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[2]d" cy="%[3]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>`+
		`</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
		twips(between), int(p.width*emu), int(p.height*emu), n, p.name(), escape(p.alt))
	d.table = false
}

func exactly(height float64) string {
	return fmt.Sprintf(`<w:spacing w:before="0" w:after="0" w:line="%d" w:lineRule="exact"/>`, twips(height))
}

func wordFont(name string) string {
	return fmt.Sprintf(`<w:rFonts w:ascii="%s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s"/>`, name)
}

func twips(points float64) int { return int(math.Round(points * 20)) }

func halfPoints(size float64) int { return int(math.Round(size * 2)) }

// escape writes clean text as XML character data; HTML's five escapes are XML's.
func escape(s string) string { return html.EscapeString(s) }
