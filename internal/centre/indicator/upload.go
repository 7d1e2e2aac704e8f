// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// maxField is the most bytes one text field of an upload may bring.
const maxField = 16 << 10

// receive reads a multipart form part by part: the file goes straight into the
// store, never into memory; texts come back by name. A refused file is badFile,
// so that a form shows it beside the other fields' errors.
func (p *Pages) receive(r *http.Request) (texts map[string]string, f File, badFile, err error) {
	const op = "indicator.receive"
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, f, nil, &fault.Error{Kind: fault.Invalid, Op: op, Err: err}
	}
	texts = map[string]string{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return texts, f, badFile, nil
		}
		if err != nil {
			return nil, f, nil, cutOff(op, err)
		}
		if part.FormName() == "file" {
			name, bad := web.PartName(part)
			if bad != nil {
				return nil, f, nil, bad
			}
			f, err = p.svc.Store(r.Context(), name, part)
			if fault.Is(err, fault.Invalid) {
				return texts, f, err, nil // what follows an oversized file is not read
			}
			if err != nil {
				return nil, f, nil, err
			}
			continue
		}
		if texts[part.FormName()], err = web.PartText(part, maxField); fault.Is(err, fault.Invalid) {
			return nil, f, nil, err
		} else if err != nil {
			return nil, f, nil, cutOff(op, err)
		}
	}
}

// cutOff is a form that breaks off, or one over the route's limit.
func cutOff(op string, err error) error {
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return err
	}
	return &fault.Error{Kind: fault.Invalid, Op: op, Err: err}
}

type newPage struct {
	in    List
	units []ui.Option
	limit int64 // MiB
	errs  map[string]string
}

// askNew handles GET /indicators/new.
func (p *Pages) askNew(w http.ResponseWriter, r *http.Request) error {
	_, scope, err := needManage(r.Context(), "indicator.askNew")
	if err != nil {
		return err
	}
	return p.renderNew(w, r, http.StatusOK, newPage{in: List{Kind: Block, TLP: Amber, Scope: WithSubdomains, Layout: Auto, Owner: scope.Roots()[0]}})
}

func (p *Pages) renderNew(w http.ResponseWriter, r *http.Request, status int, v newPage) error {
	ctx := r.Context()
	var err error
	if v.units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	v.limit = p.svc.deps.Limit >> 20
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "indicator.new"), Body: newView(v)})
}

// create handles POST /indicators/new. Multipart form: name, kind, tlp, scope,
// layout, threat, unit, note, file.
func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	texts, f, badFile, err := p.receive(r)
	if err != nil {
		return err
	}
	v := newPage{in: List{Name: texts["name"], Kind: Kind(texts["kind"]), TLP: TLP(texts["tlp"]), Scope: Scope(texts["scope"]),
		Layout: Layout(texts["layout"]), Threat: texts["threat"], Owner: texts["unit"], Note: texts["note"]}}
	var l List
	if err = badFile; err == nil {
		l, err = p.svc.Create(ctx, v.in, f)
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		if v.errs["file"] == "" {
			v.errs["file"] = i18n.T(ctx, "indicator.again")
		}
		return p.renderNew(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "indicator.new.done", l.Name))
	return web.Redirect(w, r, href(l.ID))
}

type replacePage struct {
	list  List
	note  string
	limit int64 // MiB
	errs  map[string]string
}

// askReplace handles GET /indicators/{id}/replace.
func (p *Pages) askReplace(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := needManage(r.Context(), "indicator.askReplace"); err != nil {
		return err
	}
	return p.renderReplace(w, r, http.StatusOK, replacePage{})
}

func (p *Pages) renderReplace(w http.ResponseWriter, r *http.Request, status int, v replacePage) error {
	ctx := r.Context()
	var err error
	if v.list, err = p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	v.limit = p.svc.deps.Limit >> 20
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "indicator.replace"), Body: replaceView(v)})
}

// replace handles POST /indicators/{id}/replace. Multipart form: version, note,
// file.
func (p *Pages) replace(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	texts, f, badFile, err := p.receive(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(texts["version"], 10, 64)
	if err != nil {
		version = -1 // no list has it: a conflict
	}
	v := replacePage{note: texts["note"]}
	var l List
	if err = badFile; err == nil {
		l, err = p.svc.Replace(ctx, id, version, v.note, f)
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderReplace(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "indicator.replace.done", title(ctx, l)))
	return web.Redirect(w, r, href(id))
}
