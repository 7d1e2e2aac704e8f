// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// choicePage is /account/notices.
type choicePage struct {
	p     Preferences
	hours string // as typed
	roles []auth.Role
	errs  map[string]string
	mail  Recipient // the reader, for the note on where mail goes
	off   bool      // the centre sends no mail
}

// choices handles GET /account/notices.
func (p *Pages) choices(w http.ResponseWriter, r *http.Request) error {
	prefs, roles, err := p.Service.Preferences(r.Context())
	if err != nil {
		return err
	}
	return p.renderChoices(w, r, http.StatusOK, choicePage{p: prefs, hours: strings.Join(prefs.Hours, ", "), roles: roles})
}

func (p *Pages) renderChoices(w http.ResponseWriter, r *http.Request, status int, v choicePage) error {
	ctx := r.Context()
	conf, _, err := p.Service.mail(ctx)
	if err != nil {
		return err
	}
	actor, err := me(ctx, "notice.choices")
	if err != nil {
		return err
	}
	people, err := p.Service.People(ctx, p.Service.Records.Read(), []string{actor.ID})
	if err != nil {
		return err
	}
	v.mail, v.off = people[actor.ID], conf.Way == ""
	return p.Site.Render(w, r, status, web.View{Title: i18n.T(ctx, "notice.choices"), Body: choiceView(v)})
}

// choose handles POST /account/notices. Form: kind.<kind>, hours, working_days,
// quiet, quiet_from, quiet_to, version.
func (p *Pages) choose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := choicePage{hours: r.PostFormValue("hours"), p: Preferences{Kinds: map[string]How{}, WorkingDays: r.PostFormValue("working_days") != "",
		Quiet: r.PostFormValue("quiet") != "", QuietFrom: r.PostFormValue("quiet_from"), QuietTo: r.PostFormValue("quiet_to")}}
	v.p.Hours, v.p.Version = []string{v.hours}, formNumber(r, "version")
	for _, k := range Kinds() {
		if h := r.PostFormValue("kind." + k.ID); h != "" {
			v.p.Kinds[k.ID] = How(h)
		}
	}
	err := p.Service.Choose(ctx, v.p)
	if fault.Is(err, fault.Invalid) {
		_, roles, perr := p.Service.Preferences(ctx)
		if perr != nil {
			return perr
		}
		v.roles, v.errs = roles, web.Errors(ctx, err)
		return p.renderChoices(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "notice.done.choose"))
	return web.Redirect(w, r, ChoicesPath)
}

// kindFields are the choices of the kinds the reader is told of at all.
func (v choicePage) kindFields(ctx context.Context) []ui.FieldProps {
	actor, _ := auth.From(ctx)
	var out []ui.FieldProps
	for _, k := range Kinds() {
		told := k.Needs == nil
		for _, need := range k.Needs {
			told = told || len(auth.ScopeOf(actor, need).Roots()) > 0
		}
		if !told {
			continue
		}
		f := ui.FieldProps{Kind: ui.KindSelect, Name: "kind." + k.ID, Label: i18n.T(ctx, "notice.kind."+k.ID),
			Hint: i18n.T(ctx, "notice.urgency."+k.Urgency.Key()), Value: string(v.p.How(k, v.roles)), Error: v.errs["kind."+k.ID]}
		for _, h := range Hows() {
			f.Options = append(f.Options, ui.Option{Value: string(h), Label: i18n.T(ctx, "notice.how."+string(h))})
		}
		out = append(out, f)
	}
	return out
}

func (v choicePage) timeFields(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{
		{Name: "hours", Label: i18n.T(ctx, "notice.hours"), Hint: i18n.T(ctx, "notice.hours.hint"), Value: v.hours, Error: v.errs["hours"], Required: true, MaxLength: 60},
		{Kind: ui.KindCheckbox, Name: "working_days", Label: i18n.T(ctx, "notice.working_days"), Hint: i18n.T(ctx, "notice.working_days.hint"), Checked: v.p.WorkingDays},
		{Kind: ui.KindCheckbox, Name: "quiet", Label: i18n.T(ctx, "notice.quiet"), Hint: i18n.T(ctx, "notice.quiet.hint"), Checked: v.p.Quiet},
		{Name: "quiet_from", Label: i18n.T(ctx, "notice.quiet_from"), Value: v.p.QuietFrom, Error: v.errs["quiet_from"], MaxLength: 5},
		{Name: "quiet_to", Label: i18n.T(ctx, "notice.quiet_to"), Value: v.p.QuietTo, Error: v.errs["quiet_to"], MaxLength: 5},
	}
}

func (v choicePage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.p.Version, 10)}}
}

func (v choicePage) errors() []ui.FieldError { return web.FieldErrors(v.errs) }

// formNumber reads a whole number of the form; what is none is one no record
// has, and so a conflict.
func formNumber(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.PostFormValue(name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
