// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func everyText(ctx context.Context, e rulepack.Every) string {
	return i18n.T(ctx, "series.every."+string(e))
}

func problemText(ctx context.Context, problem string) string {
	if problem == "" {
		return ""
	}
	return i18n.T(ctx, "series.problem."+problem)
}

func standingText(ctx context.Context, e Entry) string {
	text := i18n.T(ctx, "series.standing."+string(e.Standing))
	if e.Late && e.Standing != PassedBy && e.Standing != NotMade {
		text += ", " + i18n.T(ctx, "series.late")
	}
	return text
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	if !v.may {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "series.offered"), Href: Path + "/offered", Icon: ui.IconRule}, {Label: i18n.T(ctx, "series.new"), Href: Path + "/new", Icon: ui.IconAdd, Primary: true}}
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "series.title"), Total: v.page.Total, Filtered: v.f.Query != "" || v.f.State != "" || v.f.Form != "" || v.f.Unit != "" || v.f.Every != "",
		ClearAt: Path, Filters: ui.Filter(ui.FilterProps{Action: Path, Clear: Path, Fields: v.filter(ctx), Hidden: v.hidden()}), Exports: web.Exports(v.r, Path),
		Heads: []ui.Head{v.sorted(ctx, "title", ByTitle), {Label: i18n.T(ctx, "series.col.unit")}, {Label: i18n.T(ctx, "series.col.every")}, {Label: i18n.T(ctx, "series.col.next")},
			{Label: i18n.T(ctx, "series.col.writer")}, {Label: i18n.T(ctx, "series.col.state")}, v.sorted(ctx, "created", "")},
		Empty: ui.EmptyProps{Icon: ui.IconReport, Title: i18n.T(ctx, "series.empty"), Text: i18n.T(ctx, "series.empty.text")}}
	if v.may {
		l.Empty.Action = &ui.Action{Label: i18n.T(ctx, "series.offered"), Href: Path + "/offered", Icon: ui.IconRule}
	}
	for _, s := range v.rows {
		r := ui.Row{ID: string(s.ID), Name: s.Title, Href: href(s.ID), Cells: []templ.Component{titleCell(s), unitMark(v.names[s.Unit]), ui.Text(everyText(ctx, s.Every)), nextCell(s.next), ui.Text(s.WriterName),
			stateCell(ctx, s), ui.Time(s.CreatedAt)}}
		if s.trouble > 0 {
			r.Tone = ui.Bad
		}
		l.Rows = append(l.Rows, r)
	}
	if v.page.Next != "" {
		l.Next = web.With(v.r, "after", v.page.Next)
	}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}

func stateCell(ctx context.Context, s listed) templ.Component {
	if s.trouble > 0 {
		return ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "series.trouble", i18n.Number(ctx, int64(s.trouble))), Tone: ui.Bad})
	}
	return ui.Badge(stateBadge(ctx, s.State))
}

func stateBadge(ctx context.Context, s State) ui.BadgeProps {
	return ui.BadgeProps{Text: i18n.T(ctx, "series.state."+string(s)), Tone: map[State]ui.Tone{Active: ui.OK}[s]}
}

// sorted is a heading that orders the list: newest or oldest first, or by title.
func (v listPage) sorted(ctx context.Context, key, sort string) ui.Head {
	h := ui.Head{Label: i18n.T(ctx, "series.col."+key), Sort: web.With(v.r, "sort", sort, "after", "")}
	switch {
	case sort == ByTitle && v.f.Sort == ByTitle, sort == "" && v.f.Sort == ByOldest:
		h.Sorted = ui.SortAscending
	case sort == "" && v.f.Sort == "":
		h.Sorted, h.Sort = ui.SortDescending, web.With(v.r, "sort", ByOldest, "after", "")
	}
	return h
}

func (v listPage) hidden() []ui.Hidden {
	if v.f.Sort == "" {
		return nil
	}
	return []ui.Hidden{{Name: "sort", Value: v.f.Sort}}
}

