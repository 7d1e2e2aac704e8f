// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Override puts a value of an authorised person in place of one that a pack
// writes, from a day on. Where several hold on a day, the one that begins last
// wins.
type Override struct {
	ID     string
	Pack   string // id of the pack
	Target string // "clocks/anm-24h"; of a period with the level behind: "periods/audit/3"
	Value  Value
	Source Source        // what the person rests the value on
	From   calendar.Date // first day, inside the pack's days
	To     calendar.Date // last day; zero: while the pack lasts

	Entered   time.Time // when it was entered; the room's, for [Set.Judged]
	Withdrawn time.Time // zero while it stands
}

// ValueKind says which parts of a [Value] a target takes.
type ValueKind string

// The kinds of value a person may put in place.
const (
	AmountValue ValueKind = "amount" // N and Unit: immediate, hour, day, working_day
	NumberValue ValueKind = "number" // N, in the unit of the pack
	SpanValue   ValueKind = "span"   // N and Unit, or Word
	TextValue   ValueKind = "text"   // VI and EN
	StatusValue ValueKind = "status" // Word: in_force, lapsed, unclear
	DateValue   ValueKind = "date"   // Date
	SourceValue ValueKind = "source" // no value: the source alone, which confirms what the pack writes
)

// Value is the new value of an override. Parts that the kind does not take are
// zero.
type Value struct {
	N    int           `json:"n,omitempty"`
	Unit string        `json:"unit,omitempty"`
	Word string        `json:"word,omitempty"`
	VI   string        `json:"vi,omitempty"`
	EN   string        `json:"en,omitempty"`
	Date calendar.Date `json:"date,omitzero"`
}

// OverrideError is what is wrong with an override, by the part that is wrong:
// target, value, unit, vi, en, source, from or to.
type OverrideError struct {
	Field string
	Err   error
}

func (e *OverrideError) Error() string { return e.Field + ": " + e.Err.Error() }
func (e *OverrideError) Unwrap() error { return e.Err }

func bad(field, format string, args ...any) error {
	return &OverrideError{field, fmt.Errorf(format, args...)}
}

func (o Override) holdsOn(d calendar.Date) bool {
	return d.Compare(o.From) >= 0 && (o.To.IsZero() || d.Compare(o.To) <= 0)
}

// level splits the level off the target of a period.
func (o Override) level() (key string, level int) {
	if section, rest, _ := strings.Cut(o.Target, "/"); section == "periods" {
		if i := strings.LastIndexByte(rest, '/'); i >= 0 {
			n, _ := strconv.Atoi(rest[i+1:])
			return section + "/" + rest[:i], n
		}
	}
	return o.Target, 0
}

// CheckOverride says what is wrong with o, by the same checks a pack's files
// pass. Errors are [OverrideError].
func (s *Set) CheckOverride(o Override) error {
	p, ok := s.Written(o.Pack)
	if !ok {
		return bad("target", "pack %q is unknown", o.Pack)
	}
	if o.From.IsZero() || o.From.Compare(p.From) < 0 || !p.To.IsZero() && o.From.Compare(p.To) > 0 {
		return bad("from", "%s is no day of the pack", o.From)
	}
	if !o.To.IsZero() && o.To.Compare(o.From) < 0 {
		return bad("to", "it ends before it begins")
	}
	_, err := p.on(o.From).Apply([]Override{o})
	return err
}

// Apply returns p with the overrides in place; p stays as it is. The version of
// the result tells which values were put in place. The first override that
// cannot be applied is returned as an error.
func (p *Pack) Apply(list []Override) (*Pack, error) {
	if len(list) == 0 {
		return p, nil
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Override) int {
		return cmp.Or(a.From.Compare(b.From), a.Entered.Compare(b.Entered), cmp.Compare(a.ID, b.ID))
	})
	out := *p
	out.overrides = map[string]Override{}
	var what []string
	for _, o := range list {
		if err := out.put(o); err != nil {
			return nil, err
		}
		out.overrides[o.Target] = o
		value, err := json.Marshal(struct {
			Target string
			Value  Value
			Source Source
			From   calendar.Date
		}{o.Target, o.Value, o.Source, o.From})
		if err != nil {
			return nil, err
		}
		what = append(what, string(value))
	}
	if slices.ContainsFunc(list, func(o Override) bool { return strings.HasPrefix(o.Target, "terms/") }) {
		out.reword()
	}
	out.Version = mixed(p.Version, what...)
	return &out, nil
}

