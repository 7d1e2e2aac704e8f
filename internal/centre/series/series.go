// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package series keeps definitions of reports that come again: quarterly, for each
// holiday, yearly. A definition says which form a unit writes, for which periods,
// by when and who writes it; in time before the end of each term its draft is
// made by the room of papers, once, and its writer is told. The page of a
// definition shows what became of each period and how the printed numbers went.
//
// It makes drafts only: what is printed, signed and sent is decided by people in
// the room of papers. A period for which no draft could be made is kept with the
// reason and shown, never passed over. Start at Series, Service.Attend and
// Service.Make.
package series

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// ID names one definition for ever.
type ID string

// State says whether the drafts of a definition are made.
type State string

// The states.
const (
	Active  State = "active"
	Stopped State = "stopped"
)

// States lists all states in the order pages offer them.
func States() []State { return []State{Active, Stopped} }

// Plan is what a person says of a definition.
type Plan struct {
	Title     string         // 1..200 runes, one line
	Form      string         // id of the form
	Pack      string         // id of the pack the form and the duty stand in; empty: the one in force
	Duty      string         // id of the pack's periodic duty whose term holds; empty: DueDays
	Unit      string         // that writes the report
	Every     rulepack.Every // one of Rhythms
	Occasion  string         // of campaigns: id of the one of the calendar; empty: each
	DueDays   int            // 0..90 days after the last day of the period; only without Duty
	Lead      int            // 1..180 days before the last day of the term the draft is made
	Writer    string         // account id of who writes it
	To        []string       // recipients instead of those of the form; none: the form's
	Directive string         // id of the directive that it answers; may be empty
}

// Series is one definition. Times are UTC to the millisecond.
type Series struct {
	ID ID
	Plan
	WriterName string
	State      State
	Since      calendar.Date // terms that end before this day are not asked for
	Problem    string        // why no period can be told; last part of a catalogue key, empty for none
	ProblemAt  time.Time
	CreatedAt  time.Time
	CreatedBy  string
	UpdatedAt  time.Time
	UpdatedBy  string
	Version    int64 // +1 per change by a person or a reform of units; optimistic lock

	WasUnit    string    // id of the unit it was of before the last reform; empty for none
	WasName    string    // of that unit
	FollowedAt time.Time // when it went on with the one in its place
	TakenBy    ID        // the same report of that unit, for which it was stopped; empty for none
}

// Problems: why a draft could not be made.
const (
	NoForm      = "form"      // the form is no more in the pack
	NoDuty      = "duty"      // the duty whose term holds is no more in the pack
	NoPeriod    = "period"    // the form is not written for such periods
	NoUnit      = "unit"      // the unit ended
	NoHeir      = "heir"      // the unit was split, and nobody has said which of its parts goes on
	NoWriter    = "writer"    // who writes it is gone, or may not write for the unit any more
	NoDirective = "directive" // the directive it answers asks nothing of the unit any more, or its writer does not see it
	Other       = "other"     // the room of papers refused, or something broke
)

// Limits of what is typed.
const (
	mostTitle = 200
	mostTo    = 20
	mostDue   = 90
	mostLead  = 180
)

// kinds are the kinds of period that forms know, by rhythm.
var kinds = map[rulepack.Every]string{rulepack.Monthly: "month", rulepack.Quarterly: "quarter", rulepack.HalfYearly: "half", rulepack.Yearly: "year", rulepack.PerWindow: "span"}

// Rhythms are the rhythms a definition may have.
func Rhythms() []rulepack.Every {
	return []rulepack.Every{rulepack.Monthly, rulepack.Quarterly, rulepack.HalfYearly, rulepack.Yearly, rulepack.PerWindow}
}

// clean brings p into stored form and refuses what no definition can be; whether
// form, unit and person exist is asked elsewhere.
func (p *Plan) clean(op string) error {
	bad := map[string]string{}
	p.Title = i18n.NFC(strings.Join(strings.Fields(p.Title), " "))
	if n := utf8.RuneCountInString(p.Title); n == 0 || n > mostTitle {
		bad["title"] = "series.bad.title"
	}
	var to []string
	for _, line := range p.To {
		if line = i18n.NFC(strings.Join(strings.Fields(line), " ")); line != "" && !slices.Contains(to, line) {
			to = append(to, line)
		}
		if utf8.RuneCountInString(line) > mostTitle {
			bad["to"] = "series.bad.to"
		}
	}
	if p.To = to; len(to) > mostTo {
		bad["to"] = "series.bad.to"
	}
	if !slices.Contains(Rhythms(), p.Every) {
		bad["every"] = "series.bad.every"
	}
	if p.Every != rulepack.PerWindow {
		p.Occasion = ""
	}
	if p.Duty != "" {
		p.DueDays = 0
	}
	if p.DueDays < 0 || p.DueDays > mostDue {
		bad["due_days"] = "series.bad.due_days"
	}
	if p.Lead < 1 || p.Lead > mostLead {
		bad["lead"] = "series.bad.lead"
	}
	for field, v := range map[string]string{"form": p.Form, "unit": p.Unit, "writer": p.Writer} {
		if v == "" {
			bad[field] = "series.bad." + field
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

func cut(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
