// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file says in words where a step stands.

// standing is what the records say of a step, in one sentence.
func standing(ctx context.Context, p Progress, step Step) string {
	n := func(x int64) string { return i18n.Number(ctx, x) }
	f := p.Facts
	switch step {
	case StepBody:
		if p.Body.complete() {
			return i18n.T(ctx, "setup.stands.body", p.Body.Name, p.Body.Place)
		}
		return i18n.T(ctx, "setup.stands.body.none")
	case StepPack:
		if p.packOK {
			return i18n.T(ctx, "setup.stands.pack", p.Pack.ID, p.Pack.By, i18n.Time(ctx, p.Pack.At))
		}
		return i18n.T(ctx, "setup.stands.pack.none")
	case StepUnits:
		return i18n.T(ctx, "setup.stands.units", n(f.Units), n(f.Addressed))
	case StepPeople:
		return i18n.T(ctx, "setup.stands.people", n(f.People), n(f.Invited))
	case StepLog:
		return logStanding(ctx, p)
	}
	b := *p.Backup
	switch {
	case b.Folder == "":
		return i18n.T(ctx, "setup.stands.backup.none")
	case b.Newest.IsZero():
		return i18n.T(ctx, "setup.stands.backup.never", b.Folder)
	case b.Red:
		return i18n.T(ctx, "setup.stands.backup.old", i18n.Time(ctx, b.Newest))
	case !b.DrillOK:
		return i18n.T(ctx, "setup.stands.backup.untried", i18n.Time(ctx, b.Newest))
	}
	return i18n.T(ctx, "setup.stands.backup", i18n.Time(ctx, b.Newest), i18n.Time(ctx, b.DrillAt))
}

func logStanding(ctx context.Context, p Progress) string {
	f := p.Facts
	switch {
	case f.Indicators == 0:
		return i18n.T(ctx, "setup.stands.log.none")
	case f.File == nil:
		return i18n.T(ctx, "setup.stands.log.no_file", i18n.Number(ctx, f.Indicators))
	case f.Infection == nil:
		return i18n.T(ctx, "setup.stands.log.no_infection", f.File.Name, i18n.Number(ctx, f.File.Lines))
	}
	return i18n.T(ctx, "setup.stands.log", f.File.Name, i18n.Number(ctx, f.File.Lines), f.Infection.Title, f.Infection.Unit)
}

func badge(ctx context.Context, p Progress, s State) ui.BadgeProps {
	switch {
	case s.Done:
		return ui.BadgeProps{Text: i18n.T(ctx, "setup.state.done"), Tone: ui.OK}
	case s.Skipped != nil:
		return ui.BadgeProps{Text: i18n.T(ctx, "setup.state.skipped"), Tone: ui.Warn}
	case s.Step == p.Next():
		return ui.BadgeProps{Text: i18n.T(ctx, "setup.state.next"), Tone: ui.Info}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "setup.state.todo"), Tone: ui.NoData}
}

func overviewActions(ctx context.Context, v stepPage) []ui.Action {
	var out []ui.Action
	if next := v.Progress.Next(); next != "" {
		out = append(out, ui.Action{Label: i18n.T(ctx, "setup.continue", i18n.T(ctx, "setup.step."+string(next))), Href: "/setup/" + string(next), Icon: ui.IconNext, Primary: true})
	}
	return append(out, guideAction(ctx, v)...)
}

func guideAction(ctx context.Context, v stepPage) []ui.Action {
	if v.page.near.Guide == nil {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "setup.guide"), Href: v.page.near.Guide("/setup/" + string(v.Step)), Icon: ui.IconInfo}}
}

func stepActions(ctx context.Context, v stepPage, s State) []ui.Action {
	key := "setup.do"
	if s.Done {
		key = "setup.look"
	}
	return []ui.Action{{Label: i18n.T(ctx, key), Title: i18n.T(ctx, "setup.step."+string(s.Step)), Href: "/setup/" + string(s.Step)}}
}

// onward leads from a step that is done to the next, or to the end.
func onward(ctx context.Context, p Progress) *ui.Action {
	next := p.Next()
	if next == "" {
		return &ui.Action{Label: i18n.T(ctx, "setup.finish"), Href: "/setup"}
	}
	return &ui.Action{Label: i18n.T(ctx, "setup.continue", i18n.T(ctx, "setup.step."+string(next))), Href: "/setup/" + string(next)}
}

