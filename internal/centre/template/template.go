// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package template keeps the layouts that a body made of its papers in Word: DOCX
// files with placeholders, checked when they come in, put in force by a person
// with a reason from a day on, for one unit and those below it. What papers say
// is the report room's; how a DOCX is filled is officedoc/template's. A file that
// would lose what a paper must say is refused; how it looks is the body's own
// affair and only warned of. This file knows no SQL and no HTTP. Start at Service.
package template

import (
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies a template: one uploaded file.
type ID string

// Draft is what a person enters with a file.
type Draft struct {
	Paper string // id of a Paper
	Unit  string // for it and the units below
	Name  string // 1..200 runes
	Note  string // up to 1000 runes
}

// Template is one version of a unit's layout of a paper. Times are UTC.
type Template struct {
	ID ID
	Draft
	Seq      int // counts the versions of paper and unit, from 1
	FileName string
	SHA256   string
	Size     int64
	Verdict  Verdict

	By, ByName string
	UploadedAt time.Time

	From                      calendar.Date // first day; zero: never put in force
	PutBy, PutName, PutReason string
	PutAt                     time.Time

	WithdrawnBy, WithdrawnName, WithdrawnReason string
	WithdrawnAt                                 time.Time // zero while it stands

	Version int64 // +1 per change
	State   State // on the day asked
}

// State says how a template stands on a day.
type State string

// The states.
const (
	Unused    State = "unused" // uploaded, not put in force
	Coming    State = "coming" // begins later
	InForce   State = "in_force"
	Replaced  State = "replaced" // a later one of the same paper and unit took its place
	Withdrawn State = "withdrawn"
)

// States are all of them.
var States = []State{Unused, Coming, InForce, Replaced, Withdrawn}

// stateOn is how t stands on day; later says that another took its place.
func (t Template) stateOn(day calendar.Date, later bool) State {
	switch {
	case !t.WithdrawnAt.IsZero():
		return Withdrawn
	case t.From.IsZero():
		return Unused
	case day.Compare(t.From) < 0:
		return Coming
	case later:
		return Replaced
	}
	return InForce
}

const (
	mostText = 1000
	mostName = 200
	// MaxFile is the size of a template, in bytes.
	MaxFile = 16 << 20
)

// clean tidies d and reports what cannot be stored, by form field.
func (d *Draft) clean(op string) error {
	d.Name, d.Note = i18n.NFC(d.Name), i18n.NFC(d.Note)
	bad := map[string]string{}
	if n := utf8.RuneCountInString(d.Name); n < 1 || n > mostName {
		bad["name"] = "template.bad.name"
	}
	if utf8.RuneCountInString(d.Note) > mostText {
		bad["note"] = "template.bad.note"
	}
	if d.Unit == "" {
		bad["unit"] = "template.bad.unit"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

func reasoned(op, reason string) (string, error) {
	if reason = i18n.NFC(reason); reason == "" || utf8.RuneCountInString(reason) > mostText {
		return "", fault.Bad(op, "reason", "template.bad.reason")
	}
	return reason, nil
}

// put brings t in force from a day on. One that was withdrawn may come again.
func (t *Template) put(op string, who, name, reason string, from, today calendar.Date, at time.Time) error {
	reason, err := reasoned(op, reason)
	switch {
	case err != nil:
		return err
	case from.IsZero() || from.Compare(today) < 0:
		return fault.Bad(op, "from", "template.bad.from")
	case !t.From.IsZero() && t.WithdrawnAt.IsZero():
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "template.conflict.put"}
	}
	t.From, t.PutBy, t.PutName, t.PutReason, t.PutAt = from, who, name, reason, at
	t.WithdrawnBy, t.WithdrawnName, t.WithdrawnReason, t.WithdrawnAt = "", "", "", time.Time{}
	return nil
}

// withdraw takes t back.
func (t *Template) withdraw(op string, who, name, reason string, at time.Time) error {
	reason, err := reasoned(op, reason)
	switch {
	case err != nil:
		return err
	case t.From.IsZero() || !t.WithdrawnAt.IsZero():
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "template.conflict.not_put"}
	}
	t.WithdrawnBy, t.WithdrawnName, t.WithdrawnReason, t.WithdrawnAt = who, name, reason, at
	return nil
}

// fileName keeps the last part of a name as sent, in NFC.
func fileName(name string) string {
	return i18n.NFC(path.Base(strings.ReplaceAll(name, "\\", "/")))
}
