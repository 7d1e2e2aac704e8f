// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
	"time"
)

// zipTime is stamped on every part, so that equal papers are equal files.
var zipTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// WriteDOCX prints p as an Office Open XML document (ECMA-376, transitional) in
// Times New Roman, with no macros, links or outside parts. Bytes depend on p
// alone. It fails when a table of p is not rectangular or w fails, and may then
// have written nothing or a part.
func WriteDOCX(w io.Writer, p Paper) error {
	b, err := compile(p)
	if err != nil {
		return err
	}
	type part struct{ name, body string }
	main, pictures := document(b)
	parts := []part{
		{"[Content_Types].xml", types(len(b.notes) > 0)},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", coreProps(b)},
		{"docProps/app.xml", appProps},
		{"word/document.xml", main},
		{"word/_rels/document.xml.rels", documentRels(len(pictures), len(b.notes) > 0)},
		{"word/styles.xml", styles()},
		{"word/settings.xml", settings},
		{"word/headerFirst.xml", headerPart("")},
		{"word/header.xml", headerPart(pageField)},
		{"word/footerFirst.xml", footerPart(nil, b.foot)},
		{"word/footer.xml", footerPart(nil, b.foot)},
		{"word/footerAddress.xml", footerPart(b.sections[0].foot, b.foot)},
	}
	if len(b.notes) > 0 {
		parts = append(parts, part{"word/footnotes.xml", footnotes(b.notes)})
	}
	for i := range parts {
		parts[i].body = xmlHead + parts[i].body
	}
	for i, p := range pictures {
		parts = append(parts, part{pictureName(i + 1), string(p.png)})
	}
	z := zip.NewWriter(w)
	for _, part := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: zipTime})
		if err == nil {
			_, err = io.WriteString(f, part.body)
		}
		if err != nil {
			return fmt.Errorf("officedoc: docx %s: %w", part.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("officedoc: docx: %w", err)
	}
	return nil
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	officeRel  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	packageRel = "http://schemas.openxmlformats.org/package/2006/"
	wordType   = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

const contentTypes = `<Types xmlns="` + packageRel + `content-types">` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
	`<Default Extension="xml" ContentType="application/xml"/>` +
	`<Default Extension="png" ContentType="image/png"/>` +
	`<Override PartName="/word/document.xml" ContentType="` + wordType + `document.main+xml"/>` +
	`<Override PartName="/word/styles.xml" ContentType="` + wordType + `styles+xml"/>` +
	`<Override PartName="/word/settings.xml" ContentType="` + wordType + `settings+xml"/>` +
	`<Override PartName="/word/headerFirst.xml" ContentType="` + wordType + `header+xml"/>` +
	`<Override PartName="/word/header.xml" ContentType="` + wordType + `header+xml"/>` +
	`<Override PartName="/word/footerFirst.xml" ContentType="` + wordType + `footer+xml"/>` +
	`<Override PartName="/word/footer.xml" ContentType="` + wordType + `footer+xml"/>` +
	`<Override PartName="/word/footerAddress.xml" ContentType="` + wordType + `footer+xml"/>` +
	`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
	`<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>` +
	`</Types>`

const packageRels = `<Relationships xmlns="` + packageRel + `relationships">` +
	`<Relationship Id="rId1" Type="` + officeRel + `officeDocument" Target="word/document.xml"/>` +
	`<Relationship Id="rId2" Type="` + packageRel + `relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
	`<Relationship Id="rId3" Type="` + officeRel + `extended-properties" Target="docProps/app.xml"/>` +
	`</Relationships>`

func pictureName(n int) string { return fmt.Sprintf("word/media/image%d.png", n) }

func documentRels(pictures int, notes bool) string {
	var b strings.Builder
	b.WriteString(fixedRels)
	if notes {
		b.WriteString(`<Relationship Id="rId8" Type="` + officeRel + `footnotes" Target="footnotes.xml"/>`)
	}
	for n := range pictures {
		fmt.Fprintf(&b, `<Relationship Id="rIdP%d" Type="`+officeRel+`image" Target="%s"/>`, n+1, strings.TrimPrefix(pictureName(n+1), "word/"))
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}

const fixedRels = `<Relationships xmlns="` + packageRel + `relationships">` +
	`<Relationship Id="rId1" Type="` + officeRel + `styles" Target="styles.xml"/>` +
	`<Relationship Id="rId2" Type="` + officeRel + `settings" Target="settings.xml"/>` +
	`<Relationship Id="rId3" Type="` + officeRel + `header" Target="headerFirst.xml"/>` +
	`<Relationship Id="rId4" Type="` + officeRel + `header" Target="header.xml"/>` +
	`<Relationship Id="rId5" Type="` + officeRel + `footer" Target="footerFirst.xml"/>` +
	`<Relationship Id="rId6" Type="` + officeRel + `footer" Target="footer.xml"/>` +
	`<Relationship Id="rId7" Type="` + officeRel + `footer" Target="footerAddress.xml"/>`

const appProps = `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">` +
	`<Application>Vọng Gác</Application></Properties>`

// settings asks Word for its 2013 layout, in which a table's edge stands on the
// margin, and not to tear apart a justified line before a forced break.
const settings = `<w:settings ` + wordSpace + `><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>` +
	`<w:compat><w:doNotExpandShiftReturn/><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
	`<w:themeFontLang w:val="vi-VN"/></w:settings>`

// types are the content types, those of footnotes where there are any.
func types(notes bool) string {
	if !notes {
		return contentTypes
	}
	return strings.Replace(contentTypes, `</Types>`, `<Override PartName="/word/footnotes.xml" ContentType="`+wordType+`footnotes+xml"/></Types>`, 1)
}

func coreProps(b *book) string {
	made := b.made.UTC().Format(time.RFC3339)
	return `<cp:coreProperties xmlns:cp="` + packageRel + `metadata/core-properties" ` +
		`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" ` +
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escape(b.title) + `</dc:title><dc:creator>` + escape(b.author) + `</dc:creator>` +
		`<dcterms:created xsi:type="dcterms:W3CDTF">` + made + `</dcterms:created>` +
		`<dcterms:modified xsi:type="dcterms:W3CDTF">` + made + `</dcterms:modified>` +
		`<dc:language>vi-VN</dc:language></cp:coreProperties>`
}

// styles names the face once; every size and gap stands at its paragraph.
func styles() string {
	var b strings.Builder
	b.WriteString(`<w:styles ` + wordSpace + `><w:docDefaults><w:rPrDefault><w:rPr>` + wordFont("Times New Roman") +
		fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%[1]d"/>`, halfPoints(sizeBody)) +
		`<w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>` +
		`<w:pPrDefault><w:pPr><w:widowControl/><w:spacing w:before="0" w:after="0"/></w:pPr></w:pPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>`)
	for level := range 3 {
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:styleId="Heading%d"><w:name w:val="heading %[1]d"/>`+
			`<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:outlineLvl w:val="%d"/></w:pPr></w:style>`, level+1, level)
	}
	b.WriteString(`<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>`)
	b.WriteString(`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>` +
		`<w:tblPr><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>` +
		`</w:styles>`)
	return b.String()
}

const pageField = `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>` +
	`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`

func headerPart(runs string) string {
	return `<w:hdr ` + wordSpace + `><w:p><w:pPr><w:jc w:val="center"/></w:pPr>` + runs + `</w:p></w:hdr>`
}

// footerPart is the line of the code, below what else stands at the foot.
func footerPart(above []piece, text string) string {
	var b docxBody
	b.pieces(above, section{}.width())
	first := b.String()
	b.Reset()
	b.runs([]span{{text: text}}, sizeFoot)
	return `<w:ftr ` + wordSpace + `>` + first + `<w:p>` + b.String() + `</w:p></w:ftr>`
}
