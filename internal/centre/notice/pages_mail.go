// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// mailPage is /settings/mail.
type mailPage struct {
	conf        notify.Settings
	port        string // as typed
	hasPassword bool
	version     int64
	to          string // of the test
	months      string
	keepVersion int64
	errs        map[string]string
	health      notify.Health
}

// mail handles GET /settings/mail.
func (p *Pages) mail(w http.ResponseWriter, r *http.Request) error {
	v, err := p.mailPage(r.Context())
	if err != nil {
		return err
	}
	return p.renderMail(w, r, http.StatusOK, v)
}

func (p *Pages) mailPage(ctx context.Context) (v mailPage, err error) {
	if v.conf, v.hasPassword, v.version, err = p.Service.Mail(ctx); err != nil {
		return v, err
	}
	if v.conf.Port > 0 {
		v.port = strconv.Itoa(v.conf.Port)
	}
	if v.conf.Security == "" {
		v.conf.Security, v.port = notify.StartTLS, "587"
	}
	keep, version, err := p.Service.Kept(ctx)
	v.months, v.keepVersion = strconv.Itoa(keep.Months), version
	return v, err
}

func (p *Pages) renderMail(w http.ResponseWriter, r *http.Request, status int, v mailPage) error {
	var err error
	if v.health, err = p.Service.Health(r.Context()); err != nil {
		return err
	}
	return p.Site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "notice.mail"), Body: mailView(v)})
}

// setMail handles POST /settings/mail. Form: way, host, port, security, user,
// password, ca, from, from_name, version.
func (p *Pages) setMail(w http.ResponseWriter, r *http.Request) error {
	ctx, form := r.Context(), r.PostFormValue
	port, _ := strconv.Atoi(form("port")) // what is no number is no port: Check says so
	conf := notify.Settings{Way: notify.Way(form("way")), Host: form("host"), Port: port, Security: notify.Security(form("security")),
		User: form("user"), CA: form("ca"), From: form("from"), FromName: form("from_name")}
	err := p.Service.SetMail(ctx, conf, form("password"), formNumber(r, "version"))
	if fault.Is(err, fault.Invalid) {
		v, perr := p.mailPage(ctx)
		if perr != nil {
			return perr
		}
		v.conf, v.port, v.version, v.errs = conf, form("port"), formNumber(r, "version"), web.Errors(ctx, err)
		return p.renderMail(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "notice.done.mail"))
	return web.Redirect(w, r, "/settings/mail")
}

// tryMail handles POST /settings/mail/test. Form: to.
func (p *Pages) tryMail(w http.ResponseWriter, r *http.Request) error {
	ctx, to := r.Context(), r.PostFormValue("to")
	answer, err := p.Service.TryMail(ctx, to)
	if fault.Is(err, fault.Invalid) {
		v, perr := p.mailPage(ctx)
		if perr != nil {
			return perr
		}
		v.to, v.errs = to, web.Errors(ctx, err)
		return p.renderMail(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if answer != "" {
		p.Site.Flash(ctx, ui.Bad, i18n.T(ctx, "notice.try.refused", answer))
	} else {
		p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "notice.try.taken", to))
	}
	return web.Redirect(w, r, "/settings/mail")
}

// setKept handles POST /settings/mail/keep. Form: months, version.
func (p *Pages) setKept(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	months, _ := strconv.Atoi(r.PostFormValue("months")) // what is no number is refused as zero
	err := p.Service.SetKept(ctx, Keep{Months: months}, formNumber(r, "version"))
	if fault.Is(err, fault.Invalid) {
		v, perr := p.mailPage(ctx)
		if perr != nil {
			return perr
		}
		v.months, v.errs = r.PostFormValue("months"), web.Errors(ctx, err)
		return p.renderMail(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "notice.done.keep"))
	return web.Redirect(w, r, "/settings/mail")
}

func (v mailPage) fields(ctx context.Context) []ui.FieldProps {
	option := func(prefix, value string) ui.Option {
		return ui.Option{Value: value, Label: i18n.T(ctx, prefix+value)}
	}
	way := []ui.Option{{Value: "", Label: i18n.T(ctx, "notice.way.off")}, option("notice.way.", string(notify.SMTP)), option("notice.way.", string(notify.File))}
	security := []ui.Option{option("notice.security.", string(notify.StartTLS)), option("notice.security.", string(notify.Implicit)),
		option("notice.security.", string(notify.Plain))}
	hint := i18n.T(ctx, "notice.password.none")
	if v.hasPassword {
		hint = i18n.T(ctx, "notice.password.kept")
	}
	text := func(name, value string, length int) ui.FieldProps {
		return ui.FieldProps{Name: name, Label: i18n.T(ctx, "notice.mail."+name), Hint: i18n.T(ctx, "notice.mail."+name+".hint"), Value: value,
			Error: v.errs[name], MaxLength: length}
	}
	user := text("user", v.conf.User, 200)
	user.Autocomplete = "off"
	ca := text("ca", v.conf.CA, 64<<10)
	ca.Kind, ca.Mono = ui.KindTextarea, true
	port := text("port", v.port, 5)
	port.InputMode = "numeric"
	return []ui.FieldProps{
		{Kind: ui.KindSelect, Name: "way", Label: i18n.T(ctx, "notice.way"), Value: string(v.conf.Way), Options: way, Error: v.errs["way"]},
		text("from", v.conf.From, 254), text("from_name", v.conf.FromName, 100), text("host", v.conf.Host, 253), port,
		{Kind: ui.KindSelect, Name: "security", Label: i18n.T(ctx, "notice.security"), Value: string(v.conf.Security), Options: security, Error: v.errs["security"]},
		user,
		{Kind: ui.KindPassword, Name: "password", Label: i18n.T(ctx, "notice.password"), Hint: hint, Error: v.errs["password"], Autocomplete: "new-password", MaxLength: 500},
		ca,
	}
}

// of is the summary of the errors of some fields: the page has three forms.
func (v mailPage) of(fields ...string) []ui.FieldError {
	all := web.FieldErrors(v.errs)
	return slices.DeleteFunc(all, func(e ui.FieldError) bool { return !slices.Contains(fields, e.Field) })
}

func (v mailPage) serverErrors() []ui.FieldError {
	return slices.DeleteFunc(web.FieldErrors(v.errs), func(e ui.FieldError) bool { return e.Field == "to" || e.Field == "months" })
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
