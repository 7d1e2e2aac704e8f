// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiDirective struct {
	ID         string     `json:"id"`
	Code       string     `json:"code" example:"CD-2026-0001"`
	UnitID     string     `json:"unit_id" doc:"The body that keeps it."`
	DocumentID string     `json:"document_id,omitempty" doc:"The paper in the register."`
	ParentID   string     `json:"parent_id,omitempty" doc:"The directive it carries on."`
	BasisID    string     `json:"basis_id,omitempty" doc:"The paper of the register it rests on, where that is no directive."`
	State      string     `json:"state" enum:"draft,confirmed,issued,closed,dropped"`
	Number     string     `json:"number,omitempty" example:"1556/UBND-KGVX"`
	Date       string     `json:"date,omitempty" doc:"As exact as the paper has it." example:"2022-08-30"`
	Issuer     string     `json:"issuer,omitempty"`
	Subject    string     `json:"subject"`
	Urgency    string     `json:"urgency" enum:"ordinary,urgent,very_urgent,most_urgent"`
	CreatedAt  time.Time  `json:"created_at"`
	IssuedAt   *time.Time `json:"issued_at,omitempty"`
	Version    int64      `json:"version"`
	Items      []apiItem  `json:"items,omitempty" doc:"Of one directive alone."`
}

type apiItem struct {
	ID       string   `json:"id"`
	Path     string   `json:"path" example:"5.a"`
	Leaf     bool     `json:"leaf"`
	State    string   `json:"state" enum:"proposed,confirmed,not_ours" doc:"Only what is confirmed counts."`
	Short    string   `json:"short"`
	Text     string   `json:"text"`
	Actors   []string `json:"actors,omitempty" doc:"all, group:<id>, unit:<id>."`
	Last     string   `json:"last,omitempty" doc:"Last day." example:"2026-12-20"`
	Every    string   `json:"every,omitempty" example:"P1M"`
	First    string   `json:"first,omitempty" doc:"Of what comes again: from this day on." example:"2027-02-04"`
	Hour     string   `json:"hour,omitempty" doc:"Of the last day." example:"15:00"`
	Unknown  []string `json:"unknown,omitempty" doc:"Names that a person has yet to say whom they mean."`
	Measures []string `json:"measures,omitempty"`
	Owed     bool     `json:"owed"`
}

type apiList struct {
	rest.Paging
	State string `query:"state" enum:"draft,confirmed,issued,closed,dropped" doc:"Absent: all but dropped."`
	To    string `query:"to" enum:"us" doc:"us: those that were issued to the caller's own body."`
	Query string `query:"q" maxLength:"200"`
}

type apiPath struct {
	Directive string `path:"directive" maxLength:"200"`
}

type apiNew struct {
	Body struct {
		UnitID     string `json:"unit_id" maxLength:"200" doc:"The body that keeps it."`
		DocumentID string `json:"document_id,omitempty" maxLength:"200" doc:"A paper of the register that has a file; else text."`
		Text       string `json:"text,omitempty" maxLength:"1000000" doc:"The text, plain or as HTML."`
		ParentID   string `json:"parent_id,omitempty" maxLength:"200"`
		Parts      string `json:"parts,omitempty" maxLength:"200" doc:"The chapters, sections and articles that are taken in, called as the text calls them, apart by semicolons; from and to apart by a hyphen. Empty: all."`
	}
}

type apiUnitPath struct {
	Directive string `path:"directive" maxLength:"200"`
	Unit      string `path:"unit" maxLength:"200"`
}

type apiTask struct {
	ID           string     `json:"id"`
	ItemID       string     `json:"item_id"`
	Path         string     `json:"path"`
	UnitID       string     `json:"unit_id"`
	ObligationID string     `json:"obligation_id"`
	Period       string     `json:"period,omitempty" example:"2026-11"`
	State        string     `json:"state" enum:"owed,sent,returned,accepted,withdrawn,carried"`
	DueAt        *time.Time `json:"due_at,omitempty"`
	Text         string     `json:"text,omitempty" doc:"The answer."`
	Reason       string     `json:"reason,omitempty" doc:"Why it was returned, withdrawn or carried over."`
	CarriedTo    string     `json:"carried_to,omitempty" doc:"The task of a later directive that took its place."`
	Version      int64      `json:"version" doc:"Its entity tag is this number in quotes."`
}

