// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Rows are a table as a fact: the keys of its columns, and cells in stored form.
// Say is what the body of the paper says where the table stands in an annex, or
// where it has no rows at all; it may be empty.
type Rows struct {
	Say  string
	Cols []string
	Rows [][]string
}

// Figure counts something of a unit and of those below it in the days from..to,
// both included. What nobody can know is nil, never zero; ErrWithheld when the
// actor may not know it. The values are int64,
// Rows, lists of texts and Short.
type Figure func(ctx context.Context, unit string, from, to calendar.Date) (any, error)

// Short says that too little was seen for a figure: Seen of Expected hours of the
// sources. The paper says so in its place.
type Short struct{ Seen, Expected int64 }

// ErrWithheld says that the actor may not ask for a figure. A paper then goes on
// saying what it said when somebody who may last saved it.
var ErrWithheld = errors.New("report: the figure is not for this actor")

// matter is what a paper is about, as it stands now.
type matter struct {
	unit, owner, code string
	version           int64
	closed            bool
	facts             incident.Facts
	withheld          []string // sources of fields that the actor may not ask for
	duties            []obligation.Obligation
	answer            answered // of a paper about a directive
	blind             bool     // the reader does not see what it is about
}

// matter reads what p is about again: a case through the incident room's own
// permission, anything else through the scope the paper was found in.
func (s *Service) matter(ctx context.Context, p Paper, form rulepack.Form) (matter, error) {
	if p.Case.Kind == OfIncident {
		return s.ofCase(ctx, p)
	}
	if p.Case.Kind == OfDirective {
		return s.ofDirective(ctx, p, form)
	}
	m := matter{unit: p.UnitID, owner: p.OwnerUnit, code: p.Case.Code}
	var err error
	if m.facts, m.withheld, err = s.unitFacts(ctx, p.UnitID, p.From, p.To, p.Case.Code, form); err != nil {
		return matter{}, err
	}
	m.duties, err = s.owedBy(ctx, p, form)
	return m, err
}

func (s *Service) ofCase(ctx context.Context, p Paper) (matter, error) {
	i, err := s.cases.Get(ctx, incident.ID(p.Case.ID))
	if err != nil {
		return matter{}, err
	}
	facts, err := s.cases.Facts(ctx, incident.ID(p.Case.ID))
	if err != nil {
		return matter{}, err
	}
	duties, err := s.duties.OfSubject(ctx, s.records.Read(), p.Case.Kind, p.Case.ID)
	s.moreOfCase(facts, duties)
	return matter{unit: i.UnitID, owner: i.OwnerUnit, code: i.Code, version: i.Version, closed: i.State == incident.Closed, facts: facts, duties: duties}, err
}

// unitFacts are what the records say of a unit in a period, under the keys of
// rulepack.ValueKeys; withheld are those that the actor may not ask for.
func (s *Service) unitFacts(ctx context.Context, unit string, from, to calendar.Date, name string, form rulepack.Form) (facts incident.Facts, withheld []string, err error) {
	card, err := s.cards(ctx, unit)
	if err != nil {
		return nil, nil, err
	}
	head, err := s.heads(ctx, unit)
	if err != nil {
		return nil, nil, err
	}
	facts = incident.Facts{}
	for key, v := range map[string]string{"unit.name": card.Name, "unit.parent": card.Parent, "unit.address": card.Address, "unit.phone": card.Phone,
		"unit.email": card.Email, "unit.head": head.Name, "unit.head_title": head.Title, "contact.name": card.Contact.Name,
		"contact.position": card.Contact.Position, "contact.phone": card.Contact.Phone, "contact.email": card.Contact.Email, "period.name": name} {
		if v != "" {
			facts[key] = v
		}
	}
	if card.Name != "" {
		facts["unit.card"], facts["unit.card_short"] = cardRows(card, head)
	}
	if !from.IsZero() {
		facts["period.from"], facts["period.to"] = from.Start(), to.Start()
	}
	for _, f := range form.Fields() {
		count, known := s.figures[f.From]
		if !known || from.IsZero() {
			continue
		}
		v, err := count(ctx, unit, from, to)
		switch {
		case errors.Is(err, ErrWithheld):
			withheld = append(withheld, f.From)
		case err != nil:
			return nil, nil, err
		case v != nil:
			facts[f.From] = v
		}
	}
	return facts, withheld, nil
}

