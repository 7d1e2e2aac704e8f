// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// DeadlineAsk is what the command "deadline" takes: a clock to count, or List.
type DeadlineAsk struct {
	Pack  string    `json:"pack,omitempty"` // the one in force on the day of T0 when empty
	Clock string    `json:"clock,omitempty"`
	At    time.Time `json:"at"`              // what the clock counts from
	T0    time.Time `json:"t0"`              // whose day chooses the law
	Facts string    `json:"facts,omitempty"` // as [rulepack.ParseFacts] reads them
	Asked bool      `json:"asked,omitempty"` // the condition is asked of Facts
	List  bool      `json:"list,omitempty"`
}

// DeadlineAnswer is a counted clock, or the clocks there are, or what was wrong
// with the question.
type DeadlineAnswer struct {
	Deadline Deadline    `json:"deadline,omitzero"`
	Clocks   []ClockLine `json:"clocks,omitempty"`
	Wrong    string      `json:"wrong,omitempty"`
}

// Deadline is a counted clock. Times are RFC 3339 in UTC.
type Deadline struct {
	Pack        string              `json:"pack"`
	PackVersion string              `json:"pack_version"` // SHA-256 of the pack as it was read
	Calendar    string              `json:"calendar"`     // version of the days off; "+" stands before what the centre decided
	Centre      bool                `json:"centre"`       // with what the centre decided and overrides; else as the program brings it
	Clock       string              `json:"clock"`
	Label       Bilingual           `json:"label"`
	Start       time.Time           `json:"start"`
	Amount      calendar.Amount     `json:"amount"`
	Overridden  calendar.Date       `json:"overridden_from,omitzero"` // the amount is the centre's own since that day
	Due         time.Time           `json:"due"`
	DueLocal    string              `json:"due_local"` // in Vietnam; the end of a day is 24:00
	RemindBy    time.Time           `json:"remind_by"` // the earliest reading
	Readings    []calendar.Reading  `json:"readings,omitempty"`
	Provisional bool                `json:"provisional,omitempty"` // a day off passed over is not decided yet
	Addressees  []ClockAddressee    `json:"addressees"`
	Form        string              `json:"form,omitempty"`
	Basis       string              `json:"basis"`
	Source      ClockSource         `json:"source"`
	Text        Bilingual           `json:"text"`
	Steps       map[string][]string `json:"steps"`
	InForce     string              `json:"pack_in_force"` // the pack in force on the day of T0
}

// Bilingual is a text in both languages.
type Bilingual struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// In returns the text in the language, Vietnamese unless lang is "en".
func (w Bilingual) In(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.VI
}

// ClockAddressee is one to whom a clock owes.
type ClockAddressee struct {
	ID    string    `json:"id"`
	Label Bilingual `json:"label"`
}

// ClockSource says what a clock rests on, and how well that is known.
type ClockSource struct {
	Key  string `json:"key"`
	Mark string `json:"mark"` // verified, secondary, inference, memory, unsure
	Note string `json:"note,omitempty"`
}

// ClockLine is one clock of a list.
type ClockLine struct {
	Pack       string           `json:"pack"`
	Clock      string           `json:"clock"`
	Label      Bilingual        `json:"label"`
	Triggers   []string         `json:"triggers"`
	Amount     calendar.Amount  `json:"amount"`
	From       string           `json:"from"`
	Since      calendar.Date    `json:"since"`
	Until      calendar.Date    `json:"until"`
	Addressees []ClockAddressee `json:"addressees"`
	Basis      string           `json:"basis"`
	Source     ClockSource      `json:"source"`
}

// CountDeadline counts a clock by the law and the calendar of the program, or
// lists the clocks. It opens no data folder.
func CountDeadline(ask DeadlineAsk) (DeadlineAnswer, error) {
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		return DeadlineAnswer{}, err
	}
	return answerDeadline(laws, ask)
}

// deadlineCommand is [CountDeadline] with the packs, overrides and days of this
// centre.
func (a *App) deadlineCommand(ctx context.Context, args json.RawMessage, _ func(Step)) (any, error) {
	var ask DeadlineAsk
	if err := json.Unmarshal(args, &ask); err != nil {
		return nil, fmt.Errorf("control deadline: %w", err)
	}
	if a.Rooms.Workdays == nil { // a folder that is only looked at, and could not be opened so far
		return nil, fmt.Errorf("the records cannot be read: %w", errors.Join(a.recordsErr, a.filesErr, a.secretErr, a.wireErr))
	}
	if err := errors.Join(a.Rooms.Rules.Refresh(ctx), a.Rooms.Workdays.Apply(ctx)); err != nil {
		return nil, err
	}
	answer, err := answerDeadline(a.Rooms.Packs, ask)
	answer.Deadline.Centre = answer.Deadline.Clock != ""
	return answer, err
}

