// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/signature"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const (
	keysPath = Path + "/keys"
	// SignPath is where a paper is signed: SignPath/<id of the paper>.
	SignPath = Path + "/sign"
)

func (p *Pages) keyRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + keysPath, Need: mayHold, Handle: p.keys},
		{Pattern: "GET " + keysPath + "/new", Need: mayHold, Handle: p.askKey},
		{Pattern: "POST " + keysPath + "/new", Need: mayHold, Body: signature.MaxPKCS12 + maxImage + 1<<16, Handle: p.addKey},
		{Pattern: "POST " + keysPath + "/remove", Need: mayHold, Handle: p.removeKey},
		{Pattern: "GET " + SignPath + "/{document}", Need: mayRead, Handle: p.askSign},
		{Pattern: "POST " + SignPath + "/{document}", Need: mayRead, Handle: p.sign},
		{Pattern: "POST " + AuthoritiesPath + "/inside", Need: mayTrust, Handle: p.setInside},
	}
}

type keysPage struct {
	list  []Key
	names map[string]string
	on    bool
	actor auth.Actor
	at    *Service
}

// keys handles GET /signatures/keys: what the actor may sign with here.
func (p *Pages) keys(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := keysPage{at: p.svc}
	v.actor, _ = auth.From(ctx)
	var err error
	if v.on, _, err = p.svc.Inside(ctx); err != nil {
		return err
	}
	if v.list, err = p.svc.Keys(ctx); err != nil {
		return err
	}
	var ids []string
	for _, k := range v.list {
		ids = append(ids, k.Owner)
	}
	if v.names, err = p.near.UnitNames(ctx, ids); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "esign.keys"), Body: keysView(v)})
}

type keyPage struct {
	on      bool
	kind    string
	unit    string
	width   string
	keep    bool
	clerkOf []ui.Option // units whose seal the actor keeps
	errs    map[string]string
}

// askKey handles GET /signatures/keys/new.
func (p *Pages) askKey(w http.ResponseWriter, r *http.Request) error {
	return p.renderKey(w, r, http.StatusOK, keyPage{kind: string(Personal)})
}

func (p *Pages) renderKey(w http.ResponseWriter, r *http.Request, status int, v keyPage) error {
	ctx := r.Context()
	var err error
	if v.on, _, err = p.svc.Inside(ctx); err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	var ids []string
	for _, g := range actor.Grants {
		if clerkOf(actor, g.Unit) && !slices.Contains(ids, g.Unit) {
			ids = append(ids, g.Unit)
		}
	}
	names, err := p.near.UnitNames(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		v.clerkOf = append(v.clerkOf, ui.Option{Value: id, Label: names[id]})
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "esign.key.add"), Body: keyView(v)})
}

// addKey handles POST /signatures/keys/new. Form: file, password, keep, kind, unit,
// image, width.
func (p *Pages) addKey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data, err := uploaded(r)
	v := keyPage{kind: r.PostFormValue("kind"), unit: r.PostFormValue("unit"), width: r.PostFormValue("width"), keep: r.PostFormValue("keep") != ""}
	in := NewKey{Kind: Kind(v.kind), Unit: v.unit, Data: data, Password: r.PostFormValue("password"), Keep: v.keep}
	if err == nil {
		in.Image, err = optional(r, "image")
	}
	if err == nil && v.width != "" {
		if in.Width, err = strconv.ParseInt(v.width, 10, 64); err != nil {
			err = fault.Bad("esign.key.add", "width", "esign.bad.width")
		}
	}
	if err == nil {
		_, err = p.svc.AddKey(ctx, in)
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderKey(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "esign.done.key"))
	return web.Redirect(w, r, keysPath)
}

// optional is a file of a form that may be left out.
func optional(r *http.Request, field string) ([]byte, error) {
	f, _, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, errors.Join(err, f.Close())
}

