// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"net/http"
	"net/url"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type invitePage struct {
	In     Account
	Role   string
	Roles  []ui.Option
	Units  []ui.Option
	Errors map[string]string
}

func (p *Pages) invite(w http.ResponseWriter, r *http.Request) error {
	return p.renderInvite(w, r, http.StatusOK, invitePage{Role: string(auth.UnitOfficer), In: Account{Home: r.URL.Query().Get("unit")}})
}

func (p *Pages) renderInvite(w http.ResponseWriter, r *http.Request, status int, v invitePage) error {
	ctx := r.Context()
	if !mayInvite(ctx) {
		return &fault.Error{Kind: fault.Forbidden, Op: "account.invite"}
	}
	units, err := p.choices.Units(ctx)
	if err != nil {
		return err
	}
	v.Units, v.Roles = units, roleOptions(ctx, auth.Roles())
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.invite.title"), Body: inviteView(v)})
}

// invitePost handles POST /accounts/new. Form: login (made of the name when
// empty), name, title, phone, email, unit, role. The slip is shown once, to be
// printed.
func (p *Pages) invitePost(w http.ResponseWriter, r *http.Request) error {
	ctx, unit := r.Context(), r.PostFormValue("unit")
	v := invitePage{Role: r.PostFormValue("role"), In: Account{Login: r.PostFormValue("login"), Name: r.PostFormValue("name"),
		Title: r.PostFormValue("title"), Phone: r.PostFormValue("phone"), Email: r.PostFormValue("email"), Home: unit,
		Grants: []auth.Grant{{Role: auth.Role(r.PostFormValue("role")), Unit: unit}}}}
	slip, err := p.svc.NewPerson(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderInvite(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return p.renderSlips(w, r, []Slip{slip})
}

type slipPage struct {
	Slip
	Link string
	Unit string
}

// renderSlips shows links and codes once; they are not stored and cannot be
// shown again.
func (p *Pages) renderSlips(w http.ResponseWriter, r *http.Request, slips []Slip) error {
	ctx := r.Context()
	names, err := p.unitNames(ctx)
	if err != nil { // shown once: missing names must not cost the links
		p.site.Flash(ctx, ui.Warn, i18n.T(ctx, fault.Of(err).Public()))
	}
	list := make([]slipPage, len(slips))
	for i, s := range slips {
		list[i] = slipPage{s, p.choices.Link("/start?token=" + url.QueryEscape(s.Secret)), names[s.Account.Home]}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.slip.title"), Body: slipsView(list, p.choices.Link("/start"))})
}

func (p *Pages) relink(w http.ResponseWriter, r *http.Request) error {
	slips, err := p.svc.Slips(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.renderSlips(w, r, slips)
}

// slips handles POST /accounts/slips. Form: id, once for each person.
func (p *Pages) slips(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	var ids []ID
	for _, id := range r.PostForm["id"] {
		ids = append(ids, ID(id))
	}
	slips, err := p.svc.Slips(r.Context(), ids...)
	if err != nil {
		return err
	}
	return p.renderSlips(w, r, slips)
}
