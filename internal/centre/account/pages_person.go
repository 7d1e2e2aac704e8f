// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type showPage struct {
	Account  Account
	Names    map[string]string
	Units    []ui.Option
	Held     []Held
	Loans    []Delegation
	Glass    []Elevation
	Sessions []web.Session
	History  []audit.Row
	Mine     bool
	May      bool                // invite: roles
	Keeps    bool                // write: all else
	Handles  bool                // links, locks, sessions
	Takes    map[auth.Grant]bool // roles the actor may take away
	Errors   map[string]string
	In       Held // what was typed into the form of roles
	now      time.Time
}

const (
	shownSessions = 30
	shownHistory  = 50
)

// show handles GET /accounts/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderShow(w, r, http.StatusOK, showPage{})
}

func (p *Pages) renderShow(w http.ResponseWriter, r *http.Request, status int, v showPage) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	var err error
	if v.Account, err = p.svc.Get(ctx, id); err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	v.Mine, v.now = actor.ID == string(id), p.svc.Now()
	v.May = mayInvite(ctx) && actor.Elevated == "" && !v.Mine
	if v.Keeps, err = p.svc.Keeps(ctx, v.Account); err != nil {
		return err
	}
	if v.May || v.Keeps {
		if v.Handles, err = p.svc.MayHandle(ctx, id); err != nil {
			return err
		}
	}
	if v.Units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	if v.Names, err = p.unitNames(ctx); err != nil {
		return err
	}
	if v.Held, err = p.svc.Held(ctx, id); err != nil {
		return err
	}
	v.Takes = map[auth.Grant]bool{}
	for _, h := range v.Held {
		if v.May && v.Names[h.Unit] != "" {
			if v.Takes[h.Grant], err = p.svc.MayGrant(ctx, h.Grant); err != nil {
				return err
			}
		}
	}
	if v.Loans, err = p.svc.Delegations(ctx, id); err != nil {
		return err
	}
	if v.Glass, err = p.svc.ElevationsOf(ctx, id); err != nil {
		return err
	}
	if v.Keeps || v.Mine {
		if v.Sessions, err = p.site.Sessions(ctx, string(id), shownSessions); err != nil {
			return err
		}
	}
	if v.History, err = p.svc.History(ctx, id, shownHistory); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: v.Account.Name, Body: showView(v)})
}

func (v showPage) at() string { return "/accounts/" + string(v.Account.ID) }

func (v showPage) version() ui.Hidden {
	return ui.Hidden{Name: "version", Value: strconv.FormatInt(v.Account.Version, 10)}
}

func (v showPage) actions(ctx context.Context) []ui.Action {
	var out []ui.Action
	if v.Keeps {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.action.edit"), Href: v.at() + "/edit", Icon: ui.IconEdit})
	}
	if v.May && v.Handles && !v.Account.Disabled {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.action.link"), Href: v.at() + "/link", Icon: ui.IconKey, Post: true})
	}
	if v.Keeps && v.Handles && !v.Account.SecondAt.IsZero() {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.action.reset"), Href: v.at() + "/second-factor", Icon: ui.IconPhone})
	}
	if !v.Keeps || !v.Handles {
		return out
	}
	if v.Account.Disabled {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.action.enable"), Href: v.at() + "/disable", Post: true, Hidden: []ui.Hidden{v.version()}})
	} else {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.action.disable"), Href: v.at() + "/disable", Icon: ui.IconLock, Post: true, Danger: true, Hidden: []ui.Hidden{v.version(), {Name: "disabled", Value: "1"}}})
	}
	return out
}

func (v showPage) badges(ctx context.Context) []ui.BadgeProps {
	var out []ui.BadgeProps
	if v.Account.PersonalData {
		out = append(out, ui.BadgeProps{Text: i18n.T(ctx, "account.flag.personal"), Tone: ui.Info})
	}
	if v.Account.BreakGlass {
		out = append(out, ui.BadgeProps{Text: i18n.T(ctx, "account.flag.glass"), Tone: ui.Warn, Icon: ui.IconKey})
	}
	return out
}

// languageName is how a person's language is called.
func languageName(ctx context.Context, lang string) string {
	if lang == "" {
		return i18n.T(ctx, "account.language.browser")
	}
	return i18n.T(ctx, "account.language."+lang)
}

func languageOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, l := range []string{"", string(i18n.Vietnamese), string(i18n.English)} {
		out = append(out, ui.Option{Value: l, Label: languageName(ctx, l)})
	}
	return out
}

// timeline is the history of an account in words.
func (v showPage) timeline(ctx context.Context) []ui.TimelineEntry {
	var out []ui.TimelineEntry
	for _, h := range v.History {
		e := ui.TimelineEntry{Text: i18n.T(ctx, "account.act."+strings.TrimPrefix(h.Action, "account.")), Actor: h.ActorName, At: h.At.Time, Icon: ui.IconDot}
		var d struct {
			Role, Unit, Reason, Second string
			From                       string `json:"from_person"`
			To                         string `json:"to_person"`
			Until                      time.Time
		}
		if err := json.Unmarshal([]byte(h.Detail), &d); err == nil { // a detail of another shape has nothing to add here
			e.Detail = v.detail(ctx, d.Role, d.Unit, d.From, d.To, d.Until, d.Reason)
		}
		out = append(out, e)
	}
	return out
}

