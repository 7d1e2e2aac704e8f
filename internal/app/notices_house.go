// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"strconv"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/backup"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/trail"
	"github.com/vonggac/vonggac/internal/centre/webhook"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file tells of what happens to the house itself: to people's rights, to
// backups, to the audit trail, to webhooks.

// says is an argument in the words of the catalogue.
func (a *App) says(key string, args func(ctx context.Context) []any) notice.Arg {
	in := func(lang i18n.Language) string {
		ctx := i18n.With(context.Background(), a.catalogue, lang)
		return i18n.T(ctx, key, args(ctx)...)
	}
	return notice.Arg{VI: in(i18n.Vietnamese), EN: in(i18n.English)}
}

func nothing(context.Context) []any { return nil }

// tellPeople tells people by name of what was done to their rights.
func (a *App) tellPeople(ctx context.Context, tx *db.Tx, to []account.ID, n account.Notice) error {
	names, err := a.unitLabels(ctx, tx, []string{n.Unit})
	if err != nil {
		return err
	}
	told := notice.Notice{Kind: n.Kind, Object: n.Object, Href: n.Path, Dedupe: n.Kind + "/" + n.Object,
		Args: []notice.Arg{notice.Word(n.Who), notice.Word(cmp.Or(names[n.Unit], n.Unit)), {At: n.Until}, notice.Word(n.Reason)}}
	actor, _ := auth.From(ctx)
	for _, id := range to {
		if string(id) != actor.ID {
			told.To = append(told.To, string(id))
		}
	}
	if len(told.To) == 0 {
		return nil
	}
	return a.Rooms.Notices.Post(ctx, tx, told)
}

func (a *App) tellBackup(ctx context.Context, tx *db.Tx, r backup.Run) error {
	root, err := a.root(ctx)
	if err != nil || root == "" { // nobody to tell before the centre is founded
		return err
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "backup.failed", Unit: root, Object: string(r.Kind), Href: "/settings/backup",
		Args: []notice.Arg{a.says("backup.run."+string(r.Kind)+".bad", nothing)}, Dedupe: "backup.failed/" + r.ID})
}

// tellStale tells once a day that no backup is recent enough.
func (a *App) tellStale(ctx context.Context) error {
	root, err := a.root(ctx)
	if err != nil || root == "" {
		return err
	}
	s, err := a.Rooms.Backups.Status(ctx)
	if err != nil || !s.Red {
		return err
	}
	why := a.says(s.Why, func(ctx context.Context) []any {
		if s.Newest != nil {
			return []any{i18n.Time(ctx, s.Newest.Manifest.MadeAt), i18n.Duration(ctx, s.Age)}
		}
		return []any{s.Folder}
	})
	return a.tellNew(ctx, []notice.Notice{{Kind: "backup.stale", Unit: root, Object: root, Href: "/settings/backup", Args: []notice.Arg{why},
		Dedupe: "backup.stale/" + calendar.DateOf(a.opt.Now()).String()}})
}

func (a *App) tellBroken(ctx context.Context, tx *db.Tx, c trail.Check) error {
	root, err := a.root(ctx)
	if err != nil || root == "" {
		return err
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "audit.broken", Unit: root, Object: root, Href: "/audit/check",
		Args: []notice.Arg{notice.Word(strconv.FormatInt(c.Report.Count, 10))}, Dedupe: "audit.broken/" + strconv.FormatInt(c.At.UnixMilli(), 10)})
}

func (a *App) tellWebhook(ctx context.Context, tx *db.Tx, h webhook.Hook) error {
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "webhook.failed", Unit: h.Unit, Object: string(h.ID),
		Href: "/settings/webhooks/" + string(h.ID), Args: []notice.Arg{notice.Word(h.Name), a.says(h.Reason, nothing)},
		Dedupe: "webhook.failed/" + string(h.ID) + "/" + strconv.FormatInt(h.Version, 10)})
}
