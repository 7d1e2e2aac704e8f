// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/internal/centre/backup"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// Words are the texts of all rooms, for commands that run without an App.
func Words() (*i18n.Catalogue, error) { return i18n.Load(Messages()...) }

// InWords gives err the sentence a person would read on a page, in English.
func InWords(words *i18n.Catalogue, err error) error { return (&App{catalogue: words}).inWords(err) }

// CheckBackup reads all of the backup that from names, a backup or a folder of
// them, and returns its place and manifest.
func CheckBackup(ctx context.Context, from string, say store.Say) (string, store.Manifest, error) {
	dir, err := store.Find(from)
	if err != nil {
		return "", store.Manifest{}, err
	}
	m, err := store.Check(ctx, dir, say)
	return dir, m, err
}

// Restore puts the backup that from names, a backup or a folder of them (then
// the newest), into the folder and records of cfg, which must be empty, and
// returns its place and the proof. A restore that fails leaves an SQLite folder
// empty again; one that is killed leaves a mark, and the folder is not opened.
func Restore(ctx context.Context, from string, cfg *config.Config, now func() time.Time, say store.Say) (dir string, got store.Restored, err error) {
	if dir, err = store.Find(from); err != nil {
		return "", got, err
	}
	if _, err := store.Read(dir); err != nil { // before anything is made
		return dir, got, err
	}
	if err := claim(cfg.Data); err != nil {
		return dir, got, err
	}
	lock, err := lockFolder(cfg.Data)
	if err != nil {
		return dir, got, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	mark := filepath.Join(cfg.Data, restoringFile)
	if err := os.WriteFile(mark, []byte(dir+"\n"), 0o600); err != nil {
		return dir, got, err
	}
	if got, err = restoreInto(ctx, dir, cfg, now, say); err != nil {
		return dir, got, errors.Join(err, sweepFolder(cfg.Data))
	}
	return dir, got, os.Remove(mark)
}

// claim makes the folder or sees that nothing is in it.
func claim(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	if err := checkRestored(dir); err != nil {
		return err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Name() != "lock" {
			return &fault.Error{Kind: fault.Conflict, Op: "app.Restore", Msg: "backup.folder_not_empty", Args: []any{dir}}
		}
	}
	return nil
}

// sweepFolder empties a folder that was empty before the restore.
func sweepFolder(dir string) error {
	list, err := os.ReadDir(dir)
	for _, d := range list {
		if d.Name() != "lock" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, d.Name())))
		}
	}
	return err
}

func restoreInto(ctx context.Context, dir string, cfg *config.Config, now func() time.Time, say store.Say) (got store.Restored, err error) {
	records, err := db.Open(ctx, cfg.Records.Address.Reveal())
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	files, err := blob.Open(filepath.Join(cfg.Data, "files"), now())
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	got, err = store.Restore(ctx, dir, store.Into{Records: records, Files: files, Data: cfg.Data, Sources: migrations()}, say)
	if err != nil {
		return got, err
	}
	return got, backup.New(backup.Deps{Records: records, Now: now}).Settle(ctx, filepath.Base(dir), got.Manifest)
}
