// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (p *Pages) ownRoutes() []web.Route {
	own := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Access: web.SignedIn, Handle: h}
	}
	return []web.Route{
		own("GET /account", p.me), own("POST /account", p.mePost),
		own("GET /account/password", p.password), own("POST /account/password", p.passwordPost),
		own("GET /account/sessions", p.mySessions), own("POST /account/sessions/end", p.endMine),
		own("POST /account/sessions/{session}/end", p.endMine),
		own("GET "+SecondFactorPath, p.second), own("POST "+SecondFactorPath, p.secondPost),
		own("POST "+SecondFactorPath+"/begin", p.secondBegin), own("POST "+SecondFactorPath+"/codes", p.secondCodes),
		own("POST "+SecondFactorPath+"/drop", p.secondDrop),
		own("GET /account/delegations", p.loans), own("POST /account/delegations", p.lend),
		own("POST /account/delegations/{delegation}/end", p.endLoan),
	}
}

// ownTabs are the pages about oneself.
func ownTabs(ctx context.Context, here string, glass bool) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct{ key, href string }{{"account.tab.profile", "/account"}, {"account.tab.password", "/account/password"},
		{"account.tab.second", SecondFactorPath}, {"account.tab.sessions", "/account/sessions"}, {"account.tab.loans", "/account/delegations"},
		{"account.tab.glass", "/break-glass/new"}} {
		if t.href != "/break-glass/new" || glass {
			out = append(out, ui.Tab{Label: i18n.T(ctx, t.key), Href: t.href, Here: t.href == here})
		}
	}
	return out
}

type mePage struct {
	Account Account
	Names   map[string]string
	Held    []Held
	Errors  map[string]string
	now     time.Time
}

// me handles GET /account.
func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	a, err := p.svc.Me(r.Context())
	if err != nil {
		return err
	}
	return p.renderMe(w, r, http.StatusOK, mePage{Account: a})
}

func (p *Pages) renderMe(w http.ResponseWriter, r *http.Request, status int, v mePage) error {
	ctx := r.Context()
	var err error
	if v.Names, err = p.unitNames(ctx); err != nil {
		return err
	}
	if v.Held, err = p.svc.Held(ctx, v.Account.ID); err != nil {
		return err
	}
	v.now = p.svc.Now()
	return p.site.Render(w, r, status, web.View{Title: v.Account.Name, Body: meView(v)})
}

// mePost handles POST /account. Form: version, phone, email, language.
func (p *Pages) mePost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := version(r)
	if err != nil {
		return err
	}
	in := Account{Phone: r.PostFormValue("phone"), Email: r.PostFormValue("email"), Language: r.PostFormValue("language"), Version: n}
	a, err := p.svc.EditMe(ctx, in)
	if errs := web.Errors(ctx, err); errs != nil {
		now, meErr := p.svc.Me(ctx)
		if meErr != nil {
			return meErr
		}
		now.Phone, now.Email, now.Language = in.Phone, in.Email, in.Language
		return p.renderMe(w, r, http.StatusUnprocessableEntity, mePage{Account: now, Errors: errs})
	}
	if err == nil && a.Language != "" {
		p.site.SetLanguage(w, i18n.Parse(a.Language))
	}
	return p.say(w, r, err, "/account", "account.flash.saved")
}

func (p *Pages) password(w http.ResponseWriter, r *http.Request) error {
	return p.renderPassword(w, r, http.StatusOK, nil)
}

func (p *Pages) renderPassword(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	ctx := r.Context()
	a, err := p.svc.Me(ctx)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.change.title"), Body: changeView(a, errs)})
}

// passwordPost handles POST /account/password. Form: old, password, again. The
// person goes on in a new session; all others end.
func (p *Pages) passwordPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var a Account
	var err error
	if r.PostFormValue("password") != r.PostFormValue("again") {
		err = fault.Bad("account.change", "again", "account.bad.again")
	} else {
		a, err = p.svc.ChangePassword(ctx, r.PostFormValue("old"), r.PostFormValue("password"))
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderPassword(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err == nil {
		err = p.site.SignIn(ctx, string(a.ID), a.Epoch)
	}
	return p.say(w, r, err, "/account", "account.flash.password")
}

// mySessions handles GET /account/sessions.
func (p *Pages) mySessions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := p.svc.Me(ctx)
	if err != nil {
		return err
	}
	list, err := p.site.Sessions(ctx, string(a.ID), 2*shownSessions)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.sessions.title"), Body: mySessionsView(a, list)})
}

