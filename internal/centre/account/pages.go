// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Choices are what the forms offer from other rooms; app gives them.
type Choices struct {
	Kinds func(ctx context.Context) []ui.Option          // kinds of unit a centre's own body may be
	Units func(ctx context.Context) ([]ui.Option, error) // units in the actor's scope
	Link  func(path string) string                       // the full address of a path, for printing
	// Welcome is where who founded the centre goes first; "" is the first page.
	Welcome string
}

// Pages are the room's screens.
type Pages struct {
	site    *web.Site
	svc     *Service
	choices Choices
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, c Choices) *Pages { return &Pages{site, svc, c} }

// Routes lists the screens.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /start", Access: web.Public, Handle: p.opening},
		{Pattern: "POST /start", Access: web.Public, Handle: p.start},
		{Pattern: "GET /sign-in", Access: web.Public, Handle: p.signIn},
		{Pattern: "POST /sign-in", Access: web.Public, Handle: p.signInPost},
		{Pattern: "GET /account", Access: web.SignedIn, Handle: p.me},
		{Pattern: "GET /accounts", Need: readAccounts, Handle: p.list},
		{Pattern: "GET /accounts/new", Need: readAccounts, Handle: p.invite},
		{Pattern: "POST /accounts/new", Need: readAccounts, Handle: p.invitePost},
		{Pattern: "GET /accounts/{id}", Need: readAccounts, Handle: p.show},
		{Pattern: "POST /accounts/{id}/link", Need: readAccounts, Handle: p.relink},
		{Pattern: "POST /accounts/{id}/disable", Need: writeAccounts, Handle: p.disable},
	}
}

type startPage struct {
	Token   string
	Account Account // zero at the first start
	In      First
	Kinds   []ui.Option
	Errors  map[string]string
}

// opening handles GET /start?token=…: the first start, or a person's new
// password. The link stays good until the form is sent.
func (p *Pages) opening(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	a, err := p.svc.Opening(r.Context(), token)
	if err != nil {
		return err
	}
	return p.renderStart(w, r, http.StatusOK, startPage{Token: token, Account: a})
}

func (p *Pages) renderStart(w http.ResponseWriter, r *http.Request, status int, v startPage) error {
	ctx := r.Context()
	if v.Account.ID != "" {
		return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.password.title"), Body: passwordView(v), Bare: true})
	}
	v.Kinds = p.choices.Kinds(ctx)
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.start.title"), Body: startView(v), Bare: true})
}

// start handles POST /start. Form: token, password, again; at the first start
// also body, kind, name, login, title.
func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	ctx, token := r.Context(), r.PostFormValue("token")
	a, err := p.svc.Opening(ctx, token)
	if err != nil {
		return err
	}
	v := startPage{Token: token, Account: a, In: First{Body: r.PostFormValue("body"), Kind: r.PostFormValue("kind"),
		Name: r.PostFormValue("name"), Login: r.PostFormValue("login"), Title: r.PostFormValue("title"),
		Password: r.PostFormValue("password")}}
	after := "/"
	switch {
	case v.In.Password != r.PostFormValue("again"):
		err = fault.Bad("account.start", "again", "account.bad.again")
	case a.ID == "":
		after = cmp.Or(p.choices.Welcome, "/")
		a, err = p.svc.Start(ctx, token, v.In)
	default:
		a, err = p.svc.SetPassword(ctx, token, v.In.Password)
	}
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderStart(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if err := p.site.SignIn(ctx, string(a.ID), a.Epoch); err != nil {
		return err
	}
	return web.Redirect(w, r, after)
}

type signInPage struct {
	Login, Next, Problem string
}

func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, ok := auth.From(ctx); ok {
		return web.Redirect(w, r, web.Back(cmp.Or(r.URL.Query().Get("next"), "/")))
	}
	empty, err := p.svc.Empty(ctx)
	if err != nil {
		return err
	}
	if empty {
		return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.first.title"), Body: firstView(), Bare: true})
	}
	return p.renderSignIn(w, r, http.StatusOK, signInPage{Next: r.URL.Query().Get("next")})
}

func (p *Pages) renderSignIn(w http.ResponseWriter, r *http.Request, status int, v signInPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "account.sign_in.title"), Body: signInView(v), Bare: true})
}

// signInPost handles POST /sign-in. Form: login, password, next.
func (p *Pages) signInPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := signInPage{Login: r.PostFormValue("login"), Next: r.PostFormValue("next")}
	a, err := p.svc.SignIn(ctx, v.Login, r.PostFormValue("password"))
	if fault.Is(err, fault.Invalid) {
		e := fault.Of(err)
		v.Problem = i18n.T(ctx, e.Public(), e.Args...)
		return p.renderSignIn(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if err := p.site.SignIn(ctx, string(a.ID), a.Epoch); err != nil {
		return err
	}
	return web.Redirect(w, r, web.Back(cmp.Or(v.Next, "/")))
}

func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	a, err := p.svc.Me(r.Context())
	if err != nil {
		return err
	}
	names, err := p.unitNames(r.Context())
	if err != nil {
		return err
	}
	return p.render(w, r, showPage{Account: a, Units: names, Mine: true})
}

