// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// burning is one thing the duty officer has to see.
type burning struct {
	kind  string // home.burns.<kind>
	rank  rank
	at    time.Time // of its clock, or since when it waits
	title string
	href  string
	unit  string
	units int64 // more than one: that many units, not one
	about ui.Link
	clock *ui.ClockProps
}

// duty is one that is owed, late unless it is said otherwise.
func duty(d Duty) burning {
	return burning{kind: "duty", rank: pastTerm, at: d.Clock.Due, title: d.Title, href: d.Href, unit: d.Unit, units: d.Units, about: d.Subject, clock: &d.Clock}
}

// rank says what burns first; within one, the oldest moment does.
type rank uint8

const (
	pastTerm rank = iota // a clock ran out
	nearTerm             // a clock is about to
	waiting              // nobody has taken it, and it has no clock: since when is all that is known
)

// onQueue is how many rows the queue shows, onWall how many fit a wall display
// without scrolling.
const (
	onQueue = 25
	onWall  = 8
)

// queue is everything that burns, and how much there is of it beyond what the
// rooms named.
func (v page) queue() (list []burning, total int64) {
	if v.soon != nil {
		total += v.soon.Lines
		for _, d := range v.soon.First {
			b := duty(d)
			b.rank = nearTerm
			list = append(list, b)
		}
	}
	if v.late != nil {
		total += v.late.Lines
		for _, d := range v.late.First {
			list = append(list, duty(d))
		}
	}
	if v.incidents != nil { // those with a clock stand there with what is owed for them
		for _, i := range v.incidents.First {
			if i.Clock == nil {
				total++
				list = append(list, burning{kind: "incident", rank: waiting, at: i.Since, title: i.Code + " · " + i.Title, href: v.within("/incidents", i.Href), unit: i.Unit})
			}
		}
	}
	if v.findings != nil {
		total += v.findings.Open
		for _, f := range v.findings.Oldest {
			list = append(list, burning{kind: "finding", rank: waiting, at: f.Since, title: f.Title, href: f.Href, unit: f.Unit, about: ui.Link{Label: f.Who}})
		}
	}
	if v.sources != nil {
		total += v.sources.SilentTotal
		for _, s := range v.sources.Silent {
			list = append(list, burning{kind: "silent", rank: waiting, at: s.Last, title: strings.TrimSpace(s.Name + " " + s.Why), href: v.within("/sources", s.Href), unit: s.Unit})
		}
	}
	slices.SortStableFunc(list, func(x, y burning) int { return cmp.Or(cmp.Compare(x.rank, y.rank), x.at.Compare(y.at)) })
	return list, total
}

// within is href when the reader's navigation has the list it belongs to.
func (v page) within(list, href string) string {
	if v.opens(list) {
		return href
	}
	return ""
}

// queueList shows at most limit rows of the queue.
func (v page) queueList(ctx context.Context, limit int) ui.ListProps {
	list, total := v.queue()
	l := ui.ListProps{ID: "queue", Caption: i18n.T(ctx, "home.burns"), Heads: heads(ctx, "home.what", "home.kind", "home.clock", "home.unit", "home.subject"),
		Total: total, Empty: empty(ctx, ui.IconTask, "burns")}
	if v.grade(v.threshold) == ui.NotSeen {
		l.Empty = empty(ctx, ui.IconNoData, "blind")
		l.Empty.Action = v.next(ctx)
	}
	for _, b := range list[:min(len(list), limit)] {
		row := ui.Row{Href: b.href, Name: b.title, Cells: []templ.Component{ui.Text(b.title), kindMark(ctx, b), moment(ctx, b), Duty{Unit: b.unit, Units: b.units}.who(ctx), ui.None()}}
		if b.about.Label != "" {
			row.Cells[4] = ui.Anchor(b.about)
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

var kindIcons = map[string]ui.IconName{"duty": ui.IconTask, "incident": ui.IconIncident, "finding": ui.IconFinding, "silent": ui.IconSource}

func kindMark(ctx context.Context, b burning) templ.Component {
	tone := ui.Neutral
	switch b.rank {
	case pastTerm:
		tone = ui.Bad
	case nearTerm:
		tone = ui.Warn
	}
	return ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "home.burns."+b.kind), Icon: kindIcons[b.kind], Tone: tone})
}

// moment is the clock of what has one, else since when it waits.
func moment(ctx context.Context, b burning) templ.Component {
	if b.clock != nil {
		c := *b.clock
		c.Short = true
		return ui.Clock(c)
	}
	if b.at.IsZero() {
		return last(ctx, b.at)
	}
	return ui.Text(i18n.T(ctx, "home.burns.since", i18n.Time(ctx, b.at)))
}
