// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"os"

	"github.com/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// pack makes an archive of names and contents, in pairs.
func pack(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const wordHead = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

// docx is a word file with the lines as paragraphs, and further parts.
func docx(t testing.TB, lines []string, more ...string) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString(wordHead)
	for _, l := range lines {
		fmt.Fprintf(&b, `<w:p><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p>`, l)
	}
	b.WriteString(`</w:body></w:document>`)
	return pack(t, append([]string{"[Content_Types].xml", "<Types/>", "word/document.xml", b.String()}, more...)...)
}

func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func locked(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	var b bytes.Buffer
	if err := f.Write(&b, excelize.Options{Password: "1234"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// paper is a report with a line of its own above the body: our printer gives no
// mark of secrecy its place, so that one stands where a hand could have typed it.
func paper(line string) officedoc.Paper {
	return officedoc.Paper{Parent: "Ủy ban nhân dân tỉnh Đông Sơn", Issuer: "Sở Khoa học và Công nghệ", Symbol: "BC-SKHCN", Place: "Đông Sơn",
		Date: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Kind: "Báo cáo", Subject: "Công tác bảo mật, đường truyền Đắk Lắk",
		Body: []officedoc.Block{officedoc.Paragraph{Runs: []officedoc.Run{{Text: line, Bold: true}}, Align: officedoc.Center},
			officedoc.Heading{Level: 1, Text: "Thông tin chung về mật khẩu"}},
		Sign:   officedoc.Signature{As: []officedoc.Capacity{{Title: "Giám đốc"}}, Name: "Lê Thị Ngọc Ánh"},
		Copies: []string{"Như trên", "Lưu: VT"}}
}

func printed(t testing.TB, line string, as string) []byte {
	t.Helper()
	var b bytes.Buffer
	write := officedoc.WritePDF
	if as == "docx" {
		write = officedoc.WriteDOCX
	}
	if err := write(&b, paper(line)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// simplePDF is a PDF of one page with an English text in a core font.
func simplePDF(t testing.TB, title, text string, lock bool) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.SetTitle(title, true)
	if lock {
		p.SetProtection(fpdf.CnProtectPrint, "", "owner")
	}
	p.AddPage()
	p.SetFont("Helvetica", "", 12)
	p.Cell(40, 10, text)
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func streamBomb(t testing.TB) []byte {
	t.Helper()
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	if _, err := w.Write(bytes.Repeat([]byte(" "), 80<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte("%PDF-1.4\n1 0 obj <</Length " + fmt.Sprint(z.Len()) + "/Filter/FlateDecode>>\nstream\n" + z.String() + "\nendstream endobj\n")
}

func picture(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRefused has a row for each way of being refused, and its neighbours that
// may come in.
func TestRefused(t *testing.T) {
	t.Parallel()
	lines := []string{"UBND TỈNH ĐÔNG SƠN", "Số: 12/UBND-KGVX", "V/v bảo mật thông tin"}
	deep := wordHead + strings.Repeat("<w:p>", 400) + strings.Repeat("</w:p>", 400) + "</w:body></w:document>"
	many := []string{"[Content_Types].xml", "<Types/>", "word/document.xml", wordHead + "</w:body></w:document>"}
	for i := range 10_001 {
		many = append(many, fmt.Sprintf("word/media/%d", i), "")
	}
	for name, c := range map[string]struct {
		file string
		data []byte
		want paperfile.Rule // empty: comes in
	}{
		"a word file comes in":                {"cv.docx", docx(t, lines), ""},
		"nothing":                             {"a.txt", []byte(" \n"), paperfile.Empty},
		"a program":                           {"a.exe", []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), paperfile.Unknown},
		"an archive of no office":             {"a.zip", pack(t, "a.txt", "x"), paperfile.Unknown},
		"a web page passes as XML no further": {"a.html", []byte("<html></html>"), paperfile.Ending},
		"pdf named docx":                      {"a.docx", simplePDF(t, "", "hello world, this is text", false), paperfile.Ending},
		"without an ending":                   {"congvan", docx(t, lines), paperfile.Ending},
		"old word":                            {"a.doc", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), paperfile.OldOffice},
		"slides":                              {"a.pptx", pack(t, "ppt/presentation.xml", "<p/>"), paperfile.OldOffice},
		"binary workbook":                     {"a.xlsb", pack(t, "xl/workbook.bin", "x"), paperfile.OldOffice},
		"workbook with a password":            {"a.xlsx", locked(t), paperfile.Locked},
		"pdf with a password":                 {"a.pdf", simplePDF(t, "", "hello world", true), paperfile.Locked},
		"locked open document":                {"a.odt", pack(t, "content.xml", "<a/>", "META-INF/manifest.xml", `<manifest:encryption-data/>`), paperfile.Locked},
		"vba project":                         {"a.docm", docx(t, lines, "word/vbaProject.bin", "x"), paperfile.Macro},
		"vba hidden under another name":       {"a.docx", pack(t, "[Content_Types].xml", `<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`, "word/document.xml", "<a/>"), paperfile.Macro},
		"excel 4 macro sheet":                 {"a.xlsx", pack(t, "xl/workbook.xml", "<workbook/>", "xl/macrosheets/sheet1.xml", "<x/>"), paperfile.Macro},
		"macro in an embedded file":           {"a.docx", docx(t, lines, "word/embeddings/b.xlsx", string(pack(t, "xl/workbook.xml", "<w/>", "xl/vbaProject.bin", "x"))), paperfile.Macro},
		"active control":                      {"a.docx", docx(t, lines, "word/activeX/activeX1.bin", "x"), paperfile.Macro},
		"template from afar":                  {"a.docx", docx(t, lines, "word/_rels/settings.xml.rels", `<Relationship Type="http://x/attachedTemplate" Target="http://evil.example/a.dotm" TargetMode="External"/>`), paperfile.Macro},
		"open document basic":                 {"a.odt", pack(t, "content.xml", "<a/>", "Basic/Standard/Module1.xml", "x"), paperfile.Macro},
		"docx bomb by ratio":                  {"a.docx", docx(t, lines, "word/media/a.bin", strings.Repeat("\x00", 64<<20)), paperfile.Bomb},
		"docx bomb by depth":                  {"a.docx", pack(t, "word/document.xml", deep), paperfile.Bomb},
		"docx bomb by entries":                {"a.docx", pack(t, many...), paperfile.Bomb},
		"entity bomb":                         {"a.xml", []byte(`<!DOCTYPE lolz [<!ENTITY a "b">]><x>&a;</x>`), paperfile.Bomb},
		"pdf bomb":                            {"a.pdf", streamBomb(t), paperfile.Bomb},
		"picture too large to draw":           {"a.png", picture(t, 20000, 10001), paperfile.Bomb},
		"cut pdf":                             {"a.pdf", []byte("%PDF-1.7\n1 0 obj <<>>"), paperfile.Broken},
		"cut archive":                         {"a.docx", docx(t, lines)[:200], paperfile.Broken},
		"cut xml":                             {"a.xml", []byte("<a><b>"), paperfile.Broken},
		"picture":                             {"a.png", picture(t, 10, 10), ""},
		"xml":                                 {"a.edxml", []byte("<edXML><Subject>V/v bảo mật</Subject></edXML>"), ""},
		"workbook":                            {"a.xlsx", workbook(t, []any{"STT", "Nội dung bảo mật"}, []any{1, "Đổi mật khẩu"}), ""},
		"our printed pdf":                     {"a.pdf", printed(t, "Dự thảo", "pdf"), ""},
		"our printed docx":                    {"a.docx", printed(t, "Dự thảo", "docx"), ""},
		"mark in our pdf":                     {"a.pdf", printed(t, "TỐI MẬT", "pdf"), paperfile.MarkText},
		"mark in our docx":                    {"a.docx", printed(t, "Mật", "docx"), paperfile.MarkText},
		"stamped line":                        {"a.docx", docx(t, append(lines, "MẬT")), paperfile.MarkText},
		"stamped line under a wrong name too": {"a.pdf", docx(t, append(lines, "MẬT")), paperfile.MarkText},
		"mark in the head of the page":        {"a.docx", docx(t, lines, "word/header1.xml", `<w:hdr><w:p><w:r><w:t>Tuyệt </w:t></w:r><w:r><w:t>mật</w:t></w:r></w:p></w:hdr>`), paperfile.MarkText},
		"mark in a text box":                  {"a.docx", pack(t, "word/document.xml", wordHead+`<w:p><w:r><w:t>Số: 1</w:t><w:txbxContent><w:p><w:r><w:t>TỐI MẬT</w:t></w:r></w:p></w:txbxContent></w:r></w:p></w:body></w:document>`), paperfile.MarkText},
		"mark on a page far behind":           {"a.docx", docx(t, append(slicesOf("Nội dung", 200), "TUYỆT MẬT")), paperfile.MarkText},
		"mark in an embedded paper":           {"a.docx", docx(t, lines, "word/embeddings/b.docx", string(docx(t, []string{"MẬT"}))), paperfile.MarkText},
		"mark in the properties":              {"a.docx", docx(t, lines, "docProps/core.xml", `<cp:coreProperties><dc:title>Tối mật</dc:title></cp:coreProperties>`), paperfile.MarkMeta},
		"mark in the properties of a pdf":     {"a.pdf", simplePDF(t, "Báo cáo tuyệt mật", "hello world, this is text", false), paperfile.MarkMeta},
		"mark in a workbook":                  {"a.xlsx", workbook(t, []any{"MẬT"}, []any{"STT"}), paperfile.MarkText},
		"mark in open document":               {"a.odt", pack(t, "content.xml", `<office:text><text:p>TỐI <text:span>MẬT</text:span></text:p></office:text>`), paperfile.MarkText},
		"mark in xml":                         {"a.xml", []byte("<a><b>Mật</b></a>"), paperfile.MarkText},
		"mark in TCVN3":                       {"a.txt", []byte("S\xe8: 12/BC\nT\xe8I M\xcbT\n"), paperfile.MarkText},
		"mark in TCVN3 letters":               {"a.txt", []byte("S\xe8: 12\nt\xe8i m\xcbt\nN\xe9i dung"), paperfile.MarkText},
		"mark in VNI letters":                 {"a.txt", []byte("So\xe1: 12\nTUYE\xc4T MA\xc4T\n"), paperfile.MarkText},
		"mark in UTF-16":                      {"a.txt", utf16le("Số 1\r\nTỐI MẬT\r\n"), paperfile.MarkText},
		"mark decomposed":                     {"a.txt", []byte(norm.NFD.String("Số 1\nMẬT\n")), paperfile.MarkText},
		"mark without accents":                {"a.txt", []byte("So 1\nTOI MAT\n"), paperfile.MarkText},
		"mark as file name":                   {"Công văn TỐI MẬT.docx", docx(t, lines), paperfile.MarkName},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := paperfile.Read(t.Context(), c.file, c.data, paperfile.Limits{})
			r := (*paperfile.Refusal)(nil)
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want == "" && p.Kind == "":
				t.Error("no kind")
			case c.want != "" && (!errors.As(err, &r) || r.Rule != c.want):
				t.Fatalf("got %v, want rule %s", err, c.want)
			case c.want != "" && fault.Of(err).Fields["file"] == "":
				t.Error("no words for the person")
			}
		})
	}
}

func slicesOf(s string, n int) (out []string) {
	for range n {
		out = append(out, s)
	}
	return out
}

func utf16le(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// TestMarks holds which lines are marks and which only speak of secrecy.
func TestMarks(t *testing.T) {
	t.Parallel()
	for line, marked := range map[string]bool{
		"MẬT": true, "(MẬT)": true, "Mật": true, "TỐI MẬT": true, "[ Tuyệt mật ]": true, "Độ mật: Tối mật": true, "Mức độ mật: MẬT": true,
		"M Ậ T": true, "T Ố I M Ậ T": true, "TÀI LIỆU MẬT": true, "MẬT - HỎA TỐC": true, "tối\u200b mật": true, "TOIMAT": true, "Số: 12/BC-UBND   MẬT": true,
		"TỐI MẬT  Kon Tum, ngày 01 tháng 02 năm 2026": true,
		"bảo mật": false, "BẢO MẬT": false, "mật khẩu": false, "MẬT KHẨU": false, "mật độ": false, "Độ mật: Không": false, "không mật": false,
		"Không Mật": false, "V/v bảo vệ bí mật nhà nước": false, "VỀ VIỆC BẢO VỆ BÍ MẬT NHÀ NƯỚC": false, "soạn thảo, gửi văn bản mật theo đúng quy định": false,
		"chứng chỉ bảo mật": false, "Mặt trận": false, "mất": false, "MẶT": false, "Mật mã": false, "Ban Cơ yếu: mật mã": false, "Mật độ dân số": false,
		"Độ mật": false, "Trưởng phòng BẢO MẬT": false, "Mức độ mật": false,
	} {
		_, err := paperfile.Read(t.Context(), "a.txt", []byte("Số: 1\n"+line+"\n"), paperfile.Limits{})
		if got := err != nil; got != marked {
			t.Errorf("%q: refused %v", line, got)
		}
	}
	for name, marked := range map[string]bool{
		"MẬT.pdf": true, "CV 12 (mat).pdf": true, "cv12_MAT.docx": true, "MAT_123-BC.pdf": true, "Báo cáo mật.docx": true, "bc-toi-mat.pdf": true, "TuyetMat.pdf": true,
		"bao cao tuyet mat 2026.pdf": true, "Công văn 15 - Mật.pdf": true, "mat.pdf": true, "CV_t\u1ed1i_m\u1eadt.pdf": true,
		"bao-mat.pdf": false, "quy che bao mat.pdf": false, "Bảo mật thông tin.pdf": false, "huong-dan-doi-mat-khau.docx": false, "Luật bảo vệ bí mật nhà nước.pdf": false,
		"nguy co mat an toan thong tin.pdf": false, "NGUY CO MAT AN TOAN.PDF": false, "mat-tran-to-quoc.pdf": false, "Mật độ dân số.xlsx": false, "format.docx": false,
		"Ban Co yeu - mat ma.pdf": false, "KHÔNG MẬT.pdf": false, "CV 1556 Mặt trận.pdf": false,
	} {
		if got := paperfile.CheckName(name) != nil; got != marked {
			t.Errorf("name %q: refused %v", name, got)
		}
	}
}

// TestText holds that the words of a paper are found, in Vietnamese, whoever
// printed it.
func TestText(t *testing.T) {
	t.Parallel()
	want := []string{"Khoa học", "và Công nghệ", "đường truyền Đắk Lắk", "Lê Thị Ngọc Ánh"}
	check := func(t *testing.T, name string, data []byte) {
		t.Helper()
		p, err := paperfile.Read(t.Context(), name, data, paperfile.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range want {
			if !strings.Contains(strings.ToLower(p.Text), strings.ToLower(s)) {
				t.Errorf("%s: %q is not in %.600q", name, s, p.Text)
			}
		}
	}
	check(t, "a.pdf", printed(t, "", "pdf"))
	check(t, "a.docx", printed(t, "", "docx"))
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no LibreOffice")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.docx"), printed(t, "", "docx"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, filepath.Join(dir, "a.docx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "a.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	check(t, "a.pdf", raw)
	if err := os.WriteFile(filepath.Join(dir, "b.txt"), []byte("UBND TỈNH\nSố: 1/BC\nTỐI MẬT\nNội dung\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, filepath.Join(dir, "b.txt"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if raw, err = os.ReadFile(filepath.Join(dir, "b.pdf")); err != nil {
		t.Fatal(err)
	}
	r := (*paperfile.Refusal)(nil)
	if _, err := paperfile.Read(t.Context(), "b.pdf", raw, paperfile.Limits{}); !errors.As(err, &r) || r.Rule != paperfile.MarkText {
		t.Errorf("a mark that LibreOffice printed: %v", err)
	}
}

// FuzzRead holds that no file breaks the reading, and that what comes in is text
// within the limits.
func FuzzRead(f *testing.F) {
	f.Add("a.docx", docx(f, []string{"Số: 1", "MẬT"}))
	f.Add("a.pdf", simplePDF(f, "t", "hello", false))
	f.Add("a.xlsx", workbook(f, []any{"a", 1}))
	f.Add("a.xml", []byte("<a b='c'>d</a>"))
	f.Add("MẬT.txt", []byte("abc"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		p, err := paperfile.Read(t.Context(), name, data, paperfile.Limits{Unfolded: 4 << 20, Text: 64 << 10})
		if r := (*paperfile.Refusal)(nil); err != nil && !errors.As(err, &r) {
			t.Fatal(err)
		}
		if err == nil && (p.Kind == "" || len(p.Text) > 65<<10 || !norm.NFC.IsNormalString(p.Text)) {
			t.Errorf("%s: %d bytes of text", p.Kind, len(p.Text))
		}
	})
}
