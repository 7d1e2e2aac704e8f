// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// t0 is a Saturday morning in Hà Nội: 21/11/2026 08:00.
var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// house is a whole centre on a folder.
type house struct {
	*app.App
	root string // the first unit
}

// open opens the centre in dir; now nil is t0 for ever. more are keys of the
// configuration with their values.
func open(t testing.TB, dir string, now func() time.Time, more ...string) *house {
	t.Helper()
	return openWith(t, dir, now, nil, more...)
}

// openWith is open with options that change has changed.
func openWith(t testing.TB, dir string, now func() time.Time, change func(*app.Options), more ...string) *house {
	t.Helper()
	flags := map[string]string{"data": dir, "listen": "127.0.0.1:0", "stream.reserve": "64MiB"}
	for pair := range slices.Chunk(more, 2) {
		flags[pair[0]] = pair[1]
	}
	cfg, err := config.Load(config.Sources{Flags: flags, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if now == nil {
		now = func() time.Time { return t0 }
	}
	opt := app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: now, Version: "test",
		PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}, BlockSize: 8 << 10}
	if change != nil {
		change(&opt)
	}
	if flags["records.address"] == "" {
		blankRecords(t, dir)
	}
	a, err := app.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return &house{App: a}
}

// blankRecords puts empty records of SQLite into the data folder of a centre that
// was never opened. A centre makes them itself, as startCentre and the tests of the
// program let it; with the race detector that takes seconds.
func blankRecords(t testing.TB, dir string) {
	t.Helper()
	path := filepath.Join(dir, "records.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		dbtest.Blank(t, path, app.Migrations()...)
	}
}

const phrase = "gác đêm giao thừa"

// found sets the centre up and returns the context of its first person.
func (h *house) found(t testing.TB) context.Context {
	t.Helper()
	secret, err := h.Rooms.Accounts.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.Rooms.Accounts.Start(t.Context(), secret, account.First{Body: "UBND tỉnh Mẫu", Kind: "ubnd_tinh",
		Name: "Lò Thị Mai", Login: "mai", Password: phrase})
	if err != nil {
		t.Fatal(err)
	}
	h.root = a.Home
	return auth.With(t.Context(), a.Actor())
}

func (h *house) source(t testing.TB, ctx context.Context, name, owner string) source.Source {
	t.Helper()
	if owner == "" {
		owner = h.root
	}
	s, err := h.Rooms.Sources.Create(ctx, source.Source{Name: name, Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// arm loads a plain list of names to block.
func (h *house) arm(t *testing.T, ctx context.Context, names string) {
	t.Helper()
	f, err := h.Rooms.Indicators.Store(ctx, "bad.txt", strings.NewReader(names))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Rooms.Indicators.Create(ctx, indicator.List{Name: "Danh sách mẫu", Kind: indicator.Block, TLP: indicator.Clear, Scope: indicator.WithSubdomains, Layout: indicator.Auto}, f); err != nil {
		t.Fatal(err)
	}
	h.work(t)
}

// work does all waiting jobs.
func (h *house) work(t *testing.T) {
	t.Helper()
	if _, err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// idle reports whether no file waits to be read and no list to be loaded or
// looked back for.
func (h *house) idle(t *testing.T) bool {
	t.Helper()
	var n int
	err := h.Records.Read().NewRaw("SELECT (SELECT COUNT(*) FROM source_file WHERE state IN ('waiting', 'running')) + "+
		"(SELECT COUNT(*) FROM job WHERE kind IN (?, ?) AND state IN ('queued', 'running'))", indicator.JobKind, hunt.JobKind).Scan(t.Context(), &n)
	if err := db.Error("idle", err); err != nil {
		t.Fatal(err)
	}
	return n == 0
}
