// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"cmp"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (p *Pages) signRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /start", Access: web.Public, Handle: p.opening},
		{Pattern: "POST /start", Access: web.Public, Handle: p.start},
		{Pattern: "POST /start/code", Access: web.Public, Handle: p.typed},
		{Pattern: "GET /sign-in", Access: web.Public, Handle: p.signIn},
		{Pattern: "POST /sign-in", Access: web.Public, Handle: p.signInPost},
		{Pattern: "GET /sign-in/code", Access: web.Public, Handle: p.code},
		{Pattern: "POST /sign-in/code", Access: web.Public, Handle: p.codePost},
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
// password. The link stays good until the form is sent. Without token it asks
// for login and code of a slip.
func (p *Pages) opening(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	if token == "" {
		return p.renderTyped(w, r, http.StatusOK, signInPage{})
	}
	a, err := p.svc.Opening(r.Context(), token)
	if err != nil {
		return err
	}
	return p.renderStart(w, r, http.StatusOK, startPage{Token: token, Account: a})
}

func (p *Pages) renderTyped(w http.ResponseWriter, r *http.Request, status int, v signInPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "account.typed.title"), Body: typedView(v), Bare: true})
}

// typed handles POST /start/code. Form: login, code.
func (p *Pages) typed(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), signInPage{Login: r.PostFormValue("login")}
	token := TypedSecret(v.Login, r.PostFormValue("code"))
	a, err := p.svc.Opening(ctx, token)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		e := fault.Of(err)
		v.Problem = i18n.T(ctx, e.Public(), e.Args...)
		return p.renderTyped(w, r, http.StatusUnprocessableEntity, v)
	}
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
	return p.letIn(w, r, a, after)
}

// letIn begins the session of somebody whose password was right, or asks for
// the second step first.
func (p *Pages) letIn(w http.ResponseWriter, r *http.Request, a Account, next string) error {
	ctx := r.Context()
	if !a.SecondAt.IsZero() {
		if err := p.site.SignInHalf(ctx, string(a.ID), a.Epoch, next); err != nil {
			return err
		}
		return web.Redirect(w, r, "/sign-in/code")
	}
	return p.in(w, r, a, next)
}

// in begins the session, in the person's language, and says what they should
// know first.
func (p *Pages) in(w http.ResponseWriter, r *http.Request, a Account, next string) error {
	ctx := r.Context()
	if err := p.site.SignIn(ctx, string(a.ID), a.Epoch); err != nil {
		return err
	}
	if a.Language != "" {
		p.site.SetLanguage(w, i18n.Parse(a.Language))
	}
	now := p.svc.Now()
	if a.ClockBack(now) {
		p.site.Flash(ctx, ui.Bad, i18n.T(ctx, "account.flash.clock", i18n.Time(ctx, now), i18n.Time(ctx, a.LastKnown())))
	}
	if a.EnrolBy.After(now) {
		p.site.Flash(ctx, ui.Warn, i18n.T(ctx, "account.flash.enrol", i18n.Time(ctx, a.EnrolBy)))
	}
	return web.Redirect(w, r, web.Back(cmp.Or(next, "/")))
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
	return p.letIn(w, r, a, v.Next)
}

// code handles GET /sign-in/code: the second step.
func (p *Pages) code(w http.ResponseWriter, r *http.Request) error {
	if who, _, _ := p.site.Half(r.Context()); who == "" {
		return web.Redirect(w, r, "/sign-in")
	}
	return p.renderCode(w, r, http.StatusOK, signInPage{})
}

func (p *Pages) renderCode(w http.ResponseWriter, r *http.Request, status int, v signInPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "account.code.title"), Body: codeView(v, p.svc.Now()), Bare: true})
}

// codePost handles POST /sign-in/code. Form: code, from the telephone or a
// recovery code.
func (p *Pages) codePost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who, epoch, next := p.site.Half(ctx)
	if who == "" {
		return web.Redirect(w, r, "/sign-in")
	}
	a, err := p.svc.SecondStep(ctx, ID(who), epoch, r.PostFormValue("code"))
	if fault.Is(err, fault.Invalid) {
		e := fault.Of(err)
		return p.renderCode(w, r, http.StatusUnprocessableEntity, signInPage{Problem: i18n.T(ctx, e.Public(), e.Args...)})
	}
	if fault.Is(err, fault.SignedOut) {
		return web.Redirect(w, r, "/sign-in")
	}
	if err != nil {
		return err
	}
	return p.in(w, r, a, next)
}

// clockText is the server's time, so that a person can hold it against their
// telephone's.
func clockText(t time.Time) string { return t.In(i18n.Hanoi).Format("15:04:05 02/01/2006") }
