// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/vonggac/vonggac/assets"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/secret"
)

// Exam says how closely to look.
type Exam struct {
	Quick bool // leave out what reads the records or many files whole: for a page
	Deep  bool // read every file and every index entry
	Audit bool // prove the chain of the audit trail
}

// Holder is who has the data folder open.
type Holder uint8

// The holders.
const (
	Nobody  Holder = iota // the centre is stopped
	Itself                // this process serves it
	Another               // another process does; what it holds in memory is not seen
)

// Checks are all checks of a, in the order they are shown. A room that has
// something to look at gets a line here.
func (a *App) Checks(e Exam) []health.Check {
	all := []health.Check{
		{Name: "config", Run: a.checkConfig},
		{Name: "folder", Run: a.checkFolder},
		{Name: "kind", Run: a.checkKind},
		{Name: "process", Run: a.checkProcess},
		{Name: "disk", Run: a.checkDisk},
		{Name: "records", Run: a.checkRecords},
		{Name: "schema", Run: a.onRecords(a.checkSchema)},
		{Name: "integrity", Run: a.onRecords(func(ctx context.Context) (health.Result, error) { return a.checkIntegrity(ctx, e) })},
		{Name: "files", Run: a.onRecords(func(ctx context.Context) (health.Result, error) { return a.checkFiles(ctx, e) })},
		{Name: "secret", Run: a.onRecords(a.checkSecret)},
		{Name: "clock", Run: a.onRecords(a.checkClock)},
		{Name: "zone", Run: a.checkZone},
		{Name: "listen", Run: a.checkListen},
		{Name: "tls", Run: a.checkTLS},
		{Name: "duties", Run: a.checkDuties},
		{Name: "jobs", Run: a.onRecords(a.checkJobs)},
		{Name: "indicators", Run: a.onRooms(a.checkIndicators)},
		{Name: "sightings", Run: a.onRooms(func(ctx context.Context) (health.Result, error) { return a.checkSightings(ctx, e) })},
		{Name: "stream", Run: a.checkIntake},
		{Name: "listeners", Run: a.checkListeners},
		{Name: "lake", Run: a.checkLake},
		{Name: "sources", Run: a.onRecords(a.checkSources)},
		{Name: "audit", Run: a.onRooms(func(ctx context.Context) (health.Result, error) { return a.checkAudit(ctx, e) })},
		{Name: "backup", Run: a.onRooms(a.checkBackup)},
		{Name: "notices", Run: a.onRooms(a.checkNotices)},
		{Name: "feeds", Run: a.onRooms(a.checkFeeds)},
		{Name: "webhooks", Run: a.onRecords(a.checkWebhooks)},
		{Name: "rules", Run: a.checkRules},
		{Name: "assets", Run: a.checkAssets},
	}
	return all
}

// Examine makes all checks of an open centre.
func (a *App) Examine(ctx context.Context, e Exam) []health.Result {
	return health.Run(ctx, a.Checks(e))
}

// Inspect opens what there is of a centre, changing nothing: no folder is made,
// no schema brought up to date, no lock kept. What cannot be opened the checks
// name. The App serves for Examine alone; Close it.
func Inspect(ctx context.Context, opt Options) (*App, error) {
	opt = opt.complete()
	a := &App{opt: opt, served: make(chan error, 1)}
	a.inspected = true
	a.behind.log, a.behind.now = opt.Log, opt.Now
	cfg := opt.Config
	var err error
	if a.holder, err = holderOf(cfg.Data); err != nil {
		return nil, err
	}
	if a.Assets, err = assets.Load(); err != nil {
		return nil, err
	}
	if a.Records, a.recordsErr = db.Inspect(ctx, cfg.Records.Address.Reveal(), a.holder == Nobody); a.recordsErr != nil {
		return a, nil
	}
	if a.Files, a.filesErr = blob.Inspect(filepath.Join(cfg.Data, "files")); a.filesErr != nil {
		return a, nil
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, secret.FileName)); err == nil {
		a.Secrets, a.secretErr = secret.Open(cfg.Data)
	} else {
		a.secretErr = err
	}
	a.Queue = jobs.New(a.Records, opt.Now)
	a.measure()
	a.wireErr = a.wire(ctx)
	return a, nil
}

// examined is what only Inspect notes: why something of a is not open.
type examined struct {
	inspected                                bool
	holder                                   Holder
	recordsErr, filesErr, secretErr, wireErr error
}

// holderOf reports whether another process has the folder dir. The lock is
// tried, never made.
func holderOf(dir string) (Holder, error) {
	path := filepath.Join(dir, "lock")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Nobody, nil
	}
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	got, err := l.TryRLock()
	if err != nil {
		return Nobody, fmt.Errorf("lock of data folder: %w", err)
	}
	if !got {
		return Another, nil
	}
	return Nobody, l.Unlock()
}

// who has the folder a is of.
func (a *App) who() Holder {
	if a.inspected {
		return a.holder
	}
	return Itself
}

// onRecords makes a check that needs the records; without them it says that it
// was not made.
func (a *App) onRecords(run func(context.Context) (health.Result, error)) func(context.Context) (health.Result, error) {
	return func(ctx context.Context) (health.Result, error) {
		if a.Records == nil {
			return health.Say(health.Unknown, "health.unasked"), nil
		}
		return run(ctx)
	}
}

// onRooms makes a check that needs the rooms.
func (a *App) onRooms(run func(context.Context) (health.Result, error)) func(context.Context) (health.Result, error) {
	return a.onRecords(func(ctx context.Context) (health.Result, error) {
		if a.wireErr != nil || a.Files == nil {
			return health.Say(health.Unknown, "health.unasked"), nil
		}
		return run(ctx)
	})
}
