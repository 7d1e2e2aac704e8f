// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func crumbs(ctx context.Context, more ...ui.Link) []ui.Link {
	return append([]ui.Link{{Label: i18n.T(ctx, "measures.title"), Href: Path}}, more...)
}

// roomName is the name of a room of measures.
func roomName(ctx context.Context, room string) string { return i18n.T(ctx, "measures.room."+room) }

func (v cataloguePage) list(ctx context.Context) ui.ListProps {
	var rooms []ui.Option
	for _, room := range v.rooms {
		rooms = append(rooms, ui.Option{Value: room, Label: roomName(ctx, room)})
	}
	l := ui.ListProps{ID: "measures", Caption: i18n.T(ctx, "measures.title"), Total: int64(len(v.rows)), Exports: web.Exports(v.r, Path),
		Filtered: v.room+v.q != "", ClearAt: Path,
		Filters: ui.Filter(ui.FilterProps{Action: Path, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "measures.search"), Value: v.q},
			{Kind: ui.KindSelect, Name: "room", Label: i18n.T(ctx, "measures.head.room"), Value: v.room, Blank: i18n.T(ctx, "measures.room.all"), Options: rooms}}}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "measures.head.title")}, {Label: i18n.T(ctx, "measures.head.all")}, {Label: i18n.T(ctx, "measures.head.measured"), Numeric: true},
			{Label: i18n.T(ctx, "measures.head.partial"), Numeric: true}, {Label: i18n.T(ctx, "measures.head.unseen"), Numeric: true}, {Label: i18n.T(ctx, "measures.head.counted")}},
		Empty: ui.EmptyProps{Icon: ui.IconReport, Title: i18n.T(ctx, "measures.empty"), Text: i18n.T(ctx, "measures.empty.text")}}
	for _, row := range v.rows {
		tone := ui.Neutral
		if !row.Failed.IsZero() {
			tone = ui.Bad
		}
		l.Rows = append(l.Rows, ui.Row{ID: row.Key, Name: row.Title(ctx), Href: At(row.Key, ""), Tone: tone, Cells: []templ.Component{
			ui.Text(row.Title(ctx)), row.Measure.sumMark(ctx, row.sum), ui.Number(int64(row.Measured)), ui.Number(int64(row.Declared + row.Partial)), ui.Number(int64(row.Unseen)), row.counted(ctx)}})
	}
	return l
}

// sumMark is the reading of several units together; it leads nowhere of its own.
func (m Measure) sumMark(ctx context.Context, r Reading) templ.Component {
	if r.Grade == Outside {
		return ui.Text(i18n.T(ctx, "measures.none"))
	}
	return ui.Measure(m.Props(ctx, r))
}

// counted is when a measure was counted, or that it failed.
func (s Status) counted(ctx context.Context) templ.Component {
	switch {
	case !s.Failed.IsZero():
		return ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "measures.failed"), Tone: ui.Bad})
	case s.Counted.IsZero():
		return ui.Text(i18n.T(ctx, "measures.never"))
	}
	return ui.Time(s.Counted)
}

// facts explain a measure in plain words.
func (m Measure) facts(ctx context.Context, least int64) []ui.Fact {
	window := i18n.T(ctx, "measures.window.now")
	if m.Days > 0 {
		window = i18n.T(ctx, "measures.window.days", i18n.Number(ctx, int64(m.Days)))
	}
	return []ui.Fact{{Label: i18n.T(ctx, "measures.head.definition"), Value: ui.Text(m.word(ctx, "definition"))},
		{Label: i18n.T(ctx, "measures.head.source"), Value: ui.Text(m.word(ctx, "source"))},
		{Label: i18n.T(ctx, "measures.head.coverage"), Value: ui.Text(m.word(ctx, "coverage") + " " + i18n.T(ctx, "measures.least", i18n.Number(ctx, least)))},
		{Label: i18n.T(ctx, "measures.head.window"), Value: ui.Text(window)},
		{Label: i18n.T(ctx, "measures.head.direction"), Value: ui.Text(i18n.T(ctx, "measures.direction."+string(m.Direction)))}}
}

func (v measurePage) facts(ctx context.Context) []ui.Fact {
	out := v.Measure.facts(ctx, v.least)
	if v.target != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "measures.head.target"), Value: ui.Text(v.target)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "measures.head.counted"), Value: v.counted(ctx)}, ui.Fact{Label: i18n.T(ctx, "measures.head.all"), Value: v.Measure.sumMark(ctx, v.sum)})
}

