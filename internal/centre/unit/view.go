// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"cmp"
	"context"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file turns what the pages know into props of the components.

func lines(list []string) string { return strings.Join(list, "\n") }

func treeOptions(tree []Node) []ui.Option {
	out := make([]ui.Option, len(tree))
	for i, n := range tree {
		out[i] = ui.Option{Value: string(n.ID), Label: strings.Repeat("\u2003", n.Depth) + n.Label()}
	}
	return out
}

func (k kinds) options(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(k))
	for i, kind := range k {
		out[i] = ui.Option{Value: kind.ID, Label: kind.Label.In(i18n.Lang(ctx))}
	}
	return out
}

func addressOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range AddressKinds() {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "unit.address."+string(k))})
	}
	return out
}

func stateBadge(ctx context.Context, u Unit, today calendar.Date) ui.BadgeProps {
	switch {
	case u.ValidOn(today):
		return ui.BadgeProps{Text: i18n.T(ctx, "unit.state.current"), Tone: ui.OK}
	case !u.ValidTo.IsZero() && u.ValidTo.Compare(today) < 0:
		return ui.BadgeProps{Text: i18n.T(ctx, "unit.state.ended"), Tone: ui.NoData}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "unit.state.future"), Tone: ui.Info}
}

func (v listPage) filters(ctx context.Context) []ui.FieldProps {
	show := "current"
	if v.Filter.On.IsZero() {
		show = "all"
	} else if v.Filter.Ended {
		show = "ended"
	}
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "unit.list.search"), Value: v.Filter.Text},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "unit.col.kind"), Value: v.Filter.Kind, Blank: i18n.T(ctx, "unit.list.any_kind"), Options: v.Kinds.options(ctx)},
		{Kind: ui.KindSelect, Name: "show", Label: i18n.T(ctx, "unit.list.which"), Value: show, Options: []ui.Option{
			{Value: "current", Label: i18n.T(ctx, "unit.list.current")}, {Value: "ended", Label: i18n.T(ctx, "unit.list.ended")},
			{Value: "all", Label: i18n.T(ctx, "unit.list.all")}}},
		{Kind: ui.KindSelect, Name: "parent", Label: i18n.T(ctx, "unit.col."+colParent), Value: string(v.Filter.Parent), Blank: i18n.T(ctx, "unit.list.any_parent"), Options: v.Parents},
	}
}

func (v listPage) filtered() bool {
	return v.Filter.Text != "" || v.Filter.Kind != "" || v.Filter.Parent != ""
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	sorted := func(field string, s Sort) ui.Head {
		h := ui.Head{Label: i18n.T(ctx, "unit.col."+field), Sort: v.Sorts[s]}
		if cmp.Or(v.Filter.Sort, ByName) == s {
			if h.Sorted = ui.SortAscending; v.Filter.Desc {
				h.Sorted = ui.SortDescending
			}
		}
		return h
	}
	plain := func(field string) ui.Head { return ui.Head{Label: i18n.T(ctx, "unit.col."+field)} }
	return []ui.Head{sorted("name", ByName), sorted("kind", ByKind), plain(colParent), sorted("code", ByCode), plain("contact_name"),
		{Label: i18n.T(ctx, "unit.col.count"), Numeric: true}, plain("state")}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, u := range v.Units {
		kind := u.Kind
		if k, ok := v.Kinds.find(kind); ok {
			kind = k.Label.In(i18n.Lang(ctx))
		}
		rows = append(rows, ui.Row{ID: string(u.ID), Name: u.Name, Href: pathOf(u.ID), Cells: []templ.Component{
			ui.Text(u.Name), ui.Text(kind), optional(u.Parent), optional(u.Code), optional(person(u.SecurityContact)),
			ui.Number(int64(u.Ranges)), ui.Badge(stateBadge(ctx, u.Unit, v.Today))}})
	}
	return rows
}

// optional is a cell that may be empty.
func optional(s string) templ.Component {
	if s == "" {
		return ui.None()
	}
	return ui.Text(s)
}

func person(c Contact) string {
	var parts []string
	for _, s := range []string{c.Name, c.Title, c.Phone, c.Email} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	also := []ui.Action{{Label: i18n.T(ctx, "unit.proposal.title"), Href: "/proposals"}, {Label: i18n.T(ctx, "unit.group.title"), Href: "/groups"}}
	if !v.MayWrite {
		return also
	}
	return append([]ui.Action{{Label: i18n.T(ctx, "unit.import.title"), Href: "/units/import", Icon: ui.IconUpload, Primary: true},
		{Label: i18n.T(ctx, "unit.new.title"), Href: "/units/new"}, {Label: i18n.T(ctx, "unit.reform.title"), Href: "/reforms"}}, also...)
}

