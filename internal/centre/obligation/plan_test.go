// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// TestListsAreReadOutOfAnIndex asks both engines how they find one unit's open
// duties, one person's, those of a whole province and what is to be reminded of,
// among many: along an index in the order of the list, without reading all and
// without sorting.
func TestListsAreReadOutOfAnIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, Migrations}, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
		many(t, d, now)
		scope := auth.ScopeOf(auth.Actor{Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}}, read)
		own := auth.ScopeOf(auth.Actor{Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "u7"}}}, read)
		for name, c := range map[string]struct {
			scope auth.Scope
			f     Filter
			index string
		}{
			"a unit's officer":        {own, Filter{State: Open}, "obligation_unit_order"},
			"one unit for the centre": {scope, Filter{State: Open, Unit: "u7"}, "obligation_unit_order"},
			"its second page":         {own, Filter{State: Open, After: "82000.1700000000000.x"}, "obligation_unit_order"},
			"latest first":            {own, Filter{State: Open, Latest: true}, "obligation_unit_order"},
			"one person":              {scope, Filter{State: Open, Person: "p7"}, "obligation_person_order"},
			"what rests on a paper":   {scope, Filter{State: Open, Document: "p7"}, "obligation_basis_document"},
			"what is asked for":       {scope, Filter{State: Open, Asked: true}, "obligation_asked"},
			"the province":            {scope, Filter{State: Open}, "obligation_order"},
		} {
			units, err := c.f.places(t.Context(), d.Read(), c.scope)
			parts := c.f.parts(d.Read(), c.scope, units, now)
			if err != nil || len(parts) != 1 {
				t.Fatalf("%s: %d parts, %v", name, len(parts), err)
			}
			q := c.f.page(parts[0].ColumnExpr("o.id, o.sort_key, o.due_at")).Limit(51)
			inOrderOf(t, d, name, q, c.index)
		}
		due := d.Read().NewSelect().Model((*row)(nil)).Column("id").Where("o.remind_at IS NOT NULL").Where("o.remind_at <= ?", db.At(now)).
			OrderExpr("o.remind_at, o.id").Limit(200)
		inOrderOf(t, d, "reminders", due, "obligation_remind")
		if d.Engine() == db.SQLite { // the other reads few rows by any index of the subject
			inOrderOf(t, d, "a board", about(d.Read(), scope, "s", []string{"x"}), "COVERING INDEX obligation_standing")
			inOrderOf(t, d, "what was met by word", byWord(d.Read(), scope, "s", []string{"x"}), "COVERING INDEX obligation_word")
		}
	})
}

// TestDemandsAreCountedWhole: more are late than a list is counted to, and what is
// late last is a line of its own.
func TestDemandsAreCountedWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, Migrations}, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
		many(t, d, now)
		svc := New(Deps{Records: d, Now: func() time.Time { return now.Add(400 * 24 * time.Hour) }})
		ctx := auth.With(t.Context(), auth.Actor{ID: "truc", Home: "tinh", Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}})
		last := now.Add(399 * 24 * time.Hour)
		o := Obligation{ID: ID(db.NewID()), Kind: TaskKind, Title: rulepack.Label{VI: "y", EN: "y"}, UnitID: "u11", Subject: Subject{Kind: "s", ID: "last"}, ClockID: "c@u9", Basis: "b",
			T0: last.Add(-time.Hour), FirstT0: last.Add(-time.Hour), DueAt: last, SoonAt: last, State: Open, CreatedAt: now, Version: 1,
			Explanation: calendar.Explanation{Start: last.Add(-time.Hour), Due: last}}
		if err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			r, err := toRow(o)
			if err == nil {
				_, err = tx.NewInsert().Model(&r).Exec(ctx)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		list, total, err := svc.LateDemands(ctx, 10)
		if err != nil || total != 2 || len(list) != 2 {
			t.Fatalf("%d of %d lines, %v", len(list), total, err)
		}
		if x := list[0]; x.Duties != 20_000 || x.Units != 101 || x.Longest.Title.VI != "x" {
			t.Errorf("%d duties of %d units", x.Duties, x.Units)
		}
		if x := list[1]; x.Duties != 1 || x.Units != 1 || x.Longest.ID != o.ID {
			t.Errorf("last %+v", x)
		}
	})
}

func inOrderOf(t *testing.T, d *db.DB, name string, q *bun.SelectQuery, index string) {
	t.Helper()
	var lines []string
	if d.Engine() == db.Postgres {
		if err := d.Read().NewRaw("EXPLAIN ?", q).Scan(t.Context(), &lines); err != nil {
			t.Fatal(err)
		}
	} else {
		var rows []struct {
			ID, Parent, Notused int64
			Detail              string
		}
		if err := d.Read().NewRaw("EXPLAIN QUERY PLAN ?", q).Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			lines = append(lines, r.Detail)
		}
	}
	plan := strings.Join(lines, "\n")
	if !strings.Contains(plan, index) {
		t.Errorf("%s: the index %s is not used:\n%s", name, index, plan)
	}
	for _, bad := range []string{"TEMP B-TREE FOR ORDER BY", "Sort", "Seq Scan on obligation", "SCAN o\n"} {
		if strings.Contains(plan+"\n", bad) {
			t.Errorf("%s: %s\n%s", name, bad, plan)
		}
	}
}

// many fills the table with open duties of a hundred units and tells the planner.
func many(t *testing.T, d *db.DB, now time.Time) {
	t.Helper()
	units := func(i int) string { return "u" + string(rune('0'+i/10)) + string(rune('0'+i%10)) }
	err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('u7', 'u7'), ('tinh', 'u7')").Exec(ctx); err != nil {
			return err
		}
		for i := range 100 {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh', ?), (?, ?)", units(i), units(i), units(i)).Exec(ctx); err != nil {
				return err
			}
		}
		var rows []row
		for n := range 20_000 {
			due := now.Add(time.Duration(n%400-30) * 24 * time.Hour)
			o := Obligation{ID: ID(db.NewID()), Kind: TaskKind, Title: rulepack.Label{VI: "x", EN: "x"}, UnitID: units(n % 100), Subject: Subject{Kind: "s", ID: db.NewID()},
				ClockID: "c", Basis: "b", OwedBy: "p" + string(rune('0'+n%40)), T0: due.Add(-time.Hour), FirstT0: due.Add(-time.Hour), DueAt: due, SoonAt: due,
				RemindAt: due, State: Open, CreatedAt: now, Version: 1, Explanation: calendar.Explanation{Start: due.Add(-time.Hour), Due: due}}
			if n%12 == 0 {
				o.UnitID = "u7"
			}
			if n%500 == 0 {
				o.Claim = 2
			}
			if n%100 == 0 {
				o.BasisDoc = "p" + string(rune('0'+n/100%10))
			}
			r, err := toRow(o)
			if err != nil {
				return err
			}
			if rows = append(rows, r); len(rows) == 400 {
				if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
					return err
				}
				rows = nil
			}
		}
		return nil
	})
	if err == nil {
		err = d.Analyze(t.Context())
	}
	// PostgreSQL cleans by itself, but not what it is looking at: it is asked until
	// every page is known to be seen by all, which is when an index alone will do.
	for whole := false; err == nil && d.Engine() == db.Postgres && !whole; {
		if _, err = d.Read().NewRaw("VACUUM ANALYZE obligation").Exec(t.Context()); err == nil {
			err = d.Read().NewRaw("SELECT relallvisible >= relpages FROM pg_class WHERE oid = 'obligation'::regclass").Scan(t.Context(), &whole)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
