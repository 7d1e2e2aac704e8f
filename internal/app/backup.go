// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/backup"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

const backupFolder = "backups" // in the data folder, until another is chosen

// notKept are the entries of the data folder that a backup does not copy as
// files: it holds records and received files in its own form, and the rest is
// of one run.
var notKept = []string{"files", indexFolder, sightingsFolder, streamFolder, archiveFolder, lakeFolder, dropFolder, backupFolder, "lock", controlFile, controlFile + ".new", restoringFile}

// skipFile reports whether an entry of the data folder is no key.
func (a *App) skipFile(name string) bool {
	records, err := filepath.Rel(a.opt.Config.Data, a.opt.Config.Records.Address.Reveal())
	if err == nil && strings.HasPrefix(name, filepath.ToSlash(records)) { // with -wal and -shm
		return true
	}
	base := path.Base(name)
	return slices.Contains(notKept, name) || backup.DrillFolder(name) || strings.HasPrefix(base, "secret.key.")
}

// backups builds the room.
func (a *App) backups() (*backup.Service, error) {
	data, err := filepath.Abs(a.opt.Config.Data) // the pages show whole paths
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	return backup.New(backup.Deps{Records: a.Records, Queue: a.Queue, Now: a.opt.Now, Data: data, Default: filepath.Join(data, backupFolder),
		Source: a.backupSource, Sources: migrations(), Root: a.root, Founded: a.founded, Open: a.openCopy,
		Failed: a.tellBackup}), nil
}

// keepBackups has the backups made in the background and by the command line.
func (a *App) keepBackups() {
	a.command("backup", a.backupCommand)
	a.command("doctor", a.doctorCommand)
	a.behind.every(time.Minute, "nightly backup", a.Rooms.Backups.Attend)
}

func (a *App) backupSource(ctx context.Context) (store.Source, error) {
	schema, err := a.Records.Schema(ctx, migrations()...)
	return store.Source{Records: a.Records, Files: a.Files, Schema: schema.Applied, Data: a.opt.Config.Data, Skip: a.skipFile,
		Product: a.opt.Version}, err
}

// founded is when the first act of the trail was.
func (a *App) founded(ctx context.Context) (time.Time, error) {
	var at []int64
	err := a.Records.Read().NewSelect().Table("audit_entry").Column("at").Order("id").Limit(1).Scan(ctx, &at)
	if err != nil || len(at) == 0 {
		return time.Time{}, db.Error("app.founded", err)
	}
	return time.UnixMilli(at[0]).UTC(), nil
}

// openCopy opens a restored copy as the program would open the real folder,
// far enough for every room to load, sees that its key opens what this one
// seals, and closes it.
func (a *App) openCopy(ctx context.Context, dir string) error {
	cfg := *a.opt.Config
	cfg.Data, cfg.Records = dir, config.Records{Address: config.NewSecret(filepath.Join(dir, "records.db"))}
	opt := a.opt
	opt.Config, opt.Log = &cfg, slog.New(slog.DiscardHandler)
	b, err := Open(ctx, opt)
	if err != nil {
		return err
	}
	if _, err := b.Secrets.Open("backup.drill", a.Secrets.Seal("backup.drill", "")); err != nil { // a folder without key was given a new one
		err = &fault.Error{Kind: fault.Invalid, Op: "app.openCopy", Msg: "backup.damaged.missing", Args: []any{"keys/" + secret.FileName}, Err: err}
		return errors.Join(err, b.Close())
	}
	for _, t := range []string{"account", "unit", "incident", "audit_entry"} {
		if _, err := b.Records.Read().NewSelect().Table(t).Count(ctx); err != nil {
			return errors.Join(db.Error("app.openCopy", err), b.Close())
		}
	}
	return b.Close()
}

// BackupAsk is what the command "backup" takes: another folder than the chosen
// one, absolute, or none.
type BackupAsk struct {
	To string `json:"to,omitempty"`
}

