// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file asks how a directive stands, for the papers that answer it. What is
// said of that is made in replysay.go, the tables of the workbook in
// replyannex.go, and what contradicts itself in claim.go.

// Directives is what the room asks of directives. Both methods answer within the
// actor's scope and are safe for concurrent use.
type Directives interface {
	// Reply is how a directive stands for a paper of a unit in the days from..to:
	// of everybody it was issued to where the unit keeps it, else of the unit and
	// those below it. A to of today or later means as it stands now; a from that is
	// zero, from its issue. It fails with fault.NotFound where the actor does not
	// see it or nothing was asked, and with ErrWithheld where the actor may not ask.
	Reply(ctx context.Context, id, unit string, from, to calendar.Date) (Reply, error)
	// Answerable lists the directives that can be answered, the newest first.
	Answerable(ctx context.Context) ([]Named, error)
}

// Named is a directive as a list offers it.
type Named struct{ ID, Code, Title, Keeper string }

// Cited is a paper as others name it, each part as printed; any may be empty.
type Cited struct {
	Kind    string // "Công văn"
	Number  string // "1556/UBND-KGVX"
	Date    string // "ngày 30/8/2022", "tháng 5 năm 2024"
	Issuer  string
	Subject string
}

// Reply is how a directive stands at a moment.
type Reply struct {
	ID, Code string
	Version  int64
	Paper    Cited
	Above    []Cited  // the papers it carries on, the nearest first
	To       []string // who is answered; empty where nobody is known
	Issued   calendar.Date
	Due      calendar.Date // when the answer is owed; zero where no day is set
	// Board holds the units that the paper speaks of; Readings are of the measures
	// of its columns, and a unit that is missing there is unseen.
	Board    board.Table
	Readings []measure.Reading
	Gauges   map[string]Gauge  // by key of measure
	Actors   map[string]string // id of column -> who must act, in words
	Answers  []Answer
}

// Gauge is a measure in the words of papers.
type Gauge struct {
	Title string
	In    measure.Unit
}

// AnswerState says how far a unit's answer to one requirement is.
type AnswerState string

// The states of an answer. The zero value is none yet.
const (
	Unanswered AnswerState = ""
	Waiting    AnswerState = "sent"
	GivenBack  AnswerState = "returned"
	Taken      AnswerState = "accepted"
)

// Answer is what one unit says to one requirement.
type Answer struct {
	Task, Unit, Column string // ids
	Period             string // "2026-Q4"; empty where the task does not come again
	State              AnswerState
	Text               string
	By                 string
	At                 time.Time // zero while unanswered
	Reason             string    // why it was given back
	Duty               string    // id of the obligation
	Judge              string    // who took it; empty unless taken
	JudgedAt           time.Time
	Proofs             []Proof // what proved it at that moment, the first first
}

// Proof is one thing that proves what a unit did.
type Proof struct {
	Kind obligation.EvidenceKind
	Ref  string // number and date of a paper, or name and hash of a file
	By   string // who gave it
	At   time.Time
}

// reply asks how the directive of p stands.
func (s *Service) reply(ctx context.Context, p Paper) (Reply, error) {
	if s.directives == nil {
		return Reply{}, fault.Missing("report.reply")
	}
	return s.directives.Reply(ctx, p.Case.ID, p.UnitID, p.From, p.To)
}

// ofDirective reads what a paper about a directive stands on.
func (s *Service) ofDirective(ctx context.Context, p Paper, form rulepack.Form) (matter, error) {
	m := matter{unit: p.UnitID, owner: p.OwnerUnit, code: p.Case.Code}
	var err error
	if m.facts, m.withheld, err = s.unitFacts(ctx, p.UnitID, p.From, p.To, p.Case.Code, form); err != nil {
		return matter{}, err
	}
	r, err := s.reply(ctx, p)
	if errors.Is(err, ErrWithheld) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		// The paper goes on saying what it said when somebody who sees the directive
		// last saved it.
		for _, f := range form.Fields() {
			if strings.HasPrefix(f.From, "directive.") {
				m.withheld = append(m.withheld, f.From)
			}
		}
		m.blind = true
		return m, nil
	}
	if err != nil {
		return matter{}, err
	}
	m.version = r.Version
	m.answer = s.answerOf(r)
	maps.Copy(m.facts, m.answer.facts)
	m.duties, err = s.owedBy(ctx, p, form)
	return m, err
}

// answered is a Reply in words.
type answered struct {
	cite    string // of the directive, inside a sentence
	facts   incident.Facts
	sources []Source
	annex   []*Grid
	claims  []Contradiction
	to      []string
}

// answerOf puts a reply into the words of the paper.
func (s *Service) answerOf(r Reply) answered {
	v := newReplyView(s, r)
	a := answered{cite: s.cite(r.Paper), facts: incident.Facts{"directive.paper": s.citeWhole(r.Paper)}}
	var above, basis []string
	for _, c := range r.Above {
		above = append(above, s.citeWhole(c))
	}
	for _, c := range slices.Backward(r.Above) {
		basis = append(basis, s.word("report.word.basis", s.citeWhole(c))+";")
	}
	a.facts["directive.basis"] = append(basis, s.word("report.word.basis", s.citeWhole(r.Paper))+".")
	if len(above) > 0 {
		a.facts["directive.above"] = strings.Join(above, "; ")
	}
	for _, to := range r.To {
		a.to = append(a.to, s.inFull(to))
	}
	if !r.Due.IsZero() {
		a.facts["directive.due"] = r.Due.Start()
	}
	for _, field := range []string{"directive", "above", "due"} {
		v.source(field, 0, Source{Kind: FromDirective, Key: r.Code, Label: s.word("report.reply.src.directive", r.Code), Rows: int64(len(r.Board.Columns)), Href: directiveHref(r.ID)})
	}
	v.tasks(a.facts)
	v.counts(a.facts)
	v.proofs(a.facts)
	v.targets(a.facts)
	a.claims = v.contradictions(a.facts)
	a.sources, a.annex = v.sources, v.annex()
	return a
}

// answerable asks for the directive that a new paper answers and gives the paper
// what follows from it.
func (s *Service) answerable(ctx context.Context, op string, p *Paper) (Reply, error) {
	if p.Case.ID == "" {
		return Reply{}, fault.Bad(op, "directive", "report.err.directive")
	}
	r, err := s.reply(ctx, *p)
	switch {
	case errors.Is(err, ErrWithheld) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden):
		return r, fault.Bad(op, "directive", "report.err.directive")
	case err != nil:
		return r, err
	}
	p.Case.Code = r.Code
	if p.From.IsZero() {
		p.From = r.Issued
	}
	return r, nil
}

// reopened gives a paper about a directive that has no last day the one it is
// read on.
func (s *Service) reopened(p Paper) Paper {
	if p.Case.Kind == OfDirective && p.To.IsZero() {
		p.To, p.open = calendar.DateOf(s.now()), true
	}
	return p
}

// Answerable lists the directives that a paper may answer.
func (s *Service) Answerable(ctx context.Context) ([]Named, error) {
	if s.directives == nil {
		return nil, nil
	}
	return s.directives.Answerable(ctx)
}
