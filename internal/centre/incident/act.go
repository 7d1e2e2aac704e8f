// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/http"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type severityPage struct {
	p        *Pages
	f        File
	s        Suggestion
	severity string // as chosen
	reason   string // as typed
	errs     map[string]string
}

// severity handles GET /incidents/{id}/severity: the suggestion with its
// reasons, and the decision.
func (p *Pages) severity(w http.ResponseWriter, r *http.Request) error {
	return p.renderSeverity(w, r, http.StatusOK, severityPage{})
}

func (p *Pages) renderSeverity(w http.ResponseWriter, r *http.Request, status int, v severityPage) error {
	ctx := r.Context()
	var err error
	v.p = p
	if v.f, err = p.svc.File(ctx, idOf(r)); err != nil {
		return err
	}
	v.s = p.svc.Suggest(v.f)
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "incident.severity.title", v.f.Code), Body: severityView(v)})
}

// decide handles POST /incidents/{id}/severity. Form: severity, reason, version.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), idOf(r)
	v := severityPage{severity: r.PostFormValue("severity"), reason: r.PostFormValue("reason")}
	i, err := p.svc.Decide(ctx, id, v.severity, v.reason, formVersion(r))
	if fault.Is(err, fault.Invalid) {
		v.errs = web.Errors(ctx, err)
		return p.renderSeverity(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	word := codeLabel(ctx, p.svc.Pack(i), rulepack.SeverityList, i.Severity.Value)
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "incident.done.severity", word))
	return web.Redirect(w, r, href(id))
}

// choice offers the pack's severities, none chosen beforehand: the suggestion
// must not decide by itself.
func (v severityPage) choice(ctx context.Context) ui.FieldProps {
	return ui.FieldProps{Kind: ui.KindRadio, Name: "severity", Label: i18n.T(ctx, "incident.severity"), Required: true,
		Value: v.severity, Was: v.f.Severity.Value, Error: v.errs["severity"], Options: codeOptions(ctx, v.p.svc.Pack(v.f.Incident), rulepack.SeverityList)}
}

func (v severityPage) why(ctx context.Context) ui.FieldProps {
	return ui.FieldProps{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "incident.severity.reason"), Required: true,
		Hint: i18n.T(ctx, "incident.severity.reason.hint"), Value: v.reason, Was: v.f.Severity.Reason, Error: v.errs["reason"], MaxLength: maxReason}
}

// closing handles GET /incidents/{id}/close.
func (p *Pages) closing(w http.ResponseWriter, r *http.Request) error {
	return p.renderClose(w, r, http.StatusOK, Closing{}, nil)
}

// close handles POST /incidents/{id}/close. Form: cause, reason, version.
func (p *Pages) close(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), idOf(r)
	c := Closing{Cause: r.PostFormValue("cause"), Reason: r.PostFormValue("reason")}
	_, err := p.svc.Close(ctx, id, c, formVersion(r))
	if fault.Is(err, fault.Invalid) {
		return p.renderClose(w, r, http.StatusUnprocessableEntity, c, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "incident.done.closed"))
	return web.Redirect(w, r, href(id))
}

func (p *Pages) renderClose(w http.ResponseWriter, r *http.Request, status int, c Closing, errs map[string]string) error {
	ctx := r.Context()
	f, err := p.svc.File(ctx, idOf(r))
	if err != nil {
		return err
	}
	props := ui.ConfirmProps{Record: ui.Record{Kind: "incident", ID: string(f.ID)}, Title: i18n.T(ctx, "incident.close.title", f.Code), Effect: i18n.T(ctx, "incident.close.effect"),
		Action: href(f.ID) + "/close", Hidden: versionField(f.Version), Errors: web.FieldErrors(errs),
		Submit: ui.Submit{Label: i18n.T(ctx, "incident.close")}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(f.ID)},
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "cause", Label: i18n.T(ctx, "incident.cause"),
			Hint: i18n.T(ctx, "incident.cause.hint"), Required: true, Value: c.Cause, Error: errs["cause"], MaxLength: maxText}}}
	if errs[""] != "" {
		props.Points = append(props.Points, errs[""])
	}
	owed := false
	for _, o := range f.Obligations {
		if o.State == obligation.Open {
			owed = true
			props.Points = append(props.Points, i18n.T(ctx, "incident.close.owed", o.Title.In(i18n.Lang(ctx)), i18n.Time(ctx, o.DueAt)))
		}
	}
	for _, d := range p.svc.ByClosing(f, p.svc.now()) {
		props.Points = append(props.Points, i18n.T(ctx, "incident.close.starts", d.Title.In(i18n.Lang(ctx)), i18n.Time(ctx, d.Explanation.Due)))
	}
	if owed {
		props.Fields = append(props.Fields, ui.FieldProps{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "incident.close.reason"),
			Required: true, Value: c.Reason, Error: errs["reason"], MaxLength: maxReason})
	}
	return p.site.Render(w, r, status, web.View{Title: props.Title, Body: ui.Confirm(props)})
}
