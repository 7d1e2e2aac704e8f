// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (p *Pages) glassRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /break-glass", Need: review, Handle: p.glassList},
		{Pattern: "GET /break-glass/new", Access: web.SignedIn, Handle: p.glass},
		{Pattern: "POST /break-glass/new", Access: web.SignedIn, Handle: p.glassPost},
		{Pattern: "GET /break-glass/{id}", Access: web.SignedIn, Handle: p.glassShow},
		{Pattern: "POST /break-glass/{id}/seen", Access: web.SignedIn, Handle: p.glassSeen},
		{Pattern: "POST /break-glass/{id}/end", Access: web.SignedIn, Handle: p.glassEnd},
	}
}

type glassPage struct {
	Glass
	In     Break
	Units  []ui.Option
	Errors map[string]string
}

func (p *Pages) glass(w http.ResponseWriter, r *http.Request) error {
	return p.renderGlass(w, r, http.StatusOK, glassPage{})
}

func (p *Pages) renderGlass(w http.ResponseWriter, r *http.Request, status int, v glassPage) error {
	ctx := r.Context()
	var err error
	if v.Glass, err = p.svc.Glass(ctx); err != nil {
		return err
	}
	if v.Units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	if v.In.Unit == "" {
		v.In.Unit = v.Glass.Unit
	}
	if v.In.Hours == 0 {
		v.In.Hours = v.Hours
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.glass.title"), Body: glassView(v)})
}

// glassPost handles POST /break-glass/new. Form: role, unit, hours, witness,
// reason.
func (p *Pages) glassPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	hours, err := strconv.Atoi(r.PostFormValue("hours"))
	if err != nil {
		hours = -1
	}
	in := Break{Grant: auth.Grant{Role: auth.Role(r.PostFormValue("role")), Unit: r.PostFormValue("unit")}, Hours: hours,
		Reason: r.PostFormValue("reason"), Witness: ID(r.PostFormValue("witness"))}
	e, err := p.svc.BreakGlass(ctx, in)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderGlass(w, r, http.StatusUnprocessableEntity, glassPage{In: in, Errors: errs})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, web.BreakGlassPath+e.ID)
}

type glassShowPage struct {
	Elevation
	Names map[string]string
	Me    string
	May   bool // end it
	now   time.Time
}

func (p *Pages) glassShow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, err := p.svc.Elevation(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	names, err := p.unitNames(ctx)
	if err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	v := glassShowPage{Elevation: e, Names: names, Me: actor.ID, now: p.svc.Now()}
	v.May = actor.ID == string(e.By) || actor.ID == string(e.Witness) || auth.May(ctx, writeAccounts)
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.glass.one", e.ByName), Body: glassShowView(v)})
}

func (p *Pages) glassSeen(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return p.say(w, r, p.svc.ConfirmSeen(r.Context(), id), web.BreakGlassPath+id, "account.flash.seen")
}

func (p *Pages) glassEnd(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return p.say(w, r, p.svc.EndGlass(r.Context(), id), web.BreakGlassPath+id, "account.flash.glass_ended")
}

// glassState is where a use of break-glass stands.
func glassState(ctx context.Context, e Elevation, now time.Time) ui.BadgeProps {
	switch {
	case !e.EndedAt.IsZero():
		return ui.BadgeProps{Text: i18n.T(ctx, "account.loan.ended", e.EndedBy, i18n.Time(ctx, e.EndedAt)), Tone: ui.NoData}
	case e.InForce(now):
		return ui.BadgeProps{Text: i18n.T(ctx, "account.glass.on", i18n.Time(ctx, e.Until)), Tone: ui.Bad, Icon: ui.IconKey}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "account.loan.over"), Tone: ui.NoData}
}

func seenBadge(ctx context.Context, e Elevation) ui.BadgeProps {
	if e.SeenAt.IsZero() {
		return ui.BadgeProps{Text: i18n.T(ctx, "account.glass.unseen"), Tone: ui.Warn}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "account.glass.seen", i18n.Time(ctx, e.SeenAt)), Tone: ui.OK}
}

const shownGlass = 50

// glassList handles GET /break-glass: every use, for those who check.
func (p *Pages) glassList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, total, err := p.svc.Elevations(ctx, r.URL.Query().Get("after"), shownGlass)
	if err != nil {
		return err
	}
	names, err := p.unitNames(ctx)
	if err != nil {
		return err
	}
	props := ui.ListProps{Caption: i18n.T(ctx, "account.glass.list"), Total: total,
		Empty: ui.EmptyProps{Icon: ui.IconKey, Title: i18n.T(ctx, "account.glass.none"), Text: i18n.T(ctx, "account.glass.none_text")}}
	for _, key := range []string{"account.glass.who", "account.field.role", "account.glass.when", "account.field.reason", "account.glass.witness", "account.field.state"} {
		props.Heads = append(props.Heads, ui.Head{Label: i18n.T(ctx, key)})
	}
	for _, e := range list {
		props.Rows = append(props.Rows, ui.Row{ID: e.ID, Name: e.ByName, Href: web.BreakGlassPath + e.ID, Cells: []templ.Component{ui.Text(e.ByName),
			ui.Text(grantText(ctx, []auth.Grant{e.Grant}, names)), ui.Time(e.From), ui.Text(e.Reason), witnessCell(e), ui.Badge(glassState(ctx, e, p.svc.Now()))}})
	}
	if len(list) == shownGlass {
		props.Next = web.With(r, "after", list[len(list)-1].ID)
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.glass.list"), Body: glassListView(props)})
}

type policiesPage struct {
	Policies
	Errors map[string]string
}

// policies handles GET /accounts/policies.
func (p *Pages) policies(w http.ResponseWriter, r *http.Request) error {
	v, err := p.svc.Policies(r.Context())
	if err != nil {
		return err
	}
	return p.renderPolicies(w, r, http.StatusOK, policiesPage{Policies: v})
}

func (p *Pages) renderPolicies(w http.ResponseWriter, r *http.Request, status int, v policiesPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "account.policies.title"), Body: policiesView(v)})
}

// policiesPost handles POST /accounts/policies. Form: second_role, flagged,
// grace_days, second_version, glass_role, glass_hours, glass_version.
func (p *Pages) policiesPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	number := func(field string) int {
		n, err := strconv.Atoi(r.PostFormValue(field))
		if err != nil {
			return -1
		}
		return n
	}
	roles := func(field string) (out []auth.Role) {
		for _, v := range r.PostForm[field] {
			out = append(out, auth.Role(v))
		}
		return out
	}
	v := Policies{Second: SecondFactorPolicy{Roles: roles("second_role"), Flagged: r.PostFormValue("flagged") == "1", GraceDays: number("grace_days")},
		SecondVersion: int64(number("second_version")), Glass: GlassPolicy{Roles: roles("glass_role"), Hours: number("glass_hours")},
		GlassVersion: int64(number("glass_version"))}
	err := p.svc.SetPolicies(ctx, v)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderPolicies(w, r, http.StatusUnprocessableEntity, policiesPage{v, errs})
	}
	return p.say(w, r, err, "/accounts/policies", "account.flash.saved")
}

func (v glassShowPage) actions(ctx context.Context) []ui.Action {
	var out []ui.Action
	at := web.BreakGlassPath + v.ID
	if v.Me == string(v.Witness) && v.SeenAt.IsZero() {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.glass.confirm"), Href: at + "/seen", Post: true, Icon: ui.IconCheck, Primary: true})
	}
	if v.May && v.InForce(v.now) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.glass.end"), Href: at + "/end", Post: true, Icon: ui.IconLock, Danger: true})
	}
	return out
}
