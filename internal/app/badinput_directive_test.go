// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// letterOf is a letter of orders, a line a paragraph.
func letterOf(body ...string) []string {
	return slices.Concat([]string{"ỦY BAN NHÂN DÂN", "TỈNH MẪU", "Số: 15/UBND-KGVX", "Mẫu, ngày 02 tháng 11 năm 2026", "V/v bảo đảm an toàn thông tin mạng", "Kính gửi: Các sở, ban, ngành.",
		"Ủy ban nhân dân tỉnh yêu cầu các cơ quan thực hiện:"}, body, []string{"Nơi nhận:", "- Như trên;", "- Lưu: VT.", "CHỦ TỊCH", "Lò Văn Thắng"})
}

// pages is a PDF of n empty pages, with a picture on each if asked; locked, it
// asks for a password.
func pages(t *testing.T, n int, scanned, locked bool) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	if locked {
		p.SetProtection(fpdf.CnProtectPrint, "mo", "chu")
	}
	var raw bytes.Buffer
	if err := png.Encode(&raw, image.NewGray(image.Rect(0, 0, 400, 500))); err != nil {
		t.Fatal(err)
	}
	p.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "PNG"}, &raw)
	for range n {
		p.AddPage()
		if scanned {
			p.ImageOptions("scan", 0, 0, 210, 297, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		}
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// decree is a decree of n articles with six clauses each; 300 pages have about
// 400 articles.
func decree(n int) []string {
	out := []string{"CHÍNH PHỦ", "Số: 999/2026/NĐ-CP", "Hà Nội, ngày 01 tháng 7 năm 2026", "NGHỊ ĐỊNH", "Quy định chi tiết về bảo vệ an ninh mạng", "Căn cứ Luật An ninh mạng số 116/2025/QH15 ngày 10/12/2025;"}
	for i := range n {
		out = append(out, fmt.Sprintf("Điều %d. Trách nhiệm bảo vệ hệ thống thông tin loại %d", i+1, i+1))
		for k := range 6 {
			out = append(out, fmt.Sprintf("%d. Chủ quản hệ thống thông tin phải rà soát lỗ hổng, điểm yếu, cập nhật bản vá theo Nghị định số %d/2025/NĐ-CP ngày 01/02/2025, báo cáo cơ quan có thẩm quyền chậm nhất %d ngày kể từ khi phát hiện; bảo đảm 100%% máy tính được cài phần mềm phòng, chống mã độc.", k+1, i+1, k+3))
		}
	}
	return out
}

// TestBadDirectivesAreAnswered sends to the page that takes texts in what people
// send by mistake and by malice: each is answered in words, and of what is refused
// nothing is kept, logged or shown.
func TestBadDirectivesAreAnswered(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, "")
	tables := []string{"directive", "directive_item", "document", "document_file"}
	holds := func() string {
		out := []any{r.kept(t)}
		for _, table := range tables {
			out = append(out, table, must(r.Records.Read().NewSelect().Table(table).Count(t.Context()))(t))
		}
		return fmt.Sprintln(out...)
	}
	before := holds()
	tale := strings.Repeat("Chủ tịch xã yêu cầu các đơn vị dân quân tổ chức gác đập suốt đêm, nhưng ai nấy đều mệt lả, chuyện tên là "+hidden+".\n\n", 400)
	marked := letterOf("1. "+hidden+".", "2. Rà soát lỗ hổng.")
	for name, c := range map[string]struct {
		file string
		data []byte
		say  string
	}{
		"a novel":                  {"a.txt", []byte(tale), "Không tách được yêu cầu nào"},
		"a novel of a processor":   {"a.docx", word(t, strings.Split(tale, "\n\n")), "Không tách được yêu cầu nào"},
		"an empty file":            {"a.txt", nil, "Chọn văn bản"},
		"an empty PDF":             {"a.pdf", pages(t, 3, false, false), "không có chữ để đọc"},
		"a scan":                   {"a.pdf", pages(t, 3, true, false), "không có chữ để đọc"},
		"a picture":                {"a.png", []byte("\x89PNG\r\n\x1a\n0000"), "hỏng hoặc thiếu"},
		"a PDF with a password":    {"a.pdf", pages(t, 1, false, true), "có mật khẩu"},
		"a broken DOCX":            {"a.docx", word(t, marked)[:300], "hỏng hoặc thiếu"},
		"an old file":              {"a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + hidden), "Định dạng Office cũ"},
		"a macro":                  {"a.docx", word(t, marked, "word/vbaProject.bin", "Sub"), "macro"},
		"marked secret":            {"a.txt", []byte("MẬT\n" + strings.Join(marked, "\n\n")), "dấu độ mật"},
		"marked secret, processor": {"a.docx", word(t, append([]string{"TỐI MẬT"}, marked...)), "dấu độ mật"},
		"marked secret, page":      {"a.html", []byte("<p>TUYỆT MẬT</p><p>" + strings.Join(marked, "</p><p>") + "</p>"), "dấu độ mật"},
		"marked by its name":       {"Sao Khuê (MẬT).txt", []byte(strings.Join(marked, "\n\n")), "Tên tệp cho thấy"},
		"a table":                  {"a.csv", []byte("a,b\n1,2\n"), "Đuôi tên tệp không khớp"},
		"a program":                {"a.txt", []byte("MZ\x00\x01\x02\x03"), ""},
	} {
		status, body := r.send(t, directive.Path+"/new", "unit", r.root, c.file, bytes.NewReader(c.data))
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, c.say) {
			t.Errorf("%s: %d, %q is not said: %s", name, status, c.say, mainOf(body))
		}
		if strings.Contains(body, hidden) || strings.Contains(body, "Sao Khuê") {
			t.Errorf("%s: the page shows what was refused", name)
		}
		if after := holds(); after != before {
			t.Fatalf("%s: kept:\n%s\nbefore:\n%s", name, after, before)
		}
	}
	if told := r.log.String(); strings.Contains(told, "Sao Khuê") || strings.Contains(told, "Khu\\u") {
		t.Errorf("the log says %.2000s", told)
	}
	var trail []string
	if err := r.Records.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = 'directive.refuse'").Scan(context.WithoutCancel(t.Context()), &trail); err != nil || len(trail) < 5 {
		t.Errorf("%d refusals in the trail, %v", len(trail), err)
	}
	for _, s := range trail {
		if strings.Contains(s, "Sao") || strings.Contains(s, "docx") {
			t.Errorf("the trail says %s", s)
		}
	}

	if status, body := r.send(t, directive.Path+"/new", "unit", r.root, "a.docx", bytes.NewReader(word(t, decree(400)))); status != http.StatusUnprocessableEntity || !strings.Contains(body, "hơn 1.000 yêu cầu") {
		t.Errorf("a decree of 2,400 clauses: %d %s", status, mainOf(body))
	}
	// What people paste and upload with other dress on it is read.
	paste := func(text string) (int, string) {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		for _, f := range [][2]string{{"unit", r.root}, {"paste", text}} {
			if err := w.WriteField(f[0], f[1]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		res := (&visitor{handler: r.Handler(), cookie: r.cookie}).send(t, http.MethodPost, directive.Path+"/new", w.FormDataContentType(), form.String())
		return res.Code, res.Header().Get("Location") + res.Body.String()
	}
	outlook := `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body><!--[if gte mso 9]><xml><o:x/></xml><![endif]--><table><tr><td><p class=MsoNormal><b>UBND TỈNH MẪU</b></p></td><td><p>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p></td></tr></table>` +
		`<p>Số: 15/UBND-KGVX</p><p>Kính gửi: Các sở, ban, ngành.</p><p>Ủy ban nhân dân tỉnh yêu cầu:</p><p class=MsoListParagraph><![if !supportLists]>1.<span>&nbsp;&nbsp; </span><![endif]>Rà soát lỗ hổng trước ngày <del>10/11/2026</del><ins>20/11/2026</ins>.</p>` +
		`<p>2. Cử cán bộ trực giám sát an toàn thông tin 24/7.</p><table><tr><th>STT</th><th>Nhiệm vụ</th><th>Thời hạn</th></tr><tr><td><p>1</p></td><td><p>Quét mã độc</p></td><td><p>30/11/2026</p></td></tr></table></body></html>`
	mixed := strings.Join(letterOf("1. Rà soát lỗ hổng của hệ thống trước ngày 15/12/2026.", "2. Rµ so¸t lç hæng, ®iÓm yÕu cña hÖ thèng th«ng tin tr\u00adíc ngµy 15/12/2026.", "3. Cöû caùn boä kyõ thuaät tröïc giaùm saùt an toaøn thoâng tin."), "\n\n")
	for name, c := range map[string]struct {
		text  string
		items int
	}{"a paste of a mail program": {outlook, 3}, "three encodings": {mixed, 3}} {
		status, at := paste(c.text)
		if status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", name, status, mainOf(at))
			continue
		}
		f := must(r.Rooms.Directives.Get(r.ctx, directive.ID(strings.Split(strings.TrimPrefix(at, directive.Path+"/"), "/")[0])))(t)
		leaves := f.Leaves()
		if len(leaves) != c.items || strings.Contains(leaves[0].Text, "10/11/2026") {
			t.Errorf("%s: %d demands, want %d: %+v", name, len(leaves), c.items, leaves)
		}
	}
}

// TestBombsStaySmall sends texts that unpack to far more than they are: they are
// refused in bounded memory. It runs alone, since it looks at the memory of the
// whole program.
func TestBombsStaySmall(t *testing.T) {
	r := openRegistry(t, "")
	for name, data := range map[string][]byte{
		"of nothing": word(t, []string{"a"}, "word/media/x.bin", strings.Repeat("\x00", 64<<20)),
		"of words": packedOf(t, "word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+
			strings.Repeat("<w:p><w:r><w:t>1. Rà soát.</w:t></w:r></w:p>", 1<<20)),
	} {
		before := fmt.Sprint(r.kept(t))
		grown := watchMemory(t)
		status, body := r.send(t, directive.Path+"/new", "unit", r.root, "a.docx", bytes.NewReader(data))
		if heap := grown(); status != http.StatusUnprocessableEntity || !strings.Contains(body, "bung ra quá lớn") || heap > 512<<20 {
			t.Errorf("a bomb %s: %d, %d of memory: %s", name, status, heap, mainOf(body))
		}
		if after := fmt.Sprint(r.kept(t)); after != before {
			t.Errorf("a bomb %s: kept %s", name, after)
		}
	}
}

// mainOf is what a page says is wrong.
func mainOf(body string) string { return fmt.Sprintf("%q", wrongs.FindAllString(body, -1)) }

var wrongs = regexp.MustCompile(`(?s)<[^>]*(?:vg-error|vg-wrong|role="alert")[^>]*>.{0,400}`)
