// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v packsPage) actions(ctx context.Context) []ui.Action {
	return []ui.Action{{Label: i18n.T(ctx, "rule.compare"), Href: Path + "/compare", Icon: ui.IconCopy},
		{Label: i18n.T(ctx, "rule.overrides"), Href: overridesPath, Icon: ui.IconHistory},
		{Label: i18n.T(ctx, "rule.unsure"), Href: Path + "/unsure", Icon: ui.IconWarn, Primary: v.unsure > 0}}
}

func packState(ctx context.Context, s Summary) ui.BadgeProps {
	if s.Now {
		return ui.BadgeProps{Text: i18n.T(ctx, "rule.pack.now"), Tone: ui.OK}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "rule.pack.other")}
}

func (v packsPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "packs", Caption: i18n.T(ctx, "rule.packs"), Total: int64(len(v.packs)),
		Heads: []ui.Head{{Label: i18n.T(ctx, "rule.field.pack")}, {Label: i18n.T(ctx, "rule.field.code")}, {Label: i18n.T(ctx, "rule.field.days")}, {Label: i18n.T(ctx, "rule.field.state")},
			{Label: i18n.T(ctx, "rule.field.values"), Numeric: true}, {Label: i18n.T(ctx, "rule.field.unsure"), Numeric: true}, {Label: i18n.T(ctx, "rule.field.overridden"), Numeric: true}}}
	for _, s := range v.packs {
		unsure := ui.Number(int64(s.Unsure))
		if s.Unsure > 0 {
			unsure = ui.Anchor(ui.Link{Label: i18n.Number(ctx, int64(s.Unsure)), Href: packAt(s.Pack.ID) + "?mark=" + string(rulepack.Unsure)})
		}
		l.Rows = append(l.Rows, ui.Row{ID: s.Pack.ID, Name: named(ctx, s.Pack.Title), Href: packAt(s.Pack.ID), Cells: []templ.Component{ui.Text(named(ctx, s.Pack.Title)),
			ui.Code(s.Pack.ID), ui.Text(between(ctx, s.Pack.From, s.Pack.To)), ui.Badge(packState(ctx, s)), ui.Number(int64(s.Items)), unsure, ui.Number(int64(s.Overrides))}})
	}
	return l
}

func (v itemsPage) tabs(ctx context.Context) []ui.Tab {
	out := []ui.Tab{{Label: i18n.T(ctx, "rule.tab.all"), Href: v.at, Here: len(v.f.Sections) == 0}}
	for _, p := range parts {
		out = append(out, ui.Tab{Label: i18n.T(ctx, "rule.tab."+p.Key), Href: v.at + "?part=" + p.Key, Here: v.part == p.Key})
	}
	return out
}

func (v itemsPage) actions(ctx context.Context) []ui.Action {
	return []ui.Action{{Label: i18n.T(ctx, "rule.print"), Href: v.at + "/print", Icon: ui.IconPrint}, {Label: i18n.T(ctx, "rule.compare"), Href: Path + "/compare", Icon: ui.IconCopy}}
}

func (v itemsPage) facts(ctx context.Context) []ui.Fact {
	return []ui.Fact{
		{Label: i18n.T(ctx, "rule.field.code"), Value: ui.Code(v.pack.ID)},
		{Label: i18n.T(ctx, "rule.field.days"), Value: ui.Text(between(ctx, v.pack.From, v.pack.To))},
		{Label: i18n.T(ctx, "rule.field.source"), Value: sourceCell(v.pack.Source, nil)},
		{Label: i18n.T(ctx, "rule.field.version"), Value: ui.Code(v.pack.Version[:16])},
		{Label: i18n.T(ctx, "rule.field.values"), Value: ui.Number(int64(v.sum.Items))},
		{Label: i18n.T(ctx, "rule.field.unsure"), Value: ui.Number(int64(v.sum.Unsure))},
		{Label: i18n.T(ctx, "rule.field.overridden"), Value: ui.Number(int64(v.sum.Overrides))},
	}
}

func markOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, m := range marks {
		out = append(out, ui.Option{Value: string(m), Label: i18n.T(ctx, "rule.mark."+string(m))})
	}
	return out
}

