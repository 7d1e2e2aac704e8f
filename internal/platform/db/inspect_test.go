// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
)

var counterSchema = fstest.MapFS{"migrations/20261122000001_counter.sql": {Data: []byte("-- +goose Up\nCREATE TABLE counter (n BIGINT NOT NULL);\nINSERT INTO counter (n) VALUES (0);\n")}}

func TestInspectReadsAndLeavesTheFolderAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "Dữ liệu #1?", "records.db")
	if _, err := db.Inspect(t.Context(), path, true); err == nil {
		t.Fatal("an absent file was opened")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(t.Context(), counterSchema); err != nil {
		t.Fatal(err)
	}
	beside, err := db.Inspect(t.Context(), path, false)
	if err != nil {
		t.Fatal(err)
	}
	write := func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE counter SET n = 7")
		return err
	}
	if err := d.Housekeep(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := beside.Read().NewRaw("SELECT n FROM counter").Scan(t.Context(), &n); err != nil || n != 7 {
		t.Errorf("beside the writer %d is read, %v", n, err)
	}
	if err := beside.Housekeep(t.Context(), write); err == nil {
		t.Error("an inspected store was written to")
	}
	if err := beside.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	alone, err := db.Inspect(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = alone.Close() })
	if said, err := alone.Integrity(t.Context(), true); err != nil || said != nil {
		t.Errorf("integrity: %v, %v", said, err)
	}
	newer := fstest.MapFS{"migrations/20261122000002_more.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}}
	s, err := alone.Schema(t.Context(), newer)
	if err != nil || s.Latest() != 20261122000001 || len(s.Unknown) != 1 || len(s.Missing) != 1 {
		t.Errorf("schema %+v, %v", s, err)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("files in the folder: %v, %v", files, err)
	}
}

func TestADamagedFileIsFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "records.db")
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(t.Context(), counterSchema); err != nil {
		t.Fatal(err)
	}
	err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE TABLE big AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < 5000) SELECT x, hex(randomblob(40)) AS y FROM c")
		return err
	})
	if err != nil || d.Close() != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(raw) / 2; i < len(raw)/2+4096; i++ {
		raw[i] = 0xA5
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	bad, err := db.Inspect(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bad.Close() })
	if said, err := bad.Integrity(t.Context(), false); err == nil && said == nil {
		t.Error("a damaged file was found whole")
	}
}

// Hundreds of writers at once all get through: there is one writing
// connection, so that none meets a busy file. The longest wait is printed.
func TestHundredsOfWritersNeverMeetABusyFile(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(t.Context(), counterSchema); err != nil {
		t.Fatal(err)
	}
	const writers, each = 300, 3
	var longest atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				began := time.Now()
				err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					var n int64
					if err := tx.NewRaw("SELECT n FROM counter").Scan(ctx, &n); err != nil {
						return err
					}
					_, err := tx.ExecContext(ctx, "UPDATE counter SET n = ?", n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				for took := int64(time.Since(began)); ; {
					if was := longest.Load(); took <= was || longest.CompareAndSwap(was, took) {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	var n int64
	if err := d.Read().NewRaw("SELECT n FROM counter").Scan(t.Context(), &n); err != nil || n != writers*each {
		t.Errorf("%d writes counted, want %d, %v", n, writers*each, err)
	}
	t.Logf("%d writers, %d writes each, longest wait %v", writers, each, time.Duration(longest.Load()).Round(time.Millisecond))
}
