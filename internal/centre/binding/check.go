// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

var (
	slug    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	measure = regexp.MustCompile(`^[a-z]+(_[a-z]+)*\.[a-z0-9]+(_[a-z0-9]+)*$`)
)

// reserved are parts of addresses that no id may be.
var reserved = []string{"rows", "choices"}

// leastReason is the least length of the reason why only a person can say.
const leastReason = 20

// units are what a figure of a target may be counted in.
var units = []string{percent, "count", "hours"}

// faults is what is wrong with b by itself.
func (l *Library) faults(b Binding) (out []string) {
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if !slug.MatchString(b.ID) || len(b.ID) > 60 || slices.Contains(reserved, b.ID) {
		bad("an id is of small letters, digits and hyphens, and not %q", reserved)
	}
	if !whole(b.Label) {
		bad("it needs a label in both languages")
	}
	if !slices.Contains(Kinds(), b.Kind) {
		bad("%q is no kind %q", b.Kind, Kinds())
	}
	if len(b.Topics)+len(b.Words)+len(b.Actors) == 0 {
		bad("it needs topics or words that it is proposed for")
	}
	for _, of := range []map[string]float64{b.Topics, b.Words, b.Actors} {
		for w, n := range of {
			if fold(w) == "" || !(n >= -100 && n <= 100) || n == 0 {
				bad("%q weighs %g: from -100 to 100, and not 0", w, n)
			}
		}
	}
	if len(b.Evidence) == 0 || slices.ContainsFunc(b.Evidence, func(e rulepack.Label) bool { return !whole(e) }) {
		bad("it needs the sorts of evidence, in both languages")
	}
	if !whole(b.Next) {
		bad("it needs the next step, in both languages")
	}
	for _, id := range b.Rows {
		if !slices.ContainsFunc(l.rows, func(r Row) bool { return r.ID == id }) {
			bad("there is no row %q", id)
		}
	}
	for _, id := range b.Rooms() {
		if _, ok := l.Room(id); !ok {
			bad("there is no room %q", id)
		}
	}
	if len(b.Addressed) == 0 {
		bad("it needs whom it addresses")
	}
	out = append(out, b.ofKind()...)
	for _, m := range b.Measures {
		if !measure.MatchString(m.Key) {
			bad("%q is no key of a measure: room.name", m.Key)
		}
		t := m.Target
		figures := 0
		for _, given := range []bool{t.Least != nil, t.Most != nil, t.Threshold != ""} {
			if given {
				figures++
			}
		}
		if figures > 1 || (t.Least != nil || t.Most != nil) != (t.Unit != "") || t.Unit != "" && !slices.Contains(units, t.Unit) {
			bad("measure %q: one of at_least, at_most (with a unit %q) and threshold", m.Key, units)
		}
	}
	for _, t := range b.Obligations {
		if !whole(t.Title) || t.Addressee == "" {
			bad("an obligation needs a title in both languages and an addressee")
		}
		if len(t.Evidence) == 0 || slices.ContainsFunc(t.Evidence, func(e rulepack.Label) bool { return !whole(e) }) {
			bad("an obligation needs the sorts of evidence, in both languages")
		}
		if t.Amount.N != 0 || t.Amount.Unit != "" {
			if err := t.Amount.Validate(); err != nil || t.Source.Key == "" || t.Source.Mark == "" {
				bad("an amount needs a unit and the source it rests on")
			}
		}
	}
	return out
}

// ofKind is what is wrong with the parts that the kind of b asks for.
func (b Binding) ofKind() (out []string) {
	standing := slices.ContainsFunc(b.Measures, func(m Measure) bool { return m.WaitsFor == "" })
	switch b.Kind {
	case ByMeasure, ByBoth:
		if !standing {
			out = append(out, "a measure that stands is wanted")
		}
	case ByEvidence:
		if b.WaitsFor == "" || standing {
			out = append(out, "it must name the room it waits for, and no measure that stands")
		}
	}
	if (b.Kind == ByObligation || b.Kind == ByBoth || b.Kind == ByEvidence) && len(b.Obligations) == 0 {
		out = append(out, "an obligation is wanted")
	}
	why := min(utf8.RuneCountInString(b.Why.VI), utf8.RuneCountInString(b.Why.EN))
	if b.Kind == ByPerson && why < leastReason {
		out = append(out, fmt.Sprintf("why only a person can say is wanted, in both languages, of %d letters at least", leastReason))
	}
	return out
}

func whole(l rulepack.Label) bool { return fold(l.VI) != "" && fold(l.EN) != "" }

// Lawless is what b names that none of the rule packs has.
func (b Binding) Lawless(laws *rulepack.Set) (out []string) {
	known := func(has func(p *rulepack.Pack) bool) bool {
		return slices.ContainsFunc(laws.Packs(), func(p *rulepack.Pack) bool {
			if w, ok := laws.Written(p.ID); ok && has(w) {
				return true
			}
			return has(p)
		})
	}
	ask := func(what, id string, has func(p *rulepack.Pack) bool) {
		if !known(has) {
			out = append(out, fmt.Sprintf("no rule pack has the %s %q", what, id))
		}
	}
	for _, id := range b.Addressed {
		if id != Everyone {
			ask("kind of unit", id, func(p *rulepack.Pack) bool { _, ok := p.Kind(id); return ok })
		}
	}
	for _, m := range b.Measures {
		if id := m.Target.Threshold; id != "" {
			ask("threshold", id, func(p *rulepack.Pack) bool { _, ok := p.Threshold(id); return ok })
		}
	}
	for _, t := range b.Obligations {
		if id := t.Addressee; id != Issuer {
			ask("addressee", id, func(p *rulepack.Pack) bool { _, ok := p.Addressee(id); return ok })
		}
		for _, id := range t.Forms {
			ask("form", id, func(p *rulepack.Pack) bool { _, ok := p.Form(id); return ok })
		}
		for _, id := range t.Clocks {
			ask("clock", id, func(p *rulepack.Pack) bool { _, ok := p.Clock(id); return ok })
		}
		for _, id := range t.Periods {
			ask("periodic duty", id, func(p *rulepack.Pack) bool { return len(Template{Periods: []string{id}}.Periodic(p)) > 0 })
		}
	}
	return out
}
