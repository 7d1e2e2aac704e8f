// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Units is what the pages ask of the unit room. Both methods answer within the
// actor's scope and are safe for concurrent use.
type Units interface {
	// Names maps unit ids to short names; ids out of scope are absent.
	Names(ctx context.Context, ids []string) (map[string]string, error)
	// Options lists the units in scope by name: value is the id.
	Options(ctx context.Context) ([]ui.Option, error)
}

// Pages are the screens of the room.
type Pages struct {
	site  *web.Site
	svc   *Service
	units Units
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, units Units) *Pages { return &Pages{site, svc, units} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /incidents/{id}/notices/new", Need: mayWriteCase, Handle: p.choose},
		{Pattern: "POST /incidents/{id}/notices/new", Need: mayWriteCase, Handle: p.open},
		{Pattern: "GET /papers", Need: mayRead, Handle: p.list},
		{Pattern: "GET /papers.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /papers.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET /papers/new", Need: mayRead, Handle: p.newPaper},
		{Pattern: "POST /papers/new", Need: mayWrite, Handle: p.begin},
		{Pattern: "GET /papers/blank", Need: mayRead, Handle: p.blankForm},
		{Pattern: "GET /papers/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /papers/{id}/tables/{key}", Need: mayRead, Handle: p.table},
		{Pattern: "POST /papers/{id}/tables/{key}", Need: mayRead, Handle: p.saveTable},
		{Pattern: "GET /papers/{id}/tables/{key}/template.xlsx", Need: mayRead, Handle: p.template},
		{Pattern: "POST /papers/{id}/tables/{key}/file", Need: mayRead, Body: MaxList + 1<<20, Handle: p.upload},
		{Pattern: "GET /papers/{id}/tables/{key}/import", Need: mayRead, Handle: p.importPlan},
		{Pattern: "POST /papers/{id}/tables/{key}/import", Need: mayRead, Handle: p.importFill},
		{Pattern: "POST /papers/{id}", Need: mayRead, Handle: p.save},
		{Pattern: "POST /papers/{id}/law", Need: mayRead, Handle: p.takeLaw},
		{Pattern: "POST /papers/{id}/claims", Need: mayRead, Handle: p.acknowledge},
		{Pattern: "POST /papers/{id}/print", Need: mayRead, Handle: p.print},
		{Pattern: "GET /papers/{id}/print/{file}", Need: mayRead, Handle: p.download},
		{Pattern: "POST /papers/{id}/enter", Need: mayRead, Handle: p.enter},
		{Pattern: "POST /papers/{id}/sent", Need: mayRead, Body: MaxEvidence + 1<<20, Handle: p.sent},
		{Pattern: "GET /papers/{id}/sent/{sending}", Need: mayRead, Handle: p.evidence},
		{Pattern: "GET /papers/{id}/withdraw", Need: mayRead, Handle: p.askWithdraw},
		{Pattern: "POST /papers/{id}/withdraw", Need: mayRead, Handle: p.withdraw},
		{Pattern: "POST /papers/{id}/follow", Need: mayRead, Handle: p.follow},
	}
}

func href(id ID) string { return "/papers/" + string(id) }

func directiveHref(id string) string { return "/directives/" + id }

func caseHref(id string) string { return "/incidents/" + id }

type choosePage struct {
	Case    incident.Incident
	Choices []Choice
	Form    string
	Error   string
}

// choose handles GET /incidents/{id}/notices/new. Query: form.
func (p *Pages) choose(w http.ResponseWriter, r *http.Request) error {
	return p.renderChoose(w, r, http.StatusOK, r.URL.Query().Get("form"), "")
}

func (p *Pages) renderChoose(w http.ResponseWriter, r *http.Request, status int, form, problem string) error {
	ctx := r.Context()
	i, list, err := p.svc.Choices(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(c Choice) bool { return c.Form.ID == form }) && len(list) > 0 {
		form = list[0].Form.ID
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "report.new.title"),
		Body: chooseView(choosePage{Case: i, Choices: list, Form: form, Error: problem})})
}

// open handles POST /incidents/{id}/notices/new. Form: form.
func (p *Pages) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := p.svc.Open(ctx, r.PathValue("id"), r.PostFormValue("form"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderChoose(w, r, http.StatusUnprocessableEntity, "", errs["form"])
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, href(n.ID))
}

