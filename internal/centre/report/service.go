// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Person is a name and the office held.
type Person struct{ Name, Title string }

// Event is something that befell a paper, for the timeline of its case.
type Event struct {
	Kind  string // print, send, withdraw
	Paper Paper
	At    time.Time // when it happened
	Late  bool      // a sending met a clock after its end
}

// Deps are what the room is built from. Heads and Noted may be nil.
type Deps struct {
	Records     *db.DB
	Now         func() time.Time
	Laws        *rulepack.Set
	Obligations *obligation.Service
	Cases       Cases
	Files       *blob.Store
	// Heads names the head of a unit, the usual signer. The case's scope has been
	// checked; nobody known is the zero Person.
	Heads func(ctx context.Context, unit string) (Person, error)
	// Houses says what the body of a unit puts over its papers, and whom roles
	// mean here; fields left empty are guessed from the case.
	Houses func(ctx context.Context, unit string) (House, error)
	// Cards says how a unit is named and reached; nil knows nothing of units.
	Cards func(ctx context.Context, unit string) (incident.UnitCard, error)
	// Figures count what papers about a period are filled with, by the keys of
	// rulepack.ValueKeys that begin with figure.
	Figures map[string]Figure
	// Tied names the duty that a paper was made for, empty for none; false when it
	// was made for nothing in particular. It may be nil.
	Tied func(ctx context.Context, paper ID) (duty string, tied bool, err error)
	// Register takes finished papers; nil: there is none.
	Register Register
	// Noted is told of each event inside its transaction; its error undoes it. It
	// may run again after a conflict, so it has no effect but on tx.
	Noted func(ctx context.Context, tx *db.Tx, e Event) error
	// Layouts are the bodies' own layouts of the DOCX; nil: there are none.
	Layouts Layouts
	// Directives are what papers may answer; nil: there are none.
	Directives Directives
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	records  *db.DB
	now      func() time.Time
	laws     *rulepack.Set
	duties   *obligation.Service
	cases    Cases
	files    *blob.Store
	heads    func(context.Context, string) (Person, error)
	houses   func(context.Context, string) (House, error)
	noted    func(context.Context, *db.Tx, Event) error
	cards    func(context.Context, string) (incident.UnitCard, error)
	figures  map[string]Figure
	printed  *i18n.Catalogue
	register Register
	tied     func(context.Context, ID) (string, bool, error)
	entering sync.Mutex
	judged   sync.Map // pack id and hash -> judgement
	layouts  Layouts

	directives Directives
}

// New makes the room. A catalogue of the room's own that does not load is a bug
// and panics.
func New(d Deps) *Service {
	words, err := i18n.Load(Messages)
	if err != nil {
		panic(err)
	}
	s := &Service{records: d.Records, now: d.Now, laws: d.Laws, duties: d.Obligations, cases: d.Cases, files: d.Files,
		heads: d.Heads, houses: d.Houses, noted: d.Noted, cards: d.Cards, figures: d.Figures, printed: words, register: d.Register, tied: d.Tied, layouts: d.Layouts, directives: d.Directives}
	if s.cards == nil {
		s.cards = func(context.Context, string) (incident.UnitCard, error) { return incident.UnitCard{}, nil }
	}
	if s.heads == nil {
		s.heads = func(context.Context, string) (Person, error) { return Person{}, nil }
	}
	if s.houses == nil {
		s.houses = func(context.Context, string) (House, error) { return House{}, nil }
	}
	if s.noted == nil {
		s.noted = func(context.Context, *db.Tx, Event) error { return nil }
	}
	return s
}

// word is a word of the paper itself: Vietnamese, whatever the reader speaks.
func (s *Service) word(key string, args ...any) string {
	return s.printed.Text(i18n.Vietnamese, key, args...)
}

// File is a paper with everything a page shows of it.
type File struct {
	Paper
	Form        rulepack.Form
	Pack        *rulepack.Pack
	CaseVersion int64
	CaseClosed  bool
	Live        map[string]Value  // what the case says now
	Values      map[string]Value  // what the paper says now
	Origins     map[string]string // label of the earlier paper that a field was taken from
	Sheet       Sheet
	Sources     []Source // of what it says
	Claims      []Contradiction
	Findings    []Finding
	Prints      []Print   // latest first
	Sendings    []Sending // first first
	Duties      []obligation.Obligation
	Successors  []Paper // papers that replace or correct this one
	Changes     []Change
	Law         LawState
	Entry       *Entry // in the register of documents; nil for none
	MayWrite    bool
	MaySend     bool

	owed  []obligation.Obligation
	tied  *string  // id of the duty that it was made for, empty for none; nil: it was made for nothing in particular
	annex []*Grid  // tables of the workbook alone
	live  []Source // of what the records say now
	blind bool     // the reader does not see what it is about
}

