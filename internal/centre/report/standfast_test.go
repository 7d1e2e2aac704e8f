// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// Whatever becomes of the units, the law, the terms, the measures and the rows that
// a printed answer was made from, the files, the page and the values say what was
// printed, and what the page says has changed since is what was changed.
func TestNothingMovesWhatWasPrinted(t *testing.T) {
	t.Parallel()
	attacks := []struct {
		name string
		do   func(b *bench, o *orders)
		tell []string // fields that the page says are different now; nil: none
	}{
		{"nothing happens for a year", func(b *bench, _ *orders) { b.now = b.now.AddDate(1, 0, 0) }, []string{"silent", "task_late", "tasks"}},
		{"a unit is renamed", func(_ *bench, o *orders) { o.units[1].Name = "Sở Đổi Tên" }, []string{"proofs"}},
		{"a unit is merged into another", func(b *bench, o *orders) {
			o.units = slices.DeleteFunc(o.units, func(u board.UnitRow) bool { return u.ID == "u-3" })
			b.sql("DELETE FROM unit_closure WHERE descendant = 'u-3'")
			b.sql("INSERT INTO unit_closure (ancestor, descendant) VALUES ('b', 'u-3'), ('u-3', 'u-3')")
		}, []string{"duties", "duties_done", "proofs", "silent", "silent_count", "targets", "tasks", "units"}},
		{"the law is put otherwise", func(b *bench, _ *orders) {
			b.now = b.now.Add(time.Hour)
			b.override(map[string]rulepack.Value{"terms/incident": {VI: "sự cố không gian số", EN: "digital incident"}, "addressees/cong_an_tinh": {VI: "Công an tỉnh Đông Sơn", EN: "Police"}})
		}, nil},
		{"the terms of the tasks change", func(_ *bench, o *orders) {
			for n := range o.columns {
				if due := &o.columns[n].Due; !due.IsZero() {
					*due = due.AddDate(0, 1, 0)
				}
			}
			for n := range o.duties {
				o.duties[n].DueAt = o.duties[n].DueAt.AddDate(0, 1, 0)
			}
		}, []string{"silent", "tasks"}},
		{"a measure is defined otherwise", func(_ *bench, o *orders) {
			for n := range o.readings {
				r := &o.readings[n]
				r.Num, r.Run = r.Num/2, "run-2"
			}
		}, []string{"contradicted", "targets", "tasks"}},
		{"the goal is another", func(_ *bench, o *orders) { o.columns[1].Measures[0].Value = 50 }, []string{"targets", "tasks"}},
		{"retention deletes the readings", func(_ *bench, o *orders) { o.readings = nil }, []string{"targets", "task_rate", "task_unknown", "tasks"}},
		{"the answers and what proves them are gone", func(_ *bench, o *orders) {
			for n := range o.answers {
				o.answers[n] = report.Answer{Task: o.answers[n].Task, Unit: o.answers[n].Unit, Column: o.answers[n].Column}
			}
		}, []string{"proofs", "tasks"}},
		{"a requirement is withdrawn", func(_ *bench, o *orders) { o.columns = o.columns[:2] }, []string{"targets", "task_count", "task_rate", "tasks"}},
		{"the directive is out of sight", func(_ *bench, o *orders) { o.units = nil }, nil},
	}
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "mai", auth.Centre, "tinh")
		for _, attack := range attacks {
			b.now, b.overrides = t0.Add(50*time.Minute), nil
			b.override(nil)
			b.sql("DELETE FROM unit_closure WHERE descendant = 'u-3'")
			b.sql("DELETE FROM report_print")
			b.sql("DELETE FROM report_paper")
			o := b.order(3)
			for _, u := range o.units {
				o.answered(u.ID, "c1", "Đã phân công.", true)
				o.measured(u.ID, avKey, 119, 120)
			}
			o.measured("b", sickKey, 2, 0)
			o.answered("b", "c2", "Xong.", true)
			f := b.answer(ctx, "tinh")
			in := b.printed(ctx, f.ID)
			files := map[report.Kind][]byte{}
			kinds := []report.Kind{report.DOCX, report.PDF, report.XLSX, report.JSON}
			for _, k := range kinds {
				_, _, raw, err := b.svc.Download(ctx, f.ID, 1, k)
				if err != nil {
					t.Fatal(attack.name, err)
				}
				files[k] = raw
			}
			attack.do(b, o)
			for _, k := range kinds {
				_, _, stored, err := b.svc.Download(ctx, f.ID, 1, k)
				if err != nil || !bytes.Equal(stored, files[k]) {
					t.Errorf("%s: the %s is another, %v", attack.name, k, err)
				}
				if made, err := b.frozen(ctx, f.ID, 1).Render(k); err != nil || !bytes.Equal(made, files[k]) {
					t.Errorf("%s: the %s re-runs to other bytes, %v", attack.name, k, err)
				}
			}
			now := b.got(ctx, f.ID)
			if !reflect.DeepEqual(now.Sheet, in.Sheet) {
				t.Errorf("%s: the page says\n%+v, printed\n%+v", attack.name, now.Sheet, in.Sheet)
			}
			for key, v := range in.Values {
				if !now.Values[key].Equal(v) {
					t.Errorf("%s: %s moved from %+v to %+v", attack.name, key, v, now.Values[key])
				}
			}
			fields := map[string]bool{}
			for _, c := range now.Changes {
				fields[c.Key] = true
			}
			var told []string
			for key := range fields {
				told = append(told, key)
			}
			if slices.Sort(told); strings.Join(told, " ") != strings.Join(attack.tell, " ") {
				t.Errorf("%s: the page says these are different: %q, want %q", attack.name, told, attack.tell)
			}
		}
	})
}

