// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package view

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Choices are what the screens need from other rooms: the units in the actor's
// scope, and how a list is called.
type Choices struct {
	Units func(ctx context.Context) ([]ui.Option, error)
	Title func(ctx context.Context, path string) string
}

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
	near Choices
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Choices) *Pages { return &Pages{site, svc, near} }

// Routes are the addresses of the room: everyone keeps views of the lists they
// may open.
func (p *Pages) Routes() []web.Route {
	at := ui.ViewsPath
	return []web.Route{
		{Pattern: "GET " + at, Access: web.SignedIn, Handle: p.list},
		{Pattern: "GET " + at + "/new", Access: web.SignedIn, Handle: p.add},
		{Pattern: "POST " + at, Access: web.SignedIn, Handle: p.save},
		{Pattern: "GET " + at + "/{id}", Access: web.SignedIn, Handle: p.edit},
		{Pattern: "POST " + at + "/{id}", Access: web.SignedIn, Handle: p.change},
		{Pattern: "GET " + at + "/{id}/delete", Access: web.SignedIn, Handle: p.askDelete},
		{Pattern: "POST " + at + "/{id}/delete", Access: web.SignedIn, Handle: p.delete},
		{Pattern: "POST " + at + "/{id}/first", Access: web.SignedIn, Handle: p.first},
	}
}

type listPage struct {
	path  string
	views []View
	title func(ctx context.Context, path string) string
}

// list handles GET /views. Query: path, empty for all lists.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{path: r.URL.Query().Get("path"), title: p.near.Title}
	var err error
	if v.views, err = p.svc.List(ctx, v.path); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "view.title"), Body: listView(v)})
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, s := range v.views {
		shared := ui.Text(i18n.T(ctx, "view.private"))
		if s.Shared != "" {
			shared = ui.Unit(ui.UnitProps{Name: s.SharedName, Kind: i18n.T(ctx, "view.by", s.OwnerName)})
		}
		out = append(out, ui.Row{ID: string(s.ID), Name: s.Name, Href: s.Href(), Cells: []templ.Component{
			nameView(s), ui.Text(v.title(ctx, s.Path)), shared, actsView(s)}})
	}
	return out
}

type formPage struct {
	in    View
	first bool
	title string // of the list
	units []ui.Option
	errs  map[string]string
}

// add handles GET /views/new. Query: path, query.
func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return p.renderForm(w, r, http.StatusOK, formPage{in: View{Path: q.Get("path"), Query: q.Get("query")}})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	area, ok := p.svc.Area(v.in.Path)
	if !ok {
		return fault.Missing("view.form")
	}
	v.title = p.near.Title(ctx, v.in.Path)
	if auth.May(ctx, auth.Permission{Area: area, Act: auth.Write}) {
		var err error
		if v.units, err = p.near.Units(ctx); err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	title := "view.new"
	if v.in.ID != "" {
		title = "view.edit"
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, title), Body: formView(i18n.T(ctx, title), v)})
}

// save handles POST /views. Form: path, query, name, note, unit, first.
func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{in: View{Path: r.PostFormValue("path"), Query: r.PostFormValue("query"), Name: r.PostFormValue("name"),
		Note: r.PostFormValue("note"), Shared: r.PostFormValue("unit")}, first: r.PostFormValue("first") != ""}
	saved, err := p.svc.Save(ctx, v.in, v.first)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "view.done.saved", saved.Name))
	return web.Redirect(w, r, saved.Href())
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	v, err := p.svc.Get(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if !v.Mine {
		return &fault.Error{Kind: fault.Forbidden, Op: "view.edit", Msg: "view.bad.not_mine"}
	}
	return p.renderForm(w, r, http.StatusOK, formPage{in: v})
}

// change handles POST /views/{id}. Form: name, note, unit, version.
func (p *Pages) change(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	was, err := p.svc.Get(ctx, id)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return &fault.Error{Kind: fault.Conflict, Op: "view.change", Err: err}
	}
	v := formPage{in: was}
	v.in.Name, v.in.Note, v.in.Shared, v.in.Version = r.PostFormValue("name"), r.PostFormValue("note"), r.PostFormValue("unit"), version
	_, err = p.svc.Change(ctx, id, v.in.Name, v.in.Note, v.in.Shared, version)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "view.done.changed"))
	return web.Redirect(w, r, manageAt(was.Path))
}

// askDelete handles GET /views/{id}/delete.
func (p *Pages) askDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if !v.Mine {
		return &fault.Error{Kind: fault.Forbidden, Op: "view.delete", Msg: "view.bad.not_mine"}
	}
	effect := i18n.T(ctx, "view.delete.effect")
	if v.Shared != "" {
		effect = i18n.T(ctx, "view.delete.shared")
	}
	title := i18n.T(ctx, "view.delete.title", v.Name)
	return p.site.Render(w, r, http.StatusOK, web.View{Title: title, Body: ui.Confirm(ui.ConfirmProps{Title: title, Effect: effect, Danger: true,
		Action: ui.ViewsPath + "/" + string(v.ID) + "/delete", Submit: ui.Submit{Label: i18n.T(ctx, "view.delete")},
		Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: manageAt(v.Path)}})})
}

func (p *Pages) delete(w http.ResponseWriter, r *http.Request) error {
	v, err := p.svc.Delete(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "view.done.deleted", v.Name))
	return web.Redirect(w, r, manageAt(v.Path))
}

// first handles POST /views/{id}/first. Form: on ("1" or empty).
func (p *Pages) first(w http.ResponseWriter, r *http.Request) error {
	v, err := p.svc.OpenFirst(r.Context(), ID(r.PathValue("id")), r.PostFormValue("on") != "")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, manageAt(v.Path))
}

func manageAt(path string) string { return ui.ViewsPath + "?" + url.Values{"path": {path}}.Encode() }

func (v formPage) action() string {
	if v.in.ID == "" {
		return ui.ViewsPath
	}
	return ui.ViewsPath + "/" + string(v.in.ID)
}

func (v formPage) back() string {
	if v.in.ID == "" {
		return v.in.Href()
	}
	return manageAt(v.in.Path)
}

func (v formPage) hidden() []ui.Hidden {
	if v.in.ID == "" {
		return []ui.Hidden{{Name: "path", Value: v.in.Path}, {Name: "query", Value: v.in.Query}}
	}
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.in.Version, 10)}}
}
