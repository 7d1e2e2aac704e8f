// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file holds what people do with obligations by hand: giving tasks to
// units, giving one to a person, adding what proves it.

// TaskKind is the kind of obligations that people open by hand, and of their
// subject, which several units may share.
const TaskKind = "task"

// Task is work a person gives to units. It ends either at 24:00 of Last or after
// Amount.
type Task struct {
	Title     string
	Units     []string // who owes: one obligation each
	Addressee string   // to whom, in words
	Basis     string   // the paper: "Công văn 1556/UBND-KGVX ngày 30/8/2022"
	BasisDoc  string   // its id in the register of documents, which then gives an empty Basis; may be empty
	Clause    string   // "mục 3"; may be empty
	FormID    string
	Urgency   Urgency
	Last      calendar.Date
	Amount    calendar.Amount
}

// maxUnits bounds how many units one task goes to.
const maxUnits = 1000

// Give opens a task for each of its units. It needs the right to write in every
// one of them. It fails with fault.Invalid by field: title, units, addressee,
// document, basis, clause, form, last, amount.
func (s *Service) Give(ctx context.Context, t Task) ([]Obligation, error) {
	const op = "obligation.Give"
	_, scope, err := auth.Need(ctx, op, write)
	if err != nil {
		return nil, err
	}
	if t.BasisDoc != "" {
		p, err := s.paperOf(ctx, op, t.BasisDoc)
		if err != nil {
			return nil, err
		}
		t.Basis = cmp.Or(strings.TrimSpace(t.Basis), p.Cite)
	}
	e, err := s.checkTask(op, &t)
	if err != nil {
		return nil, err
	}
	var out []Obligation
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = out[:0]
		batch := db.NewID()
		label := "GV-" + s.now().In(i18n.Hanoi).Format("060102") + "-" + strings.ToUpper(batch[len(batch)-5:])
		for _, u := range t.Units {
			inside, err := scope.Holds(ctx, tx, u)
			if err != nil {
				return err
			}
			if !inside {
				return fault.Bad(op, "units", "obligation.err.units")
			}
			o, err := s.Open(ctx, tx, Duty{Kind: TaskKind, Title: rulepack.Label{VI: t.Title, EN: t.Title}, UnitID: u,
				Addressee: Addressee{ID: "hand", Name: rulepack.Label{VI: t.Addressee, EN: t.Addressee}},
				Subject:   Subject{Kind: TaskKind, ID: batch, Label: label}, ClockID: TaskKind + "@" + u, FormID: t.FormID,
				Basis: cited(t.Basis, t.Clause), BasisDoc: t.BasisDoc, Clause: t.Clause, Trigger: "hand", Urgency: t.Urgency, Explanation: e})
			if err != nil {
				return err
			}
			out = append(out, o)
		}
		return nil
	})
	return out, db.Error(op, err)
}

func cited(basis, clause string) string {
	if clause == "" {
		return basis
	}
	return basis + ", " + clause
}

