// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

type noteKey struct {
	bun.BaseModel `bun:"table:note,alias:k"`

	ID   string  `bun:"id,pk"`
	Body string  `bun:"body"`
	At   db.Time `bun:"at"`
	N    int64   `bun:"n"`
}

type noteDelta struct {
	ID string `bun:"id,type:TEXT"`
	N  int64  `bun:"n,type:BIGINT"`
}

// TestFixedStatementsTakeAnyNumberOfRows writes, changes, reads and deletes so
// many rows as make one statement, several, and those of all lengths of lists.
func TestFixedStatementsTakeAnyNumberOfRows(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, n := range []int{0, 1, 2, 15, 16, 17, 40, 513, 1100} {
			var rows []noteKey
			var more []noteDelta
			var ids db.In
			var pairs db.Tuples
			for i := range n {
				r := noteKey{ID: fmt.Sprintf("%d-%d", n, i), Body: "a ? ' xã", N: int64(i)}
				if i%2 == 0 {
					r.At = db.At(now)
				}
				rows, more = append(rows, r), append(more, noteDelta{r.ID, 10})
				ids, pairs = append(ids, r.ID), append(pairs, []string{r.ID, r.Body})
			}
			err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				const twice = "ON CONFLICT (id) DO UPDATE SET n = k.n + EXCLUDED.n"
				if err := errors.Join(db.Put(ctx, tx, twice, rows...), db.Put(ctx, tx, twice, rows...)); err != nil {
					return err
				}
				if err := db.Amend(ctx, tx, "UPDATE note AS k SET n = k.n + d.n FROM d WHERE k.id = d.id", more...); err != nil || n == 0 {
					return err
				}
				got, err := db.Select[noteKey](ctx, tx, "WHERE (k.id, k.body) IN (?) AND k.n >= ? ORDER BY k.n", pairs, 10)
				if err != nil || len(got) != n {
					t.Errorf("%d rows of %d, %v", len(got), n, err)
					return err
				}
				for i, g := range got {
					want := rows[i]
					want.N = 2*want.N + 10
					if g.ID != want.ID || g.Body != want.Body || g.N != want.N || !g.At.Equal(want.At.Time) {
						t.Errorf("row %d of %d = %+v, want %+v", i, n, g, want)
					}
				}
				var known []string
				if err := tx.Fetch(ctx, &known, "SELECT id FROM note WHERE id IN (?)", ids); err != nil || len(known) != n {
					t.Errorf("%d ids of %d, %v", len(known), n, err)
				}
				if gone, err := tx.Do(ctx, "DELETE FROM note WHERE body = ? AND id IN (?)", "a ? ' xã", ids[:(n+1)/2]); err != nil || gone != int64(n+1)/2 {
					t.Errorf("%d rows of %d are gone, %v", gone, (n+1)/2, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(n, err)
			}
			var left []string
			if err := d.Fetch(t.Context(), &left, "SELECT id FROM note WHERE id LIKE ?", fmt.Sprintf("%d-%%", n)); err != nil || len(left) != n/2 {
				t.Errorf("%d rows are left of %d, %v", len(left), n, err)
			}
		}
	})
}

func TestFixedStatementsRefuseEmptyLists(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var ids []string
		for _, list := range []any{db.In{}, db.Tuples{}} {
			if err := d.Fetch(t.Context(), &ids, "SELECT id FROM note WHERE id IN (?)", list); err == nil {
				t.Errorf("%T: an empty list gave no error", list)
			}
		}
	})
}
