// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package workdays

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// month is one month of the grid, weeks from Monday.
type month struct {
	name  string
	weeks [][7]cell
}

// cell is one day of the grid; a zero number is a place outside the month.
type cell struct {
	number int
	class  string // how it looks
	says   string // what it is, read out and shown on touching it; "" for a plain day
}

// months lays out the year, and counts its working days.
func months(ctx context.Context, cal *calendar.Calendar, y Year, today calendar.Date) (out []month, worked int) {
	special := map[calendar.Date]Day{}
	for _, d := range y.Days {
		special[d.Date] = d
	}
	for m := time.January; m <= time.December; m++ {
		mo := month{name: i18n.T(ctx, "workdays.month."+strconv.Itoa(int(m)))}
		for d := (calendar.Date{Year: y.Year, Month: m, Day: 1}); d.Month == m; d = d.AddDays(1) {
			column := (int(d.Weekday()) + 6) % 7
			if d.Day == 1 || column == 0 {
				mo.weeks = append(mo.weeks, [7]cell{})
			}
			if cal.IsWorkingDay(d) {
				worked++
			}
			c := y.cell(ctx, d, special, d == today)
			if cal.Unsettled(d) {
				c.add("vg-day-maybe", i18n.T(ctx, "workdays.maybe"))
			}
			mo.weeks[len(mo.weeks)-1][column] = c
		}
		out = append(out, mo)
	}
	return out, worked
}

func (y Year) cell(ctx context.Context, d calendar.Date, special map[calendar.Date]Day, today bool) cell {
	c := cell{number: d.Day, class: "vg-day"}
	s, is := special[d]
	switch {
	case is && s.Worked:
		c.add("vg-day-worked", s.what(ctx))
	case is && s.Off.Provisional:
		c.add("vg-day-off vg-day-open", s.what(ctx)+" "+i18n.T(ctx, "workdays.provisional.short"))
	case is:
		c.add("vg-day-off", s.what(ctx))
	case d.Weekday() == time.Saturday || d.Weekday() == time.Sunday:
		c.add("vg-day-rest", "")
	}
	for _, w := range y.Windows {
		if d.Compare(w.First) >= 0 && d.Compare(w.Last) <= 0 {
			c.add("vg-day-peak", w.Name.In(i18n.Lang(ctx)))
		}
	}
	if today {
		c.add("vg-day-today", "")
	}
	return c
}

// add gives c one more look, and the words for it.
func (c *cell) add(class, says string) {
	c.class += " " + class
	if c.says != "" && says != "" {
		c.says += "; "
	}
	c.says += says
}

// what says why the day is not as its weekday.
func (d Day) what(ctx context.Context) string {
	if d.Worked {
		return i18n.T(ctx, "workdays.worked", i18n.Date(ctx, d.For.Start()))
	}
	return d.Off.Name.In(i18n.Lang(ctx))
}

// mark says how sure the day is.
func (d Day) mark(ctx context.Context) string {
	switch {
	case d.Worked:
		return i18n.T(ctx, "workdays.mark.worked")
	case d.Off.Provisional:
		return i18n.T(ctx, "workdays.mark.provisional")
	}
	return i18n.T(ctx, "workdays.mark.off")
}

// basis is a source with the doubt about it: what was read in the text or in a
// report needs no further word.
func basis(ctx context.Context, source, mark string) string {
	switch mark {
	case "inference", "memory", "unsure":
		return source + " (" + i18n.T(ctx, "workdays.source."+mark) + ")"
	}
	return source
}

func (d Day) tone() ui.Tone {
	switch {
	case d.Worked:
		return ui.Info
	case d.Off.Provisional:
		return ui.Warn
	}
	return ui.OK
}

func weekday(ctx context.Context, d calendar.Date) string {
	return i18n.T(ctx, "workdays.weekday."+strconv.Itoa(int(d.Weekday())))
}

func (v yearPage) title(ctx context.Context) string {
	return i18n.T(ctx, "workdays.title.year", strconv.Itoa(v.Year.Year))
}

func (v yearPage) actions(ctx context.Context) []ui.Action {
	var out []ui.Action
	if v.Year.Year > firstYear {
		out = append(out, ui.Action{Label: strconv.Itoa(v.Year.Year - 1), Href: web.With(v.r, "year", strconv.Itoa(v.Year.Year-1)), Icon: ui.IconPrev})
	}
	if v.Year.Year < lastYear {
		out = append(out, ui.Action{Label: strconv.Itoa(v.Year.Year + 1), Href: web.With(v.r, "year", strconv.Itoa(v.Year.Year+1)), Icon: ui.IconNext})
	}
	out = append(out, ui.Action{Label: i18n.T(ctx, "workdays.feed"), Href: Path + "/days.ics", Icon: ui.IconDownload, Title: i18n.T(ctx, "workdays.feed.title")})
	if v.may {
		out = append(out, ui.Action{Label: i18n.T(ctx, "workdays.add"), Href: decisionsPath + "/new", Icon: ui.IconAdd, Primary: true})
	}
	return out
}

