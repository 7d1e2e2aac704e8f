// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

var update = flag.Bool("update", false, "write testdata from what the code prints now")

// parts unpacks a DOCX.
func parts(t testing.TB, docx []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		if f.Modified.Year() != 2000 {
			t.Errorf("part %s is dated %v, want the fixed time", f.Name, f.Modified)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(raw)
	}
	return out
}

// Text reads a DOCX back: one line a paragraph, cells included, in order.
func Text(t testing.TB, docx []byte) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(parts(t, docx)["word/document.xml"]))
	inText := false
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			inText = tok.Name.Local == "t"
			if tok.Name.Local == "br" {
				b.WriteByte('\n')
			}
		case xml.EndElement:
			inText = false
			if tok.Name.Local == "p" {
				b.WriteByte('\n')
			}
		case xml.CharData:
			if inText {
				b.Write(tok)
			}
		}
	}
}

func docx(t testing.TB, p officedoc.Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := officedoc.WriteDOCX(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pdf(t testing.TB, p officedoc.Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := officedoc.WritePDF(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPaperSaysWhatItsFieldsSay(t *testing.T) {
	t.Parallel()
	sign := func(as ...officedoc.Capacity) officedoc.Paper {
		return officedoc.Paper{Sign: officedoc.Signature{As: as, Name: "Trần An"}}
	}
	for name, c := range map[string]struct {
		p    officedoc.Paper
		want []string // lines, in order
		not  string
	}{
		"draft has blanks":                  {officedoc.Paper{}, []string{"Số: \u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0/…", "…………, ngày\u00a0\u00a0\u00a0\u00a0tháng\u00a0\u00a0\u00a0\u00a0năm ……"}, "Kính gửi"},
		"number below ten gets a zero":      {officedoc.Paper{Number: "9", Symbol: "BC-SKHCN"}, []string{"Số: 09/BC-SKHCN"}, ""},
		"number of two digits stays":        {officedoc.Paper{Number: "12", Symbol: "UBND-VX"}, []string{"Số: 12/UBND-VX"}, ""},
		"letter has V/v once":               {officedoc.Paper{Subject: "V/v rà soát"}, []string{"V/v rà soát"}, "V/v V/v"},
		"letter adds V/v":                   {officedoc.Paper{Subject: "rà soát"}, []string{"V/v rà soát"}, ""},
		"kind has its subject below":        {officedoc.Paper{Kind: "Báo cáo", Subject: "Kết quả"}, []string{"BÁO CÁO", "Kết quả"}, "V/v"},
		"chosen lines are kept":             {officedoc.Paper{Issuer: "Ủy ban nhân dân\nxã Bình An"}, []string{"ỦY BAN NHÂN DÂN", "XÃ BÌNH AN"}, ""},
		"one recipient on the line":         {officedoc.Paper{To: []string{"Công an tỉnh;"}}, []string{"Kính gửi: Công an tỉnh"}, ""},
		"several recipients as a list":      {officedoc.Paper{To: []string{"Sở A", " ", "Sở B."}}, []string{"Kính gửi:", "- Sở A;", "- Sở B."}, ""},
		"basis ends in ; and .":             {officedoc.Paper{Basis: []string{"Căn cứ A.", "Căn cứ B;"}}, []string{"Căn cứ A;", "Căn cứ B."}, ""},
		"copies end in ; and .":             {officedoc.Paper{Copies: []string{"Như trên", "Lưu: VT"}}, []string{"Nơi nhận:", "- Như trên;", "- Lưu: VT."}, ""},
		"deputy of a collective":            {sign(officedoc.Capacity{officedoc.ForCollege, "Ủy ban nhân dân"}, officedoc.Capacity{officedoc.ForHead, "Chủ tịch"}, officedoc.Capacity{officedoc.InOwnName, "Phó Chủ tịch"}), []string{"TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Trần An"}, ""},
		"by order":                          {sign(officedoc.Capacity{officedoc.ByOrder, "Giám đốc"}, officedoc.Capacity{officedoc.InOwnName, "Chánh Văn phòng"}), []string{"TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"}, ""},
		"by delegation":                     {sign(officedoc.Capacity{officedoc.ByDelegation, "Giám đốc"}), []string{"TUQ. GIÁM ĐỐC"}, ""},
		"acting head":                       {sign(officedoc.Capacity{officedoc.Acting, "Chủ tịch"}), []string{"Q. CHỦ TỊCH"}, ""},
		"urgency":                           {officedoc.Paper{Urgency: officedoc.Urgent}, []string{"KHẨN"}, "THƯỢNG"},
		"headings count and restart":        {body(h(1, "A"), h(2, "B"), h(3, "C"), h(3, "D"), h(2, "E"), h(1, "F"), h(2, "G")), []string{"I. A", "1. B", "a) C", "b) D", "2. E", "II. F", "1. G"}, ""},
		"given heading number is kept":      {body(officedoc.Heading{Level: 1, Number: "VII.", Text: "A"}, h(1, "B")), []string{"VII. A", "I. B"}, ""},
		"fifth point is đ":                  {body(h(3, "A"), h(3, "B"), h(3, "C"), h(3, "D"), h(3, "E")), []string{"d) D", "đ) E"}, ""},
		"mandatory field":                   {body(officedoc.Field{Label: "Địa chỉ:", Required: true, Value: "Số 1"}), []string{"- Địa chỉ (*): Số 1"}, ""},
		"code list":                         {body(officedoc.Field{Label: "Dịch vụ", Options: []officedoc.Option{{Label: "Web", Ticked: true}, {Label: "Khác", Note: "FTP"}}}), []string{"- Dịch vụ: ", "☒\u00a0Web", "☐\u00a0Khác: FTP"}, ""},
		"code list in the line":             {body(officedoc.Field{Label: "Mật", Inline: true, Options: []officedoc.Option{{Label: "Có"}, {Label: "Không", Ticked: true}}}), []string{"- Mật: ☐\u00a0Có\u00a0\u00a0 ☒\u00a0Không"}, ""},
		"only annex has no number":          {officedoc.Paper{Kind: "BÁO CÁO", Issuer: "Sở A", Annexes: make([]officedoc.Annex, 1)}, []string{"Phụ lục"}, "Phụ lục I"},
		"second of two annexes is II":       {officedoc.Paper{Annexes: make([]officedoc.Annex, 2)}, []string{"Phụ lục I", "Phụ lục II"}, ""},
		"markup is text":                    {body(officedoc.Text("</w:t>&lt;")), []string{"</w:t>&lt;"}, ""},
		"decomposed Vietnamese is composed": {body(officedoc.Text("Vie\u0323\u0302t")), []string{"Việt"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Text(t, docx(t, c.p))
			lines := strings.Split(got, "\n")
			for _, w := range c.want {
				i := slices.Index(lines, w)
				if i < 0 {
					t.Fatalf("no line %q, in order, in:\n%s", w, got)
				}
				lines = lines[i+1:]
			}
			if c.not != "" && strings.Contains(got, c.not) {
				t.Errorf("%q stands in:\n%s", c.not, got)
			}
		})
	}
}

func h(level int, text string) officedoc.Heading { return officedoc.Heading{Level: level, Text: text} }

func body(blocks ...officedoc.Block) officedoc.Paper { return officedoc.Paper{Body: blocks} }

func TestSmallPaperIsTheGoldenXML(t *testing.T) {
	t.Parallel()
	p := officedoc.Paper{
		Issuer: "Ủy ban nhân dân xã Bình An", Number: "3", Symbol: "BC-UBND", Place: "Bình An", Kind: "Báo cáo", Subject: "Thử",
		Date: time.Date(2026, 1, 2, 0, 0, 0, 0, hcm), To: []string{"Sở A"},
		Body: []officedoc.Block{officedoc.Text("Nội dung."), officedoc.Table{Columns: []officedoc.Column{{Head: "STT"}, {Head: "Tên", Width: 4}}, Rows: [][]string{{"1", "Một"}}}},
		Sign: officedoc.Signature{As: []officedoc.Capacity{{Title: "Chủ tịch"}}, Name: "Trần An"}, Copies: []string{"Như trên"},
	}
	got := strings.ReplaceAll(parts(t, docx(t, p))["word/document.xml"], "><", ">\n<") + "\n"
	const file = "testdata/small.document.xml"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the XML is not that of %s; if the change is wanted, run go test -update", file)
	}
}

func TestSamePaperIsTheSameFile(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]func() officedoc.Paper{"letter": letter, "report": report, "hostile": hostile} {
		if !bytes.Equal(docx(t, p()), docx(t, p())) {
			t.Errorf("%s: two DOCX differ", name)
		}
		if !bytes.Equal(pdf(t, p()), pdf(t, p())) {
			t.Errorf("%s: two PDF differ", name)
		}
	}
}

func TestPropertiesTellTitleLanguageAndDate(t *testing.T) {
	t.Parallel()
	p := report()
	core := parts(t, docx(t, p))["docProps/core.xml"]
	for _, want := range []string{"BÁO CÁO Ban đầu sự cố", "Sở Khoa học và Công nghệ", "2026-11-21T01:05:00Z", "vi-VN"} {
		if !strings.Contains(core, want) {
			t.Errorf("no %q in %s", want, core)
		}
	}
	raw := pdf(t, p)
	for _, want := range []string{"/Lang (vi-VN)", "D:20261121080500", "/FontFile2"} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("no %q in the PDF", want)
		}
	}
	p.PrintedAt = time.Date(2026, 12, 1, 0, 0, 0, 0, hcm)
	if !bytes.Contains(pdf(t, p), []byte("D:20261201000000")) {
		t.Error("PrintedAt is not the creation date")
	}
}

