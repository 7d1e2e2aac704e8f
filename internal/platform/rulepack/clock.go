// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// SeverityList is the id of the code list severities are chosen from.
const SeverityList = "CL-severity"

// Suggestion is one row of the severity table. Rows stand from the gravest
// severity to the least; the first that holds gives the suggestion.
type Suggestion struct {
	ID       string    `yaml:"id"`
	Severity string    `yaml:"severity"`
	When     Condition `yaml:"when"`
	Reason   Label     `yaml:"reason"`
	Source   Source    `yaml:"source"`
}

// SuggestSeverity returns the severity the table suggests and the reasons of
// every row that holds for that severity, or "" when no row holds. It is a
// suggestion: the law leaves "serious" undefined, so a named person decides.
func (p *Pack) SuggestSeverity(f Facts) (string, []Label) {
	severity := ""
	var reasons []Label
	for _, s := range p.Suggestions {
		if (severity == "" || severity == s.Severity) && s.When.holds(p, f) {
			severity = s.Severity
			reasons = append(reasons, s.Reason)
		}
	}
	return severity, reasons
}

// Clock is one duty with a term: who must be told what, by when. Since and
// Until bound the days of T0 on which it holds, for law that changes while its
// regime lasts.
type Clock struct {
	ID         string          `yaml:"id"`
	Label      Label           `yaml:"label"`
	Triggers   []Trigger       `yaml:"triggers"` // all of one subject
	Since      calendar.Date   `yaml:"since"`    // zero: as long as the pack
	Until      calendar.Date   `yaml:"until"`
	When       Condition       `yaml:"when"`
	From       Moment          `yaml:"from"`
	Amount     calendar.Amount `yaml:"amount"`
	Counting   string          `yaml:"counting"`   // id of a counting rule; only for days
	Addressees []string        `yaml:"addressees"` // roles, each owed its own report
	Form       string          `yaml:"form"`       // id of the form that meets it; empty when none is set
	Instrument string          `yaml:"instrument"` // id of the legal text
	Basis      string          `yaml:"basis"`      // printed citation
	// RemindBefore are the hours before the end at which to remind, falling.
	RemindBefore []int  `yaml:"remind_before_hours"`
	Source       Source `yaml:"source"`

	rule calendar.Counting
	own  *Clock // as the pack writes it, where somebody put another amount in place
}

// amended gives the clock another amount. Its name says so: names of clocks tell
// their term, and duties are called by them.
func (c *Clock) amended(a calendar.Amount) {
	if c.own == nil {
		own := *c
		c.own = &own
	}
	c.Amount, c.Label = a, c.own.Label
	if a != c.own.Amount {
		c.Label = Label{VI: c.Label.VI + " (nay là " + a.In("vi") + ")", EN: c.Label.EN + " (now " + a.In("en") + ")"}
	}
}

// Clocks returns the clocks that the trigger starts under the facts, in the
// order of the pack. A clock may be returned for several triggers of the same
// incident; its ID tells that it runs already.
func (p *Pack) Clocks(trigger Trigger, f Facts) []Clock {
	var run []Clock
	for _, c := range p.AllClocks {
		if slices.Contains(c.Triggers, trigger) && c.When.holds(p, f) {
			run = append(run, c)
		}
	}
	return run
}

// Runs reports whether the condition of a clock of p holds under the facts.
func (c Clock) Runs(p *Pack, f Facts) bool { return c.When.holds(p, f) }

// InForce reports whether the clock holds for an event whose T0 falls on d.
func (c Clock) InForce(d calendar.Date) bool {
	return (c.Since.IsZero() || d.Compare(c.Since) >= 0) && (c.Until.IsZero() || d.Compare(c.Until) <= 0)
}

// Due returns when the clock ends and how that was counted, the citation
// included. It reports false when the moment the clock counts from is not
// known yet, and when the clock was not in force at the event's T0.
func (c Clock) Due(cal *calendar.Calendar, m Moments) (time.Time, calendar.Explanation, bool) {
	start, t0 := m.At(c.From), m.At(c.Judged())
	if t0.IsZero() {
		t0 = start
	}
	if start.IsZero() || !c.InForce(calendar.DateOf(t0)) {
		return time.Time{}, calendar.Explanation{}, false
	}
	due, e := cal.Due(start, c.Amount, c.rule)
	return due, e.Citing(c.Basis), true
}
