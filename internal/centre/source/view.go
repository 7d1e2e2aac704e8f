// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func addAction(ctx context.Context, may bool) []ui.Action {
	if !may {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "source.new.title"), Href: "/sources/new", Icon: ui.IconAdd, Primary: true}}
}

func emptyList(ctx context.Context, may bool) ui.EmptyProps {
	e := ui.EmptyProps{Icon: ui.IconSource, Title: i18n.T(ctx, "source.empty.title"), Text: i18n.T(ctx, "source.empty.text")}
	if may {
		e.Action = &ui.Action{Label: i18n.T(ctx, "source.new.title"), Href: "/sources/new", Primary: true}
	}
	return e
}

func listRows(ctx context.Context, v listPage) []ui.Row {
	var out []ui.Row
	for _, s := range v.Sources {
		out = append(out, ui.Row{ID: string(s.ID), Name: s.Name, Href: "/sources/" + string(s.ID), Cells: []templ.Component{
			ui.Text(s.Name), ui.Text(v.unit(s.Owner)), lifeCell(ctx, s), heard(ctx, s), rate(ctx, s.Hour, s.LineAt.Time), lag(ctx, s), ui.Number(s.Lost), ui.Number(s.Hits), ui.Badge(listedState(ctx, s))}})
	}
	return out
}

// heard says when a source last sent something; never heard is said in words,
// it is not zero.
func heard(ctx context.Context, s Listed) templ.Component {
	if s.LastAt.IsZero() {
		return ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "source.state.silent"), Tone: ui.NoData})
	}
	return ui.Time(s.LastAt.Time)
}

func listedState(ctx context.Context, s Listed) ui.BadgeProps {
	if s.Broken > 0 && !s.Closed {
		return ui.BadgeProps{Text: i18n.T(ctx, "source.state.broken", s.Broken), Tone: ui.Warn}
	}
	return sourceState(ctx, s.Closed)
}

func sourceState(ctx context.Context, closed bool) ui.BadgeProps {
	if closed {
		return ui.BadgeProps{Text: i18n.T(ctx, "source.state.closed"), Tone: ui.NoData}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "source.state.open"), Tone: ui.OK}
}

// fields are the fields of the form of a source.
func (v formPage) fields(ctx context.Context) []ui.FieldProps {
	out := []ui.FieldProps{{Name: "name", Label: i18n.T(ctx, "source.field.name"), Hint: i18n.T(ctx, "source.hint.name"), Value: v.In.Name,
		Error: v.Errors["name"], Required: true, Autofocus: true, MaxLength: 200}}
	if v.New {
		out = append(out, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "source.field.unit"), Hint: i18n.T(ctx, "source.hint.unit"),
			Value: v.In.Owner, Error: v.Errors["unit"], Required: true, Options: v.Units})
	}
	out = append(out, ui.FieldProps{Kind: ui.KindSelect, Name: "format", Label: i18n.T(ctx, "source.field.format"), Value: v.In.Format,
		Error: v.Errors["format"], Options: v.formats(ctx)},
		ui.FieldProps{Name: "zone", Label: i18n.T(ctx, "source.field.zone"), Hint: i18n.T(ctx, "source.hint.zone"), Value: v.In.Zone, Error: v.Errors["zone"]},
		ui.FieldProps{Kind: ui.KindTextarea, Name: "note", Label: i18n.T(ctx, "source.field.note"), Value: v.In.Note, Error: v.Errors["note"]})
	if !v.New {
		out = append(out, ui.FieldProps{Kind: ui.KindCheckbox, Name: "closed", Label: i18n.T(ctx, "source.field.closed"), Checked: v.In.Closed})
	}
	return out
}

func formTitle(ctx context.Context, add bool) string {
	if add {
		return i18n.T(ctx, "source.new.title")
	}
	return i18n.T(ctx, "source.edit.title")
}

func formAction(v formPage) string {
	if v.New {
		return "/sources/new"
	}
	return "/sources/" + string(v.In.ID) + "/edit"
}

func formBack(v formPage) string {
	if v.New {
		return "/sources"
	}
	return "/sources/" + string(v.In.ID)
}

func editAction(ctx context.Context, v showPage) []ui.Action {
	if !v.May {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "source.edit.title"), Href: "/sources/" + string(v.Source.ID) + "/edit", Icon: ui.IconEdit}}
}

func fileRows(ctx context.Context, v showPage) []ui.Row {
	var out []ui.Row
	for _, f := range v.Files {
		out = append(out, ui.Row{ID: string(f.ID), Name: f.Name, Href: "/files/" + string(f.ID), Cells: []templ.Component{
			ui.Text(f.Name), ui.Time(f.ReceivedAt), ui.Text(i18n.Bytes(ctx, f.Size)), ui.Number(f.Account.Lines),
			ui.Number(scan.Total(f.Account.Rejected)), hits(f), ui.Badge(stateOf(ctx, f, v.Work[f.ID]))}})
	}
	return out
}

func fileState(ctx context.Context, f File) ui.BadgeProps {
	tone := map[State]ui.Tone{Waiting: ui.Info, Running: ui.Info, Done: ui.OK, Broken: ui.Bad}[f.State]
	return ui.BadgeProps{Text: i18n.T(ctx, "source.file.state."+string(f.State)), Tone: tone}
}

func jobState(f File) ui.JobState {
	switch f.State {
	case Waiting:
		return ui.JobWaiting
	case Running:
		return ui.JobRunning
	case Broken:
		return ui.JobFailed
	default:
		return ui.JobDone
	}
}

// chosenFormat is the format that a source is read as; none chosen is found out
// from what comes.
func chosenFormat(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "source.format.auto")
	}
	return formatTitle(ctx, name)
}

func formatTitle(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "source.format.none")
	}
	return i18n.T(ctx, "source.format."+name)
}

// hits is the cell of a file's hits: no figure where nothing was looked for.
func hits(f File) templ.Component {
	if f.Indicators == 0 {
		return ui.None()
	}
	return ui.Number(f.Account.Hits)
}

// readSoFar is how much of the file is read.
func readSoFar(ctx context.Context, v filePage) ui.ProgressProps {
	if v.Work.Total <= 0 {
		return ui.ProgressProps{}
	}
	return ui.ProgressProps{Label: i18n.T(ctx, "source.job.reading"), Done: v.Work.Done, Total: v.Work.Total,
		Text: i18n.T(ctx, "source.work.read", i18n.Bytes(ctx, v.Work.Done), i18n.Bytes(ctx, v.Work.Total))}
}
