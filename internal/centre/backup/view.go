// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v page) actions(ctx context.Context) []ui.Action {
	list := []ui.Action{{Label: i18n.T(ctx, "backup.act.start"), Href: at + "/start", Post: true, Primary: true, Icon: ui.IconCopy}}
	if v.Status.Newest != nil {
		list = append(list, ui.Action{Label: i18n.T(ctx, "backup.act.drill"), Href: at + "/drill", Post: true, Icon: ui.IconRefresh,
			Title: i18n.T(ctx, "backup.act.drill.title")})
	}
	return append(list, ui.Action{Label: i18n.T(ctx, "backup.act.settings"), Href: at + "/settings", Icon: ui.IconSettings})
}

// alerts are what somebody has to know, the worst first.
func (v page) alerts(ctx context.Context) (list []ui.AlertProps) {
	st := v.Status
	choose := &ui.Action{Label: i18n.T(ctx, "backup.act.choose"), Href: at + "/settings"}
	if st.Red {
		a := ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "backup.red"), Text: i18n.T(ctx, st.Why, st.Folder)}
		if st.Newest != nil {
			a.Text = i18n.T(ctx, st.Why, i18n.Time(ctx, st.Newest.Manifest.MadeAt), i18n.Duration(ctx, st.Age))
		}
		list = append(list, a)
	}
	if st.LastFailure != nil {
		f := st.LastFailure.Failure()
		list = append(list, ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "backup.failed", i18n.Time(ctx, st.LastFailure.EndedAt.Time)),
			Text: i18n.T(ctx, f.Message, args(f)...)})
	}
	if !st.On {
		list = append(list, ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "backup.off"), Text: i18n.T(ctx, "backup.off.text"), Action: choose})
	}
	if st.SameDisk {
		list = append(list, ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "backup.same_disk"), Text: i18n.T(ctx, "backup.same_disk.text", st.Folder), Action: choose})
	}
	if st.Newest != nil && !st.Newest.Manifest.Whole() {
		list = append(list, ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "backup.broken", i18n.Number(ctx, int64(len(st.Newest.Manifest.Broken)))),
			Text: i18n.T(ctx, "backup.broken.text")})
	}
	return list
}

func args(f jobs.Failure) []any {
	out := make([]any, len(f.Args))
	for i, a := range f.Args {
		out[i] = a
	}
	return out
}

func (v page) facts(ctx context.Context) []ui.Fact {
	st := v.Status
	newest, drill, next := ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "backup.newest.none"), Tone: ui.Warn}), ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "backup.drill.never"), Tone: ui.Warn}), ui.Text(i18n.T(ctx, "backup.next.off"))
	if st.Newest != nil {
		newest = ui.Text(i18n.T(ctx, "backup.newest.value", i18n.Time(ctx, st.Newest.Manifest.MadeAt), i18n.Duration(ctx, st.Age)))
	}
	if d := st.LastDrill; d != nil {
		key, tone := "backup.drill.good", ui.OK
		if !d.Good {
			key, tone = "backup.drill.bad", ui.Bad
		}
		drill = marked(ui.BadgeProps{Tone: tone, Text: i18n.T(ctx, key)},
			i18n.T(ctx, "backup.drill.detail", i18n.Time(ctx, d.EndedAt.Time), i18n.Duration(ctx, d.Took()), i18n.Number(ctx, d.Tables), d.ByName))
	}
	if st.On {
		next = ui.Time(st.Next)
	}
	return []ui.Fact{
		{Label: i18n.T(ctx, "backup.newest"), Value: newest},
		{Label: i18n.T(ctx, "backup.drill"), Value: drill},
		{Label: i18n.T(ctx, "backup.next"), Value: next},
		{Label: i18n.T(ctx, "backup.folder"), Value: ui.Code(st.Folder)},
		{Label: i18n.T(ctx, "backup.keep"), Value: ui.Text(i18n.T(ctx, "backup.keep.value", v.Set.Keep.Daily, v.Set.Keep.Weekly, v.Set.Keep.Monthly))},
	}
}

