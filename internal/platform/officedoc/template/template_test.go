// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	"github.com/vonggac/vonggac/internal/platform/officedoc/template"
)

const head = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:body>`

// file packs parts given as name, text, …; the first is the document's body.
func file(t testing.TB, body string, more ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, all := 0, append([]string{"word/document.xml", head + body + `</w:body></w:document>`}, more...); i < len(all); i += 2 {
		f, err := w.Create(all[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, all[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// part reads one part back.
func part(t testing.TB, raw []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func p(runs ...string) string {
	return `<w:p w14:paraId="1A2B"><w:r><w:t>` + strings.Join(runs, `</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:b/></w:rPr><w:t>`) + `</w:t></w:r></w:p>`
}

func row(cells ...string) string {
	var s strings.Builder
	s.WriteString(`<w:tr>`)
	for _, c := range cells {
		s.WriteString(`<w:tc>` + p(c) + `</w:tc>`)
	}
	return s.String() + `</w:tr>`
}

// said is the text of a document, a paragraph a line.
func said(t testing.TB, document string) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(document))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.TrimSpace(b.String())
		}
		if err != nil {
			t.Fatalf("%v in %s", err, document)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			b.Write(tok)
		case xml.StartElement:
			if tok.Name.Local == "br" {
				b.WriteByte('/')
			}
		case xml.EndElement:
			if tok.Name.Local == "p" {
				b.WriteByte('\n')
			}
		}
	}
}

var values = template.Values{
	Fields: map[string]string{"so": "05", "ten": "Sở A & <B>", "y": "một\nhai\nba", "trong": ""},
	Tables: map[string][]map[string]string{"bang1": {{"c1": "a", "c2": "1"}, {"c1": "b\nc", "c2": "2"}}, "rong": {}},
}

func TestPlaceholdersAreFilled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"in one run":                        {p("Số: {{so}}/BC"), "Số: 05/BC"},
		"torn by Word into runs":            {p("Số: {", "{s", "o", "}", "}/BC"), "Số: 05/BC"},
		"two in one run":                    {p("{{so}}-{{ so }}"), "05-05"},
		"two torn ones":                     {p("{{so}} và {{", "ten}}."), "05 và Sở A & <B>."},
		"in capitals":                       {p("{{TEN}}"), "SỞ A & <B>"},
		"empty value":                       {p("a{{trong}}b"), "ab"},
		"lines repeat their paragraph":      {p("- {{y}};"), "- một;\n- hai;\n- ba;"},
		"lines beside another break":        {p("{{so}} {{y}}"), "05 một/hai/ba"},
		"rows repeat":                       {`<w:tbl>` + row("STT", "N") + row("{{bang1.c1}}", "{{bang1.c2}}") + `</w:tbl>`, "STT\nN\na\n1\nb\nc\n2"},
		"an empty table leaves no row":      {`<w:tbl>` + row("{{rong.c1}}") + row("x") + `</w:tbl>`, "x"},
		"a row may use fields":              {`<w:tbl>` + row("{{so}} {{bang1.c2}}") + `</w:tbl>`, "05 1\n05 2"},
		"a table within a row":              {`<w:tbl><w:tr><w:tc><w:tbl>` + row("{{bang1.c2}}") + `</w:tbl>` + p("x") + `</w:tc></w:tr></w:tbl>`, "1\n2\nx"},
		"a text box within a paragraph":     {`<w:p><w:r><w:pict><w:txbxContent>` + p("{{", "so}}") + `</w:txbxContent></w:pict></w:r><w:r><w:t>{{ten}}</w:t></w:r></w:p>`, "05\nSở A & <B>"},
		"comments are not text":             {`<!-- <w:p><w:t>{{la}}</w:t> -->` + p("{{so}}"), "05"},
		"what looks like one is left alone": {p("{so} {{ }} {{1}}"), "{so} {{ }} {{1}}"},
	} {
		raw, err := template.Fill(file(t, c.body), values)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		document := part(t, raw, "word/document.xml")
		if got := said(t, document); got != c.want {
			t.Errorf("%s: says %q, want %q", name, got, c.want)
		}
		if strings.Count(document, `paraId="1A2B"`) > strings.Count(c.body, `paraId="1A2B"`) {
			t.Errorf("%s: a paragraph's id stands twice", name)
		}
		again, err := template.Fill(file(t, c.body), values)
		if err != nil || !bytes.Equal(raw, again) {
			t.Errorf("%s: filled twice, the files differ, %v", name, err)
		}
	}
}

func TestHeadAndFootAreFilledAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	raw, err := template.Fill(file(t, p("x"), "word/header1.xml", `<w:hdr xmlns:w="a">`+strings.ReplaceAll(p("{{so}}"), ` w14:paraId="1A2B"`, "")+`</w:hdr>`, "word/media/a.png", "\x89PNG{{so}}", "customXml/item1.xml", "<a>{{so}}</a>"), values)
	if err != nil {
		t.Fatal(err)
	}
	if s := part(t, raw, "word/header1.xml"); !strings.Contains(s, ">05<") {
		t.Errorf("the head is %s", s)
	}
	if part(t, raw, "word/media/a.png") != "\x89PNG{{so}}" || part(t, raw, "customXml/item1.xml") != "<a>{{so}}</a>" {
		t.Error("another part was changed")
	}
}

func TestAPlaceholderWithoutValueIsRefused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"unknown field":        p("{{la}}"),
		"unknown table":        `<w:tbl>` + row("{{khac.c1}}") + `</w:tbl>`,
		"unknown column":       `<w:tbl>` + row("{{bang1.c9}}") + `</w:tbl>`,
		"column outside a row": p("{{bang1.c1}}"),
		"two tables in a row":  `<w:tbl>` + row("{{bang1.c1}}", "{{khac.c1}}") + `</w:tbl>`,
	} {
		if _, err := template.Fill(file(t, body), values); !errors.Is(err, template.ErrPlaces) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := template.Schema{Fields: map[string]bool{"so": true, "ten": true, "y": false}, Tables: map[string][]string{"bang1": {"c1"}, "bang2": {"c1"}}}
	r, err := template.Check(file(t, p("{{SO}} {{la}} {{bang1.c1}}")+`<w:tbl>`+row("{{bang1.c1}}", "{{bang2.c1}}", "{{bang1.c7}}")+`</w:tbl>`), s)
	if err != nil {
		t.Fatal(err)
	}
	if r.Good() || !slices.Equal(r.Unknown, []string{"bang1.c7", "la"}) || !slices.Equal(r.Missing, []string{"ten"}) || !slices.Equal(r.Stray, []string{"bang1.c1", "bang2.c1"}) {
		t.Errorf("%+v", r)
	}
	if r, err = template.Check(file(t, p("{{so}}{{ten}}")), s); err != nil || !r.Good() {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestDangerousTemplatesAreRefused(t *testing.T) {
	t.Parallel()
	rels := func(attrs string) string { return `<Relationships><Relationship ` + attrs + `/></Relationships>` }
	field := func(s string) string {
		return `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>` + s[:2] + `</w:instrText></w:r><w:r><w:instrText>` + s[2:] + `</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
	}
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"no file":                 {nil, template.ErrFormat},
		"a PDF":                   {[]byte("%PDF-1.4"), template.ErrFormat},
		"a zip of other things":   {file(t, "")[:0], template.ErrFormat},
		"macros":                  {file(t, "", "word/vbaProject.bin", "x"), template.ErrMacro},
		"a macro file renamed":    {file(t, "", "[Content_Types].xml", `<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`), template.ErrMacro},
		"a macro by another name": {file(t, "", "word/_rels/document.xml.rels", rels(`Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="a.xml"`)), template.ErrMacro},
		"a template far away":     {file(t, "", "word/_rels/settings.xml.rels", rels(`Type="x/attachedTemplate" Target="http://evil.example/a.dotm" TargetMode="External"`)), template.ErrOutside},
		"a linked picture":        {file(t, "", "word/_rels/document.xml.rels", rels(`Type="x/image" Target="file://///host/a.png" TargetMode="external"`)), template.ErrOutside},
		"a field that fetches":    {file(t, field(`DDEAUTO c:\\a.exe`)), template.ErrOutside},
		"a simple field":          {file(t, `<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;a&quot;"/></w:p>`), template.ErrOutside},
		"another file as a chunk": {file(t, `<w:altChunk/>`), template.ErrOutside},
		"an embedded sheet":       {file(t, "", "word/embeddings/a.xlsx", "x"), template.ErrEmbedded},
		"an embedded object":      {file(t, `<w:p><w:r><w:object><o:OLEObject xmlns:o="o"/></w:object></w:r></w:p>`), template.ErrEmbedded},
		"a control":               {file(t, "", "word/activeX/activeX1.xml", "<a/>"), template.ErrEmbedded},
		"a password":              {append([]byte("\xd0\xcf\x11\xe0"), "E\x00n\x00c\x00r\x00y\x00p\x00t\x00i\x00o\x00n\x00I\x00n\x00f\x00o\x00"...), template.ErrEncrypted},
		"torn XML":                {file(t, "<w:p>"), template.ErrBroken},
		"a document type":         {file(t, "", "word/header1.xml", "<!DOCTYPE a><a/>"), template.ErrBroken},
		"a name that climbs":      {file(t, "", "../a.xml", "<a/>"), template.ErrBroken},
		"two parts of one name":   {file(t, "", "word/Document.xml", "<a/>"), template.ErrBroken},
		"17 MiB":                  {append([]byte("PK\x03\x04"), make([]byte, 17<<20)...), template.ErrTooLarge},
		"a bomb":                  {file(t, "", "word/media/a.png", strings.Repeat("\x00", 65<<20)), template.ErrTooLarge},
		"rows without end":        {file(t, `<w:tbl>`+row("{{m.c}}")+`</w:tbl>`), template.ErrTooLarge},
	} {
		v := values
		if name == "rows without end" {
			v.Tables = map[string][]map[string]string{"m": make([]map[string]string, 70)}
			for i := range v.Tables["m"] {
				v.Tables["m"][i] = map[string]string{"c": long}
			}
		}
		_, err := template.Fill(c.raw, v)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if key := template.ErrorKey(err); !strings.HasPrefix(key, "template.err.") {
			t.Errorf("%s: key %s", name, key)
		}
	}
}

