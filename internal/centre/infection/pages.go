// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Record is an infection with what is behind it, as another room takes it
// over: its findings in the actor's scope, the latest first, their most asked
// names and latest hits, both cut at a thousand.
type Record struct {
	Seen
	Findings []finding.Seen
	Names    []finding.Name
	Hits     []finding.Hit
}

// PagesDeps are what the pages are built from. Site, Service and Units are
// required.
type PagesDeps struct {
	Site    *web.Site
	Service *Service
	Units   finding.Units
	Places  finding.Places
	// OpenIncident opens an incident from an infection and returns the path of
	// its page; in its transaction it calls LinkIncident and, for the findings,
	// finding.Service.MarkHandled. Nil hides the button. Pages offer it to
	// whoever may write incidents.
	OpenIncident func(ctx context.Context, i Record) (path string, err error)
	// Seen is a figure of the actor's units with what it rests on: none where
	// nothing was seen of the last day. nil takes every figure as it is.
	Seen func(ctx context.Context) (func(n int64) ui.MeasureProps, error)
}

// Pages are the screens of the room.
type Pages struct{ PagesDeps }

// NewPages makes the screens.
func NewPages(d PagesDeps) *Pages { return &Pages{d} }

var openIncidents = auth.Permission{Area: auth.Incidents, Act: auth.Write}

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET /infections", Need: mayRead, Handle: p.list},
		{Pattern: "GET /infections.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /infections.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET /infections/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /infections/{id}/hits.csv", Need: mayRead, Handle: p.exportHits(web.CSV)},
		{Pattern: "GET /infections/{id}/hits.xlsx", Need: mayRead, Handle: p.exportHits(web.XLSX)},
		{Pattern: "POST /infections/{id}/confirm", Need: mayWrite, Handle: p.act("confirmed", p.Service.Confirm)},
		{Pattern: "POST /infections/{id}/cleaning", Need: mayWrite, Handle: p.act("cleaning", p.Service.StartCleaning)},
		{Pattern: "POST /infections/{id}/reopen", Need: mayWrite, Handle: p.act("reopened", p.Service.Reopen)},
		{Pattern: "GET /infections/{id}/clean", Need: mayWrite, Handle: p.ask(cleanForm)},
		{Pattern: "POST /infections/{id}/clean", Need: mayWrite, Handle: p.answer(cleanForm)},
		{Pattern: "GET /infections/{id}/false-positive", Need: mayDecide, Handle: p.ask(falseForm)},
		{Pattern: "POST /infections/{id}/false-positive", Need: mayDecide, Handle: p.answer(falseForm)},
	}
	if p.OpenIncident != nil {
		routes = append(routes, web.Route{Pattern: "POST /infections/{id}/incident", Need: openIncidents, Handle: p.incident})
	}
	return routes
}

// act handles the posts that need no words: form field version.
func (p *Pages) act(done string, fn func(context.Context, ID, int64) (Seen, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		i, err := fn(r.Context(), ID(r.PathValue("id")), formNumber(r, "version"))
		if err != nil {
			return err
		}
		p.Site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "infection.done."+done))
		return web.Redirect(w, r, href(i.ID))
	}
}

// form is an act that asks for words first.
type form struct {
	name, path, field string
	do                func(ctx context.Context, s *Service, id ID, words string, names, version int64) (Seen, error)
}

var (
	cleanForm = form{"clean", "/clean", "how", func(ctx context.Context, s *Service, id ID, how string, _, version int64) (Seen, error) {
		return s.Clean(ctx, id, how, version)
	}}
	falseForm = form{"false", "/false-positive", "reason", func(ctx context.Context, s *Service, id ID, why string, names, version int64) (Seen, error) {
		return s.MarkFalse(ctx, id, why, names, version)
	}}
)

func (p *Pages) ask(f form) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.renderForm(w, r, http.StatusOK, f, "", nil)
	}
}

// answer handles the posts with words. Form: how or reason, names, version.
func (p *Pages) answer(f form) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, words := r.Context(), r.PostFormValue(f.field)
		i, err := f.do(ctx, p.Service, ID(r.PathValue("id")), words, formNumber(r, "names"), formNumber(r, "version"))
		if fault.Is(err, fault.Invalid) {
			return p.renderForm(w, r, http.StatusUnprocessableEntity, f, words, web.Errors(ctx, err))
		}
		if err != nil {
			return err
		}
		p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "infection.done."+f.name))
		return web.Redirect(w, r, href(i.ID))
	}
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, f form, words string, errs map[string]string) error {
	ctx := r.Context()
	i, err := p.Service.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if !i.State.Active() {
		return &fault.Error{Kind: fault.Conflict, Op: "infection.form", Msg: "infection.err.state"}
	}
	c := ui.ConfirmProps{Title: i18n.T(ctx, "infection.ask."+f.name), Effect: i18n.T(ctx, "infection.effect."+f.name, title(ctx, i)),
		Points: []string{i18n.T(ctx, "infection.effect.finding."+f.name)}, Action: href(i.ID) + f.path,
		Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(i.ID)},
		Record: ui.Record{Kind: "infection", ID: string(i.ID)},
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(i.Version, 10)}, {Name: "names", Value: strconv.FormatInt(i.Names, 10)}},
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: f.field, Label: i18n.T(ctx, "infection."+f.field),
			Hint: i18n.T(ctx, "infection."+f.field+".hint"), Value: words, Required: true, Error: errs[f.field], MaxLength: finding.MaxReason}}}
	c.Submit.Label = c.Title
	if errs[f.field] != "" {
		c.Errors = []ui.FieldError{{Field: f.field, Text: errs[f.field]}}
	}
	return p.Site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// incident handles POST /infections/{id}/incident.
func (p *Pages) incident(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	i, err := p.Service.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if i.Incident != "" { // a second press of the button
		return web.Redirect(w, r, incidentHref(i.Incident))
	}
	if !i.State.Active() {
		return &fault.Error{Kind: fault.Conflict, Op: "infection.incident", Msg: "infection.err.state"}
	}
	rec := Record{Seen: i}
	if rec.Findings, err = p.Service.Findings.Of(ctx, i.Key()); err != nil {
		return err
	}
	if rec.Names, _, err = p.Service.Findings.Names(ctx, rec.Findings, 1000); err != nil {
		return err
	}
	if rec.Hits, _, err = p.Service.Findings.Hits(ctx, rec.Findings, 0, 1000); err != nil {
		return err
	}
	path, err := p.OpenIncident(ctx, rec)
	if err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "infection.done.incident"))
	return web.Redirect(w, r, path)
}

func href(id ID) string { return "/infections/" + string(id) }

func incidentHref(id string) string { return "/incidents/" + id }

// formNumber reads a whole number of the form; what is none is one no record
// has, and so a conflict.
func formNumber(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.PostFormValue(name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
