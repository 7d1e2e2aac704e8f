// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/backup"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
)

func quietly(int64, int64, string) {}

// filled is a founded centre that has read a log, in a folder with accents and
// spaces.
func filled(t *testing.T, now func() time.Time) (h *house, ctx context.Context, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "Dữ liệu của tỉnh")
	h = open(t, dir, now)
	ctx = h.found(t)
	h.arm(t, ctx, "bad.example\nevil.test\n")
	src := h.source(t, ctx, "DNS", "")
	if _, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "q.log", source.ByPage, strings.NewReader(string(infectedLog(2000)))); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h, ctx, dir
}

func configOf(t *testing.T, dir, records string) *config.Config {
	t.Helper()
	flags := map[string]string{"data": dir, "listen": "127.0.0.1:0"}
	if records != "" {
		flags["records.address"] = records
	}
	cfg, err := config.Load(config.Sources{Flags: flags, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestEveryTableIsKeptOrLeftOutForAReason holds each table of the schema to one
// of two lists, on both engines: a table that a backup does not hold is named
// with its reason.
func TestEveryTableIsKeptOrLeftOutForAReason(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, records string) {
		a, err := app.Open(t.Context(), app.Options{Config: configOf(t, t.TempDir(), records), Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		made, err := a.Rooms.Backups.Take(t.Context(), backup.Asked, "", quietly)
		if err != nil {
			t.Fatal(err)
		}
		live, err := a.Records.Tables(t.Context(), a.Records.Read())
		if err != nil {
			t.Fatal(err)
		}
		kept := made.Manifest.Tables
		for _, table := range live {
			in := slices.ContainsFunc(kept, func(k backup.Table) bool { return k.Name == table.Name })
			out := slices.ContainsFunc(backup.NotKept(), func(l backup.LeftOut) bool { return l.Table == table.Name && l.Why != "" })
			if in == out {
				t.Errorf("table %s: kept %t, left out with a reason %t", table.Name, in, out)
			}
		}
		for _, l := range backup.NotKept() {
			if !slices.ContainsFunc(live, func(t db.Table) bool { return t.Name == l.Table }) {
				t.Errorf("%s is left out and does not exist", l.Table)
			}
		}
		if len(live) < 30 || len(kept)+len(backup.NotKept()) != len(live) {
			t.Errorf("%d tables, %d kept", len(live), len(kept))
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); check(t, "") })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); check(t, postgresAddress(t)) })
}

