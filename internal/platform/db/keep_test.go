// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// kept opens a database with one table on one connection, and gives what that
// keeps prepared.
func kept(t *testing.T) (conn *sql.Conn, held func() int) {
	t.Helper()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "records.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if conn, err = d.write.DB.Conn(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := conn.ExecContext(t.Context(), "CREATE TABLE n (id INTEGER PRIMARY KEY); INSERT INTO n VALUES (1), (2), (3)"); err != nil {
		t.Fatal(err)
	}
	return conn, func() (n int) {
		err := conn.Raw(func(c any) error {
			n = len(c.(*keepingConn).kept)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func TestStatementsWithArgumentsAreKeptPrepared(t *testing.T) {
	t.Parallel()
	conn, held := kept(t)
	for i := range 2 * mostKept {
		for range 2 {
			if _, err := conn.ExecContext(t.Context(), fmt.Sprintf("UPDATE n SET id = id WHERE id = ? + %d", i), 5); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := held(), min(i+1, mostKept); got != want {
			t.Fatalf("%d statements are kept after %d, want %d", got, i+1, want)
		}
	}
	if _, err := conn.ExecContext(t.Context(), "UPDATE n SET id = id WHERE id = 5"); err != nil {
		t.Fatal(err)
	}
	var last bool
	err := conn.Raw(func(c any) error {
		k := c.(*keepingConn)
		last = k.kept[fmt.Sprintf("UPDATE n SET id = id WHERE id = ? + %d", 2*mostKept-1)] != nil && k.kept["UPDATE n SET id = id WHERE id = 5"] == nil
		return nil
	})
	if err != nil || !last {
		t.Errorf("the latest with arguments is kept and one without is not: %t, %v", last, err)
	}
}

func TestALongStatementIsNotKept(t *testing.T) {
	t.Parallel()
	conn, held := kept(t)
	args := slices.Repeat([]any{1}, mostKeptArgs+1)
	if _, err := conn.ExecContext(t.Context(), "UPDATE n SET id = id WHERE id IN "+marks(len(args)), args...); err != nil {
		t.Fatal(err)
	}
	if n := held(); n != 0 {
		t.Errorf("%d statements are kept", n)
	}
}

// TestAKeptStatementCanBeAskedWithinItself reads rows of a statement while those
// of the same text are open.
func TestAKeptStatementCanBeAskedWithinItself(t *testing.T) {
	t.Parallel()
	conn, held := kept(t)
	const query = "SELECT id FROM n WHERE id >= ? ORDER BY id"
	var got []int
	for range 2 {
		outer, err := conn.QueryContext(t.Context(), query, 2)
		if err != nil {
			t.Fatal(err)
		}
		for outer.Next() {
			var id, first int
			if err := outer.Scan(&id); err != nil {
				t.Fatal(err)
			}
			if err := conn.QueryRowContext(t.Context(), query, id).Scan(&first); err != nil {
				t.Fatal(err)
			}
			got = append(got, id, first)
		}
		if err := outer.Err(); err != nil {
			t.Fatal(err)
		}
		if err := outer.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int{2, 2, 3, 3, 2, 2, 3, 3}; !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	if n := held(); n != 1 {
		t.Errorf("%d statements are kept, want one of a text", n)
	}
}

func TestAStatementThatFailedIsReadAnew(t *testing.T) {
	t.Parallel()
	conn, held := kept(t)
	const insert = "INSERT INTO n VALUES (?)"
	for _, id := range []int{4, 4, 5} {
		_, err := conn.ExecContext(t.Context(), insert, id)
		if failed := held() == 0; failed != (err != nil) || err != nil && !IsDuplicate(err) {
			t.Errorf("after %v: not kept %t", err, failed)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := conn.ExecContext(ended, insert, 6); err == nil {
		t.Error("a statement was done for who had gone")
	}
	if _, err := conn.ExecContext(t.Context(), "SELECT nothing FROM n WHERE id = ?", 1); err == nil {
		t.Error("a wrong statement was taken")
	}
	var n int
	if err := conn.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM n WHERE id > ?", 0).Scan(&n); err != nil || n != 5 {
		t.Errorf("%d rows, %v; want 5", n, err)
	}
}

func TestAKeptStatementFollowsTheSchema(t *testing.T) {
	t.Parallel()
	conn, _ := kept(t)
	for _, want := range [][]string{{"id"}, {"id", "body"}} {
		rows, err := conn.QueryContext(t.Context(), "SELECT * FROM n WHERE id = ?", 1)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := rows.Columns(); err != nil || !slices.Equal(got, want) {
			t.Errorf("columns %v, %v; want %v", got, err, want)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if len(want) == 1 {
			if _, err := conn.ExecContext(t.Context(), "ALTER TABLE n ADD COLUMN body TEXT"); err != nil {
				t.Fatal(err)
			}
		}
	}
}
