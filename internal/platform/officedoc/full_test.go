// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// everything is a paper with every place of the decree filled.
func everything() officedoc.Paper {
	long := strings.Repeat("Nội dung được trình bày theo đúng thể thức, ngắn gọn và đủ ý. ", 6)
	return officedoc.Paper{
		Parent: "Ủy ban nhân dân tỉnh Đông Sơn", Issuer: "Sở Khoa học và Công nghệ", Number: "7", Symbol: "BC-SKHCN", Place: "Đông Sơn",
		Date: time.Date(2026, 2, 3, 2, 0, 0, 0, time.UTC), Kind: "Báo cáo", Subject: "Tình hình bảo đảm an ninh mạng quý I năm 2026",
		Urgency: officedoc.VeryUrgent, Limits: "Lưu hành nội bộ", Drafter: "nva", Prints: 25,
		To:    []string{"Ủy ban nhân dân tỉnh", "Công an tỉnh"},
		Basis: []string{"Căn cứ Luật An ninh mạng ngày 10 tháng 12 năm 2025", "Căn cứ Kế hoạch số 12/KH-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh"},
		Body: []officedoc.Block{
			officedoc.Heading{Level: 1, Text: "Kết quả"}, officedoc.Text(long),
			officedoc.Paragraph{Runs: []officedoc.Run{{Text: "Số liệu theo báo cáo của các đơn vị", Note: "Văn bản số 12/UBND-VX ngày 05 tháng 01 năm 2026 về việc rà soát, tổng hợp số liệu máy tính của các cơ quan, đơn vị trên địa bàn tỉnh."}, {Text: " và của Công an tỉnh", Note: "Chưa gồm tháng 3."}, {Text: "."}}},
			officedoc.List{{Text: "Rà soát máy chủ:", Items: []officedoc.Item{{Text: "Máy chủ thư", Items: []officedoc.Item{{Text: "bản vá tháng 01"}}}, {Text: "Máy chủ tên miền"}}}, {Text: "Tập huấn cho cán bộ."}},
			officedoc.Chart{Kind: officedoc.Bars, Title: "Hình 1. Số lượt nhiễm mã độc theo tháng", Labels: []string{"Tháng 01", "Tháng 02", "Tháng 3"},
				Series: []officedoc.Series{{Name: "Phát hiện", Values: []float64{120, 98, 45}}, {Name: "Đã xử lý", Values: []float64{100, 96, math.NaN()}}}},
			officedoc.Table{Caption: "Bảng 1. Máy tính theo khối",
				Columns: []officedoc.Column{{Head: "STT"}, {Head: "Khối", Width: 3}, {Head: "Tổng số", Align: officedoc.Right, Width: 2}, {Head: "Đã cài", Align: officedoc.Right, Width: 2}, {Head: "Tỷ lệ", Align: officedoc.Right, Width: 2}},
				Groups:  []officedoc.Group{{Columns: 2}, {Head: "Phần mềm phòng, chống mã độc", Columns: 3}},
				Rows:    [][]string{{"1", "Sở, ban, ngành", "1.234", "1.200", "97,2%"}, {"2", "Xã, phường", "2.100", "1.999", "95,2%"}},
				Foot:    [][]string{{"", "Tổng cộng", "3.334", "3.199", "96,0%"}}},
			officedoc.Wide{officedoc.Text("Phần trình bày theo chiều rộng."), officedoc.Table{Columns: make([]officedoc.Column, 12), Rows: [][]string{{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}}},
				officedoc.Chart{Kind: officedoc.Lines, Labels: []string{"2024", "2025", "2026"}, Series: []officedoc.Series{{Name: "Tỷ lệ", Values: []float64{45.5, 78, 96.1}}}}},
			officedoc.Heading{Level: 1, Text: "Kiến nghị"}, officedoc.Text(long + "./."),
		},
		Sign:    officedoc.Signature{As: []officedoc.Capacity{{Mark: officedoc.ForHead, Title: "Giám đốc"}, {Title: "Phó Giám đốc"}}, Name: "Trần Thị Bình"},
		Copies:  []string{"Như trên", "Lãnh đạo Sở", "Lưu: VT, CNS"},
		Address: []string{"Số 1 đường Hùng Vương, phường Trung Tâm, tỉnh Đông Sơn", "Điện thoại: 0200 3 000 000; Thư điện tử: skhcn@dongson.example"},
		Annexes: []officedoc.Annex{{Title: "Danh sách máy chủ", Body: []officedoc.Block{officedoc.Text(long)}}, {Title: "Danh sách đơn vị", Landscape: true, Body: []officedoc.Block{officedoc.Text(long),
			officedoc.Chart{Kind: officedoc.StackedBars, Labels: []string{"A", "B"}, Series: []officedoc.Series{{Name: "Đạt", Values: []float64{3, 4}}, {Name: "Chưa đạt", Values: []float64{1, 2}}}}}}},
		Copy: &officedoc.Copy{Issuer: "Văn phòng Sở", Number: "3", Symbol: "SY-VP", Place: "Đông Sơn", Date: time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC),
			Sign: officedoc.Signature{As: []officedoc.Capacity{{Mark: officedoc.ByOrder, Title: "Giám đốc"}, {Title: "Chánh Văn phòng"}}, Name: "Lê Văn Cường"}, Receivers: []string{"Phòng Công nghệ số", "Lưu: VT"}},
		Code: "BC-2026-000007",
	}
}

