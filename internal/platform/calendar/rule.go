// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"fmt"
	"time"
)

// Kind is how a rule says which days it means.
type Kind string

// The kinds of rule a calendar knows. Everything else is data.
const (
	Weekly  Kind = "weekly"  // the same days of every week: Weekdays
	Solar   Kind = "solar"   // a Gregorian day of every year: Month, Day, Days
	Lunar   Kind = "lunar"   // a lunar day of every year: Month, Day, Offset, Days
	Listed  Kind = "dates"   // days named one by one, as a yearly notice does: Dates
	Swap    Kind = "swap"    // a working day off against a rest day worked: Swaps
	Pending Kind = "pending" // days decided each year of which nothing is known before
)

// Name is what a day is called, in Vietnamese and in English.
type Name struct {
	VI string `json:"vi" yaml:"vi"`
	EN string `json:"en" yaml:"en"`
}

// In returns the name in the language, Vietnamese unless lang is "en".
func (n Name) In(lang string) string {
	if lang == "en" {
		return n.EN
	}
	return n.VI
}

// Exchange is one pair of exchanged days: Off is a working day that is not
// worked, Worked the rest day worked for it.
type Exchange struct {
	Off    Date `yaml:"off"`
	Worked Date `yaml:"worked"`
}

// Rule is one reason for days to be off. Which fields it needs depends on Kind.
type Rule struct {
	ID       string
	Kind     Kind
	Name     Name
	From, To Date // first and last day on which the rule holds; zero is open

	Weekdays []time.Weekday // Weekly
	Month    int            // Solar, Lunar: 1..12; Pending: of the first day that may be off, zero where nobody knows
	Day      int            // Solar, Lunar: 1..31, lunar 1..30; Pending as Month
	Offset   int            // Lunar: days to move the first day, -1 for the eve
	Days     int            // Solar, Lunar, Pending: days in a row; zero is one
	Dates    []Date         // Listed
	Swaps    []Exchange     // Swap

	// Compensate gives the next working day in lieu of a day that falls on a
	// weekly rest day (Labour Code 2019, Art. 111.3).
	Compensate bool
	// Occasion joins the days decided for single years (Listed) with the rule
	// that stands in where no decision is known (Provisional): in a year with
	// a decision the provisional rule is silent.
	Occasion    string
	Provisional bool
	Source      string // citation, shown in explanations
	Mark        string // how well that is known, such as "memory"; empty where nobody said
}

// Validate says what is wrong with r: no id, no name in one language, a field
// its kind needs is missing, or a day that does not exist.
func (r Rule) Validate() error {
	fail := func(why string) error { return fmt.Errorf("calendar rule %s: %s", r.ID, why) }
	switch {
	case r.ID == "":
		return fail("id is missing")
	case r.Name.VI == "" || r.Name.EN == "":
		return fail("name needs vi and en")
	case r.Provisional && r.Occasion == "", r.Kind == Pending && !r.Provisional:
		return fail("a provisional rule needs an occasion, a pending one is provisional")
	case !r.From.IsZero() && !r.To.IsZero() && r.To.Compare(r.From) < 0:
		return fail("it ends before it begins")
	case r.Days < 0 || r.Days > 31 || r.Offset < -31 || r.Offset > 31:
		return fail("days must be 0..31 and offset -31..31")
	}
	switch r.Kind {
	case Weekly:
		if len(r.Weekdays) == 0 || len(r.Weekdays) > 3 {
			return fail("weekly needs one to three weekdays")
		}
	case Solar:
		if !exists(r.Month, r.Day) {
			return fail("month and day name no day")
		}
	case Lunar:
		if r.Month < 1 || r.Month > 12 || r.Day < 1 || r.Day > 29 {
			return fail("a lunar day is 1..29 of month 1..12")
		}
	case Listed:
		if len(r.Dates) == 0 {
			return fail("dates is empty")
		}
	case Swap:
		if len(r.Swaps) == 0 {
			return fail("swaps is empty")
		}
		for _, s := range r.Swaps {
			if s.Off.IsZero() || s.Worked.IsZero() {
				return fail("a swap needs off and worked")
			}
		}
	case Pending:
		if (r.Month != 0 || r.Day != 0) && !exists(r.Month, r.Day) {
			return fail("month and day name no day")
		}
	default:
		return fail(fmt.Sprintf("unknown kind %q", r.Kind))
	}
	return nil
}

// covers reports whether the rule holds on d.
func (r Rule) covers(d Date) bool {
	return (r.From.IsZero() || d.Compare(r.From) >= 0) && (r.To.IsZero() || d.Compare(r.To) <= 0)
}

// inYear reports whether the rule holds on any day of the year.
func (r Rule) inYear(y int) bool {
	return (r.From.IsZero() || y >= r.From.Year) && (r.To.IsZero() || y <= r.To.Year)
}

// days returns the days the rule gives in the solar or lunar year y.
func (r Rule) days(y int) []Date {
	var days []Date
	add := func(d Date) {
		if r.covers(d) {
			days = append(days, d)
		}
	}
	run := func(first Date) {
		for i := range max(r.Days, 1) {
			add(first.AddDays(i))
		}
	}
	switch r.Kind {
	case Solar:
		if first := (Date{y, time.Month(r.Month), r.Day}); first.AddDays(0) == first { // 29/02 exists
			run(first)
		}
	case Lunar:
		if first, err := FromLunar(y, r.Month, r.Day); err == nil { // fails outside 1800..2199 only
			run(first.AddDays(r.Offset))
		}
	case Listed:
		for _, d := range r.Dates {
			if d.Year == y {
				add(d)
			}
		}
	case Swap:
		for _, s := range r.Swaps {
			if s.Off.Year == y {
				add(s.Off)
			}
		}
	}
	return days
}

// mayBeOff reports whether r says of d that it may come to be off: a day of a
// pending rule. Whether the year is decided is for the caller to ask.
func (r Rule) mayBeOff(d Date) bool {
	if r.Kind != Pending || r.Month == 0 || !r.covers(d) {
		return false
	}
	first := Date{d.Year, time.Month(r.Month), r.Day}
	return d.Compare(first) >= 0 && d.Compare(first.AddDays(max(r.Days, 1)-1)) <= 0
}

func (r Rule) dayOff(d Date) DayOff {
	return DayOff{Date: d, Rule: r.ID, Name: r.Name, Provisional: r.Provisional, Source: r.Source}
}
