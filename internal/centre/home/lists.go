// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func heads(ctx context.Context, keys ...string) []ui.Head {
	var out []ui.Head
	for _, k := range keys {
		out = append(out, ui.Head{Label: i18n.T(ctx, k)})
	}
	return out
}

// empty is the empty state of a block: what it will show, and why it does not.
func empty(ctx context.Context, icon ui.IconName, block string) ui.EmptyProps {
	return ui.EmptyProps{Icon: icon, Title: i18n.T(ctx, "home.empty."+block), Text: i18n.T(ctx, "home.empty."+block+".text")}
}

// dutyList is at most limit running clocks of the reader's own unit, the earliest
// first.
func (v page) dutyList(ctx context.Context, limit int) ui.ListProps {
	l := ui.ListProps{ID: "do", Caption: i18n.T(ctx, "home.do"), Heads: heads(ctx, "home.what", "home.clock", "home.subject"),
		Total: v.duties.Open, Empty: empty(ctx, ui.IconTask, "do")}
	for _, d := range v.duties.First[:min(len(v.duties.First), limit)] {
		l.Rows = append(l.Rows, ui.Row{Href: d.Href, Name: d.Title, Cells: []templ.Component{ui.Text(d.Title), shortClock(d.Clock), ui.Anchor(d.Subject)}})
	}
	return l
}

// lateList is at most limit demands that are owed past their term, those late
// longest first.
func (v page) lateList(ctx context.Context, limit int) ui.ListProps {
	l := ui.ListProps{ID: "late", Caption: i18n.T(ctx, "home.late"), Heads: heads(ctx, "home.what", "home.late.who", "home.late.longest", "home.subject"),
		Total: v.late.Lines, Empty: empty(ctx, ui.IconTask, "late")}
	for _, d := range v.late.First[:min(len(v.late.First), limit)] {
		l.Rows = append(l.Rows, ui.Row{Href: d.Href, Name: d.Title, Cells: []templ.Component{ui.Text(d.Title), d.who(ctx), shortClock(d.Clock), ui.Anchor(d.Subject)}})
	}
	return l
}

// who is the unit that owes a duty, or how many do.
func (d Duty) who(ctx context.Context) templ.Component {
	if d.Units > 1 {
		return ui.Text(i18n.T(ctx, "home.late.units", i18n.Number(ctx, d.Units)))
	}
	return unitMark(d.Unit)
}

func shortClock(c ui.ClockProps) templ.Component {
	c.Short = true
	return ui.Clock(c)
}

func (v page) incidentList(ctx context.Context, limit int) ui.ListProps {
	l := ui.ListProps{ID: "incidents", Caption: i18n.T(ctx, "home.incidents"), Heads: heads(ctx, "home.incident", "home.clock", "home.unit"),
		Total: v.incidents.Open, Empty: empty(ctx, ui.IconIncident, "incidents")}
	for _, i := range v.incidents.First[:min(len(v.incidents.First), limit)] {
		clock := ui.Text(i18n.T(ctx, "home.no_clock"))
		if i.Clock != nil {
			c := *i.Clock
			c.Short = true
			clock = ui.Clock(c)
		}
		l.Rows = append(l.Rows, ui.Row{Href: i.Href, Name: i.Title, Cells: []templ.Component{ui.Text(i.Code + " · " + i.Title), clock, unitMark(i.Unit)}})
	}
	return l
}

func (v page) silentList(ctx context.Context) ui.ListProps {
	s := *v.sources
	l := ui.ListProps{ID: "silent", Caption: i18n.T(ctx, "home.silent"), Heads: heads(ctx, "home.source", "home.unit", "home.last"),
		Total: s.SilentTotal, Empty: empty(ctx, ui.IconSource, "silent")}
	if s.Expected == 0 {
		l.Empty = empty(ctx, ui.IconSource, "sources")
		l.Empty.Action = v.next(ctx)
	}
	for _, x := range s.Silent {
		href := x.Href
		if !v.opens("/sources") {
			href = ""
		}
		l.Rows = append(l.Rows, ui.Row{Href: href, Name: x.Name, Tone: ui.NoData, Cells: []templ.Component{ui.Text(strings.TrimSpace(x.Name + " " + x.Why)), unitMark(x.Unit), last(ctx, x.Last)}})
	}
	return l
}

