// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui_test

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// The gallery shows every component once with invented units and figures.
// Tests render it in both languages, and look at it in a browser.

var now = time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)

func ago(d time.Duration) time.Time   { return now.Add(-d) }
func after(d time.Duration) time.Time { return now.Add(d) }

func with(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

func page(title, path string) ui.Page {
	item := func(label string, icon ui.IconName, count int64, hot bool) ui.NavItem {
		return ui.NavItem{Label: label, Href: "/" + string(icon), Icon: icon, Count: count, Hot: hot, Here: "/"+string(icon) == path}
	}
	return ui.Page{
		Title: title, Path: path, Search: true, Scope: "toàn tỉnh", Demo: true, Version: "0.1.0",
		Person:  &ui.Person{Name: "Lò Thị Mẫu", Role: "cán bộ trung tâm", Href: "/account"},
		OnDuty:  &ui.OnDuty{Name: "Trực ban ca 3", Phone: "0213 000 000", Until: after(9 * time.Hour)},
		Running: &ui.Running{Count: 2, Href: "/running"},
		Nav: []ui.NavGroup{
			{Items: []ui.NavItem{item("Hôm nay", ui.IconToday, 0, false), item("Việc phải làm", ui.IconTask, 7, true)}},
			{Title: "Giám sát", Items: []ui.NavItem{
				item("Phát hiện", ui.IconFinding, 12, true), item("Nhiễm mã độc", ui.IconInfection, 1238, false),
				item("Chỉ dấu (IoC)", ui.IconIndicator, 0, false), item("Nguồn nhật ký", ui.IconSource, 3, true),
			}},
			{Title: "Ứng phó", Items: []ui.NavItem{item("Sự cố", ui.IconIncident, 4, true), item("Cảnh báo, khuyến nghị", ui.IconAdvisory, 9, false)}},
			{Title: "Chỉ đạo", Items: []ui.NavItem{item("Chỉ đạo", ui.IconDirective, 2, false), item("Báo cáo", ui.IconReport, 0, false)}},
			{Title: "Quản trị", Items: []ui.NavItem{item("Đơn vị", ui.IconUnit, 0, false), item("Cài đặt", ui.IconSettings, 0, false)}},
			{Title: "Giám sát", Folded: true, Items: []ui.NavItem{item("Tra ngược", ui.IconHunt, 0, false), item("Tra nhật ký", ui.IconSearch, 0, false)}},
		},
	}
}

func clock(state ui.ClockState, left time.Duration) ui.ClockProps {
	return ui.ClockProps{State: state, Due: after(left), Now: now, Met: after(left - time.Hour), Short: true}
}

func figure(value string, seen, expected int64, note string) ui.MeasureProps {
	return ui.MeasureProps{Value: value, Grade: ui.Measured, Seen: seen, Expected: expected, Note: note, Href: "/measures/av"}
}

func board() templ.Component {
	row := func(id, name, kind string, c ui.ClockProps, tone ui.Tone, state string, av, duty ui.MeasureProps, infected ui.MeasureProps) ui.Row {
		return ui.Row{ID: id, Name: name, Tone: tone, Href: "/units/" + id, Cells: []templ.Component{
			ui.Unit(ui.UnitProps{Name: name, Kind: kind}), ui.Clock(c),
			ui.Badge(ui.BadgeProps{Text: state, Tone: tone}), ui.Measure(av), ui.Measure(duty), ui.Measure(infected),
		}}
	}
	declared := ui.MeasureProps{Value: "100%", Grade: ui.Declared, Seen: 71, Expected: 100, Note: "đo 78%", Href: "/m", Next: &ui.Action{Label: "cài agent", Href: "/agent"}}
	short := ui.MeasureProps{Value: "3", Grade: ui.Insufficient, Seen: 41, Expected: 100, Missing: []string{"Máy chủ DNS nội bộ", "Tường lửa"}, Next: &ui.Action{Label: "nối nguồn", Href: "/s"}}
	none := ui.MeasureProps{Next: &ui.Action{Label: "cài agent hoặc nhập bảng", Href: "/agent"}}
	better := figure("83%", 235, 240, "199/240 máy")
	better.Trend = &ui.Trend{Icon: ui.IconUp, Text: "+4", Better: true}
	return templ.Join(
		ui.PageHead(ui.PageHeadProps{
			Crumbs: []ui.Link{{Label: "Chỉ đạo", Href: "/directive"}, {Label: "1556/UBND-KGVX"}},
			Title:  "Tăng cường bảo đảm an toàn thông tin mạng dịp nghỉ lễ Quốc khánh 02/9",
			Lead:   "Số 1556/UBND-KGVX · 30/8/2022 · HỎA TỐC · 27 yêu cầu · 150 đơn vị · cập nhật 08:05",
			Actions: []ui.Action{
				{Label: "Đôn đốc 23 đơn vị còn nợ", Href: "/urge", Icon: ui.IconSend, Post: true},
				{Label: "Lập báo cáo kết quả — còn 3 ngày", Href: "/report", Primary: true},
			},
		}),
		ui.List(ui.ListProps{
			Caption: "Các đơn vị và yêu cầu",
			Filters: ui.Filter(ui.FilterProps{Action: "/board", Clear: "/board", Fields: []ui.FieldProps{
				{Name: "q", Kind: ui.KindSearch, Label: "Tên đơn vị"},
				{Name: "state", Kind: ui.KindSelect, Label: "Trạng thái", Blank: "tất cả", Value: "due", Options: []ui.Option{{Value: "due", Label: "chưa đạt (31)"}, {Value: "none", Label: "không/chưa đủ dữ liệu (58)"}}},
			}}),
			Heads: []ui.Head{
				{Label: "Đơn vị", Sort: "?sort=name", Sorted: ui.SortAscending}, {Label: "Hạn báo cáo", Sort: "?sort=due"}, {Label: "Trạng thái"},
				{Label: "Máy có phòng, chống mã độc"}, {Label: "Trực giám sát 24/7"}, {Label: "Máy đang nhiễm", Numeric: true, Sort: "?sort=infected"},
			},
			Rows: []ui.Row{
				row("1", "Sở Nội vụ", "sở", clock(ui.ClockOn, 76*time.Hour), ui.OK, "đạt", figure("100%", 64, 64, "64/64 máy"), figure("0 phút", 1, 1, "hở ca trực"), figure("0", 64, 64, "nhiễm / 64")),
				row("2", "Sở Y tế", "sở", clock(ui.ClockSoon, 4*time.Hour), ui.Bad, "chưa đạt", better, figure("0 phút", 1, 1, "hở ca trực"), figure("6", 235, 240, "nhiễm / 240")),
				row("3", "Sở Giáo dục và Đào tạo", "sở", clock(ui.ClockLate, -26*time.Hour), ui.Warn, "khai lệch đo", declared, figure("11 giờ", 1, 1, "hở ca trực"), short),
				row("4", "UBND xã Bản Mẫu", "xã (trước: hai xã sáp nhập)", clock(ui.ClockOn, 76*time.Hour), ui.NoData, "không có dữ liệu", none, none, none),
				row("5", "Viễn thông tỉnh", "doanh nghiệp viễn thông", clock(ui.ClockMet, 2*time.Hour), ui.OK, "đạt", figure("99%", 820, 820, "812/820 máy"), figure("0 phút", 1, 1, "hở ca trực"), figure("1.204", 97, 100, "thuê bao nhiễm")),
			},
			Total: 150, Next: "?after=5", Exports: []ui.Link{{Label: "CSV", Href: "/x.csv"}, {Label: "XLSX", Href: "/x.xlsx"}},
			Bulk: &ui.Bulk{Action: "/urge", Buttons: []ui.Submit{{Label: "Đôn đốc các đơn vị đã chọn", Icon: ui.IconSend, Plain: true}}},
		}),
		ui.Legend(),
	)
}

func record() templ.Component {
	menu := []ui.Action{{Label: "Tra cứu", Href: "/lookup", Icon: ui.IconSearch}, {Label: "Ai đã kết nối", Href: "/hunt", Icon: ui.IconHunt}, {Label: "Bỏ qua với lý do", Href: "/dismiss", Icon: ui.IconDismiss, Post: true}}
	obs := func(value, kind string, v ui.Verdict, why, who string) ui.Row {
		return ui.Row{ID: kind, Name: value, Cells: []templ.Component{ui.Observable(ui.ObservableProps{Value: value, Verdict: v, Menu: menu}), ui.Text(kind), ui.Text(why), ui.Text(who)}}
	}
	steps := []string{"T0 03:40 thứ Bảy 21/11/2026 (quyết định mức độ)", "+ 24 giờ", "= 03:40 Chủ nhật 22/11/2026"}
	side := ui.Timeline(ui.TimelineProps{Title: "Diễn biến", More: &ui.Link{Label: "Xem tất cả", Href: "/all"}, Entries: []ui.TimelineEntry{
		{At: ago(5 * time.Hour), Text: "Người dân gọi đường dây nóng (T0), trực ban ghi", Actor: "Trực ban ca 2"},
		{At: ago(4 * time.Hour), Text: "Phát hiện: máy MC-02 kết nối máy chủ điều khiển, 41 lần", Href: "/f/1", Tone: ui.Bad},
		{At: ago(3 * time.Hour), Text: "Mức độ: nghiêm trọng", Detail: "Mất kiểm soát, dữ liệu chưa khôi phục", Tone: ui.Warn},
		{At: ago(2 * time.Hour), Text: "Đã gửi đơn vị chủ quản, biên nhận 03:53", Tone: ui.OK, Icon: ui.IconSend},
	}})
	return templ.Join(
		ui.RecordHead(ui.RecordHeadProps{
			Crumbs: []ui.Link{{Label: "Sự cố", Href: "/incident"}, {Label: "SC-2026-0142"}},
			Code:   "SC-2026-0142", Marks: []string{"TLP:AMBER", "giai đoạn: khoanh vùng, cô lập"},
			Title: "Mã hóa dữ liệu tại bộ phận một cửa",
			State: ui.BadgeProps{Text: "nghiêm trọng", Tone: ui.Bad}, Badges: []ui.BadgeProps{{Text: "đang ứng phó", Tone: ui.Info}},
			Owner: ui.Unit(ui.UnitProps{Name: "UBND xã Bản Mẫu", Kind: "xã", Href: "/units/4", Successor: &ui.Link{Label: "UBND xã Mẫu Mới", Href: "/units/9"}}),
			Lead:  "lãnh đạo trực quyết định 21/11/2026 03:40, lý do: mất kiểm soát, dữ liệu chưa khôi phục",
			Step:  &ui.Action{Label: "Lập thông báo ban đầu — còn 21 giờ 04 phút", Href: "/notice", Icon: ui.IconDocument}, Actions: []ui.Action{{Label: "In", Href: "/print", Icon: ui.IconPrint}},
			Clocks: []ui.ClockProps{
				{State: ui.ClockOn, Due: after(21*time.Hour + 4*time.Minute + 30*time.Second), Now: now, What: "thông báo ban đầu (24 giờ)", Addressee: "Công an tỉnh", Arithmetic: steps, Basis: "Luật An ninh mạng 2025, Điều 20 khoản 3"},
				{State: ui.ClockSoon, Due: after(3 * time.Hour), Now: now, What: "báo cáo theo CV 1556", Addressee: "UBND tỉnh"},
				{State: ui.ClockLate, Due: ago(50 * time.Minute), Now: now, What: "xác nhận cô lập", Addressee: "Trung tâm"},
				{State: ui.ClockMet, Due: ago(time.Hour), Met: ago(2 * time.Hour), Now: now, What: "đã báo đơn vị chủ quản"},
			},
		}),
		ui.Tabs("Các phần của sự cố", []ui.Tab{{Label: "Diễn biến", Href: "?t=1"}, {Label: "Máy và hệ thống", Href: "?t=2", Count: 5}, {Label: "Dấu vết", Href: "?t=3", Count: 4, Here: true}, {Label: "Nhiệm vụ", Href: "?t=4"}, {Label: "Chứng cứ", Href: "?t=5"}, {Label: "Văn bản", Href: "?t=6"}, {Label: "Thiệt hại và bài học", Href: "?t=7"}}),
		with(ui.Columns(side),
			ui.List(ui.ListProps{ID: "obs", Caption: "Dấu vết", Total: 4, Heads: []ui.Head{{Label: "Dấu vết"}, {Label: "Loại"}, {Label: "Đánh giá"}, {Label: "Ai đã kết nối (90 ngày)"}}, Rows: []ui.Row{
				obs("https://cap-nhat.xacthuc-giamao.example/app", "URL", ui.VerdictBad, "mạo danh, 2 danh sách", "3 đơn vị · 5 máy · lần đầu 18/11 09:12"),
				obs("203.0.113.14", "IPv4", ui.VerdictBad, "điều khiển mã độc", "1 đơn vị · 1 máy"),
				obs("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "SHA-256", ui.VerdictUnknown, "chưa rõ", "chưa thấy (độ phủ 63%)"),
				obs("mail.tinhmau.example", "tên miền", ui.VerdictGood, "được phép (của tỉnh)", ""),
			}}),
			with(ui.Card(ui.CardProps{Title: "Thông tin chung", Actions: []ui.Action{{Label: "Sửa", Href: "/edit", Icon: ui.IconEdit}}}),
				ui.Facts([]ui.Fact{{Label: "Mở lúc", Value: ui.Time(ago(5 * time.Hour))}, {Label: "Ngày phát hiện", Value: ui.Date(now)}, {Label: "Máy bị ảnh hưởng", Value: ui.Number(1204)}, {Label: "Mã băm", Value: ui.Code("9f86d081")}, {Label: "Nguyên nhân"}})),
		),
	)
}

func forms() templ.Component {
	return templ.Join(
		ui.PageHead(ui.PageHeadProps{Title: "Nhập danh sách đơn vị", Lead: "CSV hoặc XLSX; xem trước rồi mới ghi."}),
		ui.Steps([]ui.Step{{Label: "Chọn tệp", State: ui.StepDone, Href: "/1"}, {Label: "Xem trước", State: ui.StepNow, Note: "12 dòng lỗi"}, {Label: "Nhập", State: ui.StepTodo}, {Label: "Ký số", State: ui.StepBlocked}}),
		with(ui.Columns(with(ui.Stack(), ui.Alert(ui.AlertProps{Tone: ui.Info, Title: "Chưa có tệp?", Text: "Tải mẫu về, điền rồi gửi lại.", Action: &ui.Action{Label: "Tải mẫu", Href: "/t", Icon: ui.IconDownload}}),
			ui.Job(ui.JobProps{ID: "job-1", Title: "Đọc dns-2026-11-21.log.gz", State: ui.JobDone, Progress: ui.ProgressProps{Label: "Đã đọc", Done: 1200, Total: 4000, Text: "1.200 / 4.000 dòng"}, Result: &ui.Action{Label: "Xem 3 phát hiện", Href: "/f"}}))),
			with(ui.Form(ui.FormProps{Action: "/import", Upload: true, Guard: true, Label: "Nhập đơn vị", Narrow: true, Errors: []ui.FieldError{{Field: "contact.email", Text: "Thư điện tử thiếu dấu @"}}}),
				ui.Field(ui.FieldProps{Name: "name", Label: "Tên đơn vị", Required: true, Value: "Sở Nội vụ", Autocomplete: "organization"}),
				ui.Field(ui.FieldProps{Kind: ui.KindEmail, Name: "contact.email", Label: "Thư điện tử đầu mối", Hint: "Hộp thư công vụ, có người đọc ngoài giờ.", Error: "Thư điện tử thiếu dấu @, ví dụ: mau@tinhmau.example", Value: "mau.tinhmau.example"}),
				ui.Field(ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Label: "Loại", Blank: "chọn loại", Options: []ui.Option{{Value: "s", Label: "sở", Group: "Cấp tỉnh"}, {Value: "x", Label: "xã", Group: "Cấp xã"}}}),
				ui.Field(ui.FieldProps{Kind: ui.KindDate, Name: "from", Label: "Có hiệu lực từ", Value: "2026-07-01"}),
				ui.Field(ui.FieldProps{Kind: ui.KindDateTime, Name: "at", Label: "Lúc", Value: "2026-11-21T08:05"}),
				ui.Field(ui.FieldProps{Kind: ui.KindTextarea, Name: "list", Label: "Dải địa chỉ", Mono: true, Value: "203.0.113.0/28", Rows: 3}),
				ui.Field(ui.FieldProps{Kind: ui.KindFile, Name: "file", Label: "Tệp", Accept: ".csv,.xlsx", Required: true}),
				ui.Field(ui.FieldProps{Kind: ui.KindRadio, Name: "mode", Label: "Khi trùng tên", Value: "keep", Options: []ui.Option{{Value: "keep", Label: "Giữ bản cũ"}, {Value: "new", Label: "Ghi bản mới", Hint: "Bản cũ còn trong lịch sử."}}}),
				ui.Field(ui.FieldProps{Kind: ui.KindCheckbox, Name: "sure", Label: "Tôi đã đối chiếu với quyết định thành lập", Checked: true}),
				ui.Field(ui.FieldProps{Kind: ui.KindPassword, Name: "secret", Label: "Mật khẩu", Value: "not-in-page", Autocomplete: "current-password"}),
				ui.Buttons(ui.Submit{Label: "Xem trước 40 đơn vị", Icon: ui.IconUpload}, ui.Link{Label: "Bỏ", Href: "/units"}),
			),
			ui.ImportReport(ui.ImportReportProps{File: "don-vi.xlsx", DryRun: true, Rows: 52, Added: 38, Changed: 2, Rejected: 12, More: 9, Download: &ui.Link{Label: "Tải toàn bộ lỗi", Href: "/e.csv", Icon: ui.IconDownload}, Cells: []ui.CellError{
				{Sheet: "Sheet1", Row: 7, Column: "Ngày hiệu lực", Value: "31/02/2026", Error: "Không có ngày này; viết dd/mm/yyyy"}, {Row: 9, Column: "Loại", Error: "Thiếu loại", Warn: true}}}),
			ui.DiffTable("Thay đổi", []ui.DiffRow{{Label: "Tên", Before: "Xã Bản Mẫu A", After: "Xã Bản Mẫu"}, {Label: "Điện thoại", After: "0213 000 001"}}),
		),
	)
}

func rest() templ.Component {
	tile := func(label string, tone ui.Tone, m ui.MeasureProps) ui.Tile {
		return ui.Tile{Label: label, Tone: tone, Measure: m, Href: "/m"}
	}
	return with(ui.Stack(),
		ui.PageHead(ui.PageHeadProps{Title: "Hôm nay"}),
		ui.Tiles([]ui.Tile{tile("Máy đang nhiễm", ui.Bad, figure("38", 63, 100, "thấy 63/100 nguồn")), tile("Trực giám sát", ui.OK, figure("0 phút", 1, 1, "hở ca trực")), tile("Phòng, chống mã độc", ui.Warn, ui.MeasureProps{Grade: ui.Insufficient, Seen: 41, Expected: 100}), tile("Hệ thống", ui.NoData, ui.MeasureProps{}), {Label: "Nguồn im lặng", Measure: figure("3", 12, 12, "")}}),
		ui.Alert(ui.AlertProps{Tone: ui.OK, Text: "Đã ghi."}), ui.Alert(ui.AlertProps{Tone: ui.Warn, Title: "Nguồn im lặng", Text: "DNS nội bộ không gửi gì từ 02:00."}),
		ui.Alert(ui.AlertProps{Tone: ui.NoData, Text: "Chưa có nguồn."}), ui.Alert(ui.AlertProps{Text: "Ghi chú."}), ui.Alert(ui.AlertProps{Tone: ui.Bad, Text: "Không gửi được tới Công an tỉnh."}),
		ui.Job(ui.JobProps{ID: "job-2", Title: "Săn lùng lại 90 ngày", State: ui.JobRunning, Poll: "/job/2", Progress: ui.ProgressProps{Label: "Đã xem", Done: 40, Total: 90, Text: "40 / 90 ngày"}}),
		ui.Empty(ui.EmptyProps{Icon: ui.IconIncident, Title: "Chưa có sự cố nào", Text: "Sự cố mở từ một phát hiện, một tin báo hoặc bằng tay sẽ hiện ở đây cùng các thời hạn phải báo.", Action: &ui.Action{Label: "Ghi nhận sự cố", Href: "/new"}, Sample: &ui.Action{Label: "Nạp ví dụ", Href: "/sample", Post: true}}),
		ui.List(ui.ListProps{ID: "none", Caption: "Không khớp", Filtered: true, ClearAt: "/x"}),
		ui.Confirm(ui.ConfirmProps{Title: "Gửi cảnh báo tới 150 đơn vị?", Effect: "Thư được gửi ngay; không rút lại được.", Points: []string{"124 xã, phường", "26 sở, ban, ngành"}, Action: "/send", Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: "Lý do", Required: true}}, Submit: ui.Submit{Label: "Gửi tới 150 đơn vị"}, Cancel: ui.Link{Label: "Quay lại", Href: "/"}, Danger: true}),
		ui.Multiline("Dòng một\nDòng hai"),
		ui.Menu(ui.MenuProps{Label: "Thao tác", Items: []ui.Action{{Label: "Xuất", Href: "/x"}}}),
	)
}

