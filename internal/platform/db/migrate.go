// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/pressly/goose/v3"
)

// Migrate brings the schema up to date from the sources, each a folder tree
// with migrations/<UTC timestamp>_what.sql. The files run in order of their
// numbers, each in one transaction, on either engine; there is no way back. It
// returns how many ran.
func (d *DB) Migrate(ctx context.Context, sources ...fs.FS) (int, error) {
	files, err := gather(sources)
	if err != nil {
		return 0, err
	}
	return d.migrate(ctx, files)
}

// MigrateTo is Migrate of the named migrations alone, which must all be among
// the sources: for a restore into the schema of the backup.
func (d *DB) MigrateTo(ctx context.Context, only []int64, sources ...fs.FS) error {
	all, err := gather(sources)
	if err != nil {
		return err
	}
	files := gathered{}
	for name, f := range all {
		if n, err := number(name); err != nil {
			return err
		} else if slices.Contains(only, n) {
			files[name] = f
		}
	}
	if len(files) != len(only) {
		return fmt.Errorf("migrate: %d of %d migrations are not known to this program", len(only)-len(files), len(only))
	}
	_, err = d.migrate(ctx, files)
	return err
}

func gather(sources []fs.FS) (gathered, error) {
	files := gathered{}
	for _, src := range sources {
		found, err := fs.Glob(src, "migrations/*.sql")
		if err != nil {
			return nil, fmt.Errorf("gather migrations: %w", err)
		}
		for _, name := range found {
			base := path.Base(name)
			if _, twice := files[base]; twice {
				return nil, fmt.Errorf("gather migrations: %s stands twice", base)
			}
			files[base] = file{src, name}
		}
	}
	return files, nil
}

func (d *DB) migrate(ctx context.Context, files gathered) (int, error) {
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	// Rooms number their files on their own: one that comes later may have a
	// lower number than what an older program applied.
	p, err := goose.NewProvider(dialect, d.write.DB, files, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate: %w", err)
	}
	return len(done), nil
}

type file struct {
	from fs.FS
	path string
}

// gathered shows the migration files of all rooms as one flat folder.
type gathered map[string]file

// Open implements fs.FS.
func (g gathered) Open(name string) (fs.File, error) {
	f, ok := g[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.from.Open(f.path)
}

// ReadDir implements fs.ReadDirFS for the one folder there is.
func (g gathered) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	entries := make([]fs.DirEntry, 0, len(g))
	for _, f := range g {
		info, err := fs.Stat(f.from, f.path)
		if err != nil {
			return nil, err
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	return entries, nil
}

// Stat implements fs.StatFS; goose asks for the folder itself.
func (g gathered) Stat(name string) (fs.FileInfo, error) {
	f, ok := g[name]
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return fs.Stat(f.from, f.path)
}
