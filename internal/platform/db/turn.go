// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// Turn is a lock over all processes on the same records, which many may share or
// one may have alone. It returns when the caller has it and lasts until release,
// or until the process ends or loses the database. It holds a connection: take
// no more of them at once than there are workers. With SQLite, which one process
// has, it is no lock at all: the caller has its own within the process.
func (d *DB) Turn(ctx context.Context, number int64, alone bool) (release func(), err error) {
	if d.engine != Postgres {
		return func() {}, nil
	}
	take, give := "SELECT pg_advisory_lock_shared($1)", "SELECT pg_advisory_unlock_shared($1)"
	if alone {
		take, give = "SELECT pg_advisory_lock($1)", "SELECT pg_advisory_unlock($1)"
	}
	conn, err := d.write.DB.Conn(ctx)
	if err != nil {
		return nil, Error("db.Turn", fmt.Errorf("connection for a lock: %w", err))
	}
	// Where it is not known whether the lock is held the connection goes, and the
	// lock with it; ErrBadConn is how the pool is told.
	drop := func() { _ = conn.Raw(func(any) error { return driver.ErrBadConn }) }
	if _, err := conn.ExecContext(ctx, take, number); err != nil {
		drop()
		return nil, Error("db.Turn", err)
	}
	return func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), give, number); err != nil {
			drop()
			return
		}
		_ = conn.Close()
	}, nil
}
