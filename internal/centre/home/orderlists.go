// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// barWide is the width of a directive's bar in px.
const barWide = 160

// part is one stretch of a bar, in px from its beginning.
type part struct {
	class       string
	x, width    string
	label, text string
}

// parts divides the bar of d by its counts: what is met, late, not yet due, and
// what cannot be told; each that there is is at least 3 px wide.
func (d Directive) parts(ctx context.Context) []part {
	var out []part
	total, x := d.total(), int64(0)
	counts := []struct {
		key string
		n   int64
	}{{"met", d.Met}, {"late", d.Late}, {"open", d.Open}, {"unseen", d.Unseen}}
	left := int64(0)
	for _, c := range counts {
		if c.n > 0 {
			left += c.n
		}
	}
	for _, c := range counts {
		if c.n <= 0 || total == 0 {
			continue
		}
		left -= c.n
		wide := max(3, c.n*barWide/total)
		if left == 0 {
			wide = barWide - x
		}
		out = append(out, part{class: "vg-part-" + c.key, x: strconv.FormatInt(x, 10), width: strconv.FormatInt(wide, 10),
			label: i18n.T(ctx, "home.directive."+c.key), text: i18n.Number(ctx, c.n)})
		x += wide
	}
	return out
}

// words are the counts of d that are not nought.
func (d Directive) words(ctx context.Context) string {
	var out []string
	for _, p := range d.parts(ctx) {
		out = append(out, p.text+" "+p.label)
	}
	if out == nil {
		return i18n.T(ctx, "home.directive.none")
	}
	return strings.Join(out, ", ")
}

// directiveList is the directives in force with their bars.
func (v page) directiveList(ctx context.Context, limit int) ui.ListProps {
	l := ui.ListProps{ID: "directives", Caption: i18n.T(ctx, "home.directives"), Heads: heads(ctx, "home.directive", "home.clock", "home.directive.state"),
		Total: v.directives.Total, Empty: empty(ctx, ui.IconDirective, "directives")}
	for _, d := range v.directives.First[:min(len(v.directives.First), limit)] {
		clock := ui.None()
		if d.Clock != nil {
			c := *d.Clock
			c.Short = true
			clock = ui.Clock(c)
		}
		l.Rows = append(l.Rows, ui.Row{Href: d.Href, Name: d.Title, Cells: []templ.Component{ui.Text(d.Title), clock, directiveBar(d)}})
	}
	return l
}

// standingList is units with their places.
func (v page) standingList(ctx context.Context, id string, rows []Standing) ui.ListProps {
	l := ui.ListProps{ID: id, Caption: i18n.T(ctx, "home.board."+id), Heads: heads(ctx, "home.unit", "home.board.value"), Total: -1, Empty: empty(ctx, ui.IconNoData, "board")}
	for _, s := range rows {
		l.Rows = append(l.Rows, ui.Row{Href: s.Href, Name: s.Unit, Cells: []templ.Component{unitMark(s.Unit), ui.Measure(s.Measure)}})
	}
	return l
}

// answerList is what waits for an answer: directives with something open of the
// reader's, then the rest.
func (v page) answerList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "reply", Caption: i18n.T(ctx, "home.reply"), Heads: heads(ctx, "home.what", "home.kind", "home.clock", "home.answer.from"), Empty: empty(ctx, ui.IconDirective, "reply")}
	var list []Answer
	if v.directives != nil && v.view == ForOfficer {
		for _, d := range v.directives.First {
			if d.Late+d.Open+d.Unseen > 0 {
				list = append(list, Answer{Kind: Directed, Title: d.Title, Href: cmp.Or(d.Reply, d.Href), From: d.From, Clock: d.Clock})
			}
		}
	}
	l.Total = int64(len(list))
	if v.answers != nil {
		list, l.Total = append(list, v.answers.First...), l.Total+v.answers.Total
	}
	for _, a := range list {
		when := ui.Time(a.Since)
		if a.Clock != nil {
			c := *a.Clock
			c.Short = true
			when = ui.Clock(c)
		}
		l.Rows = append(l.Rows, ui.Row{Href: a.Href, Name: a.Title, Cells: []templ.Component{ui.Text(a.Title), ui.Text(i18n.T(ctx, "home.answer."+string(a.Kind))), when, ui.Text(a.From)}})
	}
	return l
}

// fixList is what the unit has to put right: its infections, then its silent
// sources.
func (v page) fixList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "fix", Caption: i18n.T(ctx, "home.fix"), Heads: heads(ctx, "home.what", "home.kind", "home.who", "home.since"), Empty: empty(ctx, ui.IconInfection, "fix")}
	if v.grade(v.threshold) == ui.NotSeen {
		l.Empty = empty(ctx, ui.IconNoData, "blind")
		l.Empty.Action = v.next(ctx)
	}
	l.Total = -1 // a machine may be here for each of its threats, and is counted once elsewhere
	if v.sick != nil {
		for _, f := range *v.sick {
			l.Rows = append(l.Rows, ui.Row{Href: f.Href, Name: f.Title, Tone: ui.Bad, Cells: []templ.Component{
				ui.Text(f.Title), ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "home.fix.infection"), Tone: ui.Bad, Icon: ui.IconInfection}), ui.Text(f.Who), ui.Time(f.Since)}})
		}
	}
	if v.sources != nil {
		for _, s := range v.sources.Silent {
			l.Rows = append(l.Rows, ui.Row{Href: v.within("/sources", s.Href), Name: s.Name, Tone: ui.NoData, Cells: []templ.Component{
				ui.Text(s.Name), ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "home.burns.silent"), Tone: ui.NoData, Icon: ui.IconSource}), ui.Text(s.Why), last(ctx, s.Last)}})
		}
	}
	return l
}

// pastList is what looking back found.
func (v page) pastList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "past", Caption: i18n.T(ctx, "home.past"), Heads: heads(ctx, "home.finding", "home.who", "home.unit", "home.past.when"),
		Total: v.past.Total, Empty: empty(ctx, ui.IconHistory, "past")}
	if v.grade(v.threshold) == ui.NotSeen {
		l.Empty = empty(ctx, ui.IconNoData, "blind")
		l.Empty.Action = v.next(ctx)
	}
	for _, f := range v.past.First {
		l.Rows = append(l.Rows, ui.Row{Href: f.Href, Name: f.Title, Cells: []templ.Component{ui.Text(f.Title), ui.Text(f.Who), unitMark(f.Unit), ui.Time(f.Since)}})
	}
	return l
}

// proofList is the evidence by requirement.
func (v page) proofList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "proofs", Caption: i18n.T(ctx, "home.proofs.by"), Heads: heads(ctx, "home.proofs.requirement", "home.proofs.units", "home.proofs.proved", "home.proofs.said", "home.proofs.open", "home.proofs.late"),
		Total: v.proofs.Total, Empty: empty(ctx, ui.IconEvidence, "proofs")}
	for i := range l.Heads[1:] {
		l.Heads[i+1].Numeric = true
	}
	for _, p := range v.proofs.First {
		l.Rows = append(l.Rows, ui.Row{Href: p.Href, Name: p.Title, Cells: []templ.Component{ui.Text(p.Title), ui.Number(p.Units), ui.Number(p.Proved), ui.Number(p.Said), ui.Number(p.Open), ui.Number(p.Late)}})
	}
	return l
}
