// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Blank prints a form to be filled by hand, as DOCX or PDF; fault.NotFound for
// anything else.
func (s *Service) Blank(packID, formID string, k Kind) ([]byte, error) {
	pack, ok := s.laws.Get(packID)
	if !ok {
		return nil, fault.Missing("report.Blank")
	}
	form, ok := pack.Form(formID)
	if !ok || k != DOCX && k != PDF {
		return nil, fault.Missing("report.Blank")
	}
	var b bytes.Buffer
	p := s.blank(pack, form).Paper(s.now())
	err := officedoc.WriteDOCX(&b, p)
	if k == PDF {
		b.Reset()
		err = officedoc.WritePDF(&b, p)
	}
	return b.Bytes(), err
}

// blankForm handles GET /papers/blank. Query: form, pack, kind=docx|pdf; without
// a form the catalogue is where to choose one.
func (p *Pages) blankForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if q.Get("form") == "" {
		return web.Redirect(w, r, "/papers/new")
	}
	k := Kind(q.Get("kind"))
	raw, err := p.svc.Blank(q.Get("pack"), q.Get("form"), k)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", k.MIME())
	h.Set("Content-Disposition", disposition(fmt.Sprintf("%s.%s", q.Get("form"), k), fmt.Sprintf("%s-%s.%s", q.Get("form"), q.Get("pack"), k)))
	_, err = w.Write(raw)
	return err
}

type cataloguePage struct {
	on   calendar.Date
	pack *rulepack.Pack
	list []Choice
	bad  string
}

type beginPage struct {
	choice Choice
	units  []ui.Option
	named  []Named // directives that can be answered
	typed  startForm
	errs   map[string]string
	today  calendar.Date
}

// startForm is what was typed about a new paper.
type startForm struct{ Unit, Directive, Period, Year, From, To string }

// newPaper handles GET /papers/new: the catalogue of the forms in force on the
// day of ?on, or, with form and pack, what the paper shall be about. With
// directive alone it is about that, in the first form there is for it.
func (p *Pages) newPaper(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	form, pack := q.Get("form"), q.Get("pack")
	if form == "" && q.Get("directive") != "" {
		_, list := p.svc.Catalogue(calendar.DateOf(p.svc.now()))
		if n := slices.IndexFunc(list, func(c Choice) bool { return c.Form.About == rulepack.OfDirective }); n >= 0 {
			form, pack = list[n].Form.ID, list[n].Pack.ID
		}
	}
	if form != "" {
		return p.renderBegin(w, r, http.StatusOK, pack, form, startForm{Unit: q.Get("unit"), Directive: q.Get("directive")}, nil)
	}
	v := cataloguePage{on: calendar.DateOf(p.svc.now())}
	if text := q.Get("on"); text != "" {
		if on, err := calendar.ParseDate(text); err == nil {
			v.on = on
		} else {
			v.bad = i18n.T(ctx, "report.err.date")
		}
	}
	v.pack, v.list = p.svc.Catalogue(v.on)
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "report.begin.title"), Body: catalogueView(v)})
}

func (p *Pages) renderBegin(w http.ResponseWriter, r *http.Request, status int, packID, formID string, typed startForm, errs map[string]string) error {
	ctx := r.Context()
	pack, ok := p.svc.laws.Get(packID)
	if !ok {
		return fault.Missing("report.newPaper")
	}
	form, ok := pack.Form(formID)
	if !ok {
		return fault.Missing("report.newPaper")
	}
	units, err := p.units.Options(ctx)
	if err != nil {
		return err
	}
	v := beginPage{choice: Choice{Form: form, Pack: pack}, units: units, typed: typed, errs: errs, today: calendar.DateOf(p.svc.now())}
	if form.About == rulepack.OfDirective {
		if v.named, err = p.svc.Answerable(ctx); err != nil {
			return err
		}
		v.typed.Unit = cmp.Or(v.typed.Unit, v.home(ctx))
		if v.typed.Year == "" {
			v.typed.Year = strconv.Itoa(v.today.Year)
		}
	} else if v.typed.Period == "" && len(form.Periods.Every) > 0 {
		v.typed.Period, v.typed.Year = v.present()
	}
	return p.site.Render(w, r, status, web.View{Title: form.Title.In(i18n.Lang(ctx)), Body: beginView(v)})
}

