// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// t0 is 08:00 of 21/11/2026 in Vietnam.
var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

type figures = map[string]measure.Figure

// world is a centre with units a, b below dep below root, and measures whose
// figures tests set.
type world struct {
	*measure.Service
	d       *db.DB
	now     time.Time
	figures map[string]figures
	fails   map[string]error
	windows map[string]measure.Window
}

func as(role auth.Role, unit string) context.Context {
	return auth.With(context.Background(), auth.Actor{ID: "p-" + unit, Name: "Người " + unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, measure.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "dep"}, {"root", "a"}, {"root", "b"}, {"dep", "dep"}, {"dep", "a"}, {"dep", "b"}, {"a", "a"}, {"b", "b"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{d: d, now: t0, figures: map[string]figures{}, fails: map[string]error{}, windows: map[string]measure.Window{}}
		law := &rulepack.Pack{ID: "T", Version: "hash", Thresholds: []rulepack.Threshold{{ID: "measure_coverage", Value: 80, Unit: "percent"}, {ID: "claim_tolerance", Value: 5, Unit: "percent"}}}
		w.Service = measure.New(measure.Deps{Records: d, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
			Law: func() *rulepack.Pack { return law }, Root: func(context.Context) (string, error) { return "root", nil }})
		for _, m := range []measure.Measure{
			{Key: "t.share", Unit: measure.Share, Direction: measure.More, Days: 30, Declares: true},
			{Key: "t.state", Unit: measure.Count, Direction: measure.Less},
			{Key: "t.present", Unit: measure.Count, Direction: measure.Less, Present: true},
		} {
			m.Eval = func(_ context.Context, _ bun.IDB, win measure.Window) (map[string]measure.Figure, error) {
				w.windows[m.Key] = win
				if err := w.fails[m.Key]; err != nil {
					if err.Error() == "panic" {
						panic("broken")
					}
					return nil, err
				}
				return w.figures[m.Key], nil
			}
			w.Register(m)
		}
		test(t, w)
	})
}

func (w *world) count(t *testing.T) measure.Run {
	t.Helper()
	run, err := w.Evaluate(t.Context(), nil, w.now)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (w *world) reading(t *testing.T, ctx context.Context, key, unit string) measure.Reading {
	t.Helper()
	list, err := w.Readings(ctx, []string{key}, []string{unit})
	if err != nil || len(list) != 1 {
		t.Fatalf("readings of %s of %s: %d, %v", key, unit, len(list), err)
	}
	return list[0]
}

func TestGradesFollowCoverage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.figures["t.share"] = figures{"a": {Num: 3, Den: 4, Seen: 8, Expected: 10}, "b": {Num: 1, Den: 1, Seen: 7, Expected: 10}, "dep": {Den: 3, Expected: 3}}
		w.count(t)
		centre := as(auth.Centre, "root")
		for unit, want := range map[string]measure.Grade{"a": measure.Measured, "b": measure.Partial, "dep": measure.Unseen, "root": measure.Outside} {
			r := w.reading(t, centre, "t.share", unit)
			if _, shown := r.Value(measure.Share); r.Grade != want || shown != (want == measure.Measured) {
				t.Errorf("%s: %s, shown %v; want %s", unit, r.Grade, shown, want)
			}
		}
		if win := w.windows["t.share"]; !win.To.Equal(t0) || win.From != calendar.DateOf(t0).AddDays(-29).Start() {
			t.Errorf("window %v", win)
		}
		sum, err := w.Sum(centre, "t.share", []string{"a", "b", "dep"})
		if want := (measure.Figure{Num: 4, Den: 8, Seen: 15, Expected: 23}); err != nil || sum.Figure != want || sum.Grade != measure.Partial {
			t.Errorf("sum %+v, %v", sum, err)
		}
		sums, err := w.Sums(centre, []string{"t.share"}, []string{"dep", "a"})
		if err != nil || len(sums) != 2 || sums[0].Figure != sum.Figure || sums[1].Num != 3 {
			t.Errorf("sums %+v, %v", sums, err)
		}
	})
}

func TestAReaderSeesTheirOwnUnitsAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.figures["t.state"] = figures{"a": {Num: 2, Seen: 1, Expected: 1}, "b": {Num: 5, Seen: 1, Expected: 1}}
		w.count(t)
		officer := as(auth.UnitOfficer, "a")
		list, err := w.Readings(officer, nil, []string{"a", "b", "nowhere"})
		if err != nil || len(list) != 3 {
			t.Fatalf("%d readings, %v", len(list), err)
		}
		for _, r := range list {
			if r.Unit != "a" {
				t.Errorf("a reading of %s", r.Unit)
			}
		}
		if sum, err := w.Sum(officer, "t.state", nil); err != nil || sum.Num != 2 {
			t.Errorf("sum of the scope %+v, %v", sum, err)
		}
		if _, err := w.Trend(officer, "t.state", "b", calendar.DateOf(t0), calendar.DateOf(t0)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a foreign trend: %v", err)
		}
		if _, err := w.Readings(context.Background(), nil, nil); !fault.Is(err, fault.SignedOut) {
			t.Errorf("nobody: %v", err)
		}
		if _, err := w.Recompute(officer, calendar.DateOf(t0)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit officer counts anew: %v", err)
		}
	})
}

func TestAMeasureThatFailsCostsOnlyItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.figures["t.state"], w.figures["t.share"] = figures{"a": {Num: 2, Seen: 1, Expected: 1}}, figures{"a": {Num: 1, Den: 2, Seen: 1, Expected: 1}}
		w.count(t)
		w.figures["t.share"] = figures{"a": {Num: 2, Den: 2, Seen: 1, Expected: 1}}
		for _, reason := range []string{"disk", "panic"} {
			w.fails["t.state"] = errors.New(reason)
			w.now = w.now.Add(time.Minute)
			if run := w.count(t); len(run.Failed) != 1 || run.Failed["t.state"] == nil {
				t.Errorf("failed %v", run.Failed)
			}
		}
		centre := as(auth.Centre, "root")
		if r := w.reading(t, centre, "t.state", "a"); r.Num != 2 || !r.At.Equal(t0) {
			t.Errorf("the failed one: %+v", r)
		}
		if r := w.reading(t, centre, "t.share", "a"); r.Num != 2 {
			t.Errorf("the other: %+v", r)
		}
		st, err := w.Statuses(centre, nil)
		if err != nil || st["t.state"].Problem == "" || st["t.state"].Failed.IsZero() || st["t.share"].Problem != "" || st["t.share"].Measured != 1 {
			t.Errorf("states %+v, %v", st, err)
		}
		w.fails["t.state"] = nil
		w.figures["t.state"] = figures{"a": {Seen: 2, Expected: 1}}
		if run := w.count(t); run.Failed["t.state"] == nil {
			t.Error("more seen than expected was taken")
		}
	})
}

func TestDaysStayUntilCountedAnew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		centre, first := as(auth.Centre, "root"), calendar.DateOf(t0)
		w.figures["t.share"] = figures{"a": {Num: 1, Den: 4, Seen: 1, Expected: 1}, "b": {Num: 1, Den: 1, Seen: 1, Expected: 1}}
		w.figures["t.present"] = figures{"a": {Num: 9, Seen: 1, Expected: 1}}
		w.count(t)
		w.now = t0.AddDate(0, 0, 30)
		w.figures["t.share"] = figures{"a": {Num: 3, Den: 4, Seen: 1, Expected: 1}}
		w.figures["t.present"] = figures{"a": {Num: 1, Seen: 1, Expected: 1}}
		if err := w.Tend(t.Context(), w.now); err != nil {
			t.Fatal(err)
		}
		r := w.reading(t, centre, "t.share", "a")
		if r.Num != 3 || r.Before == nil || r.Before.Num != 1 {
			t.Errorf("now %+v before %+v", r.Figure, r.Before)
		}
		if b := w.reading(t, centre, "t.share", "b"); b.Grade != measure.Outside {
			t.Errorf("a unit that is gone is %s", b.Grade)
		}
		old := func() measure.Reading {
			t.Helper()
			list, err := w.At(centre, []string{"t.share"}, []string{"a"}, first)
			if err != nil || len(list) != 1 {
				t.Fatalf("at: %v, %v", list, err)
			}
			return list[0]
		}
		if r := old(); r.Num != 1 {
			t.Errorf("the first day moved: %+v", r)
		}
		w.figures["t.share"] = figures{"a": {Num: 2, Den: 4, Seen: 1, Expected: 1}}
		run, err := w.Recompute(centre, first)
		if err != nil || run.Measures != 2 || run.By == "" || run.Hash != "hash" {
			t.Fatalf("recount %+v, %v", run, err)
		}
		if win := w.windows["t.share"]; win.To != first.End() || win.From != first.AddDays(-29).Start() {
			t.Errorf("window %v", win)
		}
		if r := old(); r.Num != 2 || r.Run != run.ID {
			t.Errorf("after the recount %+v", r)
		}
		o, err := w.Origin(centre, "t.share", "a", first)
		if err != nil || o.Run.ID != run.ID || len(o.Past) != 1 || o.Past[0].Num != 1 || o.Past[0].By == "" {
			t.Errorf("origin %+v, %v", o, err)
		}
		if r := w.reading(t, centre, "t.share", "a"); r.Num != 3 {
			t.Errorf("today moved: %+v", r)
		}
		points, err := w.Trend(centre, "t.share", "a", first, calendar.DateOf(w.now))
		if err != nil || len(points) != 2 || points[0].Num != 2 || points[1].Num != 3 {
			t.Errorf("trend %+v, %v", points, err)
		}
		points, err = w.TrendSum(centre, "t.share", "root", first, first)
		if err != nil || len(points) != 1 || points[0].Num != 2 {
			t.Errorf("trend of all %+v, %v", points, err)
		}
		if _, err := w.Recompute(centre, calendar.DateOf(w.now).AddDays(1)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a day to come: %v", err)
		}
		entries, err := audit.Of(t.Context(), w.d, "measure_run", run.ID, 5)
		if err != nil || len(entries) != 1 {
			t.Errorf("audit %v, %v", entries, err)
		}
	})
}

