// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// askSwitch handles GET /indicators/{id}/on and …/off.
func (p *Pages) askSwitch(on bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.renderSwitch(w, r, http.StatusOK, on, "", nil)
	}
}

// doSwitch handles POST /indicators/{id}/on and …/off. Form: reason, version.
func (p *Pages) doSwitch(on bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, id, reason := r.Context(), ID(r.PathValue("id")), r.PostFormValue("reason")
		l, err := p.svc.Switch(ctx, id, formVersion(r), on, reason)
		if fault.Is(err, fault.Invalid) {
			return p.renderSwitch(w, r, http.StatusUnprocessableEntity, on, reason, web.Errors(ctx, err))
		}
		if err != nil {
			return err
		}
		key := "indicator.turn.off.done"
		if on {
			key = "indicator.turn.on.done"
		}
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, key, title(ctx, l)))
		return web.Redirect(w, r, href(id))
	}
}

func (p *Pages) renderSwitch(w http.ResponseWriter, r *http.Request, status int, on bool, reason string, errs map[string]string) error {
	ctx := r.Context()
	l, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	n, err := p.svc.InForce(ctx, l)
	if err != nil {
		return err
	}
	to := "off"
	if on {
		to = "on"
	}
	key := "indicator.turn." + to
	c := ui.ConfirmProps{Title: i18n.T(ctx, key), Effect: i18n.T(ctx, key+".effect", i18n.Number(ctx, n), title(ctx, l)), Action: href(l.ID) + "/" + to,
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(l.Version, 10)}}, Record: ui.Record{Kind: "indicator", ID: string(l.ID)}, Danger: !on,
		Submit: ui.Submit{Label: i18n.T(ctx, key+".submit", i18n.Number(ctx, n))},
		Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(l.ID)}}
	if !on {
		c.Fields = []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "indicator.allow.reason"), Required: true,
			Value: reason, Error: errs["reason"], MaxLength: maxReason}}
		if errs["reason"] != "" {
			c.Errors = []ui.FieldError{{Field: "reason", Text: errs["reason"]}}
		}
	}
	return p.site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

func formVersion(r *http.Request) int64 {
	v, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no list has it: a conflict
	}
	return v
}
