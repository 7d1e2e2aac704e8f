// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/backup"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/setting"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// bench is one centre, founded an hour before its clock, with an administrator
// of the whole (unit "r") and one of a part (unit "u").
type bench struct {
	*testing.T
	*backup.Service
	db      *db.DB
	queue   *jobs.Queue
	runner  *jobs.Runner
	at      time.Time
	chief   context.Context
	free    int64
	failed  []backup.Run
	opened  int
	sources []fs.FS
}

func each(t *testing.T, test func(*bench)) {
	t.Helper()
	t.Parallel()
	// The closure is the account room's in a whole centre; a table stands in.
	sources := []fs.FS{jobs.Migrations, audit.Migrations, auth.Migrations, setting.Migrations, backup.Migrations}
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := &bench{T: t, db: d, at: time.Date(2026, 11, 21, 8, 0, 0, 0, i18n.Hanoi), free: 1 << 50, sources: sources}
		now := func() time.Time { return b.at }
		data := filepath.Join(t.TempDir(), "Dữ liệu")
		files, err := blob.Open(filepath.Join(data, "files"), b.at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { files.Close() })
		founded := b.at.Add(-time.Hour)
		b.queue = jobs.New(d, now)
		b.Service = backup.New(backup.Deps{Records: d, Queue: b.queue, Now: now, Data: data, Default: filepath.Join(data, "backups"),
			Source: func(ctx context.Context) (store.Source, error) {
				s, err := d.Schema(ctx, sources...)
				return store.Source{Records: d, Files: files, Schema: s.Applied, Data: data, Product: "test",
					Skip: func(path string) bool { return path == "files" }}, err
			},
			Sources: sources,
			Root:    func(context.Context) (string, error) { return "r", nil },
			Founded: func(context.Context) (time.Time, error) { return founded, nil },
			Open:    func(context.Context, string) error { b.opened++; return nil },
			Failed:  func(_ context.Context, _ *db.Tx, r backup.Run) error { b.failed = append(b.failed, r); return nil },
			Free:    func(string) (int64, error) { return b.free, nil }})
		b.runner = jobs.NewRunner(b.queue, jobs.Options{Handlers: b.Handlers()})
		err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO unit_closure (ancestor, descendant) VALUES ('r', 'r'), ('r', 'u'), ('u', 'u')")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.chief = b.as(auth.Administrator, "r")
		test(b)
	})
}