func (v page) list(ctx context.Context) ui.ListProps {
	head := func(key string, numeric bool) ui.Head {
		return ui.Head{Label: i18n.T(ctx, "backup.list."+key), Numeric: numeric}
	}
	l := ui.ListProps{ID: "backups", Caption: i18n.T(ctx, "backup.list"), Total: int64(len(v.List)),
		Heads: []ui.Head{head("made", false), head("reason", false), head("rows", true), head("files", true), head("size", true), head("took", true),
			head("state", false), {Label: i18n.T(ctx, "backup.list.acts"), Hide: true}},
		Empty: ui.EmptyProps{Icon: ui.IconCopy, Title: i18n.T(ctx, "backup.empty"), Text: i18n.T(ctx, "backup.empty.text"),
			Action: &ui.Action{Label: i18n.T(ctx, "backup.act.start"), Href: at + "/start", Post: true, Icon: ui.IconCopy}}}
	for _, b := range v.List {
		row := ui.Row{ID: b.Name, Name: b.Name, Tone: ui.Bad, Cells: []templ.Component{ui.Code(b.Name), ui.None(), ui.None(), ui.None(), ui.None(), ui.None(), b.badge(ctx), ui.None()}}
		if b.Err == nil {
			m := b.Manifest
			row.Cells = []templ.Component{ui.Time(m.MadeAt), ui.Text(i18n.T(ctx, "backup.reason."+string(m.Reason))), ui.Number(m.Rows()), ui.Number(m.Files.Rows),
				ui.Text(i18n.Bytes(ctx, m.Bytes+m.Size())), ui.Text(i18n.T(ctx, "backup.seconds", i18n.Number(ctx, m.Seconds))), b.badge(ctx), ui.Menu(b.menu(ctx))}
			if b.Good() {
				row.Tone = ui.Neutral
			}
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func (b Backup) badge(ctx context.Context) templ.Component {
	switch {
	case b.Err != nil:
		return ui.Badge(ui.BadgeProps{Tone: ui.Bad, Text: i18n.T(ctx, "backup.state.unreadable")})
	case b.Checked == nil:
		return ui.Badge(ui.BadgeProps{Tone: ui.Neutral, Text: i18n.T(ctx, "backup.state.unchecked")})
	case !b.Checked.Good:
		return ui.Badge(ui.BadgeProps{Tone: ui.Bad, Text: i18n.T(ctx, "backup.state.damaged")})
	case b.Checked.Kind == Drill:
		return marked(ui.BadgeProps{Tone: ui.OK, Text: i18n.T(ctx, "backup.state.drilled")}, i18n.Date(ctx, b.Checked.EndedAt.Time))
	}
	return marked(ui.BadgeProps{Tone: ui.OK, Text: i18n.T(ctx, "backup.state.checked")}, i18n.Date(ctx, b.Checked.EndedAt.Time))
}

func (b Backup) menu(ctx context.Context) ui.MenuProps {
	return ui.MenuProps{Label: i18n.T(ctx, "backup.list.acts_of", i18n.Time(ctx, b.Manifest.MadeAt)), Icon: ui.IconMore, Items: []ui.Action{
		{Label: i18n.T(ctx, "backup.act.check"), Href: at + "/" + b.Name + "/check", Post: true, Icon: ui.IconCheck},
		{Label: i18n.T(ctx, "backup.act.manifest"), Href: at + "/" + b.Name + "/manifest", Icon: ui.IconDownload}}}
}

func (v page) runs(ctx context.Context) []ui.TimelineEntry {
	var list []ui.TimelineEntry
	for _, r := range v.Runs {
		e := ui.TimelineEntry{Text: i18n.T(ctx, "backup.run."+string(r.Kind)+".good"), Detail: r.Name, At: r.EndedAt.Time, Tone: ui.OK}
		if r.ByID != "system" {
			e.Actor = r.ByName
		}
		if !r.Good {
			f := r.Failure()
			e.Text, e.Tone, e.Detail = i18n.T(ctx, "backup.run."+string(r.Kind)+".bad"), ui.Bad, i18n.T(ctx, f.Message, args(f)...)
		}
		list = append(list, e)
	}
	return list
}

// command is how the newest backup comes back on an empty machine.
func (v page) command() string {
	return "vonggac restore --from " + strconv.Quote(filepath.Join(v.Status.Folder, v.Status.Newest.Name)) + " --data "
}

func jobTitle(ctx context.Context, j jobs.Job) string { return i18n.T(ctx, "backup.job."+j.Kind) }

func jobProps(ctx context.Context, j jobs.Job) ui.JobProps {
	p := ui.JobProps{ID: "job-" + j.ID, Title: jobTitle(ctx, j), State: ui.JobWaiting, Progress: ui.ProgressProps{Label: jobTitle(ctx, j), Done: j.Done, Total: j.Total},
		Result: &ui.Action{Label: i18n.T(ctx, "backup.act.cancel"), Href: at + "/jobs/" + j.ID + "/cancel", Post: true, Danger: true, Icon: ui.IconDismiss}}
	if j.State == jobs.Running {
		p.State = ui.JobRunning
	}
	if j.Note != "" {
		p.Progress.Label = i18n.T(ctx, j.Note)
	}
	if f := j.Failure(); f.Message != "" { // of the attempt before: it will be tried again
		p.Note = i18n.T(ctx, f.Message, args(f)...)
	}
	return p
}