type listPage struct {
	Accounts []Account
	Total    int64
	Search   string
	Units    map[string]string
	Next     string
	MayAdd   bool
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f := Filter{Search: q.Get("q"), After: q.Get("after"), Limit: 50}
	accounts, total, err := p.svc.List(ctx, f)
	if err != nil {
		return err
	}
	names, err := p.unitNames(ctx)
	if err != nil {
		return err
	}
	v := listPage{Accounts: accounts, Total: total, Search: f.Search, Units: names, MayAdd: mayInvite(ctx)}
	if len(accounts) == f.Limit {
		v.Next = web.With(r, "after", string(accounts[len(accounts)-1].ID))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.list.title"), Body: listView(v)})
}

func mayInvite(ctx context.Context) bool {
	return auth.May(ctx, writeAccounts) || auth.May(ctx, invite)
}

// unitNames names the units in scope; one outside keeps no name.
func (p *Pages) unitNames(ctx context.Context) (map[string]string, error) {
	options, err := p.choices.Units(ctx)
	names := map[string]string{}
	for _, o := range options {
		names[o.Value] = o.Label
	}
	return names, err
}

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
	v.Units = units
	for _, role := range auth.Roles() {
		v.Roles = append(v.Roles, ui.Option{Value: string(role), Label: i18n.T(ctx, "web.role."+string(role))})
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.invite.title"), Body: inviteView(v)})
}

// invitePost handles POST /accounts/new. Form: login, name, title, phone,
// email, unit, role. The one-time link is shown once, to be printed.
func (p *Pages) invitePost(w http.ResponseWriter, r *http.Request) error {
	ctx, unit := r.Context(), r.PostFormValue("unit")
	v := invitePage{Role: r.PostFormValue("role"), In: Account{Login: r.PostFormValue("login"), Name: r.PostFormValue("name"),
		Title: r.PostFormValue("title"), Phone: r.PostFormValue("phone"), Email: r.PostFormValue("email"), Home: unit,
		Grants: []auth.Grant{{Role: auth.Role(r.PostFormValue("role")), Unit: unit}}}}
	a, secret, err := p.svc.Invite(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderInvite(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return p.slip(w, r, a, secret)
}

type slipPage struct {
	Account Account
	Link    string
	Unit    string
}

// slip shows the link once; it is not stored and cannot be shown again.
func (p *Pages) slip(w http.ResponseWriter, r *http.Request, a Account, secret string) error {
	ctx := r.Context()
	v := slipPage{Account: a, Link: p.choices.Link("/start?token=" + url.QueryEscape(secret))}
	if names, err := p.unitNames(ctx); err == nil { // the link is shown once: a missing name must not cost it
		v.Unit = names[a.Home]
	} else {
		v.Unit = i18n.T(ctx, fault.Of(err).Public())
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.slip.title"), Body: slipView(v)})
}

type showPage struct {
	Account Account
	Units   map[string]string
	Mine    bool
	May     bool // invite or reset
	Shut    bool // disable
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	mine := actor.ID == string(a.ID)
	names, err := p.unitNames(ctx)
	if err != nil {
		return err
	}
	return p.render(w, r, showPage{Account: a, Units: names, Mine: mine, May: mayInvite(ctx) && !mine,
		Shut: auth.May(ctx, writeAccounts) && !mine})
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, v showPage) error {
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Account.Name, Body: showView(v)})
}

func (p *Pages) relink(w http.ResponseWriter, r *http.Request) error {
	a, secret, err := p.svc.Relink(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.slip(w, r, a, secret)
}

// disable handles POST /accounts/{id}/disable. Form: version, disabled (1 or
// empty to let the person in again).
func (p *Pages) disable(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return &fault.Error{Kind: fault.Conflict, Op: "account.disable", Err: err}
	}
	shut := r.PostFormValue("disabled") == "1"
	if err := p.svc.SetDisabled(ctx, ID(id), version, shut); err != nil {
		return err
	}
	key := "account.flash.enabled"
	if shut {
		key = "account.flash.disabled"
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, key))
	return web.Redirect(w, r, "/accounts/"+id)
}

func problems(errs map[string]string) []ui.FieldError {
	var out []ui.FieldError
	for field, text := range errs {
		if field != "" {
			out = append(out, ui.FieldError{Field: field, Text: text})
		}
	}
	slices.SortFunc(out, func(a, b ui.FieldError) int { return cmp.Compare(a.Field, b.Field) })
	return out
}

func grantText(ctx context.Context, grants []auth.Grant, units map[string]string) string {
	var text strings.Builder
	for i, g := range grants {
		if i > 0 {
			text.WriteString("; ")
		}
		text.WriteString(i18n.T(ctx, "web.role."+string(g.Role)))
		if name := units[g.Unit]; name != "" {
			text.WriteString(" (" + name + ")")
		}
	}
	return text.String()
}
