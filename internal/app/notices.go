// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"path/filepath"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/backup"
	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/trail"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// This file says who is told of what: each hook of a room becomes a notice in
// the same transaction, and a few duties look for what only time brings.

// notices makes the room and its duties.
func (a *App) notices(catalogue *i18n.Catalogue) *notice.Service {
	s := notice.New(notice.Deps{Records: a.Records, Now: a.opt.Now, Log: a.opt.Log, Catalogue: catalogue, Calendar: a.Rooms.Packs.Calendar(),
		Secrets: a.Secrets, Folder: filepath.Join(a.opt.Config.Data, "mail"), Link: a.link, Holders: a.holders, People: a.recipients,
		UnitNames: a.unitLabels, Root: a.root})
	a.behind.every(time.Minute, "tell of failed jobs", a.tellFailed)
	a.behind.every(time.Hour, "tell of old backups", a.tellStale)
	a.behind.every(30*time.Second, "send notices", s.Attend)
	a.behind.every(6*time.Hour, "tidy notices", s.Tidy)
	return s
}

// tellFound tells of the findings that a block of a file opened, by the unit
// they concern.
func (a *App) tellFound(ctx context.Context, tx *db.Tx, from origin, touched []finding.Touched) error {
	var fresh []finding.ID
	for _, t := range touched {
		if t.Opened {
			fresh = append(fresh, t.ID)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	units, err := a.Rooms.Findings.UnitsIn(ctx, tx, fresh...)
	if err != nil {
		return err
	}
	for unit, n := range units {
		err := a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "finding.new", Unit: unit, Object: unit, Href: "/findings", Times: n,
			Dedupe: "finding.new/" + from.block + "/" + unit})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *App) tellOpened(ctx context.Context, tx *db.Tx, i incident.Incident) error {
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "incident.opened", Unit: i.UnitID, Object: string(i.ID),
		Args: []notice.Arg{notice.Word(i.Code)}, Href: "/incidents/" + string(i.ID), Dedupe: "incident.opened/" + string(i.ID)})
}

func (a *App) tellSeverity(ctx context.Context, tx *db.Tx, i incident.Incident) error {
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "incident.severity", Unit: i.UnitID, Object: string(i.ID),
		Args: []notice.Arg{notice.Word(i.Code)}, Href: "/incidents/" + string(i.ID),
		Dedupe: "incident.severity/" + string(i.ID) + "/" + strconv.FormatInt(i.Version, 10)})
}

func (a *App) tellRefused(ctx context.Context, tx *db.Tx, l indicator.List, seq int64) error {
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "indicator.refused", Unit: l.Owner, Object: string(l.ID),
		Args: []notice.Arg{notice.Word(l.Name)}, Href: "/indicators/" + string(l.ID),
		Dedupe: "indicator.refused/" + string(l.ID) + "/" + strconv.FormatInt(seq, 10)})
}

func (a *App) tellUnread(ctx context.Context, tx *db.Tx, f source.File) error {
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "source.unread", Unit: f.Owner, Object: string(f.Source),
		Args: []notice.Arg{notice.Word(f.Name)}, Href: "/files/" + string(f.ID), Dedupe: "source.unread/" + string(f.ID)})
}

func (a *App) tellInvited(ctx context.Context, tx *db.Tx, who account.Account) error {
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "account.invited", Unit: who.Home, Object: string(who.ID),
		Args: []notice.Arg{notice.Word(who.Name)}, Href: "/accounts", Dedupe: "account.invited/" + string(who.ID)})
}

// atATime is how many records a duty looks at in one query.
const atATime = 500

// tellFailed tells of jobs that failed within a day and will not run again.
func (a *App) tellFailed(ctx context.Context) error {
	list, err := a.Queue.Failed(ctx, a.opt.Now().Add(-24*time.Hour), atATime)
	if err != nil || len(list) == 0 {
		return err
	}
	root, err := a.root(ctx)
	if err != nil {
		return err
	}
	var due []notice.Notice
	for _, j := range list {
		n := notice.Notice{Kind: "job.failed", Unit: j.Unit, Object: j.Kind, Href: failedAt(j),
			Dedupe: "job.failed/" + j.ID + "/" + strconv.FormatInt(j.EndedAt.UnixMilli(), 10)}
		if n.Unit == "" {
			n.Unit = root
		}
		due = append(due, n)
	}
	return a.tellNew(ctx, due)
}

// failedAt is the page where the work of j is seen.
func failedAt(j jobs.Job) string {
	switch j.Kind {
	case indicator.JobKind:
		return "/indicators"
	case feed.JobKind:
		return "/feeds"
	case trail.JobKind:
		return "/audit/check"
	case backup.TakeJob, backup.CheckJob, backup.DrillJob:
		return "/settings/backup"
	}
	return "/sources"
}

// tellNew posts what was not told before, each in a transaction of its own.
func (a *App) tellNew(ctx context.Context, due []notice.Notice) error {
	events := make([]string, len(due))
	for i, n := range due {
		events[i] = n.Dedupe
	}
	told, err := a.Rooms.Notices.Told(ctx, events)
	if err != nil {
		return err
	}
	for _, n := range due {
		if told[n.Dedupe] {
			continue
		}
		err := a.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return a.Rooms.Notices.Post(ctx, tx, n) })
		if err != nil {
			return db.Error("app.tell", err)
		}
	}
	return nil
}
