// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
)

// sqlitePool opens conns connections to the file at path with the options q.
func sqlitePool(ctx context.Context, path string, conns int, q url.Values) (*bun.DB, error) {
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
	driver, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("open sqlite %s: %w", path, err)
	}
	pool := sql.OpenDB(keeping{driver})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	b := bun.NewDB(pool, sqlitedialect.New())
	if err := b.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open sqlite %s: %w", path, err), b.Close())
	}
	return b, nil
}

// Inspect opens the store at address so that nothing can be written through
// it, also beside a process that has it open. alone says that no process has;
// then not even SQLite's own files appear beside the file. An absent file is
// an error.
func Inspect(ctx context.Context, address string, alone bool) (*DB, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		cfg, err := pgx.ParseConfig(address)
		if err != nil {
			return nil, fmt.Errorf("open postgres: %w", redact(err))
		}
		cfg.RuntimeParams["default_transaction_read_only"] = "on"
		b := bun.NewDB(stdlib.OpenDB(*cfg), pgdialect.New())
		if err := b.PingContext(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("reach postgres: %w", redact(err)), b.Close())
		}
		return &DB{engine: Postgres, read: b, write: b}, nil
	}
	if _, err := os.Stat(address); err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	options := url.Values{"mode": {"ro"}, "_pragma": {"query_only(1)", "busy_timeout(10000)", "temp_store(memory)"}}
	// What a killed process left in the log must be read, so only without one.
	if info, err := os.Stat(address + "-wal"); alone && (errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0) {
		options.Set("immutable", "1")
	}
	b, err := sqlitePool(ctx, address, 4, options)
	if err != nil {
		return nil, err
	}
	return &DB{engine: SQLite, read: b, write: b, file: address}, nil
}

// File is the path of the SQLite file, or "" on another engine.
func (d *DB) File() string { return d.file }

// Stats are the connections of each side: "read" and "write", one side where
// both are the same.
func (d *DB) Stats() map[string]sql.DBStats {
	all := map[string]sql.DBStats{"write": d.write.Stats()}
	if d.read != d.write {
		all["read"] = d.read.Stats()
	}
	return all
}

// Integrity asks the engine whether the store is whole; deep reads everything,
// indexes included, which takes long on a large store. It returns what is
// wrong, at most ten sentences of the engine, or nothing. PostgreSQL has no
// such question; its own tools answer it.
func (d *DB) Integrity(ctx context.Context, deep bool) ([]string, error) {
	if d.engine != SQLite {
		return nil, nil
	}
	pragma := "PRAGMA quick_check(10)"
	if deep {
		pragma = "PRAGMA integrity_check(10)"
	}
	var said []string
	if err := d.read.NewRaw(pragma).Scan(ctx, &said); err != nil {
		return nil, fmt.Errorf("check records: %w", err)
	}
	if slices.Equal(said, []string{"ok"}) {
		return nil, nil
	}
	return said, nil
}

// OldestPostgres is the first release of PostgreSQL this program is tried on.
const OldestPostgres = 150000

// Release is the engine's own version, in words and as a number that rises
// (PostgreSQL: server_version_num; SQLite: 0).
func (d *DB) Release(ctx context.Context) (words string, number int64, err error) {
	if d.engine == SQLite {
		err = d.read.NewRaw("SELECT sqlite_version()").Scan(ctx, &words)
		return "SQLite " + words, 0, err
	}
	err = d.read.NewRaw("SELECT current_setting('server_version'), current_setting('server_version_num')").Scan(ctx, &words, &number)
	return "PostgreSQL " + words, number, err
}