// open names what of the year is not decided.
func (v yearPage) open(ctx context.Context, p []ui.Option) string {
	var names []string
	for _, id := range v.Open {
		for _, o := range p {
			if o.Value == id {
				names = append(names, o.Label)
			}
		}
	}
	return i18n.T(ctx, "workdays.open.text", strings.Join(names, ", "))
}

func (v yearPage) facts(ctx context.Context) []ui.Fact {
	off, provisional := 0, 0
	for _, d := range v.Days {
		if !d.Worked {
			off++
		}
		if d.Off.Provisional {
			provisional++
		}
	}
	out := []ui.Fact{
		{Label: i18n.T(ctx, "workdays.fact.worked"), Value: ui.Number(int64(v.worked))},
		{Label: i18n.T(ctx, "workdays.fact.off"), Value: ui.Number(int64(off))},
	}
	if provisional > 0 {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "workdays.fact.provisional"), Value: ui.Number(int64(provisional))})
	}
	if v.hours != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "workdays.fact.hours"), Value: ui.Text(v.hours)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "workdays.fact.decisions"), Value: ui.Anchor(ui.Link{Label: i18n.Number(ctx, v.made),
		Href: decisionsPath + "?year=" + strconv.Itoa(v.Year.Year)})})
}

var dayHeads = []string{"day", "weekday", "what", "source", "mark"}

func (v yearPage) days(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "days", Caption: i18n.T(ctx, "workdays.days"), Total: int64(len(v.Days)), Exports: web.Exports(v.r, Path+"/days"),
		Empty: ui.EmptyProps{Icon: ui.IconToday, Title: i18n.T(ctx, "workdays.days.empty"), Text: i18n.T(ctx, "workdays.days.empty.text")}}
	for _, key := range dayHeads {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "workdays.field."+key)})
	}
	for _, d := range v.Days {
		l.Rows = append(l.Rows, ui.Row{ID: d.Date.String(), Name: d.what(ctx), Href: decisionAt(d.Off.Rule), Cells: []templ.Component{ui.Date(d.Date.Start()), ui.Text(weekday(ctx, d.Date)),
			ui.Text(d.what(ctx)), ui.Text(basis(ctx, d.Off.Source, d.Mark)), ui.Badge(ui.BadgeProps{Text: d.mark(ctx), Tone: d.tone()})}})
	}
	return l
}

func (v yearPage) windows(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "windows", Caption: i18n.T(ctx, "workdays.windows"), Total: int64(len(v.Windows)), Heads: []ui.Head{{Label: i18n.T(ctx, "workdays.field.name")},
		{Label: i18n.T(ctx, "workdays.field.first")}, {Label: i18n.T(ctx, "workdays.field.last")}, {Label: i18n.T(ctx, "workdays.field.source")}, {Label: i18n.T(ctx, "workdays.field.mark")}},
		Empty: ui.EmptyProps{Icon: ui.IconDuty, Title: i18n.T(ctx, "workdays.windows.empty"), Text: i18n.T(ctx, "workdays.windows.empty.text")}}
	for _, w := range v.Windows {
		mark := ui.BadgeProps{Text: i18n.T(ctx, "workdays.mark.window"), Tone: ui.OK}
		if w.Provisional {
			mark = ui.BadgeProps{Text: i18n.T(ctx, "workdays.mark.provisional"), Tone: ui.Warn}
		}
		row := ui.Row{ID: w.Campaign + w.First.String(), Name: w.Name.In(i18n.Lang(ctx)), Cells: []templ.Component{ui.Text(w.Name.In(i18n.Lang(ctx))),
			ui.Date(w.First.Start()), ui.Date(w.Last.Start()), ui.Text(basis(ctx, w.Source, w.Mark)), ui.Badge(mark)}}
		row.Href = decisionAt(w.Campaign)
		l.Rows = append(l.Rows, row)
	}
	return l
}

// decisionAt is the page of the decision that made a rule or campaign, "" for
// one of the program's data.
func decisionAt(rule string) string {
	if id, own := strings.CutPrefix(rule, ruleID("")); own {
		return decisionsPath + "/" + id
	}
	return ""
}

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "workdays.title"), Href: Path}}
}