// OverrideOf returns the override that stands at a target, and false when the
// value is the pack's own.
func (p *Pack) OverrideOf(target string) (Override, bool) {
	o, ok := p.overrides[target]
	return o, ok
}

// KindOf returns what kind of value a section takes, and false when nothing in
// it may be put in place.
func KindOf(section string) (ValueKind, bool) {
	kind, ok := kindOf[section]
	return kind, ok
}

var kindOf = map[string]ValueKind{
	"clocks": AmountValue, "thresholds": NumberValue, "periods": SpanValue, "terms": TextValue,
	"addressees": TextValue, "instruments": StatusValue, "transitions": DateValue, "criteria": SourceValue, "harms": SourceValue,
	"authorities": SourceValue, "parties": SourceValue, "templates": SourceValue, "counts": SourceValue, "control_groups": SourceValue,
	"penalties": SourceValue, "layers": SourceValue, "forms": SourceValue, "code_lists": SourceValue, "severity_suggestions": SourceValue,
	"kinds": SourceValue,
}

// put sets one value of p, whose lists it clones before it changes them.
func (p *Pack) put(o Override) error {
	key, level := o.level()
	section, id, _ := strings.Cut(key, "/")
	b := p.checker()
	b.source("source", o.Source)
	if len(b.errs) > 0 {
		return &OverrideError{"source", b.errs[0]}
	}
	v := o.Value
	if kind := kindOf[section]; kind == SourceValue && v != (Value{}) {
		return bad("value", "%s takes no value of a person, only a source", section)
	}
	var err error
	found := false
	switch section {
	case "terms":
		if _, found = p.terms[id]; found {
			p.terms = cloneMap(p.terms)
			p.terms[id] = Term{v.VI, v.EN, o.Source}
			err = wordsFault(v)
		}
	case "addressees":
		p.Addressees, found = amend(p.Addressees, func(a *Addressee) bool { return a.ID == id }, func(a *Addressee) {
			a.Label, a.Source, err = Label{v.VI, v.EN}, o.Source, wordsFault(v)
		})
	case "instruments":
		p.Instruments, found = amend(p.Instruments, func(i *Instrument) bool { return i.ID == id }, func(i *Instrument) {
			i.Status, i.Source = v.Word, o.Source
			if e := among("status", v.Word, statuses); e != nil {
				err = &OverrideError{"value", e}
			}
		})
	case "thresholds":
		p.Thresholds, found = amend(p.Thresholds, func(t *Threshold) bool { return t.ID == id }, func(t *Threshold) {
			if v.Unit != t.Unit {
				err = bad("unit", "unit %q: the pack's is %q", v.Unit, t.Unit)
				return
			}
			t.Value, t.Source = v.N, o.Source
			err = atField("value", t.fault())
		})
	case "clocks":
		p.AllClocks, found = amend(p.AllClocks, func(c *Clock) bool { return c.ID == id }, func(c *Clock) {
			amount := calendar.Amount{N: v.N, Unit: calendar.Unit(v.Unit)}
			if err = amountFault(amount); err != nil {
				return
			}
			c.amended(amount)
			c.Source, c.Counting = o.Source, p.counting(amount, c.Counting)
			b.checkClock(c)
			err = atField("value", errors.Join(b.errs...))
		})
	case "periods":
		if level < 1 || level > 5 {
			return bad("target", "%q: the level 1..5 stands behind a period", o.Target)
		}
		p.Periods, found = amend(p.Periods, func(q *Period) bool { return q.ID == id }, func(q *Period) {
			q.Levels = slices.Clone(q.Levels)
			q.Levels[level-1] = Span{v.N, v.Unit, v.Word}
			q.Source = o.Source
			field := "value"
			if v.Word == "" && v.N >= 1 && v.N <= maxSpan {
				field = "unit"
			}
			err = atField(field, q.Levels[level-1].fault())
		})
	case "transitions":
		p.Transitions, found = amend(p.Transitions, func(t *Transition) bool { return t.ID == id }, func(t *Transition) {
			t.Date, t.Source = v.Date, o.Source
			if v.Date.IsZero() {
				err = bad("value", "date is missing")
			}
		})
	default:
		found = p.confirm(section, id, o.Source)
	}
	if !found {
		return bad("target", "%q is no value of the pack", o.Target)
	}
	return err
}