func (v showPage) detail(ctx context.Context, role, unit, from, to string, until time.Time, reason string) string {
	var parts []string
	if role != "" {
		parts = append(parts, grantText(ctx, []auth.Grant{{Role: auth.Role(role), Unit: unit}}, v.Names))
	}
	if from != "" {
		parts = append(parts, i18n.T(ctx, "account.loan.who", from, to))
	}
	if !until.IsZero() {
		parts = append(parts, termText(ctx, Term{Until: until}))
	}
	if reason != "" {
		parts = append(parts, reason)
	}
	return strings.Join(parts, " · ")
}

type editPage struct {
	In     Account
	Units  []ui.Option
	Errors map[string]string
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	a, err := p.svc.Get(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.renderEdit(w, r, http.StatusOK, editPage{In: a})
}

func (p *Pages) renderEdit(w http.ResponseWriter, r *http.Request, status int, v editPage) error {
	ctx := r.Context()
	var err error
	if v.Units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.edit.title"), Body: editView(v)})
}

func version(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return 0, &fault.Error{Kind: fault.Conflict, Op: "account.version", Err: err}
	}
	return n, nil
}

// editPost handles POST /accounts/{id}/edit. Form: version, name, title, phone,
// email, unit, language.
func (p *Pages) editPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := version(r)
	if err != nil {
		return err
	}
	in := Account{ID: ID(r.PathValue("id")), Name: r.PostFormValue("name"), Title: r.PostFormValue("title"), Phone: r.PostFormValue("phone"),
		Email: r.PostFormValue("email"), Home: r.PostFormValue("unit"), Language: r.PostFormValue("language"), Version: n}
	_, err = p.svc.Edit(ctx, in)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderEdit(w, r, http.StatusUnprocessableEntity, editPage{In: in, Errors: errs})
	}
	return p.say(w, r, err, "/accounts/"+string(in.ID), "account.flash.saved")
}

// disable handles POST /accounts/{id}/disable. Form: version, disabled (1 or
// empty to let the person in again).
func (p *Pages) disable(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	n, err := version(r)
	if err != nil {
		return err
	}
	key := "account.flash.enabled"
	shut := r.PostFormValue("disabled") == "1"
	if shut {
		key = "account.flash.disabled"
	}
	return p.say(w, r, p.svc.SetDisabled(r.Context(), ID(id), n, shut), "/accounts/"+id, key)
}

// give handles POST /accounts/{id}/roles. Form: role, unit, from, until.
func (p *Pages) give(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	t, errs := term(r)
	h := Held{Grant: auth.Grant{Role: auth.Role(r.PostFormValue("role")), Unit: r.PostFormValue("unit")}, Term: t}
	var err error
	if errs == nil {
		err = p.svc.Give(ctx, ID(id), h)
		errs = web.Errors(ctx, err)
	}
	if errs != nil {
		return p.renderShow(w, r, http.StatusUnprocessableEntity, showPage{Errors: errs, In: h})
	}
	return p.say(w, r, err, "/accounts/"+id, "account.flash.given")
}

// withdraw handles POST /accounts/{id}/roles/end. Form: role, unit.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	err := p.svc.Withdraw(r.Context(), ID(id), auth.Grant{Role: auth.Role(r.PostFormValue("role")), Unit: r.PostFormValue("unit")})
	return p.say(w, r, err, "/accounts/"+id, "account.flash.withdrawn")
}

// flags handles POST /accounts/{id}/flags. Form: version, personal_data,
// break_glass, unit.
func (p *Pages) flags(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	n, err := version(r)
	if err != nil {
		return err
	}
	err = p.svc.SetFlags(r.Context(), ID(id), n, Flags{PersonalData: r.PostFormValue("personal_data") == "1",
		BreakGlass: r.PostFormValue("break_glass") == "1", GlassUnit: r.PostFormValue("unit")})
	return p.say(w, r, err, "/accounts/"+id, "account.flash.saved")
}

// endSessions handles POST /accounts/{id}/sessions/end and
// POST /accounts/{id}/sessions/{session}/end.
func (p *Pages) endSessions(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	n, err := p.svc.EndSessions(ctx, ID(id), r.PathValue("session"), "")
	return p.say(w, r, err, "/accounts/"+id, "account.flash.sessions", i18n.Number(ctx, n))
}

type resetPage struct {
	Account Account
	Reason  string
	Errors  map[string]string
}

// reset handles GET /accounts/{id}/second-factor: the step before a second
// factor is taken away.
func (p *Pages) reset(w http.ResponseWriter, r *http.Request) error {
	return p.renderReset(w, r, http.StatusOK, resetPage{})
}

func (p *Pages) renderReset(w http.ResponseWriter, r *http.Request, status int, v resetPage) error {
	ctx := r.Context()
	var err error
	if v.Account, err = p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.reset.title", v.Account.Name), Body: resetView(v)})
}

// resetPost handles POST /accounts/{id}/second-factor. Form: reason.
func (p *Pages) resetPost(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	err := p.svc.ResetSecond(ctx, ID(id), r.PostFormValue("reason"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderReset(w, r, http.StatusUnprocessableEntity, resetPage{Reason: r.PostFormValue("reason"), Errors: errs})
	}
	return p.say(w, r, err, "/accounts/"+id, "account.flash.reset")
}