func (v listPage) exports() []ui.Link {
	return []ui.Link{{Label: "CSV", Href: "/units/export.csv?" + v.Query}, {Label: "XLSX", Href: "/units/export.xlsx?" + v.Query}}
}

// alone reports whether there is nothing yet besides the founding body.
func (v listPage) alone() bool { return v.Total <= 1 && !v.filtered() && v.MayWrite }

func emptyList(ctx context.Context, may bool) ui.EmptyProps {
	e := ui.EmptyProps{Icon: ui.IconUnit, Title: i18n.T(ctx, "unit.list.empty"), Text: i18n.T(ctx, "unit.list.empty_text")}
	if may {
		e.Action = &ui.Action{Label: i18n.T(ctx, "unit.import.title"), Href: "/units/import", Icon: ui.IconUpload}
		e.Sample = &ui.Action{Label: i18n.T(ctx, "unit.import.template"), Href: "/units/template.xlsx"}
	}
	return e
}

func (v formPage) action() string {
	if v.New {
		return "/units/new"
	}
	return pathOf(v.Unit.ID) + "/edit"
}

func (v formPage) back() string {
	if v.New {
		return "/units"
	}
	return pathOf(v.Unit.ID)
}

// field is one field of the unit's form.
func (v formPage) field(ctx context.Context, name string) ui.FieldProps {
	f := ui.FieldProps{Name: name, Label: i18n.T(ctx, "unit.col."+name), Value: v.value(name), Error: v.Errors[name]}
	switch name {
	case "name":
		f.Required, f.Autofocus = true, v.New
	case "kind":
		f.Kind, f.Required, f.Options, f.Blank = ui.KindSelect, true, v.Kinds.options(ctx), i18n.T(ctx, "unit.form.choose")
	case colParent:
		f.Kind, f.Options = ui.KindSelect, v.Parents
		if f.Required = v.New || v.Unit.ParentID != ""; !v.New {
			f.Blank = "—"
		}
	case colFrom, colTo:
		f.Kind = ui.KindDate
	case colAliases:
		f.Kind, f.Rows, f.Hint = ui.KindTextarea, 3, i18n.T(ctx, "unit.hint.aliases")
	case "note":
		f.Kind, f.Rows = ui.KindTextarea, 3
	case "head_email", "contact_email":
		f.Kind = ui.KindEmail
	case "head_phone", "contact_phone", "hotline":
		f.Kind = ui.KindTel
	}
	return f
}

var (
	basicFields  = []string{"name", "short_name", "kind", colParent, "code", "address", colAliases, colFrom, colTo, "note"}
	peopleFields = []string{"head_name", "head_title", "head_phone", "head_email",
		"contact_name", "contact_title", "contact_phone", "contact_email", "hotline"}
)

func (v showPage) owner() templ.Component {
	if name, ok := v.Names[v.Unit.ParentID]; ok {
		return ui.Unit(ui.UnitProps{Name: name, Href: pathOf(v.Unit.ParentID)})
	}
	return nil
}

func (v showPage) actions(ctx context.Context) []ui.Action {
	at := pathOf(v.Unit.ID)
	past := []ui.Action{{Label: i18n.T(ctx, "unit.figures.short"), Href: at + "/figures"}, {Label: i18n.T(ctx, "unit.history.short"), Href: at + "/history"}}
	if !v.MayWrite {
		if v.MayPropose {
			past = append([]ui.Action{{Label: i18n.T(ctx, "unit.proposal.new"), Href: at + "/propose", Primary: true}}, past...)
		}
		return past
	}
	list := []ui.Action{{Label: i18n.T(ctx, "unit.edit.title"), Href: at + "/edit", Primary: true},
		{Label: i18n.T(ctx, "unit.new.title"), Href: "/units/new?parent=" + string(v.Unit.ID)}}
	if v.Unit.ValidTo.IsZero() {
		list = append(list, ui.Action{Label: i18n.T(ctx, "unit.reform.new"), Href: "/reforms/new?unit=" + string(v.Unit.ID)})
	}
	return append(list, past...)
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	u := v.Unit
	fact := func(field, value string) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "unit.col."+field), Value: optional(value)}
	}
	list := []ui.Fact{fact("kind", v.Kind), fact("short_name", u.ShortName), fact("code", u.Code), fact("head_name", person(u.Head)),
		fact("contact_name", person(u.SecurityContact)), fact("hotline", u.Hotline), fact("address", u.Address),
		fact(colAliases, strings.Join(u.Aliases, "; ")), fact(colFrom, printed(u.ValidFrom)), fact(colTo, printed(u.ValidTo)), fact("note", u.Note)}
	for _, id := range u.SuccessorIDs {
		list = append(list, ui.Fact{Label: i18n.T(ctx, "unit.show.successors"), Value: v.mark(ctx, id)})
	}
	for _, id := range u.PredecessorIDs {
		list = append(list, ui.Fact{Label: i18n.T(ctx, "unit.show.predecessors"), Value: v.mark(ctx, id)})
	}
	return list
}

