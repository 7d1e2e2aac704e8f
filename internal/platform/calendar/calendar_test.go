// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func days(ss ...string) []calendar.Date {
	var out []calendar.Date
	for _, s := range ss {
		out = append(out, day(s))
	}
	return out
}

func name(s string) calendar.Name { return calendar.Name{VI: s, EN: s + " (en)"} }

// testRules is a small year: weekends, fixed and lunar days, one yearly
// decision, one exchange. Real years are tested where their data is.
func testRules() []calendar.Rule {
	return []calendar.Rule{
		{ID: "weekend", Kind: calendar.Weekly, Name: name("nghỉ hằng tuần"), Weekdays: []time.Weekday{time.Saturday, time.Sunday}},
		{ID: "new-year", Kind: calendar.Solar, Name: name("Tết Dương lịch"), Month: 1, Day: 1, Compensate: true},
		{ID: "victory", Kind: calendar.Solar, Name: name("30/4"), Month: 4, Day: 30, Days: 2, Compensate: true},
		{ID: "kings", Kind: calendar.Lunar, Name: name("Giỗ Tổ"), Month: 3, Day: 10, Compensate: true},
		{ID: "tet-2026", Kind: calendar.Listed, Occasion: "tet", Name: name("Tết"), Compensate: true,
			Dates: days("2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20")},
		{ID: "tet", Kind: calendar.Lunar, Occasion: "tet", Provisional: true, Name: name("Tết"), Month: 1, Day: 1, Offset: -1, Days: 5, Compensate: true},
		{ID: "second", Kind: calendar.Pending, Occasion: "second", Provisional: true, Name: name("ngày liền kề"), From: day("2021-01-01")},
		{ID: "exchange", Kind: calendar.Swap, Name: name("hoán đổi"),
			Swaps: []calendar.Exchange{{Off: day("2026-08-31"), Worked: day("2026-08-22")}}},
		{ID: "new-day", Kind: calendar.Solar, Name: name("ngày mới"), Month: 12, Day: 15, From: day("2026-07-01")},
	}
}

