// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Choices are what the pages take from elsewhere; app gives them.
type Choices struct {
	// Units lists the units in the actor's scope: value is the id.
	Units func(ctx context.Context) ([]ui.Option, error)
	// Names maps unit ids to short names; ids out of scope are absent.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
	// Sightings sums up what is remembered of an observable in the actor's
	// units; nil when they may not look into the memory. May be nil.
	Sightings func(ctx context.Context, a Asked) (*Sightings, error)
	// Findings are the findings of the actor's units that an observable stands
	// in; nil when they may not read findings. May be nil.
	Findings func(ctx context.Context, a Asked) (*Mentions, error)
	// Assets are the bundled files, for the fragment that shows progress.
	Assets ui.Assets
}

// Pages are the screens of the room.
type Pages struct {
	site    *web.Site
	svc     *Service
	choices Choices
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, c Choices) *Pages { return &Pages{site, svc, c} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	upload := p.svc.deps.Limit + 1<<20 // the file and the other fields
	return []web.Route{
		{Pattern: "GET /indicators", Need: mayRead, Handle: p.list},
		{Pattern: "GET /indicators.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /indicators.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET /indicators/new", Need: mayWrite, Handle: p.askNew},
		{Pattern: "POST /indicators/new", Need: mayWrite, Body: upload, Packed: true, Handle: p.create},
		{Pattern: "POST /indicators/allow", Need: mayWrite, Handle: p.allow},
		{Pattern: "POST /indicators/allow/{entry}/end", Need: mayWrite, Handle: p.disallow},
		{Pattern: "GET /indicators/find", Need: mayRead, Handle: p.find},
		{Pattern: "GET /indicators/find.csv", Need: mayRead, Handle: p.findExport(web.CSV)},
		{Pattern: "GET /indicators/find.xlsx", Need: mayRead, Handle: p.findExport(web.XLSX)},
		{Pattern: "GET /indicators/of", Need: mayRead, Handle: p.of},
		{Pattern: "POST /indicators/of", Need: mayWrite, Handle: p.allowOf},
		{Pattern: "GET /indicators/export", Need: mayRead, Handle: p.askExport},
		{Pattern: "GET /indicators/blocklist", Need: mayRead, Handle: p.blocklist},
		{Pattern: "GET /indicators/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /indicators/{id}/progress", Need: mayRead, Handle: p.progress},
		{Pattern: "POST /indicators/{id}/load", Need: mayWrite, Handle: p.loadAgain},
		{Pattern: "GET /indicators/{id}/replace", Need: mayWrite, Handle: p.askReplace},
		{Pattern: "POST /indicators/{id}/replace", Need: mayWrite, Body: upload, Packed: true, Handle: p.replace},
		{Pattern: "GET /indicators/{id}/on", Need: mayWrite, Handle: p.askSwitch(true)},
		{Pattern: "POST /indicators/{id}/on", Need: mayWrite, Handle: p.doSwitch(true)},
		{Pattern: "GET /indicators/{id}/off", Need: mayWrite, Handle: p.askSwitch(false)},
		{Pattern: "POST /indicators/{id}/off", Need: mayWrite, Handle: p.doSwitch(false)},
	}
}

func href(id ID) string { return "/indicators/" + string(id) }

// title is how people call l.
func title(ctx context.Context, l List) string {
	if l.Builtin {
		return i18n.T(ctx, "indicator.builtin")
	}
	return l.Name
}

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "indicator.title"), Href: "/indicators"}}
}

type listPage struct {
	r      *http.Request
	f      Filter
	page   Page
	names  map[string]string
	status Status
	asked  string
	answer Answer
	typed  allowForm
}

// allowForm is the form of a false positive as typed.
type allowForm struct {
	name, reason string
	exact        bool
	errs         map[string]string
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Query: q.Get("name"), Kind: Kind(q.Get("kind")), TLP: TLP(q.Get("tlp")), Switch: q.Get("switch"),
		Down: q.Get("sort") == "-name", After: q.Get("after")}
}