func badge(ctx context.Context, s State) ui.BadgeProps {
	tone := ui.OK
	if s == Withdrawn {
		tone = ui.NoData
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "workdays.state."+string(s)), Tone: tone}
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	if !v.may {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "workdays.add"), Href: decisionsPath + "/new", Icon: ui.IconAdd, Primary: true}}
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	var states, kinds, years []ui.Option
	for _, s := range States {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "workdays.state."+string(s))})
	}
	states = append(states, ui.Option{Value: string(Any), Label: i18n.T(ctx, "workdays.state.all")})
	for _, k := range Kinds {
		kinds = append(kinds, ui.Option{Value: string(k), Label: i18n.T(ctx, "workdays.kind."+string(k))})
	}
	for y := v.this + 2; y > v.this-8; y-- {
		years = append(years, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	year := ""
	if v.f.Year > 0 {
		year = strconv.Itoa(v.f.Year)
	}
	l := ui.ListProps{ID: "decisions", Caption: i18n.T(ctx, "workdays.decisions"), Total: v.total, Next: v.next, Exports: web.Exports(v.r, decisionsPath),
		Filtered: v.f.Search != "" || v.f.State != "" || v.f.Kind != "" || v.f.Year > 0, ClearAt: decisionsPath,
		Filters: ui.Filter(ui.FilterProps{Action: decisionsPath, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "workdays.search"), Value: v.f.Search},
			{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "workdays.field.kind"), Value: string(v.f.Kind), Blank: i18n.T(ctx, "workdays.kind.any"), Options: kinds},
			{Kind: ui.KindSelect, Name: "year", Label: i18n.T(ctx, "workdays.field.year"), Value: year, Blank: i18n.T(ctx, "workdays.year.any"), Options: years},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "workdays.field.state"), Value: string(v.f.State), Blank: i18n.T(ctx, "workdays.state.standing"), Options: states}}}),
		Empty: ui.EmptyProps{Icon: ui.IconRule, Title: i18n.T(ctx, "workdays.decisions.empty"), Text: i18n.T(ctx, "workdays.decisions.empty.text")}}
	for _, key := range []string{"name", "kind", "first", "last", "reference", "made_by", "state"} {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "workdays.field."+key)})
	}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, d := range v.rows {
		l.Rows = append(l.Rows, ui.Row{ID: string(d.ID), Name: d.Name, Href: decisionsPath + "/" + string(d.ID), Cells: []templ.Component{ui.Text(d.Name),
			ui.Text(i18n.T(ctx, "workdays.kind."+string(d.Kind))), ui.Date(d.First.Start()), ui.Date(d.Last.Start()), ui.Text(d.Reference), ui.Text(d.MadeName),
			ui.Badge(badge(ctx, d.State))}})
	}
	return l
}

func (v formPage) title(ctx context.Context) string {
	return i18n.T(ctx, "workdays.add."+string(v.in.Kind))
}

func (v formPage) tabs(ctx context.Context) []ui.Tab {
	var out []ui.Tab
	for _, k := range Kinds {
		out = append(out, ui.Tab{Label: i18n.T(ctx, "workdays.kind."+string(k)), Href: decisionsPath + "/new?kind=" + string(k), Here: k == v.in.Kind})
	}
	return out
}

func (v decisionPage) actions(ctx context.Context) []ui.Action {
	out := []ui.Action{{Label: i18n.T(ctx, "workdays.see"), Href: Path + "?year=" + strconv.Itoa(v.First.Year), Icon: ui.IconToday}}
	if v.may && v.State == InForce {
		out = append(out, ui.Action{Label: i18n.T(ctx, "workdays.withdraw"), Href: decisionsPath + "/" + string(v.ID) + "/withdraw", Icon: ui.IconUndo, Danger: true})
	}
	return out
}

func (v decisionPage) facts(ctx context.Context) []ui.Fact {
	fact := func(key string, value templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "workdays.field."+key), Value: value}
	}
	out := []ui.Fact{fact("kind", ui.Text(i18n.T(ctx, "workdays.kind."+string(v.Kind)))), fact("first", ui.Date(v.First.Start()))}
	if v.Kind == Swap {
		out = append(out, fact("worked", ui.Date(v.Worked.Start())))
	} else {
		out = append(out, fact("last", ui.Date(v.Last.Start())))
	}
	if v.Occasion != "" {
		out = append(out, fact("occasion", ui.Text(v.occasion)))
	}
	out = append(out, fact("reference", ui.Text(v.Reference)), fact("reason", ui.Text(v.Reason)), fact("made_by", ui.Text(v.MadeName)), fact("made_at", ui.Time(v.MadeAt)))
	if v.State == Withdrawn {
		out = append(out, fact("withdrawn_by", ui.Text(v.WithdrawnName)), fact("withdrawn_at", ui.Time(v.WithdrawnAt)), fact("withdrawn_reason", ui.Text(v.WithdrawnReason)))
	}
	return out
}

// confirm is the page on which a decision is withdrawn.
func (v decisionPage) confirm(ctx context.Context, reason string) ui.ConfirmProps {
	at := decisionsPath + "/" + string(v.ID)
	return ui.ConfirmProps{Title: i18n.T(ctx, "workdays.withdraw.title", v.Name), Effect: i18n.T(ctx, "workdays.withdraw.effect"), Action: at + "/withdraw", Danger: true,
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}, Record: ui.Record{Kind: "calendar_decision", ID: string(v.ID)},
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "workdays.field.withdrawn_reason"), Required: true, Value: reason, MaxLength: mostReason}},
		Submit: ui.Submit{Label: i18n.T(ctx, "workdays.withdraw")}, Cancel: ui.Link{Label: i18n.T(ctx, "workdays.withdraw.not"), Href: at}}
}
