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

// signed is a decision up to its signature; what is tried stands behind it.
const signed = "UBND TỈNH KHÁNH VÂN\n\nSố: 9/QĐ-UBND\n\nKhánh Vân, ngày 05 tháng 01 năm 2027\n\nQUYẾT ĐỊNH\nBan hành Kế hoạch an toàn thông tin mạng\n\nQUYẾT ĐỊNH:\n\n" +
	"Điều 1. Ban hành kèm theo Quyết định này Kế hoạch an toàn thông tin mạng.\n\nNơi nhận:\n- Lưu: VT.\n\nCHỦ TỊCH\n\nDoãn Thế Phiệt\n\n"

func TestTablesOfTasks(t *testing.T) {
	x := lexicon(t)
	bars := "| STT | Nhiệm vụ | Chủ trì | Thời hạn |\n"
	for name, c := range map[string]struct {
		text string
		want []string // path, who and when
		left int
	}{
		"parts, items and numbers below numbers": {text: bars + "| A | Chung | | |\n| 1 | Việc gốc | | |\n| | - Việc một | Sở Y tế | 30/4/2027 |\n| | - Việc hai | nt | nt |\n| 2 | Việc hai | Sở Nội vụ | |\n| 2.1 | Việc nhỏ | Sở Tài chính | |\n| B | Riêng | | |\n| 3 | Việc ba | Công an tỉnh | Hằng quý |\n",
			want: []string{"Phụ lục.A.1.-1 Sở Y tế until 2027-04-30", "Phụ lục.A.1.-2 Sở Y tế until 2027-04-30", "Phụ lục.A.2.1 Sở Tài chính ", "Phụ lục.B.3 Công an tỉnh every P3M"}},
		"a head of two lines, and numbers of columns": {text: "| TT | Nội dung | Cơ quan thực hiện | | Thời gian |\n| | | Chủ trì | Phối hợp | |\n| (1) | (2) | (3) | (4) | (5) |\n| 1 | Việc một | Sở Y tế | Sở Nội vụ | Quý I/2027 |\n",
			want: []string{"Phụ lục.1 Sở Y tế until 2027-03-31"}},
		"the head again on another page": {text: bars + "| 1 | Việc một | Sở Y tế | 2027 |\n\n3\n\nPHỤ LỤC\n\n" + bars + "| 2 | Việc hai | Sở Nội vụ | Tháng 3 - 6/2027 |\n",
			want: []string{"Phụ lục.1 Sở Y tế until 2027-12-31", "Phụ lục.2 Sở Nội vụ until 2027-06-30"}},
		"the same number twice": {text: bars + "| 1 | Việc một | Sở Y tế | Từ 01/3/2027 đến 15/4/2027 |\n| 1 | Việc hai | Sở Nội vụ | Quý I - Quý II/2027 |\n",
			want: []string{"Phụ lục.1 Sở Y tế until 2027-04-15", "Phụ lục.-1 Sở Nội vụ until 2027-06-30"}},
		"one cell over all columns": {text: bars + "| I. Phần đầu | | | |\n| 1 | Việc một | Sở Y tế | Năm 2027 |\n| II. Phần sau | II. Phần sau | II. Phần sau | II. Phần sau |\n| 1 | Việc hai | Sở Nội vụ | 2026 - 2027 |\n",
			want: []string{"Phụ lục.I.1 Sở Y tế until 2027-12-31", "Phụ lục.II.1 Sở Nội vụ until 2027-12-31"}},
		"cells that go on below": {text: bars + "| 1 | Việc một | Sở Y tế | 30/4 |\n| | | và Sở Nội vụ | |\n",
			want: []string{"Phụ lục.1 Sở Y tế và Sở Nội vụ until 2027-04-30"}},
		"figures are no tasks":       {text: "| STT | Nội dung | Đơn vị tính | Số lượng |\n| 1 | Máy trạm | cái | 15 |\n", left: 1},
		"a form to fill in":          {text: bars + "| 1 | Việc một | | |\n| 2 | Việc hai | | |\n", left: 1},
		"a list of people":           {text: "| TT | Họ và tên | Đơn vị | Điện thoại |\n| 1 | Lò Thị Mỷ | Sở Y tế | 0912 345 678 |\n", left: 1},
		"how a thing is done":        {text: "1. Tải bản vá từ trang của hãng.\n2. Cài đặt rồi khởi động lại.\n", left: 1},
		"numbered and for somebody":  {text: "1. Sở Y tế rà soát tài khoản trước ngày 30/4/2027.\n2. Sở Nội vụ tổ chức tập huấn cho công chức.\n", want: []string{"Phụ lục.1 Sở Y tế until 2027-04-29", "Phụ lục.2 Sở Nội vụ "}},
		"nothing under the title":    {text: "", left: 1},
		"a duty below the table":     {text: bars + "| 1 | Việc một | Sở Y tế | 2027 |\n\nCác sở, ban, ngành báo cáo kết quả trước ngày 15/12/2027.\n", want: []string{"Phụ lục.1 Sở Y tế until 2027-12-31", "Phụ lục.-1 Các sở, ban, ngành until 2027-12-14"}},
		"tabs, and who leads a pair": {text: "STT\tCông việc\tĐơn vị\tHạn\n01\tViệc một\tChủ trì: Sở Y tế; phối hợp: Sở Nội vụ\tTrong tháng 5/2027\n02\tViệc hai\tSở Tài chính\n", want: []string{"Phụ lục.1 Sở Y tế until 2027-05-31", "Phụ lục.2 Sở Tài chính "}},
	} {
		t.Run(name, func(t *testing.T) {
			raw := signed + "PHỤ LỤC\nVIỆC PHẢI LÀM VỀ AN TOÀN THÔNG TIN\n(Kèm theo Quyết định số 9/QĐ-UBND)\n\n" + c.text
			got := x.Read(raw, today)
			whole(t, raw, got)
			var found []string
			for _, q := range directive.Leaves(got.Requirements)[1:] {
				var who []string
				for _, a := range q.Actors {
					who = append(who, a.Name)
				}
				d, _ := saysOf(q)
				found = append(found, q.Path+" "+strings.Join(who, ", ")+" "+strings.Join(d, ", "))
			}
			if !slices.Equal(found, c.want) {
				t.Errorf("%q, want %q", found, c.want)
			}
			left := 0
			for _, w := range got.Warnings {
				switch w.Doubt {
				case directive.Attached:
					left++
				case directive.Unread, directive.Disordered:
					t.Errorf("told: %+v", w)
				}
			}
			if left != c.left {
				t.Errorf("%d left apart, want %d", left, c.left)
			}
		})
	}
}