// mostDuties bounds the open duties of one unit that are looked through.
const mostDuties = 1000

// owedBy lists the open duties of the paper's unit that a paper of its form
// meets, and those it met.
func (s *Service) owedBy(ctx context.Context, p Paper, form rulepack.Form) ([]obligation.Obligation, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Obligations, Act: auth.Read}) {
		return nil, nil
	}
	page, err := s.duties.List(ctx, obligation.Filter{State: obligation.Open, Unit: p.UnitID, Limit: mostDuties})
	var out []obligation.Obligation
	for _, o := range page.Rows {
		other := p.Case.Kind == OfDirective && o.Subject.Kind == board.SubjectKind && o.Subject.ID != p.Case.ID
		if s.meets(form, o.PackID, o.FormID) && !other {
			out = append(out, o)
		}
	}
	return out, err
}

// Start is what a new paper is about when it is not an incident.
type Start struct {
	Form string // id
	Pack string // id; empty: the regime of the period's last day, or of today
	Unit string // that owes the paper
	// Directive is the id of the directive that a form about one answers; without a
	// Kind the answer goes from its issue to the day it is printed.
	Directive string
	Kind      string // of the period: month, quarter, half, year, span; empty for a form without
	Year      int
	Part      int           // of the year, from 1
	From      calendar.Date // of a span
	To        calendar.Date
}

// Begin begins a paper about a period, a unit or a directive, or returns the draft
// of the same form, unit, period and directive. The actor writes in the unit.
// Errors: fault.Invalid by field (form, unit, directive, kind, part, from).
func (s *Service) Begin(ctx context.Context, st Start) (Paper, error) {
	const op = "report.Begin"
	if _, _, err := auth.Need(ctx, op, mayWrite); err != nil {
		return Paper{}, err
	}
	c, p, err := s.started(op, st)
	if err != nil {
		return Paper{}, err
	}
	if err := s.writable(ctx, op, st.Unit); err != nil {
		return Paper{}, err
	}
	var r Reply
	if p.Case.Kind == OfDirective {
		if r, err = s.answerable(ctx, op, &p); err != nil {
			return Paper{}, err
		}
	}
	if same, ok, err := s.draftOf(ctx, p); err != nil || ok {
		return same, err
	}
	facts, _, err := s.unitFacts(ctx, st.Unit, p.From, s.reopened(p).To, p.Case.Code, c.Form)
	if err != nil {
		return Paper{}, err
	}
	if p.Case.Kind == OfDirective {
		a := s.answerOf(r)
		maps.Copy(facts, a.facts)
		p.cite = a.cite
		if len(a.to) > 0 {
			facts["report.recipients"] = a.to
		}
	}
	head, err := s.heads(ctx, st.Unit)
	if err != nil {
		return Paper{}, err
	}
	house, err := s.houses(ctx, st.Unit)
	if err != nil {
		return Paper{}, err
	}
	if err := s.begun(ctx, &p, c, facts); err != nil {
		return Paper{}, err
	}
	p.Frame = s.frame(c, c.Pack, facts, head, house)
	p.Frame.Subject = p.words(p.Frame.Issuer)(p.Frame.Subject)
	return s.create(ctx, op, p, true)
}

// started finds the form and the period of what a person asked for.
func (s *Service) started(op string, st Start) (Choice, Paper, error) {
	pack, ok := s.laws.Get(st.Pack)
	if !ok {
		pack = s.laws.At(calendar.DateOf(s.now()))
	}
	form, ok := pack.Form(st.Form)
	if !ok || form.About == rulepack.OfIncident {
		return Choice{}, Paper{}, fault.Bad(op, "form", "report.err.no_form")
	}
	p := Paper{FormID: form.ID, UnitID: st.Unit, OwnerUnit: st.Unit, Case: Case{Kind: OfUnit, ID: st.Unit}}
	if st.Unit == "" {
		return Choice{}, p, fault.Bad(op, "unit", "report.err.unit")
	}
	if form.About == rulepack.OfDirective {
		p.Case = Case{Kind: OfDirective, ID: st.Directive}
		if st.Kind != "" {
			var field string
			if p.From, p.To, field = period(form, st); field != "" {
				return Choice{}, p, fault.Bad(op, field, "report.err.period")
			}
		}
	}
	if form.About == rulepack.OfPeriod {
		var field string
		if p.From, p.To, field = period(form, st); field != "" {
			return Choice{}, p, fault.Bad(op, field, "report.err.period")
		}
		p.Case.Kind, p.Case.Code = OfPeriod, s.periodName(st.Kind, st.Year, st.Part, p.From, p.To)
		if st.Pack == "" { // the law of the period's own day
			if own := s.laws.At(p.To); own != pack {
				if f, ok := own.Form(form.ID); ok {
					pack, form = own, f
				}
			}
		}
	}
	p.PackID, p.PackHash = pack.ID, pack.Version
	return Choice{Form: form, Pack: pack}, p, nil
}

