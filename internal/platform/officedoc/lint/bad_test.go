// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
)

// zipped packs parts given as name, text, name, text, ….
func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// page is a PDF of one page with this content and these extra objects.
func page(content string, extra ...string) []byte {
	return []byte("%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n" +
		"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</I 6 0 R/X 7 0 R>>>>>> endobj\n" +
		fmt.Sprintf("4 0 obj <</Length %d>> stream\n%s\nendstream endobj\n", len(content), content) +
		"5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Times-Roman>> endobj\n" + strings.Join(extra, "\n") + "\ntrailer <</Root 1 0 R>>\n%%EOF")
}

func deflated(t testing.TB, size int) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(bytes.Repeat([]byte("q Q "), size/4)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const wordHead = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

func TestBadFilesAreRefused(t *testing.T) {
	t.Parallel()
	bomb := deflated(t, 80<<20)
	ole := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":               {nil, lint.ErrFormat},
		"a text":                {[]byte("Kính gửi"), lint.ErrFormat},
		"an old .doc":           {ole, lint.ErrFormat},
		"a DOCX with password":  {append(ole, "E\x00n\x00c\x00r\x00y\x00p\x00t\x00i\x00o\x00n\x00I\x00n\x00f\x00o\x00"...), lint.ErrEncrypted},
		"a zip of other things": {zipped(t, "a.txt", "a"), lint.ErrFormat},
		"a torn zip":            {zipped(t, "word/document.xml", wordHead)[:60], lint.ErrBroken},
		"torn XML":              {zipped(t, "word/document.xml", wordHead+"<w:p>"), lint.ErrBroken},
		"no body":               {zipped(t, "word/document.xml", "<a/>"), lint.ErrBroken},
		"an empty part":         {zipped(t, "word/document.xml", ""), lint.ErrBroken},
		"a document type":       {zipped(t, "word/document.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]>"+wordHead+"</w:body></w:document>"), lint.ErrBroken},
		"a DOCX bomb":           {zipped(t, "word/document.xml", strings.Repeat(" ", 65<<20)), lint.ErrTooLarge},
		"XML too deep":          {zipped(t, "word/document.xml", wordHead+strings.Repeat("<w:tbl>", 500)+strings.Repeat("</w:tbl>", 500)+"</w:body></w:document>"), lint.ErrTooLarge},
		"33 MiB":                {append([]byte("%PDF-1.4"), make([]byte, 33<<20)...), lint.ErrTooLarge},
		"a PDF bomb":            {page("/X Do", fmt.Sprintf("7 0 obj <</Type/XObject/Subtype/Form/Filter/FlateDecode/Length %d>> stream\n%s\nendstream endobj", len(bomb), bomb)), lint.ErrTooLarge},
		"a PDF with password":   {bytes.Replace(page(""), []byte("/Root 1 0 R"), []byte("/Root 1 0 R/Encrypt 9 0 R"), 1), lint.ErrEncrypted},
		"a PDF without pages":   {[]byte("%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj trailer <</Root 1 0 R>>"), lint.ErrBroken},
		"a PDF of nothing":      {[]byte("%PDF-1.4"), lint.ErrBroken},
		"pages in a ring":       {[]byte("%PDF-1.4\n1 0 obj <</Pages 2 0 R>> endobj 2 0 obj <</Kids[2 0 R]>> endobj trailer <</Root 1 0 R>>"), lint.ErrBroken},
	} {
		_, err := lint.Check(c.raw)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if key := lint.ErrorKey(err); !strings.HasPrefix(key, "lint.err.") {
			t.Errorf("%s: key %s", name, key)
		}
	}
}

func TestAFormThatDrawsItselfEnds(t *testing.T) {
	t.Parallel()
	const form = "7 0 obj <</Type/XObject/Subtype/Form/Resources<</XObject<</X 7 0 R>>>>/Length 11>> stream\n/X Do /X Do\nendstream endobj"
	if _, err := lint.Check(page("BT /F 14 Tf 100 700 Td (Van ban) Tj ET /X Do", form)); err != nil {
		t.Error(err)
	}
}

func TestAScanSaysThatItCannotBeChecked(t *testing.T) {
	t.Parallel()
	r, err := lint.Check(page("q 595 0 0 842 0 0 cm /I Do Q BT /F 10 Tf 400 820 Td (signed) Tj ET", "6 0 obj <</Subtype/Image>> stream\nx\nendstream endobj"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Checked != 0 || r.Count(lint.Unchecked) != r.Rules || r.Count(lint.Error) != 0 {
		t.Errorf("%d of %d checked, findings %+v", r.Checked, r.Rules, r.Findings)
	}
}

// FuzzCheck: no input brings the linter down, every refusal is one of the four,
// and every finding names a rule.
func FuzzCheck(f *testing.F) {
	rules := lint.Rules()
	f.Add(page("BT /F 14 Tf 100 700 Td (C\\121NG) Tj [(a) -200 <6162>] TJ T* (b) ' ET 30 700 m 90 700 l S 10 10 50 20 re S"))
	f.Add(page("q 1 0 0 1 0 0 cm /X Do Q", "7 0 obj <</Subtype/Form/Matrix[1 0 0 1 0 0]>> stream\nBT /F 1 Tf (x) Tj ET\nendstream endobj"))
	f.Add([]byte("%PDF-1.5\n1 0 obj <</Type/ObjStm/N 1/First 4/Length 20>> stream\n2 0 <</Kids[]>>\nendstream endobj"))
	for _, p := range good() {
		f.Add(docx(f, p))
		break
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := lint.Check(raw)
		if err != nil {
			if !errors.Is(err, lint.ErrFormat) && !errors.Is(err, lint.ErrBroken) && !errors.Is(err, lint.ErrTooLarge) && !errors.Is(err, lint.ErrEncrypted) {
				t.Fatalf("unknown error %v", err)
			}
			return
		}
		for _, f := range r.Findings {
			if !slices.Contains(rules, f.Rule) {
				t.Fatalf("unknown rule %s", f.Rule)
			}
		}
	})
}

// FuzzDocument puts the fuzzed text where a DOCX has its document, so that the
// walk over it is met and not the zip alone.
func FuzzDocument(f *testing.F) {
	f.Add(wordHead + `<w:p><w:pPr><w:ind w:firstLine="720"/></w:pPr><w:r><w:t>Số: 07/BC-A</w:t></w:r></w:p><w:sectPr><w:pgSz w:w="1" w:h="2"/></w:sectPr></w:body></w:document>`)
	f.Add(wordHead + `<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc><w:sdt/></w:tc></w:tr></w:tbl><w:p><w:r><w:drawing><txbxContent><w:p><w:r><w:t>KHẨN</w:t></w:r></w:p></txbxContent></w:drawing></w:r></w:p></w:body></w:document>`)
	f.Add(wordHead + `<w:p><w:r><w:t>Phụ lục II</w:t></w:r></w:p><w:p><w:r><w:t>Nơi nhận:</w:t></w:r></w:p><w:p><w:r><w:t>Kính gửi: - A;</w:t></w:r></w:p></w:body></w:document>`)
	f.Fuzz(func(t *testing.T, document string) {
		if _, err := lint.Check(zipped(t, "word/document.xml", document)); err != nil && !errors.Is(err, lint.ErrBroken) && !errors.Is(err, lint.ErrTooLarge) {
			t.Fatal(err)
		}
	})
}
