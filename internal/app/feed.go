// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"path/filepath"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/search"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/metrics"
)

// dropFolder holds files on their way in, in the data folder: those for feeds in
// feeds/<folder of the feed>. What was taken is in the records already.
const dropFolder = "drop"

// feeds builds the room of lists that are fetched or dropped, and its duties.
func (a *App) feeds(catalogue *i18n.Catalogue) *feed.Service {
	data, err := filepath.Abs(a.opt.Config.Data) // the pages show whole paths
	if err != nil {
		data = a.opt.Config.Data
	}
	s := feed.New(feed.Deps{Records: a.Records, Queue: a.Queue, Lists: a.Rooms.Indicators, Files: a.Files, Secrets: a.Secrets, Now: a.opt.Now, Log: a.opt.Log, Root: a.root,
		Standing: a.Rooms.Accounts.Standing, Say: catalogue.Text, Folder: filepath.Join(data, dropFolder, "feeds")})
	a.behind.every(15*time.Second, "feeds", s.Attend)
	a.behind.every(time.Minute, "folders of feeds", s.LookAtFolders)
	a.behind.every(10*time.Minute, "tell of stale feeds", a.tellStaleFeeds)
	return s
}

// fetching runs the fetches of feeds, beside the reading of logs.
func (a *App) fetching() *jobs.Runner {
	return jobs.NewRunner(a.Queue, jobs.Options{Log: a.opt.Log, Name: "vonggac", Workers: 2,
		Handlers: map[string]jobs.Handler{feed.JobKind: a.Rooms.Feeds.Handler()}})
}

// tellStaleFeeds tells once of each feed that became stale; one that recovers
// and becomes stale again is told of anew.
func (a *App) tellStaleFeeds(ctx context.Context) error {
	list, err := a.Rooms.Feeds.Late(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	due := make([]notice.Notice, len(list))
	for i, f := range list {
		due[i] = notice.Notice{Kind: "feed.stale", Unit: f.Unit, Object: string(f.ID), Href: "/feeds/" + string(f.ID),
			Args:   []notice.Arg{notice.Word(f.Name), {At: f.StaleAt()}},
			Dedupe: "feed.stale/" + string(f.ID) + "/" + strconv.FormatInt(f.StaleAt().UnixMilli(), 10)}
	}
	return a.tellNew(ctx, due)
}

// checkFeeds says whether lists are kept up to date.
func (a *App) checkFeeds(ctx context.Context) (health.Result, error) {
	t, err := a.Rooms.Feeds.Tally(ctx)
	switch {
	case err != nil:
		return health.Result{}, err
	case t.Stale > 0:
		return health.Say(health.Warning, "health.feeds.stale", t.Stale, t.Failing).Then("health.feeds.do"), nil
	}
	return health.Say(health.OK, "health.feeds.ok", t.Good), nil
}

// feedsByHealth counts feeds; a figure's label names no feed.
func (a *App) feedsByHealth(ctx context.Context) ([]metrics.Figure, error) {
	t, err := a.Rooms.Feeds.Tally(ctx)
	return []metrics.Figure{{Of: []string{"good"}, Value: float64(t.Good)}, {Of: []string{"failing"}, Value: float64(t.Failing)},
		{Of: []string{"stale"}, Value: float64(t.Stale)}, {Of: []string{"off"}, Value: float64(t.Off)}}, err
}

func (a *App) oldestFeed(ctx context.Context) (float64, error) {
	t, err := a.Rooms.Feeds.Tally(ctx)
	return t.Oldest.Seconds(), err
}

func (a *App) findFeeds(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Feeds.List(ctx, feed.Filter{Search: q.Text, Limit: limit})
	var out []search.Hit
	for _, f := range page.Rows {
		out = append(out, search.Hit{Title: f.Name, Detail: f.URL, Href: "/feeds/" + string(f.ID)})
	}
	return out, page.Total, err
}
