// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/health"
)

// inspect examines the folder as the command does.
func inspect(t *testing.T, dir string, now time.Time, e app.Exam) map[string]health.Result {
	t.Helper()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": dir, "listen": "127.0.0.1:0"}, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Inspect(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Now: func() time.Time { return now }, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]health.Result{}
	for _, r := range a.Examine(t.Context(), e) {
		found[r.Name] = r
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return found
}

// centreWithAFile makes a stopped centre that has read one log, and gives the
// path of that log in the store.
func centreWithAFile(t *testing.T) (dir, stored string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	h := open(t, dir, nil)
	ctx := h.found(t)
	h.arm(t, ctx, "bad.example\n")
	src := h.source(t, ctx, "DNS", "")
	f, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "q.log", source.ByPage, strings.NewReader(string(infectedLog(500))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Attend(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, "files", f.SHA256[:2], f.SHA256[2:])
}

// fingerprint is every file under dir with the hash of its bytes.
func fingerprint(t *testing.T, dir string) map[string]string {
	t.Helper()
	seen := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			seen[path] = "folder"
			return err
		}
		raw, err := os.ReadFile(path)
		sum := sha256.Sum256(raw)
		seen[path] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestDoctorFindsNothingWrongAndChangesNothing(t *testing.T) {
	t.Parallel()
	dir, _ := centreWithAFile(t)
	before := fingerprint(t, dir)
	for name, r := range inspect(t, dir, t0, app.Exam{Deep: true}) {
		// The disk is the machine's own.
		if r.State == health.Wrong && name != "disk" {
			t.Errorf("%s is wrong: %+v", name, r)
		}
		if (r.State == health.Warning || r.State == health.Wrong) && r.Do == nil {
			t.Errorf("%s says not what to do", name)
		}
	}
	after := fingerprint(t, dir)
	if len(before) != len(after) {
		t.Errorf("%d files before, %d after", len(before), len(after))
	}
	for path, sum := range before {
		if after[path] != sum {
			t.Errorf("%s was changed", path)
		}
	}
}

// TestDoctorFinds damages a centre in one way each and holds that the check of
// that matter, and only it, says so.
func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	same := func(*testing.T, string, string) {}
	for name, c := range map[string]struct {
		damage func(t *testing.T, dir, stored string)
		now    time.Time
		check  string
		state  health.State
		key    string
	}{
		"a lost file": {func(t *testing.T, _, stored string) { done(t, os.Remove(stored)) }, t0, "files", health.Wrong, "health.files.bad"},
		"a changed file": {func(t *testing.T, _, stored string) {
			done(t, os.WriteFile(stored, []byte("other"), 0o600))
		}, t0, "files", health.Wrong, "health.files.bad"},
		"another key": {func(t *testing.T, dir, _ string) {
			done(t, os.WriteFile(filepath.Join(dir, "secret.key"), make([]byte, 32), 0o600))
		}, t0, "secret", health.Wrong, "health.secret.other"},
		"no key":     {func(t *testing.T, dir, _ string) { done(t, os.Remove(filepath.Join(dir, "secret.key"))) }, t0, "secret", health.Wrong, "health.secret.absent"},
		"no records": {func(t *testing.T, dir, _ string) { done(t, os.Remove(filepath.Join(dir, "records.db"))) }, t0, "records", health.Wrong, "health.records.absent"},
		"records that are none": {func(t *testing.T, dir, _ string) {
			done(t, os.WriteFile(filepath.Join(dir, "records.db"), []byte(strings.Repeat("no database", 1000)), 0o600))
		}, t0, "records", health.Wrong, "health.records.closed"},
		"a folder open to others":     {func(t *testing.T, dir, _ string) { done(t, os.Chmod(dir, 0o755)) }, t0, "folder", health.Wrong, "health.folder.open"},
		"a clock set back a day":      {same, t0.Add(-24 * time.Hour), "clock", health.Wrong, "health.clock.back"},
		"a clock a little back":       {same, t0.Add(-10 * time.Minute), "clock", health.Warning, "health.clock.back"},
		"a clock corrected by little": {same, t0.Add(-time.Minute), "clock", health.OK, "health.clock.ok"},
		"a silent source":             {same, t0.Add(25 * time.Hour), "sources", health.Warning, "health.sources.silent"},
		"no certificate needed":       {same, t0, "tls", health.OK, "health.tls.off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, stored := centreWithAFile(t)
			c.damage(t, dir, stored)
			got := inspect(t, dir, c.now, app.Exam{Deep: true})[c.check]
			if got.State != c.state || got.Seen.Key != c.key {
				t.Errorf("%s came to %+v, want %s %s", c.check, got, c.state, c.key)
			}
		})
	}
}

func TestDoctorLooksBesideARunningCentre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir, nil)
	t.Cleanup(func() { _ = h.Close() })
	h.found(t)
	got := inspect(t, dir, t0, app.Exam{})
	if got["process"].Seen.Key != "health.process.another" || got["records"].State != health.OK || got["duties"].State != health.Unknown {
		t.Errorf("beside a running centre: %+v, %+v, %+v", got["process"], got["records"], got["duties"])
	}
}

func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