func (v measurePage) list(ctx context.Context) ui.ListProps {
	path := At(v.Key, "")
	var grades []ui.Option
	for _, g := range []Grade{Measured, Declared, Partial, Unseen} {
		grades = append(grades, ui.Option{Value: string(g), Label: i18n.T(ctx, "measures.grade."+string(g))})
	}
	grades = append(grades, ui.Option{Value: "contradicted", Label: i18n.T(ctx, "measures.grade.contradicted")})
	l := ui.ListProps{ID: "units", Caption: i18n.T(ctx, "measures.units"), Total: int64(v.all), Next: v.next, Exports: web.Exports(v.r, path+"/units", "after"),
		Filtered: v.grade+v.q != "", ClearAt: path,
		Filters: ui.Filter(ui.FilterProps{Action: path, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "measures.search.unit"), Value: v.q},
			{Kind: ui.KindSelect, Name: "grade", Label: i18n.T(ctx, "measures.head.grade"), Value: v.grade, Blank: i18n.T(ctx, "measures.grade.all"), Options: grades},
			{Kind: ui.KindSelect, Name: "sort", Label: i18n.T(ctx, "measures.sort"), Value: v.sort, Blank: i18n.T(ctx, "measures.sort.worst"),
				Options: []ui.Option{{Value: "name", Label: i18n.T(ctx, "measures.head.of")}}}}}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "measures.head.of")}, {Label: i18n.T(ctx, "measures.head.value")}, {Label: i18n.T(ctx, "measures.head.seen_of")}},
		Empty: ui.EmptyProps{Icon: ui.IconReport, Title: i18n.T(ctx, "measures.units.empty"), Text: i18n.T(ctx, "measures.units.empty.text")}}
	if v.Unit != Count {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "measures.head.parts")})
	}
	if v.Declares {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "measures.head.said")})
	}
	if v.r.URL.Query().Get("after") != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, u := range v.rows {
		tone := ui.Neutral
		if u.bad {
			tone = ui.Warn
		}
		cells := []templ.Component{ui.Text(u.name), v.Mark(ctx, u.Reading), ui.Text(i18n.T(ctx, "measures.seen_of", i18n.Number(ctx, u.Seen), i18n.Number(ctx, u.Expected)))}
		if v.Unit != Count {
			cells = append(cells, ui.Text(v.parts(ctx, u.Reading)))
		}
		if v.Declares {
			cells = append(cells, ui.Text(v.said(ctx, u.Reading)))
		}
		l.Rows = append(l.Rows, ui.Row{ID: u.Unit, Name: u.name, Href: At(v.Key, u.Unit), Tone: tone, Cells: cells})
	}
	return l
}

// parts is what a value is made of: "83 / 100"; not told while it is not measured.
func (m Measure) parts(ctx context.Context, r Reading) string {
	if r.Grade != Measured || m.Unit == Count {
		return ""
	}
	return i18n.T(ctx, "measures.parts", i18n.Number(ctx, r.Num), i18n.Number(ctx, r.Den))
}

func (m Measure) said(ctx context.Context, r Reading) string {
	if r.Said == nil {
		return ""
	}
	v, ok := r.Said.Value(m.Unit)
	if !ok {
		return ""
	}
	return m.Unit.Text(ctx, v)
}

// bar is one day of a trend.
type bar struct {
	x, y, height string
	hatched      bool // not measured
	title        string
}

const (
	barWidth  = 10
	barGap    = 2
	barHeight = 96
)

// bars draw the days of a trend; days that were not measured are hatched over the
// whole height, those that were not counted left empty.
func (m Measure) bars(ctx context.Context, points []Point, from calendar.Date) []bar {
	most := 1.0
	if m.Unit == Share {
		most = 100
	}
	for _, p := range points {
		if v, ok := p.value(m.Unit); ok {
			most = max(most, v)
		}
	}
	out := make([]bar, 0, len(points))
	for _, p := range points {
		at := int(p.Day.Start().Sub(from.Start()).Hours()) / 24
		b := bar{x: strconv.Itoa(at * barWidth), y: "0", height: strconv.Itoa(barHeight)}
		v, ok := p.value(m.Unit)
		switch {
		case p.Grade == Outside, p.Grade == Measured && !ok:
			continue
		case !ok:
			b.hatched, b.title = true, i18n.T(ctx, "measures.bar.unseen", i18n.Date(ctx, p.Day.Start()), i18n.Number(ctx, p.Seen), i18n.Number(ctx, p.Expected))
		default:
			h := max(2, int(v/most*(barHeight-2)))
			b.y, b.height = strconv.Itoa(barHeight-h), strconv.Itoa(h)
			b.title = i18n.T(ctx, "measures.bar", i18n.Date(ctx, p.Day.Start()), m.Unit.Text(ctx, v), i18n.Number(ctx, p.Seen), i18n.Number(ctx, p.Expected))
		}
		out = append(out, b)
	}
	return out
}

func (p Point) value(u Unit) (float64, bool) {
	return Reading{Figure: p.Figure, Grade: p.Grade}.Value(u)
}

func box() string {
	return "0 0 " + strconv.Itoa(trendDays*barWidth) + " " + strconv.Itoa(barHeight)
}

// firstOf is the first day of the trend that ends with points.
func firstOf(points []Point) calendar.Date {
	return points[len(points)-1].Day.AddDays(1 - trendDays)
}