// list shows values; whose says that they are of several packs.
func (v itemsPage) list(ctx context.Context, whose bool) ui.ListProps {
	fields := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "rule.search"), Value: v.f.Search}}
	var hidden []ui.Hidden
	exports := v.at + "/values"
	if whose {
		exports = v.at
	} else {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "mark", Label: i18n.T(ctx, "rule.field.mark"), Value: string(v.f.Mark), Blank: i18n.T(ctx, "rule.any"), Options: markOptions(ctx)},
			ui.FieldProps{Kind: ui.KindSelect, Name: "changed", Label: i18n.T(ctx, "rule.field.overridden"), Value: v.r.URL.Query().Get("changed"), Blank: i18n.T(ctx, "rule.any"),
				Options: []ui.Option{{Value: "1", Label: i18n.T(ctx, "rule.only_overridden")}}})
		if v.part != "" {
			hidden = []ui.Hidden{{Name: "part", Value: v.part}}
		}
	}
	clear := v.at
	if v.part != "" {
		clear += "?part=" + v.part
	}
	l := ui.ListProps{ID: "values", Caption: i18n.T(ctx, "rule.values"), Total: int64(v.total), Next: v.next, Exports: web.Exports(v.r, exports),
		Filtered: v.f.Search != "" || !whose && v.f.Mark != "" || v.f.Changed, ClearAt: clear,
		Filters: ui.Filter(ui.FilterProps{Action: v.at, Hidden: hidden, Fields: fields}),
		Empty:   ui.EmptyProps{Icon: ui.IconRule, Title: i18n.T(ctx, "rule.empty"), Text: i18n.T(ctx, "rule.empty.text"), Action: &ui.Action{Label: i18n.T(ctx, "rule.all_packs"), Href: Path}}}
	l.Heads = itemHeads(ctx, whose)
	if v.r.URL.Query().Has("after") {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, line := range v.lines {
		l.Rows = append(l.Rows, itemRow(ctx, line, whose))
	}
	return l
}

func itemHeads(ctx context.Context, whose bool) []ui.Head {
	var out []ui.Head
	for _, key := range []string{"name", "says", "basis", "days", "source"} {
		out = append(out, ui.Head{Label: i18n.T(ctx, "rule.field."+key)})
	}
	if whose {
		out = append(out, ui.Head{Label: i18n.T(ctx, "rule.field.pack")})
	}
	return out
}

func itemRow(ctx context.Context, l Line, whose bool) ui.Row {
	basis := ui.Text(l.Basis)
	if l.Basis == "" {
		basis = ui.None()
	}
	row := ui.Row{ID: place(l), Name: named(ctx, l.Label), Href: valueAt(l.Pack.ID, l.Item), Cells: []templ.Component{ui.Text(named(ctx, l.Label)), saysCell(lines(ctx, l.Item)),
		basis, ui.Text(between(ctx, l.From, l.To)), sourceCell(l.Source, l.Overrides)}}
	if whose {
		row.Cells = append(row.Cells, ui.Code(l.Pack.ID))
	}
	if l.Source.Mark == rulepack.Unsure {
		row.Tone = ui.Warn
	}
	return row
}

func (p printPart) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "part-" + p.key, Caption: i18n.T(ctx, "rule.tab."+p.key), Total: int64(len(p.lines)), Heads: itemHeads(ctx, false)}
	for _, line := range p.lines {
		l.Rows = append(l.Rows, itemRow(ctx, line, false))
	}
	return l
}

func (v valuePage) at() string { return valueAt(v.Pack.ID, v.Item) }

func (v valuePage) actions(ctx context.Context) []ui.Action {
	if !v.may {
		return nil
	}
	label := "rule.put"
	if v.Kind == rulepack.SourceValue {
		label = "rule.put.source"
	}
	return []ui.Action{{Label: i18n.T(ctx, label), Href: v.at() + "/override", Icon: ui.IconEdit, Primary: true}}
}

func (v valuePage) facts(ctx context.Context) []ui.Fact {
	out := []ui.Fact{
		{Label: i18n.T(ctx, "rule.field.section"), Value: ui.Text(i18n.T(ctx, "rule.section."+v.Section))},
		{Label: i18n.T(ctx, "rule.field.code"), Value: ui.Code(v.ID)},
		{Label: i18n.T(ctx, "rule.field.says"), Value: saysCell(lines(ctx, v.Item))},
		{Label: i18n.T(ctx, "rule.field.basis"), Value: orNone(v.Basis)},
		{Label: i18n.T(ctx, "rule.field.days"), Value: ui.Text(between(ctx, v.From, v.To))},
		{Label: i18n.T(ctx, "rule.field.source"), Value: sourceCell(v.Source, v.Overrides)},
	}
	if v.Source.Note != "" && v.Source.Mark != rulepack.Unsure { // which stands beside the source
		out = append(out, ui.Fact{Label: i18n.T(ctx, "rule.field.note"), Value: ui.Text(v.Source.Note)})
	}
	return out
}

