// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// addLaw joins the values that may have several versions.
func (b *builder) addLaw(f file) {
	d, p := f.doc, b.pack
	joinDated(b, f, "thresholds", &p.Thresholds, d.Thresholds, func(v Threshold) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "harms", &p.Harms, d.Harms, func(v Harm) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "criteria", &p.Criteria, d.Criteria, func(v Criterion) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "parties", &p.Parties, d.Parties, func(v Party) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "templates", &p.Templates, d.Templates, func(v Template) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "authorities", &p.Authorities, d.Authorities, func(v Authority) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "periods", &p.Periods, d.Periods, func(v Period) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "counts", &p.Counts, d.Counts, func(v Count) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "control_groups", &p.Groups, d.Groups, func(v ControlGroup) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "penalties", &p.Penalties, d.Penalties, func(v Penalty) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "layers", &p.Layers, d.Layers, func(v Layer) (string, Ground) { return v.ID, v.Ground })
	joinDated(b, f, "transitions", &p.Transitions, d.Transitions, func(v Transition) (string, Ground) { return v.ID, v.Ground })
}

func joinDated[T any](b *builder, f file, section string, into *[]T, items []T, of func(T) (string, Ground)) {
	for i, v := range items {
		id, g := of(v)
		at := f.at(section, i)
		if id == "" {
			b.fail(at, "%s: id is missing", section)
		}
		b.dated = append(b.dated, version{section + "/" + id, at, g})
		b.at[spot(section, len(*into))] = at
		*into = append(*into, v)
	}
}

// spot is where the n-th value of a section is remembered: an id may stand
// there several times.
func spot(section string, n int) string { return fmt.Sprintf("%s#%d", section, n) }

// checkVersions refuses versions of one value that hold on the same day, and
// versions that hold on no day of the pack.
func (b *builder) checkVersions() {
	first := map[string][]version{}
	for _, v := range b.dated {
		b.ground(v.at, v.ground)
		from, to := b.pack.Holds(v.ground)
		if !to.IsZero() && from.Compare(to) > 0 {
			b.fail(v.at, "%s holds on no day of the pack", v.key)
			continue
		}
		for _, other := range first[v.key] {
			f, t := b.pack.Holds(other.ground)
			if (t.IsZero() || from.Compare(t) <= 0) && (to.IsZero() || f.Compare(to) <= 0) {
				b.fail(v.at, "%s overlaps in time with the one at %s", v.key, other.at)
			}
		}
		first[v.key] = append(first[v.key], v)
	}
}

// Holds returns the first and the last day a value is in force under the pack:
// its own days inside the pack's. A zero last day means while the pack lasts
// and it has no end.
func (p *Pack) Holds(g Ground) (from, to calendar.Date) {
	from, to = p.From, p.To
	if !g.From.IsZero() && g.From.Compare(from) > 0 {
		from = g.From
	}
	if !g.To.IsZero() && (to.IsZero() || g.To.Compare(to) < 0) {
		to = g.To
	}
	return from, to
}

func (b *builder) ground(at string, g Ground) {
	b.source(at, g.Source)
	b.period(at, g.From, g.To)
	if g.Instrument != "" {
		b.instrument(at, g.Instrument)
	}
}

// checkLaw says what is wrong with the values that may have versions.
func (b *builder) checkLaw() {
	p := b.pack
	b.checkVersions()
	each(b, "thresholds", p.Thresholds, func(t Threshold) error { return t.fault() })
	each(b, "harms", p.Harms, b.harmFault)
	each(b, "criteria", p.Criteria, b.criterionFault)
	each(b, "parties", p.Parties, func(v Party) error { return v.Label.fault("label") })
	each(b, "templates", p.Templates, b.templateFault)
	each(b, "authorities", p.Authorities, b.authorityFault)
	each(b, "periods", p.Periods, func(v Period) error { return v.fault() })
	each(b, "counts", p.Counts, func(v Count) error {
		if len(v.Levels) != 5 || slices.Min(append(v.Levels, 0)) < 0 {
			return fmt.Errorf("levels: five numbers are needed, none negative")
		}
		return v.Label.fault("label")
	})
	each(b, "control_groups", p.Groups, func(v ControlGroup) error {
		if v.FromLevel < 1 || v.FromLevel > 5 || v.Clause == "" {
			return fmt.Errorf("from_level is 1..5 and clause must not be empty")
		}
		return v.Label.fault("label")
	})
	each(b, "penalties", p.Penalties, func(v Penalty) error {
		if v.Min < 0 || v.Max < max(v.Min, 1) {
			return fmt.Errorf("penalty %d..%d: min must not be above max", v.Min, v.Max)
		}
		return v.Label.fault("label")
	})
	each(b, "layers", p.Layers, func(v Layer) error {
		if v.No < 1 {
			return fmt.Errorf("no is 1 or more")
		}
		return v.Label.fault("label")
	})
	each(b, "transitions", p.Transitions, func(v Transition) error {
		if v.Date.IsZero() {
			return fmt.Errorf("date is missing")
		}
		return v.Label.fault("label")
	})
}

func each[T any](b *builder, section string, items []T, fault func(T) error) {
	for i, v := range items {
		if err := fault(v); err != nil {
			b.fail(b.at[spot(section, i)], "%v", err)
		}
	}
}

