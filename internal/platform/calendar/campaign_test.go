// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"pgregory.net/rapid"
)

func TestWindowsCoverTheBreakAndWhatTouchesIt(t *testing.T) {
	t.Parallel()
	c, err := calendar.New("test", testRules(),
		calendar.Campaign{ID: "tet-peak", Name: name("Tết"), Holidays: []string{"tet"}, Before: 3, After: 2},
		calendar.Campaign{ID: "ny", Name: name("năm mới"), Holidays: []string{"new-year"}, Before: 2, After: 1},
		calendar.Campaign{ID: "vote", Name: name("bầu cử"), Spans: []calendar.Span{{First: day("2026-03-15"), Last: day("2026-03-15")}}, Before: 10},
		calendar.Campaign{ID: "ended", Name: name("cũ"), Holidays: []string{"new-year"}, To: day("2020-01-01")},
	)
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range map[int]string{
		// 16..20/02 decided, with the weekends on both sides 14..22, three days before, two after.
		2026: "[ny 2025-12-30..2026-01-02 tet-peak 2026-02-11..2026-02-24 vote 2026-03-05..2026-03-15 ny 2026-12-30..2027-01-04]",
		// Tết of 2027 is not decided: eve Friday 05/02 to Thursday 11/02 in lieu.
		2027: "[ny 2026-12-30..2027-01-04 tet-peak 2027-02-02..2027-02-13? ny 2027-12-30..2028-01-04]",
	} {
		var got []string
		for _, w := range c.Windows(year) {
			mark := ""
			if w.Provisional {
				mark = "?"
			}
			got = append(got, fmt.Sprintf("%s %s..%s%s", w.Campaign, w.First, w.Last, mark))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%d\ngot  %v\nwant %s", year, got, want)
		}
	}
}

func TestNewRefusesBrokenCampaigns(t *testing.T) {
	t.Parallel()
	span := []calendar.Span{{First: day("2026-03-15"), Last: day("2026-03-16")}}
	for outcome, p := range map[string]calendar.Campaign{
		"no id":                   {Name: name("x"), Spans: span},
		"no name":                 {ID: "x", Spans: span},
		"neither":                 {ID: "x", Name: name("x")},
		"both":                    {ID: "x", Name: name("x"), Spans: span, Holidays: []string{"tet"}},
		"an unknown holiday":      {ID: "x", Name: name("x"), Holidays: []string{"easter"}},
		"an id of a rule":         {ID: "tet", Name: name("x"), Spans: span},
		"days of a year around":   {ID: "x", Name: name("x"), Spans: span, Before: 365},
		"a span that ends before": {ID: "x", Name: name("x"), Spans: []calendar.Span{{First: day("2026-03-16"), Last: day("2026-03-15")}}},
		"a span without an end":   {ID: "x", Name: name("x"), Spans: []calendar.Span{{First: day("2026-03-16")}}},
	} {
		if _, err := calendar.New("", testRules(), p); err == nil {
			t.Errorf("%s: no error", outcome)
		}
	}
}

func TestAmendHoldsAtOnceAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	three := calendar.Amount{N: 3, Unit: calendar.Day}
	decided := []calendar.Rule{
		{ID: "d1", Kind: calendar.Listed, Name: name("nghỉ thêm"), Dates: days("2026-11-24")},
		{ID: "d2", Kind: calendar.Listed, Name: name("Tết"), Occasion: "tet", Dates: days("2027-02-04", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08"), Compensate: true},
	}
	if err := c.Amend("2", decided, nil); err != nil {
		t.Fatal(err)
	}
	due, e := c.Due(at("2026-11-21 08:00"), three, calendar.Counting{})
	if !due.Equal(day("2026-11-25").End()) || e.Calendar != "test+2" {
		t.Errorf("due %v by %s", due, e.Calendar)
	}
	if off, is := c.Off(day("2027-02-04")); !is || off.Provisional || len(c.Undecided(2027)) != 1 {
		t.Errorf("decided Tết: %+v, still open %v", off, c.Undecided(2027))
	}
	if err := c.Amend("x", []calendar.Rule{{ID: "broken"}}, nil); err == nil || c.Version() != "test+2" {
		t.Errorf("a broken rule: %v, version %s", err, c.Version())
	}
	if err := c.Amend("", nil, nil); err != nil || c.Version() != "test" || !c.IsWorkingDay(day("2026-11-24")) {
		t.Errorf("taken back: %v, %s", err, c.Version())
	}
}

// Every explanation is of one edition: whatever is amended meanwhile, its end
// is one that either edition gives.
func TestAmendWhileCounting(t *testing.T) {
	t.Parallel()
	c := testCalendar(t)
	more := []calendar.Rule{{ID: "more", Kind: calendar.Listed, Name: name("thêm"), Dates: days("2026-11-24", "2026-11-25")}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 200 {
			if i%2 == 0 {
				_ = c.Amend("1", more, nil) // cannot fail: the same rule passed above
			} else {
				_ = c.Amend("", nil, nil)
			}
		}
	})
	for range 200 {
		due, e := c.Due(at("2026-11-21 08:00"), calendar.Amount{N: 3, Unit: calendar.Day}, calendar.Counting{})
		want := map[string]calendar.Date{"test": day("2026-11-24"), "test+1": day("2026-11-26")}[e.Calendar]
		if !due.Equal(want.End()) {
			t.Errorf("%s ends at %v", e.Calendar, due)
		}
	}
	wg.Wait()
}

// A window lies in the year asked for, or touches it, and is no shorter than
// its break.
func TestWindowsTouchTheYear(t *testing.T) {
	t.Parallel()
	c, err := calendar.New("", testRules(), calendar.Campaign{ID: "p", Name: name("x"), Holidays: []string{"tet", "victory", "new-year"}, Before: 30, After: 30})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(1900, 2150).Draw(t, "year")
		for _, w := range c.Windows(year) {
			if w.Last.Compare(w.First) < 0 || w.First.Year > year || w.Last.Year < year {
				t.Fatalf("%d: %+v", year, w)
			}
		}
	})
}
