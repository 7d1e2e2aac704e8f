// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type taskPage struct {
	typed  url.Values
	errs   map[string]string
	units  []ui.Option // units and groups
	counts bool        // terms can be counted in days
	papers bool        // there is a register of papers to search
	found  *foundPapers
}

// askTask handles GET /obligations/new.
func (p *Pages) askTask(w http.ResponseWriter, r *http.Request) error {
	return p.renderTask(w, r, http.StatusOK, r.URL.Query(), nil, nil)
}

func (p *Pages) renderTask(w http.ResponseWriter, r *http.Request, status int, typed url.Values, errs map[string]string, found *foundPapers) error {
	ctx := r.Context()
	v := taskPage{typed: typed, errs: errs, counts: p.svc.days != nil, papers: p.svc.papers != nil, found: found}
	if id := typed.Get("document"); found == nil && id != "" && v.papers { // picked before, or come with a link
		paper, err := p.svc.papers.Paper(ctx, id)
		switch {
		case err == nil:
			v.found = &foundPapers{list: []Paper{paper}, total: 1}
		case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden):
			return err
		}
	}
	if p.near.Groups != nil {
		groups, err := p.near.Groups(ctx)
		if err != nil {
			return err
		}
		for _, g := range groups {
			g.Group = i18n.T(ctx, "obligation.target.groups")
			v.units = append(v.units, g)
		}
	}
	units, err := p.units.Options(ctx)
	if err != nil {
		return err
	}
	for _, u := range units {
		u.Group = i18n.T(ctx, "obligation.target.units")
		v.units = append(v.units, u)
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "obligation.new"), Body: taskView(v)})
}

// giveTask handles POST /obligations/new. Form: title, unit (a unit's id or a
// target), addressee, basis, document, clause, form, urgency, last (YYYY-MM-DD)
// or amount and amount_unit; do=find searches the register by basis and gives
// nothing.
func (p *Pages) giveTask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "obligation.Give", Err: err}
	}
	if r.PostForm.Get("do") == doFind {
		found, err := p.findPapers(ctx, r.PostForm.Get("basis"))
		if err != nil {
			return err
		}
		return p.renderTask(w, r, http.StatusOK, r.PostForm, nil, found)
	}
	t, err := p.readTask(ctx, r.PostForm)
	var list []Obligation
	if err == nil {
		list, err = p.svc.Give(ctx, t)
	}
	if fault.Is(err, fault.Invalid) {
		errs := web.Errors(ctx, err)
		if text, ok := errs["units"]; ok {
			delete(errs, "units")
			errs["unit"] = text
		}
		return p.renderTask(w, r, http.StatusUnprocessableEntity, r.PostForm, errs, nil)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done.given", i18n.Number(ctx, int64(len(list)))))
	if len(list) == 1 {
		return web.Redirect(w, r, href(list[0].ID))
	}
	return web.Redirect(w, r, "/obligations?subject="+url.QueryEscape(list[0].Subject.ID))
}

func (p *Pages) readTask(ctx context.Context, form url.Values) (Task, error) {
	const op = "obligation.Give"
	t := Task{Title: form.Get("title"), Addressee: form.Get("addressee"), Basis: form.Get("basis"), BasisDoc: form.Get("document"), Clause: form.Get("clause"), FormID: form.Get("form")}
	if t.BasisDoc != "" { // the words of the search give way to those of the paper
		t.Basis = ""
	}
	t.Urgency, _ = ParseUrgency(form.Get("urgency"))
	if day := strings.TrimSpace(form.Get("last")); day != "" {
		last, err := calendar.ParseDate(day)
		if err != nil {
			return t, fault.Bad(op, "last", "obligation.err.last")
		}
		t.Last = last
	} else if n, err := strconv.Atoi(strings.TrimSpace(form.Get("amount"))); err == nil {
		t.Amount = calendar.Amount{N: n, Unit: calendar.Unit(form.Get("amount_unit"))}
	}
	target := form.Get("unit")
	if !strings.HasPrefix(target, "group:") {
		t.Units = []string{target}
		return t, nil
	}
	if p.near.Members == nil {
		return t, fault.Bad(op, "units", "obligation.err.units")
	}
	units, err := p.near.Members(ctx, target)
	if fault.Is(err, fault.NotFound) {
		err = fault.Bad(op, "units", "obligation.err.units")
	}
	t.Units = units
	return t, err
}

var amountUnits = []calendar.Unit{calendar.Day, calendar.WorkingDay, calendar.Hour}

