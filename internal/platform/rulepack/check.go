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
	p.unworded = slices.Clone(p.Forms)
	for i := range p.Forms {
		b.checkForm(&p.Forms[i])
		b.checkPeriodic()
	}
	b.checkLaw()
}

func (b *builder) checkNames() {
	for _, i := range b.pack.Instruments {
		at := b.at["instruments/"+i.ID]
		b.label(at, "title", i.Title)
		b.source(at, i.Source)
		if i.Citation == "" {
			b.fail(at, "citation is missing")
		}
		b.oneOf(at, "status", i.Status, statuses...)
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
		b.period(at, a.From, a.To)
	}
}

func (b *builder) checkLists() {
	for _, l := range b.pack.Lists {
		at := b.at["code_lists/"+l.ID]
		b.label(at, "label", l.Label)
		b.source(at, l.Source)
		b.period(at, l.From, l.To)
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
