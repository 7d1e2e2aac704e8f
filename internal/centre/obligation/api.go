// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiSubject struct {
	Kind  string `json:"kind" example:"incident"`
	ID    string `json:"id"`
	Label string `json:"label" example:"SC-2026-0001"`
}

// apiObligation is an obligation as the API tells it. What stands in the law's
// words is in the language asked for.
type apiObligation struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind" example:"incident.report"`
	Title       string     `json:"title" doc:"What is owed."`
	UnitID      string     `json:"unit_id" doc:"Who owes."`
	Addressee   string     `json:"addressee" doc:"To whom: a role of the rule pack."`
	Subject     apiSubject `json:"subject" doc:"The record it is about."`
	State       string     `json:"state" enum:"open,met,cancelled,waived"`
	Clock       string     `json:"clock" enum:"on_time,soon,late,met_in_time,met_late,ended" doc:"Where the term stands now. What was met late stays late."`
	From        time.Time  `json:"from" doc:"When the term began."`
	DueAt       time.Time  `json:"due_at"`
	SoonAt      time.Time  `json:"soon_at" doc:"First reminder."`
	Basis       string     `json:"basis,omitempty" doc:"Citation."`
	PackID      string     `json:"rule_pack,omitempty"`
	FormID      string     `json:"form,omitempty" doc:"Form that meets it."`
	MetAt       *time.Time `json:"met_at,omitempty" doc:"When it was done, not when it was written down."`
	MetHow      string     `json:"met_how,omitempty"`
	EndedAt     *time.Time `json:"ended_at,omitempty" doc:"When it was cancelled or waived."`
	EndedReason string     `json:"ended_reason,omitempty"`
	Urgency     string     `json:"urgency" enum:"ordinary,urgent,very_urgent,most_urgent"`
	Clause      string     `json:"clause,omitempty" doc:"Clause of the paper it rests on."`
	DocumentID  string     `json:"document_id,omitempty" doc:"The paper it rests on, in the register of documents."`
	Trigger     string     `json:"trigger,omitempty" doc:"What set it off."`
	PersonID    string     `json:"person_id,omitempty" doc:"Account it was given to."`
	Person      string     `json:"person,omitempty"`
	FirstFrom   time.Time  `json:"first_from" doc:"The first start on record. A later one gives no time unless somebody decides so."`
	ExtendedTo  *time.Time `json:"extended_to,omitempty" doc:"A person gave time until then."`
	Explanation []string   `json:"explanation" doc:"How the end was counted, line by line."`
	CreatedAt   time.Time  `json:"created_at"`
	Version     int64      `json:"version"`
}

