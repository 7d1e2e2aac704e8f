// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// check says what is wrong with the joined pack, item by item.
func (b *builder) check(folder string) {
	p := b.pack
	at, ok := b.at["pack/pack"]
	if !ok {
		b.fail(folder, "no file of the folder has a pack section")
		return
	}
	if p.ID != folder {
		b.fail(at, "id %q must be the folder's name", p.ID)
	}
	b.label(at, "title", p.Title)
	b.source(at, p.Source)
	if p.From.IsZero() || (!p.To.IsZero() && p.To.Compare(p.From) < 0) {
		b.fail(at, "from is missing or after to")
	}
	if _, ok := p.CodeList(SeverityList); !ok {
		b.fail(at, "the pack has no code list %s", SeverityList)
	}
	b.checkNames()
	b.checkLists()
	for _, s := range p.Suggestions {
		at := b.at["severity_suggestions/"+s.ID]
		b.label(at, "reason", s.Reason)
		b.source(at, s.Source)
		b.code(at, SeverityList, s.Severity)
		b.condition(at, s.When)
	}
	for i := range p.AllClocks {
		b.checkClock(&p.AllClocks[i])
	}
	for _, f := range p.Forms {
		b.checkForm(f)
	}
	b.checkPeriodic()
	for _, t := range p.Thresholds {
		b.source(b.at["thresholds/"+t.ID], t.Source)
	}
}

func (b *builder) checkNames() {
	for _, i := range b.pack.Instruments {
		at := b.at["instruments/"+i.ID]
		b.label(at, "title", i.Title)
		b.source(at, i.Source)
		if i.Citation == "" {
			b.fail(at, "citation is missing")
		}
		b.oneOf(at, "status", i.Status, "in_force", "lapsed", "unclear")
		b.period(at, i.From, i.To)
	}
	for _, k := range b.pack.Kinds {
		at := b.at["kinds/"+k.ID]
		b.label(at, "label", k.Label)
		b.source(at, k.Source)
		b.oneOf(at, "level", k.Level, "central", "province", "district", "commune", "none")
		b.period(at, k.From, k.To)
	}
	for _, a := range b.pack.Addressees {
		at := b.at["addressees/"+a.ID]
		b.label(at, "label", a.Label)
		b.source(at, a.Source)
	}
}

func (b *builder) checkLists() {
	for _, l := range b.pack.Lists {
		at := b.at["code_lists/"+l.ID]
		b.label(at, "label", l.Label)
		b.source(at, l.Source)
		if len(l.Items) == 0 {
			b.fail(at, "%s has no items", l.ID)
		}
		seen := map[string]bool{}
		for _, c := range l.Items {
			b.label(at, l.ID+" "+c.ID, c.Label)
			if c.ID == "" || seen[c.ID] {
				b.fail(at, "%s: code %q is empty or given twice", l.ID, c.ID)
			}
			if c.Serious && l.ID != SeverityList {
				b.fail(at, "%s %s: only %s may say serious", l.ID, c.ID, SeverityList)
			}
			seen[c.ID] = true
		}
	}
}

func (b *builder) checkClock(c *Clock) {
	at := b.at["clocks/"+c.ID]
	b.label(at, "label", c.Label)
	b.source(at, c.Source)
	b.condition(at, c.When)
	if err := c.Amount.Validate(); err != nil {
		b.fail(at, "%v", err)
	}
	if len(c.Triggers) == 0 || len(c.Addressees) == 0 || c.Basis == "" {
		b.fail(at, "triggers, addressees and basis must not be empty")
	}
	for _, t := range c.Triggers {
		b.oneOf(at, "trigger", string(t), string(Detected), string(Assessed), string(SeverityDecided))
	}
	b.oneOf(at, "from", string(c.From), string(DetectedAt), string(DecidedAt))
	days := c.Amount.Unit == calendar.Day || c.Amount.Unit == calendar.WorkingDay
	rule, ok := b.rules[c.Counting]
	if ok != days {
		b.fail(at, "counting %q: terms in days, and only they, name a known counting rule", c.Counting)
	}
	c.rule = rule
	for _, a := range c.Addressees {
		b.addressee(at, a)
	}
	if _, ok := b.pack.Form(c.Form); c.Form != "" && !ok {
		b.fail(at, "form %q is unknown", c.Form)
	}
	b.instrument(at, c.Instrument)
	for i, h := range c.RemindBefore {
		if h < 1 || (i > 0 && h >= c.RemindBefore[i-1]) {
			b.fail(at, "remind_before_hours must be positive and falling")
		}
	}
}

