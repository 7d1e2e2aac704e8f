// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// word is a DOCX file of parts, by name, each without its declaration.
func word(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?>`, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const ns = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"`

// para is a paragraph; in front of its run stands what is given.
func wordPara(before, text string) string {
	return "<w:p>" + before + "<w:r><w:t>" + text + "</w:t></w:r></w:p>"
}

func numberedPara(level int, text string) string {
	return wordPara(fmt.Sprintf(`<w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="7"/></w:numPr></w:pPr>`, level), text)
}

func wordRow(cells ...string) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString("<w:tc>" + wordPara("", c) + "</w:tc>")
	}
	return "<w:tr>" + b.String() + "</w:tr>"
}

// drafted is a letter as a word processor keeps it: a head laid out in a table,
// numbers the program counts, a deletion, an insertion, a comment, a footnote, a
// box twice, a table of tasks, page heads and feet.
func drafted(t testing.TB) []byte {
	t.Helper()
	body := "<w:tbl>" + wordRow("UBND TỈNH AN LĨNH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") + wordRow("Số: 55/UBND-KGVX", "An Lĩnh, ngày 02 tháng 11 năm 2026") + "</w:tbl>" +
		wordPara("", "V/v vá lỗ hổng bảo mật máy chủ") + wordPara("", "Kính gửi: Các sở, ban, ngành.") + wordPara("", "Ủy ban nhân dân tỉnh yêu cầu các cơ quan thực hiện:") +
		`<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t xml:space="preserve">Cập nhật bản vá cho máy chủ </w:t></w:r>` +
		`<w:del><w:r><w:delText>trước ngày 10/11/2026</w:delText></w:r></w:del><w:ins><w:r><w:t>trước ngày 20/11/2026</w:t></w:r></w:ins><w:r><w:t>:</w:t></w:r></w:p>` +
		numberedPara(1, "Máy chủ thư điện tử;") + numberedPara(1, "Máy chủ cổng thông tin.") +
		`<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>Rà quét mã độc mọi máy trạm.</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>` +
		"<w:tbl>" + wordRow("STT", "Nhiệm vụ", "Chủ trì", "Thời hạn") + wordRow("1", "Phân công trực giám sát an toàn thông tin", "Công an tỉnh", "30/11/2026") + "</w:tbl>" +
		`<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>` + wordPara("", "Khung chữ") + `</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>` + wordPara("", "Khung chữ") + `</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>` +
		"<w:tbl>" + wordRow("Nơi nhận:", "KT. CHỦ TỊCH") + wordRow("- Như trên;", "PHÓ CHỦ TỊCH") + wordRow("- Lưu: VT.", "Tống Thị Bích Liên") + "</w:tbl>"
	return word(t, map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml":   "<w:document" + ns + "><w:body>" + body + "</w:body></w:document>",
		"word/numbering.xml": "<w:numbering" + ns + `><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>` +
			`<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>`,
		"word/footnotes.xml": "<w:footnotes" + ns + `><w:footnote w:type="separator" w:id="0">` + wordPara("", "x") + `</w:footnote><w:footnote w:id="1">` + wordPara("", "Theo Công văn số 88/SKHCN-CĐS ngày 14/3/2026.") + "</w:footnote></w:footnotes>",
		"word/comments.xml":  "<w:comments" + ns + ">" + wordPara("", "Anh xem lại hạn: trước ngày 05/11/2026") + "</w:comments>",
		"word/header1.xml":   "<w:hdr" + ns + ">" + wordPara("", "Đầu trang") + "</w:hdr>",
		"word/footer1.xml":   "<w:ftr" + ns + ">" + wordPara("", "Trang 1/2") + "</w:ftr>",
	})
}

// TestWordProcessorsFile reads what a word processor keeps beside the words.
func TestWordProcessorsFile(t *testing.T) {
	got, err := directive.Text(t.Context(), "a.docx", drafted(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range []string{"10/11/2026", "05/11/2026", "Đầu trang", "Trang 1/2"} {
		if strings.Contains(got, lost) {
			t.Errorf("%q is none of the text: %s", lost, got)
		}
	}
	if strings.Count(got, "Khung chữ") != 1 {
		t.Errorf("a box is there once: %s", got)
	}
	r, err := lexicon(t).ReadFile(t.Context(), "a.docx", drafted(t), today)
	if err != nil {
		t.Fatal(err)
	}
	if w := r.Warnings[0]; w.Doubt != directive.Tracked || w.Text != "1" || w.Hint != "1" {
		t.Errorf("changes nobody settled are told: %+v", r.Warnings)
	}
	var paths []string
	for _, q := range directive.Leaves(r.Requirements) {
		d, _ := saysOf(q)
		paths = append(paths, q.Path+" "+strings.Join(d, ","))
	}
	if want := "1.a |1.b |2 |-1 until 2026-11-30"; strings.Join(paths, "|") != want {
		t.Errorf("%q, want %q", strings.Join(paths, "|"), want)
	}
	if d, _ := saysOf(r.Requirements[0]); len(d) != 1 || d[0] != "until 2026-11-19" {
		t.Errorf("the inserted day: %q", d)
	}
	if len(r.Footnotes) != 1 || str(r.Number) != "55/UBND-KGVX" || r.Signer == nil || r.Signer.Name != "Tống Thị Bích Liên" {
		t.Errorf("footnotes %v, number %s, signer %+v", r.Footnotes, str(r.Number), r.Signer)
	}
	if _, err := directive.Text(t.Context(), "a.docx", word(t, map[string]string{"word/document.xml": "<w:document" + ns + "><w:body>" + strings.Repeat(wordPara("", "một hai ba"), 9)})); err == nil {
		t.Error("half a file was read")
	}
}

// FuzzWord holds that no file of a word processor breaks the reader.
func FuzzWord(f *testing.F) {
	f.Add("<w:document"+ns+"><w:body>"+wordPara("", "một")+"<w:tbl>"+wordRow("a", "b", "c")+"</w:tbl></w:body></w:document>", "<w:numbering"+ns+`><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="8"/></w:abstractNum></w:numbering>`)
	f.Add("<w:document"+ns+"><w:body><w:tbl>"+wordCells(wordCell(2, mergeFrom, "Việc"), wordCell(1, "", "Chủ trì", "Hạn"))+wordCells(wordCell(99, mergeOn), wordCell(-1, mergeOn, "<w:tbl>"+wordRow("a", "b", "c")+"</w:tbl>"))+"</w:tbl></w:body></w:document>", "")
	f.Fuzz(func(t *testing.T, document, numbering string) {
		data := word(t, map[string]string{"word/document.xml": document, "word/numbering.xml": numbering})
		if got, err := directive.Text(t.Context(), "a.docx", data); err == nil && len(strings.Fields(got)) < 10 {
			t.Errorf("too little was taken: %q", got)
		}
	})
}