type paperPage struct {
	svc     *Service
	f       File
	unit    string
	history []audit.Row
	now     time.Time
	typed   Edit              // what was typed when it could not be taken
	errs    map[string]string // why
	sending sendingForm
	laid    laid
	note    string // typed about contradictions
	noteErr string
}

// sendingForm is what was typed about a sending.
type sendingForm struct {
	At, Channel, Receipt, Number, Date string
	Meets                              []string
	Errs                               map[string]string
}

// show handles GET /papers/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, r, http.StatusOK, func(*paperPage) {})
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, with func(*paperPage)) error {
	ctx := r.Context()
	v := paperPage{svc: p.svc, now: cut(p.svc.now())}
	var err error
	if v.f, err = p.svc.Get(ctx, ID(r.PathValue("id"))); errors.Is(err, errFormGone) {
		return p.gone(w, r, ID(r.PathValue("id")))
	} else if err != nil {
		return err
	}
	names, err := p.units.Names(ctx, []string{v.f.UnitID})
	if err != nil {
		return err
	}
	v.unit = names[v.f.UnitID]
	if v.history, err = audit.Of(ctx, p.svc.records, "paper", string(v.f.ID), 100); err != nil {
		return err
	}
	if v.laid, err = p.svc.layoutsOf(ctx, v.f); err != nil {
		return err
	}
	v.sending = sendingForm{At: local(v.now, localTime), Number: v.f.Frame.Number}
	for _, o := range v.f.Owed() {
		if v.f.due(o) {
			v.sending.Meets = append(v.sending.Meets, string(o.ID))
		}
	}
	if c := v.f.Values["channel"].Codes; len(c) > 0 {
		v.sending.Channel = c[0]
	}
	if e := v.f.Entry; e != nil && !e.SentAt.IsZero() {
		v.sending.At, v.sending.Channel, v.sending.Receipt = local(e.SentAt, localTime), e.Channel, e.Receipt
	}
	with(&v)
	return p.site.Render(w, r, status, web.View{Title: v.title(ctx), Body: paperView(v)})
}

// save handles POST /papers/{id}. Form: the frame, v.<key>, n.<key>.<code>,
// w.<key>, version; restore=<key> lets a field follow the case again;
// then=print prints what was saved, then=table.<key> goes on to that table.
func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	f, err := p.svc.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	e, bad := readEdit(r, f)
	if len(bad) > 0 {
		err = &fault.Error{Kind: fault.Invalid, Op: "report.save", Fields: bad}
	}
	var n Paper
	if err == nil {
		n, err = p.svc.Save(ctx, id, e, formVersion(r))
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, func(v *paperPage) { v.typed, v.errs = e, errs })
	}
	if err != nil {
		return err
	}
	switch then, key, _ := strings.Cut(r.PostFormValue("then"), "."); then {
	case "print":
		return p.printed(w, r, id, n.Version)
	case "table":
		return web.Redirect(w, r, tableHref(id, key))
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.done.saved"))
	return web.Redirect(w, r, href(id))
}

// takeLaw handles POST /papers/{id}/law. Form: version.
func (p *Pages) takeLaw(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if _, err := p.svc.TakeLaw(ctx, id, formVersion(r)); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.done.law"))
	return web.Redirect(w, r, href(id))
}

// acknowledge handles POST /papers/{id}/claims. Form: note, version.
func (p *Pages) acknowledge(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	note := r.PostFormValue("note")
	_, err := p.svc.Acknowledge(ctx, id, note, formVersion(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, func(v *paperPage) { v.note, v.noteErr = note, errs["note"] })
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.done.claims"))
	return web.Redirect(w, r, href(id))
}

// print handles POST /papers/{id}/print. Form: version.
func (p *Pages) print(w http.ResponseWriter, r *http.Request) error {
	return p.printed(w, r, ID(r.PathValue("id")), formVersion(r))
}

func (p *Pages) printed(w http.ResponseWriter, r *http.Request, id ID, version int64) error {
	ctx := r.Context()
	_, made, err := p.svc.Print(ctx, id, version)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, func(v *paperPage) { v.errs = errs })
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.done.printed", made.Seq))
	return web.Redirect(w, r, href(id))
}

// enter handles POST /papers/{id}/enter. Form: version.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if _, err := p.svc.Enter(ctx, id, formVersion(r)); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.done.entered"))
	return web.Redirect(w, r, href(id))
}