func (b *bench) as(role auth.Role, unit string) context.Context {
	return auth.With(b.Context(), auth.Actor{ID: "a1", Name: "Lò Thị Mai", Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

// attend asks whether a backup is due and does all work.
func (b *bench) attend() {
	b.Helper()
	if err := b.Attend(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.work()
}

func (b *bench) work() {
	b.Helper()
	for {
		ran, err := b.runner.RunOnce(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if !ran {
			return
		}
	}
}

func (b *bench) status() backup.Status {
	b.Helper()
	st, err := b.Status(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return st
}

func (b *bench) list() []backup.Backup {
	b.Helper()
	list, err := b.List(b.chief)
	if err != nil {
		b.Fatal(err)
	}
	return list
}

func TestOneBackupEachNightAtTheChosenHour(t *testing.T) {
	each(t, func(b *bench) {
		for _, step := range []struct {
			what string
			at   string // Hanoi
			want int    // backups there are then
		}{
			{"founded today: the first night is the next", "2026-11-21 23:59", 0},
			{"before the hour", "2026-11-22 01:59", 0},
			{"at the hour", "2026-11-22 02:00", 1},
			{"again in the same night", "2026-11-22 02:01", 1},
			{"switched on in the morning", "2026-11-23 09:00", 2},
			{"a night was missed altogether", "2026-11-25 01:00", 3},
			{"the next comes at its hour, in place of that day's first", "2026-11-25 02:00", 3},
			{"a clock set back a day brings none again", "2026-11-24 02:00", 3},
		} {
			var err error
			if b.at, err = time.ParseInLocation("2006-01-02 15:04", step.at, i18n.Hanoi); err != nil {
				b.Fatal(err)
			}
			b.attend()
			if got := len(b.list()); got != step.want {
				b.Errorf("%s: %d backups, want %d", step.what, got, step.want)
			}
		}
		in, version, err := b.Settings(b.chief)
		if err != nil {
			b.Fatal(err)
		}
		in.Off = true
		if err := b.Save(b.chief, in, version); err != nil {
			b.Fatal(err)
		}
		b.at = b.at.AddDate(0, 0, 9)
		b.attend()
		if got := b.list(); len(got) != 3 || got[0].Name[:16] != "2026-11-24T1900Z" {
			b.Errorf("switched off: %d backups, the newest %s", len(got), got[0].Name)
		}
	})
}

func TestTheRedMark(t *testing.T) {
	each(t, func(b *bench) {
		founded := b.at.Add(-time.Hour)
		is := func(what string, red bool, why string) {
			b.Helper()
			if st := b.status(); st.Red != red || st.Why != why {
				b.Errorf("%s: red %t, %q; want %t, %q", what, st.Red, st.Why, red, why)
			}
		}
		is("nothing yet, on the first day", false, "backup.red.none")
		b.at = founded.Add(48*time.Hour + time.Second)
		is("nothing after two days", true, "backup.red.none")
		made, err := b.Take(b.Context(), store.Asked, "", func(int64, int64, string) {})
		if err != nil {
			b.Fatal(err)
		}
		is("just made", false, "")
		first := b.at
		b.at = first.Add(48 * time.Hour)
		is("two days old", false, "")
		b.at = b.at.Add(time.Second)
		is("older than two days", true, "backup.red.old")

		b.at = first.Add(time.Hour)
		name := filepath.Base(made.Path)
		if err := os.Truncate(filepath.Join(made.Path, "records", "audit_entry.jsonl.zst"), 3); err != nil {
			b.Fatal(err)
		}
		is("damaged, and nobody has looked", false, "")
		if _, err := b.Check(b.chief, name); err != nil {
			b.Fatal(err)
		}
		b.work()
		b.at = founded.Add(72 * time.Hour)
		is("found damaged", true, "backup.red.none")
		if len(b.failed) != 1 || b.failed[0].Kind != backup.Check || b.failed[0].ByName != "Lò Thị Mai" || b.failed[0].Failure().Message != "backup.damaged.content" {
			b.Errorf("told of %+v", b.failed)
		}
		if _, err := b.Drill(b.chief); err != nil {
			b.Fatal(err)
		}
		b.work()
		if st := b.status(); st.LastDrill == nil || st.LastDrill.Good || b.opened != 0 {
			b.Errorf("drill of a damaged backup = %+v", st.LastDrill)
		}
		if err := os.RemoveAll(filepath.Dir(made.Path)); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Dir(made.Path), []byte("a file where the folder was"), 0o600); err != nil {
			b.Fatal(err)
		}
		is("the folder cannot be read", true, "backup.red.unreachable")
	})
}

// A backup without the key of sealed values is none, wherever its folder lies.
func TestTheKeysAreKeptWhereverTheFolderLies(t *testing.T) {
	each(t, func(b *bench) {
		if err := os.WriteFile(filepath.Join(b.Data, "secret.key"), []byte("a key"), 0o600); err != nil {
			b.Fatal(err)
		}
		linked := filepath.Join(b.TempDir(), "another name")
		if err := os.Symlink(b.Data, linked); err != nil {
			b.Skip("symbolic links cannot be made here: " + err.Error())
		}
		for what, dir := range map[string]string{"beside the data": filepath.Join(b.TempDir(), "x"), "over the data": filepath.Dir(b.Data),
			"in the data": filepath.Join(b.Data, "kept here"), "in the data by another name": filepath.Join(linked, "and here")} {
			for range 2 { // the second finds the first
				made, err := b.Take(b.Context(), store.Asked, dir, func(int64, int64, string) {})
				if err != nil {
					b.Fatal(err)
				}
				var kept []string
				for _, k := range made.Manifest.Keys {
					kept = append(kept, k.Path)
				}
				if len(kept) != 1 || kept[0] != "secret.key" {
					b.Errorf("a folder %s: keys %q, want secret.key alone", what, kept)
				}
			}
			if strings.HasPrefix(what, "in the data") { // else the next would take it for a file of the data
				if err := os.RemoveAll(dir); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func TestAFullDiskIsToldAndCostsNothing(t *testing.T) {
	each(t, func(b *bench) {
		b.at = b.at.AddDate(0, 0, 1)
		b.attend()
		old := b.list()
		b.free, b.at = 1<<20, b.at.AddDate(0, 0, 1)
		b.attend()
		st := b.status()
		if f := st.LastFailure; f == nil || f.Failure().Message != "backup.no_room" || f.Failure().Args[0] != st.Folder || f.Reason != store.Nightly {
			b.Fatalf("last failure = %+v", st.LastFailure)
		}
		if len(b.failed) != 1 {
			b.Errorf("told %d times of one full disk", len(b.failed))
		}
		if now := b.list(); len(now) != 1 || now[0].Name != old[0].Name {
			b.Errorf("backups = %+v, want the old one", now)
		}
		if left, err := filepath.Glob(filepath.Join(st.Folder, ".partial-*")); err != nil || len(left) > 0 {
			b.Errorf("left behind: %v, %v", left, err)
		}
		if _, err := b.Drill(b.chief); err != nil {
			b.Fatal(err)
		}
		b.work()
		if d := b.status().LastDrill; d == nil || d.Failure().Message != "backup.drill.no_room" {
			b.Errorf("drill on a full disk = %+v", d)
		}
		b.free = 1 << 50
		b.at = b.at.AddDate(0, 0, 1)
		b.attend()
		if st := b.status(); st.LastFailure != nil || len(b.list()) != 2 {
			b.Errorf("with room again: %+v, %d backups", st.LastFailure, len(b.list()))
		}
	})
}

func TestADrillProvesTheNewestBackup(t *testing.T) {
	each(t, func(b *bench) {
		if _, err := b.Drill(b.chief); err != nil {
			b.Fatal(err)
		}
		b.work()
		if d := b.status().LastDrill; d == nil || d.Good || d.Failure().Message != "backup.none" {
			b.Errorf("drill without backup = %+v", d)
		}
		first, err := b.Start(b.chief)
		if err != nil {
			b.Fatal(err)
		}
		if again, err := b.Start(b.chief); err != nil || again.ID != first.ID {
			b.Errorf("asked twice: %s and %s, %v", first.ID, again.ID, err)
		}
		b.work()
		if _, err := b.Drill(b.chief); err != nil {
			b.Fatal(err)
		}
		b.work()
		st, list := b.status(), b.list()
		if d := st.LastDrill; d == nil || !d.Good || d.ByName != "Lò Thị Mai" || d.Name != list[0].Name || b.opened != 1 {
			b.Errorf("drill = %+v, opened %d times", st.LastDrill, b.opened)
		}
		if c := list[0].Checked; c == nil || c.Kind != backup.Drill || !list[0].Good() {
			b.Errorf("the backup = %+v", list[0])
		}
		left, err := filepath.Glob(filepath.Join(b.Data, "drill-*"))
		if err != nil || len(left) > 0 {
			b.Errorf("left behind: %v, %v", left, err)
		}
		rows, err := audit.Of(b.Context(), b.db, "backup", list[0].Name, 9)
		if err != nil || len(rows) != 2 || rows[0].Action != "backup.drill" || rows[0].ActorName != "Lò Thị Mai" {
			b.Errorf("trail = %+v, %v", rows, err)
		}
	})
}

func TestACancelledBackupIsNoFailure(t *testing.T) {
	each(t, func(b *bench) {
		j, err := b.Start(b.chief)
		if err != nil {
			b.Fatal(err)
		}
		if err := b.Cancel(b.chief, j.ID); err != nil {
			b.Fatal(err)
		}
		b.work()
		if st := b.status(); len(b.list()) != 0 || st.LastFailure != nil {
			b.Errorf("after the cancellation: %d backups, %+v", len(b.list()), st.LastFailure)
		}
		if err := b.Cancel(b.chief, j.ID); !fault.Is(err, fault.Conflict) {
			b.Errorf("cancelled twice: %v, want Conflict", err)
		}
		if err := b.Cancel(b.chief, "nothing"); !fault.Is(err, fault.NotFound) {
			b.Errorf("cancelled nothing: %v, want NotFound", err)
		}
	})
}

func TestOnlyTheAdministratorOfTheWholeLooksAfterBackups(t *testing.T) {
	each(t, func(b *bench) {
		if _, err := b.Take(b.Context(), store.Asked, "", func(int64, int64, string) {}); err != nil {
			b.Fatal(err)
		}
		name := b.list()[0].Name
		part := b.as(auth.Administrator, "u")
		for who, ctx := range map[string]context.Context{"an officer of the centre": b.as(auth.Centre, "r"), "an administrator of a part": part,
			"nobody": b.Context()} {
			for what, do := range map[string]func() error{
				"start":    func() error { _, err := b.Start(ctx); return err },
				"drill":    func() error { _, err := b.Drill(ctx); return err },
				"check":    func() error { _, err := b.Check(ctx, name); return err },
				"list":     func() error { _, err := b.List(ctx); return err },
				"get":      func() error { _, err := b.Get(ctx, name); return err },
				"runs":     func() error { _, err := b.Runs(ctx, 9); return err },
				"settings": func() error { return b.Save(ctx, backup.Default(), 0) },
			} {
				if err := do(); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.SignedOut) {
					b.Errorf("%s, %s: %v", who, what, err)
				}
			}
			if b.May(ctx) {
				b.Errorf("%s is shown the room", who)
			}
		}
		if !b.May(b.chief) {
			b.Error("the administrator of the whole is not shown the room")
		}
	})
}

func TestSettingsAreCheckedAndKept(t *testing.T) {
	each(t, func(b *bench) {
		elsewhere := filepath.Join(b.TempDir(), "Ổ đĩa 2", "Sao lưu")
		blocked := filepath.Join(b.TempDir(), "file")
		if err := os.WriteFile(blocked, nil, 0o600); err != nil {
			b.Fatal(err)
		}
		for name, tc := range map[string]struct {
			change func(*backup.Settings)
			field  string
		}{
			"an hour too far":           {func(s *backup.Settings) { s.Hour = 24 }, "hour"},
			"no day kept":               {func(s *backup.Settings) { s.Keep.Daily = 0 }, "daily"},
			"weeks below none":          {func(s *backup.Settings) { s.Keep.Weekly = -1 }, "weekly"},
			"ten years and a month":     {func(s *backup.Settings) { s.Keep.Monthly = 121 }, "monthly"},
			"a red mark at once":        {func(s *backup.Settings) { s.RedDays = 0 }, "red_days"},
			"a folder without root":     {func(s *backup.Settings) { s.Folder = "sao lưu" }, "folder"},
			"the data folder itself":    {func(s *backup.Settings) { s.Folder = b.Data }, "folder"},
			"among the received files":  {func(s *backup.Settings) { s.Folder = filepath.Join(b.Data, "files", "x") }, "folder"},
			"a place nobody can write":  {func(s *backup.Settings) { s.Folder = filepath.Join(blocked, "x") }, "folder"},
			"the received files by ...": {func(s *backup.Settings) { s.Folder = b.Data + "/x/../files" }, "folder"},
		} {
			in := backup.Default()
			tc.change(&in)
			if err := b.Save(b.chief, in, 0); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[tc.field] == "" {
				b.Errorf("%s: %v, want %s refused", name, err, tc.field)
			}
		}
		in := backup.Settings{Folder: elsewhere, Hour: 4, Keep: store.Keep{Daily: 1}, RedDays: 3}
		if err := b.Save(b.chief, in, 0); err != nil {
			b.Fatal(err)
		}
		if err := b.Save(b.chief, in, 0); !fault.Is(err, fault.Conflict) {
			b.Errorf("saved over another's change: %v, want Conflict", err)
		}
		for range 2 {
			b.at = b.at.AddDate(0, 0, 1)
			b.attend()
		}
		st := b.status()
		if st.Folder != elsewhere || st.Default || len(b.list()) != 1 || !strings.HasPrefix(st.Newest.Name, "2026-11-23") {
			b.Errorf("status = %+v, %d backups", st, len(b.list()))
		}
		if entries, err := os.ReadDir(b.Default); !errors.Is(err, fs.ErrNotExist) {
			b.Errorf("the default folder has %v, %v", entries, err)
		}
	})
}
