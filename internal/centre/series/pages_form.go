// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// formPage is the form of a definition.
type formPage struct {
	svc        *Service
	id         ID // empty for a new one
	version    int64
	keeps      string // name of the writer that it has
	plan       Plan
	due, lead  string // as typed
	to         string
	units      []ui.Option
	writers    []Person
	directives []Directive
	errs       map[string]string
}

// ask handles GET /periodic-reports/new. Query: unit.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.renderForm(w, r, http.StatusOK, formPage{plan: Plan{Unit: r.URL.Query().Get("unit"), Every: rulepack.Quarterly}, due: "0", lead: strconv.Itoa(usualLead)})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	v.svc = p.svc
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	v.plan.Unit = chosen(v.units, v.plan.Unit, actor.Home)
	if v.plan.Unit != "" {
		if v.writers, err = p.svc.Writers(ctx, v.plan.Unit); err != nil {
			return err
		}
	}
	if v.plan.Writer == "" && v.id == "" {
		v.plan.Writer = actor.ID
	}
	if v.directives, err = p.svc.Directives(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: v.title(ctx), Body: formView(v)})
}

// chosen is the unit that was asked for, where it may be chosen, else the
// actor's own, else the first.
func chosen(units []ui.Option, asked, home string) string {
	for _, id := range []string{asked, home} {
		if slices.ContainsFunc(units, func(o ui.Option) bool { return o.Value == id }) {
			return id
		}
	}
	if len(units) == 0 {
		return ""
	}
	return units[0].Value
}

// read reads the form: title, form ("F4", or "VN-ATTT-2016/F3"), every, occasion,
// term, due_days, lead, unit, writer, to (one a line), directive, version.
func read(r *http.Request) formPage {
	text := r.PostFormValue
	v := formPage{due: text("due_days"), lead: text("lead"), to: text("to"), plan: Plan{Title: text("title"), Every: rulepack.Every(text("every")), Occasion: text("occasion"), Duty: text("term"),
		Unit: text("unit"), Writer: text("writer"), To: strings.Split(text("to"), "\n"), Directive: text("directive"), DueDays: number(text("due_days")), Lead: number(text("lead"))}}
	pack, form, ok := strings.Cut(text("form"), "/")
	if !ok {
		pack, form = "", pack
	}
	v.plan.Pack, v.plan.Form = pack, form
	return v
}

// number reads a whole number; what is none is refused by the rules.
func number(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return -1
	}
	return n
}

// add handles POST /periodic-reports/new.
func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := read(r)
	s, err := p.svc.Add(ctx, v.plan)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "series.done.added"))
	return web.Redirect(w, r, href(s.ID))
}

// edit handles GET /periodic-reports/{series}/edit.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	s, may, err := p.svc.Get(r.Context(), seriesOf(r))
	if err == nil && !may {
		err = &fault.Error{Kind: fault.Forbidden, Op: "series.edit"}
	}
	if err != nil {
		return err
	}
	return p.renderForm(w, r, http.StatusOK, formPage{id: s.ID, version: s.Version, keeps: s.WriterName, plan: s.Plan, due: strconv.Itoa(s.DueDays), lead: strconv.Itoa(s.Lead), to: strings.Join(s.To, "\n")})
}

// change handles POST /periodic-reports/{series}/edit.
func (p *Pages) change(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	was, _, err := p.svc.Get(ctx, seriesOf(r))
	if err != nil {
		return err
	}
	v := read(r)
	v.id, v.version, v.plan.Unit, v.keeps = was.ID, version(r), was.Unit, was.WriterName
	_, err = p.svc.Edit(ctx, was.ID, v.plan, v.version)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "series.done.edited"))
	return web.Redirect(w, r, href(was.ID))
}

func (v formPage) title(ctx context.Context) string {
	if v.id == "" {
		return i18n.T(ctx, "series.new")
	}
	return i18n.T(ctx, "series.edit")
}

func (v formPage) action() string {
	if v.id == "" {
		return Path + "/new"
	}
	return href(v.id) + "/edit"
}

func (v formPage) back() string {
	if v.id == "" {
		return Path
	}
	return href(v.id)
}

func (v formPage) hidden() []ui.Hidden {
	if v.id == "" {
		return []ui.Hidden{{Name: "unit", Value: v.plan.Unit}}
	}
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.version, 10)}}
}

// forms are those a definition may have: of the regime in force, and of earlier
// ones that it has not.
func (v formPage) forms(ctx context.Context) []ui.Option {
	own := v.svc.Laws.At(calendar.DateOf(v.svc.Now()))
	var out []ui.Option
	for _, pack := range slices.Backward(v.svc.Laws.Packs()) {
		if pack.From.Compare(own.From) > 0 {
			continue
		}
		for _, f := range pack.Forms {
			_, has := own.Form(f.ID)
			if !written(f) || pack != own && has {
				continue
			}
			var every []string
			for _, e := range Rhythms() {
				if slices.Contains(f.Periods.Every, kinds[e]) {
					every = append(every, everyText(ctx, e))
				}
			}
			o := ui.Option{Value: f.ID, Label: f.ID + " · " + f.Title.In(i18n.Lang(ctx)) + " (" + strings.Join(every, ", ") + ")"}
			if pack != own {
				o.Value = pack.ID + "/" + f.ID
				o.Label += " · " + i18n.T(ctx, "series.past", pack.ID)
			}
			out = append(out, o)
		}
	}
	return out
}

