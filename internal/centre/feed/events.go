// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Run is one run of a feed in scope; without id, the latest of a MISP feed's.
// fault.NotFound when there is none.
func (s *Service) Run(ctx context.Context, id ID, run string) (Run, error) {
	const op = "feed.Run"
	list, _, err := s.Runs(ctx, id, RunFilter{Limit: 500})
	if err != nil {
		return Run{}, err
	}
	i := slices.IndexFunc(list, func(r Run) bool { return r.ID == run || run == "" && r.Events != nil })
	if i < 0 {
		return Run{}, &fault.Error{Kind: fault.NotFound, Op: op}
	}
	return list[i], nil
}

type eventsPage struct {
	f   Feed
	run Run
}

// showEvents handles GET /feeds/{id}/events: what became of the events of a MISP
// feed in one run. Query: run; without it the latest.
func (p *Pages) showEvents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v := eventsPage{f: f}
	if v.run, err = p.svc.Run(ctx, f.ID, r.URL.Query().Get("run")); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "feed.events"), Body: eventsView(v)})
}

func eventsHref(f ID, run string) string { return href(f) + "/events?run=" + url.QueryEscape(run) }

func (v eventsPage) crumbs(ctx context.Context) []ui.Link {
	return append(crumbs(ctx), ui.Link{Label: v.f.Name, Href: href(v.f.ID)}, ui.Link{Label: i18n.T(ctx, "feed.runs"), Href: href(v.f.ID) + "/runs"})
}

// counts are how many events became what.
func (v eventsPage) counts(ctx context.Context) []ui.Fact {
	e := v.run.Events
	facts := []ui.Fact{fact(ctx, "run.at", ui.Time(v.run.Began)), fact(ctx, "state", ui.Badge(runBadge(ctx, v.run))), fact(ctx, "events.named", ui.Number(e.Named))}
	for _, c := range []struct {
		key string
		n   int64
	}{{"fetched", e.Fetched}, {"same", e.Same}, {"missing", e.Missing}, {"refused", e.Refused}, {"left", e.Left}, {"gone", e.Gone}, {"odd", e.Odd}} {
		if c.n > 0 || c.key == "fetched" || c.key == "same" {
			facts = append(facts, fact(ctx, "events."+c.key, ui.Number(c.n)))
		}
	}
	return facts
}

// notes are the events that did not come as they should, or left.
func (v eventsPage) notes(ctx context.Context) ui.ListProps {
	head := func(key string) ui.Head { return ui.Head{Label: i18n.T(ctx, "feed."+key)} }
	l := ui.ListProps{Caption: i18n.T(ctx, "feed.events.notes"), Heads: []ui.Head{head("events.event"), head("state"), head("why"), head("events.kept")},
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "feed.events.none"), Text: i18n.T(ctx, "feed.events.none.text")}}
	e := v.run.Events
	if l.Total = e.Troubled() + e.Gone; l.Total == 0 {
		return l
	}
	for _, n := range e.Notes {
		kept := ui.None()
		if n.State != EventGone {
			kept = ui.Text(i18n.T(ctx, map[bool]string{true: "feed.events.kept.yes", false: "feed.events.kept.no"}[n.Kept]))
		}
		l.Rows = append(l.Rows, ui.Row{ID: n.UUID, Name: n.Info, Cells: []templ.Component{eventView(n), ui.Badge(eventBadge(ctx, n.State)), ui.Text(whyText(ctx, n.Why, n.Args)), kept}})
	}
	return l
}

func eventBadge(ctx context.Context, s EventState) ui.BadgeProps {
	tone := map[EventState]ui.Tone{EventMissing: ui.Warn, EventRefused: ui.Bad, EventGone: ui.NoData}[s]
	return ui.BadgeProps{Text: i18n.T(ctx, "feed.events.is."+string(s)), Tone: tone}
}

// eventsText is the account of a run in a sentence; empty for no MISP feed.
func eventsText(ctx context.Context, e *Events) string {
	if e == nil {
		return ""
	}
	text := i18n.T(ctx, "feed.events.sum", i18n.Number(ctx, e.Named), i18n.Number(ctx, e.Fetched))
	if e.Troubled() > 0 {
		text += i18n.T(ctx, "feed.events.sum.bad", i18n.Number(ctx, e.Missing), i18n.Number(ctx, e.Refused))
	}
	if e.Gone > 0 {
		text += i18n.T(ctx, "feed.events.sum.gone", i18n.Number(ctx, e.Gone))
	}
	if e.Left > 0 {
		text += i18n.T(ctx, "feed.events.sum.left", i18n.Number(ctx, e.Left))
	}
	return text
}

func shapeName(s Shape) string {
	if s == OneFile {
		return "one"
	}
	return string(s)
}

func shapeOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range Shapes() {
		out = append(out, ui.Option{Value: string(s), Label: i18n.T(ctx, "feed.shape."+shapeName(s))})
	}
	return out
}
