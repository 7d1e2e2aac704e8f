// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Pages are the one screen of the room.
type Pages struct {
	site *web.Site
	deps Deps
}

// NewPages makes the screen.
func NewPages(site *web.Site, d Deps) *Pages { return &Pages{site, d} }

// Routes are the addresses of the room: the start page alone.
func (p *Pages) Routes() []web.Route {
	return []web.Route{{Pattern: "GET /{$}", Access: web.SignedIn, Handle: p.today}}
}

type page struct {
	state
	now       time.Time
	view      View
	views     []View
	threshold int64
	nav       []ui.NavGroup
	alerts    []ui.AlertProps
	sample    sampling
}

// today handles GET /. Query: view picks one of the actor's views; wall shows
// the queue of the duty officer for a display that nobody touches; seed, n and
// kind say what an inspector draws, and what cannot be drawn is a 422.
func (p *Pages) today(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	v := page{now: p.deps.Now(), views: views(actor), threshold: p.deps.Threshold, nav: p.deps.Nav(ctx, "/")}
	v.view = v.views[0]
	if asked := View(r.URL.Query().Get("view")); slices.Contains(v.views, asked) {
		v.view = asked
	}
	if v.view != Calm || actor.Has(auth.Administrator) {
		var err error
		if v.state, err = p.deps.gather(ctx, v.view); err != nil {
			return err
		}
	}
	if p.deps.Alerts != nil {
		var err error
		if v.alerts, err = p.deps.Alerts(ctx); err != nil {
			return err
		}
	}
	if v.view == ForDuty && r.URL.Query().Has("wall") {
		return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "home.wall"), Body: wallView(v), Bare: true})
	}
	status := http.StatusOK
	if v.sample = asked(r, v.now); v.view == ForInspector && v.sample.bad() {
		status = http.StatusUnprocessableEntity
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "home.title"), Body: todayView(v)})
}

func (v page) tabs(ctx context.Context) []ui.Tab {
	if len(v.views) < 2 {
		return nil
	}
	var tabs []ui.Tab
	for _, x := range v.views {
		tabs = append(tabs, ui.Tab{Label: i18n.T(ctx, "home.view."+string(x)), Href: "/?view=" + string(x), Here: x == v.view})
	}
	return tabs
}

// firstHour are the steps of a new centre, nil when they are over.
func (v page) firstHour() []ui.Step {
	if v.first == nil {
		return nil
	}
	return *v.first
}

// seen is a figure that rests on logs.
func (v page) seen(ctx context.Context, n int64, href string) ui.MeasureProps {
	m := ui.MeasureProps{Value: i18n.Number(ctx, n), Grade: v.grade(v.threshold), Href: href}
	if v.sources != nil {
		m.Seen, m.Expected = v.sources.Heard, v.sources.Expected
		if v.sources.Expected > 0 {
			m.Note = i18n.T(ctx, "home.figure.sources", i18n.Number(ctx, m.Seen), i18n.Number(ctx, m.Expected))
		}
		if h := v.sources.Hours; h.Seen < h.Expected {
			m.Seen, m.Expected = h.Seen, h.Expected
			m.Note = i18n.T(ctx, "home.figure.hours", i18n.Number(ctx, h.Seen), i18n.Number(ctx, h.Expected))
		}
		for _, s := range v.sources.Silent {
			m.Missing = append(m.Missing, s.Name)
		}
	}
	if m.Grade < ui.Declared && n > 0 {
		m.Note = i18n.T(ctx, "home.figure.known", i18n.Number(ctx, n))
	}
	if m.Grade < ui.Declared && v.view != ForLeader {
		m.Next = v.next(ctx)
	}
	return m
}

// next is the step by which a figure becomes measured, if this reader can take
// it.
func (v page) next(ctx context.Context) *ui.Action {
	link := func(key, area, href string) *ui.Action {
		if !v.opens(area) {
			return nil
		}
		return &ui.Action{Label: i18n.T(ctx, key), Href: href}
	}
	switch {
	case v.sources != nil && v.sources.Expected == 0:
		return link("home.next.source", "/sources", "/sources/new")
	case v.matching != nil && !*v.matching:
		return link("home.next.indicators", "/indicators", "/indicators/new")
	}
	return link("home.next.sources", "/sources", "/sources")
}

// opens reports whether the reader's navigation has a page.
func (v page) opens(href string) bool {
	return slices.ContainsFunc(v.nav, func(g ui.NavGroup) bool {
		return slices.ContainsFunc(g.Items, func(it ui.NavItem) bool { return it.Href == href })
	})
}

// held is a count of records that are simply there, logs or not.
func held(ctx context.Context, n int64, href string) ui.MeasureProps {
	return ui.MeasureProps{Value: i18n.Number(ctx, n), Grade: ui.Measured, Href: href}
}

func urgent(n int64, tone ui.Tone) ui.Tone {
	if n > 0 {
		return tone
	}
	return ui.Neutral
}

// tiles are the figures of a view, those that burn first.
func (v page) tiles(ctx context.Context) []ui.Tile {
	var tiles []ui.Tile
	if v.duties != nil {
		tiles = append(tiles,
			ui.Tile{Label: i18n.T(ctx, "home.figure.late"), Tone: urgent(v.duties.Late, ui.Bad), Measure: held(ctx, v.duties.Late, v.at("/obligations?status=late"))},
			ui.Tile{Label: i18n.T(ctx, "home.figure.soon"), Tone: urgent(v.duties.Soon, ui.Warn), Measure: held(ctx, v.duties.Soon, v.at("/obligations?status=soon"))})
	}
	if v.incidents != nil {
		tiles = append(tiles, ui.Tile{Label: i18n.T(ctx, "home.figure.incidents"), Tone: urgent(v.incidents.Open, ui.Warn), Measure: held(ctx, v.incidents.Open, v.at("/incidents"))})
	}
	if v.findings != nil {
		tiles = append(tiles, ui.Tile{Label: i18n.T(ctx, "home.figure.findings"), Tone: urgent(v.findings.Open, ui.Warn), Measure: v.seen(ctx, v.findings.Open, v.at("/findings"))})
	}
	return append(tiles, v.infected(ctx)...)
}