// TestADrillWithoutTheKeyFails: what was sealed could not be opened again after
// such a restore, second factors first.
func TestADrillWithoutTheKeyFails(t *testing.T) {
	t.Parallel()
	h, ctx, dir := filled(t, func() time.Time { return t0 })
	if err := os.Remove(filepath.Join(dir, "secret.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Rooms.Backups.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Rooms.Backups.Drill(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	st, err := h.Rooms.Backups.Status(t.Context())
	if err != nil || st.LastDrill == nil || st.LastDrill.Good || st.LastDrill.Failure().Message != "backup.damaged.missing" {
		t.Errorf("drill = %+v, %v", st.LastDrill, err)
	}
}

// TestANightAndADayAfter follows a centre through its nights: the backup makes
// itself, is drilled, grows too old, and comes back on either engine.
func TestANightAndADayAfter(t *testing.T) {
	t.Parallel()
	at := t0
	h, ctx, dir := filled(t, func() time.Time { return at })
	attend := func() {
		t.Helper()
		if err := h.Attend(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int {
		t.Helper()
		list, err := h.Rooms.Backups.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	attend()
	if n := count(); n != 0 {
		t.Errorf("%d backups before the first night", n)
	}
	for night := range 3 {
		at = at.Add(24 * time.Hour)
		attend()
		attend() // asked again in the same night, nothing more is due
		if n := count(); n != night+1 {
			t.Errorf("%d backups after %d nights", n, night+1)
		}
	}
	if _, err := h.Rooms.Backups.Drill(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	st, err := h.Rooms.Backups.Status(t.Context())
	if err != nil || st.Red || st.Newest == nil || !st.Default || !st.SameDisk || st.LastFailure != nil {
		t.Errorf("status = %+v, %v", st, err)
	}
	if d := st.LastDrill; d == nil || !d.Good || d.Tables < 30 || d.Rows < 100 || d.Files < 2 {
		t.Fatalf("drill = %+v", d)
	}
	if list, err := filepath.Glob(filepath.Join(dir, "drill-*")); err != nil || len(list) > 0 {
		t.Errorf("the drill left %v, %v", list, err)
	}
	made := st.Newest.Manifest.MadeAt
	for days, red := range map[time.Duration]bool{2 * 24 * time.Hour: false, 2*24*time.Hour + time.Second: true} {
		at = made.Add(days)
		if st, err := h.Rooms.Backups.Status(t.Context()); err != nil || st.Red != red {
			t.Errorf("red at %v: %t, %v", days, st.Red, err)
		}
	}

	folder, err := h.Rooms.Backups.Folder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back := func(t *testing.T, records string) {
		into := filepath.Join(t.TempDir(), "Máy mới")
		cfg := configOf(t, into, records)
		_, got, err := app.Restore(t.Context(), folder, cfg, func() time.Time { return at }, quietly)
		if err != nil {
			t.Fatal(err)
		}
		b, err := app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return at }, Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		var entries, findings int
		err = b.Records.Read().NewRaw("SELECT (SELECT COUNT(*) FROM audit_entry WHERE action = 'backup.restore'), (SELECT COUNT(*) FROM finding)").Scan(t.Context(), &entries, &findings)
		if err != nil || entries != 1 || findings < 40 || got.Files < 2 {
			t.Errorf("restored: %d notes of it in the trail, %d findings, %d files, %v", entries, findings, got.Files, err)
		}
		if n, err := b.Work(t.Context()); err != nil || n != 0 {
			t.Errorf("the restored centre took up %d jobs of the old one, %v", n, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { back(t, "") })
	t.Run("postgres", func(t *testing.T) { back(t, postgresAddress(t)) })
}

// TestTheCommandLineAsksARunningCentre makes a backup through the control
// socket while the centre reads a log.
func TestTheCommandLineAsksARunningCentre(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "Dữ liệu đang chạy")
	h := open(t, dir, nil)
	ctx := h.found(t)
	h.arm(t, ctx, "bad.example\n")
	src := h.source(t, ctx, "DNS", "")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer h.Stop(context.WithoutCancel(t.Context()))
	if _, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "q.log", source.ByPage, strings.NewReader(string(infectedLog(20000)))); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "Ổ đĩa 2")
	steps := 0
	raw, err := app.Ask(t.Context(), dir, "backup", app.BackupAsk{To: to}, func(app.Step) { steps++ })
	if err != nil {
		t.Fatal(err)
	}
	var made app.BackupMade
	if err := json.Unmarshal(raw, &made); err != nil || filepath.Dir(made.Path) != to || made.Files < 2 || steps < made.Tables {
		t.Errorf("made %+v in %d steps, %v", made, steps, err)
	}
	if _, _, err := app.CheckBackup(t.Context(), to, quietly); err != nil {
		t.Error(err)
	}
	_, err = app.Ask(t.Context(), dir, "backup", app.BackupAsk{To: filepath.Join(dir, "files", "x")}, nil)
	if err == nil || !strings.Contains(err.Error(), "Choose another folder") {
		t.Errorf("into the received files: %v", err)
	}
}

// TestAnUpgradeMakesABackupFirst opens a folder whose schema is older, then one
// whose schema is newer than the program.
func TestAnUpgradeMakesABackupFirst(t *testing.T) {
	t.Parallel()
	h, _, dir := filled(t, nil)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	change := func(queries ...string) {
		t.Helper()
		query(t, dir, func(ctx context.Context, d *db.DB) error {
			return d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
				for _, q := range queries {
					if _, err := tx.ExecContext(ctx, q); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	change("DROP TABLE backup_run", "DELETE FROM goose_db_version WHERE version_id = 20261122001600")
	full := configOf(t, dir, "")
	again, err := app.Open(t.Context(), app.Options{Config: full, Log: slog.New(slog.DiscardHandler), Version: "2.0 thử"})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	list, err := backup.Target{Dir: filepath.Join(dir, "backups")}.List()
	if err != nil || len(list) != 1 || list[0].Manifest.Reason != backup.Upgrade || !strings.HasPrefix(list[0].Name, "before-upgrade-2.0-th-") {
		t.Fatalf("backups = %+v, %v", list, err)
	}
	if slices.Contains(list[0].Manifest.Schema, 20261122001600) {
		t.Error("the backup is of the schema after the upgrade")
	}
	into := configOf(t, filepath.Join(t.TempDir(), "back"), "")
	if _, got, err := app.Restore(t.Context(), filepath.Join(dir, "backups", list[0].Name), into, time.Now, quietly); err != nil || len(got.Tables) < 30 {
		t.Errorf("restored %d tables, %v", len(got.Tables), err)
	}

	change("INSERT INTO goose_db_version (version_id, is_applied) VALUES (20990101000000, TRUE)")
	before := fileHash(t, filepath.Join(dir, "records.db"))
	if _, err := app.Open(t.Context(), app.Options{Config: full, Log: slog.New(slog.DiscardHandler), Version: "1.0"}); !errors.Is(err, app.ErrNewerRecords) {
		t.Errorf("an older program opened newer records: %v", err)
	}
	if fileHash(t, filepath.Join(dir, "records.db")) != before {
		t.Error("an older program wrote to newer records")
	}
}

func fileHash(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %x", len(raw), raw[:min(len(raw), 4096)])
}

const (
	backupKillData = "VONGGAC_BACKUP_KILL_DATA" // the child backs this folder up, or restores into it
	backupKillFrom = "VONGGAC_BACKUP_KILL_FROM" // a folder of backups: the child restores from it
)

// TestKilledWhileBackingUpOrRestoring kills a real process at seeded points of
// backups and restores. What it leaves looks like nothing, and the next one
// succeeds.
func TestKilledWhileBackingUpOrRestoring(t *testing.T) {
	t.Parallel()
	h, _, dir := filled(t, nil)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(20261122, 1600))
	target := backup.Target{Dir: filepath.Join(dir, "backups")}
	sound := func() (names []string) {
		t.Helper()
		list, err := target.List()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if _, err := backup.Check(t.Context(), filepath.Join(target.Dir, e.Name), quietly); err != nil {
				t.Errorf("%s looks like a backup: %v", e.Name, err)
			}
			names = append(names, e.Name)
		}
		return names
	}
	for range 6 {
		killAfter(t, 1+rng.IntN(40), backupKillData+"="+dir)
		sound()
	}
	killAfter(t, -1, backupKillData+"="+dir)
	if len(sound()) == 0 {
		t.Fatal("no backup in the end")
	}
	if left, err := filepath.Glob(filepath.Join(target.Dir, ".partial-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	cut := 0
	for range 6 {
		into := filepath.Join(t.TempDir(), "into")
		killAfter(t, 1+rng.IntN(110), backupKillData+"="+into, backupKillFrom+"="+target.Dir)
		cfg := configOf(t, into, "")
		_, err := app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Version: "test"})
		if !errors.Is(err, app.ErrHalfRestored) {
			t.Errorf("a half restored folder was opened: %v", err)
		}
		if _, _, err := app.Restore(t.Context(), target.Dir, cfg, time.Now, quietly); !errors.Is(err, app.ErrHalfRestored) {
			t.Errorf("restored over a half restored folder: %v", err)
		}
		cut++
		if err := os.RemoveAll(into); err != nil {
			t.Fatal(err)
		}
		if cut == 6 {
			if _, _, err := app.Restore(t.Context(), target.Dir, cfg, time.Now, quietly); err != nil {
				t.Errorf("after the folder was deleted: %v", err)
			}
		}
	}
}

// killAfter runs the child and kills it once it has told of so many steps, or
// lets it end.
func killAfter(t *testing.T, steps int, env ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBackupKillChild$", "-test.v")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for told := 0; lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "step ") {
			told++
		}
		if told == steps {
			break
		}
	}
	if steps < 0 {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("child: %v", err)
		}
		return
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err == nil {
		t.Error("the process ended by itself before it was killed")
	}
}

// TestBackupKillChild is the process that is killed; without the folder it is
// no test. It does not end by itself before its last step was read.
func TestBackupKillChild(t *testing.T) {
	dir := os.Getenv(backupKillData)
	if dir == "" {
		t.Skip("the process that TestKilledWhileBackingUpOrRestoring starts and kills")
	}
	n := 0
	say := func(int64, int64, string) {
		n++
		fmt.Println("step " + strconv.Itoa(n))
	}
	if from := os.Getenv(backupKillFrom); from != "" {
		if _, _, err := app.Restore(t.Context(), from, configOf(t, dir, ""), time.Now, say); err != nil {
			t.Fatal(err)
		}
		return
	}
	h := open(t, dir, nil)
	if _, err := h.Rooms.Backups.Take(t.Context(), backup.Asked, "", say); err != nil {
		t.Fatal(err)
	}
}