func orNone(s string) templ.Component {
	if s == "" {
		return ui.None()
	}
	return ui.Text(s)
}

func (v valuePage) history(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "history", Caption: i18n.T(ctx, "rule.history"), Total: int64(len(v.past)), Heads: overrideHeads(ctx),
		Empty: ui.EmptyProps{Icon: ui.IconHistory, Title: i18n.T(ctx, "rule.history.empty"), Text: i18n.T(ctx, "rule.history.empty.text")}}
	for _, o := range v.past {
		l.Rows = append(l.Rows, v.svc.overrideRow(ctx, o))
	}
	return l
}

func overrideHeads(ctx context.Context) []ui.Head {
	var out []ui.Head
	for _, key := range []string{"name", "value", "was", "days", "source", "by", "entered_at", "state"} {
		out = append(out, ui.Head{Label: i18n.T(ctx, "rule.field."+key)})
	}
	return out
}

func (s *Service) overrideRow(ctx context.Context, o Override) ui.Row {
	name, _ := s.nameOf(ctx, o.Pack, o.Target)
	state := stateBadge(ctx, o.StateOn(s.today()))
	if s.Unfit(o.ID) != nil {
		state = ui.BadgeProps{Text: i18n.T(ctx, "rule.state.unfit"), Tone: ui.Bad}
	}
	return ui.Row{ID: string(o.ID), Name: name, Href: overridesPath + "/" + string(o.ID), Cells: []templ.Component{ui.Text(name), ui.Text(valueIn(ctx, o.Value)), ui.Text(valueIn(ctx, o.Was)),
		ui.Text(between(ctx, o.From, o.To)), sourceCell(o.Source, nil), ui.Text(o.ByName), ui.Time(o.EnteredAt), ui.Badge(state)}}
}

func (v overridesPage) list(ctx context.Context) ui.ListProps {
	var states, packs []ui.Option
	for _, s := range States {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "rule.state."+string(s))})
	}
	for _, p := range v.packs {
		packs = append(packs, ui.Option{Value: p.ID, Label: named(ctx, p.Title)})
	}
	l := ui.ListProps{ID: "overrides", Caption: i18n.T(ctx, "rule.overrides"), Total: v.total, Next: v.next, Exports: web.Exports(v.r, overridesPath), Heads: overrideHeads(ctx),
		Filtered: v.f.Search != "" || v.f.Pack != "" || v.f.State != "", ClearAt: overridesPath,
		Filters: ui.Filter(ui.FilterProps{Action: overridesPath, Fields: []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "rule.search.overrides"), Value: v.f.Search},
			{Kind: ui.KindSelect, Name: "pack", Label: i18n.T(ctx, "rule.field.pack"), Value: v.f.Pack, Blank: i18n.T(ctx, "rule.any"), Options: packs},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "rule.field.state"), Value: string(v.f.State), Blank: i18n.T(ctx, "rule.any"), Options: states}}}),
		Empty: ui.EmptyProps{Icon: ui.IconEdit, Title: i18n.T(ctx, "rule.overrides.empty"), Text: i18n.T(ctx, "rule.overrides.empty.text"), Action: &ui.Action{Label: i18n.T(ctx, "rule.all_packs"), Href: Path}}}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, o := range v.rows {
		l.Rows = append(l.Rows, v.svc.overrideRow(ctx, o))
	}
	return l
}

func (v overridePage) actions(ctx context.Context) []ui.Action {
	if !v.may || v.state == Withdrawn {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "rule.withdraw"), Href: overridesPath + "/" + string(v.ID) + "/withdraw", Icon: ui.IconUndo, Danger: true}}
}