func (v listPage) filter(ctx context.Context) []ui.FieldProps {
	pick := func(name, value string, options []ui.Option) ui.FieldProps {
		return ui.FieldProps{Kind: ui.KindSelect, Name: name, Label: i18n.T(ctx, "series.col."+name), Value: value, Blank: i18n.T(ctx, "series.any"), Options: options}
	}
	var states, every, forms []ui.Option
	for _, s := range States() {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "series.state."+string(s))})
	}
	for _, e := range Rhythms() {
		every = append(every, ui.Option{Value: string(e), Label: everyText(ctx, e)})
	}
	for _, o := range (formPage{svc: v.p.svc}).forms(ctx) {
		_, id, past := strings.Cut(o.Value, "/")
		if past {
			o.Value = id
		}
		forms = append(forms, o)
	}
	out := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "series.search"), Value: v.f.Query}, pick("state", string(v.f.State), states), pick("form", v.f.Form, forms),
		pick("every", string(v.f.Every), every)}
	if len(v.units) > 1 {
		out = append(out, pick("unit", v.f.Unit, v.units))
	}
	return out
}

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "series.title"), Href: Path}}
}

func (v showPage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Crumbs: crumbs(ctx), Code: v.Plan.Form, Title: v.Title, State: stateBadge(ctx, v.State), Owner: unitMark(v.Body.Name),
		Lead: i18n.T(ctx, "series.lead.of", everyText(ctx, v.Every), v.WriterName)}
	if !v.May {
		return h
	}
	at := href(v.ID)
	h.Actions = []ui.Action{{Label: i18n.T(ctx, "series.edit.do"), Href: at + "/edit", Icon: ui.IconEdit}}
	if v.State == Active {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "series.stop"), Href: at + "/stop", Icon: ui.IconLock, Post: true, Hidden: v.hidden()})
	} else {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "series.resume"), Href: at + "/resume", Icon: ui.IconRefresh, Post: true, Hidden: v.hidden()})
	}
	if !slices.ContainsFunc(v.Entries, func(e Entry) bool { return e.Paper != "" && e.Standing != Withdrawn }) {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "series.delete"), Href: at + "/delete", Icon: ui.IconDelete, Danger: true})
	}
	return h
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	lang := i18n.Lang(ctx)
	text := func(key, value string) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "series.field."+key), Value: ui.Text(value)}
	}
	form := v.Plan.Form
	if v.File.Form.ID != "" {
		form += " · " + v.File.Form.Title.In(lang)
	}
	out := []ui.Fact{text("form", form)}
	if v.Plan.Pack != "" {
		out = append(out, text("pack", i18n.T(ctx, "series.past", v.Plan.Pack)))
	}
	if v.Every == rulepack.PerWindow {
		occasion := i18n.T(ctx, "series.occasion.each")
		for _, c := range v.svc.Occasions() {
			if c.ID == v.Occasion {
				occasion = c.Label.In(lang)
			}
		}
		out = append(out, text("occasion", occasion))
	}
	term := i18n.T(ctx, "series.term.after", i18n.Number(ctx, int64(v.DueDays)))
	if v.DueDays == 0 {
		term = i18n.T(ctx, "series.term.last")
	}
	if v.File.Duty.ID != "" {
		term = v.File.Duty.Label.In(lang) + ". " + v.File.Duty.Basis
		if v.File.Duty.Source.Mark == rulepack.Unsure {
			term += " (" + i18n.T(ctx, "series.unsure", v.File.Duty.Source.Note) + ")"
		}
	}
	to := i18n.T(ctx, "series.to.form")
	if len(v.To) > 0 {
		to = strings.Join(v.To, "\n")
	}
	out = append(out, text("term", term), text("lead", i18n.T(ctx, "series.lead.days", i18n.Number(ctx, int64(v.Lead)))),
		text("writer", v.WriterName), ui.Fact{Label: i18n.T(ctx, "series.field.to"), Value: ui.Multiline(to)})
	if v.Plan.Directive != "" {
		link := ui.Link{Label: cmp.Or(v.Answers.Label, i18n.T(ctx, "series.directive.hidden")), Href: v.Answers.Href}
		out = append(out, ui.Fact{Label: i18n.T(ctx, "series.field.directive"), Value: ui.Anchor(link)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "series.field.since"), Value: ui.Date(v.Since.Start())},
		ui.Fact{Label: i18n.T(ctx, "series.field.updated"), Value: ui.Text(i18n.T(ctx, "series.by", i18n.Time(ctx, v.UpdatedAt), v.UpdatedBy))})
}