// Change is one field of which the case now says something else than the latest
// print. Both are as printed; empty means nothing.
type Change struct{ Key, Label, Printed, Now string }

// Get returns one paper whose case lies in the actor's scope, else
// fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (File, error) {
	const op = "report.Get"
	actor, sight, err := sees(ctx, op)
	if err != nil {
		return File{}, err
	}
	q := s.records.Read()
	p, err := get(ctx, q, op, sight, id)
	if err != nil {
		return File{}, err
	}
	f, err := s.load(ctx, p)
	if err != nil {
		return File{}, err
	}
	for _, may := range []struct {
		act  auth.Act
		into *bool
	}{{auth.Write, &f.MayWrite}, {auth.Send, &f.MaySend}} {
		if *may.into, err = auth.ScopeOf(actor, needs(f.Case.Kind, may.act)).Holds(ctx, q, f.UnitID); err != nil {
			return File{}, db.Error(op, err)
		}
	}
	if f.Prints, err = prints(ctx, q, id); err != nil {
		return File{}, err
	}
	if f.Sendings, err = sendings(ctx, q, id); err != nil {
		return File{}, err
	}
	if f.Successors, err = successors(ctx, q, id); err != nil {
		return File{}, err
	}
	if p.Document != "" && s.register != nil {
		e, err := s.register.Look(ctx, p.Document)
		if err != nil {
			return File{}, err
		}
		f.Entry = &e
	}
	return f, s.compare(ctx, &f)
}

// load reads what p is about again and compiles the paper.
func (s *Service) load(ctx context.Context, p Paper) (File, error) {
	pack, form, ok := s.form(p)
	if !ok {
		return File{}, fmt.Errorf("paper %s: pack %s has no form %s: %w", p.ID, p.PackID, p.FormID, errFormGone)
	}
	p = s.reopened(p)
	m, err := s.matter(ctx, p, form)
	if err != nil {
		return File{}, err
	}
	p.UnitID, p.OwnerUnit, p.Case.Code, p.cite = m.unit, m.owner, m.code, m.answer.cite
	f := File{Paper: p, Form: form, Pack: pack, CaseVersion: m.version, CaseClosed: m.closed, Duties: m.duties,
		Live: fill(pack, form, m.facts), Claims: seenBy(m.answer.claims, p.Acks), annex: m.answer.annex, live: m.answer.sources, blind: m.blind}
	for _, fl := range form.Fields() {
		if few, ok := m.facts[fl.From].(Short); ok {
			if f.short == nil {
				f.short = map[string]Short{}
			}
			f.short[fl.Key] = few
		}
		if v, had := p.Values[fl.Key]; had && slices.Contains(m.withheld, fl.From) {
			f.Live[fl.Key] = v
		}
	}
	if f.Origins, err = s.earlier(ctx, p, pack, form, f.Live); err != nil {
		return File{}, err
	}
	f.Values = s.current(p, pack, form, f.Live)
	if p.State == Draft {
		if err := s.trends(ctx, &f); err != nil {
			return File{}, err
		}
	}
	if s.tied != nil && p.ID != "" {
		duty, tied, err := s.tied(ctx, p.ID)
		if err != nil {
			return File{}, err
		}
		if tied {
			f.tied = &duty
		}
	}
	now := cut(s.now())
	f.Sheet = s.sheet(f.Paper, pack, form, f.Values, now)
	f.Sheet.Annex, f.Sources = f.annex, sourced(f.live, form, f.Values, f.Hand)
	s.why(&f.Sheet, f.Claims)
	for _, o := range f.Duties {
		if o.State == obligation.Open && s.meets(form, o.PackID, o.FormID) {
			f.owed = append(f.owed, o)
		}
	}
	if p.State == Draft || p.State == Printed {
		_, f.Law, _ = s.law(p)
		f.Findings = lint(p, pack, form, f.Values, f.Sheet, f.Duties, s.laws.Calendar(), now)
		f.Findings = append(f.Findings, findings(f.Claims)...)
	}
	return f, nil
}

