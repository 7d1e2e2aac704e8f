// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// builder joins the files of one pack and remembers where each item stands.
type builder struct {
	pack  *Pack
	at    map[string]string // "kinds/so" -> "common.yaml:12"
	rules map[string]calendar.Counting
	dated []version
	errs  []error
}

// version is one of the versions of a value that may have several.
type version struct {
	key, at string
	ground  Ground
}

func (b *builder) fail(at, format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// add joins one file to the pack. An id may be given once over all files.
func (b *builder) add(f file) {
	d := f.doc
	if d.Pack != nil {
		b.note(f, "pack", -1, "pack")
		p := b.pack
		p.ID, p.Title, p.From, p.To, p.Source = d.Pack.ID, d.Pack.Title, d.Pack.From, d.Pack.To, d.Pack.Source
	}
	for _, key := range slices.Sorted(maps.Keys(d.Terms)) {
		at, t := f.at("terms", key), d.Terms[key]
		if _, twice := b.pack.terms[key]; twice {
			b.fail(at, "term %q is given twice", key)
		}
		b.pack.terms[key] = t
		b.label(at, "term "+key, t.label())
		b.source(at, t.Source)
	}
	for i, c := range d.Countings {
		b.note(f, "countings", i, c.ID)
		b.source(b.at["countings/"+c.ID], c.Source)
		b.rules[c.ID] = c.Counting
	}
	b.pack.countings = append(b.pack.countings, d.Countings...)
	join(b, f, "instruments", &b.pack.Instruments, d.Instruments, func(v Instrument) string { return v.ID })
	join(b, f, "kinds", &b.pack.Kinds, d.Kinds, func(v Kind) string { return v.ID })
	join(b, f, "addressees", &b.pack.Addressees, d.Addressees, func(v Addressee) string { return v.ID })
	join(b, f, "code_lists", &b.pack.Lists, d.Lists, func(v CodeList) string { return v.ID })
	join(b, f, "severity_suggestions", &b.pack.Suggestions, d.Suggestions, func(v Suggestion) string { return v.ID })
	join(b, f, "clocks", &b.pack.AllClocks, d.Clocks, func(v Clock) string { return v.ID })
	join(b, f, "periodic", &b.pack.Periodic, d.Periodic, func(v Periodic) string { return v.ID })
	join(b, f, "reminders", &b.pack.Ladders, d.Ladders, func(v Ladder) string { return v.Urgency })
	join(b, f, "forms", &b.pack.Forms, d.Forms, func(v Form) string { return v.ID })
	b.addLaw(f)
	for i, form := range d.Forms {
		for j, s := range form.Sections {
			for k, field := range s.Fields {
				b.at["forms/"+form.ID+"/"+field.Key] = f.at("forms", i, "sections", j, "fields", k)
			}
		}
	}
}

func join[T any](b *builder, f file, section string, into *[]T, items []T, id func(T) string) {
	for i, v := range items {
		b.note(f, section, i, id(v))
	}
	*into = append(*into, items...)
}

// note remembers where an item stands and refuses an id that is empty or
// taken. A negative position means the section is the item.
func (b *builder) note(f file, section string, i int, id string) {
	at := f.at(section)
	if i >= 0 {
		at = f.at(section, i)
	}
	key := section + "/" + id
	if id == "" {
		b.fail(at, "%s: id is missing", section)
	} else if first, twice := b.at[key]; twice {
		b.fail(at, "%s: %q is already given at %s", section, id, first)
	}
	b.at[key] = at
}

// label refuses a text missing in one language.
func (b *builder) label(at, what string, l Label) {
	if l.VI == "" || l.EN == "" {
		b.fail(at, "%s needs vi and en", what)
	}
}

// source refuses a fact that does not say where it comes from.
func (b *builder) source(at string, s Source) {
	switch s.Mark {
	case Verified, Secondary, Inference, Memory, Unsure:
	default:
		b.fail(at, "source mark %q: must be verified, secondary, inference, memory or unsure", s.Mark)
	}
	if s.Key == "" {
		b.fail(at, "source key is missing")
	}
}
