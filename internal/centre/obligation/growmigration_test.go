// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// TestRowsOfTheReleaseBeforeGrow fills the table as the release before did, and
// migrates: each row has its place in the order, its first term and, while open,
// its reminder. A row that the release before still writes is adopted.
func TestRowsOfTheReleaseBeforeGrow(t *testing.T) {
	t.Parallel()
	const first = "migrations/20261122000500_obligation.sql"
	text, err := fs.ReadFile(Migrations, first)
	if err != nil {
		t.Fatal(err)
	}
	before := fstest.MapFS{first: {Data: text}}
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, before}, func(t *testing.T, d *db.DB) {
		t0 := time.Date(2026, 11, 21, 17, 0, 0, 0, time.UTC) // midnight in Hà Nội
		put := func(id, state string) {
			t.Helper()
			met := "NULL"
			if state == "met" {
				met = "1"
			}
			err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.NewRaw(`INSERT INTO obligation (id, kind, title_vi, title_en, unit_id, owed_by, opened_by, addressee_id, addressee_vi, addressee_en,
					subject_kind, subject_id, subject_label, pack_id, pack_hash, clock_id, form_id, basis, t0, amount, amount_unit, due_at, soon_at, explanation, state,
					met_at, met_how, met_ref, recorded_by, ended_reason, ended_by_id, ended_by, ended_by_rule, created_at, version, search)
					VALUES (?, 'k', 'x', 'x', 'a', '', '', 'r', 'x', 'x', 's', ?, 'x', '', '', 'c', '', 'b', ?, 24, 'hour', ?, ?, '{}', ?, `+met+`, '', '', '', '', '', '', ?, ?, 1, 'x')`,
					id, id, t0.UnixMilli(), t0.Add(24*time.Hour).UnixMilli(), t0.Add(12*time.Hour).UnixMilli(), state, false, t0.UnixMilli()).Exec(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put("open", "open")
		put("met", "met")
		if _, err := d.Migrate(t.Context(), auth.Migrations, audit.Migrations, Migrations); err != nil {
			t.Fatal(err)
		}
		put("late-comer", "open")
		s := New(Deps{Records: d, Now: func() time.Time { return t0 }})
		if err := s.Remind(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, remind := range map[ID]bool{"open": true, "met": false, "late-comer": true} {
			var r row
			if err := d.Read().NewSelect().Model(&r).Where("o.id = ?", string(id)).Scan(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r.SortKey != sortKey(t0.Add(24*time.Hour), Ordinary) || !r.FirstT0.Equal(t0) || r.RemindAt.IsZero() == remind {
				t.Errorf("%s: sort key %d, first %v, reminder %v", id, r.SortKey, r.FirstT0, r.RemindAt)
			}
			terms, err := termsOf(t.Context(), d.Read(), id)
			if want := 1; err != nil || id != "late-comer" && len(terms) != want {
				t.Errorf("%s: %d terms, %v", id, len(terms), err)
			}
		}
	})
}