var tones = map[Standing]ui.Tone{Ahead: ui.Neutral, Waiting: ui.Info, AtWork: ui.Info, NotMade: ui.Bad, PassedBy: ui.Bad, Drafted: ui.Info, Printed: ui.Warn, SentOn: ui.OK, SentLate: ui.Warn,
	Withdrawn: ui.Neutral, Hidden: ui.Info}

func (v showPage) periods(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "periods", Caption: i18n.T(ctx, "series.periods"), Total: int64(len(v.Entries)), Exports: web.Exports(v.r, href(v.ID)+"/periods"),
		Heads: []ui.Head{{Label: i18n.T(ctx, "series.col.period")}, {Label: i18n.T(ctx, "series.col.about")}, {Label: i18n.T(ctx, "series.col.begins")}, {Label: i18n.T(ctx, "series.col.due")},
			{Label: i18n.T(ctx, "series.col.standing")}, {Label: i18n.T(ctx, "series.col.paper")}},
		Empty: ui.EmptyProps{Icon: ui.IconClock, Title: i18n.T(ctx, "series.periods.empty"), Text: i18n.T(ctx, "series.periods.empty.text")}}
	lang, now := i18n.Lang(ctx), v.svc.Now()
	for _, e := range v.Entries {
		r := ui.Row{ID: e.Key, Name: e.Label.In(lang), Cells: []templ.Component{ui.Text(e.Label.In(lang)), ui.Text(i18n.Date(ctx, e.From.Start()) + " – " + i18n.Date(ctx, e.To.Start())),
			ui.Date(e.Begins.Start()), ui.Clock(obligation.Mark(ctx, v.svc.owed(v.File, e), now)), standingCell(e), paperCell(e)}}
		if e.Late || e.Standing == NotMade {
			r.Tone = ui.Bad
		}
		l.Rows = append(l.Rows, r)
	}
	return l
}

// whyTitle heads why nothing is made.
func (v showPage) whyTitle(ctx context.Context) string {
	if v.Why == NoHeir {
		return i18n.T(ctx, "series.why.heir")
	}
	return i18n.T(ctx, "series.why")
}

// heir asks which part of a split unit goes on with the definition.
func (v showPage) heir(ctx context.Context) ui.FieldProps {
	f := ui.FieldProps{Kind: ui.KindSelect, Name: "unit", ID: "f-heir", Label: i18n.T(ctx, "series.heir"), Value: v.unit, Error: v.errs["unit"], Required: true, Blank: i18n.T(ctx, "series.choose")}
	for _, h := range v.Body.Heirs {
		f.Options = append(f.Options, ui.Option{Value: h.ID, Label: h.Name})
	}
	return f
}

// followed says of which unit the definition was.
func (v showPage) followed(ctx context.Context) ui.AlertProps {
	out := ui.AlertProps{Tone: ui.Info, Title: i18n.T(ctx, "series.followed"), Text: i18n.T(ctx, "series.followed.text", v.WasName, v.Body.Name, i18n.Time(ctx, v.FollowedAt))}
	if v.TakenBy != "" {
		out.Tone, out.Text = ui.Warn, i18n.T(ctx, "series.followed.taken", v.WasName, v.Body.Name, i18n.Time(ctx, v.FollowedAt))
		if v.taker != "" {
			out.Action = &ui.Action{Label: v.taker, Href: href(v.TakenBy)}
		}
	}
	return out
}

func (v showPage) choose(ctx context.Context) ui.FieldProps {
	f := ui.FieldProps{Kind: ui.KindSelect, Name: "period", Label: i18n.T(ctx, "series.col.period"), Value: v.period, Error: v.errs["period"], Required: true}
	for _, p := range v.Choices {
		f.Options = append(f.Options, ui.Option{Value: p.Key, Label: p.Label.In(i18n.Lang(ctx)) + " (" + i18n.Date(ctx, p.From.Start()) + " – " + i18n.Date(ctx, p.To.Start()) + ")"})
	}
	return f
}

