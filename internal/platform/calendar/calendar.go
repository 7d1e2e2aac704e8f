// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package calendar knows Vietnam's days: the time zone, the lunar calendar,
// which days are worked, and when a term of hours, days or working days ends.
//
// It owns the arithmetic and the kinds of rule a holiday can have; which days
// are off in which year is data handed to [New] (see package rulepack). It
// refuses to read a clock: every moment is an argument. Start at
// [Calendar.Due], which also explains how it counted.
package calendar

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// searchLimit bounds every walk to the next working day. No real calendar has
// so long a holiday; broken data ends the walk instead of the program.
const searchLimit = 400

// Calendar answers which days are worked. It never changes after [New] and may
// be used by many goroutines at once.
type Calendar struct {
	version string
	rules   []Rule
	worked  map[Date]bool           // weekly rest days worked in exchange
	decided map[string]map[int]bool // occasion -> years with a decision
	years   *sync.Map               // int -> map[Date]DayOff, filled as asked
}

// DayOff says why a day is not worked.
type DayOff struct {
	Date        Date   `json:"date"`
	Rule        string `json:"rule"`                  // id of the rule that says so
	Name        Name   `json:"name"`                  // what people call the day
	Provisional bool   `json:"provisional,omitempty"` // the yearly decision is not in the data
	Source      string `json:"source,omitempty"`      // citation of the rule
}

// New returns the calendar of the given rules. The version is kept in every
// explanation, so that a record shows which data it was counted with; it may
// be empty. New fails when a rule is incomplete or names a day that does not
// exist; the error names the rule's id.
func New(version string, rules []Rule) (*Calendar, error) {
	c := &Calendar{
		version: version,
		rules:   slices.Clone(rules),
		worked:  map[Date]bool{},
		decided: map[string]map[int]bool{},
		years:   &sync.Map{},
	}
	seen := map[string]bool{}
	for _, r := range c.rules {
		if err := r.Validate(); err != nil {
			return nil, err
		}
		if seen[r.ID] {
			return nil, fmt.Errorf("calendar rule %s: the id is used twice", r.ID)
		}
		seen[r.ID] = true
		for _, s := range r.Swaps {
			c.worked[s.Worked] = true
		}
		if r.Provisional || r.Occasion == "" {
			continue
		}
		for _, d := range r.Dates {
			if c.decided[r.Occasion] == nil {
				c.decided[r.Occasion] = map[int]bool{}
			}
			c.decided[r.Occasion][d.Year] = true
		}
	}
	return c, nil
}

// Version returns the version given to [New].
func (c *Calendar) Version() string { return c.version }

// Off returns why d is not worked, and false when it is a working day.
func (c *Calendar) Off(d Date) (DayOff, bool) {
	if off, ok := c.year(d.Year)[d]; ok {
		return off, true
	}
	return c.weeklyRest(d)
}

// IsWorkingDay reports whether d is worked.
func (c *Calendar) IsWorkingDay(d Date) bool {
	_, off := c.Off(d)
	return !off
}

// WorkedInExchange reports whether d is a rest day that is worked for another.
func (c *Calendar) WorkedInExchange(d Date) bool { return c.worked[d] && c.IsWorkingDay(d) }

// NextWorkingDay returns the first working day after d, never d itself. Where
// the data holds no working day within 400 days it returns the last day looked
// at.
func (c *Calendar) NextWorkingDay(d Date) Date {
	for range searchLimit {
		d = d.AddDays(1)
		if c.IsWorkingDay(d) {
			return d
		}
	}
	return d
}

// Undecided returns the occasions whose days are decided anew each year and
// for which the data holds no decision for this year, sorted. Deadlines of
// such a year may still change.
func (c *Calendar) Undecided(year int) []string {
	var open []string
	for _, r := range c.rules {
		if r.Provisional && r.inYear(year) && !c.decided[r.Occasion][year] {
			open = append(open, r.Occasion)
		}
	}
	slices.Sort(open)
	return slices.Compact(open)
}

func (c *Calendar) weeklyRest(d Date) (DayOff, bool) {
	if c.worked[d] {
		return DayOff{}, false
	}
	for _, r := range c.rules {
		if r.Kind == Weekly && r.covers(d) && slices.Contains(r.Weekdays, d.Weekday()) {
			return r.dayOff(d), true
		}
	}
	return DayOff{}, false
}

func (c *Calendar) year(y int) map[Date]DayOff {
	if t, ok := c.years.Load(y); ok {
		return t.(map[Date]DayOff)
	}
	t, _ := c.years.LoadOrStore(y, c.build(y))
	return t.(map[Date]DayOff)
}

// build lists the holidays, exchanged days and days in lieu around year y. The
// neighbouring years are there because a day in lieu may cross the new year.
func (c *Calendar) build(y int) map[Date]DayOff {
	off := map[Date]DayOff{}
	var inLieu []DayOff
	for _, r := range c.rules {
		for yy := y - 1; yy <= y+1; yy++ {
			if r.Provisional && c.decided[r.Occasion][yy] {
				continue
			}
			for _, d := range r.days(yy) {
				if _, taken := off[d]; !taken {
					off[d] = r.dayOff(d)
				}
				if r.Compensate {
					inLieu = append(inLieu, r.dayOff(d))
				}
			}
		}
	}
	slices.SortStableFunc(inLieu, func(a, b DayOff) int { return a.Date.Compare(b.Date) })
	for _, h := range inLieu {
		if _, rest := c.weeklyRest(h.Date); !rest {
			continue
		}
		d := h.Date
		for range searchLimit {
			d = d.AddDays(1)
			_, rest := c.weeklyRest(d)
			if _, taken := off[d]; !taken && !rest {
				h.Date, h.Name = d, inLieuOf(h.Name)
				off[d] = h
				break
			}
		}
	}
	return off
}

// Zone returns the time zone of every day in this package: UTC+7, no daylight
// saving, as in Vietnam since 13 June 1975 (IANA Asia/Ho_Chi_Minh). It needs no
// zone files on the machine.
func Zone() *time.Location { return zone }

var zone = time.FixedZone("+07", 7*60*60)
