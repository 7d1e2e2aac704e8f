// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// hcm is the zone papers are dated in; the tests do not need zone files.
var hcm = time.FixedZone("+07", 7*60*60)

// letter is a one-page công văn of an invented province.
func letter() officedoc.Paper {
	return officedoc.Paper{
		Parent: "Ủy ban nhân dân tỉnh Đông Sơn", Issuer: "Sở Khoa học và Công nghệ",
		Number: "7", Symbol: "SKHCN-CĐS", Place: "Đông Sơn",
		Date:    time.Date(2026, 2, 5, 9, 0, 0, 0, hcm),
		Subject: "tăng cường giám sát, bảo đảm an ninh mạng trong dịp Tết Nguyên đán Bính Ngọ",
		Urgency: officedoc.MostUrgent,
		To: []string{
			"Các sở, ban, ngành, đoàn thể tỉnh",
			"Ủy ban nhân dân các xã, phường",
			"Các doanh nghiệp viễn thông trên địa bàn tỉnh, chi nhánh và văn phòng đại diện của các doanh nghiệp này",
		},
		Body: []officedoc.Block{
			officedoc.Text("Qua theo dõi, Sở Khoa học và Công nghệ ghi nhận số lượt máy tính kết nối tới máy chủ điều khiển mã độc tăng 12,5% so với tháng trước. Để chủ động phòng ngừa, Sở đề nghị các cơ quan, đơn vị thực hiện những việc sau:"),
			officedoc.Paragraph{Runs: []officedoc.Run{
				{Text: "1. Phân công người trực", Bold: true},
				{Text: " giám sát liên tục từ "},
				{Text: "17 giờ 00 phút, ngày 13/02/2026", Italic: true},
				{Text: " đến hết ngày 22/02/2026; gửi danh sách và số điện thoại về Sở trước ngày 10/02/2026."},
			}},
			officedoc.Text("2. Rà soát, vá các lỗ hổng đã được cảnh báo trên máy chủ và thiết bị mạng; máy chưa vá được phải cách ly hoặc có biện pháp tạm thời được người đứng đầu chấp thuận."),
			officedoc.Text("3. Báo cáo ngay khi phát hiện sự cố nghiêm trọng, chậm nhất 24 giờ kể từ lúc phát hiện./."),
		},
		Sign: officedoc.Signature{
			As:   []officedoc.Capacity{{Mark: officedoc.ForHead, Title: "Giám đốc"}, {Title: "Phó Giám đốc"}},
			Name: "Lê Thị Ngọc Ánh",
		},
		Copies: []string{"Như trên", "UBND tỉnh (để báo cáo)", "Giám đốc, các Phó Giám đốc", "Lưu: VT, CĐS"},
		Code:   "VB-2026-000123",
	}
}

