// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "hunt.title"), Href: "/hunts"}}
}

// fields are the form's, as typed.
func (t typed) fields(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{
		{Kind: ui.KindText, Name: "value", Label: i18n.T(ctx, "hunt.value"), Hint: i18n.T(ctx, "hunt.value.hint"), Value: t.value, Required: true,
			Error: t.errs["value"], MaxLength: 500, Mono: true},
		{Kind: ui.KindCheckbox, Name: "exact", Label: i18n.T(ctx, "hunt.exact"), Checked: t.exact},
		{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "hunt.from"), Hint: i18n.T(ctx, "hunt.from.hint"), Value: t.from, Error: t.errs["from"]},
		{Kind: ui.KindDate, Name: "to", Label: i18n.T(ctx, "hunt.to"), Value: t.to, Error: t.errs["to"]},
		{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "hunt.reason"), Hint: i18n.T(ctx, "hunt.reason.hint"), Value: t.reason,
			Required: true, Error: t.errs["reason"], MaxLength: MaxReason, Rows: 2},
	}
}

func (t typed) errors() (out []ui.FieldError) {
	for _, field := range []string{"value", "from", "to", "reason"} {
		if t.errs[field] != "" {
			out = append(out, ui.FieldError{Field: field, Text: t.errs[field]})
		}
	}
	return out
}

// memory says from when on and how long is remembered, so that an answer of
// nothing can be judged. How much is, over all units, is not for everybody.
func (v listPage) memory(ctx context.Context) []ui.Fact {
	return []ui.Fact{
		{Label: i18n.T(ctx, "hunt.memory.since"), Value: ui.Time(v.stats.Since)},
		{Label: i18n.T(ctx, "hunt.memory.days"), Value: ui.Text(i18n.T(ctx, "hunt.memory.days.of", i18n.Number(ctx, int64(v.days))))},
	}
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "hunt.own"), Total: v.total,
		Heads: []ui.Head{{Label: i18n.T(ctx, "hunt.value")}, {Label: i18n.T(ctx, "hunt.at")}, {Label: i18n.T(ctx, "hunt.period")}, {Label: i18n.T(ctx, "hunt.reason")}},
		Empty: ui.EmptyProps{Icon: ui.IconHunt, Title: i18n.T(ctx, "hunt.own.none"), Text: i18n.T(ctx, "hunt.own.none.text")}}
	for _, h := range v.hunts {
		l.Rows = append(l.Rows, ui.Row{ID: string(h.ID), Name: h.Value, Href: href(h.ID), Cells: []templ.Component{
			ui.Code(ui.Defang(h.Value)), ui.Time(h.CreatedAt), ui.Text(h.period(ctx)), ui.Text(h.Reason)}})
	}
	if len(v.hunts) == pageSize {
		l.Next = web.With(v.r, "after", string(v.hunts[pageSize-1].ID))
	}
	if v.r.URL.Query().Get("after") != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

// period is the days h looked at, in words.
func (h Hunt) period(ctx context.Context) string {
	switch {
	case h.From.IsZero() && h.To.IsZero():
		return i18n.T(ctx, "hunt.span.all")
	case h.To.IsZero():
		return i18n.T(ctx, "hunt.span.from", i18n.Date(ctx, h.From.Start()))
	case h.From.IsZero():
		return i18n.T(ctx, "hunt.span.to", i18n.Date(ctx, h.To.Start()))
	}
	return i18n.T(ctx, "hunt.span", i18n.Date(ctx, h.From.Start()), i18n.Date(ctx, h.To.Start()))
}

// scopeKey is the catalogue key of what an answer to q may be.
func (q Question) scopeKey() string {
	switch q.kind() {
	case intel.Network.String():
		return "hunt.below.network"
	case intel.URL.String():
		return "hunt.below.page"
	case intel.Domain.String():
		if q.Below {
			return "hunt.below.too"
		}
		return "hunt.below.only"
	}
	return "hunt.below.value"
}

