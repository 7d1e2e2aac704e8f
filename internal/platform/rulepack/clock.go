// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Facts is what is known of an incident when clocks are chosen or a severity is
// suggested. The zero value knows nothing and claims nothing.
type Facts struct {
	Severity            string // id in CL-severity, decided by a named person; empty while undecided
	SystemLevel         int    // 1..5, 0 unknown
	Machines            int    // machines affected, 0 unknown
	NationalImportant   bool   // the system is on the national list
	NationalSecurity    bool   // signs of harm to national security or public order
	SeriousInterruption bool   // the system is seriously interrupted
	ServiceInterrupted  bool   // a service of the system is interrupted
	SecretDisclosed     bool   // secret data is likely disclosed
	DataLost            bool   // important data lost integrity and cannot be restored
	ControlLost         bool   // control of the system is lost
	MaySpread           bool   // likely to spread widely or cascade
	BeyondCapacity      bool   // the owner cannot control it alone
	PersonalData        bool   // personal data is affected
}

// Test is one yes-or-no question a condition may ask of the facts.
type Test string

// tests is the closed set of questions. A pack combines them; it cannot add to
// them, so that a rule is always something this program understands.
var tests = map[Test]func(*Pack, Facts) bool{
	"severity_serious": func(p *Pack, f Facts) bool {
		list, _ := p.CodeList(SeverityList)
		c, _ := list.Find(f.Severity)
		return c.Serious
	},
	"national_important":   func(_ *Pack, f Facts) bool { return f.NationalImportant },
	"national_security":    func(_ *Pack, f Facts) bool { return f.NationalSecurity },
	"serious_interruption": func(_ *Pack, f Facts) bool { return f.SeriousInterruption },
	"service_interrupted":  func(_ *Pack, f Facts) bool { return f.ServiceInterrupted || f.SeriousInterruption },
	"secret_disclosed":     func(_ *Pack, f Facts) bool { return f.SecretDisclosed },
	"data_lost":            func(_ *Pack, f Facts) bool { return f.DataLost },
	"control_lost":         func(_ *Pack, f Facts) bool { return f.ControlLost },
	"may_spread":           func(_ *Pack, f Facts) bool { return f.MaySpread },
	"beyond_capacity":      func(_ *Pack, f Facts) bool { return f.BeyondCapacity },
	"personal_data":        func(_ *Pack, f Facts) bool { return f.PersonalData },
}

// SeverityList is the id of the code list severities are chosen from.
const SeverityList = "CL-severity"

// Condition holds when all of All, at least one of Any (if there are any), and
// both minima hold. The zero value always holds.
type Condition struct {
	All             []Test `yaml:"all"`
	Any             []Test `yaml:"any"`
	LevelAtLeast    int    `yaml:"level_at_least"`    // system level 1..5; unknown does not hold
	MachinesAtLeast int    `yaml:"machines_at_least"` // unknown does not hold
}

func (c Condition) holds(p *Pack, f Facts) bool {
	ask := func(t Test) bool { return tests[t](p, f) }
	for _, t := range c.All {
		if !ask(t) {
			return false
		}
	}
	return (len(c.Any) == 0 || slices.ContainsFunc(c.Any, ask)) &&
		f.SystemLevel >= c.LevelAtLeast && f.Machines >= c.MachinesAtLeast
}

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

// Trigger is an event of an incident's life that starts clocks.
type Trigger string

// The triggers.
const (
	Detected        Trigger = "incident.detected"         // the incident is opened
	Assessed        Trigger = "incident.assessed"         // its facts changed
	SeverityDecided Trigger = "incident.severity_decided" // a named person decided
)

// Moment names the time a clock counts from.
type Moment string

// The moments.
const (
	DetectedAt Moment = "detected_at" // thời điểm phát hiện, T0
	DecidedAt  Moment = "decided_at"  // when the severity was decided
)

// Moments holds the times of one incident.
type Moments struct {
	DetectedAt time.Time
	DecidedAt  time.Time // zero while undecided
}

// Clock is one duty with a term: who must be told what, by when.
type Clock struct {
	ID         string          `yaml:"id"`
	Label      Label           `yaml:"label"`
	Triggers   []Trigger       `yaml:"triggers"`
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

// Due returns when the clock ends and how that was counted, the citation
// included. It reports false when the moment the clock counts from is not
// known yet.
func (c Clock) Due(cal *calendar.Calendar, m Moments) (time.Time, calendar.Explanation, bool) {
	start := m.DetectedAt
	if c.From == DecidedAt {
		start = m.DecidedAt
	}
	if start.IsZero() {
		return time.Time{}, calendar.Explanation{}, false
	}
	due, e := cal.Due(start, c.Amount, c.rule)
	return due, e.Citing(c.Basis), true
}
