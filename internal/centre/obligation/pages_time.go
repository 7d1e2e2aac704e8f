// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// timeAct is one of the two pages on which time is given or asked for.
type timeAct struct {
	name string // in addresses and texts
	do   func(ctx context.Context, id ID, last calendar.Date, reason string, version int64) (Obligation, error)
}

func (p *Pages) giving() timeAct { return timeAct{"extend", p.svc.Extend} }
func (p *Pages) asking() timeAct { return timeAct{"ask", p.svc.Ask} }

// askExtend handles GET /obligations/{id}/extend.
func (p *Pages) askExtend(w http.ResponseWriter, r *http.Request) error {
	return p.renderTime(w, r, http.StatusOK, p.giving(), "", "", nil)
}

// extend handles POST /obligations/{id}/extend. Form: last, reason, version.
func (p *Pages) extend(w http.ResponseWriter, r *http.Request) error {
	return p.takeTime(w, r, p.giving())
}

// askTime handles GET /obligations/{id}/ask.
func (p *Pages) askTime(w http.ResponseWriter, r *http.Request) error {
	return p.renderTime(w, r, http.StatusOK, p.asking(), "", "", nil)
}

// doAskTime handles POST /obligations/{id}/ask. Form: last, reason, version.
func (p *Pages) doAskTime(w http.ResponseWriter, r *http.Request) error {
	return p.takeTime(w, r, p.asking())
}

func (p *Pages) takeTime(w http.ResponseWriter, r *http.Request, act timeAct) error {
	ctx, id, reason, day := r.Context(), ID(r.PathValue("id")), r.PostFormValue("reason"), r.PostFormValue("last")
	last, _ := calendar.ParseDate(strings.TrimSpace(day)) // the zero date is refused with the field
	_, err := act.do(ctx, id, last, reason, formVersion(r))
	if fault.Is(err, fault.Invalid) {
		return p.renderTime(w, r, http.StatusUnprocessableEntity, act, day, reason, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	done := "obligation.done.extended"
	if act.name == "ask" {
		done = "obligation.done.asked"
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
	return web.Redirect(w, r, href(id))
}

func (p *Pages) renderTime(w http.ResponseWriter, r *http.Request, status int, act timeAct, day, reason string, errs map[string]string) error {
	ctx := r.Context()
	o, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	title := i18n.T(ctx, "obligation.ask."+act.name)
	props := ui.ConfirmProps{Title: title, Effect: i18n.T(ctx, "obligation.effect."+act.name, o.Title.In(i18n.Lang(ctx)), i18n.Until(ctx, o.DueAt)),
		Action: href(o.ID) + "/" + act.name, Record: ui.Record{Kind: "obligation", ID: string(o.ID)},
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(o.Version, 10)}}, Errors: web.FieldErrors(errs, "last", "reason"),
		Fields: []ui.FieldProps{{Kind: ui.KindDate, Name: "last", Label: i18n.T(ctx, "obligation.last"), Value: day, Error: errs["last"], Required: true},
			{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "obligation.reason"), Value: reason, Error: errs["reason"], Required: true, MaxLength: maxText}},
		Submit: ui.Submit{Label: title}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(o.ID)}}
	return p.site.Render(w, r, status, web.View{Title: title, Body: ui.Confirm(props)})
}
