// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Item is one value of a pack as a list shows it, whatever its kind.
type Item struct {
	Section string    // "clocks"
	ID      string    // "anm-24h"
	Label   Label     // what it is called
	Parts   []Part    // what it says, in the order to be read
	Kind    ValueKind // what a person may put in place
	Value   Value     // what stands there now, of kinds a person may change; of a period the level's Value is made from Cells
	Cells   []Span    // of a period, levels 1..5
	Unit    string    // of a threshold: the unit a new value must have
	Ground            // Basis falls back to the citation of the instrument
	// Overrides are those in place: one, or one a cell of a period.
	Overrides []Override
}

// Key is the item's target, without the level of a period.
func (i Item) Key() string { return i.Section + "/" + i.ID }

// Part is one thing an item says: a number, a word of the program's own, a
// text, or several of them one behind the other.
type Part struct {
	Name string // "amount", "level", "addressee"; "" leaves the name out
	N    string // digits, may be empty
	Word string // a word the program knows, such as "working_day"; may be empty
	Text Label  // may be empty
}

// Sections are the sections of a pack in the order a reader wants them.
var Sections = []string{"criteria", "harms", "authorities", "parties", "templates", "clocks", "transitions", "severity_suggestions",
	"periods", "thresholds", "control_groups", "counts", "layers", "penalties", "instruments", "terms", "forms", "code_lists", "addressees", "kinds"}

// Items returns every value of p, section by section in the order of [Sections]
// and in a section as the pack gives them.
func (p *Pack) Items() []Item {
	var all []Item
	add := func(section, id string, label Label, g Ground, parts ...Part) *Item {
		if g.Basis == "" {
			if i, ok := p.Instrument(g.Instrument); ok {
				g.Basis = i.Citation
			}
		}
		i := Item{Section: section, ID: id, Label: label, Parts: parts, Kind: kindOf[section], Ground: g}
		if o, ok := p.overrides[section+"/"+id]; ok {
			i.Overrides = []Override{o}
		}
		all = append(all, i)
		return &all[len(all)-1]
	}
	for _, key := range slices.Sorted(maps.Keys(p.terms)) {
		t := p.terms[key]
		add("terms", key, Label{key, key}, Ground{Source: t.Source}, Part{Text: t.label()}).Value = Value{VI: t.VI, EN: t.EN}
	}
	for _, v := range p.Instruments {
		parts := []Part{{Text: v.Title}, {Name: "status", Word: v.Status}}
		if !v.Issued.IsZero() {
			parts = append(parts, date("issued", v.Issued))
		}
		for _, id := range v.ReplacedBy {
			parts = append(parts, Part{Name: "replaced_by", Text: p.citation(id)})
		}
		add("instruments", v.ID, same(v.Citation), Ground{From: v.From, To: v.To, Source: v.Source}, parts...).Value = Value{Word: v.Status}
	}
	for _, v := range p.Thresholds {
		label := v.Label
		if label == (Label{}) {
			label = same(v.ID)
		}
		i := add("thresholds", v.ID, label, v.Ground, Part{N: fmt.Sprint(v.Value), Word: v.Unit})
		i.Value, i.Unit = Value{N: v.Value, Unit: v.Unit}, v.Unit
	}
	for _, v := range p.Harms {
		add("harms", v.ID, v.Label, v.Ground, level(v.Level))
	}
	for _, v := range p.Criteria {
		first := level(v.Level)
		if v.By != "" {
			first = Part{Name: "level", Word: "by_" + v.By}
		}
		add("criteria", v.ID, v.Label, v.Ground, append([]Part{first}, p.conditionParts(v.When)...)...)
	}
	for _, v := range p.Authorities {
		var parts []Part
		for _, role := range []struct {
			name string
			ids  []string
		}{{"prepare", v.Prepare}, {"opinion", v.Opinion}, {"appraise", v.Appraise}, {"approve", v.Approve}} {
			for _, id := range role.ids {
				party, _ := p.Party(id)
				parts = append(parts, Part{Name: role.name, Text: party.Label})
			}
		}
		for _, id := range v.Templates {
			t, _ := p.Template(id)
			parts = append(parts, Part{Name: "template", Text: same(t.No)})
		}
		add("authorities", v.ID, v.Label, v.Ground, parts...)
	}
	for _, v := range p.Parties {
		add("parties", v.ID, v.Label, v.Ground)
	}
	for _, v := range p.Templates {
		parts := []Part{{Text: v.Title}}
		if f, ok := p.Form(v.Form); ok {
			parts = append(parts, Part{Name: "form", Text: f.Title})
		}
		add("templates", v.ID, same(v.No), v.Ground, parts...)
	}
	for _, v := range p.Transitions {
		parts := []Part{date("", v.Date)}
		for _, d := range v.Others {
			parts = append(parts, date("other", d))
		}
		add("transitions", v.ID, v.Label, v.Ground, parts...).Value = Value{Date: v.Date}
	}
	for _, v := range p.AllClocks {
		parts := []Part{amount(v.Amount), {Name: "counts_from", Word: string(v.From)}}
		for _, id := range v.Addressees {
			a, _ := p.Addressee(id)
			parts = append(parts, Part{Name: "addressee", Text: a.Label})
		}
		if f, ok := p.Form(v.Form); ok {
			parts = append(parts, Part{Name: "form", Text: f.Title})
		}
		add("clocks", v.ID, v.Label, Ground{From: v.Since, To: v.Until, Instrument: v.Instrument, Basis: v.Basis, Source: v.Source}, parts...).Value = Value{N: v.Amount.N, Unit: string(v.Amount.Unit)}
	}
	for _, v := range p.Suggestions {
		list, _ := p.CodeList(SeverityList)
		c, _ := list.Find(v.Severity)
		add("severity_suggestions", v.ID, v.Reason, Ground{Source: v.Source}, Part{Name: "severity", Text: c.Label})
	}
	for _, v := range p.Periods {
		var parts []Part
		for n, s := range v.Levels {
			parts = append(parts, cell(n+1, s))
		}
		i := add("periods", v.ID, v.Label, v.Ground, parts...)
		i.Cells = v.Levels
		for n := range v.Levels {
			if o, ok := p.overrides[fmt.Sprintf("periods/%s/%d", v.ID, n+1)]; ok {
				i.Overrides = append(i.Overrides, o)
			}
		}
	}
	for _, v := range p.Counts {
		var parts []Part
		for n, c := range v.Levels {
			parts = append(parts, Part{Name: fmt.Sprintf("level_%d", n+1), N: fmt.Sprint(c)})
		}
		add("counts", v.ID, v.Label, v.Ground, parts...)
	}
	for _, v := range p.Groups {
		parts := []Part{{Name: "clause", Text: same(v.Clause)}, {Name: "from_level", N: fmt.Sprint(v.FromLevel)}}
		for _, m := range v.Maps {
			parts = append(parts, Part{Name: "maps", Text: same(m)})
		}
		add("control_groups", v.ID, v.Label, v.Ground, parts...)
	}
	for _, v := range p.Layers {
		add("layers", v.ID, v.Label, v.Ground, Part{Name: "no", N: fmt.Sprint(v.No)})
	}
	for _, v := range p.Penalties {
		add("penalties", v.ID, v.Label, v.Ground, Part{N: fmt.Sprintf("%d–%d", v.Min, v.Max), Word: "million"})
	}
	for _, v := range p.Forms {
		add("forms", v.ID, v.Title, Ground{Instrument: v.Instrument, Basis: v.Basis, Source: v.Source}, Part{Name: "form_status", Word: string(v.Status)},
			Part{Name: "fields", N: fmt.Sprint(len(v.Fields()))})
	}
	for _, v := range p.Lists {
		var parts []Part
		for _, c := range v.Items {
			parts = append(parts, Part{Text: c.Label})
		}
		add("code_lists", v.ID, v.Label, Ground{From: v.From, To: v.To, Source: v.Source}, parts...)
	}
	for _, v := range p.Addressees {
		add("addressees", v.ID, same(v.ID), Ground{From: v.From, To: v.To, Source: v.Source}, Part{Text: v.Label}).Value = Value{VI: v.Label.VI, EN: v.Label.EN}
	}
	for _, v := range p.Kinds {
		add("kinds", v.ID, v.Label, Ground{From: v.From, To: v.To, Source: v.Source}, Part{Name: "kind_level", Word: "kind_" + v.Level})
	}
	slices.SortStableFunc(all, func(a, b Item) int { return slices.Index(Sections, a.Section) - slices.Index(Sections, b.Section) })
	return all
}