func TestTendClosesTheDayAndWaitsBetween(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.figures["t.state"] = figures{"a": {Num: 1, Seen: 1, Expected: 1}}
		tend := func() {
			t.Helper()
			if err := w.Tend(t.Context(), w.now); err != nil {
				t.Fatal(err)
			}
		}
		tend()
		delete(w.windows, "t.state")
		w.now = w.now.Add(10 * time.Second)
		if tend(); len(w.windows["t.state"].To.String()) > 0 && !w.windows["t.state"].To.IsZero() {
			t.Error("counted again after ten seconds")
		}
		w.now = w.now.Add(20 * time.Second)
		if tend(); !w.windows["t.state"].To.Equal(w.now) {
			t.Error("not counted after half a minute")
		}
		var ends []time.Time
		w.Register(measure.Measure{Key: "t.ends", Unit: measure.Count, Direction: measure.Plain, Eval: func(_ context.Context, _ bun.IDB, win measure.Window) (map[string]measure.Figure, error) {
			ends = append(ends, win.To)
			return nil, nil
		}})
		tend()
		w.now = w.now.AddDate(0, 0, 1)
		tend()
		if today := calendar.DateOf(w.now).Start(); len(ends) != 3 || !ends[1].Equal(today) || !ends[2].Equal(w.now) {
			t.Errorf("ends %v", ends)
		}
	})
}

func TestAClaimIsNeverMeasured(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		officer := as(auth.UnitOfficer, "a")
		w.figures["t.share"] = figures{"a": {Num: 83, Den: 100, Seen: 1, Expected: 10}}
		w.count(t)
		for name, c := range map[string]measure.Claim{"no note": {Num: 1, Den: 1}, "no whole": {Num: 1, Note: "x"}, "more than all": {Num: 2, Den: 1, Note: "x"}, "below nothing": {Num: -1, Den: 1, Note: "x"}} {
			if err := w.Declare(officer, "t.share", "a", c, 0); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		all := measure.Claim{Num: 100, Den: 100, Note: "theo danh sách của đơn vị"}
		if err := w.Declare(officer, "t.share", "b", all, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("of another unit: %v", err)
		}
		if err := w.Declare(officer, "t.state", "a", all, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("a measure that takes none: %v", err)
		}
		if err := w.Declare(as(auth.Viewer, "a"), "t.share", "a", all, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a viewer: %v", err)
		}
		if err := w.Declare(officer, "t.share", "a", all, 0); err != nil {
			t.Fatal(err)
		}
		if err := w.Declare(officer, "t.share", "a", all, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("over a newer one: %v", err)
		}
		r := w.reading(t, officer, "t.share", "a")
		if _, shown := r.Value(measure.Share); r.Grade != measure.Declared || shown || r.Said == nil || r.Contradicted(measure.Share) {
			t.Errorf("not enough seen: %+v", r)
		}
		if sum, err := w.Sum(officer, "t.share", []string{"a"}); err != nil || sum.Grade != measure.Partial {
			t.Errorf("a claim counts in the sum: %+v, %v", sum, err)
		}
		w.figures["t.share"] = figures{"a": {Num: 83, Den: 100, Seen: 10, Expected: 10}}
		w.count(t)
		if r := w.reading(t, officer, "t.share", "a"); r.Grade != measure.Measured || r.Said == nil || !r.Contradicted(measure.Share) {
			t.Errorf("measured otherwise: %+v", r)
		}
		if err := w.Declare(officer, "t.share", "a", measure.Claim{Num: 80, Den: 100, Note: "đếm lại"}, 1); err != nil {
			t.Fatal(err)
		}
		if r := w.reading(t, officer, "t.share", "a"); r.Contradicted(measure.Share) {
			t.Error("three points off is a contradiction")
		}
		if err := w.Retract(officer, "t.share", "a", 2); err != nil {
			t.Fatal(err)
		}
		list, err := w.Claims(officer, "t.share", "a")
		if r := w.reading(t, officer, "t.share", "a"); err != nil || r.Said != nil || len(list) != 2 || list[0].Current {
			t.Errorf("after it was taken back: %+v, %+v, %v", r, list, err)
		}
	})
}

func TestRegisterRefusesAKeyGivenTwice(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a double key was taken")
		}
	}()
	s := measure.New(measure.Deps{})
	m := measure.Measure{Key: "t.x", Unit: measure.Count, Direction: measure.Less, Eval: func(context.Context, bun.IDB, measure.Window) (map[string]measure.Figure, error) { return nil, nil }}
	s.Register(m, m)
}
