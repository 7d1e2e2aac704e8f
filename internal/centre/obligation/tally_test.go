// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// TestTalliesCountNoWordAsDone counts duties of two subjects: proved, said, late,
// running, waived.
func TestTalliesCountNoWordAsDone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		meet := func(subject, who, ref string) {
			o := b.open(ctx, duty(who, subject, who+ref, t0, 24))
			if _, err := b.svc.Meet(ctx, o.ID, obligation.Proof{At: b.now, How: "đã làm", Ref: ref}, o.Version); err != nil {
				t.Fatal(err)
			}
		}
		meet("i1", "a", "12/BC")
		meet("i1", "b", "")
		b.open(ctx, duty("a", "i1", "late", t0.Add(-48*time.Hour), 1))
		soon := b.open(ctx, duty("a", "i1", "soon", t0, 24))
		b.open(ctx, duty("b", "i1", "later", t0, 48))
		b.open(ctx, duty("a", "i2", "x", t0, 24))
		got, err := b.svc.Tallies(ctx, "incident", []string{"i1", "i2", "i3"})
		if err != nil || len(got) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		next := got["i1"].Next
		if x := got["i1"]; x.Owed != 5 || x.Done != 1 || x.Said != 1 || x.Late != 1 || x.Running() != 2 || !next.Equal(soon.DueAt) {
			t.Errorf("i1: %+v", x)
		}
		if x := got["i2"]; x.Owed != 1 || x.Running() != 1 {
			t.Errorf("i2: %+v", x)
		}
		b.open(ctx, duty("a", "i2", "late", t0.Add(-48*time.Hour), 1))
		b.open(ctx, duty("b", "i2", "late too", t0.Add(-48*time.Hour), 1))
		if late, err := b.svc.Latest(ctx, "incident"); err != nil || !slices.Equal(late, []string{"i2", "i1"}) {
			t.Errorf("the latest: %v, %v", late, err)
		}
		own, err := b.svc.Tallies(as(t, "x", auth.UnitOfficer, "b"), "incident", []string{"i1", "i2"})
		if x := own["i1"]; err != nil || len(own) != 2 || x.Owed != 2 || x.Said != 1 || x.Late != 0 {
			t.Errorf("in the scope of b: %+v, %v", own, err)
		}
	})
}

// BenchmarkTallies counts fifty subjects with 150 units and eight duties each. The
// aim is 50 ms at the 95th percentile.
func BenchmarkTallies(b *testing.B) {
	d := dbtest.SQLite(b, sources...)
	x, ctx := newBench(b, d), as(b, "truc", auth.Centre, "tinh")
	var subjects []string
	for n := range 50 {
		subjects = append(subjects, fmt.Sprintf("s-%d", n))
	}
	due := t0.UnixMilli() // a third each: late, met with a proof, met by word
	err := d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 149)
			INSERT INTO unit_closure (ancestor, descendant) SELECT 'tinh', 'u-' || i FROM n`).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59999)
			INSERT INTO obligation (id, kind, title_vi, title_en, unit_id, owed_by, opened_by, addressee_id, addressee_vi, addressee_en,
				subject_kind, subject_id, subject_label, pack_id, pack_hash, clock_id, form_id, basis, t0, amount, amount_unit, due_at, soon_at, explanation, state,
				met_at, met_how, met_ref, recorded_by, ended_reason, ended_by_id, ended_by, ended_by_rule, created_at, version, search)
			SELECT printf('0192f3a4-%012d-0000-000000000000', i), 'k', 'x', 'x', 'u-' || (i / 8 % 150), '', '', 'r', 'x', 'x', 'incident', 's-' || (i / 1200), 'x', '', '', 'c-' || i, '', 'b',
				?, 24, 'hour', ?, ?, '{}', CASE WHEN i % 3 = 0 THEN 'open' ELSE 'met' END, CASE WHEN i % 3 > 0 THEN ? END, '', CASE WHEN i % 3 = 1 THEN 'p' ELSE '' END,
				'', '', '', '', ?, ?, 1, 'x' FROM n`, due, due, due, due, false, due).Exec(ctx)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		at := time.Now()
		if _, err := x.svc.Tallies(ctx, "incident", subjects); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100])/1e6, "ms-p95")
}