func last(ctx context.Context, t time.Time) templ.Component {
	if t.IsZero() {
		return ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "home.never"), Tone: ui.NoData})
	}
	return ui.Time(t)
}

func (v page) brokenList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "broken", Caption: i18n.T(ctx, "home.broken"), Heads: heads(ctx, "home.file", "home.why", "home.received"),
		Total: v.sources.BrokenTotal, Empty: empty(ctx, ui.IconFile, "broken")}
	for _, f := range v.sources.Broken {
		l.Rows = append(l.Rows, ui.Row{Href: f.Href, Name: f.Name, Tone: ui.Warn, Cells: []templ.Component{ui.Text(f.Name), ui.Text(f.Why), ui.Time(f.At)}})
	}
	return l
}

func (v page) indicatorFacts(ctx context.Context) []ui.Fact {
	i := *v.indicators
	facts := []ui.Fact{
		{Label: i18n.T(ctx, "home.indicators.lists"), Value: ui.Number(i.Lists)},
		{Label: i18n.T(ctx, "home.indicators.count"), Value: ui.Number(i.Indicators)},
		{Label: i18n.T(ctx, "home.indicators.loaded"), Value: ui.Time(i.LoadedAt)},
	}
	if i.Waiting > 0 {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "home.indicators.waiting"), Value: ui.Number(i.Waiting)})
	}
	if i.Refused > 0 {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "home.indicators.refused"), Value: ui.Number(i.Refused)})
	}
	return facts
}

// checklist is what the actor's own unit has told the centre.
func (v page) checklist(ctx context.Context) []ui.Step {
	var steps []ui.Step
	for _, item := range v.own.Items {
		s := ui.Step{Label: i18n.T(ctx, "home.own."+item.Key), Href: item.Href}
		if item.green() {
			s.State, s.Href = ui.StepDone, ""
		}
		if item.State == Stale || item.State == Declared {
			s.Note = i18n.T(ctx, "home.own.state."+string(item.State))
		}
		if !item.At.IsZero() {
			s.Note = strings.TrimSpace(s.Note + " " + i18n.T(ctx, "home.own.at", i18n.Date(ctx, item.At)))
		}
		steps = append(steps, s)
	}
	return steps
}

// readyFacts are the items with how many units have told each.
func (v page) readyFacts(ctx context.Context) []ui.Fact {
	of := func(n int64) templ.Component {
		return ui.Text(i18n.T(ctx, "home.ready.of", i18n.Number(ctx, n), i18n.Number(ctx, v.ready.Units)))
	}
	facts := []ui.Fact{{Label: i18n.T(ctx, "home.ready.all"), Value: of(v.ready.Green)}}
	for _, item := range v.ready.Items {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "home.own."+item.Key), Value: of(item.Green)})
	}
	return facts
}

// readyList is the units that have not told all.
func (v page) readyList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "ready", Caption: i18n.T(ctx, "home.ready.waiting"), Heads: heads(ctx, "home.unit", "home.ready.lacks"),
		Total: v.ready.Units - v.ready.Green, Empty: empty(ctx, ui.IconUnit, "ready")}
	for _, u := range v.ready.Waiting {
		var lacks []string
		for _, key := range u.Lacks {
			lacks = append(lacks, i18n.T(ctx, "home.own."+key))
		}
		l.Rows = append(l.Rows, ui.Row{Href: u.Href, Name: u.Name, Cells: []templ.Component{unitMark(u.Name), ui.Text(strings.Join(lacks, ", "))}})
	}
	return l
}

// readyActions lead to all units, and remind those that are not green.
func (v page) readyActions(ctx context.Context) []ui.Action {
	out := v.all(ctx, v.ready.List)
	if v.ready.Remind != nil {
		out = append(out, *v.ready.Remind)
	}
	return out
}
