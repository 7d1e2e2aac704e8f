// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func missing() error { return fault.Missing("board.page") }

// cellPage is the origin of one cell.
type cellPage struct {
	Detail
	known func(string) (measure.Measure, bool)
	back  string // of the address of the board
	words
}

func (v cellPage) crumbs() []ui.Link {
	sh := v.Table.Sheet
	return append(under(v.ctx, sh, v.back), ui.Link{Label: v.Column.Label, Href: columnPath(sh.ID, v.Column.ID) + v.back})
}

// went reports whether the cell went over to the unit in the place of this one.
func (v cellPage) went() bool { return v.Cell.Passage != nil && v.Cell.Passage.To != "" }

// state is what the cell shows.
func (v cellPage) state() ui.BadgeProps {
	out := badge(v.ctx, v.Cell.State)
	if v.went() {
		out.Text = i18n.T(v.ctx, "board.went", v.Row.Unit.Heirs())
	}
	return out
}

func (v cellPage) facts() []ui.Fact {
	out := []ui.Fact{{Label: i18n.T(v.ctx, "board.unit"), Value: ui.Anchor(ui.Link{Label: v.Row.Unit.Name, Href: unitPath(v.Row.Unit.ID)})}}
	if s := v.Row.Unit.ended(v.ctx); s != "" {
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.ended.fact"), Value: ui.Text(s)})
	}
	if p := v.Cell.Passage; v.went() {
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.next.went"), Value: ui.Anchor(ui.Link{Label: v.Row.Unit.Heirs(), Href: cellPath(v.Table.Sheet.ID, p.To, v.Column.ID) + v.back})})
	} else if p != nil {
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.from"), Value: ui.Text(v.Table.named(p.From))})
	}
	out = append(out,
		ui.Fact{Label: i18n.T(v.ctx, "board.column.sentence"), Value: ui.Multiline(v.Column.Text)},
		ui.Fact{Label: i18n.T(v.ctx, "board.field.due"), Value: ui.UntilFrom(v.Cell.Due, v.now)})
	if !v.went() {
		next := ui.Text(v.next(v.Row.Unit, v.Cell))
		if v.Row.Unit.Gone() && v.Cell.Owes() { // where that is done
			next = ui.Anchor(ui.Link{Label: v.next(v.Row.Unit, v.Cell), Href: "/directives/" + url.PathEscape(v.Table.Sheet.ID)})
		}
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.field.next"), Value: next})
	}
	if v.Column.Evidence != "" {
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.column.evidence"), Value: ui.Text(v.Column.Evidence)})
	}
	return out
}

// origin is what a reading was made of.
func (v cellPage) origin(r measure.Reading, t Target) []ui.Fact {
	m, _ := v.known(r.Key)
	fields := ui.None()
	if _, ok := r.Value(m.Unit); ok { // what was counted is told only where enough was seen
		text := i18n.Number(v.ctx, r.Num)
		if m.Unit != measure.Count {
			text += " / " + i18n.Number(v.ctx, r.Den)
		}
		fields = ui.Text(text)
	}
	at := ui.Time(r.At)
	if r.At.IsZero() {
		at = ui.Text(i18n.T(v.ctx, "board.origin.never"))
	}
	out := []ui.Fact{{Label: i18n.T(v.ctx, "board.column.target"), Value: ui.Text(limit(v.ctx, t, m.Unit))},
		{Label: i18n.T(v.ctx, "board.origin.grade"), Value: ui.Text(i18n.T(v.ctx, "board.grade."+string(r.Grade)))},
		{Label: i18n.T(v.ctx, "board.origin.num"), Value: fields},
		{Label: i18n.T(v.ctx, "board.origin.seen"), Value: ui.Text(i18n.Number(v.ctx, r.Seen) + " / " + i18n.Number(v.ctx, r.Expected))},
		{Label: i18n.T(v.ctx, "board.origin.at"), Value: at},
		{Label: i18n.T(v.ctx, "board.origin.definition"), Value: ui.Text(i18n.T(v.ctx, "measure."+r.Key+".definition"))}}
	if r.Said != nil {
		said := i18n.T(v.ctx, "board.origin.said.by", saidText(v.ctx, *r.Said, m.Unit), r.Said.By, i18n.Time(v.ctx, r.Said.At))
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.origin.said"), Value: ui.Text(said)})
		if r.Contradicted(m.Unit) {
			out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.origin.checked"), Value: ui.Badge(badge(v.ctx, Differs))})
		}
		if r.Said.Note != "" {
			out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.field.note"), Value: ui.Text(r.Said.Note)})
		}
	}
	return out
}

