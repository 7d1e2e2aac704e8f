// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// alert says in one sentence what the lists say of the name asked for. With
// nothing loaded it says so: no data is not no problem.
func (a Answer) alert(ctx context.Context) ui.AlertProps {
	if a.Problem != "" {
		return ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, a.Problem)}
	}
	name, loaded := ui.Defang(a.Value), i18n.Time(ctx, a.Status.LoadedAt)
	basis := i18n.T(ctx, "indicator.answer.basis", loaded)
	switch {
	case a.Bad():
		return ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "indicator.answer.bad", name), Text: basis}
	case len(a.Hits) > 0 && a.listed():
		return ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "indicator.answer.overruled", name), Text: basis}
	case len(a.Hits) > 0:
		return ui.AlertProps{Tone: ui.OK, Title: i18n.T(ctx, "indicator.answer.good", name), Text: basis}
	case a.Status.Lists == 0:
		out := ui.AlertProps{Tone: ui.NoData, Title: i18n.T(ctx, "indicator.answer.empty", name), Text: i18n.T(ctx, "indicator.answer.empty.text")}
		if MayManage(ctx) {
			out.Action = &ui.Action{Label: i18n.T(ctx, "indicator.new"), Href: "/indicators/new", Icon: ui.IconUpload}
		}
		return out
	}
	return ui.AlertProps{Tone: ui.Info, Title: i18n.T(ctx, "indicator.answer.none", name),
		Text: i18n.T(ctx, "indicator.answer.none.text", i18n.Number(ctx, a.Status.Indicators), i18n.Number(ctx, a.Status.Lists), loaded)}
}

// Said is in a few words why what is listed does not count, or that it is known
// to be good.
func Said(ctx context.Context, a Answer) string {
	for _, h := range a.Hits {
		if h.List.Kind == Block {
			_, effect := h.effect(ctx)
			return i18n.T(ctx, "indicator.said.listed", title(ctx, h.List), effect.Text)
		}
	}
	return i18n.T(ctx, "indicator.said.good", title(ctx, a.Hits[0].List))
}

// listed reports whether a block entry names the name, counting or not.
func (a Answer) listed() bool {
	for _, h := range a.Hits {
		if h.List.Kind == Block {
			return true
		}
	}
	return false
}

// named reports whether a name was asked about, which has names below it.
func (a Answer) named() bool { return a.Type == intel.Domain || a.Type == intel.URL }

// effect says what h does to logs, and why it does nothing.
func (h Hit) effect(ctx context.Context) (ui.Verdict, ui.BadgeProps) {
	switch {
	case h.Lapsed:
		return ui.VerdictUnknown, ui.BadgeProps{Text: i18n.T(ctx, "indicator.hit.lapsed"), Tone: ui.NoData}
	case h.List.Kind == Allow:
		return ui.VerdictGood, ui.BadgeProps{Text: i18n.T(ctx, "indicator.hit.allows"), Tone: ui.OK}
	case h.Overruled && h.By == nil:
		return ui.VerdictBad, ui.BadgeProps{Text: i18n.T(ctx, "indicator.hit.by_hidden"), Tone: ui.Warn}
	case h.Overruled:
		return ui.VerdictBad, ui.BadgeProps{Text: i18n.T(ctx, "indicator.hit.by", ui.Defang(h.By.Indicator), title(ctx, h.By.List)), Tone: ui.Warn}
	}
	return ui.VerdictBad, ui.BadgeProps{Text: i18n.T(ctx, "indicator.hit.counts"), Tone: ui.Bad}
}

func (a Answer) rows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, h := range a.Hits {
		verdict, effect := h.effect(ctx)
		threat := ui.None()
		if h.List.Kind == Block {
			threat = ui.Text(h.Threat)
		}
		rows = append(rows, ui.Row{Cells: []templ.Component{h.mark(ctx, verdict),
			ui.Anchor(ui.Link{Label: title(ctx, h.List), Href: href(h.List.ID)}), ui.Text(i18n.T(ctx, "indicator.kind."+string(h.List.Kind))),
			threat, ui.Text(i18n.T(ctx, "indicator.scope."+string(h.Scope))), ui.Text(string(h.TLP)), ui.Badge(effect)}})
	}
	return rows
}