// confirm sets the source of a value that a person may not change.
func (p *Pack) confirm(section, id string, s Source) (found bool) {
	switch section {
	case "criteria":
		p.Criteria, found = amend(p.Criteria, func(v *Criterion) bool { return v.ID == id }, func(v *Criterion) { v.Source = s })
	case "harms":
		p.Harms, found = amend(p.Harms, func(v *Harm) bool { return v.ID == id }, func(v *Harm) { v.Source = s })
	case "authorities":
		p.Authorities, found = amend(p.Authorities, func(v *Authority) bool { return v.ID == id }, func(v *Authority) { v.Source = s })
	case "parties":
		p.Parties, found = amend(p.Parties, func(v *Party) bool { return v.ID == id }, func(v *Party) { v.Source = s })
	case "templates":
		p.Templates, found = amend(p.Templates, func(v *Template) bool { return v.ID == id }, func(v *Template) { v.Source = s })
	case "counts":
		p.Counts, found = amend(p.Counts, func(v *Count) bool { return v.ID == id }, func(v *Count) { v.Source = s })
	case "control_groups":
		p.Groups, found = amend(p.Groups, func(v *ControlGroup) bool { return v.ID == id }, func(v *ControlGroup) { v.Source = s })
	case "penalties":
		p.Penalties, found = amend(p.Penalties, func(v *Penalty) bool { return v.ID == id }, func(v *Penalty) { v.Source = s })
	case "layers":
		p.Layers, found = amend(p.Layers, func(v *Layer) bool { return v.ID == id }, func(v *Layer) { v.Source = s })
	case "forms":
		p.Forms, found = amend(p.Forms, func(v *Form) bool { return v.ID == id }, func(v *Form) { v.Source = s })
	case "code_lists":
		p.Lists, found = amend(p.Lists, func(v *CodeList) bool { return v.ID == id }, func(v *CodeList) { v.Source = s })
	case "severity_suggestions":
		p.Suggestions, found = amend(p.Suggestions, func(v *Suggestion) bool { return v.ID == id }, func(v *Suggestion) { v.Source = s })
	case "kinds":
		p.Kinds, found = amend(p.Kinds, func(v *Kind) bool { return v.ID == id }, func(v *Kind) { v.Source = s })
	}
	return found
}

// amend returns a copy of list with set done to the items that are wanted, and
// whether there was one.
func amend[T any](list []T, want func(*T) bool, set func(*T)) ([]T, bool) {
	list, found := slices.Clone(list), false
	for i := range list {
		if want(&list[i]) {
			set(&list[i])
			found = true
		}
	}
	return list, found
}

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m)+1)
	maps.Copy(out, m)
	return out
}

// checker is a builder over p that only asks.
func (p *Pack) checker() *builder {
	b := &builder{pack: p, at: map[string]string{}, rules: map[string]calendar.Counting{}}
	for _, c := range p.countings {
		b.rules[c.ID] = c.Counting
	}
	return b
}