func (v overridePage) facts(ctx context.Context) []ui.Fact {
	name := ui.Text(v.name)
	if v.href != "" {
		name = ui.Anchor(ui.Link{Label: v.name, Href: v.href})
	}
	out := []ui.Fact{
		{Label: i18n.T(ctx, "rule.field.name"), Value: name},
		{Label: i18n.T(ctx, "rule.field.pack"), Value: ui.Anchor(ui.Link{Label: v.Pack, Href: packAt(v.Pack)})},
		{Label: i18n.T(ctx, "rule.field.value"), Value: ui.Text(valueIn(ctx, v.Value))},
		{Label: i18n.T(ctx, "rule.field.was"), Value: ui.Text(valueIn(ctx, v.Was))},
		{Label: i18n.T(ctx, "rule.field.days"), Value: ui.Text(between(ctx, v.From, v.To))},
		{Label: i18n.T(ctx, "rule.field.source"), Value: sourceCell(v.Source, nil)},
	}
	if v.Source.Note != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "rule.field.note"), Value: ui.Multiline(v.Source.Note)})
	}
	out = append(out, ui.Fact{Label: i18n.T(ctx, "rule.field.reason"), Value: ui.Multiline(v.Reason)}, ui.Fact{Label: i18n.T(ctx, "rule.field.by"), Value: ui.Text(v.ByName)},
		ui.Fact{Label: i18n.T(ctx, "rule.field.entered_at"), Value: ui.Time(v.EnteredAt)})
	if v.state == Withdrawn {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "rule.field.withdrawn_by"), Value: ui.Text(v.WithdrawnName)}, ui.Fact{Label: i18n.T(ctx, "rule.field.withdrawn_at"), Value: ui.Time(v.WithdrawnAt)},
			ui.Fact{Label: i18n.T(ctx, "rule.field.withdrawn_reason"), Value: ui.Multiline(v.WithdrawnReason)})
	}
	return out
}

func (v overridePage) confirm(ctx context.Context, reason string) ui.ConfirmProps {
	at := overridesPath + "/" + string(v.ID)
	return ui.ConfirmProps{Title: i18n.T(ctx, "rule.withdraw.title"), Effect: i18n.T(ctx, "rule.withdraw.effect", v.name, valueIn(ctx, v.Was)), Action: at + "/withdraw", Danger: true,
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}, Record: ui.Record{Kind: "rule_override", ID: string(v.ID)},
		Points: []string{i18n.T(ctx, "rule.withdraw.kept")},
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "rule.field.withdrawn_reason"), Required: true, Value: reason, MaxLength: mostText}},
		Submit: ui.Submit{Label: i18n.T(ctx, "rule.withdraw")}, Cancel: ui.Link{Label: i18n.T(ctx, "rule.withdraw.not"), Href: at}}
}

func (v formPage) title(ctx context.Context) string {
	if v.Kind == rulepack.SourceValue {
		return i18n.T(ctx, "rule.put.source")
	}
	return i18n.T(ctx, "rule.put")
}

func (v formPage) lead(ctx context.Context) string {
	if v.Kind == rulepack.SourceValue {
		return i18n.T(ctx, "rule.put.source.lead")
	}
	return i18n.T(ctx, "rule.put.lead")
}

func words(ctx context.Context, prefix string, keys ...string) []ui.Option {
	var out []ui.Option
	for _, k := range keys {
		out = append(out, ui.Option{Value: k, Label: i18n.T(ctx, prefix+k)})
	}
	return out
}

// inputs are the fields for the value, by its kind.
func (v formPage) inputs(ctx context.Context) []ui.FieldProps {
	n := ui.FieldProps{Kind: ui.KindNumber, Name: "n", Label: i18n.T(ctx, "rule.input.n"), Value: v.n, Error: v.errs["n"], Min: "0", Autofocus: true}
	unit := ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "rule.input.unit"), Value: v.unit, Error: v.errs["unit"]}
	switch v.Kind {
	case rulepack.AmountValue:
		unit.Options = words(ctx, "rule.word.", "hour", "day", "working_day", "month", "immediate")
		n.Hint = i18n.T(ctx, "rule.hint.amount")
		return []ui.FieldProps{n, unit}
	case rulepack.NumberValue:
		n.Required, n.Hint = true, i18n.T(ctx, "rule.hint.unit", i18n.T(ctx, "rule.word."+v.Unit))
		return []ui.FieldProps{n}
	case rulepack.SpanValue:
		unit.Options = words(ctx, "rule.word.", "day", "month", "year", "km")
		level := ui.FieldProps{Kind: ui.KindSelect, Name: "level", Label: i18n.T(ctx, "rule.part.level"), Value: v.level, Error: v.errs["level"], Required: true}
		for _, l := range []string{"1", "2", "3", "4", "5"} {
			level.Options = append(level.Options, ui.Option{Value: l, Label: i18n.T(ctx, "rule.part.level_"+l)})
		}
		word := ui.FieldProps{Kind: ui.KindSelect, Name: "word", Label: i18n.T(ctx, "rule.input.word"), Value: v.word, Error: v.errs["word"], Blank: i18n.T(ctx, "rule.input.word.none"),
			Options: words(ctx, "rule.word.", "none", "unstated", "periodic", "programme", "yes")}
		return []ui.FieldProps{level, n, unit, word}
	case rulepack.TextValue:
		return []ui.FieldProps{{Name: "vi", Label: i18n.T(ctx, "rule.input.vi"), Value: v.vi, Error: v.errs["vi"], Required: true, MaxLength: mostText, Autofocus: true},
			{Name: "en", Label: i18n.T(ctx, "rule.input.en"), Value: v.en, Error: v.errs["en"], Required: true, MaxLength: mostText}}
	case rulepack.StatusValue:
		return []ui.FieldProps{{Kind: ui.KindSelect, Name: "word", Label: i18n.T(ctx, "rule.part.status"), Value: v.word, Error: v.errs["word"], Required: true,
			Options: words(ctx, "rule.word.", "in_force", "lapsed", "unclear")}}
	case rulepack.DateValue:
		return []ui.FieldProps{{Kind: ui.KindDate, Name: "date", Label: i18n.T(ctx, "rule.input.date"), Value: v.date, Error: v.errs["date"], Required: true}}
	}
	return nil
}