func testCalendar(t interface{ Fatal(...any) }) *calendar.Calendar {
	c, err := calendar.New("test", testRules())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOffSaysWhy(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	for _, k := range []struct{ outcome, day, rule, name string }{
		{"a plain Monday is worked", "2026-11-23", "", ""},
		{"Saturday rests", "2026-11-21", "weekend", "nghỉ hằng tuần"},
		{"a Saturday given in exchange is worked", "2026-08-22", "", ""},
		{"the day exchanged is off", "2026-08-31", "exchange", "hoán đổi"},
		{"a decided Tết day is off", "2026-02-16", "tet-2026", "Tết"},
		{"the day after the decided Tết is a weekend", "2026-02-21", "weekend", "nghỉ hằng tuần"},
		{"the provisional eve is silent in a decided year", "2026-02-13", "", ""},
		{"an undecided Tết begins on the eve", "2027-02-05", "tet", "Tết"},
		{"Tết on a weekend is made up after Tết", "2027-02-10", "tet", "Nghỉ bù Tết"},
		{"both weekend days are made up", "2027-02-11", "tet", "Nghỉ bù Tết"},
		{"and no more than both", "2027-02-12", "", ""},
		{"Giỗ Tổ on a Sunday is made up on Monday", "2026-04-27", "kings", "Nghỉ bù Giỗ Tổ"},
		{"1 May on a Saturday is made up on Monday", "2027-05-03", "victory", "Nghỉ bù 30/4"},
		{"two holidays on a weekend are made up on two days", "2022-05-03", "victory", "Nghỉ bù 30/4"},
		{"New Year on a Saturday is made up on Monday", "2028-01-03", "new-year", "Nghỉ bù Tết Dương lịch"},
		{"a rule holds from its first day", "2026-12-15", "new-day", "ngày mới"},
		{"and not before", "2025-12-15", "", ""},
		{"a holiday that does not compensate is not made up", "2029-12-17", "", ""},
	} {
		t.Run(k.outcome, func(t *testing.T) {
			t.Parallel()
			off, is := c.Off(day(k.day))
			if is != (k.rule != "") || off.Rule != k.rule || off.Name.VI != k.name {
				t.Errorf("Off(%s) = %+v, %v; want rule %q, name %q", k.day, off, is, k.rule, k.name)
			}
			if c.IsWorkingDay(day(k.day)) == is {
				t.Errorf("IsWorkingDay disagrees with Off")
			}
		})
	}
}

func TestNextWorkingDay(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	for from, want := range map[string]string{
		"2026-11-20": "2026-11-23", // over a weekend
		"2026-02-13": "2026-02-23", // over Tết
		"2026-08-21": "2026-08-22", // to a Saturday worked in exchange
		"2026-12-31": "2027-01-04", // over the new year
		"2028-02-28": "2028-02-29", // the leap day is a day
	} {
		if got := c.NextWorkingDay(day(from)); got != day(want) {
			t.Errorf("NextWorkingDay(%s) = %s, want %s", from, got, want)
		}
	}
}

func TestUndecidedNamesWhatTheYearLacks(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	for year, want := range map[int]string{2026: "second", 2027: "second tet", 2020: "tet"} {
		if got := strings.Join(c.Undecided(year), " "); got != want {
			t.Errorf("Undecided(%d) = %q, want %q", year, got, want)
		}
	}
}

func TestNewRefusesBrokenRules(t *testing.T) {
	t.Parallel()
	ok := calendar.Rule{ID: "x", Name: name("x")}
	with := func(f func(*calendar.Rule)) calendar.Rule { r := ok; f(&r); return r }
	for outcome, r := range map[string]calendar.Rule{
		"no id":                   with(func(r *calendar.Rule) { r.ID = ""; r.Kind = calendar.Solar; r.Month, r.Day = 1, 1 }),
		"no English name":         with(func(r *calendar.Rule) { r.Name.EN = ""; r.Kind = calendar.Solar; r.Month, r.Day = 1, 1 }),
		"unknown kind":            with(func(r *calendar.Rule) { r.Kind = "monthly" }),
		"weekly without weekdays": with(func(r *calendar.Rule) { r.Kind = calendar.Weekly }),
		"30 February":             with(func(r *calendar.Rule) { r.Kind = calendar.Solar; r.Month, r.Day = 2, 30 }),
		"lunar month 13":          with(func(r *calendar.Rule) { r.Kind = calendar.Lunar; r.Month, r.Day = 13, 1 }),
		"empty list":              with(func(r *calendar.Rule) { r.Kind = calendar.Listed }),
		"half an exchange": with(func(r *calendar.Rule) {
			r.Kind = calendar.Swap
			r.Swaps = []calendar.Exchange{{Off: day("2026-01-02")}}
		}),
		"provisional without a tie": with(func(r *calendar.Rule) { r.Kind = calendar.Lunar; r.Month, r.Day = 1, 1; r.Provisional = true }),
		"ends before it begins": with(func(r *calendar.Rule) {
			r.Kind = calendar.Solar
			r.Month, r.Day = 1, 1
			r.From, r.To = day("2026-01-02"), day("2026-01-01")
		}),
	} {
		if _, err := calendar.New("", []calendar.Rule{r}); err == nil {
			t.Errorf("%s: no error", outcome)
		}
	}
	good := with(func(r *calendar.Rule) { r.Kind = calendar.Solar; r.Month, r.Day = 2, 29 })
	if _, err := calendar.New("", []calendar.Rule{good}); err != nil {
		t.Errorf("29 February refused: %v", err)
	}
	if _, err := calendar.New("", []calendar.Rule{good, good}); err == nil {
		t.Error("the same id twice was accepted")
	}
}