func paper(kind string, to ...string) officedoc.Paper {
	body := "Thực hiện kế hoạch công tác năm, Sở Khoa học và Công nghệ đã rà soát toàn bộ hệ thống thông tin thuộc phạm vi quản lý và ghi nhận các kết quả sau đây."
	q := officedoc.Paper{
		Parent: "Ủy ban nhân dân tỉnh Đông Sơn", Issuer: "Sở Khoa học và Công nghệ", Number: "7", Symbol: "SKHCN-CNS", Place: "Đông Sơn", Kind: kind,
		Date: time.Date(2026, 2, 5, 2, 0, 0, 0, time.UTC), Subject: "Kết quả bảo đảm an ninh mạng", To: to,
		Body:   []officedoc.Block{officedoc.Text(body), officedoc.Text(body), officedoc.Table{Columns: []officedoc.Column{{Head: "STT"}, {Head: "Máy", Width: 3}}, Rows: [][]string{{"1", "A"}, {"2", "B"}}}},
		Sign:   officedoc.Signature{As: []officedoc.Capacity{{Mark: officedoc.ForHead, Title: "Giám đốc"}, {Title: "Phó Giám đốc"}}, Name: "Lê Thị Ngọc Ánh"},
		Copies: []string{"Như trên", "Lưu: VT, CNS"},
	}
	if kind != "" {
		q.Basis = []string{"Căn cứ Luật An ninh mạng", "Căn cứ Kế hoạch số 12/KH-UBND"}
		q.Symbol = "BC-SKHCN"
	}
	return q
}