func TestEveryPlaceOfTheDecreeIsInBothFiles(t *testing.T) {
	t.Parallel()
	docx, pdf := render(t, everything())
	if len(docx.pages) != len(pdf.pages) {
		t.Errorf("%d pages in DOCX, %d in PDF", len(docx.pages), len(pdf.pages))
	}
	sameWords(t, docx, pdf)
	text := strings.Join(pageTexts(t, everything()), "\n")
	for _, want := range []string{"THƯỢNG KHẨN", "LƯU HÀNH NỘI BỘ", "NVA.(25)", "Điện thoại: 0200 3 000 000", "SAO Y", "Số: 03/SY-VP", "TL. GIÁM ĐỐC",
		"+ Máy chủ thư", "Chưa gồm tháng 3.", "Văn bản số 12/UBND-VX", ". bản vá tháng 01", "Phụ lục I", "Phụ lục II", "Hình 1. Số lượt"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the PDF", want)
		}
	}
}

func TestPagesOfAWidePartGoOnCounting(t *testing.T) {
	t.Parallel()
	p := everything()
	p.Annexes, p.Copy = nil, nil
	numbers := []string{}
	for _, page := range pageTexts(t, p) {
		first, _, _ := strings.Cut(strings.TrimSpace(page), "\n")
		numbers = append(numbers, strings.TrimSpace(first))
	}
	for i, n := range numbers[1:] {
		if want := string(rune('2' + i)); n != want {
			t.Errorf("page %d shows %q, want %q", i+2, n, want)
		}
	}
	if len(numbers) < 4 {
		t.Errorf("%d pages, want some behind the wide part", len(numbers))
	}
}

func TestASecretPaperIsNotPrinted(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"Mật", "TỐI MẬT", " tuyệt  mật. ", "[MẬT]", "MA\u0323\u0302T"} {
		for _, p := range []officedoc.Paper{{Mark: mark}, {Limits: mark}} {
			if err := officedoc.WriteDOCX(io.Discard, p); !errors.Is(err, officedoc.ErrSecret) {
				t.Errorf("%q: %v", mark, err)
			}
			if err := officedoc.WritePDF(io.Discard, p); !errors.Is(err, officedoc.ErrSecret) {
				t.Errorf("%q: %v", mark, err)
			}
		}
	}
	if err := officedoc.WriteDOCX(io.Discard, officedoc.Paper{Mark: "Bí mật thư tín"}); err != nil {
		t.Errorf("another mark: %v", err)
	}
}

func TestWhatCannotBeDrawnTrulyIsRefused(t *testing.T) {
	t.Parallel()
	chart := func(labels int, series ...[]float64) officedoc.Chart {
		c := officedoc.Chart{Labels: make([]string, labels)}
		for _, s := range series {
			c.Series = append(c.Series, officedoc.Series{Name: "a", Values: s})
		}
		return c
	}
	two := []officedoc.Column{{}, {}}
	deep := officedoc.List{{Items: []officedoc.Item{{Items: []officedoc.Item{{Items: []officedoc.Item{{Items: []officedoc.Item{{}}}}}}}}}}
	for want, b := range map[string]officedoc.Block{
		"chart of 0 labels":              chart(0, nil),
		"chart of 0 series":              chart(1),
		"has 1 values, want 2":           chart(2, []float64{1}),
		"holds +Inf":                     chart(1, []float64{math.Inf(1)}),
		"without a known figure":         chart(1, []float64{math.NaN()}),
		"leave 1 columns uncovered":      officedoc.Table{Columns: two, Groups: []officedoc.Group{{Columns: 1}}},
		"group of 3 columns":             officedoc.Table{Columns: two, Groups: []officedoc.Group{{Columns: 3}}},
		"group of 0 columns":             officedoc.Table{Columns: two, Groups: []officedoc.Group{{}}},
		"list of more than 4 levels":     deep,
		"a wide part within a wide part": officedoc.Wide{officedoc.Wide{}},
	} {
		if err := officedoc.WritePDF(io.Discard, body(b)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestSpotsLieBetweenTitleAndName(t *testing.T) {
	t.Parallel()
	p := everything()
	p.Copy, p.Annexes = nil, nil
	spots, err := officedoc.Spots(p)
	if err != nil || len(spots) != 3 {
		t.Fatalf("%v, %v", spots, err)
	}
	corner, signer, seal := spots[0], spots[1], spots[2]
	if corner.Role != officedoc.CopySpot || corner.Page != 1 || corner.X+corner.Width != 195 || corner.Y+corner.Height > 20 {
		t.Errorf("corner %+v", corner)
	}
	pages := pageTexts(t, p)
	if signer.Role != officedoc.SignerSpot || signer.Page != len(pages) || signer.X < 100 || signer.X+signer.Width > 195 {
		t.Errorf("signer %+v of %d pages", signer, len(pages))
	}
	if over := seal.X + seal.Width - signer.X; seal.Role != officedoc.SealSpot || math.Abs(over-signer.Width/3) > 0.01 {
		t.Errorf("the seal covers %.1f of the signer's %.1f mm", over, signer.Width)
	}
	_, drawn := render(t, p)
	if got := ink(drawn.pages[signer.Page-1], signer.X+1, signer.Y+1, signer.X+signer.Width-1, signer.Y+signer.Height-1); got > 0 {
		t.Errorf("%.4f of the place for the signature is ink", got)
	}
}

func TestChartIsTheSameOnThePage(t *testing.T) {
	t.Parallel()
	c := everything().Body[4].(officedoc.Chart)
	a, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(a, []byte("style=")) || !bytes.Contains(a, []byte("Đã xử lý")) || !bytes.Contains(a, []byte("Tháng 02")) {
		t.Errorf("the drawing is %s", a)
	}
	b, err := c.SVG()
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("two drawings differ, %v", err)
	}
}