// apiTerm is one term an obligation has, had or was asked to have.
type apiTerm struct {
	Cause  string    `json:"cause" enum:"opened,reopened,recomputed,claimed,granted,refused,extended"`
	From   time.Time `json:"from"`
	DueAt  time.Time `json:"due_at"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
}

type apiReminder struct {
	Step      string    `json:"step" example:"-24" doc:"Hours from the end; now-… by hand."`
	PlannedAt time.Time `json:"planned_at"`
	SentAt    time.Time `json:"sent_at"`
	To        []string  `json:"to" doc:"unit, head, above, centre."`
	People    int64     `json:"people" doc:"How many were told."`
}

type apiEvidence struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind" enum:"document,receipt,measure,file"`
	Ref        string    `json:"ref"`
	DocumentID string    `json:"document_id,omitempty" doc:"The paper in the register of documents; a document without one is as somebody declared it."`
	Note       string    `json:"note,omitempty"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
}

func apiEvidenceOf(e Evidence) apiEvidence {
	return apiEvidence{e.ID, string(e.Kind), e.Ref, e.Document, e.Note, e.By, e.At.UTC()}
}

type apiHistory struct {
	Terms     []apiTerm     `json:"terms"`
	Reminders []apiReminder `json:"reminders"`
	Evidence  []apiEvidence `json:"evidence"`
}

type apiProveInput struct {
	rest.One
	Body struct {
		Kind       string `json:"kind" enum:"document,receipt,measure,file"`
		Ref        string `json:"ref,omitempty" maxLength:"300" doc:"Required without document_id, which gives its own words."`
		DocumentID string `json:"document_id,omitempty" maxLength:"64" doc:"A paper of the register of documents; the kind is then document."`
		Note       string `json:"note,omitempty" maxLength:"500"`
	}
}

type apiExtendInput struct {
	rest.One
	rest.Match
	Body struct {
		Last   string `json:"last" format:"date" doc:"Due by the end of this day."`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type apiGiveInput struct {
	Body struct {
		Title      string   `json:"title" minLength:"1" maxLength:"500"`
		Units      []string `json:"units" minItems:"1" maxItems:"1000" doc:"Who owes: one obligation each."`
		Addressee  string   `json:"addressee" minLength:"1" maxLength:"500"`
		Basis      string   `json:"basis,omitempty" maxLength:"500" doc:"Citation; required without document_id."`
		DocumentID string   `json:"document_id,omitempty" maxLength:"64" doc:"The paper it rests on, in the register of documents; gives an empty basis its words."`
		Clause     string   `json:"clause,omitempty" maxLength:"200"`
		Form       string   `json:"form,omitempty" maxLength:"40"`
		Urgency    string   `json:"urgency,omitempty" enum:"ordinary,urgent,very_urgent,most_urgent"`
		Last       string   `json:"last,omitempty" format:"date" doc:"Due by the end of this day; else give amount and unit."`
		Amount     int      `json:"amount,omitempty" minimum:"1" maximum:"3660"`
		AmountUnit string   `json:"amount_unit,omitempty" enum:"hour,day,working_day"`
	}
}

type apiListQuery struct {
	rest.Paging
	Q         string `query:"q" maxLength:"500" doc:"Words of title, subject or addressee."`
	State     string `query:"state" enum:"open,met,cancelled,waived"`
	Clock     string `query:"clock" enum:"on_time,soon,late,met_in_time,met_late" doc:"Only those whose term stands there."`
	Unit      string `query:"unit" maxLength:"200" doc:"Who owes."`
	Kind      string `query:"kind" maxLength:"64"`
	Urgency   string `query:"urgency" enum:"ordinary,urgent,very_urgent,most_urgent"`
	Person    string `query:"person" maxLength:"64" doc:"Account it was given to."`
	Addressee string `query:"addressee" maxLength:"200" doc:"Words of the addressee."`
	Form      string `query:"form" maxLength:"40"`
	Basis     string `query:"basis" maxLength:"200" doc:"Words of the citation."`
	Subject   string `query:"subject" maxLength:"200" doc:"Id of what it is about."`
	Document  string `query:"document" maxLength:"64" doc:"Id of the paper it rests on."`
	Desc      bool   `query:"desc" doc:"Latest due first."`
}

type apiMeetInput struct {
	rest.One
	rest.Match
	Body struct {
		MetAt time.Time `json:"met_at" doc:"When it was done: after the term began, not in the future."`
		How   string    `json:"how" minLength:"1" maxLength:"500" doc:"How it was done."`
		Ref   string    `json:"ref,omitempty" maxLength:"200" doc:"Document or record that proves it."`
	}
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Obligations"
	rest.Add(a, rest.Op{ID: "list-obligations", Method: http.MethodGet, Path: "/obligations", Tag: tag, Need: read,
		Summary: "List obligations", Description: "By the day due, on one day the more urgent first."}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-obligation", Method: http.MethodGet, Path: "/obligations/{id}", Tag: tag, Need: read, Summary: "Get an obligation"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "meet-obligation", Method: http.MethodPost, Path: "/obligations/{id}/meet", Tag: tag, Need: write,
		Summary: "Record that an obligation was met", Description: "409 when it is not open."}, s.apiMeet)
	rest.Add(a, rest.Op{ID: "get-obligation-history", Method: http.MethodGet, Path: "/obligations/{id}/history", Tag: tag, Need: read,
		Summary: "Every term, reminder and piece of evidence of an obligation"}, s.apiHistoryOf)
	rest.Add(a, rest.Op{ID: "prove-obligation", Method: http.MethodPost, Path: "/obligations/{id}/evidence", Tag: tag, Need: write,
		Summary: "Add evidence"}, s.apiProve)
	rest.Add(a, rest.Op{ID: "extend-obligation", Method: http.MethodPost, Path: "/obligations/{id}/extend", Tag: tag, Need: decide,
		Summary: "Give time beyond the rule", Description: "Another person than the one who owes or opened it."}, s.apiExtend)
	rest.Add(a, rest.Op{ID: "ask-extension", Method: http.MethodPost, Path: "/obligations/{id}/ask", Tag: tag, Need: write,
		Summary: "Ask for time beyond the rule", Description: "Nothing moves until another person with the right to decide grants it."}, s.apiAsk)
	rest.Add(a, rest.Op{ID: "give-task", Method: http.MethodPost, Path: "/obligations", Tag: tag, Need: write,
		Summary: "Give a task to units", Description: "One obligation for each unit."}, s.apiGive)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiObligation], error) {
	p, err := s.List(ctx, Filter{State: State(in.State), Unit: in.Unit, Kind: in.Kind,
		Clock:   map[string]Clock{"on_time": OnTime, "soon": Soon, "late": Late, "met_in_time": MetTime, "met_late": MetLate}[in.Clock],
		Urgency: in.Urgency, Person: in.Person, Addressee: in.Addressee, Form: in.Form, Basis: in.Basis, Subject: in.Subject, Document: in.Document, Query: in.Q, Latest: in.Desc, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, func(o Obligation) apiObligation { return s.apiViewOf(ctx, o) }), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiObligation], error) {
	o, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiViewOf(ctx, o), o.Version), nil
}

func (s *Service) apiMeet(ctx context.Context, in *apiMeetInput) (*rest.Record[apiObligation], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	o, err := s.Meet(ctx, have.ID, Proof{At: in.Body.MetAt, How: in.Body.How, Ref: in.Body.Ref}, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiViewOf(ctx, o), o.Version), nil
}

var apiClocks = [...]string{Ended: "ended", OnTime: "on_time", Soon: "soon", Late: "late", MetTime: "met_in_time", MetLate: "met_late"}

func (s *Service) apiViewOf(ctx context.Context, o Obligation) apiObligation {
	lang := i18n.Lang(ctx)
	return apiObligation{ID: string(o.ID), Kind: o.Kind, Title: o.Title.In(lang), UnitID: o.UnitID, Addressee: o.Addressee.Name.In(lang),
		Subject: apiSubject{Kind: o.Subject.Kind, ID: o.Subject.ID, Label: o.Subject.Label}, State: string(o.State),
		Clock: apiClocks[o.Clock(s.now())], From: o.T0.UTC(), DueAt: o.DueAt.UTC(), SoonAt: o.SoonAt.UTC(), Basis: o.Basis, PackID: o.PackID,
		FormID: o.FormID, MetAt: rest.Time(o.Proof.At), MetHow: o.Proof.How, EndedAt: rest.Time(o.Ending.At), EndedReason: o.Ending.Reason,
		Urgency: o.Urgency.Key(), Clause: o.Clause, DocumentID: o.BasisDoc, Trigger: o.Trigger, PersonID: o.OwedBy, Person: o.OwedName,
		FirstFrom: o.FirstT0.UTC(), ExtendedTo: rest.Time(o.ExtendedTo), Explanation: o.Steps(ctx), CreatedAt: o.CreatedAt.UTC(), Version: o.Version}
}

func (s *Service) apiHistoryOf(ctx context.Context, in *rest.One) (*rest.Record[apiHistory], error) {
	o, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	h := apiHistory{Terms: []apiTerm{}, Reminders: []apiReminder{}, Evidence: []apiEvidence{}}
	q := s.records.Read()
	terms, err := termsOf(ctx, q, o.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range terms {
		h.Terms = append(h.Terms, apiTerm{string(t.Cause), t.T0.UTC(), t.DueAt.UTC(), t.Reason, t.By, t.At.UTC()})
	}
	reminders, err := remindersOf(ctx, q, o.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range reminders {
		to := []string{}
		for _, x := range r.To {
			to = append(to, string(x))
		}
		h.Reminders = append(h.Reminders, apiReminder{r.Step, r.PlannedAt.UTC(), r.SentAt.UTC(), to, r.People})
	}
	evidence, err := evidenceOf(ctx, q, o.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range evidence {
		h.Evidence = append(h.Evidence, apiEvidenceOf(e))
	}
	return rest.Versioned(h, o.Version), nil
}

func (s *Service) apiProve(ctx context.Context, in *apiProveInput) (*rest.Record[apiEvidence], error) {
	e, err := s.Prove(ctx, ID(in.ID), Evidence{Kind: EvidenceKind(in.Body.Kind), Ref: in.Body.Ref, Document: in.Body.DocumentID, Note: in.Body.Note})
	if err != nil {
		return nil, err
	}
	return &rest.Record[apiEvidence]{Body: apiEvidenceOf(e)}, nil
}

func (s *Service) apiExtend(ctx context.Context, in *apiExtendInput) (*rest.Record[apiObligation], error) {
	return s.apiTime(ctx, in, s.Extend)
}

func (s *Service) apiAsk(ctx context.Context, in *apiExtendInput) (*rest.Record[apiObligation], error) {
	return s.apiTime(ctx, in, s.Ask)
}

func (s *Service) apiTime(ctx context.Context, in *apiExtendInput, do func(context.Context, ID, calendar.Date, string, int64) (Obligation, error)) (*rest.Record[apiObligation], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	last, err := calendar.ParseDate(in.Body.Last)
	if err != nil {
		return nil, fault.Bad("obligation.Extend", "last", "obligation.err.last")
	}
	o, err := do(ctx, have.ID, last, in.Body.Reason, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiViewOf(ctx, o), o.Version), nil
}

func (s *Service) apiGive(ctx context.Context, in *apiGiveInput) (*rest.Listing[apiObligation], error) {
	b := in.Body
	t := Task{Title: b.Title, Units: b.Units, Addressee: b.Addressee, Basis: b.Basis, BasisDoc: b.DocumentID, Clause: b.Clause, FormID: b.Form,
		Amount: calendar.Amount{N: b.Amount, Unit: calendar.Unit(b.AmountUnit)}}
	t.Urgency, _ = ParseUrgency(b.Urgency)
	if b.Last != "" {
		var err error
		if t.Last, err = calendar.ParseDate(b.Last); err != nil {
			return nil, fault.Bad("obligation.Give", "last", "obligation.err.last")
		}
	}
	list, err := s.Give(ctx, t)
	if err != nil {
		return nil, err
	}
	return rest.List(list, int64(len(list)), "", func(o Obligation) apiObligation { return s.apiViewOf(ctx, o) }), nil
}