func (v taskPage) fields(ctx context.Context) []ui.FieldProps {
	f := func(name string, more ui.FieldProps) ui.FieldProps {
		more.Name, more.Value, more.Error = name, v.typed.Get(name), v.errs[name]
		if more.Label == "" {
			more.Label = i18n.T(ctx, "obligation."+name)
		}
		return more
	}
	urgency := ui.FieldProps{Kind: ui.KindSelect}
	for i := len(Urgencies()) - 1; i >= 0; i-- {
		key := Urgencies()[i].Key()
		urgency.Options = append(urgency.Options, ui.Option{Value: key, Label: i18n.T(ctx, "obligation.urgency."+key)})
	}
	out := []ui.FieldProps{
		f("title", ui.FieldProps{Label: i18n.T(ctx, "obligation.what"), Required: true, MaxLength: maxText}),
		f("unit", ui.FieldProps{Kind: ui.KindSelect, Label: i18n.T(ctx, "obligation.target"), Required: true, Options: v.units, Blank: i18n.T(ctx, "obligation.target.choose")}),
		f("addressee", ui.FieldProps{Required: true, MaxLength: maxText}),
		f("basis", ui.FieldProps{Required: v.found == nil, MaxLength: maxText, Hint: v.basisHint(ctx)}),
	}
	out = append(append(out, v.found.fields(ctx, v.typed.Get("document"))...),
		f("clause", ui.FieldProps{MaxLength: 200, Hint: i18n.T(ctx, "obligation.clause.hint")}),
		f("urgency", urgency),
		f("last", ui.FieldProps{Kind: ui.KindDate, Hint: i18n.T(ctx, "obligation.last.hint")}))
	if v.counts {
		unit := ui.FieldProps{Kind: ui.KindSelect}
		for _, u := range amountUnits {
			unit.Options = append(unit.Options, ui.Option{Value: string(u), Label: i18n.T(ctx, "obligation.amount_unit."+string(u))})
		}
		out = append(out, f("amount", ui.FieldProps{Kind: ui.KindNumber, Min: "1", Max: "3660", InputMode: "numeric", Hint: i18n.T(ctx, "obligation.amount.hint")}), f("amount_unit", unit))
	}
	return append(out, f("form", ui.FieldProps{MaxLength: 40}))
}

func (v taskPage) basisHint(ctx context.Context) string {
	hint := i18n.T(ctx, "obligation.basis.hint")
	if v.papers {
		hint += " " + i18n.T(ctx, "obligation.find.hint")
	}
	return hint
}

// prove handles POST /obligations/{id}/prove. Form: kind, proof, document, note;
// do=find searches the register by proof and changes nothing.
func (p *Pages) prove(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if r.PostFormValue("do") == doFind {
		found, err := p.findPapers(ctx, r.PostFormValue("proof"))
		if err != nil {
			return err
		}
		return p.render(w, r, http.StatusOK, typedRecord{proof: r.PostForm, found: found}, nil)
	}
	_, err := p.svc.Prove(ctx, id, Evidence{Kind: EvidenceKind(r.PostFormValue("kind")), Ref: r.PostFormValue("proof"), Document: r.PostFormValue("document"),
		Note: r.PostFormValue("note")})
	if fault.Is(err, fault.Invalid) {
		errs := web.Errors(ctx, err)
		if text, ok := errs["ref"]; ok {
			delete(errs, "ref")
			errs["proof"] = text
		}
		return p.render(w, r, http.StatusUnprocessableEntity, typedRecord{proof: r.PostForm}, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done.proved"))
	return web.Redirect(w, r, href(id)+"#evidence")
}

// assign handles POST /obligations/{id}/assign. Form: person, note, version.
func (p *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	_, err := p.assignTo(ctx, id, r.PostFormValue("person"), r.PostFormValue("note"), formVersion(r))
	if fault.Is(err, fault.Invalid) {
		return p.render(w, r, http.StatusUnprocessableEntity, typedRecord{assign: r.PostForm}, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done.assigned"))
	return web.Redirect(w, r, href(id))
}

// remindNow handles POST /obligations/{id}/remind.
func (p *Pages) remindNow(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if err := p.svc.RemindNow(ctx, id); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done.reminded"))
	return web.Redirect(w, r, href(id)+"#reminders")
}

// answerClaim handles POST /obligations/{id}/claim. Form: do (grant, refuse),
// reason, version.
func (p *Pages) answerClaim(w http.ResponseWriter, r *http.Request) error {
	ctx, id, reason := r.Context(), ID(r.PathValue("id")), r.PostFormValue("reason")
	do, done := p.svc.Refuse, "obligation.done.refused"
	if r.PostFormValue("do") == "grant" {
		do, done = p.svc.Grant, "obligation.done.granted"
	}
	before, err := p.svc.Get(ctx, id)
	if err != nil {
		return err
	}
	after, err := do(ctx, id, reason, formVersion(r))
	if fault.Is(err, fault.Invalid) {
		return p.render(w, r, http.StatusUnprocessableEntity, typedRecord{claim: reason}, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	if after.ExtendedTo.After(before.ExtendedTo) {
		done = "obligation.done.extended"
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
	return web.Redirect(w, r, href(id))
}