func TestRunesOutsideTheFontAreListedAndPrintedByCode(t *testing.T) {
	t.Parallel()
	p := body(officedoc.Text("中 é 😀 \u202E א ☐ “–” ₫ \x00"))
	got, err := officedoc.Missing(p)
	if err != nil {
		t.Fatal(err)
	}
	if want := []rune{'א', '\u202E', '中', '😀'}; !slices.Equal(got, want) {
		t.Errorf("missing %U, want %U", got, want)
	}
	if text := Text(t, docx(t, p)); !strings.Contains(text, "[U+4E2D] é [U+1F600] [U+202E] [U+05D0] ☐ “–” ₫") {
		t.Errorf("text is %q", text)
	}
}

func TestEveryVietnameseLetterPrints(t *testing.T) {
	t.Parallel()
	const letters = "aăâeêioôơuưyđ AĂÂEÊIOÔƠUƯYĐ"
	var b strings.Builder
	for _, r := range letters {
		for _, mark := range []string{"", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"} {
			if r == 'đ' || r == 'Đ' || r == ' ' {
				mark = ""
			}
			b.WriteString(string(r) + mark)
		}
	}
	got, err := officedoc.Missing(body(officedoc.Text(b.String() + "0123456789.,;:!?()[]/\\\"'“”‘’–—…•°%+=<>@#&*_|~→≥≤×")))
	if err != nil || len(got) > 0 {
		t.Errorf("missing %q, %v", string(got), err)
	}
}