// period is the first and last day of what was chosen; field names what is
// wrong.
func period(form rulepack.Form, st Start) (from, to calendar.Date, field string) {
	known := false
	for _, kind := range form.Periods.Every {
		known = known || kind == st.Kind
	}
	switch {
	case !known:
		return from, to, "kind"
	case st.Kind == "span" && (st.From.IsZero() || st.To.Compare(st.From) < 0):
		return from, to, "from"
	case st.Kind == "span":
		return st.From, st.To, ""
	}
	from, to, ok := form.Periods.Between(st.Kind, st.Year, st.Part)
	if !ok {
		return from, to, "part"
	}
	return from, to, ""
}

// periodName is the period in printed words.
func (s *Service) periodName(kind string, year, part int, from, to calendar.Date) string {
	switch kind {
	case "half":
		return s.word("report.word.period.half."+strconv.Itoa(part), year)
	case "month", "quarter", "year":
		return s.word("report.word.period."+kind, roman(part, kind), year)
	}
	return s.word("report.word.period.span", from.Start().Format(shortDay), to.Start().Format(shortDay))
}

const shortDay = "02/01/2006"

var romans = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"}

func roman(n int, kind string) any {
	if kind == "quarter" && n >= 1 && n <= len(romans) {
		return romans[n-1]
	}
	return n
}

// writable refuses a unit in which the actor may not write.
func (s *Service) writable(ctx context.Context, op, unit string) error {
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	inside, err := scope.Holds(ctx, s.records.Read(), unit)
	switch {
	case err != nil:
		return db.Error(op, err)
	case !inside:
		return fault.Bad(op, "unit", "report.err.unit")
	}
	return nil
}

// draftOf finds a paper of the same form, unit and period that is still being
// written.
func (s *Service) draftOf(ctx context.Context, p Paper) (Paper, bool, error) {
	var rows []row
	err := s.records.Read().NewSelect().Model(&rows).Where("p.unit_id = ?", p.UnitID).Where("p.form_id = ?", p.FormID).
		Where("p.pack_id = ?", p.PackID).Where("p.subject_kind = ?", p.Case.Kind).Where("p.subject_id = ?", p.Case.ID).Where("p.period_from = ?", day(p.From)).
		Where("p.period_to = ?", day(p.To)).Where("p.relation = ?", "").Where("p.state IN (?, ?)", string(Draft), string(Printed)).
		OrderExpr("p.id DESC").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return Paper{}, false, db.Error("report.draftOf", err)
	}
	out, err := rows[0].paper()
	return out, true, err
}

// words replaces the marks that a form leaves for whoever fills it.
func (p Paper) words(issuer string) func(string) string {
	span := p.Case.Code
	if p.From.IsZero() {
		span = "…………"
	}
	if p.Case.Kind != OfPeriod && p.Case.Kind != "" {
		span = ""
	}
	r := strings.NewReplacer("{period}", lowerFirst(span), "{issuer}", issuer, "{unit}", issuer, "{directive}", cmp.Or(lowerFirst(p.cite), "…………"))
	return func(text string) string { return r.Replace(text) }
}

// lowerFirst is a period's name inside a sentence.
func lowerFirst(s string) string {
	head, rest, _ := strings.Cut(s, " ")
	if rest == "" {
		return s
	}
	return strings.ToLower(head) + " " + rest
}

// periodDays are the days of the paper's period as printed; empty for none.
func (p Paper) periodDays() string {
	if p.From.IsZero() {
		return ""
	}
	if p.To.IsZero() {
		return officedoc.ShortDate(p.From.Start().In(i18n.Hanoi))
	}
	return officedoc.ShortDate(p.From.Start().In(i18n.Hanoi)) + " – " + officedoc.ShortDate(p.To.Start().In(i18n.Hanoi))
}
