// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator_test

import (
	"context"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
)

var sources = []fs.FS{auth.Migrations, audit.Migrations, jobs.Migrations, web.Migrations, indicator.Migrations}

// house is the room over an empty centre with two communes under a province.
type house struct {
	t      testing.TB
	db     *db.DB
	dir    string // of the stored files
	files  *blob.Store
	clock  atomic.Int64 // Unix seconds
	svc    *indicator.Service
	runner *jobs.Runner
	tweak  func(*indicator.Deps) // of each process; may be nil
}

func each(t *testing.T, test func(*testing.T, *house)) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) { test(t, furnish(t, d)) })
}

func furnish(t testing.TB, d *db.DB) *house { return furnishWith(t, d, nil) }

func furnishWith(t testing.TB, d *db.DB, tweak func(*indicator.Deps)) *house {
	t.Helper()
	h := &house{t: t, db: d, dir: t.TempDir(), tweak: tweak}
	h.clock.Store(time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC).Unix())
	err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh','tinh'),('tinh','a'),('tinh','b'),('a','a'),('b','b')").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if h.files, err = blob.Open(h.dir, h.now()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.files.Close(); err != nil {
			t.Error(err)
		}
	})
	h.svc, h.runner = h.process()
	return h
}

// process is one more process on the same stores.
func (h *house) process() (*indicator.Service, *jobs.Runner) { return h.processIn(h.t.TempDir(), nil) }

// processIn is one that keeps its index in a folder.
func (h *house) processIn(folder string, log *slog.Logger) (*indicator.Service, *jobs.Runner) {
	queue := jobs.New(h.db, h.now)
	deps := indicator.Deps{Records: h.db, Files: h.files, Queue: queue, Now: h.now, Limit: 1 << 20, Most: 10_000, Folder: folder, Log: log,
		Root: func(context.Context) (string, error) { return "tinh", nil }}
	if h.tweak != nil {
		h.tweak(&deps)
	}
	svc := indicator.New(deps)
	return svc, jobs.NewRunner(queue, jobs.Options{Handlers: map[string]jobs.Handler{indicator.JobKind: svc.Handler()}})
}

func (h *house) now() time.Time { return time.Unix(h.clock.Load(), 0).UTC() }

func as(t testing.TB, role auth.Role, unit string) context.Context {
	return auth.With(t.Context(), actor(role, unit))
}

func actor(role auth.Role, unit string) auth.Actor {
	return auth.Actor{ID: string(role) + "-" + unit, Name: "Người " + unit, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}}
}

// list is a block list as the upload form begins.
func list(name string) indicator.List {
	return indicator.List{Name: name, Kind: indicator.Block, TLP: indicator.Amber, Scope: indicator.WithSubdomains, Layout: indicator.Auto}
}

func (h *house) store(ctx context.Context, text string) indicator.File {
	h.t.Helper()
	f, err := h.svc.Store(ctx, "danh-sach.txt", strings.NewReader(text))
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

// upload makes a list and loads it.
func (h *house) upload(ctx context.Context, l indicator.List, text string) indicator.List {
	h.t.Helper()
	l, err := h.svc.Create(ctx, l, h.store(ctx, text))
	if err != nil {
		h.t.Fatal(err)
	}
	h.work()
	return l
}

// work does all that is due.
func (h *house) work() {
	h.t.Helper()
	for {
		ran, err := h.runner.RunOnce(context.Background())
		if err != nil {
			h.t.Fatal(err)
		}
		if !ran {
			return
		}
	}
}

func (h *house) latest(ctx context.Context, id indicator.ID) indicator.Version {
	h.t.Helper()
	all, err := h.svc.Versions(ctx, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return all[0]
}

// hits reports whether the live index holds name for bad.
func (h *house) hits(name string) bool {
	held := h.svc.Hold()
	defer held.Release()
	for _, m := range held.Index().Match(name) {
		if m.Hit() {
			return true
		}
	}
	return false
}

// current brings svc up to date and says to which generation.
func current(t testing.TB, svc *indicator.Service) int64 {
	t.Helper()
	held, err := svc.Current(context.Background())
	defer held.Release()
	if err != nil {
		t.Fatal(err)
	}
	return held.Generation()
}

// matches is how many entries of what svc holds name a name.
func matches(svc *indicator.Service, name string) int {
	held := svc.Hold()
	defer held.Release()
	return len(held.Index().Match(name))
}

// path is where the bytes of a version lie.
func (h *house) path(v indicator.Version) string {
	return filepath.Join(h.dir, v.SHA256[:2], v.SHA256[2:])
}