// infected are the figures of infections: machines are called infected, what
// stands behind a shared address is said to be there.
func (v page) infected(ctx context.Context) []ui.Tile {
	if v.infections == nil {
		return nil
	}
	i := *v.infections
	tiles := []ui.Tile{{Label: i18n.T(ctx, "home.figure.infections"), Tone: urgent(i.Machine, ui.Bad), Measure: v.seen(ctx, i.Machine, v.at("/infections"))}}
	if behind := i.total() - i.Machine; behind > 0 {
		m := v.seen(ctx, behind, v.at("/infections"))
		if m.Grade >= ui.Declared {
			m.Note = i18n.T(ctx, "home.figure.ask_logs")
		}
		if i.Unknown > 0 {
			m.Note = i18n.T(ctx, "home.figure.unknown_kind", i18n.Number(ctx, i.Unknown))
		}
		tiles = append(tiles, ui.Tile{Label: i18n.T(ctx, "home.figure.behind"), Tone: ui.Warn, Measure: m})
	}
	return tiles
}

func (v page) changes(ctx context.Context) []ui.Fact {
	fact := func(key string, n int64) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "home.changed."+key), Value: ui.Number(n)}
	}
	logged := func(key string, n int64) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "home.changed."+key), Value: ui.Measure(v.seen(ctx, n, ""))}
	}
	s := *v.since
	return []ui.Fact{logged("findings", s.Findings), logged("infections", s.Infections), fact("opened", s.Opened), fact("closed", s.Closed)}
}

// sentence is one sentence of the leader's page, leading to what it says.
type sentence struct{ text, href string }

// sentences say the day in three sentences from the same figures, each leading
// to what it speaks of.
func (v page) sentences(ctx context.Context) []sentence {
	n := func(x int64) string { return i18n.Number(ctx, x) }
	sources := cmp.Or(v.at("/sources"), v.at("/infections"))
	var out []sentence
	switch {
	case v.sources == nil || v.sources.Heard == 0:
		out = append(out, sentence{i18n.T(ctx, "home.leader.blind"), sources})
	case v.grade(v.threshold) == ui.NotSeen:
		out = append(out, sentence{i18n.T(ctx, "home.leader.unmatched", n(v.sources.Heard), n(v.sources.Expected)), sources})
	default:
		out = append(out, sentence{i18n.T(ctx, "home.leader.coverage", n(v.sources.Heard), n(v.sources.Expected)), sources})
	}
	if v.infections != nil && v.incidents != nil {
		grade := v.grade(v.threshold)
		switch {
		case grade == ui.Measured:
			out = append(out, sentence{i18n.T(ctx, "home.leader.seen", n(v.infections.Machine), n(v.incidents.Open)), v.at("/incidents")})
		case grade == ui.Insufficient || v.infections.Machine > 0 || v.incidents.Open > 0:
			out = append(out, sentence{i18n.T(ctx, "home.leader.known", n(v.infections.Machine), n(v.incidents.Open)), v.at("/incidents")})
		}
	}
	switch {
	case v.directives != nil && v.directives.Total > 0 && v.duties != nil:
		out = append(out, sentence{i18n.T(ctx, "home.leader.directives", n(v.directives.Total), n(v.directives.Late), n(v.duties.Late)), v.directives.List})
	case v.duties != nil:
		out = append(out, sentence{i18n.T(ctx, "home.leader.duties", n(v.duties.Open), n(v.duties.Late), n(v.duties.Soon)), v.at("/obligations")})
	}
	return out
}

// short is how many rows of a list the page shows: the leader's is one sheet.
func (v page) short() int {
	if v.view == ForLeader {
		return 5
	}
	return 10
}

// queueActions lead to all that is owed and to the display on the wall.
func (v page) queueActions(ctx context.Context) []ui.Action {
	return append(v.all(ctx, "/obligations"), ui.Action{Label: i18n.T(ctx, "home.wall.open"), Href: "/?view=duty&wall=1"})
}

// heading is the title over the page.
func (v page) heading(ctx context.Context) string {
	if v.view == ForLeader {
		return i18n.T(ctx, "home.leader.title")
	}
	return i18n.T(ctx, "home.title")
}

// owes reports whether something is to be done, which comes before the unit's
// own checklist.
func (v page) owes() bool { return v.duties != nil && len(v.duties.First) > 0 }

// reachable is how many pages besides this one the reader may open.
func (v page) reachable() int {
	n := 0
	for _, g := range v.nav {
		for _, it := range g.Items {
			if it.Href != "/" {
				n++
			}
		}
	}
	return n
}

// at is href when the reader's navigation leads to its page, else nowhere: a
// figure never links to what its reader may not open.
func (v page) at(href string) string {
	path, _, _ := strings.Cut(href, "?")
	if v.opens(path) {
		return href
	}
	return ""
}

// all leads to the whole of what a block shows a part of.
func (v page) all(ctx context.Context, href string) []ui.Action {
	if v.at(href) == "" {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "home.all"), Href: href}}
}

func ownAction(ctx context.Context, v page) []ui.Action {
	return []ui.Action{{Label: i18n.T(ctx, "home.own.open"), Href: v.own.Href}}
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}
