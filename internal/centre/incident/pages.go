// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Pages are the screens of the room.
type Pages struct {
	site   *web.Site
	svc    *Service
	units  obligation.Units
	papers Papers
}

// Papers shows the papers made of a case; the reader may see the case.
type Papers func(ctx context.Context, caseID string) (templ.Component, error)

// NewPages makes the screens. Papers may be nil.
func NewPages(site *web.Site, svc *Service, units obligation.Units, papers Papers) *Pages {
	return &Pages{site, svc, units, papers}
}

// uploadBody is the most bytes of an upload: the file and its form around it.
const uploadBody = MaxEvidence + 1<<16

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /incidents", Need: mayRead, Handle: p.list},
		{Pattern: "GET /incidents.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /incidents.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET /incidents/new", Need: mayWrite, Handle: p.blank},
		{Pattern: "POST /incidents", Need: mayWrite, Handle: p.open},
		{Pattern: "GET /incidents/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /incidents/{id}/edit", Need: mayWrite, Handle: p.edit},
		{Pattern: "POST /incidents/{id}/edit", Need: mayWrite, Handle: p.save},
		{Pattern: "GET /incidents/{id}/severity", Need: mayDecide, Handle: p.severity},
		{Pattern: "POST /incidents/{id}/severity", Need: mayDecide, Handle: p.decide},
		{Pattern: "GET /incidents/{id}/close", Need: mayDecide, Handle: p.closing},
		{Pattern: "POST /incidents/{id}/close", Need: mayDecide, Handle: p.close},
		{Pattern: "POST /incidents/{id}/notes", Need: mayWrite, Handle: p.note},
		{Pattern: "POST /incidents/{id}/observables", Need: mayWrite, Handle: p.observe},
		{Pattern: "POST /incidents/{id}/machines", Need: mayWrite, Handle: p.machine},
		{Pattern: "POST /incidents/{id}/evidence", Need: mayWrite, Body: uploadBody, Handle: p.upload},
		{Pattern: "GET /incidents/{id}/evidence/{evidence}", Need: mayRead, Handle: p.download},
	}
}

type listPage struct {
	p     *Pages
	r     *http.Request
	f     Filter
	state string // as asked for: open, closed, all
	page  Page
	names map[string]string
	units []ui.Option
	next  map[string]obligation.Obligation // incident id -> its earliest open obligation
	now   time.Time
}

// filter reads the list's query. Open cases are the default.
func filter(r *http.Request) (state string, f Filter) {
	q := r.URL.Query()
	state = q.Get("state")
	switch state {
	case "closed":
		f.State = Closed
	case "all":
	default:
		state, f.State = "open", Open
	}
	f.Query, f.Unit, f.Severity, f.After, f.Oldest = q.Get("q"), q.Get("unit"), q.Get("severity"), q.Get("after"), q.Get("sort") == "detected"
	return state, f
}

// list handles GET /incidents. Query: state, severity, unit, q, sort=detected,
// after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{p: p, r: r, now: p.svc.now()}
	v.state, v.f = filter(r)
	var err error
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.names, v.next, err = p.around(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.units, err = p.units.Options(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "incident.incidents"), Body: listView(v)})
}

// around loads the unit names and earliest clocks of some rows.
func (p *Pages) around(ctx context.Context, rows []Incident) (map[string]string, map[string]obligation.Obligation, error) {
	var units, ids []string
	for _, i := range rows {
		units, ids = append(units, i.UnitID), append(ids, string(i.ID))
	}
	slices.Sort(units)
	names, err := p.units.Names(ctx, slices.Compact(units))
	if err != nil {
		return nil, nil, err
	}
	next, err := p.svc.duties.Earliest(ctx, "incident", ids)
	return names, next, err
}

