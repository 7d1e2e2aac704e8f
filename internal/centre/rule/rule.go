// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package rule shows the law as data: what each rule pack says, with the source
// of every value and how well it is known, what differs between two packs, and
// which values are not certain. It lets an authorised person put a value of
// their own in place, with a reason and a source, from a day on. What the packs
// mean is internal/platform/rulepack's; this room keeps what people changed.
// Start at Service.
package rule

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// ID identifies an override.
type ID string

// Draft is what a person enters.
type Draft struct {
	Pack   string // id
	Target string // "clocks/anm-24h"; of a period with its level: "periods/audit/3"
	Value  rulepack.Value
	From   calendar.Date   // first day
	To     calendar.Date   // last day; zero: while the pack lasts
	Reason string          // 1..1000 runes
	Source rulepack.Source // the paper it rests on; Key 1..200 runes, Note up to 1000
}

// Override is a value that somebody put in place. Times are UTC.
type Override struct {
	ID ID
	Draft
	Was rulepack.Value // what stood there

	By, ByName string
	EnteredAt  time.Time

	WithdrawnBy, WithdrawnName, WithdrawnReason string
	WithdrawnAt                                 time.Time // zero while it stands

	Version int64 // +1 per change
}

// State says how an override stands on a day.
type State string

// The states of an override.
const (
	InForce   State = "in_force"
	Coming    State = "coming"    // begins later
	Over      State = "over"      // its last day has passed
	Withdrawn State = "withdrawn" // taken back by a person
)

// States are all of them.
var States = []State{InForce, Coming, Over, Withdrawn}

// StateOn is how o stands on day.
func (o Override) StateOn(day calendar.Date) State {
	switch {
	case !o.WithdrawnAt.IsZero():
		return Withdrawn
	case day.Compare(o.From) < 0:
		return Coming
	case !o.To.IsZero() && day.Compare(o.To) > 0:
		return Over
	}
	return InForce
}

// Section is the section of the value, such as "clocks".
func (o Override) Section() string {
	section, _, _ := strings.Cut(o.Target, "/")
	return section
}

// rule is o as the packs take it.
func (o Override) rule() rulepack.Override {
	return rulepack.Override{ID: string(o.ID), Pack: o.Pack, Target: o.Target, Value: o.Value, Source: o.Source, From: o.From, To: o.To,
		Entered: o.EnteredAt, Withdrawn: o.WithdrawnAt}
}

const (
	mostText   = 1000
	mostSource = 200
)

// clean tidies d and reports what cannot be stored, by form field.
func (d *Draft) clean(op string) error {
	for _, s := range []*string{&d.Reason, &d.Source.Key, &d.Source.Note, &d.Value.VI, &d.Value.EN} {
		*s = i18n.NFC(*s)
	}
	bad := map[string]string{}
	within := func(field, s string, least, most int) {
		if n := utf8.RuneCountInString(s); n < least || n > most {
			bad[field] = "rule.bad." + field
		}
	}
	within("reason", d.Reason, 1, mostText)
	within("source", d.Source.Key, 1, mostSource)
	within("note", d.Source.Note, 0, mostText)
	within("vi", d.Value.VI, 0, mostText)
	within("en", d.Value.EN, 0, mostText)
	if d.From.IsZero() {
		bad["from"] = "rule.bad.from"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// withdraw takes o back.
func (o *Override) withdraw(op, by, name, reason string, at time.Time) error {
	if reason = i18n.NFC(reason); reason == "" || utf8.RuneCountInString(reason) > mostText {
		return fault.Bad(op, "reason", "rule.bad.reason")
	}
	if !o.WithdrawnAt.IsZero() {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "rule.conflict.withdrawn"}
	}
	o.WithdrawnBy, o.WithdrawnName, o.WithdrawnReason, o.WithdrawnAt = by, name, reason, at
	return nil
}
