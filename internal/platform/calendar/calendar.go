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
	"sync/atomic"
	"time"
)

// searchLimit bounds every walk to the next working day. No real calendar has
// so long a holiday; broken data ends the walk instead of the program.
const searchLimit = 400

// Calendar answers which days are worked. It may be used by many goroutines at
// once. [Calendar.Amend] changes what it answers from then on; an answer is
// always of one edition.
type Calendar struct {
	version   string
	rules     []Rule
	campaigns []Campaign
	now       atomic.Pointer[edition]
}

// edition is a calendar between two changes. It never changes itself.
type edition struct {
	version   string
	rules     []Rule
	campaigns []Campaign
	worked    map[Date]bool           // weekly rest days worked in exchange
	decided   map[string]map[int]bool // occasion -> years with a decision
	years     *sync.Map               // int -> map[Date]DayOff, filled as asked
}

// DayOff says why a day is not worked.
type DayOff struct {
	Date        Date   `json:"date"`
	Rule        string `json:"rule"`                  // id of the rule that says so
	Name        Name   `json:"name"`                  // what people call the day
	Provisional bool   `json:"provisional,omitempty"` // the yearly decision is not in the data
	Source      string `json:"source,omitempty"`      // citation of the rule
}

// New returns the calendar of the given rules and campaigns. The version is
// kept in every explanation, so that a record shows which data it was counted
// with; it may be empty. New fails when a rule is incomplete or names a day that
// does not exist; the error names the rule's id.
func New(version string, rules []Rule, campaigns ...Campaign) (*Calendar, error) {
	c := &Calendar{version: version, rules: slices.Clone(rules), campaigns: slices.Clone(campaigns)}
	if err := c.Amend("", nil, nil); err != nil {
		return nil, err
	}
	return c, nil
}

// Amend sets what people have decided beside the data the calendar was made of,
// in place of what was set before. It holds from the next question on. The mark
// tells this state in the version ("4f1c…+mark"); an empty mark leaves the
// version as made. Amend fails as [New] does and changes nothing then.
func (c *Calendar) Amend(mark string, rules []Rule, campaigns []Campaign) error {
	version := c.version
	if mark != "" {
		version += "+" + mark
	}
	e, err := newEdition(version, slices.Concat(c.rules, rules), slices.Concat(c.campaigns, campaigns))
	if err != nil {
		return err
	}
	c.now.Store(e)
	return nil
}

// Check says whether [Calendar.Amend] would take these, and changes nothing.
func (c *Calendar) Check(rules []Rule, campaigns []Campaign) error {
	_, err := newEdition("", slices.Concat(c.rules, rules), slices.Concat(c.campaigns, campaigns))
	return err
}

func newEdition(version string, rules []Rule, campaigns []Campaign) (*edition, error) {
	e := &edition{
		version:   version,
		rules:     rules,
		campaigns: campaigns,
		worked:    map[Date]bool{},
		decided:   map[string]map[int]bool{},
		years:     &sync.Map{},
	}
	seen := map[string]bool{}
	for _, r := range e.rules {
		if err := r.Validate(); err != nil {
			return nil, err
		}
		if seen[r.ID] {
			return nil, fmt.Errorf("calendar rule %s: the id is used twice", r.ID)
		}
		seen[r.ID] = true
		e.note(r)
	}
	for _, p := range campaigns {
		if err := p.validate(e); err != nil {
			return nil, err
		}
		if seen[p.ID] {
			return nil, fmt.Errorf("calendar campaign %s: the id is used twice", p.ID)
		}
		seen[p.ID] = true
	}
	return e, nil
}

// note remembers the exchanges and the decisions of one rule.
func (e *edition) note(r Rule) {
	for _, s := range r.Swaps {
		e.worked[s.Worked] = true
	}
	if r.Provisional || r.Occasion == "" {
		return
	}
	for _, d := range r.Dates {
		if e.decided[r.Occasion] == nil {
			e.decided[r.Occasion] = map[int]bool{}
		}
		e.decided[r.Occasion][d.Year] = true
	}
}

// Version returns the version given to [New], with the mark of the last
// [Calendar.Amend].
func (c *Calendar) Version() string { return c.now.Load().version }