// A printed answer re-runs to the same bytes on a machine in another zone. The
// test is not parallel: the zone is one for all.
func TestAPrintKnowsNoZoneOfTheMachine(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(2)
	o.answered("a", "c1", "Xong.", true)
	o.measured("a", avKey, 1, 2)
	f := b.answer(ctx, "tinh")
	in := b.printed(ctx, f.ID)
	was := time.Local
	t.Cleanup(func() { time.Local = was })
	for _, hours := range []int{-11, 0, 14} {
		time.Local = time.FixedZone("elsewhere", hours*3600)
		for _, k := range []report.Kind{report.DOCX, report.PDF, report.XLSX, report.JSON} {
			_, _, stored, err := b.svc.Download(ctx, f.ID, 1, k)
			if err != nil {
				t.Fatal(err)
			}
			if made, err := in.Render(k); err != nil || !bytes.Equal(made, stored) {
				t.Errorf("%d hours off, the %s re-runs to other bytes, %v", hours, k, err)
			}
		}
	}
}

// A rule pack that is taken away takes no print with it: the page lists the
// files, and they are what was printed.
func TestAPrintOutlivesItsRulePack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, append(sources[:len(sources):len(sources)], web.Migrations), func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "mai", auth.Centre, "tinh")
		o := b.order(2)
		o.answered("a", "c1", "Xong.", true)
		f := b.answer(ctx, "tinh")
		in := b.printed(ctx, f.ID)
		w := b.browse(t, actor("mai", auth.Centre, "tinh"))
		b.sql("UPDATE report_paper SET pack_id = 'VN-DA-BO'")
		_, _, raw, err := b.svc.Download(ctx, f.ID, 1, report.PDF)
		if err != nil {
			t.Fatal(err)
		}
		if made, err := in.Render(report.PDF); err != nil || !bytes.Equal(made, raw) {
			t.Errorf("the print re-runs to other bytes, %v", err)
		}
		w.says(w.get("/papers/"+string(f.ID), 200), "VN-DA-BO", "/print/1.pdf", "/print/1.json", "Bản đã in giữ nguyên")
		w.says(w.get("/papers", 200), "CD-2026-0001")
		w.get("/papers/"+string(f.ID)+"/print/1.docx", 200)
		if _, _, _, err := b.svc.Download(as(t, "la", auth.UnitOfficer, "xa-la"), f.ID, 1, report.PDF); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody of another unit downloads it: %v", err)
		}
		b.sql("DELETE FROM report_print")
		w.says(w.get("/papers/"+string(f.ID), 409), "nạp lại bộ quy định")
	})
}