// TestWhoHelpsStandsInTheText holds that what has no place of its own is still said.
func TestWhoHelpsStandsInTheText(t *testing.T) {
	raw := signed + "PHỤ LỤC I\n(Kèm theo Quyết định số 9/QĐ-UBND)\n\nSTT | NHIỆM VỤ | CHỦ TRÌ | CƠ QUAN PHỐI HỢP | THỜI HẠN | SẢN PHẨM\n1 | Rà soát tài khoản; | Sở Y tế | Công an tỉnh | Thường xuyên | Báo cáo\n"
	list := directive.Leaves(lexicon(t).Read(raw, today).Requirements)
	if got, want := list[len(list)-1].Text, "Rà soát tài khoản; Cơ quan phối hợp: Công an tỉnh. Thời hạn: Thường xuyên. Sản phẩm: Báo cáo"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestTextsBehindAreToldApart holds that articles of a decision and of what it puts
// in force, and annexes with one name, are different.
func TestTextsBehindAreToldApart(t *testing.T) {
	raw := signed + "QUY CHẾ\nBảo đảm an toàn thông tin mạng\n\nĐiều 1. Sở Y tế rà soát tài khoản.\n\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nDoãn Thế Phiệt\n\n" +
		"PHỤ LỤC\nVIỆC CỦA CÁC SỞ\n(Kèm theo Quy chế)\n\n1. Sở Y tế đổi mật khẩu.\n\nPHỤ LỤC\nVIỆC CỦA CÁC XÃ\n(Kèm theo Quy chế)\n\n1. Ủy ban nhân dân các xã đổi mật khẩu.\n"
	got := lexicon(t).Read(raw, today)
	whole(t, raw, got)
	var paths []string
	for _, q := range directive.Leaves(got.Requirements) {
		paths = append(paths, q.Path)
	}
	if want := []string{"Điều 1", "Quy chế.Điều 1", "Phụ lục.1", "Phụ lục-2.1"}; !slices.Equal(paths, want) {
		t.Errorf("%q, want %q", paths, want)
	}
	if got.Signer == nil || got.Signer.Name != "Doãn Thế Phiệt" || got.Signer.Authority != "" {
		t.Errorf("signed by %+v", got.Signer)
	}
}

// TestHeadingsOpenNoText holds that a heading of the body is none of a text behind the
// signature, and that a copy without signature still has its annex.
func TestHeadingsOpenNoText(t *testing.T) {
	x := lexicon(t)
	plan := "UBND TỈNH KHÁNH VÂN\n\nSố: 9/KH-UBND\n\nKhánh Vân, ngày 05 tháng 01 năm 2027\n\nKẾ HOẠCH\nBảo đảm an toàn thông tin mạng\n\nI. NHIỆM VỤ\n(Kèm theo danh mục tại Phụ lục)\n1. Sở Y tế rà soát tài khoản.\n\nDANH MỤC VIỆC CHUNG\n(Kèm theo Phụ lục)\n\n2. Sở Nội vụ đổi mật khẩu.\n\nII. TỔ CHỨC THỰC HIỆN\n(Kèm theo phân công)\nSở Tài chính bố trí kinh phí.\n\n"
	annex := "PHỤ LỤC\nVIỆC PHẢI LÀM\n(Kèm theo Kế hoạch)\n\n1. Sở Y tế đổi mật khẩu.\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"signed":   {plan + "Nơi nhận:\n- Lưu: VT.\n\nCHỦ TỊCH\n\nDoãn Thế Phiệt\n\n" + annex, []string{"I.1", "I.2", "II", "Phụ lục.1"}},
		"unsigned": {strings.Replace(plan, "DANH MỤC VIỆC CHUNG\n(Kèm theo Phụ lục)\n\n", "", 1) + annex, []string{"I.1", "I.2", "II", "Phụ lục.1"}},
	} {
		got := x.Read(c.text, today)
		whole(t, c.text, got)
		var paths []string
		for _, q := range directive.Leaves(got.Requirements) {
			paths = append(paths, q.Path)
		}
		if !slices.Equal(paths, c.want) {
			t.Errorf("%s: %q, want %q", name, paths, c.want)
		}
	}
}

