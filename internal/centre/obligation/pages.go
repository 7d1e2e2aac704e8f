// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

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
	site     *web.Site
	svc      *Service
	units    Units
	subjects map[string]string
}

// NewPages makes the screens. Subjects maps a subject's kind to the path in
// front of its id, such as "incident" to "/incidents/"; a kind that is absent is
// shown without link.
func NewPages(site *web.Site, svc *Service, units Units, subjects map[string]string) *Pages {
	return &Pages{site, svc, units, subjects}
}

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /obligations", Need: read, Handle: p.list},
		{Pattern: "GET /obligations.csv", Need: read, Handle: p.export(web.CSV)},
		{Pattern: "GET /obligations.xlsx", Need: read, Handle: p.export(web.XLSX)},
		{Pattern: "GET /obligations/{id}", Need: read, Handle: p.show},
		{Pattern: "POST /obligations/{id}/meet", Need: write, Handle: p.meet},
		{Pattern: "GET /obligations/{id}/waive", Need: decide, Handle: p.askEnd(Waived)},
		{Pattern: "POST /obligations/{id}/waive", Need: decide, Handle: p.doEnd(Waived)},
		{Pattern: "GET /obligations/{id}/cancel", Need: decide, Handle: p.askEnd(Cancelled)},
		{Pattern: "POST /obligations/{id}/cancel", Need: decide, Handle: p.doEnd(Cancelled)},
	}
}

// statuses are the choices of the list's one status filter, the default first.
var statuses = []struct {
	name string
	f    Filter
}{
	{"open", Filter{State: Open}}, {"late", Filter{Clock: Late}}, {"soon", Filter{Clock: Soon}}, {"met", Filter{State: Met}},
	{"metlate", Filter{Clock: MetLate}}, {"waived", Filter{State: Waived}}, {"cancelled", Filter{State: Cancelled}}, {"all", Filter{}},
}

// filter reads the list's query. An unknown status is the default.
func filter(r *http.Request) (status string, f Filter) {
	q := r.URL.Query()
	i := max(slices.IndexFunc(statuses, func(s struct {
		name string
		f    Filter
	}) bool {
		return s.name == q.Get("status")
	}), 0)
	f = statuses[i].f
	f.Query, f.Unit, f.Kind, f.After, f.Latest = q.Get("q"), q.Get("unit"), q.Get("kind"), q.Get("after"), q.Get("sort") == "-due"
	return statuses[i].name, f
}

type listPage struct {
	p       *Pages
	r       *http.Request
	status  string
	f       Filter
	page    Page
	names   map[string]string
	units   []ui.Option
	now     time.Time
	firstAt string // the first page of this list; empty when this is it
}

// list handles GET /obligations. Query: status, q, unit, kind, sort=-due, after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{p: p, r: r, now: p.svc.now()}
	v.status, v.f = filter(r)
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
	if v.f.After != "" {
		v.firstAt = web.With(r, "after", "")
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "obligation.title"), Body: listView(v)})
}

func (p *Pages) names(ctx context.Context, rows []Obligation) (map[string]string, error) {
	var ids []string
	for _, o := range rows {
		ids = append(ids, o.UnitID)
	}
	slices.Sort(ids)
	return p.units.Names(ctx, slices.Compact(ids))
}

func (v listPage) filtered() bool {
	return v.status != statuses[0].name || v.f.Query != "" || v.f.Unit != "" || v.f.Kind != ""
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	status := ui.FieldProps{Kind: ui.KindSelect, Name: "status", Label: i18n.T(ctx, "obligation.filter.status"), Value: v.status}
	for _, s := range statuses {
		status.Options = append(status.Options, ui.Option{Value: s.name, Label: i18n.T(ctx, "obligation.status."+s.name)})
	}
	kind := ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "obligation.filter.kind"), Value: v.f.Kind,
		Blank: i18n.T(ctx, "obligation.filter.any")}
	for _, k := range kinds {
		kind.Options = append(kind.Options, ui.Option{Value: k, Label: i18n.T(ctx, "obligation.kind."+k)})
	}
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "obligation.filter.q"), Value: v.f.Query},
		status, kind,
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "obligation.unit"), Value: v.f.Unit, Options: v.units,
			Blank: i18n.T(ctx, "obligation.filter.any")},
	}
}

// kinds are the kinds of duty the interface has words for. Rooms that open a
// new kind add it here and to the catalogue.
var kinds = []string{"incident.report", "threat_hunt"}

func (v listPage) heads(ctx context.Context) []ui.Head {
	due := ui.Head{Label: i18n.T(ctx, "obligation.clock"), Sort: web.With(v.r, "sort", "-due", "after", ""), Sorted: ui.SortAscending}
	if v.f.Latest {
		due.Sort, due.Sorted = web.With(v.r, "sort", "", "after", ""), ui.SortDescending
	}
	return []ui.Head{{Label: i18n.T(ctx, "obligation.what")}, due, {Label: i18n.T(ctx, "obligation.unit")},
		{Label: i18n.T(ctx, "obligation.addressee")}, {Label: i18n.T(ctx, "obligation.subject")}}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.page.Rows))
	for _, o := range v.page.Rows {
		title := o.Title.In(i18n.Lang(ctx))
		rows = append(rows, ui.Row{ID: string(o.ID), Name: title, Href: href(o.ID), Tone: StateBadge(ctx, o, v.now).Tone,
			Cells: []templ.Component{ui.Text(title), v.clock(ctx, o), unitMark(v.names[o.UnitID]),
				ui.Text(o.Addressee.Name.In(i18n.Lang(ctx))), ui.Anchor(v.p.subject(o))}})
	}
	return rows
}

// clock is the clock mark, or the state where no clock runs.
func (v listPage) clock(ctx context.Context, o Obligation) templ.Component {
	if o.Clock(v.now) == Ended {
		return ui.Badge(StateBadge(ctx, o, v.now))
	}
	m := Mark(ctx, o, v.now)
	m.Short = true
	return ui.Clock(m)
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

func (p *Pages) subject(o Obligation) ui.Link {
	l := ui.Link{Label: o.Subject.Label}
	if path, ok := p.subjects[o.Subject.Kind]; ok {
		l.Href = path + o.Subject.ID
	}
	return l
}

func href(id ID) string { return "/obligations/" + string(id) }

func formVersion(r *http.Request) int64 {
	v, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return v
}
