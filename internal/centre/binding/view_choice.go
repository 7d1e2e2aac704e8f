// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// short is the beginning of a demand.
func short(said string) string {
	const most = 160
	if utf8.RuneCountInString(said) <= most {
		return said
	}
	return strings.TrimSpace(string([]rune(said)[:most])) + "…"
}

func (v choicesPage) table(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "choices", Caption: i18n.T(ctx, "binding.choices"), Total: v.total, Next: v.next, Exports: web.Exports(v.r, choicesPath),
		Filtered: v.f.Search != "" || v.f.Topic != "" || v.f.Unit != "", ClearAt: choicesPath,
		Filters: ui.Filter(ui.FilterProps{Action: choicesPath, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "binding.choices.search"), Value: v.f.Search},
			{Kind: ui.KindSelect, Name: "topic", Label: i18n.T(ctx, "binding.field.topics"), Value: v.f.Topic, Blank: i18n.T(ctx, "binding.any"), Options: v.svc.topicOptions(ctx)},
			{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "binding.field.unit"), Value: v.f.Unit, Blank: i18n.T(ctx, "binding.any"), Options: v.units}}}),
		Heads: append(colHeads(ctx, "said", "chosen", "paper", "unit"), ui.Head{Label: i18n.T(ctx, "binding.field.uses"), Numeric: true}, ui.Head{Label: i18n.T(ctx, "binding.field.last")},
			ui.Head{Label: i18n.T(ctx, "binding.field.by")}),
		Empty: ui.EmptyProps{Icon: ui.IconHistory, Title: i18n.T(ctx, "binding.choices.empty"), Text: i18n.T(ctx, "binding.choices.empty.text")}}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, c := range v.list {
		l.Rows = append(l.Rows, ui.Row{ID: string(c.ID), Name: short(c.Said), Href: choiceAt(c.ID), Cells: []templ.Component{ui.Text(short(c.Said)), ui.Text(strings.Join(v.svc.named(ctx, c.Bindings), "; ")),
			ui.Text(c.Paper), ui.Text(v.names[c.Unit]), ui.Number(c.Uses), ui.Time(c.LastAt), ui.Text(c.Name)}})
	}
	return l
}

func (v choicePage) crumbs(ctx context.Context) []ui.Link {
	return crumbs(ctx, ui.Link{Label: i18n.T(ctx, "binding.choices"), Href: choicesPath})
}

func (v choicePage) facts(ctx context.Context) []ui.Fact {
	fact := func(key string, value templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "binding.field."+key), Value: value}
	}
	return []ui.Fact{fact("said", ui.Text(v.Said)), fact("topics", ui.Text(strings.Join(v.svc.topicNames(ctx, v.Topics), ", "))), fact("chosen", ui.Text(strings.Join(v.svc.named(ctx, v.Bindings), "; "))),
		fact("paper", ui.Text(v.Paper)), fact("unit", ui.Text(v.unit)), fact("uses", ui.Number(v.Uses)), fact("last", ui.Time(v.LastAt)), fact("by", ui.Text(v.Name))}
}

func (v choicePage) actions(ctx context.Context) []ui.Action {
	if !v.may {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "binding.forget"), Href: choiceAt(v.ID) + "/remove", Icon: ui.IconDelete, Danger: true}}
}

func (v choicePage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

func (v choicePage) record() ui.Record { return ui.Record{Kind: "binding_choice", ID: string(v.ID)} }

// fields are the choices of the form, the first of which must be made.
func (v choicePage) fields(ctx context.Context) (out []ui.FieldProps) {
	var all []ui.Option
	for _, b := range v.svc.Library.All() {
		all = append(all, ui.Option{Value: b.ID, Label: b.Label.In(i18n.Lang(ctx))})
	}
	for i := range MaxBindings {
		f := ui.FieldProps{Kind: ui.KindSelect, Name: field(i), Label: i18n.T(ctx, "binding.also", strconv.Itoa(i+1)), Blank: i18n.T(ctx, "binding.no"), Options: all, Error: v.errs[field(i)]}
		if i == 0 {
			f.Label, f.Required, f.Hint = i18n.T(ctx, "binding.first"), true, i18n.T(ctx, "binding.first.hint")
		}
		if i < len(v.Bindings) {
			f.Value = v.Bindings[i]
		}
		out = append(out, f)
	}
	return out
}

func (v choicePage) confirm(ctx context.Context) ui.ConfirmProps {
	return ui.ConfirmProps{Title: i18n.T(ctx, "binding.forget.title"), Effect: i18n.T(ctx, "binding.forget.effect"), Points: []string{short(v.Said)}, Action: choiceAt(v.ID) + "/remove", Danger: true,
		Submit: ui.Submit{Label: i18n.T(ctx, "binding.forget")}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: choiceAt(v.ID)}}
}