func (b *builder) checkForm(f Form) {
	at := b.at["forms/"+f.ID]
	b.label(at, "title", f.Title)
	b.source(at, f.Source)
	b.oneOf(at, "status", string(f.Status), string(Law), string(Derived))
	b.instrument(at, f.Instrument)
	if f.Basis == "" || f.DocumentType == "" || f.Abbreviation == "" || f.Subject == "" || len(f.Recipients) == 0 || len(f.Fields()) == 0 {
		b.fail(at, "basis, document_type, abbreviation, subject, recipients and fields must not be empty")
	}
	for _, a := range f.Recipients {
		b.addressee(at, a)
	}
	seen := map[string]bool{}
	for _, field := range f.Fields() {
		at := b.at["forms/"+f.ID+"/"+field.Key]
		if field.Key == "" || seen[field.Key] {
			b.fail(at, "field key %q is empty or given twice", field.Key)
		}
		seen[field.Key] = true
		b.checkField(at, field)
	}
}

func (b *builder) checkField(at string, f Field) {
	if f.Label == "" {
		b.fail(at, "field %s has no label", f.Key)
	}
	if !fieldTypes[f.Type] {
		b.fail(at, "field %s: type %q is unknown", f.Key, f.Type)
	}
	b.oneOf(at, "req", string(f.Req), string(Mandatory), string(Optional), string(Conditional), string(Automatic))
	if f.From != "" && !valueKeys[f.From] {
		b.fail(at, "field %s: from %q is unknown", f.Key, f.From)
	}
	if f.Req == Automatic && f.From == "" {
		b.fail(at, "field %s: the system can fill it only from somewhere", f.Key)
	}
	_, ok := b.pack.CodeList(f.List)
	if chosen := f.Type == "enum" || f.Type == "multi"; chosen != ok || (!chosen && f.List != "") {
		b.fail(at, "field %s: enum and multi, and only they, name a known code list, not %q", f.Key, f.List)
	}
	if f.Help != (Label{}) {
		b.label(at, "help", f.Help)
	}
}

func (b *builder) condition(at string, c Condition) {
	for _, t := range slices.Concat(c.All, c.Any) {
		if tests[t] == nil {
			b.fail(at, "condition %q is unknown", t)
		}
	}
	if c.LevelAtLeast < 0 || c.LevelAtLeast > 5 || c.MachinesAtLeast < 0 {
		b.fail(at, "level_at_least is 0..5, machines_at_least not negative")
	}
}

func (b *builder) code(at, list, id string) {
	if l, _ := b.pack.CodeList(list); id == "" || !slices.ContainsFunc(l.Items, func(c Code) bool { return c.ID == id }) {
		b.fail(at, "%q is not in %s", id, list)
	}
}

func (b *builder) addressee(at, id string) {
	if _, ok := b.pack.Addressee(id); !ok {
		b.fail(at, "addressee %q is unknown", id)
	}
}

func (b *builder) instrument(at, id string) {
	if _, ok := b.pack.Instrument(id); !ok {
		b.fail(at, "instrument %q is unknown", id)
	}
}

func (b *builder) period(at string, from, to calendar.Date) {
	if !from.IsZero() && !to.IsZero() && to.Compare(from) < 0 {
		b.fail(at, "it ends before it begins")
	}
}

func (b *builder) oneOf(at, what, got string, want ...string) {
	if !slices.Contains(want, got) {
		b.fail(at, "%s %q: must be one of %q", what, got, want)
	}
}
