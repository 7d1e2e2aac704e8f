// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// The lists of the tabs.

func (v showPage) heads(ctx context.Context, keys ...string) []ui.Head {
	var out []ui.Head
	for _, k := range keys {
		out = append(out, ui.Head{Label: i18n.T(ctx, "incident."+k)})
	}
	return out
}

func (v showPage) empty(ctx context.Context, tab string, icon ui.IconName) ui.EmptyProps {
	return ui.EmptyProps{Icon: icon, Title: i18n.T(ctx, "incident.empty."+tab), Text: i18n.T(ctx, "incident.empty."+tab+".text")}
}

var verdicts = map[Verdict]ui.Verdict{Bad: ui.VerdictBad, Good: ui.VerdictGood}

func (v showPage) observables(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "observables", Caption: i18n.T(ctx, "incident.tab.observables"), Total: int64(len(v.f.Observables)),
		Heads: v.heads(ctx, "observable", "source", "added"), Empty: v.empty(ctx, tabObservables, ui.IconIndicator)}
	for _, o := range v.f.Observables {
		mark := ui.ObservableProps{Value: o.Value, Type: i18n.T(ctx, "incident.type."+string(o.Type)), Verdict: verdicts[o.Verdict],
			Menu: web.ObservableMenu(ctx, o.Value, ui.ObservableActs{})}
		l.Rows = append(l.Rows, ui.Row{ID: o.ID, Name: ui.Defang(o.Value),
			Cells: []templ.Component{ui.Observable(mark), orNone(o.Source), ui.Text(i18n.T(ctx, "incident.by", i18n.Time(ctx, o.AddedAt), o.By))}})
	}
	return l
}

func (v showPage) machines(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "machines", Caption: i18n.T(ctx, "incident.tab.machines"), Total: int64(len(v.f.Machines)),
		Heads: v.heads(ctx, "machine", "addr", "addr_kind", "note"), Empty: v.empty(ctx, tabMachines, ui.IconMachine)}
	for _, m := range v.f.Machines {
		addr := ui.None()
		if m.Addr.IsValid() {
			addr = ui.Code(m.Addr.String())
		}
		kind := "undeclared"
		if m.AddrKind != "" {
			kind = m.AddrKind
		}
		l.Rows = append(l.Rows, ui.Row{ID: m.ID, Name: m.Name,
			Cells: []templ.Component{orNone(m.Name), addr, ui.Text(i18n.T(ctx, "incident.addr."+kind)), orNone(m.Note)}})
	}
	return l
}

func (v showPage) evidence(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "evidence", Caption: i18n.T(ctx, "incident.tab.evidence"), Total: int64(len(v.f.Evidence)),
		Heads: v.heads(ctx, "file", "size", "sha256", "note", "added"), Empty: v.empty(ctx, tabEvidence, ui.IconEvidence)}
	l.Heads[1].Numeric = true
	for _, e := range v.f.Evidence {
		l.Rows = append(l.Rows, ui.Row{ID: e.ID, Name: e.Name, Href: href(v.f.ID) + "/evidence/" + e.ID,
			Cells: []templ.Component{ui.Text(e.Name), ui.Text(i18n.Bytes(ctx, e.Size)), ui.Code(e.SHA256), orNone(e.Note),
				ui.Text(i18n.T(ctx, "incident.by", i18n.Time(ctx, e.AddedAt), e.By))}})
	}
	return l
}

func (v showPage) duties(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "duties", Caption: i18n.T(ctx, "incident.tab.papers"), Total: int64(len(v.f.Obligations)),
		Heads: v.heads(ctx, "duty", "clock", "addressee", "basis"), Empty: v.empty(ctx, tabPapers, ui.IconTask)}
	for _, o := range v.f.Obligations {
		title := o.Title.In(i18n.Lang(ctx))
		clock := ui.Badge(obligation.StateBadge(ctx, o, v.now))
		if o.Clock(v.now) != obligation.Ended {
			m := obligation.Mark(ctx, o, v.now)
			m.Short = true
			clock = ui.Clock(m)
		}
		l.Rows = append(l.Rows, ui.Row{ID: string(o.ID), Name: title, Href: "/obligations/" + string(o.ID),
			Cells: []templ.Component{ui.Text(title), clock, ui.Text(o.Addressee.Name.In(i18n.Lang(ctx))), ui.Text(o.Basis)}})
	}
	return l
}

func orNone(s string) templ.Component {
	if s == "" {
		return ui.None()
	}
	return ui.Text(s)
}

// field is a field of a tab's form.
func (v showPage) field(ctx context.Context, kind ui.Kind, name string) ui.FieldProps {
	return ui.FieldProps{Kind: kind, Name: name, Label: i18n.T(ctx, "incident."+name), Value: v.typed[name], Error: v.errs[name]}
}

func (v showPage) required(f ui.FieldProps) ui.FieldProps {
	f.Required = true
	return f
}

func (v showPage) hint(ctx context.Context, f ui.FieldProps) ui.FieldProps {
	f.Hint = i18n.T(ctx, "incident."+f.Name+".hint")
	return f
}

func (v showPage) verdictField(ctx context.Context) ui.FieldProps {
	f := v.field(ctx, ui.KindSelect, "verdict")
	for _, x := range []Verdict{Unknown, Bad, Good} {
		f.Options = append(f.Options, ui.Option{Value: string(x), Label: i18n.T(ctx, "incident.verdict."+string(x))})
	}
	return f
}

func (v showPage) kindField(ctx context.Context) ui.FieldProps {
	f := v.field(ctx, ui.KindSelect, "addr_kind")
	f.Blank = i18n.T(ctx, "incident.addr.undeclared")
	for _, k := range AddrKinds() {
		f.Options = append(f.Options, ui.Option{Value: k, Label: i18n.T(ctx, "incident.addr."+k)})
	}
	return f
}
