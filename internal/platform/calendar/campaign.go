// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"fmt"
	"slices"
)

// Span is a run of days, both ends included.
type Span struct {
	First Date `json:"first" yaml:"first"`
	Last  Date `json:"last" yaml:"last"`
}

// Campaign is a reason for raised duty (đợt cao điểm): either around holidays
// of every year, or on days of its own, such as an election.
type Campaign struct {
	ID       string
	Name     Name
	From, To Date // first and last day on which a window may begin; zero is open

	// Holidays are ids of rules or occasions. A window covers the days off they
	// give in a year, with the days off that touch them on either side.
	Holidays []string
	Spans    []Span // windows named one by one
	// Before and After widen every window by days.
	Before, After int
	Source        string // citation
	Mark          string // how well that is known; empty where nobody said
}

// Window is one campaign of one year.
type Window struct {
	Campaign    string `json:"campaign"` // id of the campaign
	Name        Name   `json:"name"`
	First       Date   `json:"first"` // both included
	Last        Date   `json:"last"`
	Provisional bool   `json:"provisional,omitempty"` // its days off are not decided yet
	Source      string `json:"source,omitempty"`
	Mark        string `json:"mark,omitempty"` // how well the source is known
}

// mostAround bounds how far a campaign is widened to either side, in days.
const mostAround = 60

func (p Campaign) validate(e *edition) error {
	fail := func(why string) error { return fmt.Errorf("calendar campaign %s: %s", p.ID, why) }
	switch {
	case p.ID == "":
		return fail("id is missing")
	case p.Name.VI == "" || p.Name.EN == "":
		return fail("name needs vi and en")
	case (len(p.Holidays) == 0) == (len(p.Spans) == 0):
		return fail("it needs either holidays or spans")
	case p.Before < 0 || p.After < 0 || p.Before > mostAround || p.After > mostAround:
		return fail("before and after are 0..60")
	case !p.From.IsZero() && !p.To.IsZero() && p.To.Compare(p.From) < 0:
		return fail("it ends before it begins")
	}
	for _, h := range p.Holidays {
		if !slices.ContainsFunc(e.rules, func(r Rule) bool { return r.ID == h || r.Occasion == h }) {
			return fail(fmt.Sprintf("no rule and no occasion is called %q", h))
		}
	}
	for _, s := range p.Spans {
		if s.First.IsZero() || s.Last.IsZero() || s.Last.Compare(s.First) < 0 || s.First.AddDays(366).Compare(s.Last) < 0 {
			return fail("a span needs first and last, in order, a year apart at most")
		}
	}
	return nil
}

// Windows returns the campaigns that touch the year, by first day.
func (c *Calendar) Windows(year int) []Window {
	e := c.now.Load()
	var list []Window
	add := func(p Campaign, s Span, provisional bool) {
		first, last := s.First.AddDays(-p.Before), s.Last.AddDays(p.After)
		if last.Year < year || first.Year > year || (!p.From.IsZero() && first.Compare(p.From) < 0) || (!p.To.IsZero() && first.Compare(p.To) > 0) {
			return
		}
		list = append(list, Window{Campaign: p.ID, Name: p.Name, First: first, Last: last, Provisional: provisional, Source: p.Source, Mark: p.Mark})
	}
	for _, p := range e.campaigns {
		for _, s := range p.Spans {
			add(p, s, false)
		}
		for y := year - 1; y <= year+1 && len(p.Holidays) > 0; y++ {
			if s, provisional, ok := e.breakOf(p.Holidays, y); ok {
				add(p, s, provisional)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Window) int { return a.First.Compare(b.First) })
	return list
}

// breakOf returns the run of days off that the holidays give in year y, widened
// by the days off that touch it, and whether any of them is not decided yet.
func (e *edition) breakOf(holidays []string, y int) (s Span, provisional, ok bool) {
	for _, r := range e.rules {
		if !slices.Contains(holidays, r.ID) && (r.Occasion == "" || !slices.Contains(holidays, r.Occasion)) {
			continue
		}
		if r.Provisional && e.decided[r.Occasion][y] {
			continue
		}
		provisional = provisional || (r.Provisional && r.inYear(y))
		for _, d := range r.days(y) {
			if !ok || d.Compare(s.First) < 0 {
				s.First = d
			}
			if !ok || d.Compare(s.Last) > 0 {
				s.Last = d
			}
			ok = true
		}
	}
	if !ok {
		return s, false, false
	}
	for range searchLimit {
		if e.isWorked(s.First.AddDays(-1)) {
			break
		}
		s.First = s.First.AddDays(-1)
	}
	for range searchLimit {
		if e.isWorked(s.Last.AddDays(1)) {
			break
		}
		s.Last = s.Last.AddDays(1)
	}
	return s, provisional, true
}
