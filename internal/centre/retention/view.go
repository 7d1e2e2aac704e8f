// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v page) facts(ctx context.Context) []ui.Fact {
	out := []ui.Fact{{Label: i18n.T(ctx, "retention.keeps"), Value: ui.Text(i18n.T(ctx, "retention.keeps.days", i18n.Number(ctx, int64(v.keeps))))}}
	size := func(n int64) templ.Component { return ui.Text(i18n.Bytes(ctx, n)) }
	if !v.disk.Known {
		return append(out, ui.Fact{Label: i18n.T(ctx, "retention.archive"), Value: ui.Text(i18n.T(ctx, "retention.unknown"))})
	}
	u := v.disk.Lines
	out = append(out, ui.Fact{Label: i18n.T(ctx, "retention.rows"), Value: ui.Number(u.Rows)}, ui.Fact{Label: i18n.T(ctx, "retention.raw"), Value: size(u.Raw)},
		ui.Fact{Label: i18n.T(ctx, "retention.archive"), Value: ui.Text(i18n.T(ctx, "retention.archive.of", i18n.Bytes(ctx, u.Disk+u.OpenDisk), i18n.Number(ctx, int64(u.Files))))})
	engine := ui.Text(i18n.T(ctx, "retention.unknown"))
	if v.disk.Engine >= 0 {
		engine = size(v.disk.Engine)
	}
	out = append(out, ui.Fact{Label: i18n.T(ctx, "retention.engine"), Value: engine}, ui.Fact{Label: i18n.T(ctx, "retention.held"), Value: size(v.disk.Held)})
	if n := len(u.Days); n > 0 {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "retention.oldest"), Value: ui.Date(u.Days[n-1].Day.Start())})
	}
	return out
}

func (v page) actions(ctx context.Context) []ui.Action {
	out := []ui.Action{{Label: i18n.T(ctx, "retention.days"), Href: Path + "/days", Icon: ui.IconSource}}
	if v.may {
		out = append(out, ui.Action{Label: i18n.T(ctx, "retention.place"), Href: holdsPath + "/new", Icon: ui.IconAdd, Primary: true})
	}
	return out
}

func badge(ctx context.Context, h Hold) ui.BadgeProps {
	tone := map[State]ui.Tone{InForce: ui.OK, Asked: ui.Warn}[h.State]
	return ui.BadgeProps{Text: i18n.T(ctx, "retention.state."+string(h.State)), Tone: tone}
}

func (v page) list(ctx context.Context) ui.ListProps {
	var states []ui.Option
	for _, s := range States {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "retention.state."+string(s))})
	}
	states = append(states, ui.Option{Value: string(Any), Label: i18n.T(ctx, "retention.state.all")})
	l := ui.ListProps{ID: "holds", Caption: i18n.T(ctx, "retention.holds"), Total: v.total, Next: v.next, Exports: web.Exports(v.r, holdsPath),
		Filtered: v.f.Search != "" || v.f.State != "", ClearAt: Path,
		Filters: ui.Filter(ui.FilterProps{Action: Path, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "retention.search"), Value: v.f.Search},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "retention.field.state"), Value: string(v.f.State), Blank: i18n.T(ctx, "retention.state.standing"), Options: states}}}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "retention.field.name")}, {Label: i18n.T(ctx, "retention.field.whose")}, {Label: i18n.T(ctx, "retention.field.from")},
			{Label: i18n.T(ctx, "retention.field.to")}, {Label: i18n.T(ctx, "retention.field.reference")}, {Label: i18n.T(ctx, "retention.field.placed_by")},
			{Label: i18n.T(ctx, "retention.field.state")}},
		Empty: ui.EmptyProps{Icon: ui.IconLock, Title: i18n.T(ctx, "retention.empty"), Text: i18n.T(ctx, "retention.empty.text")}}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, h := range v.holds {
		l.Rows = append(l.Rows, ui.Row{ID: string(h.ID), Name: h.Name, Href: holdsPath + "/" + string(h.ID), Cells: []templ.Component{ui.Text(h.Name),
			ui.Text(v.names.whose(ctx, h)), ui.Date(h.From.Start()), ui.Date(h.To.Start()), ui.Text(h.Reference), ui.Text(h.PlacedName), ui.Badge(badge(ctx, h))}})
	}
	return l
}

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{ui.SettingsCrumb(ctx), {Label: i18n.T(ctx, "retention.title"), Href: Path}}
}