// compare shows a paper that is no draft as it was printed, and lists what the
// case says differently from the latest print, but for what a person wrote into
// the paper.
func (s *Service) compare(ctx context.Context, f *File) error {
	if len(f.Prints) == 0 {
		return nil
	}
	in, err := s.inputs(ctx, f.Prints[0])
	if err != nil {
		return err
	}
	if f.State != Draft {
		f.Sheet, f.Sources = in.Sheet, in.Sources
		if f.open {
			f.To = in.To
		}
	}
	live := maps.Clone(f.Live)
	for _, key := range in.Hand {
		live[key] = in.Values[key]
	}
	live = s.reckon(f.Pack, f.Form, live)
	for _, fl := range f.Form.Fields() {
		then, now := in.Values[fl.Key], live[fl.Key]
		if fl.From == "report.written_at" || f.open && fl.From == "period.to" || slices.Contains(in.Hand, fl.Key) || !inBody(fl) || then.Equal(now) {
			continue
		}
		f.Changes = append(f.Changes, s.changed(f.Pack, fl, then, now)...)
	}
	return nil
}

// inputs reads the frozen inputs of a print, verified.
func (s *Service) inputs(ctx context.Context, p Print) (Inputs, error) {
	raw, err := verified(ctx, s.files, p.Inputs)
	if err != nil {
		return Inputs{}, err
	}
	return Parse(raw)
}

// Of lists the papers of a case in the actor's scope, latest first.
func (s *Service) Of(ctx context.Context, caseID string) ([]Paper, error) {
	if _, _, err := auth.Need(ctx, "report.Of", needs(OfIncident, auth.Read)); err != nil {
		return nil, err
	}
	if _, err := s.cases.Get(ctx, incident.ID(caseID)); err != nil {
		return nil, err
	}
	return ofCase(ctx, s.records.Read(), OfIncident, caseID)
}

// Open begins a paper for a case with the form named, or returns the draft of
// that form that the case has already. The actor writes in the unit that has
// the case. Errors: fault.Invalid, field form, for a form that is not offered.
func (s *Service) Open(ctx context.Context, caseID, formID string) (Paper, error) {
	const op = "report.Open"
	if _, _, err := auth.Need(ctx, op, mayWriteCase); err != nil {
		return Paper{}, err
	}
	i, list, err := s.Choices(ctx, caseID)
	if err != nil {
		return Paper{}, err
	}
	n := slices.IndexFunc(list, func(c Choice) bool { return c.Form.ID == formID })
	if n < 0 {
		return Paper{}, fault.Bad(op, "form", "report.err.form")
	}
	if list[n].Paper != "" {
		f, err := s.Get(ctx, list[n].Paper)
		return f.Paper, err
	}
	facts, err := s.cases.Facts(ctx, i.ID)
	if err != nil {
		return Paper{}, err
	}
	head, err := s.heads(ctx, i.UnitID)
	if err != nil {
		return Paper{}, err
	}
	house, err := s.houses(ctx, i.UnitID)
	if err != nil {
		return Paper{}, err
	}
	c := list[n]
	p := Paper{FormID: c.Form.ID, PackID: c.Pack.ID, PackHash: c.Pack.Version, Case: Case{OfIncident, caseID, i.Code},
		UnitID: i.UnitID, OwnerUnit: i.OwnerUnit, Frame: s.frame(c, s.packOf(i), facts, head, house)}
	duties, err := s.duties.OfSubject(ctx, s.records.Read(), OfIncident, caseID)
	if err != nil {
		return Paper{}, err
	}
	s.moreOfCase(facts, duties)
	if err := s.begun(ctx, &p, c, facts); err != nil {
		return Paper{}, err
	}
	return s.create(ctx, op, p, true)
}

// begun fills a new paper from the facts and from earlier papers.
func (s *Service) begun(ctx context.Context, p *Paper, c Choice, facts incident.Facts) error {
	live := fill(c.Pack, c.Form, facts)
	if _, err := s.earlier(ctx, *p, c.Pack, c.Form, live); err != nil {
		return err
	}
	p.Values = s.reckon(c.Pack, c.Form, live)
	return nil
}