// fault says that a text is missing in one language.
func (l Label) fault(what string) error {
	if l.VI == "" || l.EN == "" {
		return fmt.Errorf("%s needs vi and en", what)
	}
	return nil
}

func (t Threshold) fault() error {
	if err := among("unit", t.Unit, thresholdUnits); err != nil {
		return err
	}
	if t.Value < 0 || t.Unit == "percent" && t.Value > 100 {
		return fmt.Errorf("value %d %s is out of range", t.Value, t.Unit)
	}
	if t.Label != (Label{}) {
		return t.Label.fault("label")
	}
	return nil
}

func (b *builder) harmFault(h Harm) error {
	if h.Level < 1 || h.Level > 5 {
		return fmt.Errorf("level %d: must be 1..5", h.Level)
	}
	return cmp.Or(among("interest", h.Interest, interests), among("degree", h.Degree, degrees), h.Label.fault("label"))
}

func (b *builder) criterionFault(c Criterion) error {
	if c.By == "" && (c.Level < 1 || c.Level > 5) || c.By != "" && c.Level != 0 {
		return fmt.Errorf("level %d: must be 1..5, or 0 beside by", c.Level)
	}
	if c.Basis == "" {
		return fmt.Errorf("basis is missing: every criterion names its place in the text")
	}
	w := c.When
	for _, set := range []struct {
		what        string
		given, from []string
	}{{"use", w.Use, systemUses}, {"information", w.Information, information}, {"reach", w.Reach, reaches}, {"works", w.Works, works}} {
		for _, g := range set.given {
			if err := among(set.what, g, set.from); err != nil {
				return err
			}
		}
	}
	for _, t := range slices.Concat(w.All, w.Any) {
		if systemTests[t] == nil {
			return fmt.Errorf("condition %q is unknown", t)
		}
	}
	for _, id := range w.thresholds() {
		if _, ok := b.pack.Threshold(id); !ok {
			return fmt.Errorf("threshold %q is unknown", id)
		}
	}
	if w.GradeAtLeast < 0 || w.GradeAtLeast > 4 || w.GradeAtMost < 0 || w.GradeAtMost > 4 {
		return fmt.Errorf("grade_at_least and grade_at_most are 0..4")
	}
	return cmp.Or(among("by", c.By, []string{"", "risk", "decision"}), c.Label.fault("label"))
}

func (b *builder) templateFault(t Template) error {
	if _, ok := b.pack.Form(t.Form); t.Form != "" && !ok {
		return fmt.Errorf("form %q is unknown", t.Form)
	}
	if t.No == "" {
		return fmt.Errorf("no is missing")
	}
	return t.Title.fault("title")
}

func (b *builder) authorityFault(a Authority) error {
	if err := levelsFault(a.Levels); err != nil || len(a.Levels) == 0 {
		return cmp.Or(err, fmt.Errorf("levels must not be empty"))
	}
	if len(a.Prepare) == 0 || len(a.Appraise) == 0 || len(a.Approve) == 0 {
		return fmt.Errorf("prepare, appraise and approve must not be empty")
	}
	for _, id := range slices.Concat(a.Prepare, a.Opinion, a.Appraise, a.Approve) {
		if _, ok := b.pack.Party(id); !ok {
			return fmt.Errorf("party %q is unknown", id)
		}
	}
	for _, id := range a.Templates {
		if _, ok := b.pack.Template(id); !ok {
			return fmt.Errorf("template %q is unknown", id)
		}
	}
	for _, other := range b.pack.Authorities {
		f, t := b.pack.Holds(other.Ground)
		from, to := b.pack.Holds(a.Ground)
		together := (t.IsZero() || from.Compare(t) <= 0) && (to.IsZero() || f.Compare(to) <= 0)
		if other.ID < a.ID && together && slices.ContainsFunc(a.Levels, func(l int) bool { return slices.Contains(other.Levels, l) }) {
			return fmt.Errorf("levels %v: %q says who decides on one of them already", a.Levels, other.ID)
		}
	}
	return a.Label.fault("label")
}

func levelsFault(levels []int) error {
	for i, l := range levels {
		if l < 1 || l > 5 || i > 0 && l <= levels[i-1] {
			return fmt.Errorf("levels %v: must be 1..5 and rise", levels)
		}
	}
	return nil
}

func (v Period) fault() error {
	if len(v.Levels) != 5 {
		return fmt.Errorf("levels: five cells are needed, not %d", len(v.Levels))
	}
	for i, s := range v.Levels {
		if err := s.fault(); err != nil {
			return fmt.Errorf("level %d: %w", i+1, err)
		}
	}
	return cmp.Or(among("kind", v.Kind, periodKinds), among("bound", v.Bound, []string{"at_least", "every"}), v.Label.fault("label"))
}

// maxSpan bounds the number of a span: a hundred years in days.
const maxSpan = 36525

func (s Span) fault() error {
	if s.Word != "" {
		if s.N != 0 || s.Unit != "" {
			return fmt.Errorf("a word stands alone, without n and unit")
		}
		return among("word", s.Word, spanWords)
	}
	if s.N < 1 || s.N > maxSpan {
		return fmt.Errorf("n %d: must be 1..%d", s.N, maxSpan)
	}
	return among("unit", s.Unit, spanUnits)
}

func among(what, got string, want []string) error {
	if slices.Contains(want, got) {
		return nil
	}
	return fmt.Errorf("%s %q: must be one of %q", what, got, want)
}