func (n NumberRow) label() string {
	if n.Percent && !strings.Contains(n.Label, "%") {
		return n.Label + " (%)"
	}
	return n.Label
}

func (v showPage) trend(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "numbers", Caption: i18n.T(ctx, "series.numbers"), Total: -1, Heads: []ui.Head{{Label: i18n.T(ctx, "series.col.number")}},
		Empty: ui.EmptyProps{Icon: ui.IconReport, Title: i18n.T(ctx, "series.numbers.empty"), Text: i18n.T(ctx, "series.numbers.empty.text")}}
	if len(v.numbers.Rows) == 0 {
		return l
	}
	l.Exports = web.Exports(v.r, href(v.ID)+"/numbers")
	for _, c := range v.numbers.Columns {
		l.Heads = append(l.Heads, ui.Head{Label: c.Label.In(i18n.Lang(ctx)), Numeric: true})
	}
	for _, n := range v.numbers.Rows {
		r := ui.Row{ID: n.Key, Name: n.label(), Cells: []templ.Component{ui.Text(n.label())}}
		for i, value := range n.Values {
			switch {
			case value != nil:
				r.Cells = append(r.Cells, ui.Text(numberText(ctx, *value)))
			case !v.numbers.Columns[i].Printed:
				r.Cells = append(r.Cells, soft(i18n.T(ctx, "series.numbers.none")))
			default:
				r.Cells = append(r.Cells, ui.None())
			}
		}
		l.Rows = append(l.Rows, r)
	}
	return l
}

// numberText is a number as the reader's language writes it.
func numberText(ctx context.Context, v float64) string {
	if v == float64(int64(v)) {
		return i18n.Number(ctx, int64(v))
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if i18n.Lang(ctx) == string(i18n.Vietnamese) {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

func (v offersPage) heads(ctx context.Context) []ui.Head {
	return []ui.Head{{Label: i18n.T(ctx, "series.col.duty")}, {Label: i18n.T(ctx, "series.col.every")}, {Label: i18n.T(ctx, "series.col.next")}, {Label: i18n.T(ctx, "series.col.basis")}, {Label: i18n.T(ctx, "series.col.take")}}
}

func (v offersPage) list(ctx context.Context) ui.ListProps {
	lang := i18n.Lang(ctx)
	l := ui.ListProps{ID: "offers", Caption: i18n.T(ctx, "series.offered"), Total: int64(len(v.offers)), Heads: v.heads(ctx),
		Empty: ui.EmptyProps{Icon: ui.IconRule, Title: i18n.T(ctx, "series.offered.empty"), Text: i18n.T(ctx, "series.offered.empty.text")}}
	for _, o := range v.offers {
		next := ui.Text(i18n.T(ctx, "series.next.none"))
		if o.Next.Key != "" {
			next = ui.Text(i18n.T(ctx, "series.next.of", o.Next.Label.In(lang), calendar.FormatDayEnd(o.Next.Last, lang)))
		}
		act := ui.ActionLink(ui.Action{Label: i18n.T(ctx, "series.take"), Href: Path + "/offered", Icon: ui.IconAdd, Post: true,
			Hidden: []ui.Hidden{{Name: "unit", Value: v.unit}, {Name: "pack", Value: o.Pack.ID}, {Name: "duty", Value: o.Duty.ID}}})
		if o.Taken != "" {
			act = ui.Anchor(ui.Link{Label: i18n.T(ctx, "series.taken"), Href: href(o.Taken), Icon: ui.IconCheck})
		}
		l.Rows = append(l.Rows, ui.Row{ID: o.Pack.ID + "-" + o.Duty.ID, Name: o.Duty.Label.In(lang), Cells: []templ.Component{offerCell(o), ui.Text(everyText(ctx, o.Duty.Every)), next, basisCell(o), act}})
	}
	return l
}
