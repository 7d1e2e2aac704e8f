// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/outgoing"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Choices are what the pages take from elsewhere; app gives them.
type Choices struct {
	// Units lists the units in the actor's scope: value is the id.
	Units func(ctx context.Context) ([]ui.Option, error)
	// Names maps unit ids to short names; ids out of scope are absent.
	Names func(ctx context.Context, ids []string) (map[string]string, error)
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

const at = "/feeds"

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + at, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + at + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + at + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + at + "/catalogue", Need: mayRead, Handle: p.catalogue},
		{Pattern: "GET " + at + "/network", Need: mayConfigure, Handle: p.askNetwork},
		{Pattern: "POST " + at + "/network", Need: mayConfigure, Handle: p.network},
		{Pattern: "GET " + at + "/new", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + at + "/new", Need: mayWrite, Handle: p.create},
		{Pattern: "GET " + at + "/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET " + at + "/{id}/progress", Need: mayRead, Handle: p.progress},
		{Pattern: "GET " + at + "/{id}/runs", Need: mayRead, Handle: p.runs},
		{Pattern: "GET " + at + "/{id}/events", Need: mayRead, Handle: p.showEvents},
		{Pattern: "GET " + at + "/{id}/runs.csv", Need: mayRead, Handle: p.exportRuns},
		{Pattern: "GET " + at + "/{id}/edit", Need: mayWrite, Handle: p.askEdit},
		{Pattern: "POST " + at + "/{id}/edit", Need: mayWrite, Handle: p.edit},
		{Pattern: "GET " + at + "/{id}/on", Need: mayWrite, Handle: p.askOn},
		{Pattern: "POST " + at + "/{id}/on", Need: mayWrite, Handle: p.on},
		{Pattern: "GET " + at + "/{id}/off", Need: mayWrite, Handle: p.askOff},
		{Pattern: "POST " + at + "/{id}/off", Need: mayWrite, Handle: p.off},
		{Pattern: "GET " + at + "/{id}/delete", Need: mayWrite, Handle: p.askDelete},
		{Pattern: "POST " + at + "/{id}/delete", Need: mayWrite, Handle: p.delete},
		{Pattern: "POST " + at + "/{id}/fetch", Need: mayWrite, Handle: p.fetch},
		{Pattern: "POST " + at + "/{id}/cancel", Need: mayWrite, Handle: p.cancel},
		{Pattern: "POST " + at + "/{id}/test", Need: mayWrite, Handle: p.test},
	}
}

func href(id ID) string { return at + "/" + string(id) }

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "feed.title"), Href: at}}
}

type listPage struct {
	r     *http.Request
	f     Filter
	page  Page
	units map[string]string
	late  func(Feed) bool
	pick  []ui.Option // units to narrow to
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), Unit: q.Get("unit"), State: q.Get("state"), Sort: q.Get("sort"), After: q.Get("after")}
}

// list handles GET /feeds. Query: q, unit, state, sort, after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: filter(r), late: p.late}
	var err error
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.units, err = p.names(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.pick, err = p.choices.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "feed.title"), Body: listView(v)})
}

func (p *Pages) late(f Feed) bool { return f.Stale(p.svc.Now()) }

func (p *Pages) names(ctx context.Context, list []Feed) (map[string]string, error) {
	var ids []string
	for _, f := range list {
		ids = append(ids, f.Unit)
	}
	return p.choices.Names(ctx, ids)
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	out := []ui.Action{{Label: i18n.T(ctx, "feed.catalogue"), Href: at + "/catalogue", Icon: ui.IconSource}}
	if auth.May(ctx, mayConfigure) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "feed.network"), Href: at + "/network", Icon: ui.IconLock})
	}
	if MayStand(ctx) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "feed.new"), Href: at + "/new", Icon: ui.IconAdd, Primary: true})
	}
	return out
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	filters := ui.FilterProps{Action: at, Clear: at, Fields: []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "feed.search"), Value: v.f.Search},
		{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "feed.state"), Value: v.f.State, Blank: i18n.T(ctx, "feed.any"), Options: stateOptions(ctx)},
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "feed.unit"), Value: v.f.Unit, Blank: i18n.T(ctx, "feed.any"), Options: v.pick}}}
	if v.f.Sort != "" {
		filters.Hidden = []ui.Hidden{{Name: "sort", Value: v.f.Sort}}
	}
	l := ui.ListProps{Caption: i18n.T(ctx, "feed.title"), Total: v.page.Total, Filtered: v.f.Search+v.f.State+v.f.Unit != "", ClearAt: at,
		Filters: ui.Filter(filters), Heads: v.heads(ctx), Exports: web.Exports(v.r, at),
		Empty: ui.EmptyProps{Icon: ui.IconDownload, Title: i18n.T(ctx, "feed.empty"), Text: i18n.T(ctx, "feed.empty.text"),
			Action: &ui.Action{Label: i18n.T(ctx, "feed.catalogue"), Href: at + "/catalogue"}}}
	for _, f := range v.page.Rows {
		badge := badgeOf(ctx, f, v.late(f))
		l.Rows = append(l.Rows, ui.Row{ID: string(f.ID), Name: f.Name, Href: href(f.ID), Tone: badge.Tone, Cells: []templ.Component{
			ui.Text(f.Name), ui.Badge(badge), ui.Time(f.OKAt), ui.Number(f.Rows), ui.Time(f.NextAt), ui.Text(scheduleText(ctx, f.Schedule)), unitMark(v.units[f.Unit])}})
	}
	if v.page.Next != "" {
		l.Next = web.With(v.r, "after", v.page.Next)
	}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

func stateOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range []string{"on", "off", "drop", "failing"} {
		out = append(out, ui.Option{Value: s, Label: i18n.T(ctx, "feed.filter."+s)})
	}
	return out
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	sorted := func(key, sort string, as ui.Sorted) ui.Head {
		h := ui.Head{Label: i18n.T(ctx, key), Sort: web.With(v.r, "sort", sort, "after", "")}
		if v.f.Sort == sort {
			h.Sorted = as
		}
		return h
	}
	name := sorted("feed.name", "", ui.SortAscending)
	switch v.f.Sort {
	case "":
		name.Sort = web.With(v.r, "sort", "-name", "after", "")
	case "-name":
		name.Sorted = ui.SortDescending
	}
	rows := ui.Head{Label: i18n.T(ctx, "feed.rows"), Numeric: true}
	return []ui.Head{name, {Label: i18n.T(ctx, "feed.state")}, sorted("feed.ok_at", "-ok", ui.SortDescending), rows,
		sorted("feed.next_at", "next", ui.SortAscending), {Label: i18n.T(ctx, "feed.schedule")}, {Label: i18n.T(ctx, "feed.unit")}}
}

// badgeOf is how a feed fares, in a word.
func badgeOf(ctx context.Context, f Feed, late bool) ui.BadgeProps {
	switch {
	case !f.Watched():
		return ui.BadgeProps{Text: i18n.T(ctx, "feed.badge.off"), Tone: ui.NoData}
	case late:
		return ui.BadgeProps{Text: i18n.T(ctx, "feed.badge.late"), Tone: ui.Bad, Icon: ui.IconClockBad}
	case f.Failures > 0:
		return ui.BadgeProps{Text: i18n.T(ctx, "feed.badge.failing", i18n.Number(ctx, f.Failures)), Tone: ui.Warn}
	case f.Run != "":
		return ui.BadgeProps{Text: i18n.T(ctx, "feed.badge.running"), Tone: ui.Info, Icon: ui.IconRunning}
	case f.OKAt.IsZero():
		return ui.BadgeProps{Text: i18n.T(ctx, "feed.badge.new"), Tone: ui.NoData}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "feed.badge.ok"), Tone: ui.OK}
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}

// scheduleText is a schedule in words.
func scheduleText(ctx context.Context, s Schedule) string {
	if len(s.At) > 0 {
		return i18n.T(ctx, "feed.schedule.at", strings.Join(s.At, ", "))
	}
	return everyText(ctx, s.Every)
}

// everyText is an interval in words, in the largest unit that is whole.
func everyText(ctx context.Context, every time.Duration) string {
	n := int64(every / time.Minute)
	switch {
	case n%(24*60) == 0:
		return i18n.T(ctx, "feed.schedule.days", n/(24*60))
	case n%60 == 0:
		return i18n.T(ctx, "feed.schedule.hours", n/60)
	}
	return i18n.T(ctx, "feed.schedule.minutes", n)
}

// whyText is why the latest run failed, in words.
func whyText(ctx context.Context, key string, args []string) string {
	if key == "" {
		return ""
	}
	list := make([]any, len(args))
	for i, a := range args {
		list[i] = a
	}
	return i18n.T(ctx, key, list...)
}