// list handles GET /indicators. Query: q asks about a name; name, kind, tlp,
// switch, sort=-name and after are of the list.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.renderList(w, r, http.StatusOK, r.URL.Query().Get("q"), allowForm{})
}

func (p *Pages) renderList(w http.ResponseWriter, r *http.Request, status int, asked string, typed allowForm) error {
	ctx := r.Context()
	v := listPage{r: r, f: filter(r), asked: strings.TrimSpace(asked), typed: typed}
	var err error
	if v.asked != "" {
		if v.answer, err = p.svc.Lookup(ctx, v.asked); err != nil {
			return err
		}
		v.status = v.answer.Status
	} else if v.status, err = p.svc.Status(ctx); err != nil {
		return err
	}
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.names, err = p.owners(ctx, v.page.Rows); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "indicator.title"), Body: listView(v)})
}

func (p *Pages) owners(ctx context.Context, rows []Listed) (map[string]string, error) {
	var ids []string
	for _, l := range rows {
		ids = append(ids, l.Owner)
	}
	return p.choices.Names(ctx, ids)
}

// allow handles POST /indicators/allow. Form: name, exact, reason.
func (p *Pages) allow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := allowForm{name: r.PostFormValue("name"), reason: r.PostFormValue("reason"), exact: r.PostFormValue("exact") != ""}
	e, err := p.svc.Allow(ctx, typed.name, typed.exact, typed.reason)
	if typed.errs = web.Errors(ctx, err); typed.errs != nil {
		return p.renderList(w, r, http.StatusUnprocessableEntity, typed.name, typed)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "indicator.allow.done", ui.Defang(e.Name)))
	return web.Redirect(w, r, "/indicators?q="+url.QueryEscape(e.Name))
}

// disallow handles POST /indicators/allow/{entry}/end.
func (p *Pages) disallow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, err := p.svc.Disallow(ctx, r.PathValue("entry"))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "indicator.allow.ended", ui.Defang(e.Name)))
	return web.Redirect(w, r, "/indicators")
}

func (v listPage) filtered() bool {
	return v.f.Query != "" || v.f.Kind != "" || v.f.TLP != "" || v.f.Switch != ""
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	anything := i18n.T(ctx, "indicator.filter.any")
	tlp := ui.FieldProps{Kind: ui.KindSelect, Name: "tlp", Label: i18n.T(ctx, "indicator.tlp"), Value: string(v.f.TLP), Blank: anything, Options: tlpOptions()}
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "name", Label: i18n.T(ctx, "indicator.filter.name"), Value: v.f.Query},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "indicator.kind"), Value: string(v.f.Kind), Blank: anything, Options: kindOptions(ctx)},
		tlp,
		{Kind: ui.KindSelect, Name: "switch", Label: i18n.T(ctx, "indicator.filter.switch"), Value: v.f.Switch, Blank: anything,
			Options: []ui.Option{{Value: "on", Label: i18n.T(ctx, "indicator.on")}, {Value: "off", Label: i18n.T(ctx, "indicator.off")}}},
	}
}

func kindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range []Kind{Block, Allow} {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "indicator.kind."+string(k)), Hint: i18n.T(ctx, "indicator.kind."+string(k)+".hint")})
	}
	return out
}

func tlpOptions() []ui.Option {
	var out []ui.Option
	for _, t := range TLPs() {
		out = append(out, ui.Option{Value: string(t), Label: string(t)})
	}
	return out
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	name := ui.Head{Label: i18n.T(ctx, "indicator.name"), Sort: web.With(v.r, "sort", "-name", "after", ""), Sorted: ui.SortAscending}
	if v.f.Down {
		name.Sort, name.Sorted = web.With(v.r, "sort", "", "after", ""), ui.SortDescending
	}
	return []ui.Head{name, {Label: i18n.T(ctx, "indicator.kind")}, {Label: i18n.T(ctx, "indicator.tlp")},
		{Label: i18n.T(ctx, "indicator.count"), Numeric: true}, {Label: i18n.T(ctx, "indicator.loaded")},
		{Label: i18n.T(ctx, "indicator.state")}, {Label: i18n.T(ctx, "indicator.owner")}}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, l := range v.page.Rows {
		badge := stateBadge(ctx, l)
		rows = append(rows, ui.Row{ID: string(l.ID), Name: title(ctx, l.List), Href: href(l.ID), Tone: badge.Tone,
			Cells: []templ.Component{ui.Text(title(ctx, l.List)), ui.Text(i18n.T(ctx, "indicator.kind."+string(l.Kind))), ui.Text(string(l.TLP)),
				ui.Number(l.Indicators), ui.Time(l.LoadedAt.Time), ui.Badge(badge), unitMark(v.names[l.Owner])}})
	}
	return rows
}