// report is a báo cáo of several pages: form lines, code lists, tables, annexes.
func report() officedoc.Paper {
	p := officedoc.Paper{
		Parent: "Ủy ban nhân dân tỉnh Đông Sơn", Issuer: "Sở Khoa học và Công nghệ",
		Symbol: "BC-SKHCN", Place: "Đông Sơn", Date: time.Date(2026, 11, 21, 8, 5, 0, 0, hcm),
		Kind: "Báo cáo", Subject: "Ban đầu sự cố an ninh mạng tại Trung tâm Dịch vụ hành chính công tỉnh",
		Mark: "Dự thảo", Code: "SC-2026-000017",
		To:    []string{"Công an tỉnh Đông Sơn"},
		Basis: []string{"Căn cứ quy chế bảo đảm an ninh mạng của cơ quan nhà nước trên địa bàn tỉnh;", "Căn cứ biên bản ghi nhận sự cố lập ngày 21/11/2026"},
	}
	p.Body = []officedoc.Block{
		officedoc.Heading{Level: 1, Text: "Thông tin về tổ chức, cá nhân báo cáo sự cố"},
		officedoc.Field{Label: "Tên tổ chức/cá nhân báo cáo sự cố", Required: true, Value: "Sở Khoa học và Công nghệ tỉnh Đông Sơn"},
		officedoc.Field{Label: "Địa chỉ", Required: true, Value: "Số 01 đường Hòa Bình, phường Đông Sơn, tỉnh Đông Sơn"},
		officedoc.Field{Label: "Điện thoại", Required: true, Value: "0200 000 0001"},
		officedoc.Field{Label: "Email", Required: true},
		officedoc.Heading{Level: 1, Text: "Thông tin chi tiết về hệ thống bị sự cố"},
		officedoc.Field{Label: "Tên hệ thống bị sự cố", Value: "Cổng dịch vụ công (dvc.dongson.example)"},
		officedoc.Field{Label: "Ngày phát hiện sự cố", Required: true, Value: officedoc.ShortDate(p.Date)},
		officedoc.Field{Label: "Thời gian phát hiện", Required: true, Value: officedoc.Moment(p.Date)},
		officedoc.Field{Label: "Mô tả sơ bộ về sự cố", Required: true, Value: strings.Repeat("Máy chủ ứng dụng mở kết nối định kỳ 60 giây một lần tới tên miền điều khiển; tệp tin bị mã hóa trên 02 ổ đĩa dùng chung; dịch vụ ngừng từ 07 giờ 40 phút. ", 4)},
		officedoc.Heading{Level: 2, Text: "Hiện trạng"},
		officedoc.Field{Label: "Hiện trạng sự cố", Required: true, Inline: true, Options: []officedoc.Option{{Label: "Đã được xử lý"}, {Label: "Chưa được xử lý", Ticked: true}}},
		officedoc.Field{Label: "Cách thức phát hiện", Required: true, Options: []officedoc.Option{
			{Label: "Qua hệ thống phát hiện xâm nhập", Ticked: true}, {Label: "Kiểm tra dữ liệu lưu lại (log)"},
			{Label: "Nhận được thông báo từ", Ticked: true, Note: "người sử dụng tại quầy số 05, qua điện thoại lúc 07 giờ 52 phút, sau đó bằng văn bản"}, {Label: "Khác"},
		}},
		officedoc.Heading{Level: 2, Text: "Máy bị ảnh hưởng"},
		officedoc.Heading{Level: 3, Text: "Danh sách máy và dấu hiệu ghi nhận"},
	}
	t := officedoc.Table{Caption: "Bảng 1. Máy bị ảnh hưởng", Columns: []officedoc.Column{
		{Head: "STT", Width: 1, Align: officedoc.Center}, {Head: "Tên máy", Width: 2.2}, {Head: "Địa chỉ", Width: 2.3},
		{Head: "Dấu hiệu", Width: 5}, {Head: "Số lượt", Width: 1.5, Align: officedoc.Right},
	}}
	var total int64
	for i := range 34 {
		n := int64(i*i*7 + 3)
		total += n
		sign := "Kết nối tới tên miền điều khiển mã độc"
		if i%5 == 2 {
			sign = "Tệp có SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, tạo lúc " + officedoc.Moment(p.Date.Add(time.Duration(i)*time.Minute))
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(i + 1), fmt.Sprintf("PC-HCC-%02d", i+1), fmt.Sprintf("10.20.30.%d", i+1), sign, officedoc.Number(n)})
	}
	t.Foot = [][]string{{"", "Tổng số", "", "", officedoc.Number(total)}}
	p.Body = append(p.Body, t,
		officedoc.Heading{Level: 1, Text: "Kiến nghị, đề xuất"},
		officedoc.Text("Sở Khoa học và Công nghệ kính đề nghị Công an tỉnh cử cán bộ phối hợp thu thập chứng cứ và cho ý kiến chỉ đạo./."),
	)
	p.Sign = officedoc.Signature{
		As:   []officedoc.Capacity{{Mark: officedoc.ForCollege, Title: "Ban chỉ huy ứng phó sự cố"}, {Mark: officedoc.ForHead, Title: "Trưởng ban"}, {Title: "Phó Trưởng ban"}},
		Hint: "(Ký, ghi rõ họ tên, đóng dấu)", Name: "Nguyễn Đức Ưng",
	}
	p.Copies = []string{"Như trên", "UBND tỉnh (để báo cáo)", "Lưu: VT, CĐS"}
	p.Annexes = []officedoc.Annex{
		{Title: "Diễn biến sự cố", Body: []officedoc.Block{officedoc.Text("07 giờ 40 phút: dịch vụ ngừng."), officedoc.PageBreak{}, officedoc.Text("08 giờ 05 phút: cách ly máy chủ.")}},
		{Title: "Số liệu theo đơn vị", Landscape: true, Body: []officedoc.Block{wide()}},
	}
	return p
}

// wide is a table of twelve columns.
func wide() officedoc.Table {
	t := officedoc.Table{}
	row := []string{}
	for i := range 12 {
		t.Columns = append(t.Columns, officedoc.Column{Head: fmt.Sprintf("Chỉ tiêu thứ %d", i+1), Align: officedoc.Center})
		row = append(row, officedoc.Number(int64(i)*1234))
	}
	t.Rows = [][]string{row, row}
	return t
}

// hostile holds what people and attackers paste.
func hostile() officedoc.Paper {
	long := strings.Repeat("x", 500)
	evil := "bản ghi \u202Efdp.exe\u202C, 中文, emoji 😀👨‍👩‍👧, עברית, العربية, NUL\x00\x07, <w:p>&amp;]]>, \xff\xfe, a\u0300\u0301\u0302\u0303 Việt\u0323"
	return officedoc.Paper{
		Parent: evil, Issuer: "Trung tâm " + long, Number: long, Symbol: evil, Place: evil, Kind: "Thông báo " + evil, Subject: evil + long,
		Urgency: officedoc.VeryUrgent, Mark: "Diễn tập", To: []string{evil, long}, Basis: []string{evil, long},
		Body: []officedoc.Block{
			officedoc.Text(strings.Repeat("Đoạn văn rất dài có dấu tiếng Việt đầy đủ. ", 120)),
			officedoc.Text(long), officedoc.Text(evil), officedoc.Text("dòng một\r\ndòng hai\n\n\tdòng\u00a0bốn   nhiều    dấu cách"),
			officedoc.Text("https://tenmien.example/" + strings.Repeat("duong-dan/", 40) + "?q=" + long),
			officedoc.Heading{Level: 9, Text: evil}, officedoc.Field{Label: evil, Value: long, Required: true},
			officedoc.Table{Columns: []officedoc.Column{{Head: evil}, {Head: long, Width: -1}, {Head: "", Width: 0.01}},
				Rows: [][]string{{evil, long, "ô hẹp"}, {strings.Repeat("ô rất cao ", 900), "", ""}}},
		},
		Sign:   officedoc.Signature{As: []officedoc.Capacity{{Mark: 99, Title: evil}}, Name: long},
		Copies: []string{evil, long},
		Code:   evil,
	}
}
