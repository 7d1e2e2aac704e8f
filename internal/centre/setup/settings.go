// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file holds the settings pages; pages.go holds the first hour.

// rulesPath is where the rule packs are shown.
const rulesPath = "/rules"

type indexPage struct {
	links []ui.Action
	texts []string
	body  Body
	zone  string
}

// index handles GET /settings: every page of settings the reader may open.
func (p *Pages) index(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, _, err := p.svc.Body(ctx)
	if err != nil {
		return err
	}
	v := indexPage{body: body, zone: i18n.Hanoi.String()}
	own := []Link{{Key: "setup.link." + "body", Href: "/settings/body", Icon: ui.IconDocument, Need: mayRead},
		{Key: "setup.link." + "rules", Href: rulesPath, Icon: ui.IconRule, Need: mayReadRules}}
	if _, err := p.svc.Progress(ctx); err == nil {
		own = append(own, Link{Key: "setup.link." + "first", Href: "/setup", Icon: ui.IconTask, Need: mayWrite})
	} else if !fault.Is(err, fault.Forbidden) {
		return err
	}
	for _, l := range append(own, p.near.Settings...) {
		if auth.May(ctx, l.Need) {
			v.links = append(v.links, ui.Action{Label: i18n.T(ctx, l.Key), Href: l.Href, Icon: l.Icon})
			v.texts = append(v.texts, i18n.T(ctx, l.Key+".text"))
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "ui.settings"), Body: indexView(v)})
}

type bodyForm struct {
	Body
	Version int64
	Roles   []rulepack.Addressee
	Errors  map[string]string
	Action  string
	May     bool // change it
}

func (p *Pages) bodyForm(ctx context.Context) (bodyForm, error) {
	body, version, err := p.svc.Body(ctx)
	if err != nil {
		return bodyForm{}, err
	}
	_, err = p.svc.whole(ctx, "setup.body", mayWrite)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return bodyForm{}, err
	}
	return bodyForm{Body: body, Version: version, Roles: holders(p.svc.Pack()), Action: "/settings/body", May: err == nil}, nil
}

// body handles GET /settings/body.
func (p *Pages) body(w http.ResponseWriter, r *http.Request) error {
	form, err := p.bodyForm(r.Context())
	if err != nil {
		return err
	}
	return p.renderBody(w, r, http.StatusOK, form)
}

func (p *Pages) renderBody(w http.ResponseWriter, r *http.Request, status int, form bodyForm) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "setup.link.body"), Body: bodyView(form)})
}

// saveBody reads and keeps the form. Fields: those of Body, "to.<role>" a
// recipient, version.
func (p *Pages) saveBody(r *http.Request) (bodyForm, error) {
	f := bodyForm{Roles: holders(p.svc.Pack()), May: true, Body: Body{Name: r.PostFormValue("name"), Superior: r.PostFormValue("superior"),
		Place: r.PostFormValue("place"), Address: r.PostFormValue("address"), Phone: r.PostFormValue("phone"), Email: r.PostFormValue("email"),
		Signer: r.PostFormValue("signer"), Language: r.PostFormValue("language"), Recipients: map[string]string{}}}
	for _, role := range f.Roles {
		f.Recipients[role.ID] = r.PostFormValue("to." + role.ID)
	}
	var err error
	if f.Version, err = strconv.ParseInt(r.PostFormValue("version"), 10, 64); err != nil {
		return f, &fault.Error{Kind: fault.Conflict, Op: "setup.saveBody", Err: err}
	}
	return f, p.svc.SaveBody(r.Context(), f.Body, f.Version)
}

// bodyPost handles POST /settings/body.
func (p *Pages) bodyPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := p.saveBody(r)
	form.Action = "/settings/body"
	if form.Errors = web.Errors(ctx, err); form.Errors != nil {
		return p.renderBody(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "setup.flash.body"))
	return web.Redirect(w, r, "/settings/body")
}

// rules handles GET /settings/rules, where the packs stood before their own room.
func (p *Pages) rules(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, rulesPath)
}