// export handles GET /feeds.csv and .xlsx: every feed that the filter matches,
// none with its key.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "feeds"}
		for _, key := range []string{"name", "url", "unit", "state", "schedule", "ok_at", "changed_at", "next_at", "rows", "failures", "why"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "feed."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Feed, string, error) {
			f.After = after
			page, err := p.svc.List(ctx, f)
			return page.Rows, page.Next, err
		}, func(list []Feed) ([][]any, error) {
			units, err := p.names(ctx, list)
			var out [][]any
			for _, f := range list {
				out = append(out, []any{f.Name, f.URL, units[f.Unit], badgeOf(ctx, f, p.late(f)).Text, scheduleText(ctx, f.Schedule), f.OKAt, f.ChangedAt, f.NextAt,
					f.Rows, f.Failures, whyText(ctx, f.Why, f.WhyArgs)})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}

// catalogue handles GET /feeds/catalogue. Nothing in it is fetched.
func (p *Pages) catalogue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, _, err := auth.Need(ctx, "feed.catalogue", mayRead); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "feed.catalogue"), Body: catalogueView(Catalogue())})
}

// about is what an entry holds, in the reader's language.
func (e Entry) about(ctx context.Context) string {
	if i18n.Lang(ctx) == string(i18n.English) {
		return e.About.EN
	}
	return e.About.VI
}

// licence is the licence's short name, or that the publisher's own terms hold.
func (e Entry) licence(ctx context.Context) string {
	if e.Licence == ownTerms {
		return i18n.T(ctx, "feed.entry.own_terms")
	}
	return e.Licence
}

func catalogueRows(ctx context.Context, list []Entry) []ui.Row {
	var rows []ui.Row
	for _, e := range list {
		use := ui.Text("")
		if MayStand(ctx) {
			use = ui.ActionLink(ui.Action{Label: i18n.T(ctx, "feed.entry.use"), Href: at + "/new?entry=" + e.ID, Icon: ui.IconAdd})
		}
		rows = append(rows, ui.Row{ID: e.ID, Name: e.Name, Cells: []templ.Component{entryView(e), entryHoldsView(e),
			ui.Text(everyText(ctx, e.Every)), entryTermsView(e), use}})
	}
	return rows
}

type networkPage struct {
	proxy, allowed, keep string
	version              int64
	errs                 map[string]string
}

// askNetwork handles GET /feeds/network.
func (p *Pages) askNetwork(w http.ResponseWriter, r *http.Request) error {
	n, err := p.svc.Network(r.Context())
	if err != nil {
		return err
	}
	lines := make([]string, len(n.Allowed))
	for i, a := range n.Allowed {
		lines[i] = a.String()
	}
	return p.renderNetwork(w, r, http.StatusOK, networkPage{proxy: n.Proxy, allowed: strings.Join(lines, "\n"), keep: strconv.FormatInt(n.KeepDays, 10), version: n.Version})
}

func (p *Pages) renderNetwork(w http.ResponseWriter, r *http.Request, status int, v networkPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "feed.network"), Body: networkView(v)})
}

// network handles POST /feeds/network. Form: proxy, networks, keep_days, version.
func (p *Pages) network(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := networkPage{proxy: r.PostFormValue("proxy"), allowed: r.PostFormValue("networks"), keep: strings.TrimSpace(r.PostFormValue("keep_days")),
		version: formVersion(r), errs: map[string]string{}}
	list, ok := outgoing.ParseNetworks(v.allowed)
	if !ok {
		v.errs["networks"] = i18n.T(ctx, "feed.bad.networks")
	}
	if !validProxy(strings.TrimSpace(v.proxy)) {
		v.errs["proxy"] = i18n.T(ctx, "feed.bad.proxy")
	}
	keep, err := strconv.ParseInt(v.keep, 10, 64)
	if err != nil || keep < 0 || keep > maxKeepDays {
		v.errs["keep_days"] = i18n.T(ctx, "feed.bad.keep_days")
	}
	if len(v.errs) > 0 {
		return p.renderNetwork(w, r, http.StatusUnprocessableEntity, v)
	}
	if err := p.svc.SetNetwork(ctx, Network{Proxy: v.proxy, Allowed: list, KeepDays: keep, Version: v.version}); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "feed.saved"))
	return web.Redirect(w, r, at)
}

func formVersion(r *http.Request) int64 {
	v, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return v
}

// listHref is the page of a feed's list.
func listHref(id indicator.ID) string { return "/indicators/" + string(id) }
