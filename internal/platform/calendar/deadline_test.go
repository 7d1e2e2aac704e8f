// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"pgregory.net/rapid"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone())
	if err != nil {
		panic(err)
	}
	return t
}

func TestDuePrintsItsArithmetic(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	basis := "Công văn 1556/UBND-KGVX, mục 3"
	hour, dayU, work := calendar.Hour, calendar.Day, calendar.WorkingDay
	for _, k := range []struct {
		outcome, start string
		n              int
		unit           calendar.Unit
		want           string // after "T0 <start> "
	}{
		{"three days end on Tuesday", "2026-11-21 08:00", 3, dayU,
			"+ 03 ngày (không tính ngày đầu) = 24:00 thứ Ba 24/11/2026"},
		{"24 hours run over Sunday", "2026-11-21 03:12", 24, hour, "+ 24 giờ = 03:12 Chủ nhật 22/11/2026"},
		{"72 hours end on Tuesday", "2026-11-21 03:12", 72, hour, "+ 72 giờ = 03:12 thứ Ba 24/11/2026"},
		{"at once is now", "2026-11-21 03:12", 0, calendar.Immediate, ", thực hiện ngay = 03:12 thứ Bảy 21/11/2026"},
		{"a last day on a weekend moves to Monday", "2026-11-18 08:00", 3, dayU,
			"+ 03 ngày (không tính ngày đầu) = 24:00 thứ Bảy 21/11/2026, ngày cuối rơi vào ngày nghỉ (21/11–22/11 nghỉ hằng tuần) nên chuyển sang 24:00 thứ Hai 23/11/2026"},
		{"a last day in Tết moves past Tết", "2026-02-12 17:00", 5, dayU,
			"+ 05 ngày (không tính ngày đầu) = 24:00 thứ Ba 17/02/2026, ngày cuối rơi vào ngày nghỉ (17/02–20/02 Tết, 21/02–22/02 nghỉ hằng tuần) nên chuyển sang 24:00 thứ Hai 23/02/2026"},
		{"working days pass over Tết", "2026-02-12 17:00", 2, work,
			"+ 02 ngày làm việc (không tính ngày đầu; bỏ qua 14/02–15/02 nghỉ hằng tuần, 16/02–20/02 Tết, 21/02–22/02 nghỉ hằng tuần) = 24:00 thứ Hai 23/02/2026"},
		{"a Saturday worked in exchange counts", "2026-08-21 09:00", 1, work,
			"+ 01 ngày làm việc (không tính ngày đầu; tính cả ngày làm bù 22/08) = 24:00 thứ Bảy 22/08/2026"},
		{"a last day on an exchanged day moves", "2026-08-30 09:00", 1, dayU,
			"+ 01 ngày (không tính ngày đầu) = 24:00 thứ Hai 31/08/2026, ngày cuối rơi vào ngày nghỉ (31/08 hoán đổi) nên chuyển sang 24:00 thứ Ba 01/09/2026"},
		{"the year turns", "2026-12-30 23:59", 3, dayU,
			"+ 03 ngày (không tính ngày đầu) = 24:00 thứ Bảy 02/01/2027, ngày cuối rơi vào ngày nghỉ (02/01–03/01 nghỉ hằng tuần) nên chuyển sang 24:00 thứ Hai 04/01/2027"},
		{"the leap day counts", "2028-02-28 10:00", 1, dayU,
			"+ 01 ngày (không tính ngày đầu) = 24:00 thứ Ba 29/02/2028"},
		{"an undecided Tết is said to be provisional", "2027-02-04 10:00", 1, work,
			"+ 01 ngày làm việc (không tính ngày đầu; bỏ qua 05/02–09/02 Tết, 10/02–11/02 Nghỉ bù Tết) = 24:00 thứ Sáu 12/02/2027 (tạm tính: lịch nghỉ chưa có quyết định chính thức)"},
		{"months end on the day of the same number", "2026-08-31 09:00", 1, calendar.Month,
			"+ 01 tháng (không tính ngày đầu) = 24:00 thứ Tư 30/09/2026"},
		{"a month to February ends with it", "2027-01-31 09:00", 1, calendar.Month,
			"+ 01 tháng (không tính ngày đầu) = 24:00 Chủ nhật 28/02/2027, ngày cuối rơi vào ngày nghỉ (28/02 nghỉ hằng tuần) nên chuyển sang 24:00 thứ Hai 01/03/2027"},
		{"a year from the leap day ends on the 28th", "2028-02-29 09:00", 12, calendar.Month,
			"+ 12 tháng (không tính ngày đầu) = 24:00 thứ Tư 28/02/2029"},
		{"midnight starts the day it belongs to", "2026-11-24 00:00", 1, dayU,
			"+ 01 ngày (không tính ngày đầu) = 24:00 thứ Tư 25/11/2026"},
	} {
		t.Run(k.outcome, func(t *testing.T) {
			t.Parallel()
			start := at(k.start)
			due, e := c.Due(start, calendar.Amount{N: k.n, Unit: k.unit}, calendar.Counting{})
			want := "T0 " + calendar.FormatMoment(start, "vi")
			if !strings.HasPrefix(k.want, ",") {
				want += " "
			}
			want += k.want + " — " + basis
			if got := e.Citing(basis).Text("vi"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if !due.Equal(e.Due) || due.Before(start) {
				t.Errorf("due %v, explained %v", due, e.Due)
			}
		})
	}
}

// A day that may come to be off makes a term provisional only where it matters.
func TestAPendingDayMakesTermsProvisional(t *testing.T) {
	t.Parallel()
	rules := testRules()
	for i := range rules {
		if rules[i].ID == "second" {
			rules[i].Month, rules[i].Day, rules[i].Days = 9, 1, 3
		}
	}
	c, err := calendar.New("test", rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		outcome, start string
		n              int
		unit           calendar.Unit
		keep, want     bool
	}{
		{"days that end on one", "2027-08-31 09:00", 3, calendar.Day, false, true},
		{"days that end after them", "2027-08-31 09:00", 7, calendar.Day, false, false},
		{"days whose end stays", "2027-08-31 09:00", 3, calendar.Day, true, false},
		{"working days that count one", "2027-08-31 09:00", 5, calendar.WorkingDay, false, true},
		{"working days before them", "2027-08-25 09:00", 2, calendar.WorkingDay, false, false},
		{"hours", "2027-08-31 09:00", 24, calendar.Hour, false, false},
		{"a month that ends on one", "2027-08-03 09:00", 1, calendar.Month, false, true},
	} {
		_, e := c.Due(at(k.start), calendar.Amount{N: k.n, Unit: k.unit}, calendar.Counting{KeepOffDay: k.keep})
		if e.Provisional() != k.want || strings.Contains(e.Text("vi"), "tạm tính") != k.want {
			t.Errorf("%s: %s", k.outcome, e.Text("vi"))
		}
	}
}

func TestDueInEnglish(t *testing.T) {
	t.Parallel()
	_, e := testCalendar(t).Due(at("2026-11-20 08:00"), calendar.Amount{N: 1, Unit: calendar.Day}, calendar.Counting{})
	want := "T0 08:00 Friday 20/11/2026 + 1 day (first day not counted) = 24:00 Saturday 21/11/2026, a day off (21/11–22/11 nghỉ hằng tuần (en)), so moved to 24:00 Monday 23/11/2026"
	if got := e.Text("en"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRemindersGoByTheEarliestReading(t *testing.T) {
	t.Parallel()
	_, e := testCalendar(t).Due(at("2026-11-18 08:00"), calendar.Amount{N: 3, Unit: calendar.Day}, calendar.Counting{Basis: "BLDS"})
	if want := at("2026-11-21 08:00"); !e.RemindBy().Equal(want) {
		t.Errorf("RemindBy = %v, want 72 hours after T0, %v", e.RemindBy(), want)
	}
	steps := strings.Join(e.Citing("CV").Steps("vi"), "\n")
	for _, line := range []string{
		"T0: 08:00 thứ Tư 18/11/2026",
		"Thời hạn: 03 ngày",
		"Ngày nghỉ thứ Bảy 21/11/2026: nghỉ hằng tuần",
		"Hạn: 24:00 thứ Hai 23/11/2026",
		"Cách đọc khác (mỗi ngày 24 giờ tính từ T0): 08:00 thứ Bảy 21/11/2026",
		"Cách đọc khác (không chuyển khi ngày cuối là ngày nghỉ): 24:00 thứ Bảy 21/11/2026",
		"Nhắc việc theo mốc sớm nhất: 08:00 thứ Bảy 21/11/2026",
		"Cách tính: BLDS",
		"Căn cứ: CV",
	} {
		if !strings.Contains(steps, line) {
			t.Errorf("no line %q in\n%s", line, steps)
		}
	}
}

func TestCountingRulesChangeTheEnd(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	for _, k := range []struct {
		outcome string
		unit    calendar.Unit
		rule    calendar.Counting
		want    string
	}{
		{"the first day counted", calendar.Day, calendar.Counting{CountFirstDay: true}, "24:00 thứ Hai 23/11/2026"},
		{"the end kept on a day off", calendar.Day, calendar.Counting{KeepOffDay: true}, "24:00 Chủ nhật 22/11/2026"},
		{"both", calendar.Day, calendar.Counting{CountFirstDay: true, KeepOffDay: true}, "24:00 thứ Bảy 21/11/2026"},
		{"working days from the first", calendar.WorkingDay, calendar.Counting{CountFirstDay: true}, "24:00 thứ Hai 23/11/2026"},
	} {
		due, _ := c.Due(at("2026-11-20 08:00"), calendar.Amount{N: 2, Unit: k.unit}, k.rule)
		if got := calendar.FormatDayEnd(calendar.DateOf(due.Add(-time.Second)), "vi"); got != k.want {
			t.Errorf("%s: %s, want %s", k.outcome, got, k.want)
		}
	}
}

func TestAmountValidate(t *testing.T) {
	t.Parallel()
	for _, a := range []calendar.Amount{{}, {N: 1}, {N: 0, Unit: calendar.Hour}, {N: -1, Unit: calendar.Day},
		{N: 1, Unit: calendar.Immediate}, {N: 1 << 40, Unit: calendar.WorkingDay}, {N: 1, Unit: "week"}} {
		if a.Validate() == nil {
			t.Errorf("%+v accepted", a)
		}
	}
	for _, a := range []calendar.Amount{{Unit: calendar.Immediate}, {N: 72, Unit: calendar.Hour}} {
		if err := a.Validate(); err != nil {
			t.Errorf("%+v: %v", a, err)
		}
	}
}

func drawTerm(t *rapid.T) (time.Time, calendar.Amount, calendar.Counting) {
	start := time.Unix(rapid.Int64Range(946684800, 4102444800).Draw(t, "start"), rapid.Int64Range(0, 999999999).Draw(t, "ns"))
	unit := rapid.SampledFrom([]calendar.Unit{calendar.Immediate, calendar.Hour, calendar.Day, calendar.WorkingDay, calendar.Month}).Draw(t, "unit")
	n := rapid.IntRange(0, 400).Draw(t, "n")
	rule := calendar.Counting{CountFirstDay: rapid.Bool().Draw(t, "first"), KeepOffDay: rapid.Bool().Draw(t, "keep")}
	return start, calendar.Amount{N: n, Unit: unit}, rule
}

func TestDueProperties(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		start, a, rule := drawTerm(t)
		due, e := c.Due(start, a, rule)
		if due.Before(start) {
			t.Fatalf("due %v before start %v", due, start)
		}
		// Within the day as often as beyond it: a slip that depends on the hour shows there.
		later := start.Add(time.Duration(rapid.OneOf(rapid.IntRange(0, 24*60), rapid.IntRange(0, 60*24*60)).Draw(t, "later")) * time.Minute)
		if d, _ := c.Due(later, a, rule); d.Before(due) {
			t.Fatalf("a later start ends earlier: %v < %v", d, due)
		}
		longer := calendar.Amount{N: a.N + rapid.IntRange(0, 60).Draw(t, "longer"), Unit: a.Unit}
		if d, _ := c.Due(start, longer, rule); d.Before(due) {
			t.Fatalf("a longer term ends earlier: %v < %v", d, due)
		}
		if a.Unit == calendar.Hour && due.Sub(start) != time.Duration(a.N)*time.Hour {
			t.Fatalf("%d hours are %v", a.N, due.Sub(start))
		}
		last := calendar.DateOf(due.Add(-time.Nanosecond))
		if a.Unit.Days() {
			if !due.Equal(last.End()) {
				t.Fatalf("%v is not the end of a day", due)
			}
			if !(a.Unit != calendar.WorkingDay && rule.KeepOffDay) && !c.IsWorkingDay(last) {
				t.Fatalf("ends on %s, a day off", last)
			}
		}
		if e.RemindBy().After(due) || e.RemindBy().Before(start) {
			t.Fatalf("remind by %v, outside %v to %v", e.RemindBy(), start, due)
		}
		for _, r := range e.Readings {
			if !r.Due.Before(due) {
				t.Fatalf("reading %s ends at %v, not before %v", r.Kind, r.Due, due)
			}
		}
		for _, s := range e.Skipped {
			if c.IsWorkingDay(s.Date) {
				t.Fatalf("%s was passed over but is worked", s.Date)
			}
		}
	})
}

// What an explanation says is enough to count it again to the same instant.
func TestExplanationCountsAgain(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		start, a, rule := drawTerm(t)
		due, e := c.Due(start, a, rule)
		if again, _ := c.Due(e.Start, e.Amount, e.Counting); !again.Equal(due) || !e.Due.Equal(due) {
			t.Fatalf("due %v, explained %v, counted again %v", due, e.Due, again)
		}
		// Without the calendar: the last day, and every day passed over after it.
		if a.Unit == calendar.Day || a.Unit == calendar.Month {
			last := e.LastDay
			for _, s := range e.Skipped {
				if s.Date != last {
					t.Fatalf("%s was passed over, but the walk stands on %s", s.Date, last)
				}
				last = last.AddDays(1)
			}
			if !last.End().Equal(due) {
				t.Fatalf("the days explained end on %s, not at %v", last, due)
			}
		}
	})
}

