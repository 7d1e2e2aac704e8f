// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"fmt"
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
)

// TestListsAreReadOutOfAnIndex asks both engines how they find the papers of a
// province, of one unit and of one state among many: along an index in the order
// of the list, without reading all and without sorting.
func TestListsAreReadOutOfAnIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, Migrations}, func(t *testing.T, d *db.DB) {
		crowded(t, d)
		root := sightOf(auth.Actor{Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}})
		own := sightOf(auth.Actor{Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "u07"}}})
		for name, c := range map[string]struct {
			seen  sight
			f     Filter
			index string
		}{
			"the province":            {root, Filter{}, "document_order"},
			"its second page":         {root, Filter{After: "x.2026-01-01"}, "document_order"},
			"the earliest first":      {root, Filter{Oldest: true}, "document_order"},
			"drafts":                  {root, Filter{State: Draft}, "document_state_order"},
			"one unit for the centre": {root, Filter{Unit: "u07"}, "document_unit_order"},
			"a unit's officer":        {own, Filter{}, "document_unit_order"},
			"incoming ones of a unit": {own, Filter{Dir: In}, "document_"},
		} {
			l := lister{q: d.Read(), f: c.f, seen: c.seen, me: "p"}
			var err error
			if l.units, err = l.places(t.Context()); err != nil || len(l.units) != 1 {
				t.Fatalf("%s: %v, %v", name, l.units, err)
			}
			inOrderOf(t, d, name, c.f.page(l.parts()[0].ColumnExpr("d.id, d.day"), c.f.After).Limit(51), c.index)
		}
		due := d.Read().NewSelect().Model((*dispatchRow)(nil)).Column("dd.id").Where("dd.remind_at IS NOT NULL").Where("dd.remind_at <= ?", 1).OrderExpr("dd.remind_at, dd.document_id").Limit(atATime)
		inOrderOf(t, d, "reminders", due, "document_dispatch_remind")
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
	plan := strings.Join(lines, "\n") + "\n"
	if !strings.Contains(plan, index) {
		t.Errorf("%s: the index %s is not used:\n%s", name, index, plan)
	}
	for _, bad := range []string{"TEMP B-TREE FOR ORDER BY", "Sort", "Seq Scan on document", "SCAN d\n", "SCAN dd\n"} {
		if strings.Contains(plan, bad) {
			t.Errorf("%s: %s\n%s", name, bad, plan)
		}
	}
}

// crowded fills the register with papers of a hundred units and tells the planner.
func crowded(t *testing.T, d *db.DB) {
	t.Helper()
	day := calendar.Date{Year: 2026, Month: 1, Day: 1}
	err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for i := range 100 {
			u := fmt.Sprintf("u%02d", i)
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh', ?), (?, ?)", u, u, u).Exec(ctx); err != nil {
				return err
			}
		}
		for n := range 10 {
			rows := make([]row, 500)
			sent := make([]dispatchRow, 0, 500)
			for i := range rows {
				at := n*500 + i
				doc := Document{ID: ID(db.NewID()), State: Received, CreatedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Version: 1,
					Head: Head{Unit: fmt.Sprintf("u%02d", at%100), Dir: In, Kind: "cong_van", Subject: fmt.Sprint("Văn bản ", at), Date: day.AddDays(at % 300), ArrivedOn: day.AddDays(at % 300)}}
				if at%3 == 1 { // one unit has many
					doc.Unit = "u07"
				}
				switch {
				case at%4 == 0:
					doc.State, doc.Dir = Draft, Out
				case at%3 == 0:
					doc.State, doc.Dir, doc.Standing = Issued, Out, InForce
					sent = append(sent, dispatchRow{ID: db.NewID(), Document: string(doc.ID), Recipient: "Sở", Channel: "paper", SentAt: db.At(doc.CreatedAt)})
				}
				rows[i] = toRow(doc)
			}
			if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
				return err
			}
			sent[0].RemindAt = db.At(time.Unix(int64(n), 0))
			if _, err := tx.NewInsert().Model(&sent).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = d.Analyze(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}