// mark is the unit mark of a linked unit; one outside the scope has no name.
func (v showPage) mark(ctx context.Context, id ID) templ.Component {
	name, ok := v.Names[id]
	if !ok {
		return ui.Unit(ui.UnitProps{Name: i18n.T(ctx, "unit.show.outside")})
	}
	return ui.Unit(ui.UnitProps{Name: name, Href: pathOf(id)})
}

var checkTones = map[CheckState]ui.Tone{CheckMissing: ui.Warn, CheckDone: ui.OK, CheckStale: ui.Warn, CheckDeclared: ui.Info}

func (v showPage) checks(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	for _, c := range v.Checklist {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "unit.check."+string(c.Key)), Value: checkMark(c)})
	}
	return out
}

// checkText is the state of c in words.
func checkText(ctx context.Context, c Check) string {
	key := "unit.check.state." + cmp.Or(string(c.State), "missing")
	if c.Key == CheckAVExport && c.State == CheckDeclared {
		key = "unit.check.state.unread"
	}
	text := i18n.T(ctx, key)
	if c.State != CheckMissing && !c.At.IsZero() {
		text += " · " + i18n.Date(ctx, c.At)
	}
	return text
}

func (v showPage) history(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "unit.show.history"), Empty: i18n.T(ctx, "unit.show.no_history")}
	for _, e := range v.History {
		t.Entries = append(t.Entries, ui.TimelineEntry{Text: i18n.T(ctx, "unit.act."+e.Action), Actor: e.ActorName, At: e.At.Time})
	}
	return t
}

func dayOr(ctx context.Context, d calendar.Date) string {
	if d.IsZero() {
		return i18n.T(ctx, "unit.range.none")
	}
	return printed(d)
}

// good is how many rows of the plan would be written.
func (v planPage) good() int { return v.Count(RowNew) + v.Count(RowChanged) }

// most rows and cells of a plan a page shows.
const planShown = 500

func (v planPage) report(ctx context.Context) ui.ImportReportProps {
	count := func(s RowState) int64 { return int64(v.Count(s)) }
	p := ui.ImportReportProps{File: v.File, DryRun: true, Rows: int64(len(v.Rows)) - count(RowSkipped), Added: count(RowNew),
		Changed: count(RowChanged), Same: count(RowSame), Rejected: count(RowRejected)}
	for _, c := range v.Cells[:min(len(v.Cells), planShown)] {
		column := c.Column
		if c.Heading != "" {
			column += " · " + c.Heading
		}
		p.Cells = append(p.Cells, ui.CellError{Sheet: c.Sheet, Row: c.Row, Column: column, Value: c.Value, Error: i18n.T(ctx, c.Reason, c.Args...), Warn: c.Warn})
	}
	p.More = int64(len(v.Cells) - len(p.Cells))
	return p
}

func (v planPage) shown() []PlannedRow { return v.Rows[:min(len(v.Rows), planShown)] }

var rowTones = map[RowState]ui.Tone{RowNew: ui.OK, RowChanged: ui.Info, RowRejected: ui.Bad, RowSkipped: ui.NoData}

func (r PlannedRow) badge(ctx context.Context) ui.BadgeProps {
	return ui.BadgeProps{Text: i18n.T(ctx, "unit.row."+string(r.State)), Tone: rowTones[r.State]}
}

// says lists what a row would change, one thing a line.
func (r PlannedRow) says(ctx context.Context) []string {
	var out []string
	if r.Why != "" {
		out = append(out, i18n.T(ctx, r.Why))
	}
	for _, c := range r.Changes {
		out = append(out, i18n.T(ctx, "unit.col."+c.Field)+": "+cmp.Or(c.Before, "—")+" → "+cmp.Or(c.After, "—"))
	}
	for _, a := range r.Ranges {
		prefix, kind, _ := strings.Cut(a, " ")
		out = append(out, "+ "+prefix+" "+i18n.T(ctx, "unit.address."+kind))
	}
	return out
}

func (v formPage) title(ctx context.Context) string {
	if v.New {
		return i18n.T(ctx, "unit.new.title")
	}
	return i18n.T(ctx, "unit.edit.title")
}

func newGroup(ctx context.Context, may bool) []ui.Action {
	if !may {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "unit.group.new"), Href: "/groups/new", Primary: true}}
}