// Off returns why d is not worked, and false when it is a working day.
func (c *Calendar) Off(d Date) (DayOff, bool) { return c.now.Load().off(d) }

// IsWorkingDay reports whether d is worked.
func (c *Calendar) IsWorkingDay(d Date) bool { return c.now.Load().isWorked(d) }

// WorkedInExchange reports whether d is a rest day that is worked for another.
func (c *Calendar) WorkedInExchange(d Date) bool { return c.now.Load().inExchange(d) }

// Exchanged returns the rule by which the rest day d is worked, and the day that
// is off for it; false when d is no such day.
func (c *Calendar) Exchanged(d Date) (Rule, Date, bool) {
	e := c.now.Load()
	if !e.inExchange(d) {
		return Rule{}, Date{}, false
	}
	for _, r := range e.rules {
		for _, s := range r.Swaps {
			if s.Worked == d {
				return r, s.Off, true
			}
		}
	}
	return Rule{}, Date{}, false
}

// NextWorkingDay returns the first working day after d, never d itself. Where
// the data holds no working day within 400 days it returns the last day looked
// at.
func (c *Calendar) NextWorkingDay(d Date) Date {
	e := c.now.Load()
	for range searchLimit {
		d = d.AddDays(1)
		if e.isWorked(d) {
			return d
		}
	}
	return d
}

// Undecided returns the occasions whose days are decided anew each year and
// for which the data holds no decision for this year, sorted. Deadlines of
// such a year may still change.
func (c *Calendar) Undecided(year int) []string { return c.now.Load().undecided(year) }

// Unsettled reports whether d is worked as far as is known, but may come to be
// off by a yearly decision that the data lacks.
func (c *Calendar) Unsettled(d Date) bool { e := c.now.Load(); return e.isWorked(d) && e.unsettled(d) }

// Rules returns the rules the calendar counts with, those people decided
// included.
func (c *Calendar) Rules() []Rule { return slices.Clone(c.now.Load().rules) }

func (e *edition) off(d Date) (DayOff, bool) {
	if off, ok := e.year(d.Year)[d]; ok {
		return off, true
	}
	return e.weeklyRest(d)
}

func (e *edition) isWorked(d Date) bool {
	_, off := e.off(d)
	return !off
}

func (e *edition) inExchange(d Date) bool { return e.worked[d] && e.isWorked(d) }

func (e *edition) unsettled(d Date) bool {
	for _, r := range e.rules {
		if r.mayBeOff(d) && !e.decided[r.Occasion][d.Year] {
			return true
		}
	}
	return false
}

func (e *edition) undecided(year int) []string {
	var open []string
	for _, r := range e.rules {
		if r.Provisional && r.inYear(year) && !e.decided[r.Occasion][year] {
			open = append(open, r.Occasion)
		}
	}
	slices.Sort(open)
	return slices.Compact(open)
}

func (e *edition) weeklyRest(d Date) (DayOff, bool) {
	if e.worked[d] {
		return DayOff{}, false
	}
	for _, r := range e.rules {
		if r.Kind == Weekly && r.covers(d) && slices.Contains(r.Weekdays, d.Weekday()) {
			return r.dayOff(d), true
		}
	}
	return DayOff{}, false
}

func (e *edition) year(y int) map[Date]DayOff {
	if t, ok := e.years.Load(y); ok {
		return t.(map[Date]DayOff)
	}
	t, _ := e.years.LoadOrStore(y, e.build(y))
	return t.(map[Date]DayOff)
}

// build lists the holidays, exchanged days and days in lieu around year y. The
// neighbouring years are there because a day in lieu may cross the new year.
func (e *edition) build(y int) map[Date]DayOff {
	off := map[Date]DayOff{}
	var inLieu []DayOff
	for _, r := range e.rules {
		for yy := y - 1; yy <= y+1; yy++ {
			if r.Provisional && e.decided[r.Occasion][yy] {
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
		if _, rest := e.weeklyRest(h.Date); !rest {
			continue
		}
		d := h.Date
		for range searchLimit {
			d = d.AddDays(1)
			_, rest := e.weeklyRest(d)
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