type apiTaskPath struct {
	Directive string `path:"directive" maxLength:"200"`
	Task      string `path:"task" maxLength:"200"`
	rest.Match
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"2000"`
	}
}

// API adds the operations of the room. What is proposed is confirmed and issued
// by people on the pages.
func API(a *rest.API, s *Service) {
	const tag = "Directives"
	rest.Add(a, rest.Op{ID: "list-directives", Method: http.MethodGet, Path: "/directives", Tag: tag, Need: mayRead, Summary: "List directives"}, s.apiList)
	rest.Add(a, rest.Op{ID: "take-in-directive", Method: http.MethodPost, Path: "/directives", Tag: tag, Need: mayWrite, Status: http.StatusCreated, Summary: "Take a text in",
		Description: "It is read, and what it asks is proposed. Nothing counts before a person confirmed it."}, s.apiNew)
	rest.Add(a, rest.Op{ID: "get-directive", Method: http.MethodGet, Path: "/directives/{directive}", Tag: tag, Need: mayRead, Summary: "Get a directive with its requirements"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "list-directive-tasks", Method: http.MethodGet, Path: "/directives/{directive}/units/{unit}", Tag: tag, Need: mayRead, Summary: "List what a unit owes on a directive"}, s.apiTasks)
	rest.Add(a, rest.Op{ID: "answer-directive-task", Method: http.MethodPost, Path: "/directives/{directive}/tasks/{task}/answer", Tag: tag, Need: mayWrite, Summary: "Answer a requirement"}, s.apiAnswer)
	s.chainAPI(a)
	s.namesAPI(a)
}

func apiOf(d Directive) apiDirective {
	return apiDirective{ID: string(d.ID), Code: d.Code, UnitID: d.UnitID, DocumentID: d.DocumentID, ParentID: string(d.Parent), BasisID: d.Basis, State: string(d.State), Number: d.Number, Date: d.Date,
		Issuer: d.Issuer, Subject: d.Subject, Urgency: d.Urgency, CreatedAt: d.CreatedAt.UTC(), IssuedAt: rest.Time(d.IssuedAt), Version: d.Version}
}

func apiItemOf(it Item) apiItem {
	out := apiItem{ID: string(it.ID), Path: it.Path, Leaf: it.Leaf, State: string(it.State), Short: it.Short, Text: it.Text, Every: it.Due.Recurrence, Hour: it.Due.Hour, Unknown: it.Unknown, Owed: it.Owed}
	if !it.Due.First.IsZero() {
		out.First = it.Due.First.String()
	}
	if !it.Due.Last.IsZero() {
		out.Last = it.Due.Last.String()
	}
	for _, a := range it.Actors {
		out.Actors = append(out.Actors, a.Key())
	}
	for _, b := range it.Bindings {
		for _, g := range b.Measures {
			out.Measures = append(out.Measures, g.Key)
		}
	}
	return out
}

func apiTaskOf(o Owed) apiTask {
	return apiTask{ID: o.ID, ItemID: string(o.Item), Path: o.Of.Path, UnitID: o.Unit, ObligationID: o.Obligation, Period: o.Period, State: string(o.State), DueAt: rest.Time(o.Clock.DueAt),
		Text: o.Text, Reason: o.Reason, CarriedTo: o.To, Version: o.Version}
}

func (s *Service) apiList(ctx context.Context, in *apiList) (*rest.Listing[apiDirective], error) {
	list, total, err := s.List(ctx, Filter{Query: in.Query, State: State(in.State), ToUs: in.To == "us", After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	list, more := rest.Cut(list, in.Limit)
	after := ""
	if more {
		after = string(list[len(list)-1].ID)
	}
	return rest.List(list, total, after, apiOf), nil
}

func (s *Service) apiNew(ctx context.Context, in *apiNew) (*rest.Created[apiDirective], error) {
	b := in.Body
	d, err := s.TakeIn(ctx, Arrival{Unit: b.UnitID, Document: b.DocumentID, Paste: b.Text, Parent: ID(b.ParentID), Parts: b.Parts})
	if err != nil {
		for field, name := range map[string]string{"unit": "unit_id", "document": "document_id", "paste": "text", "file": "text", "parent": "parent_id"} {
			err = rest.Rename(err, field, name)
		}
		return nil, err
	}
	return rest.Made(apiOf(d), d.Version, href(d.ID)), nil
}

func (s *Service) apiGet(ctx context.Context, in *apiPath) (*rest.Record[apiDirective], error) {
	f, err := s.Get(ctx, ID(in.Directive))
	if err != nil {
		return nil, err
	}
	out := apiOf(f.Directive)
	for _, it := range f.Items {
		out.Items = append(out.Items, apiItemOf(it))
	}
	return rest.Versioned(out, f.Version), nil
}

func (s *Service) apiTasks(ctx context.Context, in *apiUnitPath) (*rest.Listing[apiTask], error) {
	_, list, err := s.OfUnit(ctx, ID(in.Directive), in.Unit)
	if err != nil {
		return nil, err
	}
	return rest.List(list, int64(len(list)), "", apiTaskOf), nil
}

func (s *Service) apiAnswer(ctx context.Context, in *apiTaskPath) (*rest.Record[apiTask], error) {
	have, err := s.TaskOf(ctx, ID(in.Directive), in.Task)
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	t, err := s.Answer(ctx, ID(in.Directive), in.Task, in.Body.Text, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiTaskOf(Owed{Task: t}), t.Version), nil
}
