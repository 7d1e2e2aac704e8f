// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package db keeps the records: one API over SQLite and PostgreSQL through
// bun. All that differs between the two engines stands in this package. It
// owns connections, transactions and migrations, and no table of its own.
//
// SQLite has one writer connection and a pool of readers: with a free pool one
// writer was seen to wait for seconds. PostgreSQL writes run serializable and
// are tried again on a conflict. Start at Open, DB.Read and DB.Write; for what
// runs all the time at Put, Amend, Select and Tx.Fetch, whose statements stay
// prepared.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Engine names the database behind a DB.
type Engine string

// The engines; SQLite is the default.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is the records store. It is safe for concurrent use; Close it once.
type DB struct {
	engine      Engine
	read, write *bun.DB
	file        string // of SQLite
}

// Open opens the store at address: "postgres://…" is a PostgreSQL server (15
// or newer), anything else the path of an SQLite file, made when absent.
func Open(ctx context.Context, address string) (*DB, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return openPostgres(ctx, address)
	}
	return openSQLite(ctx, address)
}

func openPostgres(ctx context.Context, address string) (*DB, error) {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", redact(err))
	}
	pool.SetMaxOpenConns(4 * runtime.GOMAXPROCS(0))
	pool.SetMaxIdleConns(runtime.GOMAXPROCS(0))
	b := bun.NewDB(pool, pgdialect.New())
	if err := b.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach postgres: %w", redact(err)), b.Close())
	}
	return &DB{engine: Postgres, read: b, write: b}, nil
}

// redact drops the text of connection errors that may repeat the address,
// which holds a password.
func redact(err error) error {
	if strings.Contains(err.Error(), "://") {
		return errors.New("the address is not usable (not shown: it may hold a password)")
	}
	return err
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	open := func(mode string, conns, cacheKiB int) (*bun.DB, error) {
		return sqlitePool(ctx, path, conns, url.Values{"_txlock": {mode}, "_pragma": {
			fmt.Sprintf("cache_size(-%d)", cacheKiB),
			"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)", "temp_store(memory)"}})
	}
	write, err := open("immediate", 1, 64<<10)
	if err != nil {
		return nil, err
	}
	read, err := open("deferred", max(4, runtime.GOMAXPROCS(0)), 16<<10)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return &DB{engine: SQLite, read: read, write: write, file: path}, nil
}

// Engine says which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Close closes all connections.
func (d *DB) Close() error {
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

// Ping reports whether both sides answer.
func (d *DB) Ping(ctx context.Context) error {
	return errors.Join(d.read.PingContext(ctx), d.write.PingContext(ctx))
}

// Listen has hook told of every query that goes through Read. It is for
// measurements, and called before anything else uses d.
func (d *DB) Listen(hook bun.QueryHook) { d.read = d.read.WithQueryHook(hook) }

// Read is for queries that change nothing. A write through it is a bug.
func (d *DB) Read() bun.IDB { return d.read }

// Tx is one writing transaction.
type Tx struct {
	bun.Tx
	db      *DB
	audited bool
}

// Engine says which database the transaction is on.
func (t *Tx) Engine() Engine { return t.db.engine }

// MarkAudited notes that the transaction holds its audit entry. Only
// platform/audit calls it.
func (t *Tx) MarkAudited() { t.audited = true }

// ErrNoAudit is a bug: a Write that left no audit entry. It was rolled back.
var ErrNoAudit = errors.New("write without audit entry")

const tries = 8

// Write runs fn in a writing transaction and commits it. fn must add an audit
// entry (audit.Add), else nothing is written and ErrNoAudit comes back. fn's
// error rolls back. fn may run again after a conflict with another writer, so
// it has no effect but on tx.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return d.run(ctx, fn, true)
}

// Housekeep is Write without audit entry, for rows that are no one's act:
// sessions, leases, counters, caches.
func (d *DB) Housekeep(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return d.run(ctx, fn, false)
}

func (d *DB) run(ctx context.Context, fn func(context.Context, *Tx) error, audited bool) error {
	var opt *sql.TxOptions
	if d.engine == Postgres {
		opt = &sql.TxOptions{Isolation: sql.LevelSerializable}
	}
	var err error
	for range tries {
		err = d.write.RunInTx(ctx, opt, func(ctx context.Context, btx bun.Tx) error {
			tx := &Tx{Tx: btx, db: d}
			if err := fn(ctx, tx); err != nil {
				return err
			}
			if audited && !tx.audited {
				return ErrNoAudit
			}
			return nil
		})
		if full(err) {
			return fault.Full("db.Write", err)
		}
		if err == nil || !again(err) || ctx.Err() != nil {
			return err
		}
	}
	return &fault.Error{Kind: fault.Unavailable, Op: "db.Write", Err: err}
}

// Time is an instant at rest: whole milliseconds since 1970 UTC in a BIGINT
// column, NULL for the zero time. Both engines compare it as a number.
type Time struct{ time.Time }

// At wraps t, cut to the millisecond.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// Analyze lets the engine count what stands in its tables, so that it plans
// queries by their true sizes. It is cheap on tables that changed little.
func (d *DB) Analyze(ctx context.Context) error {
	statement := "ANALYZE"
	if d.engine == SQLite { // the analysis of a large table stops early: PRAGMA analysis_limit
		statement = "PRAGMA optimize = 0x10012"
	}
	_, err := d.write.ExecContext(ctx, statement)
	return Error("db.Analyze", err)
}
