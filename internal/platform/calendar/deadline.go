// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"fmt"
	"time"
)

// Unit is what a term is counted in. The units of Vietnamese papers are giờ,
// ngày and ngày làm việc, in transitional law also tháng; "ngay" asks for the
// thing at once.
type Unit string

// The units of a term.
const (
	Immediate  Unit = "immediate"   // ngay: due at its start
	Hour       Unit = "hour"        // giờ: runs from the moment, day and night
	Day        Unit = "day"         // ngày: ends at 24:00 of a day
	WorkingDay Unit = "working_day" // ngày làm việc: only days worked are counted
	Month      Unit = "month"       // tháng: ends at 24:00 of the day of the same number
)

// Days reports whether the unit ends at the end of a day, so that a counting
// rule applies to it.
func (u Unit) Days() bool { return u == Day || u == WorkingDay || u == Month }

// The longest terms: ten years of hours, a century of months.
const (
	maxAmount = 10 * 366 * 24
	maxMonths = 1200
)

func (u Unit) longest() int {
	if u == Month {
		return maxMonths
	}
	return maxAmount
}

// Amount is the length of a term: N of Unit. For Immediate N is zero.
type Amount struct {
	N    int  `json:"n" yaml:"n"`
	Unit Unit `json:"unit" yaml:"unit"`
}

// Validate says what is wrong with a: an unknown unit, or N out of 1..87840
// (0 for Immediate, 1..1200 for Month).
func (a Amount) Validate() error {
	switch a.Unit {
	case Immediate:
		if a.N != 0 {
			return fmt.Errorf("amount %d: immediate takes no number", a.N)
		}
	case Hour, Day, WorkingDay, Month:
		if most := a.Unit.longest(); a.N < 1 || a.N > most {
			return fmt.Errorf("amount %d: must be 1..%d", a.N, most)
		}
	default:
		return fmt.Errorf("unit %q: must be immediate, hour, day, working_day or month", a.Unit)
	}
	return nil
}

// Counting is a rule for counting days. Its zero value is that of the Civil
// Code 2015, Art. 147.2 and 148: the first day is not counted, the term ends at
// 24:00 of its last day, and a last day that is off moves the end to the end of
// the next working day.
type Counting struct {
	ID            string `json:"id,omitempty" yaml:"id"`
	CountFirstDay bool   `json:"count_first_day,omitempty" yaml:"count_first_day"`
	KeepOffDay    bool   `json:"keep_off_day,omitempty" yaml:"keep_off_day"` // the end does not move
	Basis         string `json:"basis,omitempty" yaml:"basis"`               // citation of this rule
}

// Due returns when a term that starts at start ends, and how that was counted.
// Hours are exact; days end at 24:00 in Vietnam, returned as 00:00 of the day
// after. The result is never before start and, unless the counting keeps it,
// the last day of a term in days is a working day. A number out of range (see
// [Amount.Validate]) is clamped to it and an unknown unit counts as Immediate,
// the strictest: callers validate amounts where they enter.
func (c *Calendar) Due(start time.Time, a Amount, rule Counting) (time.Time, Explanation) {
	a.N = min(max(a.N, 0), a.Unit.longest())
	days := c.now.Load()
	e := Explanation{Start: start.Round(0).UTC(), Amount: a, Counting: rule, Calendar: days.version}
	switch a.Unit {
	case Hour:
		e.Due = e.Start.Add(time.Duration(a.N) * time.Hour)
	case Day:
		days.countDays(&e)
	case WorkingDay:
		days.countWorkingDays(&e)
	case Month:
		days.countMonths(&e)
	default:
		e.Due = e.Start
	}
	return e.Due, e
}

func (c *edition) countDays(e *Explanation) {
	n := e.Amount.N
	if e.Counting.CountFirstDay && n > 0 {
		n--
	}
	c.endOn(e, DateOf(e.Start).AddDays(n))

	// A reader may take "03 ngày" for 72 hours, or not know that the end moves.
	// Both readings end earlier; reminders go by the earliest of them.
	if hours := e.Start.Add(time.Duration(e.Amount.N) * 24 * time.Hour); hours.Before(e.Due) {
		e.Readings = append(e.Readings, Reading{AsHours, hours})
	}
	c.notMoved(e)
}

// countMonths ends the term on the day of the same number in its last month, or
// on that month's last day where it has no such day (Civil Code 2015,
// Art. 148.3). With the first day counted it ends a day earlier.
func (c *edition) countMonths(e *Explanation) {
	first := DateOf(e.Start)
	last := first.AddMonths(e.Amount.N)
	if e.Counting.CountFirstDay && e.Amount.N > 0 {
		last = last.AddDays(-1)
	}
	c.endOn(e, last)
	// Papers disagree whether "06 tháng" from 01/07 ends on 01/01 or 31/12.
	if counted := last.AddDays(-1).End().UTC(); !e.Counting.CountFirstDay && e.Amount.N > 0 {
		e.Readings = append(e.Readings, Reading{FirstDayIn, counted})
	}
	c.notMoved(e)
}

// endOn ends the term on the day last, or on the next working day when last is
// off and the counting moves it.
func (c *edition) endOn(e *Explanation, last Date) {
	e.LastDay = last
	if !e.Counting.KeepOffDay {
		last = c.skip(e, last)
	}
	if c.inExchange(last) {
		e.Worked = append(e.Worked, last)
	}
	e.Unsettled = !e.Counting.KeepOffDay && c.unsettled(last)
	e.Due = last.End().UTC()
}

func (c *edition) notMoved(e *Explanation) {
	if end := e.LastDay.End().UTC(); end.Before(e.Due) {
		e.Readings = append(e.Readings, Reading{NotMoved, end})
	}
}

func (c *edition) countWorkingDays(e *Explanation) {
	d, left := DateOf(e.Start), e.Amount.N
	if e.Counting.CountFirstDay && left > 0 && c.isWorked(d) {
		left--
	}
	for left > 0 {
		d = c.skip(e, d.AddDays(1))
		if c.inExchange(d) {
			e.Worked = append(e.Worked, d)
		}
		e.Unsettled = e.Unsettled || c.unsettled(d)
		left--
	}
	d = c.skip(e, d) // only a term of no days can still stand on a day off
	e.LastDay = d
	e.Due = d.End().UTC()
}

// skip notes every day off from d on and returns the first working day, d
// itself when it is one.
func (c *edition) skip(e *Explanation, d Date) Date {
	for range searchLimit {
		off, is := c.off(d)
		if !is {
			break
		}
		e.Skipped = append(e.Skipped, off)
		d = d.AddDays(1)
	}
	return d
}