func (v listPage) filtered() bool {
	return v.state != "open" || v.f.Query != "" || v.f.Unit != "" || v.f.Severity != ""
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	state := ui.FieldProps{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "incident.state"), Value: v.state}
	for _, s := range []string{"open", "closed", "all"} {
		state.Options = append(state.Options, ui.Option{Value: s, Label: i18n.T(ctx, "incident.filter."+s)})
	}
	severity := ui.FieldProps{Kind: ui.KindSelect, Name: "severity", Label: i18n.T(ctx, "incident.severity"), Value: v.f.Severity,
		Blank:   i18n.T(ctx, "incident.filter.any"),
		Options: []ui.Option{{Value: Undecided, Label: i18n.T(ctx, "incident.undecided")}}}
	severity.Options = append(severity.Options, codeOptions(ctx, v.p.svc.laws.At(dayOf(v.now)), rulepack.SeverityList)...)
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "incident.filter.q"), Value: v.f.Query}, state, severity,
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "incident.unit"), Value: v.f.Unit, Options: v.units,
			Blank: i18n.T(ctx, "incident.filter.any")},
	}
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	detected := ui.Head{Label: i18n.T(ctx, "incident.detected_at"), Sort: web.With(v.r, "sort", "detected", "after", ""), Sorted: ui.SortDescending}
	if v.f.Oldest {
		detected.Sort, detected.Sorted = web.With(v.r, "sort", "", "after", ""), ui.SortAscending
	}
	return []ui.Head{{Label: i18n.T(ctx, "incident.code")}, {Label: i18n.T(ctx, "incident.name")}, {Label: i18n.T(ctx, "incident.unit")},
		{Label: i18n.T(ctx, "incident.severity")}, {Label: i18n.T(ctx, "incident.phase")}, {Label: i18n.T(ctx, "incident.clock")}, detected}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.page.Rows))
	for _, i := range v.page.Rows {
		badge := v.p.severityBadge(ctx, i)
		rows = append(rows, ui.Row{ID: string(i.ID), Name: i.Code, Href: href(i.ID), Tone: badge.Tone,
			Cells: []templ.Component{ui.Text(i.Code), ui.Text(i.Title), unitMark(v.names[i.UnitID]), ui.Badge(badge),
				ui.Text(i18n.T(ctx, "incident.phase."+string(i.Phase))), v.clock(ctx, i), ui.Time(i.DetectedAt)}})
	}
	return rows
}

func (v listPage) clock(ctx context.Context, i Incident) templ.Component {
	o, ok := v.next[string(i.ID)]
	if !ok {
		return ui.None()
	}
	m := obligation.Mark(ctx, o, v.now)
	m.Short = true
	return ui.Clock(m)
}

func (v listPage) firstAt() string {
	if v.f.After == "" {
		return ""
	}
	return web.With(v.r, "after", "")
}

func (v listPage) nextAt() string {
	if v.page.Next == "" {
		return ""
	}
	return web.With(v.r, "after", v.page.Next)
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	if !auth.May(ctx, mayWrite) {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "incident.new"), Href: "/incidents/new", Icon: ui.IconAdd, Primary: true}}
}

func (v listPage) empty(ctx context.Context) ui.EmptyProps {
	e := ui.EmptyProps{Icon: ui.IconIncident, Title: i18n.T(ctx, "incident.empty"), Text: i18n.T(ctx, "incident.empty.text")}
	if a := v.actions(ctx); len(a) > 0 {
		e.Action = &a[0]
	}
	return e
}

// severityBadge is the decided severity in the pack's words, or that nobody has
// decided.
func (p *Pages) severityBadge(ctx context.Context, i Incident) ui.BadgeProps {
	if !i.Severity.Decided() {
		return ui.BadgeProps{Text: i18n.T(ctx, "incident.undecided"), Tone: ui.Warn}
	}
	tone := ui.Info
	if i.Serious(p.svc.Pack(i)) {
		tone = ui.Bad
	}
	return ui.BadgeProps{Text: codeLabel(ctx, p.svc.Pack(i), rulepack.SeverityList, i.Severity.Value), Tone: tone}
}

// codeLabel is the pack's word for a code, or the code where the pack has none.
func codeLabel(ctx context.Context, p *rulepack.Pack, list, id string) string {
	l, _ := p.CodeList(list)
	if c, ok := l.Find(id); ok {
		return c.Label.In(i18n.Lang(ctx))
	}
	return id
}

func codeOptions(ctx context.Context, p *rulepack.Pack, list string) []ui.Option {
	l, _ := p.CodeList(list)
	var out []ui.Option
	for _, c := range l.Items {
		out = append(out, ui.Option{Value: c.ID, Label: c.Label.In(i18n.Lang(ctx))})
	}
	return out
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}

func href(id ID) string { return "/incidents/" + string(id) }

func idOf(r *http.Request) ID { return ID(r.PathValue("id")) }

// formVersion is the version the form was made from; one that does not read is
// a version no record has, and so a conflict.
func formVersion(r *http.Request) int64 {
	v, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil || v < 1 {
		return 0
	}
	return v
}

func versionField(v int64) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v, 10)}}
}