// One more day off, whatever its kind, never ends a term earlier.
func TestAHolidayMoreNeverEndsEarlier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start, a, rule := drawTerm(t)
		a.N = min(a.N, 40)
		near := func(label string) calendar.Date {
			return calendar.DateOf(start).AddDays(rapid.IntRange(-10, 70).Draw(t, label))
		}
		var more []calendar.Rule
		for i := range rapid.IntRange(1, 4).Draw(t, "rules") {
			d := near(fmt.Sprint("day", i))
			r := calendar.Rule{ID: fmt.Sprint("more", i), Name: name("thêm"), Kind: calendar.Listed, Dates: []calendar.Date{d},
				Compensate: rapid.Bool().Draw(t, "compensate")}
			if rapid.Bool().Draw(t, "solar") {
				r.Kind, r.Dates, r.Month, r.Day, r.Days = calendar.Solar, nil, int(d.Month), d.Day, rapid.IntRange(0, 5).Draw(t, "days")
			}
			more = append(more, r)
		}
		with, err := calendar.New("more", append(testRules(), more...))
		if err != nil {
			t.Fatal(err)
		}
		before, _ := testCalendar(t).Due(start, a, rule)
		if after, e := with.Due(start, a, rule); after.Before(before) {
			t.Fatalf("with %+v the term ends at %v instead of %v\n%s", more, after, before, e.Text("vi"))
		}
	})
}

// A stored explanation prints the same as the fresh one.
func TestExplanationSurvivesStorage(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	rapid.Check(t, func(t *rapid.T) {
		start, a, rule := drawTerm(t)
		_, e := c.Due(start, a, rule)
		e = e.Citing("NĐ 331/2026/NĐ-CP, Điều 31")
		stored, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back calendar.Explanation
		dec := json.NewDecoder(bytes.NewReader(stored))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(e, back) {
			t.Fatalf("stored %s\ngot %+v\nwant %+v", stored, back, e)
		}
		for _, lang := range []string{"vi", "en"} {
			if e.Text(lang) != back.Text(lang) {
				t.Fatalf("%s prints otherwise after storage", lang)
			}
		}
	})
}

func TestDateReadsOnlyRealDays(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2026-02-29", "2026-13-01", "01/02/2026", "2026-1-1", "hôm nay"} {
		if d, err := calendar.ParseDate(s); err == nil {
			t.Errorf("%q read as %s", s, d)
		}
	}
	// 17:00 UTC is midnight of the next day in Vietnam.
	if got := calendar.DateOf(time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)); got != day("2026-11-24") {
		t.Errorf("17:00 UTC falls on %s", got)
	}
}