// words say in a sentence what a reading is.
func (m Measure) words(ctx context.Context, r Reading) []ui.Fact {
	out := []ui.Fact{{Label: i18n.T(ctx, "measures.head.grade"), Value: ui.Text(i18n.T(ctx, "measures.grade."+string(r.Grade)))}}
	if r.Grade == Outside {
		return out
	}
	switch { // what was counted is told only where enough was seen
	case r.Grade != Measured:
	case m.Unit == Count:
		out = append(out, ui.Fact{Label: i18n.T(ctx, "measures.counted_things"), Value: ui.Number(r.Num)})
	default:
		out = append(out, ui.Fact{Label: i18n.T(ctx, "measures.head.num"), Value: ui.Number(r.Num)}, ui.Fact{Label: i18n.T(ctx, "measures.head.den"), Value: ui.Number(r.Den)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "measures.head.seen"), Value: ui.Number(r.Seen)}, ui.Fact{Label: i18n.T(ctx, "measures.head.expected"), Value: ui.Number(r.Expected)})
}

func (v unitPage) provenance(ctx context.Context) []ui.Fact {
	o := v.origin
	window := ui.Text(i18n.T(ctx, "measures.window.at", i18n.Time(ctx, o.Window.To)))
	if v.Days > 0 {
		window = ui.Text(i18n.T(ctx, "measures.window.from_to", i18n.Time(ctx, o.Window.From), i18n.Time(ctx, o.Window.To)))
	}
	out := []ui.Fact{{Label: i18n.T(ctx, "measures.head.window"), Value: window}, {Label: i18n.T(ctx, "measures.head.counted"), Value: ui.Time(v.own.At)},
		{Label: i18n.T(ctx, "measures.run"), Value: ui.Code(o.Run.ID)}}
	if o.Run.By != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "measures.run.by"), Value: ui.Text(o.Run.By)})
	}
	if o.Run.Pack != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "measures.pack"), Value: ui.Text(o.Run.Pack)}, ui.Fact{Label: i18n.T(ctx, "measures.pack.hash"), Value: ui.Code(o.Run.Hash)})
	}
	return out
}

func (v unitPage) actions(ctx context.Context) []ui.Action {
	if v.rows == "" {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "measures.rows"), Href: v.rows, Icon: ui.IconSearch, Primary: true}}
}

// versions are the declarations of the unit.
func (v unitPage) versions(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "claims", Caption: i18n.T(ctx, "measures.claims"), Total: int64(len(v.claims)), Heads: []ui.Head{{Label: i18n.T(ctx, "measures.head.value")},
		{Label: i18n.T(ctx, "measures.head.parts")}, {Label: i18n.T(ctx, "measures.head.note")}, {Label: i18n.T(ctx, "measures.head.by")}, {Label: i18n.T(ctx, "measures.head.at")}, {Label: i18n.T(ctx, "measures.head.state")}},
		Empty: ui.EmptyProps{Icon: ui.IconReport, Title: i18n.T(ctx, "measures.claims.empty"), Text: i18n.T(ctx, "measures.claims.empty.text")}}
	for _, c := range v.claims {
		state := i18n.T(ctx, "measures.claim.old")
		if c.Current {
			state = i18n.T(ctx, "measures.claim.current")
		}
		value := ""
		if x, ok := c.Value(v.Unit); ok {
			value = v.Unit.Text(ctx, x)
		}
		l.Rows = append(l.Rows, ui.Row{ID: strconv.FormatInt(c.N, 10), Name: value, Cells: []templ.Component{ui.Text(value),
			ui.Text(i18n.T(ctx, "measures.parts", i18n.Number(ctx, c.Num), i18n.Number(ctx, c.Den))), ui.Text(c.Note), ui.Text(c.By), ui.Time(c.At), ui.Text(state)}})
	}
	return l
}

// pasts are what the figure was before the day was counted anew.
func (v unitPage) pasts(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "pasts", Caption: i18n.T(ctx, "measures.past"), Total: int64(len(v.origin.Past)), Heads: []ui.Head{{Label: i18n.T(ctx, "measures.head.num"), Numeric: true},
		{Label: i18n.T(ctx, "measures.head.den"), Numeric: true}, {Label: i18n.T(ctx, "measures.head.seen_of")}, {Label: i18n.T(ctx, "measures.head.at")}, {Label: i18n.T(ctx, "measures.head.by")}}}
	for _, p := range v.origin.Past {
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Number(p.Num), ui.Number(p.Den), ui.Text(i18n.T(ctx, "measures.seen_of", i18n.Number(ctx, p.Seen), i18n.Number(ctx, p.Expected))),
			ui.Time(p.At), ui.Text(p.By)}})
	}
	return l
}

// problem says why the last counting failed, to who may mend it.
func (v measurePage) problem(ctx context.Context) string {
	if v.Problem == "" {
		return i18n.T(ctx, "measures.failed.text")
	}
	return i18n.T(ctx, "measures.failed.text") + " " + v.Problem
}