// rows is where the rows behind a reading are, for those who may see them.
func (v cellPage) rows(r measure.Reading) string {
	m, _ := v.known(r.Key)
	if m.Rows == nil || !auth.May(v.ctx, auth.Permission{Area: m.Area, Act: auth.Read}) {
		return ""
	}
	at := r.At
	if at.IsZero() {
		at = v.Table.At
	}
	return m.Rows(r.Unit, measure.Window{From: at.AddDate(0, 0, -m.Days), To: at})
}

func (v cellPage) dutyFacts() []ui.Fact {
	d := v.Cell.Duty
	out := []ui.Fact{{Label: i18n.T(v.ctx, "board.field.state"), Value: ui.Badge(badge(v.ctx, dutyState(*d, v.now)))},
		{Label: i18n.T(v.ctx, "board.field.due"), Value: ui.UntilFrom(d.DueAt, v.now)}}
	if !d.MetAt.IsZero() {
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.duty.met"), Value: ui.Time(d.MetAt)})
	}
	return append(out, ui.Fact{Label: i18n.T(v.ctx, "board.duty.evidence"), Value: ui.Number(v.Cell.Evidence)})
}

func (v cellPage) dutyPath() string { return "/obligations/" + url.PathEscape(string(v.Cell.Duty.ID)) }

func (v cellPage) mark(r measure.Reading) ui.MeasureProps {
	m, _ := v.known(r.Key)
	p := mark(v.ctx, r, m, v.rows(r))
	p.Large = true
	if p.Grade != ui.Measured {
		p.Note = i18n.T(v.ctx, "measure."+r.Key+".next")
	}
	return p
}

// The drawing of a trend, in pixels.
const (
	trendWide = 640
	trendHigh = 96
)

// line is the drawing of a trend: a path that breaks where a day has no value,
// since what was not seen is drawn nowhere, and dots for days that stand alone.
func (v cellPage) line(key string) (path string, dots [][2]string, top string) {
	m, _ := v.known(key)
	list := v.Trend[key]
	most := 1.0
	for _, r := range list {
		if value, ok := r.Value(m.Unit); ok {
			most = max(most, value)
		}
	}
	if m.Unit == measure.Share {
		most = 100
	}
	from := v.Table.At.AddDate(0, 0, -trendDays)
	var b strings.Builder
	open := false
	for i, r := range list {
		value, ok := r.Value(m.Unit)
		if !ok || r.At.Before(from) {
			open = false
			continue
		}
		x := fmt.Sprintf("%.1f", trendWide*float64(r.At.Sub(from))/float64(trendDays*24*time.Hour))
		y := fmt.Sprintf("%.1f", trendHigh-4-(trendHigh-8)*value/most)
		word := "L"
		if !open {
			word = "M"
			if i+1 == len(list) || !measured(list[i+1], m.Unit) {
				dots = append(dots, [2]string{x, y})
			}
		}
		open = true
		b.WriteString(word + x + " " + y)
	}
	return b.String(), dots, amount(v.ctx, most, m.Unit)
}

// dayMark is the value of a day, nothing where the measure did not apply.
func dayMark(ctx context.Context, r measure.Reading, m measure.Measure) templ.Component {
	if r.Grade == measure.Outside {
		return ui.None()
	}
	return ui.Measure(mark(ctx, r, m, ""))
}

func measured(r measure.Reading, u measure.Unit) bool { _, ok := r.Value(u); return ok }

// lately are the last days of a trend, newest first, for those who read numbers.
func (v cellPage) lately(key string) ui.ListProps {
	m, _ := v.known(key)
	l := ui.ListProps{ID: "days-" + key, Caption: i18n.T(v.ctx, "board.trend", number(v.ctx, trendDays)), Total: -1, Empty: ui.EmptyProps{Title: i18n.T(v.ctx, "board.trend.none")}}
	for _, h := range []string{"trend.day", "field.value", "origin.seen", "origin.grade"} {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(v.ctx, "board."+h)})
	}
	list := v.Trend[key]
	for i := len(list) - 1; i >= 0 && i >= len(list)-14; i-- {
		r := list[i]
		l.Rows = append(l.Rows, ui.Row{ID: r.At.Format(time.DateOnly), Cells: []templ.Component{ui.Date(r.At.In(i18n.Hanoi)), dayMark(v.ctx, r, m),
			ui.Text(i18n.Number(v.ctx, r.Seen) + " / " + i18n.Number(v.ctx, r.Expected)), ui.Text(i18n.T(v.ctx, "board.grade."+string(r.Grade)))}})
	}
	return l
}

func title(ctx context.Context, key string) string { return i18n.T(ctx, "measure."+key+".title") }