// TestTheDefaultTemplateFilledIsAGoodPaper goes the whole way: our layout as a
// template, checked, filled and held against the decree.
func TestTheDefaultTemplateFilledIsAGoodPaper(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]officedoc.Paper{"report": paper("Báo cáo", "Ủy ban nhân dân tỉnh"), "letter": paper("", "Các sở, ban, ngành", "Ủy ban nhân dân các xã, phường")} {
		raw, err := template.Default(q)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := template.Check(raw, template.PaperSchema(q)); err != nil || !r.Good() {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		filled, err := template.Fill(raw, template.FromPaper(q))
		if err != nil {
			t.Fatal(err)
		}
		text := said(t, part(t, filled, "word/document.xml"))
		for _, want := range []string{"Số: 07/" + q.Symbol, "Đông Sơn, ngày 05 tháng 02 năm 2026", "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC", "- Như trên;\n- Lưu: VT, CNS.", "1\nA\n2\nB"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		if strings.Contains(text, "{{") {
			t.Errorf("%s: a placeholder is left in\n%s", name, text)
		}
		r, err := lint.Check(filled)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if f.Severity == lint.Error {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// FuzzFill: whatever the document and the value, filling fails with one of the
// package's errors or gives a file that opens again and has no placeholder left.
func FuzzFill(f *testing.F) {
	f.Add(p("{", "{so}}"), "a\nb")
	f.Add(`<w:tbl>`+row("{{bang.c1}}", "{{so}}")+`</w:tbl>`, "<&\x00\xff")
	f.Add(`<w:tbl><w:tr><w:tc>`+p("{{vang}}")+p("a {{so}}")+`</w:tc></w:tr></w:tbl>`+p("- {{vang}}"), "\n- a")
	f.Add(p("Kính gửi: {{", "so}}.")+`<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>{{vang}}</w:t></w:r></w:p>`, "a\n\nb")
	f.Add(`<w:p a=">"><w:r><w:t>{{so}}</w:t></w:r></w:p><!-- <w:p> --><w:p/>`, "{{so}}")
	f.Fuzz(func(t *testing.T, body, value string) {
		v := template.Values{Fields: map[string]string{"so": value}, Tables: map[string][]map[string]string{"bang": {{"c1": value}, {"c1": ""}}}, Absent: map[string]bool{"vang": true}}
		raw, err := template.Fill(file(t, body), v)
		if err != nil {
			for _, known := range []error{template.ErrFormat, template.ErrBroken, template.ErrEncrypted, template.ErrTooLarge, template.ErrMacro, template.ErrOutside, template.ErrEmbedded, template.ErrPlaces} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("unknown error %v", err)
		}
		r, err := template.Check(raw, template.Schema{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Used) > 0 && !strings.Contains(value, "{") {
			t.Fatalf("left %q", r.Used)
		}
	})
}
