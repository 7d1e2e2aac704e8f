// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"fmt"
	"time"
)

// words are the fixed phrases of an explanation in one language. They stand
// here and not in the interface catalogue because a stored explanation has to
// print the same from the command line, a page and a paper.
type words struct {
	lang        string
	weekdays    [7]string // from Sunday
	units       map[Unit]string
	firstDay    string // the first day is not counted
	firstIn     string // the first day is counted
	moved       string // format: days off, new end
	without     string
	with        string
	worked      string
	atOnce      string
	immediately string
	provisional string
	term        string
	lastDay     string
	dayOff      string
	due         string
	reading     map[ReadingKind]string
	remindBy    string
	counting    string
	basis       string
	inLieu      string
}

var vietnamese = words{
	lang:        "vi",
	weekdays:    [7]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"},
	units:       map[Unit]string{Hour: "giờ", Day: "ngày", WorkingDay: "ngày làm việc", Month: "tháng"},
	firstDay:    "không tính ngày đầu",
	firstIn:     "tính cả ngày đầu",
	moved:       ", ngày cuối rơi vào ngày nghỉ (%s) nên chuyển sang %s",
	without:     "bỏ qua ",
	with:        "tính cả ngày làm bù ",
	worked:      "Ngày nghỉ hằng tuần làm bù, có tính: ",
	atOnce:      ", thực hiện ngay",
	immediately: "ngay",
	provisional: " (tạm tính: lịch nghỉ chưa có quyết định chính thức)",
	term:        "Thời hạn: ",
	lastDay:     "Ngày cuối của thời hạn: ",
	dayOff:      "Ngày nghỉ ",
	due:         "Hạn: ",
	reading: map[ReadingKind]string{
		AsHours:    "Cách đọc khác (mỗi ngày 24 giờ tính từ T0): ",
		FirstDayIn: "Cách đọc khác (tính cả ngày đầu): ",
		NotMoved:   "Cách đọc khác (không chuyển khi ngày cuối là ngày nghỉ): ",
	},
	remindBy: "Nhắc việc theo mốc sớm nhất: ",
	counting: "Cách tính: ",
	basis:    "Căn cứ: ",
	inLieu:   "Nghỉ bù ",
}

var english = words{
	lang:        "en",
	weekdays:    [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	units:       map[Unit]string{Hour: "hours", Day: "days", WorkingDay: "working days", Month: "months"},
	firstDay:    "first day not counted",
	firstIn:     "first day counted",
	moved:       ", a day off (%s), so moved to %s",
	without:     "passing over ",
	with:        "counting the exchanged day ",
	worked:      "Rest day worked in exchange, counted: ",
	atOnce:      ", at once",
	immediately: "at once",
	provisional: " (provisional: days off not officially decided)",
	term:        "Term: ",
	lastDay:     "Last day of the term: ",
	dayOff:      "Day off ",
	due:         "Due: ",
	reading: map[ReadingKind]string{
		AsHours:    "Other reading (each day is 24 hours from T0): ",
		FirstDayIn: "Other reading (the first day is counted): ",
		NotMoved:   "Other reading (the end does not move past a day off): ",
	},
	remindBy: "Remind by the earliest: ",
	counting: "Counting rule: ",
	basis:    "Basis: ",
	inLieu:   "Day in lieu of ",
}

func wordsIn(lang string) words {
	if lang == "en" {
		return english
	}
	return vietnamese
}

// FormatMoment returns "08:00 thứ Bảy 21/11/2026", or "08:00 Saturday
// 21/11/2026" when lang is "en", in Vietnam's zone.
func FormatMoment(t time.Time, lang string) string {
	return t.In(zone).Format("15:04 ") + formatDay(DateOf(t), lang)
}

// FormatDayEnd returns the end of d as papers write it: "24:00 thứ Ba
// 24/11/2026".
func FormatDayEnd(d Date, lang string) string { return "24:00 " + formatDay(d, lang) }

// WeekdayIn names the day of the week of d: "thứ Ba", or "Tuesday" when lang is
// "en".
func (d Date) WeekdayIn(lang string) string { return wordsIn(lang).weekdays[d.Weekday()] }

func formatDay(d Date, lang string) string {
	return fmt.Sprintf("%s %02d/%02d/%04d", d.WeekdayIn(lang), d.Day, int(d.Month), d.Year)
}

// In writes a valid amount in the language as papers do: "03 ngày làm việc",
// "ngay".
func (a Amount) In(lang string) string {
	w := wordsIn(lang)
	if a.Unit == Immediate {
		return w.immediately
	}
	return w.amount(a)
}

// amount writes numbers below ten with a zero in Vietnamese, as official papers
// do.
func (w words) amount(a Amount) string {
	unit := w.units[a.Unit]
	if w.lang != "en" {
		return fmt.Sprintf("%02d %s", a.N, unit)
	}
	if a.N == 1 {
		unit = unit[:len(unit)-1]
	}
	return fmt.Sprintf("%d %s", a.N, unit)
}

func (w words) paren(rule Counting, extra string) string {
	text := w.firstDay
	if rule.CountFirstDay {
		text = w.firstIn
	}
	if extra != "" {
		text += "; " + extra
	}
	return " (" + text + ")"
}

func inLieuOf(n Name) Name {
	return Name{VI: vietnamese.inLieu + n.VI, EN: english.inLieu + n.EN}
}
