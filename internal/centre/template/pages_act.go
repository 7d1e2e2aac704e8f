// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// uploadPage is the form by which a file comes in, and what the check said of the
// last one. Fields are as typed.
type uploadPage struct {
	in      Draft
	all     []Paper
	units   []ui.Option
	file    string // its name
	verdict *Verdict
	places  map[string]Place
	errs    map[string]string
}

// ask handles GET /settings/templates/new. Query: paper.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	v := uploadPage{in: Draft{Paper: r.URL.Query().Get("paper")}}
	return p.renderUpload(w, r, http.StatusOK, v)
}

func (p *Pages) renderUpload(w http.ResponseWriter, r *http.Request, status int, v uploadPage) error {
	ctx := r.Context()
	var err error
	if v.all, err = p.svc.Papers(ctx); err != nil {
		return err
	}
	units, err := p.near.Units(ctx)
	if err != nil {
		return err
	}
	mine, err := p.svc.keeps(ctx)
	if err != nil {
		return err
	}
	for _, u := range units {
		if mine[u.Value] {
			v.units = append(v.units, u)
		}
	}
	v.places = p.placesOf(v.in.Paper)
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "template.new"), Body: uploadView(v)})
}

// upload handles POST /settings/templates/new. Form, multipart: paper, unit, name,
// note, file; then=check checks it alone.
func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := uploadPage{}
	raw, then, err := v.receive(r)
	if err != nil && v.file == "" && !fault.Is(err, fault.Invalid) {
		return err
	}
	var t Template
	switch {
	case err != nil:
	case then == "check":
		var found Verdict
		if found, err = p.svc.Judge(ctx, v.in.Paper, v.file, bytes.NewReader(raw)); err == nil {
			v.verdict = &found
			return p.renderUpload(w, r, http.StatusOK, v)
		}
	default:
		var found Verdict
		if t, found, err = p.svc.Upload(ctx, v.in, v.file, bytes.NewReader(raw)); !found.Good() {
			v.verdict = &found
		}
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderUpload(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "template.uploaded"))
	return web.Redirect(w, r, at(t.ID))
}

// receive reads the parts of the form; the file stays in memory until it is
// judged.
func (v *uploadPage) receive(r *http.Request) (raw []byte, then string, err error) {
	missing := fault.Bad("template.upload", "file", "paperfile.bad.empty")
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, "", missing
	}
	into := map[string]*string{"paper": &v.in.Paper, "unit": &v.in.Unit, "name": &v.in.Name, "note": &v.in.Note, "then": &then}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF) && v.file == "":
			return nil, then, missing
		case errors.Is(err, io.EOF):
			return raw, then, nil
		case err != nil:
			return nil, then, err
		}
		if part.FormName() == "file" {
			if v.file, err = web.PartName(part); err != nil {
				return nil, then, err
			}
			if raw, err = io.ReadAll(io.LimitReader(part, MaxFile+1)); err != nil {
				return nil, then, err
			}
			continue
		}
		if to, known := into[part.FormName()]; known {
			if *to, err = web.PartText(part, 8*mostText); err != nil {
				return nil, then, err
			}
		}
	}
}

func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return n
}

// act is one of the three things done to a template after a question.
type act struct {
	confirm func(v showPage, r *http.Request, errs map[string]string) ui.ConfirmProps
	do      func(p *Pages, r *http.Request) (Template, error)
	done    string // catalogue key
	gone    bool   // the template is there no longer
	allowed func(v showPage) bool
	refused string // catalogue key of the conflict
}

var (
	putting = act{confirm: putConfirm, done: "template.put.done", refused: "template.conflict.put", allowed: showPage.mayPut, do: func(p *Pages, r *http.Request) (Template, error) {
		from, err := calendar.ParseDate(r.PostFormValue("from"))
		if err != nil {
			from = calendar.Date{} // refused as none
		}
		return p.svc.PutInForce(r.Context(), idOf(r), version(r), from, r.PostFormValue("reason"))
	}}
	withdrawing = act{confirm: withdrawConfirm, done: "template.withdraw.done", refused: "template.conflict.not_put", allowed: showPage.mayWithdraw, do: func(p *Pages, r *http.Request) (Template, error) {
		return p.svc.Withdraw(r.Context(), idOf(r), version(r), r.PostFormValue("reason"))
	}}
	removing = act{confirm: removeConfirm, done: "template.remove.done", refused: "template.conflict.used", allowed: showPage.mayRemove, gone: true, do: func(p *Pages, r *http.Request) (Template, error) {
		return p.svc.Remove(r.Context(), idOf(r))
	}}
)

func (p *Pages) sure(w http.ResponseWriter, r *http.Request, a act) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	if !v.may {
		return &fault.Error{Kind: fault.Forbidden, Op: "template.sure"}
	}
	if !a.allowed(v) { // an old page led here: the record says how it stands
		p.site.Flash(r.Context(), ui.Warn, i18n.T(r.Context(), a.refused))
		return web.Redirect(w, r, at(v.ID))
	}
	c := a.confirm(v, r, nil)
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

func (p *Pages) carry(w http.ResponseWriter, r *http.Request, a act) error {
	ctx := r.Context()
	t, err := a.do(p, r)
	if errs := web.Errors(ctx, err); errs != nil {
		v, err := p.one(r)
		if err != nil {
			return err
		}
		c := a.confirm(v, r, errs)
		c.Errors = web.FieldErrors(errs)
		return p.site.Render(w, r, http.StatusUnprocessableEntity, web.View{Title: c.Title, Body: ui.Confirm(c)})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, a.done))
	if a.gone {
		return web.Redirect(w, r, Path)
	}
	return web.Redirect(w, r, at(t.ID))
}

// askPut handles GET /settings/templates/{template}/put.
func (p *Pages) askPut(w http.ResponseWriter, r *http.Request) error { return p.sure(w, r, putting) }

// put handles POST /settings/templates/{template}/put. Form: version, from, reason.
func (p *Pages) put(w http.ResponseWriter, r *http.Request) error { return p.carry(w, r, putting) }

// askWithdraw handles GET /settings/templates/{template}/withdraw.
func (p *Pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.sure(w, r, withdrawing)
}

// withdraw handles POST /settings/templates/{template}/withdraw. Form: version,
// reason.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.carry(w, r, withdrawing)
}

// askRemove handles GET /settings/templates/{template}/remove.
func (p *Pages) askRemove(w http.ResponseWriter, r *http.Request) error {
	return p.sure(w, r, removing)
}

// remove handles POST /settings/templates/{template}/remove.
func (p *Pages) remove(w http.ResponseWriter, r *http.Request) error { return p.carry(w, r, removing) }
