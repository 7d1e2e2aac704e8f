// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Standing is how a period stands for who looks at a definition.
type Standing string

// The standings. Draft to Withdrawn are those of its paper.
const (
	Ahead     Standing = "ahead"   // its draft is not due yet
	Waiting   Standing = "waiting" // its draft is made at the next turn
	AtWork    Standing = "making"
	NotMade   Standing = "failed"
	PassedBy  Standing = "missed"
	Drafted   Standing = "draft"
	Printed   Standing = "printed"
	SentOn    Standing = "sent"
	SentLate  Standing = "sent_late"
	Withdrawn Standing = "withdrawn"
	Hidden    Standing = "hidden" // there is a paper that the actor does not see before it is sent
)

// Entry is one period of a definition. Its paper is zero without one, or when the
// actor does not see it.
type Entry struct {
	Run
	Standing Standing
	Of       Paper
	Late     bool // the term is over and nothing was sent
}

// File is a definition with what became of its periods.
type File struct {
	Series
	May     bool // the actor may change it and have drafts made
	Body    Body
	Form    rulepack.Form // zero when it is gone
	Pack    *rulepack.Pack
	Duty    rulepack.Periodic // zero id: the definition's own term
	Why     string            // why no period can be told; last part of a catalogue key
	Entries []Entry           // the latest first
	Choices []Period          // that a draft may be asked for, the latest first
	Answers Directive         // zero when there is none or the actor does not see it
}

// ahead is how many periods that have not begun are shown.
const ahead = 2

// Open is a definition in the actor's scope with its periods: those since it
// began, those a person had made before, and the next ones.
func (s *Service) Open(ctx context.Context, id ID) (File, error) {
	x, may, err := s.Get(ctx, id)
	if err != nil {
		return File{}, err
	}
	f := File{Series: x, May: may}
	if f.Body, err = s.Body(ctx, x.Unit); err != nil {
		return f, err
	}
	if x.Directive != "" {
		f.Answers, err = s.Directive(ctx, x.Directive)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return f, err
		}
	}
	windows, err := s.Campaigns(ctx)
	if err != nil {
		return f, err
	}
	done, err := runs(ctx, s.Records.Read(), string(id))
	if err != nil {
		return f, err
	}
	var t terms
	t, f.Why = s.terms(x.Plan, windows)
	f.Form, f.Pack, f.Duty = t.form, t.pack, t.duty
	if f.Why == "" {
		f.merge(t, done, calendar.DateOf(s.Now()))
	} else {
		for _, r := range done {
			f.Entries = append(f.Entries, Entry{Run: r})
		}
	}
	if f.Why == "" && f.Body.Ended && len(f.Body.Heirs) > 1 {
		f.Why, f.Choices = NoHeir, nil // nothing is made before somebody chose
	}
	return f, s.look(ctx, &f)
}

// merge puts what was done beside the periods that the definition has.
func (f *File) merge(t terms, done []Run, today calendar.Date) {
	left := ahead
	if f.State == Stopped { // none comes
		left = -1
	}
	for _, p := range t.between(f.Since, today.AddDays(800)) {
		n := slices.IndexFunc(done, func(r Run) bool { return r.Key == p.Key })
		if n >= 0 {
			continue
		}
		if left < 0 {
			break
		}
		if p.Begins.Compare(today) > 0 {
			if left--; left < 0 {
				break
			}
		}
		f.Entries = append(f.Entries, Entry{Run: Run{Period: p}})
	}
	for _, r := range done {
		f.Entries = append(f.Entries, Entry{Run: r})
	}
	slices.SortStableFunc(f.Entries, func(a, b Entry) int { return b.Last.Compare(a.Last) })
	for _, p := range t.choices(today) {
		n := slices.IndexFunc(done, func(r Run) bool { return r.Key == p.Key && (r.Paper != "" || r.State == Making) })
		if n < 0 {
			f.Choices = append(f.Choices, p)
		}
	}
}