// terms are the duties of the packs that a form meets.
func (v formPage) terms(ctx context.Context) []ui.Option {
	var out []ui.Option
	seen := map[string]bool{}
	for _, pack := range slices.Backward(v.svc.Laws.Packs()) {
		for _, d := range pack.Periodic {
			if form, ok := pack.Form(d.Form); ok && written(form) && kinds[d.Every] != "" && !seen[d.ID] {
				seen[d.ID] = true
				out = append(out, ui.Option{Value: d.ID, Label: d.Form + " · " + d.Label.In(i18n.Lang(ctx)) + " (" + everyText(ctx, d.Every) + ")"})
			}
		}
	}
	return out
}

func (v formPage) fields(ctx context.Context) []ui.FieldProps {
	field := func(kind ui.Kind, name, value string) ui.FieldProps {
		return ui.FieldProps{Kind: kind, Name: name, Label: i18n.T(ctx, "series.field."+name), Value: value, Error: v.errs[name]}
	}
	p := v.plan
	title := field(ui.KindText, "title", p.Title)
	title.Required, title.MaxLength = true, mostTitle
	form := field(ui.KindSelect, "form", p.Form)
	if p.Pack != "" {
		form.Value = p.Pack + "/" + p.Form
	}
	form.Required, form.Options, form.Blank = true, v.forms(ctx), i18n.T(ctx, "series.choose")
	every := field(ui.KindSelect, "every", string(p.Every))
	every.Required = true
	for _, e := range Rhythms() {
		every.Options = append(every.Options, ui.Option{Value: string(e), Label: everyText(ctx, e)})
	}
	occasion := field(ui.KindSelect, "occasion", p.Occasion)
	occasion.Hint, occasion.Blank = i18n.T(ctx, "series.hint.occasion"), i18n.T(ctx, "series.occasion.each")
	for _, c := range v.svc.Occasions() {
		occasion.Options = append(occasion.Options, ui.Option{Value: c.ID, Label: c.Label.In(i18n.Lang(ctx))})
	}
	term := field(ui.KindSelect, "term", p.Duty)
	term.Hint, term.Blank, term.Options = i18n.T(ctx, "series.hint.term"), i18n.T(ctx, "series.term.own"), v.terms(ctx)
	due := field(ui.KindNumber, "due_days", v.due)
	due.Min, due.Max, due.Hint = "0", strconv.Itoa(mostDue), i18n.T(ctx, "series.hint.due_days")
	lead := field(ui.KindNumber, "lead", v.lead)
	lead.Min, lead.Max, lead.Required, lead.Hint = "1", strconv.Itoa(mostLead), true, i18n.T(ctx, "series.hint.lead")
	writer := field(ui.KindSelect, "writer", p.Writer)
	writer.Required, writer.Blank, writer.Hint = true, i18n.T(ctx, "series.choose"), i18n.T(ctx, "series.hint.writer")
	for _, x := range v.writers {
		writer.Options = append(writer.Options, ui.Option{Value: x.ID, Label: x.Name})
	}
	if v.keeps != "" && !slices.ContainsFunc(v.writers, func(x Person) bool { return x.ID == p.Writer }) { // out of the reader's sight, or gone
		writer.Options, writer.Value = append(writer.Options, ui.Option{Value: Kept, Label: v.keeps}), Kept
	}
	to := field(ui.KindTextarea, "to", v.to)
	to.Rows, to.Hint = 3, i18n.T(ctx, "series.hint.to")
	directive := field(ui.KindSelect, "directive", p.Directive)
	directive.Blank, directive.Hint = i18n.T(ctx, "series.directive.none"), i18n.T(ctx, "series.hint.directive")
	for _, d := range v.directives {
		directive.Options = append(directive.Options, ui.Option{Value: d.ID, Label: d.Label})
	}
	if p.Directive != "" && !slices.ContainsFunc(v.directives, func(d Directive) bool { return d.ID == p.Directive }) { // closed since: it stays
		directive.Options, directive.Value = append(directive.Options, ui.Option{Value: Kept, Label: i18n.T(ctx, "series.directive.kept")}), Kept
	}
	return []ui.FieldProps{title, form, every, occasion, term, due, lead, writer, to, directive}
}

func (v formPage) unitName() string {
	n := slices.IndexFunc(v.units, func(o ui.Option) bool { return o.Value == v.plan.Unit })
	if n < 0 {
		return ""
	}
	return strings.TrimSpace(v.units[n].Label)
}

type offersPage struct {
	unit   string
	body   Body
	offers []Offer
	units  []ui.Option
}

// offered handles GET /periodic-reports/offered. Query: unit; absent means the
// reader's own.
func (p *Pages) offered(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := offersPage{}
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	v.unit = cmp.Or(r.URL.Query().Get("unit"), chosen(v.units, "", actor.Home))
	if v.unit != "" {
		if v.offers, v.body, err = p.svc.Offers(ctx, v.unit); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "series.offered"), Body: offersView(v)})
}

// take handles POST /periodic-reports/offered. Form: unit, pack, duty.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := p.svc.Take(ctx, r.PostFormValue("unit"), r.PostFormValue("pack"), r.PostFormValue("duty"))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "series.done.added"))
	return web.Redirect(w, r, href(s.ID))
}