func peopleActions(ctx context.Context, v stepPage) []ui.Action {
	var out []ui.Action
	if at := v.page.near.Import; at != "" {
		out = append(out, ui.Action{Label: i18n.T(ctx, "setup.people.import"), Href: at, Icon: ui.IconUpload, Primary: true})
	}
	out = append(out, ui.Action{Label: i18n.T(ctx, "setup.people.one"), Href: "/accounts/new", Icon: ui.IconAdd, Primary: v.page.near.Import == ""})
	if at := v.page.near.Slips; at != "" && v.Facts.Invited > 0 {
		out = append(out, ui.Action{Label: i18n.T(ctx, "setup.people.slips"), Href: at, Icon: ui.IconPrint})
	}
	return append(out, ui.Action{Label: i18n.T(ctx, "setup.people.list"), Href: "/accounts"})
}

func listHint(ctx context.Context, armed int64) string {
	if armed > 0 {
		return i18n.T(ctx, "setup.log.list.armed", i18n.Number(ctx, armed))
	}
	return i18n.T(ctx, "setup.log.list.hint")
}

// logJob is how far the latest file is, asked again until it was read.
func logJob(ctx context.Context, p Progress) ui.JobProps {
	f := p.Facts.File
	if f == nil {
		return ui.JobProps{ID: "log-state", Title: i18n.T(ctx, "setup.log.last"), State: ui.JobWaiting, Poll: "/setup/log/state"}
	}
	j := ui.JobProps{ID: "log-state", Title: f.Name, State: ui.JobRunning, Poll: "/setup/log/state",
		Note: i18n.T(ctx, "setup.log.reading", i18n.Number(ctx, f.Lines))}
	switch {
	case f.Problem != "":
		j.State, j.Note = ui.JobFailed, f.Problem
		j.Result = &ui.Action{Label: i18n.T(ctx, "setup.log.file"), Href: f.Href}
	case f.Done && p.Facts.Indicators > 0:
		j.State, j.Note = ui.JobDone, i18n.T(ctx, "setup.log.read", i18n.Number(ctx, f.Lines), i18n.Number(ctx, f.Hits))
		j.Result = &ui.Action{Label: i18n.T(ctx, "setup.log.result"), Href: "/setup/log", Primary: p.Facts.Infection == nil}
	case f.Done:
		j.State, j.Note = ui.JobDone, i18n.T(ctx, "setup.log.unarmed")
	}
	return j
}

// nothing says why a file that was read shows no infected machine yet.
func nothing(ctx context.Context, p Progress) ui.AlertProps {
	f := p.Facts
	key := "clean"
	switch {
	case f.Indicators == 0:
		key = "no_list"
	case f.File.Hits > 0 && f.Addressed == 0:
		key = "no_unit"
	case f.File.Hits > 0:
		key = "elsewhere"
	}
	return ui.AlertProps{Tone: ui.Info, Title: i18n.T(ctx, "setup.nothing."+key), Text: i18n.T(ctx, "setup.nothing."+key+".text")}
}

func folderTyped(v stepPage) string {
	if v.errs != nil {
		return v.note
	}
	return v.Backup.Folder
}

func backupFacts(ctx context.Context, b Backup) []ui.Fact {
	stamp := func(t time.Time) templ.Component {
		if t.IsZero() {
			return ui.Text(i18n.T(ctx, "setup.backup.never"))
		}
		return ui.Time(t)
	}
	tried := ui.BadgeProps{Text: i18n.T(ctx, "setup.backup.drill.none"), Tone: ui.NoData}
	switch {
	case b.DrillOK:
		tried = ui.BadgeProps{Text: i18n.T(ctx, "setup.backup.drill.ok"), Tone: ui.OK}
	case !b.DrillAt.IsZero():
		tried = ui.BadgeProps{Text: i18n.T(ctx, "setup.backup.drill.bad"), Tone: ui.Bad}
	}
	return []ui.Fact{{Label: i18n.T(ctx, "setup.backup.newest"), Value: stamp(b.Newest)},
		{Label: i18n.T(ctx, "setup.backup.drill.at"), Value: stamp(b.DrillAt)},
		{Label: i18n.T(ctx, "setup.backup.drill.result"), Value: ui.Badge(tried)}}
}
