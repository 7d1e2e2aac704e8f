// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// wordCell is a cell over several columns, whose paragraphs are given; how says
// how it is merged with those above and below it.
func wordCell(columns int, how string, paras ...string) string {
	var b strings.Builder
	b.WriteString(`<w:tc><w:tcPr><w:gridSpan w:val="` + strconv.Itoa(columns) + `"/>` + how + `</w:tcPr>`)
	for _, p := range paras {
		b.WriteString(wordPara("", p))
	}
	return b.String() + "</w:tc>"
}

const (
	mergeFrom = `<w:vMerge w:val="restart"/>`
	mergeOn   = `<w:vMerge/>`
)

func wordCells(cells ...string) string { return "<w:tr>" + strings.Join(cells, "") + "</w:tr>" }

// programme is a decision with the programme it puts in force and two annexes, as
// a word processor keeps them.
func programme(t testing.TB) []byte {
	t.Helper()
	one := func(text string) string { return wordCell(1, "", text) }
	paras := func(list ...string) (out string) {
		for _, p := range list {
			out += wordPara("", p)
		}
		return out
	}
	body := "<w:tbl>" + wordRow("ỦY BAN NHÂN DÂN XÃ PHÚ LÂM THƯỢNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") + wordRow("Số: 88/QĐ-UBND", "Phú Lâm Thượng, ngày 05 tháng 3 năm 2027") + "</w:tbl>" +
		paras("QUYẾT ĐỊNH", "Ban hành Chương trình nâng cao nhận thức an toàn thông tin năm 2027", "ỦY BAN NHÂN DÂN XÃ PHÚ LÂM THƯỢNG",
			"Căn cứ Luật An ninh mạng ngày 10 tháng 12 năm 2025;", "Theo đề nghị của Trưởng phòng Văn hóa - Xã hội.", "QUYẾT ĐỊNH:",
			"Điều 1. Ban hành kèm theo Quyết định này Chương trình nâng cao nhận thức an toàn thông tin năm 2027.",
			"Điều 2. Văn phòng HĐND và UBND xã, các trường học trên địa bàn xã chịu trách nhiệm thi hành Quyết định này./.") +
		"<w:tbl>" + wordRow("Nơi nhận:", "TM. ỦY BAN NHÂN DÂN") + wordRow("- Như Điều 2;", "CHỦ TỊCH") + wordRow("- Lưu: VT.", "Tạ Hữu Nghị") + "</w:tbl>" +
		"<w:tbl>" + wordRow("ỦY BAN NHÂN DÂN XÃ PHÚ LÂM THƯỢNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") + "</w:tbl>" +
		paras("CHƯƠNG TRÌNH", "Nâng cao nhận thức an toàn thông tin năm 2027", "(Ban hành kèm theo Quyết định số 88/QĐ-UBND ngày 05/3/2027 của Ủy ban nhân dân xã)",
			"1. Phòng Văn hóa - Xã hội tổ chức tập huấn kỹ năng an toàn thông tin cho cán bộ, công chức trước ngày 15/4/2027.",
			"2. Công an xã tuyên truyền phòng, chống lừa đảo trực tuyến tại các thôn mỗi quý một lần.") +
		paras("PHỤ LỤC 1", "PHÂN CÔNG NHIỆM VỤ", "(Kèm theo Chương trình nâng cao nhận thức an toàn thông tin năm 2027)") +
		"<w:tbl>" +
		wordCells(wordCell(1, mergeFrom, "TT"), wordCell(1, mergeFrom, "Nhiệm vụ"), wordCell(2, "", "Cơ quan thực hiện"), wordCell(1, mergeFrom, "Thời hạn"), wordCell(1, mergeFrom, "Kết quả")) +
		wordCells(wordCell(1, mergeOn, ""), wordCell(1, mergeOn, ""), one("Chủ trì"), one("Phối hợp"), wordCell(1, mergeOn, ""), wordCell(1, mergeOn, "")) +
		wordCells(one("I"), wordCell(5, "", "Truyền thông")) +
		wordCells(one("1"), one("Biên soạn tờ rơi nhận biết thư giả mạo"), wordCell(1, mergeFrom, "Phòng Văn hóa - Xã hội"), one("Công an xã"), one("30/4/2027"), one("Tờ rơi")) +
		wordCells(one("2"), one("Phát bản tin an toàn thông tin trên loa truyền thanh"), wordCell(1, mergeOn, ""), one(""), one("Tháng 5/2027"), one("Bản tin")) +
		wordCells(one("II"), wordCell(5, "", "Tập huấn, diễn tập")) +
		wordCells(one("1"), one("Tổ chức diễn tập nhận biết thư lừa đảo"), wordCell(1, "", "Công an xã", "Văn phòng HĐND và UBND xã"), one("Các thôn"), one("Quý II/2027"), one("Kế hoạch diễn tập")) +
		wordCells(one("2"), one("Bảo đảm tối thiểu 90% giáo viên được tập huấn"), one("Các trường học"), one(""), one("Hằng tháng"), one("Danh sách dự tập huấn")) +
		"</w:tbl>" +
		paras("PHỤ LỤC 2", "THỐNG KÊ MÁY TÍNH CỦA CÁC CƠ QUAN", "(Kèm theo Chương trình nâng cao nhận thức an toàn thông tin năm 2027)") +
		"<w:tbl>" + wordRow("TT", "Tên cơ quan", "Số máy tính", "Tỷ lệ có phần mềm diệt vi rút") + wordRow("1", "Văn phòng HĐND và UBND xã", "14", "85%") + wordRow("2", "Trường Tiểu học số 1", "22", "60%") + "</w:tbl>"
	return word(t, map[string]string{"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml": "<w:document" + ns + "><w:body>" + body + "</w:body></w:document>"})
}

// TestWhatStandsBehindTheSignature measures the reader on papers that go on behind
// their signature, marked by hand before it took such apart.
func TestWhatStandsBehindTheSignature(t *testing.T) {
	x := lexicon(t)
	names, err := filepath.Glob("testdata/attached/*.json")
	if err != nil || len(names) < 4 {
		t.Fatalf("%d papers: %v", len(names), err)
	}
	var all figures
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var want marked
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(name, err)
		}
		file := strings.TrimSuffix(filepath.Base(name), ".json")
		t.Run(file, func(t *testing.T) {
			raw := ""
			if file == "chuong-trinh-word" {
				if raw, err = directive.Text(t.Context(), "a.docx", programme(t)); err != nil {
					t.Fatal(err)
				}
			} else {
				raw = text(t, "attached/"+file+".txt")
			}
			got := x.Read(raw, today)
			whole(t, raw, got)
			all.sum(want.judge(t, got))
			var apart []string
			paths := map[string]bool{}
			for _, w := range got.Warnings {
				if w.Doubt == directive.Attached {
					apart = append(apart, w.Text)
				}
			}
			if !slices.Equal(apart, want.Apart) {
				t.Errorf("told as left apart %q, marked %q", apart, want.Apart)
			}
			for _, q := range directive.Leaves(got.Requirements) {
				if paths[q.Path] {
					t.Errorf("two are called %q", q.Path)
				}
				paths[q.Path] = true
			}
		})
	}
	all.say(t)
}