func TestCrookedTableIsRefused(t *testing.T) {
	t.Parallel()
	two := []officedoc.Column{{}, {}}
	for name, c := range map[string]struct {
		table officedoc.Table
		want  string
	}{
		"short row":        {officedoc.Table{Columns: two, Rows: [][]string{{"a", "b"}, {"c"}}}, "officedoc: body: block 1: table row 2 has 1 cells, want 2"},
		"long foot":        {officedoc.Table{Columns: two, Foot: [][]string{{"a", "b", "c"}}}, "officedoc: body: block 1: table foot row 1 has 3 cells, want 2"},
		"no columns":       {officedoc.Table{}, "officedoc: body: block 1: table of 0 columns, this page holds 1 to 23"},
		"too many columns": {officedoc.Table{Columns: make([]officedoc.Column, 24)}, "officedoc: body: block 1: table of 24 columns, this page holds 1 to 23"},
	} {
		for writer, write := range map[string]func(io.Writer, officedoc.Paper) error{"docx": officedoc.WriteDOCX, "pdf": officedoc.WritePDF} {
			if err := write(io.Discard, body(c.table)); err == nil || err.Error() != c.want {
				t.Errorf("%s, %s: error %v, want %s", name, writer, err, c.want)
			}
		}
	}
}

func TestWriterErrorIsReported(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(io.Writer, officedoc.Paper) error{"docx": officedoc.WriteDOCX, "pdf": officedoc.WritePDF} {
		if err := write(full{}, letter()); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v, want the writer's", name, err)
		}
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// FuzzPaper: whatever the strings, both files are written, every part of the DOCX
// is well-formed XML, and writing again gives the same bytes.
func FuzzPaper(f *testing.F) {
	f.Add("Sở A", "nội dung", "ghi chú", uint8(1))
	f.Add("\x00\xff\u202e", strings.Repeat("x", 300), "😀 中 \n\t\r א", uint8(255))
	f.Add("]]>", "<w:p>", "a\u0301\u0302\u0303 \u0301", uint8(7))
	f.Fuzz(func(t *testing.T, a, b, c string, n uint8) {
		if len(a)+len(b)+len(c) > 1<<12 {
			t.Skip("long text is the render test's")
		}
		p := officedoc.Paper{
			Parent: a, Issuer: b, Number: c, Symbol: a, Place: b, Kind: []string{"", a}[n%2], Subject: c, Mark: b, Code: a,
			Urgency: officedoc.Urgency(n), To: []string{a, b}[:n%3], Basis: []string{b, c}, Copies: []string{c},
			Sign: officedoc.Signature{As: []officedoc.Capacity{{Mark: officedoc.Authority(n), Title: a}}, Hint: b, Name: c},
			Body: []officedoc.Block{
				officedoc.Paragraph{Runs: []officedoc.Run{{Text: a, Bold: true}, {Text: b, Italic: true}, {Text: c}}, Align: officedoc.Align(n % 4)},
				officedoc.Heading{Level: int(n), Number: a, Text: b}, officedoc.PageBreak{},
				officedoc.List{{Text: a, Items: []officedoc.Item{{Text: b}}}},
				officedoc.Field{Label: a, Value: b, Required: true, Inline: n%2 == 0, Options: []officedoc.Option{{Label: b, Ticked: true, Note: c}, {Label: a}}[:n%3]},
				officedoc.Table{Caption: a, Columns: []officedoc.Column{{Head: a, Width: float64(n)}, {Head: b, Align: officedoc.Right}}, Rows: [][]string{{b, c}, {c, a}}, Foot: [][]string{{a, b}}, Groups: []officedoc.Group{{Head: c, Columns: 2}}[:n%2]},
				officedoc.Wide{officedoc.Text(c)},
			},
			Limits: a, Drafter: b, Prints: int(n), Address: []string{c, a}[:n%3], Copy: &officedoc.Copy{Form: officedoc.CopyForm(n), Issuer: a, Symbol: c},
			Annexes: []officedoc.Annex{{Title: a, Landscape: n%2 == 0, Body: []officedoc.Block{officedoc.Text(c)}}}[:n%2],
		}
		if officedoc.Secret(p.Mark) || officedoc.Secret(p.Limits) {
			t.Skip("refused by another test")
		}
		first := docx(t, p)
		for name, part := range parts(t, first) {
			d := xml.NewDecoder(strings.NewReader(part))
			for {
				_, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
		if !bytes.Equal(first, docx(t, p)) {
			t.Error("two DOCX differ")
		}
		// A PDF takes tens of milliseconds, most of it fonts: compare some.
		if one := pdf(t, p); n%4 == 0 && !bytes.Equal(one, pdf(t, p)) {
			t.Error("two PDF differ")
		}
	})
}

func BenchmarkPDF(b *testing.B) {
	p := report()
	for b.Loop() {
		pdf(b, p)
	}
}

func BenchmarkDOCX(b *testing.B) {
	p := report()
	for b.Loop() {
		docx(b, p)
	}
}
