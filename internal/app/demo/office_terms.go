// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// scripted is a task and what somebody did with it; then may be nil.
type scripted struct {
	Task
	who  string // login
	then func(ctx context.Context, d *desk, id string) error
}

// tasks are what units owe at a moment: done in time and late, waived, with more
// time given and asked for, overdue, and still to do.
func (p *Province) tasks(at time.Time) []scripted {
	today := calendar.DateOf(at)
	centre := p.Unit(centreCode).Name
	review := Task{Title: "Rà soát máy tính chưa cài phần mềm phòng, chống mã độc, báo cáo danh sách (giả định)", Addressee: centre, Paper: subjectReview,
		Clause: "mục 2", Urgency: obligation.Urgent, From: at.AddDate(0, 0, -6), Last: today.AddDays(-2)}
	cut := Task{Title: "Ngắt kết nối máy tính có trong danh sách cảnh báo, báo cáo kết quả (giả định)", Addressee: centre, Paper: subjectUrgent,
		Clause: "điểm 1", Urgency: obligation.MostUrgent, From: at.Add(-20 * time.Hour), Last: today.AddDays(1)}
	team := Task{Title: "Kiện toàn đầu mối, gửi danh sách người tham gia ứng cứu sự cố (giả định)", Addressee: centre, Paper: subjectPlan,
		Clause: "phần II, mục 4", From: at.AddDate(0, 0, -30), Last: today.AddDays(12)}
	meeting := Task{Title: "Chuẩn bị tài liệu họp giao ban an ninh mạng (giả định)", Addressee: p.Units[0].Name, Paper: subjectMeeting,
		Clause: "mục 3", From: at.AddDate(0, 0, -2), Last: today.AddDays(4)}
	to := func(t Task, code, who string, then func(context.Context, *desk, string) error) scripted {
		t.Unit = code
		return scripted{t, who, then}
	}
	return []scripted{
		to(review, "GD19", "", nil),
		to(review, "GD20", "", nil),
		to(review, "GD06", "soyte", func(ctx context.Context, d *desk, id string) error {
			return d.c.MeetTask(ctx, id, at.AddDate(0, 0, -3), "Đã rà soát 84/84 máy, gửi báo cáo qua trục liên thông văn bản.", "", "35/BC-SYT (giả định)")
		}),
		to(review, "GD01", CentreOfficer, func(ctx context.Context, d *desk, id string) error {
			return d.c.MeetTask(ctx, id, at.AddDate(0, 0, -3), "Đã rà soát 24/24 máy của Trung tâm; tổng hợp cùng báo cáo của Sở Y tế.", d.paper[subjectAnswer], "")
		}),
		to(review, "GD21", "suoikhen", func(ctx context.Context, d *desk, id string) error {
			return d.c.MeetTask(ctx, id, at.Add(-26*time.Hour), "Đã rà soát 9/9 máy; báo cáo gửi sau hạn vì chờ thay máy chủ.", "", "28/BC-UBND (giả định)")
		}),
		to(review, "GD22", Deputy, func(ctx context.Context, d *desk, id string) error {
			return d.c.WaiveTask(ctx, id, "Xã đang khắc phục hậu quả lũ quét, trụ sở chưa có điện (giả định).")
		}),
		to(review, "GD16", Deputy, func(ctx context.Context, d *desk, id string) error {
			return d.c.ExtendTask(ctx, id, today.AddDays(3), "Đài chuyển trụ sở, cần thêm thời gian lắp lại máy (giả định).")
		}),
		to(cut, "GD19", "", nil), to(cut, "GD06", "", nil), to(cut, "GD21", "", nil),
		to(team, "GD19", UnitOfficer, func(ctx context.Context, d *desk, id string) error {
			return d.c.AskTime(ctx, id, today.AddDays(20), "Công chức phụ trách đi tập huấn đến cuối tuần sau (giả định).")
		}),
		to(team, "GD16", "", nil), to(team, "GD06", "", nil),
		to(meeting, centreCode, "", nil),
	}
}

