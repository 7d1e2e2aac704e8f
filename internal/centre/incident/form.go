// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// localTime is how browsers send a moment: minutes, in Vietnam's zone.
const localTime = "2006-01-02T15:04"

// formPage is the form that opens a case or edits one.
type formPage struct {
	d                            Details
	detected, occurred, subjects string // as typed
	breach                       string
	reason                       string
	id                           ID // empty for a new case
	code                         string
	version                      int64
	pack                         *rulepack.Pack
	units                        []ui.Option
	errs                         map[string]string
	problem                      string
}

// readForm reads the form and reports what is no moment or number at all.
func readForm(ctx context.Context, r *http.Request) formPage {
	v := formPage{detected: r.PostFormValue("detected_at"), occurred: r.PostFormValue("occurred_at"), breach: r.PostFormValue("breach_known_at"),
		subjects: strings.TrimSpace(r.PostFormValue("data_subjects")), reason: r.PostFormValue("reason"), errs: map[string]string{}}
	text, yes := r.PostFormValue, func(name string) bool { return r.PostFormValue(name) != "" }
	choice := func(name string) Choice { return Choice{r.PostForm[name], text(name + "_text")} }
	v.d = Details{Title: text("title"), UnitID: text("unit"), Types: choice("types"), Detection: choice("detection"),
		Description: text("description"), Phase: Phase(text("phase")), TLP: text("tlp"),
		HarmSecurity:        Claim{Answer(text("harm_security")), text("harm_security_text")},
		SeriousInterruption: Claim{Answer(text("serious_interruption")), text("serious_interruption_text")},
		PersonalData:        Answer(text("personal_data")),
		Breach:              Breach{MayHarm: Answer(text("may_harm")), LocationOrBiometric: Answer(text("location_biometric")), Processor: Answer(text("processor"))},
		MeasuresTaken:       text("measures"), SupportAsked: text("support"),
		Notified: choice("notified"), Confidential: yes("confidential"),
		System: System{Name: text("system_name"), Level: text("system_level"), Approval: text("system_approval"),
			Operator: text("system_operator"), Owner: text("system_owner"), OS: text("system_os"),
			OSVersion: text("system_os_version"), Services: choice("services"), Protection: choice("protection"),
			Domains: strings.Fields(text("domains")), Purpose: text("system_purpose"),
			SecurityService: text("security_service"), NetworkService: text("network_service")}}
	for _, s := range r.PostForm["signs"] {
		v.d.Signs = append(v.d.Signs, Sign(s))
	}
	moment := func(field, typed string, into *time.Time) {
		t, err := time.ParseInLocation(localTime, typed, i18n.Hanoi)
		if err != nil && typed != "" {
			v.errs[field] = i18n.T(ctx, "incident.err.moment")
		}
		*into = t
	}
	moment("detected_at", v.detected, &v.d.DetectedAt)
	moment("occurred_at", v.occurred, &v.d.OccurredAt)
	moment("breach_known_at", v.breach, &v.d.Breach.KnownAt)
	if v.subjects != "" {
		n, err := strconv.ParseInt(strings.NewReplacer(".", "", ",", "", " ", "").Replace(v.subjects), 10, 64)
		if err != nil {
			v.errs["data_subjects"] = i18n.T(ctx, "incident.err.number")
		}
		v.d.DataSubjects = n
	}
	return v
}

// typed shows the details of a case as they would have been typed.
func typed(d Details) formPage {
	v := formPage{d: d, errs: map[string]string{}, detected: d.DetectedAt.In(i18n.Hanoi).Format(localTime)}
	if !d.OccurredAt.IsZero() {
		v.occurred = d.OccurredAt.In(i18n.Hanoi).Format(localTime)
	}
	if !d.Breach.KnownAt.IsZero() {
		v.breach = d.Breach.KnownAt.In(i18n.Hanoi).Format(localTime)
	}
	if d.DataSubjects > 0 {
		v.subjects = strconv.FormatInt(d.DataSubjects, 10)
	}
	return v
}

// blank handles GET /incidents/new. Query: unit.
func (p *Pages) blank(w http.ResponseWriter, r *http.Request) error {
	v := typed(Details{DetectedAt: p.svc.now(), UnitID: r.URL.Query().Get("unit"), Phase: Detect, TLP: "TLP:AMBER"})
	return p.renderForm(w, r, http.StatusOK, v)
}

// open handles POST /incidents.
func (p *Pages) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := readForm(ctx, r)
	if len(v.errs) > 0 {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	i, err := p.svc.Open(ctx, v.d)
	if fault.Is(err, fault.Invalid) {
		v.errs = web.Errors(ctx, err)
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "incident.done.opened", i.Code))
	return web.Redirect(w, r, href(i.ID))
}

// edit handles GET /incidents/{id}/edit.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	i, err := p.svc.Get(r.Context(), idOf(r))
	if err != nil {
		return err
	}
	v := typed(i.Details)
	v.id, v.code, v.version, v.pack = i.ID, i.Code, i.Version, p.svc.Pack(i)
	return p.renderForm(w, r, http.StatusOK, v)
}