// home is the unit that would answer the chosen directive: the one that keeps it
// where the reader acts for it, else the reader's own.
func (v beginPage) home(ctx context.Context) string {
	actor, _ := auth.From(ctx)
	for _, d := range v.named {
		if d.ID == v.typed.Directive && slices.ContainsFunc(v.units, func(o ui.Option) bool { return o.Value == d.Keeper }) {
			return d.Keeper
		}
	}
	return actor.Home
}

// begin handles POST /papers/new. Form: form, pack, unit, directive,
// period=kind.part, year, from, to.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := startForm{Unit: r.PostFormValue("unit"), Period: r.PostFormValue("period"), Year: r.PostFormValue("year"),
		From: r.PostFormValue("from"), To: r.PostFormValue("to"), Directive: r.PostFormValue("directive")}
	st := Start{Form: r.PostFormValue("form"), Pack: r.PostFormValue("pack"), Unit: typed.Unit, Directive: typed.Directive}
	kind, part, _ := strings.Cut(typed.Period, ".")
	st.Kind = kind
	bad := map[string]string{}
	number := func(field, text string, into *int) {
		n, err := strconv.Atoi(text)
		if err != nil && text != "" {
			bad[field] = "report.err.int"
		}
		*into = n
	}
	number("period", part, &st.Part)
	number("year", typed.Year, &st.Year)
	for field, d := range map[string]struct {
		text string
		into *calendar.Date
	}{"from": {typed.From, &st.From}, "to": {typed.To, &st.To}} {
		if err := d.into.UnmarshalText([]byte(d.text)); err != nil {
			bad[field] = "report.err.date"
		}
	}
	var n Paper
	var err error
	if len(bad) > 0 {
		err = &fault.Error{Kind: fault.Invalid, Op: "report.begin", Fields: bad}
	} else {
		n, err = p.svc.Begin(ctx, st)
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderBegin(w, r, http.StatusUnprocessableEntity, st.Pack, st.Form, typed, errs)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, href(n.ID))
}

func statusBadge(ctx context.Context, s rulepack.FormStatus) ui.BadgeProps {
	tone := map[rulepack.FormStatus]ui.Tone{rulepack.Law: ui.OK, rulepack.Derived: ui.Info, rulepack.Internal: ui.Neutral}[s]
	return ui.BadgeProps{Text: i18n.T(ctx, "report.status."+string(s)), Tone: tone}
}

func aboutKey(f rulepack.Form) string {
	if f.About == rulepack.OfIncident {
		return "report.about.incident"
	}
	return "report.about." + string(f.About)
}

func beginHref(c Choice) string {
	return "/papers/new?" + url.Values{"form": {c.Form.ID}, "pack": {c.Pack.ID}}.Encode()
}

func (c Choice) blankHref(k Kind) string {
	return "/papers/blank?" + url.Values{"form": {c.Form.ID}, "pack": {c.Pack.ID}, "kind": {string(k)}}.Encode()
}

func (v cataloguePage) heads(ctx context.Context) []ui.Head {
	var out []ui.Head
	for _, key := range []string{"form", "title", "status", "about", "basis"} {
		out = append(out, ui.Head{Label: i18n.T(ctx, "report.form."+key)})
	}
	return out
}

func (v cataloguePage) rows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, c := range v.list {
		title := c.Form.Title.In(i18n.Lang(ctx))
		if c.Other {
			title += " · " + c.Pack.ID
		}
		rows = append(rows, ui.Row{ID: c.Pack.ID + "-" + c.Form.ID, Name: title, Href: beginHref(c), Cells: []templ.Component{ui.Text(c.Form.ID), ui.Text(title),
			ui.Badge(statusBadge(ctx, c.Form.Status)), ui.Text(i18n.T(ctx, aboutKey(c.Form))), ui.Text(c.Form.Basis)}})
	}
	return rows
}

func (v cataloguePage) fields(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{{Kind: ui.KindDate, Name: "on", Label: i18n.T(ctx, "report.form.on"), Value: v.on.String(), Error: v.bad}}
}

