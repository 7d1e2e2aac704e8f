// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// tabs are the registers, and what waits for the reader.
func (v listPage) tabs(ctx context.Context) []ui.Tab {
	at := func(key, query string, here bool) ui.Tab {
		return ui.Tab{Label: i18n.T(ctx, key), Href: Path + query, Here: here}
	}
	return []ui.Tab{at("document.tab.all", "", v.f.Dir == "" && !v.f.Mine && !v.f.Open), at("document.tab.in", "?dir=in", v.f.Dir == In), at("document.tab.out", "?dir=out", v.f.Dir == Out && !v.f.Open && !v.f.Mine),
		at("document.tab.mine", "?mine=1", v.f.Mine), at("document.tab.open", "?open=1", v.f.Open && !v.f.Mine)}
}

func (v listPage) actions(ctx context.Context) (out []ui.Action) {
	if may(ctx, mayWrite) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "document.new.in"), Href: Path + "/new?dir=in", Icon: ui.IconAdd, Primary: true},
			ui.Action{Label: i18n.T(ctx, "document.new.out"), Href: Path + "/new?dir=out", Icon: ui.IconEdit},
			ui.Action{Label: i18n.T(ctx, "document.message"), Href: MessagesPath, Icon: ui.IconUpload})
	}
	out = append(out, ui.Action{Label: i18n.T(ctx, "document.register"), Href: Path + "/register?dir=" + string(cmp.Or(v.f.Dir, In)), Icon: ui.IconPrint},
		ui.Action{Label: i18n.T(ctx, "document.layout"), Href: layoutPath, Icon: ui.IconCheck},
		ui.Action{Label: i18n.T(ctx, "document.templates"), Href: "/settings/templates", Icon: ui.IconDocument})
	if may(ctx, maySend) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "document.record"), Href: Path + "/record", Icon: ui.IconDocument},
			ui.Action{Label: i18n.T(ctx, "document.import"), Href: ImportPath, Icon: ui.IconUpload},
			ui.Action{Label: i18n.T(ctx, "document.book"), Href: Path + "/books", Icon: ui.IconSettings})
	}
	return out
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	f := v.f
	filtered := f.State != "" || f.Standing != "" || f.Kind != "" || f.Urgency != "" || f.Unit != "" || f.Query != "" || !f.From.IsZero() || !f.To.IsZero()
	order, sorted := "oldest", ui.SortDescending
	if f.Oldest {
		order, sorted = "", ui.SortAscending
	}
	clear := Path
	switch {
	case f.Mine:
		clear += "?mine=1"
	case f.Open:
		clear += "?open=1"
	case f.Dir != "":
		clear += "?dir=" + string(f.Dir)
	}
	l := ui.ListProps{Caption: i18n.T(ctx, "document.title"), Total: v.page.Total, Over: v.page.Over, Filtered: filtered, ClearAt: clear, Exports: web.Exports(v.r, Path),
		Filters: ui.Filter(ui.FilterProps{Action: Path, Clear: clear, Fields: v.filter(ctx), Hidden: v.hidden()}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "document.code")}, {Label: i18n.T(ctx, "document.day"), Sort: web.With(v.r, "sort", order, "after", ""), Sorted: sorted}, {Label: i18n.T(ctx, "document.subject")},
			{Label: i18n.T(ctx, "document.from_to")}, {Label: i18n.T(ctx, "document.unit")}, {Label: i18n.T(ctx, "document.state")}},
		Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "document.none"), Text: i18n.T(ctx, "document.none.text")}}
	if f.Mine {
		l.Empty = ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "document.none.mine"), Text: i18n.T(ctx, "document.none.mine.text")}
	} else if may(ctx, mayWrite) {
		l.Empty.Action = &ui.Action{Label: i18n.T(ctx, "document.new.in"), Href: Path + "/new?dir=in", Icon: ui.IconAdd}
	}
	for _, d := range v.page.Rows {
		r := ui.Row{ID: string(d.ID), Name: d.Subject, Href: href(d.ID), Cells: []templ.Component{codeCell(d), date(v.day(d)), subjectCell(v.codes, d), ui.Text(fromTo(d)),
			unitOf(v.names[d.Unit], d.Unit), ui.Badge(stateBadge(ctx, d))}}
		if d.Urgency != "" && d.State != Issued {
			r.Tone = ui.Warn
		}
		l.Rows = append(l.Rows, r)
	}
	if v.page.Next != "" {
		l.Next = web.With(v.r, "after", v.page.Next)
	}
	if f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

// day is the day of d in its register.
func (v listPage) day(d Document) calendar.Date {
	switch {
	case d.Dir == In:
		return d.ArrivedOn
	case !d.Date.IsZero():
		return d.Date
	}
	return calendar.DateOf(d.CreatedAt)
}