// save handles POST /incidents/{id}/edit.
func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), idOf(r)
	was, err := p.svc.Get(ctx, id)
	if err != nil {
		return err
	}
	v := readForm(ctx, r)
	v.id, v.code, v.version = id, was.Code, formVersion(r)
	for _, m := range []struct{ had, told *time.Time }{{&was.DetectedAt, &v.d.DetectedAt}, {&was.OccurredAt, &v.d.OccurredAt}, {&was.Breach.KnownAt, &v.d.Breach.KnownAt}} {
		if m.had.Truncate(time.Minute).Equal(*m.told) { // a form tells the minute: the same minute is no other moment
			*m.told = *m.had
		}
	}
	if len(v.errs) > 0 {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	_, err = p.svc.Edit(ctx, id, v.d, v.reason, v.version)
	if fault.Is(err, fault.Invalid) {
		v.errs = web.Errors(ctx, err)
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "incident.done.saved"))
	return web.Redirect(w, r, href(id))
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	var err error
	if v.units, err = p.units.Options(ctx); err != nil {
		return err
	}
	if v.pack == nil {
		day := v.d.DetectedAt
		if day.IsZero() {
			day = p.svc.now()
		}
		v.pack = p.svc.laws.At(dayOf(day))
	}
	title := i18n.T(ctx, "incident.new")
	if v.id != "" {
		title = i18n.T(ctx, "incident.edit.title", v.code)
	}
	v.problem = v.errs[""]
	return p.site.Render(w, r, status, web.View{Title: title, Body: formView(title, v)})
}

func (v formPage) action() string {
	if v.id == "" {
		return "/incidents"
	}
	return href(v.id) + "/edit"
}

func (v formPage) back() string {
	if v.id == "" {
		return "/incidents"
	}
	return href(v.id)
}

func (v formPage) hidden() []ui.Hidden {
	if v.id == "" {
		return nil
	}
	return versionField(v.version)
}

// field is a field of the form with its label, hint where there is one, and
// error.
func (v formPage) field(ctx context.Context, kind ui.Kind, name, value string) ui.FieldProps {
	f := ui.FieldProps{Kind: kind, Name: name, Label: i18n.T(ctx, "incident."+name), Value: value, Error: v.errs[name], MaxLength: maxLine}
	switch {
	case kind == ui.KindTextarea:
		f.MaxLength = maxText
	case kind != ui.KindText:
		f.MaxLength = 0
	}
	if slices.Contains(hinted, name) {
		f.Hint = i18n.T(ctx, "incident."+name+".hint")
	}
	return f
}

// hinted are the fields with a hint in the catalogue.
var hinted = []string{"detected_at", "description", "harm_security", "serious_interruption", "reason", "domains", "support",
	"system_operator", "system_owner", "title", "may_harm", "location_biometric", "processor", "breach_known_at"}

func (v formPage) required(f ui.FieldProps) ui.FieldProps {
	f.Required = true
	return f
}

func (v formPage) check(ctx context.Context, name string, on bool) ui.FieldProps {
	f := v.field(ctx, ui.KindCheckbox, name, "1")
	f.Checked = on
	return f
}

// answer offers yes, no, and that it is not known yet, which stands until
// somebody answers.
func (v formPage) answer(ctx context.Context, name string, a Answer) ui.FieldProps {
	f := v.field(ctx, ui.KindRadio, name, string(a))
	for _, o := range Answers() {
		f.Options = append(f.Options, ui.Option{Value: string(o), Label: answerWord(ctx, o)})
	}
	return f
}

func answerWord(ctx context.Context, a Answer) string {
	switch a {
	case Yes:
		return i18n.T(ctx, "incident.yes")
	case No:
		return i18n.T(ctx, "incident.no")
	}
	return i18n.T(ctx, "incident.unanswered")
}

func (v formPage) pick(ctx context.Context, name, value string, options []ui.Option, blank string) ui.FieldProps {
	f := v.field(ctx, ui.KindSelect, name, value)
	f.Options, f.Blank = options, blank
	return f
}

// tick is one checkbox of a group of the same name.
func tick(ctx context.Context, name, id, label string, on bool) ui.FieldProps {
	return ui.FieldProps{Kind: ui.KindCheckbox, Name: name, Group: i18n.T(ctx, "incident."+name), ID: "f-" + name + "-" + id, Value: id, Label: label, Checked: on}
}

func (v formPage) ticks(ctx context.Context, name, list string, c Choice) []ui.FieldProps {
	var out []ui.FieldProps
	for _, o := range codeOptions(ctx, v.pack, list) {
		out = append(out, tick(ctx, name, o.Value, o.Label, slices.Contains(c.IDs, o.Value)))
	}
	return out
}

func (v formPage) signs(ctx context.Context) []ui.FieldProps {
	var out []ui.FieldProps
	for _, s := range Signs() {
		out = append(out, tick(ctx, "signs", string(s), i18n.T(ctx, "incident.sign."+string(s)), slices.Contains(v.d.Signs, s)))
	}
	return out
}

func phaseOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, ph := range Phases() {
		out = append(out, ui.Option{Value: string(ph), Label: i18n.T(ctx, "incident.phase."+string(ph))})
	}
	return out
}

func tlpOptions() []ui.Option {
	var out []ui.Option
	for _, t := range TLPs() {
		out = append(out, ui.Option{Value: t, Label: t})
	}
	return out
}

func (v formPage) submit(ctx context.Context) string {
	if v.id == "" {
		return i18n.T(ctx, "incident.open")
	}
	return i18n.T(ctx, "incident.save")
}

// lead says how little opening a case takes; an edit needs no word.
func (v formPage) lead(ctx context.Context) string {
	if v.id != "" {
		return ""
	}
	return i18n.T(ctx, "incident.form.lead")
}

// folded is the card of a part of the form that can wait: closed for a new case
// unless something in it is wrong, open where there is a case to edit.
func (v formPage) folded(ctx context.Context, part string) ui.CardProps {
	c := ui.CardProps{Title: i18n.T(ctx, "incident.form."+part), Fold: true, Open: v.id != "" || len(v.errs) > 0}
	if !c.Open {
		c.Note = i18n.T(ctx, "incident.form.later")
	}
	return c
}
