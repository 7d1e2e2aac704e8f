// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/backup"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/task"
	"github.com/vonggac/vonggac/internal/centre/trail"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// This file says how the work in the background looks to people. A room that
// brings a new kind of job adds it to work and to the catalogue.

func (a *App) work() []task.Kind {
	permission := func(area auth.Area, act auth.Act) auth.Permission { return auth.Permission{Area: area, Act: act} }
	configure, check := permission(auth.Settings, auth.Configure), permission(auth.AuditTrail, auth.Configure)
	return []task.Kind{
		{Name: source.JobKind, Read: permission(auth.Settings, auth.Read), Write: permission(auth.Settings, auth.Write), Describe: a.describeFile},
		{Name: indicator.JobKind, Read: permission(auth.Indicators, auth.Read), Write: permission(auth.Indicators, auth.Write), Describe: a.describeLoad},
		{Name: hunt.JobKind, Read: permission(auth.Indicators, auth.Read), Write: permission(auth.Indicators, auth.Write), Describe: a.describeHouse("/findings")},
		{Name: lookup.JobKind, Read: permission(auth.RawLogs, auth.Read), Write: permission(auth.RawLogs, auth.Read), Describe: a.describeHouse("/events/takeouts")},
		{Name: feed.JobKind, Read: permission(auth.Settings, auth.Read), Write: permission(auth.Settings, auth.Write), Describe: a.describeHouse("/feeds")},
		{Name: backup.TakeJob, Read: configure, Write: configure, Describe: a.describeHouse("/settings/backup")},
		{Name: backup.CheckJob, Read: configure, Write: configure, Describe: a.describeHouse("/settings/backup")},
		{Name: backup.DrillJob, Read: configure, Write: configure, Describe: a.describeHouse("/settings/backup")},
		{Name: directive.JobKind, Read: permission(auth.Directives, auth.Read), Write: permission(auth.Directives, auth.Write), Describe: a.describeIssue},
		{Name: trail.JobKind, Read: check, Write: check, Describe: a.describeHouse("/audit/check")},
	}
}

// describeHouse names work on the house itself, seen at href.
func (a *App) describeHouse(href string) func(context.Context, jobs.Job) (title, href string, err error) {
	return func(ctx context.Context, j jobs.Job) (string, string, error) {
		return i18n.T(ctx, "task.kind."+j.Kind), href, nil
	}
}

func (a *App) describeFile(ctx context.Context, j jobs.Job) (title, href string, err error) {
	f, err := a.Rooms.Sources.File(ctx, source.FileID(j.Key))
	if unseen(err) {
		return i18n.T(ctx, "task.kind."+j.Kind), "", nil
	}
	return i18n.T(ctx, "app.work.file", f.Name), "/files/" + j.Key, err
}

func (a *App) describeLoad(ctx context.Context, j jobs.Job) (title, href string, err error) {
	id, _, _ := strings.Cut(j.Key, "/")
	l, err := a.Rooms.Indicators.Get(ctx, indicator.ID(id))
	if unseen(err) { // the index as a whole, or a list the reader may not see
		return i18n.T(ctx, "app.work.index"), "/indicators", nil
	}
	return i18n.T(ctx, "app.work.list", l.Name), "/indicators/" + id, err
}

// unseen reports that a record is not there for this reader.
func unseen(err error) bool { return fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) }

// peopleNames maps account ids to names: who did something is shown to
// everyone who may see what was done.
func (a *App) peopleNames(ctx context.Context, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		ID   string `bun:"id"`
		Name string `bun:"name"`
	}
	err := a.Records.Read().NewSelect().Table("account").Column("id", "name").Where("id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, db.Error("app.peopleNames", err)
}

// running counts the reader's own work for the top bar. A count that cannot be
// had is left out and logged.
func (a *App) running(ctx context.Context) (int64, string) {
	n, err := a.Rooms.Tasks.Pending(ctx)
	if err != nil {
		a.opt.Log.Error("count running work", "err", err)
		return 0, ""
	}
	return n, task.Path + "?state=active&mine=1"
}