func fromTo(d Document) string {
	if d.Dir == In {
		return d.Issuer
	}
	list := strings.Split(d.Recipients, "\n")
	if len(list) > 2 {
		return list[0] + "; " + list[1] + "; …"
	}
	return strings.Join(list, "; ")
}

func (v listPage) hidden() (out []ui.Hidden) {
	for _, name := range []string{"dir", "mine", "open", "sort"} {
		if s := v.r.URL.Query().Get(name); s != "" {
			out = append(out, ui.Hidden{Name: name, Value: s})
		}
	}
	return out
}

func options(list []Code) (out []ui.Option) {
	for _, c := range list {
		out = append(out, ui.Option{Value: c.ID, Label: c.Label})
	}
	return out
}

func (v listPage) filter(ctx context.Context) []ui.FieldProps {
	all := i18n.T(ctx, "document.any")
	var states []ui.Option
	for _, s := range States() {
		if v.f.Dir == In && s != Received || v.f.Dir == Out && s == Received {
			continue
		}
		states = append(states, ui.Option{Value: string(s), Label: stateText(ctx, s)})
	}
	fields := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "document.search"), Value: v.f.Query},
		{Kind: ui.KindCheckbox, Name: "content", Label: i18n.T(ctx, "document.content"), Checked: v.f.Content},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "document.kind"), Blank: all, Value: v.f.Kind, Options: options(v.codes.Kinds)},
		{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "document.state"), Blank: all, Value: string(v.f.State), Options: states},
		{Kind: ui.KindSelect, Name: "urgency", Label: i18n.T(ctx, "document.urgency"), Blank: all, Value: v.f.Urgency, Options: options(v.codes.Urgencies)},
		{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "document.from"), Value: v.f.From.String()},
		{Kind: ui.KindDate, Name: "to", Label: i18n.T(ctx, "document.to"), Value: v.f.To.String()}}
	if len(v.units) > 1 {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "document.unit"), Blank: all, Value: v.f.Unit, Options: v.units})
	}
	return fields
}

// title is the head of a book in print.
func (v registerPage) title(ctx context.Context) string {
	return i18n.T(ctx, "document.register."+string(v.f.Dir))
}

// heads are the columns of the books in Annex IV of Decree 30/2020, from memory:
// of incoming papers ten, of outgoing ones ten.
func (v registerPage) heads(ctx context.Context) (out []string) {
	keys := []string{"arrived_on", "arrival", "issuer", "code", "date", "kind_subject", "receiver", "passed_on", "signed_for", "note"}
	if v.f.Dir == Out {
		keys = []string{"code", "date", "kind_subject", "signer", "recipients", "archive", "copies", "passed_on", "signed_for", "note"}
	}
	for _, k := range keys {
		out = append(out, i18n.T(ctx, "document."+k))
	}
	return out
}

func (v registerPage) cells(ctx context.Context, d Document) []string {
	what := d.Subject
	if kind, _, _ := strings.Cut(label(v.codes.Kinds, d.Kind), " ("); !strings.HasPrefix(i18n.Fold(what), i18n.Fold(kind)) {
		what = kind + " " + what
	}
	if d.Dir == Out {
		return []string{d.Code(), dayText(ctx, d.Date), what, d.Signer, strings.ReplaceAll(d.Recipients, "\n", "; "), "", "", "", "", d.Note}
	}
	return []string{dayText(ctx, d.ArrivedOn), arrivalText(d), d.Issuer, d.Code(), dayText(ctx, d.Date), what, strings.ReplaceAll(d.Recipients, "\n", "; "), "", "", d.Note}
}

func (v registerPage) filter(ctx context.Context) templ.Component {
	fields := []ui.FieldProps{{Kind: ui.KindSelect, Name: "dir", Label: i18n.T(ctx, "document.dir"), Value: string(v.f.Dir), Options: []ui.Option{{Value: "in", Label: dirText(ctx, In)}, {Value: "out", Label: dirText(ctx, Out)}}},
		{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "document.from"), Value: v.f.From.String()},
		{Kind: ui.KindDate, Name: "to", Label: i18n.T(ctx, "document.to"), Value: v.f.To.String()}}
	if len(v.units) > 1 {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "document.unit"), Blank: i18n.T(ctx, "document.any"), Value: v.f.Unit, Options: v.units})
	}
	return ui.Filter(ui.FilterProps{Action: Path + "/register", Fields: fields})
}

func (v registerPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: v.title(ctx), Filters: v.filter(ctx), Total: v.total, Exports: web.Exports(v.r, Path+"/register"), ClearAt: Path + "/register?dir=" + string(v.f.Dir),
		Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "document.none"), Text: i18n.T(ctx, "document.register.none")}}
	for _, h := range v.heads(ctx) {
		l.Heads = append(l.Heads, ui.Head{Label: h})
	}
	for _, d := range v.rows {
		row := ui.Row{ID: string(d.ID), Name: d.Subject}
		for _, c := range v.cells(ctx, d) {
			row.Cells = append(row.Cells, ui.Text(c))
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}
