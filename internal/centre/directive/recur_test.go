// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

func date(t *testing.T, text string) calendar.Date {
	t.Helper()
	if text == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTurnsOfTheCalendar(t *testing.T) {
	for name, c := range map[string]struct{ every, day, key, first, last string }{
		"a day":                                  {"P1D", "2026-12-31", "2026-12-31", "2026-12-31", "2026-12-31"},
		"a week over the end of a year":          {"P1W", "2026-12-31", "2026-W53", "2026-12-28", "2027-01-03"},
		"its last day":                           {"P1W", "2027-01-03", "2026-W53", "2026-12-28", "2027-01-03"},
		"the first week of the next":             {"P1W", "2027-01-04", "2027-W01", "2027-01-04", "2027-01-10"},
		"a fortnight":                            {"P2W", "2026-11-23", "2026-W48", "2026-11-23", "2026-12-06"},
		"a month of 28 days":                     {"P1M", "2027-02-10", "2027-02", "2027-02-01", "2027-02-28"},
		"a leap month":                           {"P1M", "2028-02-29", "2028-02", "2028-02-01", "2028-02-29"},
		"two months":                             {"P2M", "2026-12-05", "2026-11+2", "2026-11-01", "2026-12-31"},
		"the last quarter":                       {"P3M", "2026-12-31", "2026-Q4", "2026-10-01", "2026-12-31"},
		"four months":                            {"P4M", "2026-08-31", "2026-05+4", "2026-05-01", "2026-08-31"},
		"the second half":                        {"P6M", "2026-07-01", "2026-H2", "2026-07-01", "2026-12-31"},
		"a year":                                 {"P1Y", "2026-01-01", "2026", "2026-01-01", "2026-12-31"},
		"two years from the year of the paper":   {"P2Y", "2026-05-01", "2025-2026", "2025-01-01", "2026-12-31"},
		"two years before the year of the paper": {"P2Y", "2024-05-01", "2023-2024", "2023-01-01", "2024-12-31"},
		"five years":                             {"P5Y", "2030-01-01", "2030-2034", "2030-01-01", "2034-12-31"},
	} {
		t.Run(name, func(t *testing.T) {
			u, ok := turnOf(c.every, date(t, c.day), 2025)
			if !ok || u.key != c.key || u.first.String() != c.first || u.last.String() != c.last {
				t.Errorf("%v %+v", ok, u)
			}
		})
	}
	if _, ok := turnOf("P7M", date(t, "2026-01-01"), 2026); ok {
		t.Error("seven months are no turn")
	}
}

// TestTurnsFollowEachOther: of every recurrence, over four years, each day lies in
// one turn, turns meet without a gap, and their names rise.
func TestTurnsFollowEachOther(t *testing.T) {
	for _, every := range Recurrences() {
		day := date(t, "2025-01-01")
		u, _ := turnOf(every, day, 2025)
		for day = u.last.AddDays(1); day.Year < 2029; day = u.last.AddDays(1) {
			next, ok := turnOf(every, day, 2025)
			if !ok || next.first != day || next.key <= u.key {
				t.Fatalf("%s: %+v after %+v", every, next, u)
			}
			for _, within := range []calendar.Date{next.first, next.last} {
				if same, _ := turnOf(every, within, 2025); same != next {
					t.Fatalf("%s: %s lies in %+v, not in %+v", every, within, same, next)
				}
			}
			u = next
		}
	}
}

func TestDueOfATurn(t *testing.T) {
	for name, c := range map[string]struct {
		term              Term
		from, last, today string
		key, due          string
	}{
		"a month ends with its last day":          {Term{Recurrence: "P1M"}, "", "", "2026-11-23", "2026-11", "2026-11-30"},
		"before the 25th of each month":           {Term{Recurrence: "P1M", Day: 25}, "", "", "2026-11-23", "2026-11", "2026-11-25"},
		"the 20th is over: the next month":        {Term{Recurrence: "P1M", Day: 20}, "", "", "2026-11-23", "2026-12", "2026-12-20"},
		"over the end of the year":                {Term{Recurrence: "P1M", Day: 20}, "", "", "2026-12-21", "2027-01", "2027-01-20"},
		"the 31st of a month of 30":               {Term{Recurrence: "P1M", Day: 31}, "", "", "2026-11-23", "2026-11", "2026-11-30"},
		"the 20th of a quarter's last month":      {Term{Recurrence: "P3M", Day: 20}, "", "", "2026-11-23", "2026-Q4", "2026-12-20"},
		"it begins later":                         {Term{Recurrence: "P1D"}, "2027-02-04", "2027-02-10", "2026-11-23", "2027-02-04", "2027-02-04"},
		"it stopped before: that turn, late":      {Term{Recurrence: "P1D"}, "2026-02-14", "2026-02-22", "2026-11-23", "2026-02-22", "2026-02-22"},
		"cut off where it stops":                  {Term{Recurrence: "P1Y"}, "", "2026-12-15", "2026-11-23", "2026", "2026-12-15"},
		"three in the afternoon is over today":    {Term{Recurrence: "P1D", Hour: "08:00"}, "", "", "2026-11-23", "2026-11-24", "2026-11-24"},
		"three in the afternoon is still to come": {Term{Recurrence: "P1D", Hour: "15:00"}, "", "", "2026-11-23", "2026-11-23", "2026-11-23"},
	} {
		t.Run(name, func(t *testing.T) {
			c.term.First, c.term.Last = date(t, c.from), date(t, c.last)
			today := date(t, c.today)
			u, ok := c.term.begin(today, today.Start().Add(9*time.Hour), 2026)
			if got := c.term.due(u); !ok || u.key != c.key || got.String() != c.due {
				t.Errorf("%v %s until %s", ok, u.key, got)
			}
		})
	}
	if got := at(date(t, "2026-11-23"), "15:30"); !got.Equal(time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("half past three is %s", got)
	}
}

// TestWhatWasMissedIsLateNotLost lists the turns that are to be opened.
func TestWhatWasMissedIsLateNotLost(t *testing.T) {
	for name, c := range map[string]struct {
		term  Term
		last  string // day on which it stops
		key   string // of the latest there is
		today string
		want  []string
	}{
		"nothing new":             {Term{Recurrence: "P1M"}, "", "2026-11", "2026-11-30", nil},
		"the next":                {Term{Recurrence: "P1M"}, "", "2026-11", "2026-12-01", []string{"2026-12"}},
		"two over a year's end":   {Term{Recurrence: "P1M"}, "", "2026-11", "2027-01-05", []string{"2026-12", "2027-01"}},
		"through Tết, day by day": {Term{Recurrence: "P1D"}, "2027-02-10", "2027-02-07", "2027-02-20", []string{"2027-02-08", "2027-02-09", "2027-02-10"}},
		"it has stopped":          {Term{Recurrence: "P1D"}, "2027-02-10", "2027-02-10", "2027-02-20", nil},
		"not begun":               {Term{Recurrence: "P1D", First: calendar.Date{Year: 2027, Month: 2, Day: 4}}, "2027-02-10", "2027-02-04", "2027-01-20", nil},
		"two years":               {Term{Recurrence: "P2Y"}, "", "2026-2027", "2028-01-01", []string{"2028-2029"}},
		"weeks":                   {Term{Recurrence: "P1W"}, "", "2026-W52", "2027-01-04", []string{"2026-W53", "2027-W01"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.term.Last = date(t, c.last)
			var got []string
			for _, u := range c.term.since(c.key, date(t, c.today), 2026) {
				got = append(got, u.key)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v", got)
			}
		})
	}
	if got := (Term{Recurrence: "P1D"}).since("2020-01-01", date(t, "2026-11-23"), 2026); len(got) != mostMissed || got[mostMissed-1].key != "2026-11-23" {
		t.Errorf("%d turns after a long standstill", len(got))
	}
}
