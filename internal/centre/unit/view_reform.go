// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file turns what the pages of reforms know into props of the components.

func unitCrumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "unit.list.title"), Href: "/units"}}
}

func reformCrumbs(ctx context.Context) []ui.Link {
	return append(unitCrumbs(ctx), ui.Link{Label: i18n.T(ctx, "unit.reform.title"), Href: "/reforms"})
}

func exportLinks(path, query string) []ui.Link {
	return []ui.Link{{Label: "CSV", Href: path + "/export.csv?" + query}, {Label: "XLSX", Href: path + "/export.xlsx?" + query}}
}

// sendRows answers rows, the first of them the heads, as a file of today.
func (p *Pages) sendRows(w http.ResponseWriter, r *http.Request, name string, format web.Format, rows [][]string) error {
	return web.Export(w, r, format, web.Sheet{Name: fmt.Sprintf("%s-%s", name, p.svc.today()), Heads: rows[0], Rows: func(yield func([]any, error) bool) {
		for _, row := range rows[1:] {
			line := make([]any, len(row))
			for i, cell := range row {
				line[i] = cell
			}
			if !yield(line, nil) {
				return
			}
		}
	}})
}

func newReform(k ReformKind, unit string) string {
	q := url.Values{"kind": {string(k)}}
	if unit != "" {
		q.Set("unit", unit)
	}
	return "/reforms/new?" + q.Encode()
}

var reformTones = map[ReformState]ui.Tone{Draft: ui.Neutral, Planned: ui.Info, Applied: ui.OK, Failed: ui.Bad, Withdrawn: ui.NoData, Undone: ui.NoData}

func reformBadge(ctx context.Context, s ReformState) ui.BadgeProps {
	return ui.BadgeProps{Text: i18n.T(ctx, "unit.reform.state."+string(s)), Tone: reformTones[s]}
}

func (v reformsPage) filters(ctx context.Context) []ui.FieldProps {
	states := []ui.Option{{Value: "open", Label: i18n.T(ctx, "unit.reform.state.open")}}
	for _, s := range []ReformState{Draft, Planned, Applied, Failed, Withdrawn, Undone} {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "unit.reform.state."+string(s))})
	}
	var kinds []ui.Option
	for _, k := range ReformKinds() {
		kinds = append(kinds, ui.Option{Value: string(k), Label: i18n.T(ctx, "unit.reform.kind."+string(k))})
	}
	return []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "unit.reform.search"), Value: v.Filter.Text},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "unit.reform.what"), Value: string(v.Filter.Kind), Blank: i18n.T(ctx, "unit.reform.any"), Options: kinds},
		{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "unit.col.state"), Value: v.Filter.State, Blank: i18n.T(ctx, "unit.reform.any"), Options: states}}
}

func reformHeads(ctx context.Context) []string {
	var out []string
	for _, key := range []string{"unit.reform.units", "unit.reform.what", "unit.reform.from", "unit.reform.basis", "unit.reform.basis_day", "unit.col.state", "unit.reform.by"} {
		out = append(out, i18n.T(ctx, key))
	}
	return out
}

func (v reformsPage) heads(ctx context.Context) []ui.Head {
	var out []ui.Head
	for _, label := range reformHeads(ctx) {
		out = append(out, ui.Head{Label: label})
	}
	return out
}

func (v reformsPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, r := range v.ReformPage.Rows {
		out = append(out, ui.Row{ID: string(r.ID), Name: r.Title, Href: pathOfReform(r.ID), Cells: []templ.Component{ui.Text(r.Title),
			ui.Text(i18n.T(ctx, "unit.reform.kind."+string(r.Kind))), ui.Text(printed(r.From)), ui.Text(r.Basis), optional(printed(r.BasisDay)),
			ui.Badge(reformBadge(ctx, r.State)), ui.Text(r.CreatedBy)}})
	}
	return out
}

func (v reformForm) action() string {
	if v.ID == "" {
		return "/reforms/new"
	}
	return pathOfReform(v.ID) + "/edit"
}

func (v reformForm) back() string {
	if v.ID == "" {
		return "/reforms"
	}
	return pathOfReform(v.ID)
}

