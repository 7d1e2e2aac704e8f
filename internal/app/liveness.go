// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file joins the watch over sources to the rest: its duties, and who is
// told of a silence.

// watchSources gives the room of sources its duties.
func (a *App) watchSources() {
	a.behind.every(time.Minute, "read the ways in", a.Rooms.Sources.RefreshWays)
	a.behind.every(time.Minute, "watch the sources", a.Rooms.Sources.Watch)
	a.behind.every(time.Hour, "forget the minutes of sources", a.Rooms.Sources.Forget)
}

// tellSource tells of a source that fell silent, came back, flaps or leaves its
// pattern.
func (a *App) tellSource(ctx context.Context, tx *db.Tx, al source.Alert) error {
	count := func(n int64) notice.Arg {
		return a.says("app.source.lines", func(ctx context.Context) []any { return []any{i18n.Number(ctx, n)} })
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "source." + string(al.Kind), Unit: al.Source.Owner, Object: string(al.Source.ID),
		Args: []notice.Arg{notice.Word(al.Source.Name), {At: al.Since}, count(al.Lines), count(al.Usual)}, Href: "/sources/" + string(al.Source.ID),
		Dedupe: "source." + string(al.Kind) + "/" + string(al.Source.ID) + "/" + strconv.FormatInt(al.At.UnixMilli(), 10)})
}
