// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package rulepack reads the law as data: for each legal regime one pack of
// terms, instruments, unit kinds, code lists, incident clocks and forms, with
// the source and quality of every fact. It owns the shape of that data and
// checks it as a whole; the data itself lies in the rulepacks folder, and no
// package above knows a number or a citation of its own. Start at [Load].
package rulepack

import (
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Label is a text people read, in Vietnamese and in English.
type Label struct {
	VI string `yaml:"vi"`
	EN string `yaml:"en"`
}

// In returns the text in the language, Vietnamese unless lang is "en".
func (l Label) In(lang string) string {
	if lang == "en" {
		return l.EN
	}
	return l.VI
}

// Mark is how well a fact is known.
type Mark string

// The marks, from best to worst.
const (
	Verified  Mark = "verified"  // read in the text or a faithful copy of it
	Secondary Mark = "secondary" // read in a report about the text
	Inference Mark = "inference" // a conclusion of this product, not a rule of law
	Memory    Mark = "memory"    // believed, not looked up
	Unsure    Mark = "unsure"    // believed with doubt: an administrator should confirm
)

// Source says where a fact comes from and how well it is known.
type Source struct {
	Key  string `yaml:"key"`  // citation, such as "NĐ 331/2026/NĐ-CP Đ31.2.d"
	Mark Mark   `yaml:"mark"` // quality
	Note string `yaml:"note"` // what a reader should know; may be empty
}

// Pack is one legal regime. It is read-only after [Load] and may be shared.
// The lists of the common file (unit kinds, shared terms and code lists) are
// part of every pack.
type Pack struct {
	ID      string
	Title   Label
	From    calendar.Date // first day of the regime
	To      calendar.Date // last day; zero while it lasts
	Source  Source
	Version string // SHA-256 over the pack's files and the common file, hex; records keep it

	Kinds       []Kind
	Instruments []Instrument
	Addressees  []Addressee
	Lists       []CodeList
	Suggestions []Suggestion
	AllClocks   []Clock
	Forms       []Form
	Thresholds  []Threshold
	Periodic    []Periodic
	Ladders     []Ladder

	Harms       []Harm
	Criteria    []Criterion
	Parties     []Party
	Templates   []Template
	Authorities []Authority
	Periods     []Period
	Counts      []Count
	Groups      []ControlGroup
	Penalties   []Penalty
	Layers      []Layer
	Transitions []Transition

	terms     map[string]Term
	unworded  []Form // Forms before their terms were worded
	countings []counting
	citations map[string]string   // of texts of every pack of the set, by id
	overrides map[string]Override // in place, by target
	at        map[string]string   // where each item is written: "kinds/so" -> "common.yaml:12"
}

// Term is the regime's wording for one key.
type Term struct {
	VI     string `yaml:"vi"`
	EN     string `yaml:"en"`
	Source Source `yaml:"source"`
}

func (t Term) label() Label { return Label{t.VI, t.EN} }

// Instrument is a legal text the pack rests on.
type Instrument struct {
	ID       string        `yaml:"id"`
	Citation string        `yaml:"citation"` // short printed form: "NĐ 331/2026/NĐ-CP"
	Title    Label         `yaml:"title"`
	Issued   calendar.Date `yaml:"issued"` // zero where not known
	Status   string        `yaml:"status"` // in_force, lapsed, unclear
	From     calendar.Date `yaml:"from"`   // zero where not known
	To       calendar.Date `yaml:"to"`
	// ReplacedBy are the ids of the texts that took its place, in this pack or
	// another.
	ReplacedBy []string `yaml:"replaced_by"`
	Source     Source   `yaml:"source"`
}

// Kind is a kind of unit: sở, xã, bank.
type Kind struct {
	ID            string        `yaml:"id"`
	Label         Label         `yaml:"label"`
	Level         string        `yaml:"level"`         // central, province, district, commune, none
	Abbreviations []string      `yaml:"abbreviations"` // as written before a name in real tables: "Sở", "P."
	From          calendar.Date `yaml:"from"`          // zero: since before the records
	To            calendar.Date `yaml:"to"`            // zero: still exists
	Source        Source        `yaml:"source"`
}

// ExistsOn reports whether units of this kind exist on d.
func (k Kind) ExistsOn(d calendar.Date) bool {
	return (k.From.IsZero() || d.Compare(k.From) >= 0) && (k.To.IsZero() || d.Compare(k.To) <= 0)
}

// Addressee is the role of a body that reports go to. Which body holds the
// role in a province is kept with the units.
type Addressee struct {
	ID     string        `yaml:"id"`
	Label  Label         `yaml:"label"`
	From   calendar.Date `yaml:"from"` // zero: the pack's
	To     calendar.Date `yaml:"to"`
	Source Source        `yaml:"source"`
}

// CodeList is a closed list a field chooses from.
type CodeList struct {
	ID     string        `yaml:"id"` // "CL-severity"
	Label  Label         `yaml:"label"`
	Items  []Code        `yaml:"items"`
	From   calendar.Date `yaml:"from"` // zero: the pack's
	To     calendar.Date `yaml:"to"`
	Source Source        `yaml:"source"`
}

// Code is one value of a code list. Records keep the ID.
type Code struct {
	ID    string `yaml:"id"`
	Label Label  `yaml:"label"`
	Text  bool   `yaml:"text"` // choosing it asks for words beside it ("Khác …")
	// Names are other words for it in people's own tables, for imports.
	Names []string `yaml:"names"`
	// Serious marks the severities that count as a serious incident (sự cố
	// nghiêm trọng). Only in CL-severity.
	Serious bool `yaml:"serious"`
}

// Find returns the code with the id, and false when the list has none.
func (l CodeList) Find(id string) (Code, bool) {
	for _, c := range l.Items {
		if c.ID == id {
			return c, true
		}
	}
	return Code{}, false
}

// Kind returns the unit kind with the id, and false when the pack has none.
func (p *Pack) Kind(id string) (Kind, bool) {
	return find(p.Kinds, id, func(k Kind) string { return k.ID })
}

// Instrument returns the legal text with the id, and false when there is none.
func (p *Pack) Instrument(id string) (Instrument, bool) {
	return find(p.Instruments, id, func(i Instrument) string { return i.ID })
}

// Addressee returns the role with the id, and false when there is none.
func (p *Pack) Addressee(id string) (Addressee, bool) {
	return find(p.Addressees, id, func(a Addressee) string { return a.ID })
}

// CodeList returns the list with the id, and false when there is none.
func (p *Pack) CodeList(id string) (CodeList, bool) {
	return find(p.Lists, id, func(l CodeList) string { return l.ID })
}

// Form returns the form with the id, and false when there is none.
func (p *Pack) Form(id string) (Form, bool) {
	return find(p.Forms, id, func(f Form) string { return f.ID })
}

// Clock returns the clock with the id, and false when there is none.
func (p *Pack) Clock(id string) (Clock, bool) {
	return find(p.AllClocks, id, func(c Clock) string { return c.ID })
}

// Threshold returns the number with the id, and false when there is none.
func (p *Pack) Threshold(id string) (Threshold, bool) {
	return find(p.Thresholds, id, func(t Threshold) string { return t.ID })
}

// Term returns the pack's wording for the key in the language ("vi" or "en"):
// the same key reads "an toàn thông tin mạng" in one regime and "an ninh mạng"
// in the next. An unknown key is returned as it is, so that it is seen.
func (p *Pack) Term(key, lang string) string {
	if t, ok := p.terms[key]; ok {
		return t.label().In(lang)
	}
	return key
}

func find[T any](list []T, id string, of func(T) string) (T, bool) {
	for _, v := range list {
		if of(v) == id {
			return v, true
		}
	}
	var none T
	return none, false
}