// BackupMade is what the command "backup" answers. Bytes are those of records
// and received files together.
type BackupMade struct {
	Path    string   `json:"path"`
	Tables  int      `json:"tables"`
	Rows    int64    `json:"rows"`
	Files   int64    `json:"files"`
	Bytes   int64    `json:"bytes"`
	Seconds int64    `json:"seconds"`
	Broken  []string `json:"broken"`
}

func (a *App) backupCommand(ctx context.Context, args json.RawMessage, say func(Step)) (any, error) {
	var ask BackupAsk
	if err := json.Unmarshal(args, &ask); err != nil {
		return nil, fmt.Errorf("control backup: %w", err)
	}
	made, err := a.Rooms.Backups.Take(ctx, store.Asked, ask.To, func(done, total int64, note string) { say(Step{done, total, note}) })
	m := made.Manifest
	return BackupMade{Path: made.Path, Tables: len(m.Tables), Rows: m.Rows(), Files: m.Files.Rows, Bytes: m.Bytes + m.Size(), Seconds: m.Seconds,
		Broken: m.Broken}, err
}

// ErrNewerRecords means that a newer program has changed the records: this one
// would not understand what it writes over.
var ErrNewerRecords = errors.New("the records hold data of a newer version; install that version of vonggac again, or restore a backup made before the upgrade")

// guardSchema refuses records of a newer program, and makes a backup before
// this program changes the schema of an older one.
func (a *App) guardSchema(ctx context.Context) error {
	schema, err := a.Records.Schema(ctx, migrations()...)
	if err != nil {
		return err
	}
	if len(schema.Unknown) > 0 {
		return fmt.Errorf("%w (migration %d)", ErrNewerRecords, schema.Unknown[0])
	}
	if len(schema.Applied) == 0 || len(schema.Missing) == 0 {
		return nil
	}
	if a.opt.Config.Upgrade.Backup == config.NoBackup {
		a.opt.Log.Warn("upgrading without a backup, as configured", "migrations", len(schema.Missing))
		return nil
	}
	target := store.Target{Dir: a.upgradeFolder(ctx)}
	a.opt.Log.Info("making a backup before the upgrade", "folder", target.Dir, "migrations", len(schema.Missing))
	src := store.Source{Records: a.Records, Files: a.Files, Schema: schema.Applied, Data: a.opt.Config.Data, Product: a.opt.Version,
		Skip: func(name string) bool {
			rel, err := filepath.Rel(a.opt.Config.Data, target.Dir)
			return a.skipFile(name) || err == nil && name == filepath.ToSlash(rel)
		}}
	name, m, err := target.Take(ctx, src, store.Upgrade, a.opt.Now, func(int64, int64, string) {})
	if err != nil {
		words, unread := Words()
		return errors.Join(fmt.Errorf("backup before the upgrade: %w (nothing was changed; make room, or set upgrade.backup to off to go on without)",
			InWords(words, err)), unread)
	}
	a.opt.Log.Info("backup before the upgrade is made", "name", name, "rows", m.Rows(), "files", m.Files.Rows)
	return nil
}

// upgradeFolder is the chosen folder for backups; a schema too old to know it
// has the default one.
func (a *App) upgradeFolder(ctx context.Context) string {
	in := backup.Default()
	if _, err := setting.Get(ctx, a.Records.Read(), backup.SettingName, &in); err == nil && in.Folder != "" {
		return in.Folder
	}
	return filepath.Join(a.opt.Config.Data, backupFolder)
}

// restoringFile marks a data folder into which a restore is going on.
const restoringFile = "restoring"

// ErrHalfRestored means that a restore into the folder was cut off.
var ErrHalfRestored = errors.New("a restore into this folder was cut off; delete the folder and restore again")

func checkRestored(dir string) error {
	_, err := os.Stat(filepath.Join(dir, restoringFile))
	if err == nil {
		return fmt.Errorf("%s: %w", dir, ErrHalfRestored)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
