// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiMeasure struct {
	Key      string   `json:"key" example:"obligation.on_time"`
	Stands   bool     `json:"stands" doc:"A measure of that key is registered."`
	WaitsFor string   `json:"waits_for,omitempty" doc:"Room of the product that will register it."`
	AtLeast  *float64 `json:"at_least,omitempty"`
	AtMost   *float64 `json:"at_most,omitempty"`
	Unit     string   `json:"unit,omitempty" enum:"percent,count,hours"`
	Law      string   `json:"threshold,omitempty" doc:"Threshold of the rule pack."`
	FromText bool     `json:"from_text,omitempty" doc:"A figure of the text goes first."`
}

type apiObligation struct {
	Title     string   `json:"title"`
	Form      string   `json:"form,omitempty" doc:"Of the rule pack in force."`
	Clock     string   `json:"clock,omitempty"`
	Periods   []string `json:"periods,omitempty"`
	FromText  bool     `json:"from_text,omitempty" doc:"A term of the text goes first."`
	Term      string   `json:"term" doc:"In words."`
	Addressee string   `json:"addressee"`
}

type apiBinding struct {
	ID          string          `json:"id" example:"level-dossier"`
	Label       string          `json:"label"`
	Kind        string          `json:"kind" enum:"measure,obligation,both,evidence,person"`
	State       string          `json:"state" enum:"measured,owed,waits,person"`
	Rows        []string        `json:"rows"`
	Topics      []string        `json:"topics"`
	Measures    []apiMeasure    `json:"measures"`
	Obligations []apiObligation `json:"obligations"`
	Evidence    string          `json:"evidence"`
	WaitsFor    []string        `json:"waits_for"`
	Why         string          `json:"why,omitempty" doc:"Why only a person can say."`
	Next        string          `json:"next"`
	Own         string          `json:"own,omitempty" doc:"File of the province it was read from."`
}

type apiRow struct {
	ID       string `json:"id" example:"2-03"`
	Ask      string `json:"ask"`
	Dispatch string `json:"dispatch"`
	Binding  string `json:"binding"`
	State    string `json:"state" enum:"measured,owed,waits,person,unbound"`
}

type apiChoice struct {
	ID       string    `json:"id"`
	UnitID   string    `json:"unit_id"`
	Said     string    `json:"said"`
	Topics   []string  `json:"topics"`
	Bindings []string  `json:"bindings"`
	Paper    string    `json:"paper,omitempty"`
	Uses     int64     `json:"uses"`
	LastAt   time.Time `json:"last_at"`
	By       string    `json:"by"`
	Version  int64     `json:"version"`
}

type apiChoices struct {
	rest.Paging
	Topic string `query:"topic" maxLength:"100"`
	Query string `query:"q" maxLength:"200"`
}

// API adds the operations of the room.
func API(a *rest.API, s *Service) {
	const tag = "Bindings"
	rest.Add(a, rest.Op{ID: "list-bindings", Method: http.MethodGet, Path: "/bindings", Tag: tag, Need: mayRead, Summary: "List the library of bindings",
		Description: "What each sort of demand of a directive is measured by, which obligations it makes, which evidence is wanted. Not paged."}, s.apiList)
	rest.Add(a, rest.Op{ID: "list-binding-rows", Method: http.MethodGet, Path: "/bindings/rows", Tag: tag, Need: mayRead, Summary: "List the table of demands with their state"}, s.apiRows)
	rest.Add(a, rest.Op{ID: "list-binding-choices", Method: http.MethodGet, Path: "/bindings/choices", Tag: tag, Need: mayRead, Summary: "List what was chosen for earlier demands"}, s.apiChoices)
	rest.Add(a, rest.Op{ID: "get-binding", Method: http.MethodGet, Path: "/bindings/{binding}", Tag: tag, Need: mayRead, Summary: "Get a binding"}, s.apiGet)
}

func (s *Service) apiOf(ctx context.Context, b Binding) apiBinding {
	lang, pack := i18n.Lang(ctx), s.pack()
	out := apiBinding{ID: b.ID, Label: b.Label.In(lang), Kind: string(b.Kind), State: string(s.state(b)), Rows: append([]string{}, b.Rows...), Topics: []string{}, Measures: []apiMeasure{},
		Obligations: []apiObligation{}, Evidence: labels(ctx, b.Evidence), WaitsFor: append([]string{}, b.Rooms()...), Why: b.Why.In(lang), Next: b.Next.In(lang), Own: b.Own}
	for _, w := range weigh(b.Topics) {
		out.Topics = append(out.Topics, w.said)
	}
	for _, m := range b.Measures {
		out.Measures = append(out.Measures, apiMeasure{Key: m.Key, Stands: s.Registered(m.Key), WaitsFor: m.WaitsFor, AtLeast: m.Target.Least, AtMost: m.Target.Most, Unit: m.Target.Unit,
			Law: m.Target.Threshold, FromText: m.Target.FromText})
	}
	for _, t := range b.Obligations {
		out.Obligations = append(out.Obligations, apiObligation{Title: t.Title.In(lang), Form: t.Form(pack), Clock: t.Clock(pack), Periods: t.Periodic(pack), FromText: t.FromText,
			Term: s.termText(ctx, t), Addressee: t.Addressee})
	}
	return out
}

func (s *Service) apiList(ctx context.Context, _ *struct{}) (*rest.Listing[apiBinding], error) {
	all := s.Library.All()
	return rest.List(all, int64(len(all)), "", func(b Binding) apiBinding { return s.apiOf(ctx, b) }), nil
}

func (s *Service) apiRows(ctx context.Context, _ *struct{}) (*rest.Listing[apiRow], error) {
	all := s.Library.Rows()
	return rest.List(all, int64(len(all)), "", func(r Row) apiRow {
		state := Unbound
		if b, ok := s.Library.Binding(r.Binding); ok {
			state = s.state(b)
		}
		return apiRow{ID: r.ID, Ask: r.Ask.In(i18n.Lang(ctx)), Dispatch: r.Dispatch.In(i18n.Lang(ctx)), Binding: r.Binding, State: string(state)}
	}), nil
}

func (s *Service) apiChoices(ctx context.Context, in *apiChoices) (*rest.Listing[apiChoice], error) {
	list, total, err := s.Choices(ctx, Filter{Search: in.Query, Topic: in.Topic, After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	list, more := rest.Cut(list, in.Limit)
	after := ""
	if more {
		after = string(list[len(list)-1].ID)
	}
	return rest.List(list, total, after, func(c Choice) apiChoice {
		return apiChoice{ID: string(c.ID), UnitID: c.Unit, Said: c.Said, Topics: c.Topics, Bindings: c.Bindings, Paper: c.Paper, Uses: c.Uses, LastAt: c.LastAt.UTC(), By: c.Name, Version: c.Version}
	}), nil
}

type apiPath struct {
	Binding string `path:"binding" maxLength:"60"`
}

func (s *Service) apiGet(ctx context.Context, in *apiPath) (*rest.Record[apiBinding], error) {
	b, err := s.Get(ctx, in.Binding)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiOf(ctx, b), 1), nil
}