// present is the period that holds today, as the page's fields have it.
func (v beginPage) present() (period, year string) {
	p := v.choice.Form.Periods
	for _, kind := range p.Every {
		for y := v.today.Year; y <= v.today.Year+1; y++ {
			for n := 1; n <= p.Parts(kind); n++ {
				from, to, ok := p.Between(kind, y, n)
				if ok && v.today.Compare(from) >= 0 && v.today.Compare(to) <= 0 {
					return kind + "." + strconv.Itoa(n), strconv.Itoa(y)
				}
			}
		}
	}
	return p.Every[0], strconv.Itoa(v.today.Year)
}

func (v beginPage) fields(ctx context.Context) []ui.FieldProps {
	form := v.choice.Form
	out := []ui.FieldProps{{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "report.begin.unit"), Value: v.typed.Unit, Options: v.units,
		Blank: i18n.T(ctx, "report.choose"), Error: v.errs["unit"], Required: true}}
	if form.About != rulepack.OfPeriod && form.About != rulepack.OfDirective {
		return out
	}
	if form.About == rulepack.OfDirective {
		of := ui.FieldProps{Kind: ui.KindSelect, Name: "directive", Label: i18n.T(ctx, "report.begin.directive"), Value: v.typed.Directive, Blank: i18n.T(ctx, "report.choose"),
			Error: v.errs["directive"], Required: true, Hint: i18n.T(ctx, "report.begin.directive.hint")}
		for _, d := range v.named {
			of.Options = append(of.Options, ui.Option{Value: d.ID, Label: trimmed(d.Code+" · "+d.Title, 140)})
		}
		out = append([]ui.FieldProps{of}, out...)
	}
	period := ui.FieldProps{Kind: ui.KindSelect, Name: "period", Label: i18n.T(ctx, "report.begin.period"), Value: v.typed.Period, Error: v.errs["kind"] + v.errs["part"]}
	if form.About == rulepack.OfDirective {
		period.Blank = i18n.T(ctx, "report.begin.open")
	}
	for _, kind := range form.Periods.Every {
		if kind == "span" {
			period.Options = append(period.Options, ui.Option{Value: kind, Label: i18n.T(ctx, "report.period.span")})
		}
		for n := 1; n <= form.Periods.Parts(kind); n++ {
			period.Options = append(period.Options, ui.Option{Value: kind + "." + strconv.Itoa(n), Label: i18n.T(ctx, "report.period."+kind, roman(n, kind))})
		}
	}
	if m := form.Periods.Starts; m.Month != 0 {
		from, to, _ := form.Periods.Between("year", v.today.Year, 1)
		period.Hint = i18n.T(ctx, "report.begin.starts", m.Day, int(m.Month), from.Start().Format(shortDay), to.Start().Format(shortDay))
	}
	out = append(out, period, ui.FieldProps{Kind: ui.KindNumber, Name: "year", Label: i18n.T(ctx, "report.begin.year"), Value: v.typed.Year,
		Min: "1900", Max: "2200", Error: v.errs["year"]})
	if slices.Contains(form.Periods.Every, "span") {
		for _, d := range []struct{ name, value string }{{"from", v.typed.From}, {"to", v.typed.To}} {
			out = append(out, ui.FieldProps{Kind: ui.KindDate, Name: d.name, Label: i18n.T(ctx, "report.begin."+d.name), Value: d.value, Error: v.errs[d.name],
				Hint: i18n.T(ctx, "report.begin.span.hint")})
		}
	}
	return out
}

func (v beginPage) facts(ctx context.Context) []ui.Fact {
	f := v.choice.Form
	fact := func(key string, value templ.Component) ui.Fact { return ui.Fact{Label: i18n.T(ctx, key), Value: value} }
	list := []ui.Fact{fact("report.form.status", ui.Badge(statusBadge(ctx, f.Status))), fact("report.form.basis", ui.Text(f.Basis)),
		fact("report.form.source", ui.Text(f.Source.Key)), fact("report.form.mark", ui.Text(i18n.T(ctx, "report.mark."+string(f.Source.Mark))))}
	if f.Source.Note != "" {
		list = append(list, fact("report.form.note", ui.Text(f.Source.Note)))
	}
	return append(list, fact("report.form.fields", ui.Number(int64(len(f.Fields())))))
}