// Changed reports whether two items of one key say different things; sources
// and days are left out of it.
func (i Item) Changed(o Item) bool { return i.Label != o.Label || !slices.Equal(i.Parts, o.Parts) }

func (p *Pack) citation(id string) Label {
	return same(cmp.Or(p.citations[id], id))
}

// conditionParts are the parts of a condition in words.
func (p *Pack) conditionParts(c SystemCondition) []Part {
	var out []Part
	words := func(name string, list []string) {
		for _, w := range list {
			out = append(out, Part{Name: name, Word: name + "_" + w})
		}
	}
	words("use", c.Use)
	words("information", c.Information)
	words("reach", c.Reach)
	words("works", c.Works)
	for _, t := range slices.Concat(c.All, c.Any) {
		out = append(out, Part{Name: "when", Word: "test_" + string(t)})
	}
	number := func(name, id string) {
		if t, ok := p.Threshold(id); ok {
			out = append(out, Part{Name: name, N: fmt.Sprint(t.Value), Word: t.Unit})
		}
	}
	number("persons_at_least", c.PersonsAtLeast)
	number("persons_below", c.PersonsBelow)
	number("sensitive_at_least", c.SensitiveAtLeast)
	number("sensitive_below", c.SensitiveBelow)
	if c.GradeAtLeast > 0 {
		out = append(out, Part{Name: "grade_at_least", N: fmt.Sprint(c.GradeAtLeast)})
	}
	if c.GradeAtMost > 0 {
		out = append(out, Part{Name: "grade_at_most", N: fmt.Sprint(c.GradeAtMost)})
	}
	return out
}

func same(s string) Label { return Label{s, s} }

func level(n int) Part { return Part{Name: "level", N: fmt.Sprint(n)} }

func amount(a calendar.Amount) Part {
	if a.Unit == calendar.Immediate {
		return Part{Word: string(a.Unit)}
	}
	return Part{N: fmt.Sprint(a.N), Word: string(a.Unit)}
}

func cell(n int, s Span) Part {
	part := Part{Name: fmt.Sprintf("level_%d", n), Word: s.Word}
	if s.Word == "" {
		part.N, part.Word = fmt.Sprint(s.N), s.Unit
	}
	return part
}

func date(name string, d calendar.Date) Part {
	day := fmt.Sprintf("%02d/%02d/%d", d.Day, int(d.Month), d.Year)
	return Part{Name: name, Text: Label{day, day}}
}