func (v holdPage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

func (v holdPage) actions(ctx context.Context) []ui.Action {
	at := holdsPath + "/" + string(v.ID)
	switch {
	case !v.may || v.State == Lifted:
		return nil
	case v.State == InForce:
		return []ui.Action{{Label: i18n.T(ctx, "retention.ask"), Href: at + "/ask", Icon: ui.IconDismiss, Danger: true}}
	}
	keep := ui.Action{Label: i18n.T(ctx, "retention.keep"), Href: at + "/keep", Icon: ui.IconLock, Post: true, Hidden: v.hidden()}
	if v.AskedBy == v.me { // nobody lifts what they asked for themselves
		return []ui.Action{keep}
	}
	return []ui.Action{keep, {Label: i18n.T(ctx, "retention.lift"), Href: at + "/lift", Icon: ui.IconDismiss, Danger: true}}
}

func (v holdPage) facts(ctx context.Context) []ui.Fact {
	var rows int64
	for _, f := range v.files {
		rows += f.Rows
	}
	out := []ui.Fact{
		{Label: i18n.T(ctx, "retention.field.whose"), Value: ui.Text(v.names.whose(ctx, v.Hold))},
		{Label: i18n.T(ctx, "retention.field.from"), Value: ui.Date(v.From.Start())}, {Label: i18n.T(ctx, "retention.field.to"), Value: ui.Date(v.To.Start())},
		{Label: i18n.T(ctx, "retention.field.reason"), Value: ui.Text(v.Reason)}, {Label: i18n.T(ctx, "retention.field.reference"), Value: ui.Text(v.Reference)},
		{Label: i18n.T(ctx, "retention.field.placed_by"), Value: ui.Text(v.PlacedName)}, {Label: i18n.T(ctx, "retention.field.placed_at"), Value: ui.Time(v.PlacedAt)}}
	if v.State != InForce {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "retention.field.asked_by"), Value: ui.Text(v.AskedName)}, ui.Fact{Label: i18n.T(ctx, "retention.field.asked_at"), Value: ui.Time(v.AskedAt)},
			ui.Fact{Label: i18n.T(ctx, "retention.field.asked_reason"), Value: ui.Text(v.AskedReason)})
	}
	if v.State == Lifted {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "retention.field.lifted_by"), Value: ui.Text(v.LiftedName)}, ui.Fact{Label: i18n.T(ctx, "retention.field.lifted_at"), Value: ui.Time(v.LiftedAt)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "retention.copied"), Value: ui.Number(rows)}, ui.Fact{Label: i18n.T(ctx, "retention.field.disk"), Value: ui.Text(i18n.Bytes(ctx, sizeOf(v.files)))})
}

// mostFiles is how many files of a hold are listed; the manifests beside them
// name all.
const mostFiles = 200

func (v holdPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "files", Caption: i18n.T(ctx, "retention.files"), Total: int64(len(v.files)), Heads: []ui.Head{{Label: i18n.T(ctx, "retention.field.file")},
		{Label: i18n.T(ctx, "retention.field.rows"), Numeric: true}, {Label: i18n.T(ctx, "retention.field.disk"), Numeric: true}, {Label: i18n.T(ctx, "retention.field.hash")}},
		Empty: ui.EmptyProps{Icon: ui.IconLock, Title: i18n.T(ctx, "retention.files.empty"), Text: i18n.T(ctx, "retention.files.empty.text")}}
	for _, f := range v.files[:min(len(v.files), mostFiles)] {
		l.Rows = append(l.Rows, ui.Row{ID: f.File, Name: f.File, Cells: []templ.Component{ui.Code(f.File), ui.Number(f.Rows), ui.Text(i18n.Bytes(ctx, f.Bytes)), ui.Code(f.SHA256)}})
	}
	return l
}

// confirm is the page on which a hold is asked to be lifted, or is lifted.
func (v holdPage) confirm(ctx context.Context, reason string) ui.ConfirmProps {
	at := holdsPath + "/" + string(v.ID)
	c := ui.ConfirmProps{Action: at + "/lift", Danger: true, Hidden: v.hidden(), Record: ui.Record{Kind: "hold", ID: string(v.ID)},
		Cancel: ui.Link{Label: i18n.T(ctx, "retention.lift.not"), Href: at}}
	if v.State == InForce {
		c.Action = at + "/ask"
		c.Title, c.Submit = i18n.T(ctx, "retention.ask.title"), ui.Submit{Label: i18n.T(ctx, "retention.ask")}
		c.Effect = i18n.T(ctx, "retention.ask.effect")
		c.Fields = []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "retention.field.asked_reason"), Required: true, Value: reason}}
		return c
	}
	c.Title, c.Submit = i18n.T(ctx, "retention.lift.title"), ui.Submit{Label: i18n.T(ctx, "retention.lift")}
	c.Effect = i18n.T(ctx, "retention.lift.effect", i18n.Bytes(ctx, sizeOf(v.files)))
	c.Points = []string{i18n.T(ctx, "retention.lift.asked", v.AskedName, v.AskedReason)}
	return c
}