// counting is the counting rule an amount needs: terms in days or months keep theirs or
// get the pack's first, others have none.
func (p *Pack) counting(a calendar.Amount, had string) string {
	if !a.Unit.Days() {
		return ""
	}
	if had == "" && len(p.countings) > 0 {
		return p.countings[0].ID
	}
	return had
}

func wordsFault(v Value) error {
	switch {
	case v.VI == "":
		return bad("vi", "the label needs vi and en")
	case v.EN == "":
		return bad("en", "the label needs vi and en")
	}
	return nil
}

func amountFault(a calendar.Amount) error {
	err := a.Validate()
	if err == nil {
		return nil
	}
	field := "value"
	switch a.Unit {
	case calendar.Immediate, calendar.Hour, calendar.Day, calendar.WorkingDay, calendar.Month:
	default:
		field = "unit"
	}
	return &OverrideError{field, err}
}

func atField(field string, err error) error {
	if err == nil {
		return nil
	}
	return &OverrideError{field, err}
}

// Amend puts overrides in place for everyone who holds the set: whoever asks it
// next sees them. list is every override ever entered, the withdrawn ones
// included, and clock says today. Overrides that no longer fit their pack are
// left out and returned with the reason, by id; the rest hold all the same.
func (s *Set) Amend(list []Override, clock func() time.Time) map[string]error {
	unfit := map[string]error{}
	fit := slices.DeleteFunc(slices.Clone(list), func(o Override) bool {
		if !o.Withdrawn.IsZero() {
			return true
		}
		err := s.CheckOverride(o)
		if err != nil {
			unfit[o.ID] = err
		}
		return err != nil
	})
	s.now.Store(&edition{clock: clock, spans: s.spans(fit), all: slices.Clone(list)})
	return unfit
}

// spans are the readings of every pack under overrides that fit.
func (s *Set) spans(list []Override) []span {
	var out []span
	for _, p := range s.packs {
		days := p.turns()
		for _, o := range list {
			if o.Pack != p.ID {
				continue
			}
			days = append(days, o.From)
			if !o.To.IsZero() {
				days = append(days, o.To.AddDays(1))
			}
		}
		for _, d := range p.inside(days) {
			view, err := p.on(d).Apply(slices.DeleteFunc(slices.Clone(list), func(o Override) bool { return o.Pack != p.ID || !o.holdsOn(d) }))
			if err != nil { // a target that ended while its override holds: the pack's own reading
				view = p.on(d)
			}
			out = append(out, span{d, view})
		}
	}
	return out
}

// Judged returns the reading of a pack that a record was judged under, by the
// id and version the record keeps, and false when the pack's files have changed
// since.
func (s *Set) Judged(id, version string) (*Pack, bool) {
	e := s.now.Load()
	if p, ok := e.judged(id, version); ok {
		return p, true
	}
	if had, ok := e.past.Load(id + "@" + version); ok { // asked before: pages ask again and again
		p := had.(*Pack)
		return p, p != nil
	}
	p := s.before(e, id, version)
	e.past.Store(id+"@"+version, p)
	return p, p != nil
}

// before is the reading of a pack among those that were in place earlier, nil
// when it is none of them.
func (s *Set) before(e *edition, id, version string) *Pack {
	for _, o := range e.all {
		for _, t := range []time.Time{o.Entered, o.Withdrawn} {
			if t.IsZero() {
				continue
			}
			then := slices.DeleteFunc(slices.Clone(e.all), func(o Override) bool {
				return o.Entered.After(t) || !o.Withdrawn.IsZero() && !o.Withdrawn.After(t) || s.CheckOverride(o) != nil
			})
			was := edition{spans: s.spans(then)}
			if p, ok := was.judged(id, version); ok {
				return p
			}
		}
	}
	was := edition{spans: s.spans(nil)} // before the first
	p, _ := was.judged(id, version)
	return p
}

func (e *edition) judged(id, version string) (*Pack, bool) {
	for _, s := range e.spans {
		if s.pack.ID == id && s.pack.Version == version {
			return s.pack, true
		}
	}
	return nil, false
}