// endMine handles POST /account/sessions/end, which ends all others, and
// POST /account/sessions/{session}/end.
func (p *Pages) endMine(w http.ResponseWriter, r *http.Request) error {
	ctx, session := r.Context(), r.PathValue("session")
	actor, _ := auth.From(ctx)
	here, err := p.site.CurrentSession(ctx)
	if err != nil {
		return err
	}
	n, err := p.svc.EndSessions(ctx, ID(actor.ID), session, map[bool]string{true: here}[session == ""])
	if err == nil && session == here {
		return web.Redirect(w, r, "/sign-in")
	}
	return p.say(w, r, err, "/account/sessions", "account.flash.sessions", i18n.Number(ctx, n))
}

type loansPage struct {
	Me     Account
	List   []Delegation
	Own    []Held
	People []Person
	Units  []ui.Option
	Names  map[string]string
	In     Delegation
	Errors map[string]string
	now    time.Time
}

// loans handles GET /account/delegations.
func (p *Pages) loans(w http.ResponseWriter, r *http.Request) error {
	return p.renderLoans(w, r, http.StatusOK, loansPage{})
}

func (p *Pages) renderLoans(w http.ResponseWriter, r *http.Request, status int, v loansPage) error {
	ctx := r.Context()
	var err error
	if v.Me, err = p.svc.Me(ctx); err != nil {
		return err
	}
	if v.List, err = p.svc.Delegations(ctx, v.Me.ID); err != nil {
		return err
	}
	if v.Own, v.People, err = p.svc.Lendable(ctx); err != nil {
		return err
	}
	if v.Units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	if v.Names, err = p.unitNames(ctx); err != nil {
		return err
	}
	v.now = p.svc.Now()
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.loans.title"), Body: loansView(v)})
}

// lend handles POST /account/delegations. Form: grant (role@unit), unit (in it
// or below; empty is the same), person, from, until, reason.
func (p *Pages) lend(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	role, unit, _ := strings.Cut(r.PostFormValue("grant"), "@")
	if below := r.PostFormValue("unit"); below != "" {
		unit = below
	}
	t, errs := term(r)
	d := Delegation{To: ID(r.PostFormValue("person")), Grant: auth.Grant{Role: auth.Role(role), Unit: unit}, Term: t, Reason: r.PostFormValue("reason")}
	var err error
	if errs == nil {
		_, err = p.svc.Lend(ctx, d)
		errs = web.Errors(ctx, err)
	}
	if errs != nil {
		return p.renderLoans(w, r, http.StatusUnprocessableEntity, loansPage{In: d, Errors: errs})
	}
	return p.say(w, r, err, "/account/delegations", "account.flash.lent")
}

// endLoan handles POST /account/delegations/{delegation}/end. Form: back, the
// account whose page it was sent from.
func (p *Pages) endLoan(w http.ResponseWriter, r *http.Request) error {
	back := "/account/delegations"
	if id := r.PostFormValue("back"); id != "" {
		back = web.Back("/accounts/" + id)
	}
	return p.say(w, r, p.svc.EndDelegation(r.Context(), r.PathValue("delegation")), back, "account.flash.loan_ended")
}

// loanState is where a delegation stands.
func loanState(ctx context.Context, d Delegation, now time.Time) ui.BadgeProps {
	switch {
	case !d.EndedAt.IsZero():
		return ui.BadgeProps{Text: i18n.T(ctx, "account.loan.ended", d.EndedBy, i18n.Time(ctx, d.EndedAt)), Tone: ui.NoData}
	case !d.Until.After(now):
		return ui.BadgeProps{Text: i18n.T(ctx, "account.loan.over"), Tone: ui.NoData}
	case !d.Covered:
		return ui.BadgeProps{Text: i18n.T(ctx, "account.loan.uncovered"), Tone: ui.Warn}
	case d.From.After(now):
		return ui.BadgeProps{Text: i18n.T(ctx, "account.loan.later"), Tone: ui.Info}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "account.loan.on"), Tone: ui.OK}
}

// local is an instant as a browser's field takes it.
func local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Hanoi).Format("2006-01-02T15:04")
}

func (v loansPage) grants(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, h := range v.Own {
		out = append(out, ui.Option{Value: string(h.Role) + "@" + h.Unit, Label: grantText(ctx, []auth.Grant{h.Grant}, v.Names)})
	}
	return out
}

// endAllLabel says what ending sessions from a page ends: one's own all but
// this one, another's all.
func endAllLabel(ctx context.Context, at string) string {
	if at == "/account" {
		return i18n.T(ctx, "account.sessions.end_others")
	}
	return i18n.T(ctx, "account.sessions.end_all")
}