// checkTask cleans t and counts its term.
func (s *Service) checkTask(op string, t *Task) (calendar.Explanation, error) {
	bad := map[string]string{}
	for field, text := range map[string]*string{"title": &t.Title, "addressee": &t.Addressee, "basis": &t.Basis} {
		*text = i18n.NFC(strings.TrimSpace(*text))
		if err := checkText(op, field, *text); err != nil {
			bad[field] = fault.Of(err).Fields[field]
		}
	}
	t.Clause, t.FormID = i18n.NFC(t.Clause), i18n.NFC(t.FormID)
	if utf8.RuneCountInString(t.Clause) > 200 {
		bad["clause"] = "obligation.err.too_long"
	}
	if utf8.RuneCountInString(t.FormID) > 40 {
		bad["form"] = "obligation.err.too_long"
	}
	slices.Sort(t.Units)
	t.Units = slices.DeleteFunc(slices.Compact(t.Units), func(u string) bool { return u == "" })
	if len(t.Units) == 0 || len(t.Units) > maxUnits {
		bad["units"] = "obligation.err.units"
	}
	now := cut(s.now())
	var e calendar.Explanation
	switch {
	case !t.Last.IsZero():
		if e = FixedTerm(s.days, now, t.Last, cited(t.Basis, t.Clause)); !e.Due.After(now) || t.Last.Year > 2200 {
			bad["last"] = "obligation.err.last"
		}
	case s.days == nil || t.Amount.Validate() != nil || t.Amount.N < 1 || t.Amount.N > 3660:
		bad["amount"] = "obligation.err.amount"
	default:
		_, e = s.days.Due(now, t.Amount, calendar.Counting{})
		e = e.Citing(cited(t.Basis, t.Clause))
	}
	if len(bad) > 0 {
		return e, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return e, nil
}

// Person is somebody an obligation can be given to.
type Person struct{ ID, Name string }

// Assign gives an open obligation to a person, or takes it from all with the
// zero Person; note says why, and may be empty. The caller has made sure that
// the person works in the unit. It needs the right to write there.
func (s *Service) Assign(ctx context.Context, id ID, to Person, note string, version int64) (Obligation, error) {
	const op = "obligation.Assign"
	_, scope, err := auth.Need(ctx, op, write)
	if err != nil {
		return Obligation{}, err
	}
	note = i18n.NFC(note)
	if utf8.RuneCountInString(note) > maxText {
		return Obligation{}, fault.Bad(op, "note", "obligation.err.too_long")
	}
	return s.change(ctx, op, scope, id, version, func(ctx context.Context, tx *db.Tx, o *Obligation) error {
		if o.State != Open {
			return notOpen(op)
		}
		was := o.OwedName
		o.OwedBy, o.OwedName = to.ID, to.Name
		return s.save(ctx, tx, o, "obligation.assign", map[string]any{"to": to.Name, "to_id": to.ID, "from": was, "reason": note})
	})
}

// EvidenceKind is what sort of thing proves that an obligation was met.
type EvidenceKind string

// The kinds of evidence.
const (
	ByDocument EvidenceKind = "document" // a paper: its number, or its page here
	ByReceipt  EvidenceKind = "receipt"  // what the addressee answered
	ByMeasure  EvidenceKind = "measure"  // a value and when it was measured
	ByFile     EvidenceKind = "file"     // a file: name and SHA-256, or where it lies
)

// EvidenceKinds lists all in the order pages offer them.
func EvidenceKinds() []EvidenceKind { return []EvidenceKind{ByDocument, ByReceipt, ByMeasure, ByFile} }

// Evidence is one thing that proves how an obligation was met. Nothing takes it
// away.
type Evidence struct {
	ID       string
	Kind     EvidenceKind
	Ref      string // 1..300 runes; empty takes the words of Document
	Note     string // 0..500 runes
	Document string // id of the paper in the register, of a document; empty: as declared
	ByID, By string
	At       time.Time
}

// Prove adds evidence to an obligation that is open or met, in the actor's scope
// to write. It fails with fault.Invalid by field: kind, document, ref, note.
func (s *Service) Prove(ctx context.Context, id ID, e Evidence) (Evidence, error) {
	const op = "obligation.Prove"
	actor, scope, err := auth.Need(ctx, op, write)
	if err != nil {
		return Evidence{}, err
	}
	bad := map[string]string{}
	e.Ref, e.Note = i18n.NFC(strings.TrimSpace(e.Ref)), i18n.NFC(strings.TrimSpace(e.Note))
	if !slices.Contains(EvidenceKinds(), e.Kind) {
		bad["kind"] = "obligation.err.required"
	}
	if e.Document != "" {
		e.Kind = ByDocument
		p, err := s.paperOf(ctx, op, e.Document)
		if err != nil {
			return Evidence{}, err
		}
		e.Ref = p.Cite // what is declared beside it would be a second truth
	}
	switch n := utf8.RuneCountInString(e.Ref); {
	case n == 0:
		bad["ref"] = "obligation.err.required"
	case n > 300:
		bad["ref"] = "obligation.err.too_long"
	}
	if utf8.RuneCountInString(e.Note) > maxText {
		bad["note"] = "obligation.err.too_long"
	}
	if len(bad) > 0 {
		return Evidence{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := get(ctx, tx, op, s.readable(ctx), id)
		if err != nil {
			return err
		}
		inside, err := scope.Holds(ctx, tx, o.UnitID)
		switch {
		case err != nil:
			return err
		case !inside:
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		case o.State != Open && o.State != Met:
			return notOpen(op)
		}
		e.ID, e.ByID, e.By, e.At = db.NewID(), actor.ID, actor.Name, cut(s.now())
		if err := putEvidence(ctx, tx, o.ID, e); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.prove", Kind: "obligation", Object: string(o.ID), Unit: o.UnitID,
			Detail: map[string]any{"kind": e.Kind, "ref": e.Ref, "note": e.Note, "document": e.Document}})
	})
	return e, db.Error(op, err)
}

// EvidenceOf lists what proves an obligation of the actor's scope, the first
// first.
func (s *Service) EvidenceOf(ctx context.Context, id ID) ([]Evidence, error) {
	o, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return evidenceOf(ctx, s.records.Read(), o.ID)
}
