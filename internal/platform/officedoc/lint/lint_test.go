// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
)

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

// good are papers without a fault.
func good() map[string]officedoc.Paper {
	body := []officedoc.Block{
		officedoc.Text("Thực hiện kế hoạch công tác năm, Sở Khoa học và Công nghệ đã rà soát toàn bộ hệ thống thông tin thuộc phạm vi quản lý và ghi nhận các kết quả sau đây trong quý vừa qua."),
		officedoc.Text("1. Đã cập nhật bản vá cho các máy chủ, thiết bị mạng và máy trạm; những máy chưa cập nhật được đã cách ly và có người theo dõi cho đến khi thay thế xong."),
		officedoc.Text("2. Đã tổ chức trực giám sát liên tục; các cảnh báo được xử lý trong thời hạn và có ghi chép đầy đủ, không để xảy ra sự cố nghiêm trọng nào."),
		officedoc.Text("Đề nghị các cơ quan, đơn vị tiếp tục phối hợp và gửi báo cáo về Sở trước ngày 20 hằng tháng để tổng hợp chung, báo cáo cấp có thẩm quyền theo quy định./."),
	}
	day := time.Date(2026, 2, 5, 2, 0, 0, 0, time.UTC)
	letter := officedoc.Paper{
		Parent: "Ủy ban nhân dân tỉnh Đông Sơn", Issuer: "Sở Khoa học và Công nghệ", Number: "7", Symbol: "SKHCN-CNS", Place: "Đông Sơn", Date: day,
		Subject: "tăng cường bảo đảm an ninh mạng dịp Tết", Urgency: officedoc.MostUrgent, To: []string{"Các sở, ban, ngành", "Ủy ban nhân dân các xã, phường"}, Body: body,
		Sign:   officedoc.Signature{As: []officedoc.Capacity{{Mark: officedoc.ForHead, Title: "Giám đốc"}, {Title: "Phó Giám đốc"}}, Name: "Lê Thị Ngọc Ánh"},
		Copies: []string{"Như trên", "UBND tỉnh (để báo cáo)", "Lưu: VT, CNS"}, Drafter: "LTA", Prints: 30,
		Address: []string{"Số 1 đường Hùng Vương, phường Trung Tâm", "Điện thoại: 0200 3 000 000"},
	}
	report := letter
	report.Kind, report.Subject, report.Symbol, report.Urgency = "Báo cáo", "Kết quả bảo đảm an ninh mạng quý I năm 2026", "BC-SKHCN", officedoc.Ordinary
	report.To = []string{"Ủy ban nhân dân tỉnh Đông Sơn"}
	report.Basis = []string{"Căn cứ Luật An ninh mạng ngày 10 tháng 12 năm 2025", "Căn cứ Kế hoạch số 12/KH-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh về bảo đảm an ninh mạng"}
	for range 6 {
		report.Body = append(report.Body[:len(report.Body):len(report.Body)], body...)
	}
	report.Body = append(report.Body, officedoc.Table{Columns: []officedoc.Column{{Head: "STT"}, {Head: "Nội dung", Width: 4}}, Rows: [][]string{{"1", "Một"}, {"2", "Hai"}}}, body[3])
	var long []officedoc.Block
	for range 4 {
		long = append(long, body...)
	}
	report.Annexes = []officedoc.Annex{{Title: "Danh sách máy chủ", Body: long}, {Title: "Số liệu", Landscape: true, Body: body}}
	college := letter
	college.Parent, college.Issuer, college.Symbol, college.Number, college.Date, college.Place = "", "Ủy ban nhân dân\nxã Bình An", "UBND-VX", "", time.Time{}, "Bình An"
	college.Urgency, college.Limits, college.To = officedoc.Ordinary, "Lưu hành nội bộ", []string{"Các trường học trên địa bàn xã"}
	college.Sign.As = []officedoc.Capacity{{Mark: officedoc.ForCollege, Title: "Ủy ban nhân dân"}, {Mark: officedoc.ForHead, Title: "Chủ tịch"}, {Title: "Phó Chủ tịch"}}
	return map[string]officedoc.Paper{"letter": letter, "report": report, "college": college}
}

// passes reports every finding that is not an unchecked rule.
func passes(t *testing.T, name string, raw []byte) lint.Report {
	t.Helper()
	r, err := lint.Check(raw)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, f := range r.Findings {
		if f.Severity == lint.Unchecked {
			t.Logf("%s: cannot check %s", name, f.Rule)
			continue
		}
		t.Errorf("%s: %+v", name, f)
	}
	return r
}

// TestRowsToBeFilledInAreNoRunningText: a form leaves dots, at the left and without
// indent.
func TestRowsToBeFilledInAreNoRunningText(t *testing.T) {
	t.Parallel()
	p := good()["letter"]
	p.Body = append(slices.Clone(p.Body[:2]), officedoc.Paragraph{Runs: []officedoc.Run{{Text: "Họ và tên: " + strings.Repeat(".", 110)}}, Align: officedoc.Left}, p.Body[3])
	passes(t, "docx", docx(t, p))
	passes(t, "pdf", pdf(t, p))
}

// TestOnePageNeedsNoNumber: a DOCX whose program counted one page is not asked for
// a page number it would not show.
func TestOnePageNeedsNoNumber(t *testing.T) {
	t.Parallel()
	bare := repack(t, docx(t, good()["letter"]), "word/header.xml", func(string) string { return `<w:hdr xmlns:w="` + word + `"><w:p/></w:hdr>` })
	const props = `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Pages>%s</Pages></Properties>`
	for pages, want := range map[string]lint.Severity{"1": lint.Unchecked, "2": lint.Error, "": lint.Error, "x": lint.Error} {
		raw := repack(t, bare, "docProps/app.xml", func(string) string { return fmt.Sprintf(props, pages) })
		r, err := lint.Check(raw)
		if err != nil {
			t.Fatal(err)
		}
		var got []lint.Severity
		for _, f := range r.Findings {
			if f.Rule == "page.number" {
				got = append(got, f.Severity)
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q pages: %v, want %s", pages, got, want)
		}
	}
}

const word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

func TestGoodPapersPass(t *testing.T) {
	t.Parallel()
	for name, p := range good() {
		passes(t, name+" docx", docx(t, p))
		passes(t, name+" pdf", pdf(t, p))
	}
}