// create writes a new draft.
func (s *Service) create(ctx context.Context, op string, p Paper, remember bool) (Paper, error) {
	actor, scope, err := auth.Need(ctx, op, needs(p.Case.Kind, auth.Write))
	if err != nil {
		return Paper{}, err
	}
	p.ID, p.State, p.Version = ID(db.NewID()), Draft, 1
	p.CreatedAt, p.CreatedBy = cut(s.now()), actor.Name
	p.UpdatedAt, p.UpdatedBy = p.CreatedAt, p.CreatedBy
	guessed := p.Frame
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		inside, err := scope.Holds(ctx, tx, p.UnitID)
		switch {
		case err != nil:
			return err
		case !inside:
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		}
		if remember {
			last, err := lastOf(ctx, tx, p.UnitID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			p.Frame = guessed
			p.Frame.remember(last)
			if _, form, ok := s.form(p); ok && len(form.Recipients) == 0 {
				p.Frame.Copies = slices.DeleteFunc(slices.Clone(p.Frame.Copies), func(c string) bool { return c == s.word("report.word.as_above") })
			}
		}
		if err := insert(ctx, tx, p); err != nil {
			return err
		}
		return s.note(ctx, tx, op, p, map[string]any{"form": p.FormID, "pack": p.PackID, "case": p.Case.ID, "relation": p.Relation, "of": p.Of})
	})
	return p, db.Error(op, err)
}

// remember takes over what a unit's papers have in common from its last one.
func (f *Frame) remember(last Paper) {
	for _, t := range []struct{ into, from *string }{{&f.Parent, &last.Frame.Parent}, {&f.Place, &last.Frame.Place}} {
		if *t.from != "" {
			*t.into = *t.from
		}
	}
	if last.Frame.Signer.Name != "" {
		f.Signer = last.Frame.Signer
	}
	if len(last.Frame.Copies) > 0 {
		f.Copies = last.Frame.Copies
	}
}

// note adds the audit entry of an act on p.
func (s *Service) note(ctx context.Context, tx *db.Tx, action string, p Paper, detail map[string]any) error {
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: strings.ToLower(action), Kind: "paper", Object: string(p.ID), Unit: p.UnitID, Detail: detail})
}

// change loads a paper through its case, lets fn change it, and writes row and
// audit entry in one transaction. Writing and sending go by the unit that has
// the case or owes the paper; owning the source that saw a case lets one only
// read. fn may be run again after a conflict.
func (s *Service) change(ctx context.Context, op string, act auth.Act, id ID, version int64,
	fn func(ctx context.Context, tx *db.Tx, p *Paper) (map[string]any, error)) (Paper, error) {
	actor, sight, err := sees(ctx, op)
	if err != nil {
		return Paper{}, err
	}
	now, err := get(ctx, s.records.Read(), op, sight, id)
	if err != nil {
		return Paper{}, err
	}
	scope := auth.ScopeOf(actor, needs(now.Case.Kind, act))
	if now.Case.Kind == OfIncident {
		i, err := s.cases.Get(ctx, incident.ID(now.Case.ID))
		if err != nil {
			return Paper{}, err
		}
		now.UnitID, now.OwnerUnit, now.Case.Code = i.UnitID, i.OwnerUnit, i.Code
	}
	var out Paper
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := get(ctx, tx, op, sight, id)
		if err != nil {
			return err
		}
		p.UnitID, p.OwnerUnit, p.Case.Code = now.UnitID, now.OwnerUnit, now.Case.Code
		inside, err := scope.Holds(ctx, tx, p.UnitID)
		switch {
		case err != nil:
			return err
		case !inside:
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		case p.Version != version:
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		detail, err := fn(ctx, tx, &p)
		if err != nil {
			return err
		}
		p.Version++
		p.UpdatedAt, p.UpdatedBy = cut(s.now()), actor.Name
		if err := update(ctx, tx, p); err != nil {
			return err
		}
		out = p
		return s.note(ctx, tx, op, p, detail)
	})
	return out, db.Error(op, err)
}

// Moved keeps the papers of a case in step with the unit that has it, inside
// the transaction that moved the case: App calls it from the incident room's
// hook.
func (s *Service) Moved(ctx context.Context, tx *db.Tx, caseID, unit, owner string) error {
	_, err := tx.NewUpdate().Table("report_paper").Set("unit_id = ?", unit).Set("owner_unit = ?", owner).
		Where("subject_kind = ?", OfIncident).Where("subject_id = ?", caseID).Exec(ctx)
	return db.Error("report.Moved", err)
}
