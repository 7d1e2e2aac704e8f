// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// filter reads the list's query: q, state, form, unit, directive, sort=created,
// after.
func filter(r *http.Request) Filter {
	q := r.URL.Query()
	f := Filter{Query: q.Get("q"), Form: q.Get("form"), Unit: q.Get("unit"), Directive: q.Get("directive"), First: q.Get("sort") == "created", After: q.Get("after")}
	if s := State(q.Get("state")); slices.Contains(States(), s) {
		f.State = s
	}
	if year, err := strconv.Atoi(q.Get("year")); err == nil && year >= 1900 && year <= 2200 {
		f.Year = year
	}
	return f
}

func yearText(year int) string {
	if year == 0 {
		return ""
	}
	return strconv.Itoa(year)
}

type listPage struct {
	p       *Pages
	r       *http.Request
	f       Filter
	page    Page
	names   map[string]string
	units   []ui.Option
	named   []Named // directives to narrow by
	firstAt string  // the first page of this list; empty when this is it
}

// list handles GET /papers.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{p: p, r: r, f: filter(r)}
	var err error
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.names, err = p.names(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.units, err = p.units.Options(ctx); err != nil {
		return err
	}
	if v.named, err = p.svc.Answerable(ctx); err != nil {
		return err
	}
	if v.f.After != "" {
		v.firstAt = web.With(r, "after", "")
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "report.title"), Body: listView(v)})
}

func (p *Pages) names(ctx context.Context, rows []Paper) (map[string]string, error) {
	var ids []string
	for _, n := range rows {
		ids = append(ids, n.UnitID)
	}
	slices.Sort(ids)
	return p.units.Names(ctx, slices.Compact(ids))
}

// formTitle is the name of the paper's form in the reader's language.
func (p *Pages) formTitle(ctx context.Context, n Paper) string { return p.svc.formTitle(ctx, n) }

func (s *Service) formTitle(ctx context.Context, n Paper) string {
	if _, f, ok := s.form(n); ok {
		return f.Title.In(i18n.Lang(ctx))
	}
	return n.FormID
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	if !auth.May(ctx, mayWrite) && !auth.May(ctx, mayWriteCase) {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "report.begin.title"), Href: "/papers/new", Icon: ui.IconReport, Primary: true},
		{Label: i18n.T(ctx, "report.templates"), Href: "/settings/templates", Icon: ui.IconDocument}}
}

func (v listPage) filtered() bool {
	return v.f.State != "" || v.f.Query != "" || v.f.Unit != "" || v.f.Form != "" || v.f.Directive != "" || v.f.Year != 0
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	state := ui.FieldProps{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "report.col.state"), Value: string(v.f.State),
		Blank: i18n.T(ctx, "report.any")}
	for _, s := range States() {
		state.Options = append(state.Options, ui.Option{Value: string(s), Label: i18n.T(ctx, "report.state."+string(s))})
	}
	form := ui.FieldProps{Kind: ui.KindSelect, Name: "form", Label: i18n.T(ctx, "report.col.paper"), Value: v.f.Form, Blank: i18n.T(ctx, "report.any")}
	seen := map[string]bool{}
	for _, pack := range slices.Backward(v.p.svc.laws.Packs()) {
		for _, f := range pack.Forms {
			if !seen[f.ID] {
				seen[f.ID] = true
				form.Options = append(form.Options, ui.Option{Value: f.ID, Label: f.ID + " · " + f.Title.In(i18n.Lang(ctx))})
			}
		}
	}
	of := ui.FieldProps{Kind: ui.KindSelect, Name: "directive", Label: i18n.T(ctx, "report.col.directive"), Value: v.f.Directive, Blank: i18n.T(ctx, "report.any")}
	for _, d := range v.named {
		of.Options = append(of.Options, ui.Option{Value: d.ID, Label: trimmed(d.Code+" · "+d.Title, 80)})
	}
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "report.search"), Value: v.f.Query},
		state, form, of,
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "report.col.unit"), Value: v.f.Unit, Options: v.units, Blank: i18n.T(ctx, "report.any")},
		{Kind: ui.KindNumber, Name: "year", Label: i18n.T(ctx, "report.col.year"), Value: yearText(v.f.Year), Min: "1900", Max: "2200"},
	}
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	created := ui.Head{Label: i18n.T(ctx, "report.col.created"), Sort: web.With(v.r, "sort", "created", "after", ""), Sorted: ui.SortDescending}
	if v.f.First {
		created.Sort, created.Sorted = web.With(v.r, "sort", "", "after", ""), ui.SortAscending
	}
	return []ui.Head{{Label: i18n.T(ctx, "report.col.paper")}, {Label: i18n.T(ctx, "report.col.number")}, {Label: i18n.T(ctx, "report.col.case")},
		{Label: i18n.T(ctx, "report.col.unit")}, {Label: i18n.T(ctx, "report.col.state")}, created}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.page.Rows))
	for _, n := range v.page.Rows {
		title := v.p.formTitle(ctx, n)
		rows = append(rows, ui.Row{ID: string(n.ID), Name: strings.TrimSpace(title + " " + n.Case.Code), Href: href(n.ID), Cells: []templ.Component{
			ui.Text(title), ui.Text(v.p.svc.Label(n)), about(ctx, n),
			unitMark(v.names[n.UnitID]), ui.Badge(stateBadge(ctx, n.State)), ui.Time(n.CreatedAt)}})
	}
	return rows
}