func (v comparePage) filters(ctx context.Context) []ui.FieldProps {
	var packs, tabs, kinds []ui.Option
	for _, p := range v.packs {
		packs = append(packs, ui.Option{Value: p.ID, Label: named(ctx, p.Title)})
	}
	for _, p := range parts {
		tabs = append(tabs, ui.Option{Value: p.Key, Label: i18n.T(ctx, "rule.tab."+p.Key)})
	}
	for _, k := range []string{"added", "removed", "changed"} {
		kinds = append(kinds, ui.Option{Value: k, Label: i18n.T(ctx, "rule.diff."+k)})
	}
	return []ui.FieldProps{{Kind: ui.KindSelect, Name: "a", Label: i18n.T(ctx, "rule.compare.a"), Value: v.before, Options: packs},
		{Kind: ui.KindSelect, Name: "b", Label: i18n.T(ctx, "rule.compare.b"), Value: v.after, Options: packs},
		{Kind: ui.KindSelect, Name: "part", Label: i18n.T(ctx, "rule.field.section"), Value: v.part, Blank: i18n.T(ctx, "rule.tab.all"), Options: tabs},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "rule.field.difference"), Value: v.kind, Blank: i18n.T(ctx, "rule.any"), Options: kinds}}
}

func (v comparePage) title(ctx context.Context, id string) string {
	for _, p := range v.packs {
		if p.ID == id {
			return named(ctx, p.Title)
		}
	}
	return id
}

func (v comparePage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "differences", Caption: i18n.T(ctx, "rule.compare"), Total: int64(v.total), Next: v.next, Exports: web.Exports(v.r, Path+"/compare"),
		Filtered: v.part != "" || v.kind != "", ClearAt: web.With(v.r, "part", "", "kind", "", "after", ""),
		Note:    i18n.T(ctx, "rule.compare.tally", i18n.Number(ctx, int64(v.tally["added"])), i18n.Number(ctx, int64(v.tally["removed"])), i18n.Number(ctx, int64(v.tally["changed"]))),
		Filters: ui.Filter(ui.FilterProps{Action: Path + "/compare", Fields: v.filters(ctx)}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "rule.field.name")}, {Label: i18n.T(ctx, "rule.field.section")}, {Label: i18n.T(ctx, "rule.field.difference")},
			{Label: v.title(ctx, v.before)}, {Label: v.title(ctx, v.after)}},
		Empty: ui.EmptyProps{Icon: ui.IconRule, Title: i18n.T(ctx, "rule.compare.empty"), Text: i18n.T(ctx, "rule.compare.empty.text"), Action: &ui.Action{Label: i18n.T(ctx, "rule.all_packs"), Href: Path}}}
	if v.r.URL.Query().Has("after") {
		l.Prev = web.With(v.r, "after", "")
	}
	side := func(pack string, i *rulepack.Item) templ.Component {
		if i == nil {
			return ui.None()
		}
		return sideCell(valueAt(pack, *i), named(ctx, i.Label), lines(ctx, *i))
	}
	for _, d := range v.rows {
		tone := map[string]ui.Tone{"added": ui.OK, "removed": ui.Warn, "changed": ui.Info}[d.Kind()]
		l.Rows = append(l.Rows, ui.Row{ID: d.Key, Name: named(ctx, d.item().Label), Cells: []templ.Component{ui.Text(named(ctx, d.item().Label)), ui.Text(i18n.T(ctx, "rule.section."+d.item().Section)),
			ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "rule.diff."+d.Kind()), Tone: tone}), side(v.before, d.Before), side(v.after, d.After)}})
	}
	return l
}