// roleCell is what happened between the client and the value.
func roleCell(ctx context.Context, s Seen) templ.Component {
	if text := finding.ActivityText(ctx, s.Roles); text != "" {
		return ui.Text(text)
	}
	return ui.None()
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	facts := []ui.Fact{
		{Label: i18n.T(ctx, "finding.indicator"), Value: ui.Observable(ui.ObservableProps{Value: v.h.Value, Type: finding.TypeText(ctx, v.h.kind()), Menu: web.ObservableMenu(ctx, v.h.Value, ui.ObservableActs{})})},
		{Label: i18n.T(ctx, "hunt.below"), Value: ui.Text(i18n.T(ctx, v.h.scopeKey()))},
		{Label: i18n.T(ctx, "hunt.period"), Value: ui.Text(v.h.period(ctx))},
		{Label: i18n.T(ctx, "hunt.reason"), Value: ui.Text(v.h.Reason)},
	}
	if v.all.Clients == 0 {
		return facts
	}
	return append(facts,
		ui.Fact{Label: i18n.T(ctx, "hunt.clients"), Value: ui.Number(v.all.Clients)},
		ui.Fact{Label: i18n.T(ctx, "hunt.units"), Value: ui.Number(v.all.Units)},
		ui.Fact{Label: i18n.T(ctx, "hunt.queries"), Value: ui.Number(v.all.Queries)},
		ui.Fact{Label: i18n.T(ctx, "hunt.first"), Value: ui.Time(v.all.First)},
		ui.Fact{Label: i18n.T(ctx, "hunt.last"), Value: ui.Time(v.all.Last)})
}

// alert answers the question in one sentence.
func (v showPage) alert(ctx context.Context) ui.AlertProps {
	name := ui.Defang(v.h.Value)
	switch {
	case v.all.Clients == 0:
		return ui.AlertProps{Tone: ui.NoData, Title: i18n.T(ctx, "hunt.none", name), Text: i18n.T(ctx, "hunt.none.text") + " " + v.since}
	case v.h.Cut:
		return ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "hunt.cut", name), Text: i18n.T(ctx, "hunt.cut.text")}
	}
	return ui.AlertProps{Tone: ui.Info, Title: i18n.T(ctx, "hunt.some", i18n.Number(ctx, v.all.Clients), name), Text: v.since}
}

func (v showPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "hunt.seen"), Total: v.totals.Clients, Filtered: v.f.Search != "", ClearAt: href(v.h.ID),
		Filters: ui.Filter(ui.FilterProps{Action: href(v.h.ID), Clear: href(v.h.ID), Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "hunt.search"), Value: v.r.URL.Query().Get("q")}}, Hidden: v.hidden()}),
		Heads: v.heads(ctx), Exports: web.Exports(v.r, href(v.h.ID)+"/seen"),
		Empty: ui.EmptyProps{Icon: ui.IconHunt, Title: i18n.T(ctx, "hunt.none", ui.Defang(v.h.Value)), Text: i18n.T(ctx, "hunt.none.text")}}
	for _, s := range v.seen {
		cells := []templ.Component{finding.Client(s.Addr, finding.SubjectOf(s.AddrKind, s.Addr)), v.unit(s), roleCell(ctx, s)}
		if v.h.several() {
			cells = append(cells, nameCell(s))
		}
		l.Rows = append(l.Rows, ui.Row{ID: s.ID, Name: s.Addr.String(),
			Cells: append(cells, ui.Number(s.Days), ui.Number(s.Queries), ui.Time(s.First), lastCell(s))})
	}
	if len(v.seen) == pageSize {
		l.Next = web.With(v.r, "after", v.seen[pageSize-1].ID)
	}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

func (v showPage) hidden() []ui.Hidden {
	if v.f.Sort == "" {
		return nil
	}
	return []ui.Hidden{{Name: "sort", Value: v.f.Sort}}
}

func (v showPage) unit(s Seen) templ.Component {
	if name := v.names[s.UnitID]; name != "" {
		return ui.Unit(ui.UnitProps{Name: name, Href: "/units/" + s.UnitID})
	}
	return ui.None()
}

func (v showPage) heads(ctx context.Context) []ui.Head {
	sorted := func(key, sort string, numeric bool) ui.Head {
		h := ui.Head{Label: i18n.T(ctx, key), Numeric: numeric, Sort: web.With(v.r, "sort", sort, "after", "")}
		if v.f.Sort == sort || sort == "last" && v.f.Sort == "" {
			h.Sorted = ui.SortDescending
		}
		return h
	}
	heads := []ui.Head{{Label: i18n.T(ctx, "hunt.client")}, {Label: i18n.T(ctx, "hunt.unit")}, {Label: i18n.T(ctx, "hunt.role")}}
	if v.h.several() {
		heads = append(heads, ui.Head{Label: finding.ValuesText(ctx, v.h.kind())})
	}
	return append(heads, ui.Head{Label: i18n.T(ctx, "hunt.days"), Numeric: true}, sorted("hunt.queries", "queries", true), sorted("hunt.first", "first", false), sorted("hunt.last", "last", false))
}