// about is what the paper is about: its case, or its period.
func about(ctx context.Context, n Paper) templ.Component {
	switch {
	case n.Case.Kind == OfDirective && auth.May(ctx, mayReadDirectives):
		return ui.Anchor(ui.Link{Label: n.Case.Code, Href: directiveHref(n.Case.ID)})
	case n.Case.Kind == OfIncident:
		return ui.Anchor(ui.Link{Label: n.Case.Code, Href: caseHref(n.Case.ID)})
	case n.Case.Code == "":
		return ui.None()
	}
	return ui.Text(n.Case.Code)
}

func (v listPage) next() string {
	if v.page.Next == "" {
		return ""
	}
	return web.With(v.r, "after", v.page.Next)
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}

var stateTones = map[State]ui.Tone{Draft: ui.Info, Printed: ui.Warn, Sent: ui.OK, Withdrawn: ui.Neutral}

func stateBadge(ctx context.Context, s State) ui.BadgeProps {
	return ui.BadgeProps{Text: i18n.T(ctx, "report.state."+string(s)), Tone: stateTones[s]}
}

type ofPage struct {
	svc    *Service
	caseID string
	papers []Paper
}

func (v ofPage) mayWrite(ctx context.Context) bool { return auth.May(ctx, mayWriteCase) }

func (v ofPage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.papers))
	for _, n := range v.papers {
		title := v.svc.formTitle(ctx, n)
		rows = append(rows, ui.Row{ID: string(n.ID), Name: title, Href: href(n.ID), Cells: []templ.Component{ui.Text(title),
			ui.Text(v.svc.Label(n)), ui.Badge(stateBadge(ctx, n.State)), ui.Time(n.UpdatedAt)}})
	}
	return rows
}

// field offers the forms, each with its basis and what to know of it.
func (v choosePage) field(ctx context.Context) ui.FieldProps {
	f := ui.FieldProps{Kind: ui.KindRadio, Name: "form", Label: i18n.T(ctx, "report.new.form"), Value: v.Form, Required: true}
	for _, c := range v.Choices {
		hint := i18n.T(ctx, "report.new.basis", c.Form.Basis)
		if c.Other {
			hint += " " + i18n.T(ctx, "report.new.other")
		}
		if c.Paper != "" {
			hint += " " + i18n.T(ctx, "report.new.exists")
		}
		f.Options = append(f.Options, ui.Option{Value: c.Form.ID, Label: c.Form.Title.In(i18n.Lang(ctx)), Hint: hint})
	}
	return f
}

func (v choosePage) submit(ctx context.Context) string { return i18n.T(ctx, "report.new.submit") }