func answerDeadline(laws *rulepack.Set, ask DeadlineAsk) (DeadlineAnswer, error) {
	wrong := func(format string, args ...any) (DeadlineAnswer, error) {
		return DeadlineAnswer{Wrong: fmt.Sprintf(format, args...)}, nil
	}
	var ids []string
	for _, p := range laws.Packs() {
		ids = append(ids, p.ID)
	}
	if ask.Pack != "" && !slices.Contains(ids, ask.Pack) {
		return wrong("--pack %q: known are %s", ask.Pack, strings.Join(ids, ", "))
	}
	if ask.List {
		return DeadlineAnswer{Clocks: clockLines(laws, ask.Pack)}, nil
	}
	facts, err := rulepack.ParseFacts(ask.Facts)
	if err != nil {
		return wrong("--facts: %v", err)
	}
	day := calendar.DateOf(ask.T0)
	judge := laws.At(day)
	p := judge
	if ask.Pack != "" && ask.Pack != judge.ID {
		p, _ = laws.Get(ask.Pack)
	}
	c, ok := p.Clock(ask.Clock)
	if !ok {
		return wrong("--clock %q: %s has no such clock; \"vonggac deadline --list\" shows those it has", ask.Clock, p.ID)
	}
	if !c.InForce(day) {
		return DeadlineAnswer{}, fmt.Errorf("%s: in force for events %s, not on %s", c.ID, clockPeriod(c), day)
	}
	if ask.Asked && !c.Runs(p, facts) {
		return DeadlineAnswer{}, fmt.Errorf("%s: does not run under these facts", c.ID)
	}
	var m rulepack.Moments
	m.Set(c.Judged(), ask.T0)
	m.Set(c.From, ask.At)
	_, e, ok := c.Due(laws.Calendar(), m)
	if !ok {
		return DeadlineAnswer{}, fmt.Errorf("%s: has nothing to count from", c.ID)
	}
	d := deadlineOf(p, c, e)
	d.InForce = judge.ID
	return DeadlineAnswer{Deadline: d}, nil
}

func clockPeriod(c rulepack.Clock) string {
	switch {
	case c.Until.IsZero():
		return "from " + c.Since.String()
	case c.Since.IsZero():
		return "until " + c.Until.String()
	}
	return "from " + c.Since.String() + " until " + c.Until.String()
}

func deadlineOf(p *rulepack.Pack, c rulepack.Clock, e calendar.Explanation) Deadline {
	d := Deadline{Pack: p.ID, PackVersion: p.Version, Calendar: e.Calendar, Clock: c.ID, Label: Bilingual(c.Label), Start: e.Start, Amount: c.Amount,
		Due: e.Due, DueLocal: e.Due.In(calendar.Zone()).Format("2006-01-02 15:04"), RemindBy: e.RemindBy(), Readings: e.Readings,
		Provisional: e.Provisional(), Addressees: clockAddressees(p, c), Form: c.Form, Basis: c.Basis, Source: clockSource(c),
		Text:  Bilingual{e.Text("vi"), e.Text("en")},
		Steps: map[string][]string{"vi": e.Steps("vi"), "en": e.Steps("en")}}
	if o, ok := p.OverrideOf("clocks/" + c.ID); ok {
		d.Overridden = o.From
	}
	if c.Amount.Unit.Days() {
		d.DueLocal = calendar.DateOf(e.Due.Add(-time.Second)).String() + " 24:00"
	}
	return d
}

func clockSource(c rulepack.Clock) ClockSource {
	return ClockSource{c.Source.Key, string(c.Source.Mark), c.Source.Note}
}

func clockAddressees(p *rulepack.Pack, c rulepack.Clock) []ClockAddressee {
	var list []ClockAddressee
	for _, id := range c.Addressees {
		a, _ := p.Addressee(id)
		list = append(list, ClockAddressee{id, Bilingual(a.Label)})
	}
	return list
}

func clockLines(laws *rulepack.Set, pack string) []ClockLine {
	lines := []ClockLine{}
	for _, p := range laws.Packs() {
		for _, c := range p.AllClocks {
			if pack != "" && p.ID != pack {
				continue
			}
			l := ClockLine{Pack: p.ID, Clock: c.ID, Label: Bilingual(c.Label), Amount: c.Amount, From: string(c.From), Since: c.Since, Until: c.Until,
				Addressees: clockAddressees(p, c), Basis: c.Basis, Source: clockSource(c)}
			for _, t := range c.Triggers {
				l.Triggers = append(l.Triggers, string(t))
			}
			lines = append(lines, l)
		}
	}
	return lines
}
