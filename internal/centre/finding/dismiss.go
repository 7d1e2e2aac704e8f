// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// The two ways to dismiss, as form values.
const (
	asFalsePositive = "false_positive"
	asSettled       = "settled"
)

// typed is what the dismissal form holds.
type typed struct {
	Dismissal
	as   string
	errs map[string]string
}

func readDismissal(r *http.Request) typed {
	t := typed{as: r.PostFormValue("as")}
	t.Reason, t.FalsePositive, t.Names = r.PostFormValue("reason"), t.as == asFalsePositive, formNumber(r, "names")
	if t.as != asFalsePositive && t.as != asSettled {
		t.errs = map[string]string{"as": i18n.T(r.Context(), "finding.err.as")}
	}
	return t
}

// askDismiss handles GET /findings/{id}/dismiss.
func (p *Pages) askDismiss(w http.ResponseWriter, r *http.Request) error {
	return p.renderDismiss(w, r, http.StatusOK, typed{})
}

// dismiss handles POST /findings/{id}/dismiss. Form: as, reason, names, version.
func (p *Pages) dismiss(w http.ResponseWriter, r *http.Request) error {
	ctx, t := r.Context(), readDismissal(r)
	if t.errs != nil {
		return p.renderDismiss(w, r, http.StatusUnprocessableEntity, t)
	}
	f, err := p.Service.Dismiss(ctx, ID(r.PathValue("id")), t.Dismissal, formNumber(r, "version"))
	if fault.Is(err, fault.Invalid) {
		t.errs = web.Errors(ctx, err)
		return p.renderDismiss(w, r, http.StatusUnprocessableEntity, t)
	}
	if err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "finding.done.dismissed"))
	return web.Redirect(w, r, href(f.ID))
}

func (p *Pages) renderDismiss(w http.ResponseWriter, r *http.Request, status int, t typed) error {
	ctx := r.Context()
	f, err := p.Service.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if !f.State.Open() {
		return wrongState("finding.dismiss")
	}
	names, total, err := p.Service.Names(ctx, []Seen{f}, 10)
	if err != nil {
		return err
	}
	c := t.confirm(ctx)
	c.Title = i18n.T(ctx, "finding.dismiss.one")
	c.Effect = i18n.T(ctx, "finding.dismiss.effect", f.Threat, clientName(ctx, f.Addr), i18n.Number(ctx, f.Names))
	for _, n := range names {
		c.Points = append(c.Points, ui.Defang(n.Name))
	}
	if more := total - int64(len(names)); more > 0 {
		c.Points = append(c.Points, i18n.T(ctx, "finding.more_names", i18n.Number(ctx, more)))
	}
	c.Action, c.Cancel.Href, c.Submit.Label = href(f.ID)+"/dismiss", href(f.ID), c.Title
	c.Record = ui.Record{Kind: "finding", ID: string(f.ID)}
	c.Hidden = []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.Version, 10)}, {Name: "names", Value: strconv.FormatInt(f.Names, 10)}}
	return p.Site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// confirm is what both dismissal forms share.
func (t typed) confirm(ctx context.Context) ui.ConfirmProps {
	way := ui.FieldProps{Kind: ui.KindRadio, Name: "as", Label: i18n.T(ctx, "finding.dismiss.as"), Value: t.as, Required: true, Error: t.errs["as"]}
	for _, v := range []string{asFalsePositive, asSettled} {
		way.Options = append(way.Options, ui.Option{Value: v, Label: i18n.T(ctx, "finding.as."+v), Hint: i18n.T(ctx, "finding.as.hint."+v)})
	}
	c := ui.ConfirmProps{Danger: true, Cancel: ui.Link{Label: i18n.T(ctx, "web.back")}, Fields: []ui.FieldProps{way,
		{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "finding.reason"), Hint: i18n.T(ctx, "finding.reason.hint"),
			Value: t.Reason, Required: true, Error: t.errs["reason"], MaxLength: MaxReason}}}
	for _, field := range []string{"as", "reason"} {
		if text := t.errs[field]; text != "" {
			c.Errors = append(c.Errors, ui.FieldError{Field: field, Text: text})
		}
	}
	return c
}

// bulk handles POST /findings/bulk. Form: do (acknowledge, dismiss), id once a
// chosen row; dismiss first asks for way and reason (sure is then set).
func (p *Pages) bulk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "finding.bulk", Err: err}
	}
	var list []Choice
	for _, id := range r.PostForm["id"] {
		list = append(list, ParseChoice(id))
	}
	if len(list) == 0 {
		p.Site.Flash(ctx, ui.Warn, i18n.T(ctx, "finding.err.none_chosen"))
		return web.Redirect(w, r, "/findings")
	}
	var done Bulk
	var err error
	switch r.PostForm.Get("do") {
	case "acknowledge":
		done, err = p.Service.AcknowledgeAll(ctx, list)
	case "dismiss":
		t := readDismissal(r)
		if r.PostForm.Get("sure") == "" {
			return p.renderBulk(w, r, http.StatusOK, typed{}, list)
		}
		if t.errs == nil {
			done, err = p.Service.DismissAll(ctx, list, t.Dismissal)
			t.errs = web.Errors(ctx, err)
		}
		if t.errs != nil {
			return p.renderBulk(w, r, http.StatusUnprocessableEntity, t, list)
		}
	default:
		return &fault.Error{Kind: fault.Invalid, Op: "finding.bulk"}
	}
	if err != nil {
		return err
	}
	p.tell(ctx, r.PostForm.Get("do"), done)
	return web.Redirect(w, r, "/findings")
}

func (p *Pages) tell(ctx context.Context, what string, done Bulk) {
	n := i18n.Number(ctx, int64(done.Done))
	if done.Skipped == 0 {
		p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "finding.done.bulk."+what, n))
		return
	}
	p.Site.Flash(ctx, ui.Warn, i18n.T(ctx, "finding.done.bulk."+what, n)+" "+
		i18n.T(ctx, "finding.done.skipped", i18n.Number(ctx, int64(done.Skipped))))
}

func (p *Pages) renderBulk(w http.ResponseWriter, r *http.Request, status int, t typed, list []Choice) error {
	ctx := r.Context()
	c := t.confirm(ctx)
	n := i18n.Number(ctx, int64(len(list)))
	c.Title, c.Effect = i18n.T(ctx, "finding.dismiss.many", n), i18n.T(ctx, "finding.dismiss.many.effect", n)
	c.Action, c.Cancel.Href, c.Submit.Label = "/findings/bulk", "/findings", c.Title
	c.Hidden = []ui.Hidden{{Name: "do", Value: "dismiss"}, {Name: "sure", Value: "1"}}
	for _, choice := range list {
		c.Hidden = append(c.Hidden, ui.Hidden{Name: "id", Value: choice.String()})
	}
	return p.Site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}