// TestCellsOverSeveral holds that the rows of a page whose cells go over several
// columns and rows keep their columns.
func TestCellsOverSeveral(t *testing.T) {
	page := "<p>" + strings.ReplaceAll(strings.ReplaceAll(signed, "\n\n", "</p><p>"), "\n", "<br>") + "PHỤ LỤC</p><p>VIỆC PHẢI LÀM</p><p>(Kèm theo Quyết định số 9/QĐ-UBND)</p><table>" +
		"<tr><th rowspan=2>TT</th><th rowspan=2>Nhiệm vụ</th><th colspan=2>Cơ quan</th><th rowspan=2>Thời hạn</th></tr><tr><th>Chủ trì</th><th>Phối hợp</th></tr>" +
		"<tr><td>I</td><td colspan=4>An toàn thông tin</td></tr><tr><td>1</td><td>Việc một</td><td rowspan=2>Sở Y tế</td><td>Công an tỉnh</td><td>2027</td></tr>" +
		"<tr><td>2</td><td>Việc hai</td><td></td><td>30/4/2027</td></tr><tr><td colspan=5>II. Phần sau</td></tr><tr><td>1</td><td>Việc ba</td><td>Sở Nội vụ</td><td></td><td>Hằng quý</td></tr></table>"
	raw, err := directive.HTML(page)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, q := range directive.Leaves(lexicon(t).Read(raw, today).Requirements)[1:] {
		d, _ := saysOf(q)
		found = append(found, q.Path+" "+q.Actors[0].Name+" "+strings.Join(d, ", "))
	}
	want := []string{"Phụ lục.I.1 Sở Y tế until 2027-12-31", "Phụ lục.I.2 Sở Y tế until 2027-04-30", "Phụ lục.II.1 Sở Nội vụ every P3M"}
	if !slices.Equal(found, want) {
		t.Errorf("%q, want %q, of %s", found, want, raw)
	}
}
