// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// draft handles POST /directives/{directive}/draft.
func (p *Pages) draft(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.svc.Draft(ctx, idOf(r))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.drafted"))
	return web.Redirect(w, r, href(d.ID))
}

// delegate handles POST /directives/{directive}/units/{unit}/delegate.
func (p *Pages) delegate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.svc.Delegate(ctx, idOf(r), r.PathValue("unit"))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.delegated", d.Code))
	return web.Redirect(w, r, href(d.ID))
}

// question handles POST /directives/{directive}/units/{unit}/questions. Form:
// question.
func (p *Pages) question(w http.ResponseWriter, r *http.Request) error {
	ctx, unit := r.Context(), r.PathValue("unit")
	_, err := p.svc.Ask(ctx, idOf(r), unit, r.PostFormValue("question"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderUnit(w, r, http.StatusUnprocessableEntity, unitPage{unit: unit, errs: errs, typed: r.PostForm})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.asked"))
	return web.Redirect(w, r, unitHref(idOf(r), unit)+"#questions")
}

// reply handles POST /directives/{directive}/questions/{question}. Form: version,
// reply, public.
func (p *Pages) reply(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, err := p.svc.Reply(ctx, idOf(r), r.PathValue("question"), r.PostFormValue("reply"), r.PostFormValue("public") != "", version(r))
	if fault.Is(err, fault.Invalid) {
		return p.renderShow(w, r, http.StatusUnprocessableEntity, showPage{question: r.PathValue("question"), errs: web.Errors(ctx, err), typed: r.PostForm})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.answered"))
	return web.Redirect(w, r, href(idOf(r))+"#questions")
}