func (v reformForm) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "kind_of", Value: string(v.Kind)}, {Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

// reformFields are the fields of each kind's form, in order.
var reformFields = map[ReformKind][]string{
	Merge:  {"units", "into", "name", "short_name", "code", "kind", "parent"},
	Split:  {"units", "parts", "keep"},
	Rename: {"units", "name", "short_name"},
	Move:   {"units", "parent"},
	End:    {"units", "parts"},
}

func (v reformForm) fields(ctx context.Context) []ui.FieldProps {
	var out []ui.FieldProps
	for _, name := range append(reformFields[v.Kind], "from", "basis", "basis_day", "note") {
		out = append(out, v.field(ctx, name))
	}
	return out
}

func (v reformForm) field(ctx context.Context, name string) ui.FieldProps {
	f := ui.FieldProps{Name: name, Label: i18n.T(ctx, "unit.reform."+name), Value: v.Typed.Get(name), Error: v.Errors[name]}
	switch name {
	case "units":
		f.Required, f.Autofocus, f.Hint = true, true, i18n.T(ctx, "unit.reform.hint_unit")
		if v.Kind == Merge {
			f.Kind, f.Hint = ui.KindTextarea, i18n.T(ctx, "unit.reform.hint_units")
		}
	case "parts":
		f.Kind, f.Hint = ui.KindTextarea, i18n.T(ctx, "unit.reform.hint_parts_"+string(v.Kind))
	case "into":
		f.Kind, f.Options, f.Blank = ui.KindSelect, v.Tree, i18n.T(ctx, "unit.reform.new_unit")
	case "parent":
		f.Kind, f.Options = ui.KindSelect, v.Tree
		if f.Required = v.Kind == Move; !f.Required {
			f.Blank = i18n.T(ctx, "unit.reform.same_parent")
		}
	case "kind":
		f.Kind, f.Options, f.Blank = ui.KindSelect, v.Kinds.options(ctx), i18n.T(ctx, "unit.reform.same_kind")
	case "keep":
		f.Kind, f.Checked, f.Value = ui.KindCheckbox, v.Typed.Get(name) != "", ""
	case "from":
		f.Kind, f.Required, f.Hint = ui.KindDate, true, i18n.T(ctx, "unit.reform.hint_from")
	case "basis_day":
		f.Kind = ui.KindDate
	case "basis":
		f.Required, f.Hint = true, i18n.T(ctx, "unit.reform.hint_basis")
	case "note":
		f.Kind, f.Rows = ui.KindTextarea, 3
	}
	return f
}

func (v reformPage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

func (v reformPage) confirm() []ui.Hidden {
	return append(v.hidden(), ui.Hidden{Name: "digest", Value: v.Effect.Digest})
}

func (v reformPage) mayApply() bool {
	return (v.State == Draft || v.State == Failed) && v.Effect.Problem == ""
}

func (v reformPage) applyLabel(ctx context.Context) string {
	if v.From.Compare(v.Today) > 0 {
		return i18n.T(ctx, "unit.reform.plan", printed(v.From))
	}
	return i18n.T(ctx, "unit.reform.apply", printed(v.From))
}

func (v reformPage) actions(ctx context.Context) []ui.Action {
	var out []ui.Action
	if v.State == Draft {
		out = append(out, ui.Action{Label: i18n.T(ctx, "unit.reform.edit"), Href: pathOfReform(v.ID) + "/edit"})
	}
	if v.open() {
		out = append(out, ui.Action{Label: i18n.T(ctx, "unit.reform.withdraw"), Href: pathOfReform(v.ID) + "/withdraw", Post: true, Hidden: v.hidden(), Danger: true})
	}
	return out
}

func (v reformPage) effectTitle(ctx context.Context) string {
	if v.open() {
		return i18n.T(ctx, "unit.reform.effect")
	}
	return i18n.T(ctx, "unit.reform.done")
}

func (v reformPage) facts(ctx context.Context) []ui.Fact {
	fact := func(key, value string) ui.Fact { return ui.Fact{Label: i18n.T(ctx, key), Value: optional(value)} }
	who := func(name string, at time.Time) string {
		if name == "" {
			return ""
		}
		return name + " · " + i18n.Time(ctx, at)
	}
	list := []ui.Fact{fact("unit.reform.from", printed(v.From)), fact("unit.reform.basis", v.Basis), fact("unit.reform.basis_day", printed(v.BasisDay)),
		fact("unit.reform.note", v.Note), fact("unit.reform.by", who(v.CreatedBy, v.CreatedAt))}
	if v.SettledBy != "" {
		list = append(list, fact("unit.reform.settled", who(v.SettledBy, v.SettledAt)))
	}
	if v.Reform.Problem != "" {
		list = append(list, fact("unit.reform.problem", i18n.T(ctx, v.Reform.Problem, "")))
	}
	return list
}

func (v reformPage) touched(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	for _, t := range v.Touched {
		f := ui.Fact{Label: i18n.T(ctx, t.Key), Value: ui.Number(t.N)}
		if t.Href != "" && t.N > 0 {
			f.Value = ui.Anchor(ui.Link{Label: i18n.Number(ctx, t.N), Href: t.Href})
		}
		out = append(out, f)
	}
	return out
}

// label is the name of a unit; one outside the scope has none.
func (v reformPage) label(ctx context.Context, id ID) string {
	if name := v.Names[id]; name != "" {
		return name
	}
	return i18n.T(ctx, "unit.show.outside")
}

// says lists what the reform does, one thing a line.
func (v reformPage) says(ctx context.Context) []string {
	var out []string
	for _, u := range v.Effect.Added {
		out = append(out, i18n.T(ctx, "unit.reform.says.new", u.Name, printed(u.ValidFrom)))
	}
	for _, s := range v.Effect.Changed {
		was, is := s.Before, s.After
		switch {
		case was.ValidTo != is.ValidTo:
			out = append(out, i18n.T(ctx, "unit.reform.says.end", was.Name, printed(is.ValidTo)))
		case was.Name != is.Name || was.ShortName != is.ShortName:
			out = append(out, i18n.T(ctx, "unit.reform.says.name", was.Name, is.Name, is.ShortName))
		case was.ParentID != is.ParentID:
			out = append(out, i18n.T(ctx, "unit.reform.says.move", was.Name, v.label(ctx, was.ParentID), v.label(ctx, is.ParentID)))
		default:
			out = append(out, i18n.T(ctx, "unit.reform.says.alias", was.Name))
		}
	}
	for _, r := range v.Effect.Ranges {
		prefix, from := r.Before.Prefix.String(), v.label(ctx, r.Before.UnitID)
		switch {
		case r.Given.ID != "":
			out = append(out, i18n.T(ctx, "unit.reform.says.range", prefix, from, v.label(ctx, r.Given.UnitID)))
		case r.Why != "":
			out = append(out, i18n.T(ctx, "unit.reform.says.range_twice", prefix, from, i18n.T(ctx, r.Why, prefix)))
		default:
			out = append(out, i18n.T(ctx, "unit.reform.says.range_end", prefix, from))
		}
	}
	if v.Kind == Merge || v.Kind == End && len(v.Spec.Parts) > 0 || v.Kind == Split && !v.Spec.Keep {
		out = append(out, i18n.T(ctx, "unit.reform.says.scope"))
	}
	if v.Kind == Split && v.Spec.Keep {
		out = append(out, i18n.T(ctx, "unit.reform.says.keep"))
	}
	return out
}

// shares are the choices of what goes to which part.
func (v reformPage) shares(ctx context.Context) []ui.FieldProps {
	var parts []ui.Option
	for i, p := range v.Spec.Parts {
		label := p.Name
		if p.Unit != "" {
			label = v.label(ctx, p.Unit)
		}
		parts = append(parts, ui.Option{Value: strconv.Itoa(i + 1), Label: label})
	}
	stays := i18n.T(ctx, "unit.reform.share_none")
	if v.Spec.Keep {
		stays = i18n.T(ctx, "unit.reform.share_stays")
	}
	field := func(name, label string, told int, blank string) ui.FieldProps {
		f := ui.FieldProps{Kind: ui.KindSelect, Name: name, Label: label, Blank: blank, Options: parts}
		if told > 0 {
			f.Value = strconv.Itoa(told)
		}
		return f
	}
	var out []ui.FieldProps
	for _, r := range v.Ranges {
		label := r.Prefix.String() + " · " + i18n.T(ctx, "unit.address."+string(r.Kind))
		out = append(out, field("range."+string(r.ID), label, v.Spec.Ranges[r.ID], stays))
	}
	blank := i18n.T(ctx, "unit.form.choose")
	if v.Spec.Keep {
		blank = stays
	}
	for _, u := range v.Children {
		out = append(out, field("child."+string(u.ID), u.Name, v.Spec.Children[u.ID], blank))
	}
	if !v.Spec.Keep {
		out = append(out, field("facts", i18n.T(ctx, "unit.reform.share_facts"), v.Spec.Facts, i18n.T(ctx, "unit.reform.share_nobody")))
	}
	return out
}

// targets are the successors somebody may be moved to; none while nobody here
// can move people.
func (v reformPage) targets(m movable) []ID {
	if !v.MayMove {
		return nil
	}
	return m.To
}