func stateBadge(ctx context.Context, l Listed) ui.BadgeProps {
	switch {
	case !l.Active:
		return ui.BadgeProps{Text: i18n.T(ctx, "indicator.off"), Tone: ui.NoData}
	case l.Stopped:
		return ui.BadgeProps{Text: i18n.T(ctx, "indicator.stopped"), Tone: ui.Warn}
	case l.Waiting:
		return ui.BadgeProps{Text: i18n.T(ctx, "indicator.loading"), Tone: ui.Info, Icon: ui.IconRunning}
	case l.Refused:
		return ui.BadgeProps{Text: i18n.T(ctx, "indicator.refused"), Tone: ui.Bad}
	case l.Indicators == 0:
		return ui.BadgeProps{Text: i18n.T(ctx, "indicator.none_yet"), Tone: ui.NoData}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "indicator.on"), Tone: ui.OK}
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}

func (v listPage) next() string {
	if v.page.Next == "" {
		return ""
	}
	return web.With(v.r, "after", v.page.Next)
}

func (v listPage) first() string {
	if v.f.After == "" {
		return ""
	}
	return web.With(v.r, "after", "")
}

func (v listPage) tiles(ctx context.Context) []ui.Tile {
	grade, note := ui.Measured, i18n.T(ctx, "indicator.status.loaded", i18n.Time(ctx, v.status.LoadedAt))
	if v.status.LoadedAt.IsZero() || v.status.Lists == 0 {
		grade = ui.NotSeen
	}
	if v.status.LoadedAt.IsZero() {
		note = i18n.T(ctx, "indicator.status.never")
	}
	return []ui.Tile{
		{Label: i18n.T(ctx, "indicator.status.lists"), Measure: ui.MeasureProps{Value: i18n.Number(ctx, v.status.Lists), Grade: grade}},
		{Label: i18n.T(ctx, "indicator.status.indicators"), Measure: ui.MeasureProps{Value: i18n.Number(ctx, v.status.Indicators), Grade: grade, Note: note}},
	}
}

// allowName is what the form of a false positive offers.
func (v listPage) allowName() string {
	if v.typed.errs != nil {
		return v.typed.name
	}
	return v.answer.Value
}

// actions lead to what is done with all lists.
func actions(ctx context.Context) []ui.Action {
	return append([]ui.Action{{Label: i18n.T(ctx, "indicator.find"), Href: "/indicators/find", Icon: ui.IconSearch},
		{Label: i18n.T(ctx, "indicator.export"), Href: "/indicators/export", Icon: ui.IconDownload}}, newAction(ctx)...)
}

func newAction(ctx context.Context) []ui.Action {
	if !MayManage(ctx) {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "indicator.new"), Href: "/indicators/new", Icon: ui.IconUpload, Primary: true}}
}

func emptyLists(ctx context.Context) ui.EmptyProps {
	e := ui.EmptyProps{Icon: ui.IconIndicator, Title: i18n.T(ctx, "indicator.list.empty"), Text: i18n.T(ctx, "indicator.list.empty.text")}
	if a := newAction(ctx); a != nil {
		e.Action = &a[0]
	}
	return e
}

func scopeOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range []Scope{WithSubdomains, ExactOnly} {
		out = append(out, ui.Option{Value: string(s), Label: i18n.T(ctx, "indicator.scope."+string(s))})
	}
	return out
}

func layoutOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, l := range Layouts() {
		out = append(out, ui.Option{Value: string(l), Label: i18n.T(ctx, "indicator.layout."+string(l))})
	}
	return out
}