// removeKey handles POST /signatures/keys/remove. Form: key (an id).
func (p *Pages) removeKey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.svc.RemoveKey(ctx, ID(r.PostFormValue("key"))); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "esign.done.key_removed"))
	return web.Redirect(w, r, keysPath)
}

type signPage struct {
	Table
	actor auth.Actor
	typed signedForm
	errs  map[string]string
	why   string // it cannot be signed now
	at    *Service
}

// signedForm is the form as it was typed.
type signedForm struct {
	key, page, left, top string
	draw, note           bool
}

// askSign handles GET /signatures/sign/{document}. Query: key.
func (p *Pages) askSign(w http.ResponseWriter, r *http.Request) error {
	return p.renderSign(w, r, http.StatusOK, signedForm{key: r.URL.Query().Get("key"), draw: true, note: true}, nil)
}

func (p *Pages) renderSign(w http.ResponseWriter, r *http.Request, status int, typed signedForm, errs map[string]string) error {
	ctx := r.Context()
	v := signPage{typed: typed, errs: errs, at: p.svc}
	v.actor, _ = auth.From(ctx)
	var err error
	if v.Table, err = p.svc.Prepare(ctx, r.PathValue("document")); err != nil {
		switch e := fault.Of(err); {
		case e.Kind == fault.Conflict && e.Msg != "":
			v.why = i18n.T(ctx, e.Msg)
		case e.Kind == fault.Invalid:
			v.why = web.Errors(ctx, err)["file"]
		default:
			return err
		}
	}
	if len(v.Keys) > 0 && !slices.ContainsFunc(v.Keys, func(k Key) bool { return string(k.ID) == v.typed.key }) {
		v.typed.key = string(v.Keys[0].ID)
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "esign.sign"), Body: signView(v)})
}

// sign handles POST /signatures/sign/{document}. Form: key, password, digest, draw,
// page, left, top (millimetres), note.
func (p *Pages) sign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := signedForm{key: r.PostFormValue("key"), page: r.PostFormValue("page"), left: r.PostFormValue("left"), top: r.PostFormValue("top"), draw: r.PostFormValue("draw") != "",
		note: r.PostFormValue("note") != ""}
	in := Signed{Key: ID(typed.key), Password: r.PostFormValue("password"), Digest: r.PostFormValue("digest"), Draw: typed.draw, Note: typed.note}
	var err error
	if in.Draw && typed.page+typed.left+typed.top != "" {
		err = in.Place.read(typed)
	}
	if err == nil {
		err = p.svc.Sign(ctx, r.PathValue("document"), in)
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderSign(w, r, http.StatusUnprocessableEntity, typed, errs)
	}
	if err != nil {
		return err
	}
	paper, err := p.svc.Paper(ctx, r.PathValue("document"))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "esign.done.signed"))
	return web.Redirect(w, r, paper.Href)
}

// read reads a place of a form: whole pages, millimetres with a comma or a point.
func (at *Place) read(f signedForm) error {
	const op = "esign.sign"
	var err error
	if at.Page, err = strconv.Atoi(trimmed(f.page)); err != nil {
		return fault.Bad(op, "page", "esign.bad.page")
	}
	if at.Left, err = millimetres(f.left); err != nil {
		return fault.Bad(op, "left", "esign.bad.millimetres")
	}
	if at.Top, err = millimetres(f.top); err != nil {
		return fault.Bad(op, "top", "esign.bad.millimetres")
	}
	return nil
}

func millimetres(s string) (float64, error) {
	return strconv.ParseFloat(strings.Replace(trimmed(s), ",", ".", 1), 64)
}

// setInside handles POST /settings/authorities/inside. Form: on, version.
func (p *Pages) setInside(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return fault.Bad("esign.inside", "version", "fault.invalid")
	}
	on := r.PostFormValue("on") != ""
	if err := p.svc.SetInside(ctx, on, version); err != nil {
		return err
	}
	done := "esign.done.off"
	if on {
		done = "esign.done.on"
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
	return web.Redirect(w, r, AuthoritiesPath)
}