// look says how each period stands.
func (s *Service) look(ctx context.Context, f *File) error {
	var ids []string
	for _, e := range f.Entries {
		if e.Paper != "" {
			ids = append(ids, e.Paper)
		}
	}
	papers, err := s.Papers.Look(ctx, ids)
	if err != nil {
		return err
	}
	now, today := s.Now(), calendar.DateOf(s.Now())
	for i := range f.Entries {
		e := &f.Entries[i]
		e.Of = papers[e.Paper]
		e.Standing = e.standing(today)
		e.Late = e.Standing != SentOn && e.Standing != SentLate && e.Standing != Hidden && now.After(e.Last.End())
	}
	return nil
}

func (e Entry) standing(today calendar.Date) Standing {
	switch {
	case e.State == Failed:
		return NotMade
	case e.State == Missed:
		return PassedBy
	case e.State == Making:
		return AtWork
	case e.State == "" && e.Begins.Compare(today) > 0:
		return Ahead
	case e.State == "":
		return Waiting
	case e.Of.ID == "":
		return Hidden
	case e.Of.State == withdrawn:
		return Withdrawn
	case !e.Of.SentAt.IsZero() && e.Of.SentAt.After(e.Last.End()):
		return SentLate
	case !e.Of.SentAt.IsZero():
		return SentOn
	case e.Of.State == "printed":
		return Printed
	}
	return Drafted
}

// owed is a period as the engine of obligations tells it: its clock, with the
// arithmetic and the basis.
func (s *Service) owed(f File, e Entry) obligation.Obligation {
	o := obligation.Obligation{State: obligation.Open, Basis: f.Form.Basis, DueAt: e.Last.End(), SoonAt: e.Begins.Start()}
	if f.Duty.ID != "" {
		o.Basis = f.Duty.Basis
		role, _ := f.Pack.Addressee(f.Duty.Addressee)
		o.Addressee.Name = role.Label
	}
	o.Explanation = obligation.FixedTerm(s.Laws.Calendar(), e.Begins.Start(), e.Last, o.Basis)
	if !e.Of.SentAt.IsZero() {
		o.State, o.Proof.At = obligation.Met, e.Of.SentAt
	}
	return o
}

// Table is the printed numbers of a definition over its periods. A column without
// a print says so; a number that a print did not have stays empty.
type Table struct {
	Columns []Column
	Rows    []NumberRow
}

// Column is one period of a Table.
type Column struct {
	Entry
	Printed bool
}

// NumberRow is one field over the periods, the earliest first.
type NumberRow struct {
	Key, Label string
	Percent    bool
	Values     []*float64 // nil: nothing was printed
}

// mostColumns bounds the periods beside one another.
const mostColumns = 24

// Numbers reads the prints of the latest periods that began, from their frozen
// inputs alone.
func (s *Service) Numbers(ctx context.Context, f File) (Table, error) {
	var t Table
	for _, e := range slices.Backward(f.Entries) {
		if e.Standing != Ahead && e.Standing != Waiting {
			t.Columns = append(t.Columns, Column{Entry: e})
		}
	}
	if n := len(t.Columns); n > mostColumns {
		t.Columns = t.Columns[n-mostColumns:]
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Of.Prints == 0 || c.Standing == Withdrawn {
			continue
		}
		list, err := s.Papers.Printed(ctx, c.Paper)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return t, err
		}
		c.Printed = true
		for _, n := range list {
			at := slices.IndexFunc(t.Rows, func(r NumberRow) bool { return r.Key == n.Key })
			if at < 0 {
				at = len(t.Rows)
				t.Rows = append(t.Rows, NumberRow{Key: n.Key, Percent: n.Percent, Values: make([]*float64, len(t.Columns))})
			}
			t.Rows[at].Label, t.Rows[at].Values[i] = n.Label, &n.Value
		}
	}
	return t, nil
}
