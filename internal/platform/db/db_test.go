// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

var schema = fstest.MapFS{"migrations/20260101000000_note.sql": {Data: []byte(
	"-- +goose Up\nCREATE TABLE note (id TEXT PRIMARY KEY, body TEXT NOT NULL, at BIGINT, n BIGINT NOT NULL DEFAULT 0);\n")}}

type note struct {
	bun.BaseModel `bun:"table:note"`

	ID   string  `bun:"id,pk"`
	Body string  `bun:"body"`
	At   db.Time `bun:"at"`
	N    int64   `bun:"n"`
}

var now = time.Date(2026, 11, 21, 1, 5, 0, 123456789, time.UTC)

func each(t *testing.T, test func(*testing.T, *db.DB)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{schema, audit.Migrations}, test)
}

func insert(ctx context.Context, tx *db.Tx, n note) error {
	if _, err := tx.NewInsert().Model(&n).Exec(ctx); err != nil {
		return err
	}
	return audit.Add(ctx, tx, now, audit.Entry{Action: "note.add", Kind: "note", Object: n.ID})
}

func TestWriteCommitsRowAndAuditTogether(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		boom := errors.New("boom")
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(insert(ctx, tx, note{ID: "a", Body: "x"}), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatalf("Write = %v, want boom", err)
		}
		if rows, _ := audit.Of(ctx, d, "note", "a", 9); len(rows) != 0 {
			t.Errorf("%d audit entries of a rolled back write", len(rows))
		}
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return insert(ctx, tx, note{ID: "a", Body: "x", At: db.At(now)})
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := audit.Of(ctx, d, "note", "a", 9)
		if err != nil || len(rows) != 1 || rows[0].Action != "note.add" || !rows[0].At.Equal(now.Truncate(time.Millisecond)) {
			t.Errorf("audit of note a = %+v, %v", rows, err)
		}
		var got note
		if err := d.Read().NewSelect().Model(&got).Where("id = ?", "a").Scan(ctx); err != nil {
			t.Fatal(err)
		}
		if !got.At.Equal(now.Truncate(time.Millisecond)) {
			t.Errorf("time came back as %v", got.At)
		}
	})
}

func TestWriteWithoutAuditIsRolledBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewInsert().Model(&note{ID: "a", Body: "x"}).Exec(ctx)
			return err
		})
		if !errors.Is(err, db.ErrNoAudit) {
			t.Fatalf("Write = %v, want ErrNoAudit", err)
		}
		if n, err := d.Read().NewSelect().Model((*note)(nil)).Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d rows, %v; want none", n, err)
		}
	})
}

func TestErrorsBecomeKinds(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		add := func() error {
			return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return insert(ctx, tx, note{ID: "a"}) })
		}
		if err := add(); err != nil {
			t.Fatal(err)
		}
		if err := db.Error("note.Add", add()); !fault.Is(err, fault.Conflict) {
			t.Errorf("second insert = %v, want Conflict", err)
		}
		var n note
		err := d.Read().NewSelect().Model(&n).Where("id = ?", "none").Scan(ctx)
		if err := db.Error("note.Get", err); !fault.Is(err, fault.NotFound) {
			t.Errorf("absent row = %v, want NotFound", err)
		}
	})
}

func TestConcurrentWritersLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return insert(ctx, tx, note{ID: "a"}) }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		const writers, rounds = 4, 10
		var mu sync.Mutex
		done := 0
		for range writers {
			wg.Go(func() {
				for range rounds {
					err := d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
						var n note
						if err := tx.NewSelect().Model(&n).Where("id = ?", "a").Scan(ctx); err != nil {
							return err
						}
						_, err := tx.NewUpdate().Model(&n).Set("n = ?", n.N+1).WherePK().Exec(ctx)
						return err
					})
					if fault.Is(err, fault.Unavailable) {
						continue
					}
					if err != nil {
						t.Error(err)
						continue
					}
					mu.Lock()
					done++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		var n note
		if err := d.Read().NewSelect().Model(&n).Where("id = ?", "a").Scan(ctx); err != nil {
			t.Fatal(err)
		}
		if int(n.N) != done || done == 0 {
			t.Errorf("counter = %d after %d successful increments", n.N, done)
		}
	})
}

func TestSearchFoldsAccentsAndEscapesWildcards(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		for id, body := range map[string]string{"1": "UBND xã Mường Than", "2": "Sở Điện lực 100%", "3": "a_b"} {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return insert(ctx, tx, note{ID: id, Body: i18n.Fold(body)})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for typed, want := range map[string]int{"muong XÃ": 1, "dien": 1, "100%": 1, "%": 1, "_": 1, "": 3, "huyện": 0,
			strings.Repeat("Mường xã ", 1000): 1, strings.Repeat("Mường xã ", 10000): 0, many(64): 0, many(5000): 0, strings.Repeat("x", 1<<20): 0} {
			q := db.Search(d.Read().NewSelect().Model((*note)(nil)), "body", typed)
			if n, err := q.Count(ctx); err != nil || n != int64(want) {
				t.Errorf("search %.80q found %d, %v; want %d", typed, n, err, want)
			}
		}
	})
}

// many are n different words.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "w%d ", i)
	}
	return b.String()
}

func TestAddrKeysSortLikeAddresses(t *testing.T) {
	t.Parallel()
	order := []string{"10.0.0.1", "10.0.0.9", "10.0.0.10", "192.168.1.1", "2001:db8::1", "fe80::1"}
	for i := 1; i < len(order); i++ {
		a, b := db.AddrKey(netip.MustParseAddr(order[i-1])), db.AddrKey(netip.MustParseAddr(order[i]))
		if a >= b || len(a) != 32 {
			t.Errorf("key of %s = %s, not under %s of %s", order[i-1], a, b, order[i])
		}
	}
	if got := db.AddrKey(netip.Addr{}); got != "" {
		t.Errorf("key of no address = %q", got)
	}
}

func TestGreatestAndLeastWorkOnBothEngines(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var hi, lo int64
		err := d.Read().NewSelect().ColumnExpr("?(2, 5)", d.Greatest()).ColumnExpr("?(2, 5)", d.Least()).Scan(t.Context(), &hi, &lo)
		if err != nil || hi != 5 || lo != 2 {
			t.Errorf("greatest, least of 2 and 5 = %d, %d, %v", hi, lo, err)
		}
	})
}

func TestTuplesMatchPairsOnBothEngines(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		for _, n := range []note{{ID: "a", Body: "x"}, {ID: "b", Body: "y"}, {ID: "c", Body: "x'); --"}} {
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return insert(ctx, tx, n) }); err != nil {
				t.Fatal(err)
			}
		}
		q := d.Read().NewSelect().Model((*note)(nil)).Where("(id, body) IN (?)", db.Tuples{{"a", "x"}, {"b", "x"}, {"c", "x'); --"}})
		if n, err := q.Count(ctx); err != nil || n != 2 {
			t.Errorf("found %d, %v; want 2", n, err)
		}
		if _, err := d.Read().NewSelect().Model((*note)(nil)).Where("(id, body) IN (?)", db.Tuples{}).Count(ctx); err == nil {
			t.Error("an empty list gave no error")
		}
	})
}