// sent handles POST /papers/{id}/sent. Form: sent_at, channel, receipt, file,
// number, date, meets (several), version.
func (p *Pages) sent(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	typed := sendingForm{At: r.PostFormValue("sent_at"), Channel: r.PostFormValue("channel"), Receipt: r.PostFormValue("receipt"),
		Number: r.PostFormValue("number"), Date: r.PostFormValue("date")}
	typed.Meets = r.PostForm["meets"] // after the form was read
	d := Dispatch{Channel: typed.Channel, Receipt: typed.Receipt, Number: typed.Number}
	for _, m := range typed.Meets {
		d.Meets = append(d.Meets, obligation.ID(m))
	}
	var err error
	if typed.Date != "" {
		if d.Date, err = calendar.ParseDate(typed.Date); err != nil {
			err = fault.Bad("report.sent", "date", "report.err.date")
		}
	}
	// A time that does not read is the zero time, which Send refuses by field.
	if at, bad := time.ParseInLocation(localTime, typed.At, i18n.Hanoi); bad == nil {
		d.At = at
	}
	file, head, missing := r.FormFile("file")
	switch {
	case errors.Is(missing, http.ErrMissingFile) || errors.Is(missing, http.ErrNotMultipart):
	case missing != nil:
		return missing
	default:
		d.File, d.Name = file, head.Filename
		defer file.Close()
	}
	if r.MultipartForm != nil {
		if bad := web.RefuseNUL(r.MultipartForm.Value); bad != nil {
			return bad
		}
	}
	var n Paper
	if err == nil {
		n, err = p.svc.Send(ctx, id, d, formVersion(r))
	}
	if errs := web.Errors(ctx, err); errs != nil {
		typed.Errs = errs
		return p.render(w, r, http.StatusUnprocessableEntity, func(v *paperPage) { v.sending = typed })
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.done.sent", p.svc.Label(n)))
	return web.Redirect(w, r, href(id))
}

func (p *Pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.renderWithdraw(w, r, http.StatusOK, "", nil)
}

// withdraw handles POST /papers/{id}/withdraw. Form: reason, version.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx, id, reason := r.Context(), ID(r.PathValue("id")), r.PostFormValue("reason")
	_, err := p.svc.Withdraw(ctx, id, reason, formVersion(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderWithdraw(w, r, http.StatusUnprocessableEntity, reason, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.done.withdrawn"))
	return web.Redirect(w, r, href(id))
}

func (p *Pages) renderWithdraw(w http.ResponseWriter, r *http.Request, status int, reason string, errs map[string]string) error {
	ctx := r.Context()
	f, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if !f.MaySend {
		return &fault.Error{Kind: fault.Forbidden, Op: "report.askWithdraw"}
	}
	title := i18n.T(ctx, "report.withdraw")
	props := ui.ConfirmProps{Record: ui.Record{Kind: "paper", ID: string(f.ID)}, Title: title, Effect: i18n.T(ctx, "report.withdraw.effect", p.svc.Label(f.Paper)), Danger: true,
		Action: href(f.ID) + "/withdraw", Submit: ui.Submit{Label: title}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(f.ID)},
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.Version, 10)}},
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "report.reason"), Required: true, Value: reason,
			Error: errs["reason"], MaxLength: maxLine}}}
	if errs["reason"] != "" {
		props.Errors = []ui.FieldError{{Field: "reason", Text: errs["reason"]}}
	}
	return p.site.Render(w, r, status, web.View{Title: title, Body: ui.Confirm(props)})
}

// follow handles POST /papers/{id}/follow. Form: relation=replace|correct.
func (p *Pages) follow(w http.ResponseWriter, r *http.Request) error {
	n, err := p.svc.Follow(r.Context(), ID(r.PathValue("id")), Relation(r.PostFormValue("relation")))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, href(n.ID))
}

func formVersion(r *http.Request) int64 {
	v, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return v
}

// Of is the part of a case's page that lists its papers, for the incident
// room's hook. The actor's scope is asked again.
func (p *Pages) Of(ctx context.Context, caseID string) (templ.Component, error) {
	list, err := p.svc.Of(ctx, caseID)
	if err != nil {
		return nil, err
	}
	return ofView(ofPage{svc: p.svc, caseID: caseID, papers: list}), nil
}