func signIn() templ.Component {
	return with(ui.Card(ui.CardProps{}), ui.PageHead(ui.PageHeadProps{Title: "Đăng nhập"}), with(ui.Form(ui.FormProps{Action: "/sign-in", Problem: "Tên hoặc mật khẩu chưa đúng"}),
		ui.Field(ui.FieldProps{Name: "name", Label: "Tên đăng nhập", Required: true, Autocomplete: "username"}),
		ui.Field(ui.FieldProps{Kind: ui.KindPassword, Name: "password", Label: "Mật khẩu", Required: true, Autocomplete: "current-password"}),
		ui.Buttons(ui.Submit{Label: "Đăng nhập"}, ui.Link{})))
}

// gallery is every page by its address.
func gallery() map[string]templ.Component {
	anonymous := ui.Page{Title: "Đăng nhập", Path: "/sign-in"}
	flashed := page("Hôm nay", "/today")
	flashed.Flashes = []ui.Flash{{Tone: ui.OK, Text: "Đã gán cho Trực ban ca 3.", Undo: &ui.Action{Label: "Hoàn tác", Href: "/undo", Icon: ui.IconUndo, Post: true}}}
	return map[string]templ.Component{
		"board":   ui.Shell(page("Chỉ đạo", "/directive"), board()),
		"record":  ui.Shell(page("Sự cố", "/incident"), record()),
		"form":    ui.Shell(page("Đơn vị", "/unit"), forms()),
		"today":   ui.Shell(flashed, rest()),
		"sign-in": ui.Bare(anonymous, signIn()),
		"error":   ui.ErrorPage(page("Lỗi", "/x"), ui.ProblemProps{Status: 409, RequestID: "01JD0000000000000000000000"}),
		"lost":    ui.ErrorPage(anonymous, ui.ProblemProps{Status: 404, What: "Không có tệp này", Next: "Kiểm tra địa chỉ.", Back: ui.Link{Label: "Về danh sách", Href: "/x"}}),
	}
}
