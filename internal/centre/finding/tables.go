// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (e Evidence) nameList(ctx context.Context) ui.ListProps {
	heading := ValuesText(ctx, common(e.Names))
	l := ui.ListProps{ID: "name-list", Caption: heading, Total: e.NamesTotal,
		Heads: []ui.Head{{Label: heading}, {Label: i18n.T(ctx, "finding.role")}, {Label: i18n.T(ctx, "finding.queries"), Numeric: true},
			{Label: i18n.T(ctx, "finding.first")}, {Label: i18n.T(ctx, "finding.last")}},
		Empty: nothing(ctx)}
	for _, n := range e.Names {
		l.Rows = append(l.Rows, ui.Row{Name: n.Name, Cells: []templ.Component{
			ui.Observable(ui.ObservableProps{Value: n.Name, Type: TypeText(ctx, n.Type), Verdict: ui.VerdictBad, Menu: web.ObservableMenu(ctx, n.Name, ui.ObservableActs{})}),
			activity(ctx, n.Roles), ui.Number(n.Queries), ui.Time(n.First), ui.Time(n.Last)}})
	}
	return l
}

func (e Evidence) hitList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "hit-list", Caption: i18n.T(ctx, "finding.evidence"), Total: e.HitsTotal, Empty: nothing(ctx)}
	if e.Export != "" {
		l.Exports = []ui.Link{{Label: "CSV", Href: e.Export + ".csv"}, {Label: "XLSX", Href: e.Export + ".xlsx"}}
	}
	for _, key := range []string{"finding.day", "finding.name", "finding.role", "finding.indicator", "finding.list", "finding.source", "finding.queries", "finding.last"} {
		h := ui.Head{Label: i18n.T(ctx, key), Numeric: key == "finding.queries"}
		if key == "finding.name" {
			h.Label = ValuesText(ctx, common(e.Names))
		}
		l.Heads = append(l.Heads, h)
	}
	for _, h := range e.Hits {
		l.Rows = append(l.Rows, ui.Row{Name: h.Name, Cells: []templ.Component{ui.Date(h.Day.Start()), ui.Code(ui.Defang(h.Name)),
			activity(ctx, h.Roles), ui.Code(ui.Defang(h.Indicator)), ui.Text(h.List), place(e.Places[Ref{h.SourceID, h.FileID}]), ui.Number(h.Queries),
			moment(h.Last, h.Undated)}})
	}
	return l
}

// activity is what happened by the bits of roles.
func activity(ctx context.Context, roles int64) templ.Component {
	if text := ActivityText(ctx, roles); text != "" {
		return ui.Text(text)
	}
	return ui.None()
}

// nothing stands where a record lost its evidence to retention.
func nothing(ctx context.Context) ui.EmptyProps {
	return ui.EmptyProps{Icon: ui.IconEvidence, Title: i18n.T(ctx, "finding.evidence.none"), Text: i18n.T(ctx, "finding.evidence.none.text")}
}

func queryEscape(s string) string { return url.QueryEscape(s) }
