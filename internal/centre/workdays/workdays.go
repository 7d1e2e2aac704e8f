// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package workdays shows the calendar of a year (days off and why, times of
// raised duty) and keeps what authorised people decide beside the data that
// comes with the program: an official notice of days off, an exchange of days, a
// time of raised duty of their own. How days are counted is package calendar's.
// Start at Service.
package workdays

import (
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies a decision.
type ID string

// Kind says what a decision changes.
type Kind string

// The kinds of decision.
const (
	Off    Kind = "off"    // days that are not worked
	Swap   Kind = "swap"   // a working day off against a rest day worked
	Window Kind = "window" // a time of raised duty (đợt cao điểm)
)

// Kinds are all of them, in their order.
var Kinds = []Kind{Off, Swap, Window}

// State says how a decision stands.
type State string

// The states of a decision. It is in force until it is withdrawn.
const (
	InForce   State = "in_force"
	Withdrawn State = "withdrawn"
)

// States are both of them.
var States = []State{InForce, Withdrawn}

// Entry is what a person enters.
type Entry struct {
	Kind        Kind
	Name        string // 1..200 runes, what people call the days
	First, Last calendar.Date
	Worked      calendar.Date // Swap: the rest day worked for First
	// Occasion says which yearly notice this is, such as "tet": days of that
	// occasion in the year are then decided. Only for Off; may be empty.
	Occasion  string
	Reason    string // 1..1000 runes
	Reference string // the paper that says so, 1..200 runes
}

// Decision is one entry and what became of it. Times are UTC.
type Decision struct {
	ID ID
	Entry
	State State

	MadeBy, MadeName string
	MadeAt           time.Time

	WithdrawnBy, WithdrawnName, WithdrawnReason string // empty while in force
	WithdrawnAt                                 time.Time

	Version int64 // +1 per change
}

const (
	mostName   = 200
	mostReason = 1000
	mostDays   = 31  // of one run of days off
	mostWindow = 184 // days of one time of raised duty
)

// clean tidies e and reports by form field what cannot be stored or does not
// fit the days as they are.
func (e *Entry) clean(op string, cal *calendar.Calendar) error {
	e.Name, e.Reason, e.Reference = i18n.NFC(e.Name), i18n.NFC(e.Reason), i18n.NFC(e.Reference)
	if e.Kind == Swap || e.Last.IsZero() {
		e.Last = e.First
	}
	bad := map[string]string{}
	within := func(field, s string, most int) {
		if s == "" || utf8.RuneCountInString(s) > most {
			bad[field] = "workdays.bad." + field
		}
	}
	within("name", e.Name, mostName)
	within("reason", e.Reason, mostReason)
	within("reference", e.Reference, mostName)
	if e.First.IsZero() || e.First.Year < 2000 || e.First.Year > 2150 {
		bad["first"] = "workdays.bad.day"
	} else {
		e.fit(cal, bad)
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// fit says what of the days does not fit the calendar.
func (e *Entry) fit(cal *calendar.Calendar, bad map[string]string) {
	most := mostDays
	if e.Kind == Window {
		most = mostWindow
	}
	if e.Last.Compare(e.First) < 0 || e.First.AddDays(most-1).Compare(e.Last) < 0 {
		bad["last"] = "workdays.bad.last." + string(e.Kind)
	}
	switch e.Kind {
	case Swap:
		if !cal.IsWorkingDay(e.First) {
			bad["first"] = "workdays.bad.swap_first"
		}
		if e.Worked.IsZero() || cal.IsWorkingDay(e.Worked) || !restOnly(cal, e.Worked) {
			bad["worked"] = "workdays.bad.worked"
		}
		e.Occasion = ""
	case Off:
		e.Worked = calendar.Date{}
		if e.Occasion != "" {
			e.fitOccasion(cal, bad)
		} else if bad["last"] == "" && !anyWorked(cal, e.First, e.Last) {
			bad["first"] = "workdays.bad.already_off"
		}
	case Window:
		e.Worked, e.Occasion = calendar.Date{}, ""
	default:
		bad["kind"] = "workdays.bad.kind"
	}
}

// fitOccasion refuses a notice for days that nobody decides yearly, for a year
// that has its notice, and one that spans two years.
func (e *Entry) fitOccasion(cal *calendar.Calendar, bad map[string]string) {
	known := false
	for _, o := range Open(cal, e.First.Year) {
		known = known || o == e.Occasion
	}
	if !known {
		bad["occasion"] = "workdays.bad.occasion"
	}
	if e.Last.Year != e.First.Year {
		bad["last"] = "workdays.bad.years"
	}
}

// Open are the occasions of a year whose days are not decided yet.
func Open(cal *calendar.Calendar, year int) []string { return cal.Undecided(year) }

// restOnly reports whether d is off for the weekly rest alone.
func restOnly(cal *calendar.Calendar, d calendar.Date) bool {
	off, is := cal.Off(d)
	if !is {
		return false
	}
	for _, r := range cal.Rules() {
		if r.ID == off.Rule {
			return r.Kind == calendar.Weekly
		}
	}
	return false
}

func anyWorked(cal *calendar.Calendar, first, last calendar.Date) bool {
	for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
		if cal.IsWorkingDay(d) {
			return true
		}
	}
	return false
}

// withdraw ends d.
func (d *Decision) withdraw(op, by, name, reason string, at time.Time) error {
	if reason = i18n.NFC(reason); reason == "" || utf8.RuneCountInString(reason) > mostReason {
		return fault.Bad(op, "reason", "workdays.bad.reason")
	}
	if d.State != InForce {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "workdays.conflict.withdrawn"}
	}
	d.State, d.WithdrawnBy, d.WithdrawnName, d.WithdrawnReason, d.WithdrawnAt = Withdrawn, by, name, reason, at
	return nil
}

// rule is d as the calendar counts with it, or a campaign where it is a time of
// raised duty.
func (d Decision) rule() (rule calendar.Rule, campaign calendar.Campaign, isRule bool) {
	id, name := ruleID(d.ID), calendar.Name{VI: d.Name, EN: d.Name}
	switch d.Kind {
	case Window:
		return rule, calendar.Campaign{ID: id, Name: name, Spans: []calendar.Span{{First: d.First, Last: d.Last}}, Source: d.Reference}, false
	case Swap:
		return calendar.Rule{ID: id, Kind: calendar.Swap, Name: name, Swaps: []calendar.Exchange{{Off: d.First, Worked: d.Worked}}, Source: d.Reference}, campaign, true
	}
	rule = calendar.Rule{ID: id, Kind: calendar.Listed, Name: name, Occasion: d.Occasion, Compensate: d.Occasion != "", Source: d.Reference}
	for day := d.First; day.Compare(d.Last) <= 0; day = day.AddDays(1) {
		rule.Dates = append(rule.Dates, day)
	}
	return rule, campaign, true
}

// ruleID is what a decision is called among the rules of the calendar.
func ruleID(id ID) string { return "decision:" + string(id) }
