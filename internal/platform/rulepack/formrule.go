// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// When is one question to a value: of a field of the form, or, inside a table,
// of a column of the same row. Exactly one of In, NotIn and Filled is given.
// Values are compared as codes; yes and no stand for those of a bool.
type When struct {
	Key    string   `yaml:"key"`
	In     []string `yaml:"in"`     // it is, or holds, one of these
	NotIn  []string `yaml:"not_in"` // it is filled and holds none of these
	Filled *bool    `yaml:"filled"` // whether anything was filled in
}

// Holds reports whether the answer is yes for a value that holds the codes; a
// value without codes that is not empty is any one string.
func (w When) Holds(codes []string) bool {
	has := func(list []string) bool {
		for _, c := range codes {
			if slices.Contains(list, c) {
				return true
			}
		}
		return false
	}
	switch {
	case w.Filled != nil:
		return *w.Filled == (len(codes) > 0)
	case len(w.In) > 0:
		return has(w.In)
	}
	return len(codes) > 0 && !has(w.NotIn)
}

// Tally says how a number is reckoned: rows of a table, the sum of one of its
// columns, or a share of two numbers of the form.
type Tally struct {
	Table string `yaml:"table"` // key of the table
	Where []When `yaml:"where"` // rows that count; none given: all
	Sum   string `yaml:"sum"`   // column that is summed; empty: rows are counted
	Part  string `yaml:"part"`  // of a pct: key of the part
	Of    string `yaml:"of"`    // of a pct: key of the whole
	// Unless is, of a pct, the key of a number of things nothing is known of: with
	// any of them no share is reckoned.
	Unless string `yaml:"unless"`
}

// FieldTerm is a moment by which something must be done: the amount of a clock
// of the pack, counted from another field.
type FieldTerm struct {
	When  []When `yaml:"when"`  // none: always
	Clock string `yaml:"clock"` // id of a clock
	From  string `yaml:"from"`  // key of a date or datetime
}

// Due is the end of the term counted from start, and false when the clock was not
// in force then.
func (t FieldTerm) Due(p *Pack, cal *calendar.Calendar, start time.Time) (time.Time, bool) {
	c, ok := p.Clock(t.Clock)
	if !ok || !c.InForce(calendar.DateOf(start)) {
		return time.Time{}, false
	}
	due, _ := cal.Due(start, c.Amount, c.rule)
	return due, true
}

// trendColumns are the columns of a table with a trend: what is counted, this
// period, the one before, and the same one of the year before.
var trendColumns = []string{"what", "now", "before", "year_ago"}

// Check is a sum that a filled form must hold. Left and Right are keys, summed:
// columns of each row when Table is given, else numbers of the form, where
// "table.column" is the sum over a table's rows.
type Check struct {
	ID     string   `yaml:"id"`
	Table  string   `yaml:"table"`
	Left   []string `yaml:"left"`
	Is     string   `yaml:"is"` // equal, at_most, at_least
	Right  []string `yaml:"right"`
	Stops  bool     `yaml:"stops"` // the paper cannot be printed while it fails
	Say    Label    `yaml:"say"`   // what is wrong
	Source Source   `yaml:"source"`
}

// Holds reports whether left and right stand as the check wants.
func (c Check) Holds(left, right int64) bool {
	switch c.Is {
	case "at_most":
		return left <= right
	case "at_least":
		return left >= right
	}
	return left == right
}

// Periods are the periods a form is written for.
type Periods struct {
	Every  []string `yaml:"every"`  // month, quarter, half, year, span; span: a person names both days
	Starts MonthDay `yaml:"starts"` // first day of the form's year; the zero value is 1 January
}

// MonthDay is a day of every year, written MM-DD.
type MonthDay struct {
	Month time.Month
	Day   int
}

// UnmarshalText reads "12-15".
func (m *MonthDay) UnmarshalText(text []byte) error {
	var month int
	n, err := fmt.Sscanf(string(text), "%02d-%02d", &month, &m.Day)
	m.Month = time.Month(month)
	if err != nil || n != 2 || len(text) != 5 || month < 1 || month > 12 || m.Day < 1 || m.Day > 28 && month == 2 || m.Day > 30 {
		return errors.New("a day of the year is written MM-DD, not later than the 30th")
	}
	return nil
}

// parts is how many periods of a kind make a year.
var parts = map[string]int{"month": 12, "quarter": 4, "half": 2, "year": 1}

// Parts returns how many periods of the kind make a year: 4 of "quarter"; 0 for
// "span" and what is no kind.
func (p Periods) Parts(kind string) int { return parts[kind] }

// Between returns the first and the last day of period n (from 1) of a year. A
// form's year that does not start on 1 January belongs to the year it ends in:
// that of 15/12/2025 to 14/12/2026 is 2026. False when there is no such period.
func (p Periods) Between(kind string, year, n int) (from, to calendar.Date, ok bool) {
	count := parts[kind]
	if count == 0 || n < 1 || n > count || year < 1900 || year > 2200 {
		return from, to, false
	}
	first := calendar.Date{Year: year, Month: p.Starts.Month, Day: p.Starts.Day}
	if p.Starts == (MonthDay{}) {
		first = calendar.Date{Year: year, Month: time.January, Day: 1}
	} else if p.Starts != (MonthDay{time.January, 1}) {
		first.Year--
	}
	at := func(months int) calendar.Date {
		m := int(first.Month) - 1 + months
		return calendar.Date{Year: first.Year + m/12, Month: time.Month(m%12 + 1), Day: first.Day}
	}
	step := 12 / count
	return at((n - 1) * step), at(n * step).AddDays(-1), true
}