// repeated are the duties of the pack of 2026 that the centre turned on.
var repeated = []string{"bao-cao-nam-van-hanh", "bao-cao-nam-chu-quan", "ra-quet-thang", "trao-doi-cap-do"}

// addressed are the groups that papers of a province are sent to.
var addressed = []struct {
	name  string
	kinds []string
}{
	{"Các sở, ban, ngành", []string{"so", "ban", "nganh"}},
	{"UBND các xã, phường, đặc khu", []string{"xa", "phuong", "dac_khu"}},
	{"Các doanh nghiệp viễn thông, Internet", []string{"dn_vien_thong"}},
}

// decree is a value that the province made stricter.
func (p *Province) decree(today calendar.Date) rule.Draft {
	return rule.Draft{Target: "clocks/hs-tham-dinh-3", Value: rulepack.Value{N: 10, Unit: "working_day"}, From: today,
		Reason: "Tỉnh rút ngắn thời hạn thẩm định hồ sơ cấp độ 3 từ 15 xuống 10 ngày làm việc (giả định).",
		Source: rulepack.Source{Key: "Kế hoạch số 87/KH-UBND của UBND tỉnh " + p.Name + " (giả định), phần III", Mark: rulepack.Verified}}
}

// campaign is a time of raised duty that has just begun.
func (p *Province) campaign(today calendar.Date) workdays.Entry {
	return workdays.Entry{Kind: workdays.Window, Name: "Đợt cao điểm dịp lễ hội tỉnh " + p.Name + " (giả định)", First: today.AddDays(-1), Last: today.AddDays(6),
		Reason: "Trực 24/24 giờ, báo cáo nhanh hằng ngày trong dịp lễ hội (giả định).", Reference: "Công điện số 05/CĐ-UBND (giả định)"}
}

// systemsXLSX is a list of information systems as a province keeps it.
func (p *Province) systemsXLSX() ([]byte, error) {
	f := excelize.NewFile()
	const sheet = "Sheet1"
	rows := [][]any{{"DANH SÁCH HỆ THỐNG THÔNG TIN TỈNH " + strings.ToUpper(p.Name) + " (DỮ LIỆU GIẢ ĐỊNH)"}, {},
		{"STT", "Tên HTTT", "Chủ quản", "Đơn vị vận hành", "Cấp độ", "Tình trạng phê duyệt", "Quyết định", "Quy chế", "Dự kiến phê duyệt", "Tình trạng triển khai", "Dự kiến triển khai đầy đủ", "Kiểm tra, đánh giá"}}
	for i, name := range []string{"Cổng thông tin điện tử tỉnh", "Hệ thống giải quyết thủ tục hành chính", "Hệ thống quản lý văn bản và điều hành", "Thư điện tử công vụ",
		"Trung tâm giám sát an ninh mạng", "Hệ thống họp trực tuyến", "Cơ sở dữ liệu đất đai", "Hồ sơ sức khỏe điện tử", "Quản lý trường học", "Hệ thống báo cáo của tỉnh",
		"Cổng dữ liệu mở", "Quản lý cán bộ, công chức"} {
		row := []any{i + 1, name + " (giả định)", p.Units[0].Name, p.Unit("GD11").Name, fmt.Sprintf("Cấp độ %d", i%3+1)}
		if i%3 == 0 {
			row = append(row, "Đã phê duyệt", fmt.Sprintf("Số %d/QĐ-UBND (giả định)", 100+i), "", "", "Đã triển khai đầy đủ", "", "Định kỳ")
		} else {
			row = append(row, []string{"Đang dự thảo", "Đã gửi thẩm định"}[i%2], "", "", "31/12/2027", "Chưa triển khai", "30/6/2028", "")
		}
		rows = append(rows, row)
	}
	var errs []error
	for i := range rows {
		errs = append(errs, f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &rows[i]))
	}
	var b bytes.Buffer
	errs = append(errs, f.Write(&b), f.Close())
	return b.Bytes(), errors.Join(errs...)
}
