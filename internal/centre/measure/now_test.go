// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// shown is a row of measure_now, or what the rows of days say it should be.
type shown struct {
	Measure     string `bun:"measure"`
	Unit        string `bun:"unit_id"`
	Num         int64  `bun:"num"`
	Den         int64  `bun:"den"`
	Seen        int64  `bun:"seen"`
	Expected    int64  `bun:"expected"`
	WasNum      int64  `bun:"was_num"`
	WasDen      int64  `bun:"was_den"`
	WasSeen     int64  `bun:"was_seen"`
	WasExpected int64  `bun:"was_expected"`
}

func (w *world) shown(t *testing.T, query string) map[string]shown {
	t.Helper()
	var rows []shown
	if err := w.d.Fetch(t.Context(), &rows, query); err != nil {
		t.Fatal(err)
	}
	out := map[string]shown{}
	for _, r := range rows {
		if r.Expected > 0 || r.WasExpected > 0 {
			out[r.Measure+" of "+r.Unit] = r
		}
	}
	return out
}

// TestTheNewestFiguresAreThoseOfTheirDays counts, counts anew, fails, lets days
// pass, gives and takes units in any order: what boards read is always what the
// rows of the days say.
func TestTheNewestFiguresAreThoseOfTheirDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		centre := as(auth.Centre, "root")
		keys, units := []string{"t.share", "t.state", "t.present"}, []string{"root", "dep", "a", "b"}
		for seed := range uint64(4) {
			r := rand.New(rand.NewPCG(seed, 1))
			change := func() {
				for _, key := range keys {
					if r.IntN(3) > 0 {
						continue
					}
					w.figures[key] = maps.Clone(w.figures[key])
					if w.figures[key] == nil {
						w.figures[key] = figures{}
					}
					unit := units[r.IntN(len(units))]
					if r.IntN(4) == 0 {
						delete(w.figures[key], unit)
						continue
					}
					seen := r.Int64N(11)
					w.figures[key][unit] = measure.Figure{Num: r.Int64N(9), Den: 9, Seen: seen, Expected: 10}
				}
			}
			for step := range 60 {
				change()
				did := ""
				switch r.IntN(6) {
				case 0:
					days := []int{1, 2, 29, 30, 31}[r.IntN(5)]
					did = fmt.Sprint(days, " days pass")
					w.now = w.now.AddDate(0, 0, days)
				case 1:
					back := []int{0, 1, 2, 29, 30, 31, 60}[r.IntN(7)]
					did = fmt.Sprint("counted anew, ", back, " days back")
					if _, err := w.Recompute(centre, calendar.DateOf(w.now).AddDays(-back)); err != nil {
						t.Fatal(err)
					}
				case 2:
					did = "one measure counted"
					if _, err := w.Evaluate(t.Context(), keys[:1+r.IntN(2)], w.now); err != nil {
						t.Fatal(err)
					}
				case 3:
					key := keys[r.IntN(3)]
					did = key + " fails"
					w.fails[key] = errors.New("disk")
					w.now = w.now.Add(time.Minute)
					if _, err := w.Evaluate(t.Context(), nil, w.now); err != nil {
						t.Fatal(err)
					}
					delete(w.fails, key)
				default:
					did = "the duty's beat"
					w.now = w.now.Add(time.Minute)
					if err := w.Tend(t.Context(), w.now); err != nil {
						t.Fatal(err)
					}
				}
				got := w.shown(t, "SELECT * FROM measure_now")
				want := w.shown(t, "SELECT COALESCE(r.measure, b.measure) AS measure, COALESCE(r.unit_id, b.unit_id) AS unit_id, COALESCE(r.num, 0) AS num, COALESCE(r.den, 0) AS den, "+
					"COALESCE(r.seen, 0) AS seen, COALESCE(r.expected, 0) AS expected, COALESCE(b.num, 0) AS was_num, COALESCE(b.den, 0) AS was_den, COALESCE(b.seen, 0) AS was_seen, "+
					"COALESCE(b.expected, 0) AS was_expected FROM measure_state AS s CROSS JOIN (SELECT DISTINCT descendant AS id FROM unit_closure) AS u "+
					"LEFT JOIN measure_row AS r ON r.measure = s.measure AND r.day = s.day AND r.unit_id = u.id "+
					"LEFT JOIN measure_row AS b ON b.measure = s.measure AND b.day = s.before_day AND b.unit_id = u.id WHERE r.day IS NOT NULL OR b.day IS NOT NULL")
				if !maps.Equal(got, want) {
					t.Fatalf("seed %d, step %d, %s:\n got %+v\nwant %+v", seed, step, did, got, want)
				}
			}
			if len(w.shown(t, "SELECT * FROM measure_now")) < 4 {
				t.Errorf("seed %d ends with nearly nothing to show", seed)
			}
		}
	})
}

// TestTheNewestFiguresAreFilledFromWhatStands migrates tables with rows of days.
func TestTheNewestFiguresAreFilledFromWhatStands(t *testing.T) {
	t.Parallel()
	const first = "migrations/20261123131100_measure.sql"
	text, err := fs.ReadFile(measure.Migrations, first)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, fstest.MapFS{first: {Data: text}}}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, "INSERT INTO measure_state (measure, day, before_day, run_id, millis, problem) VALUES ('m', '2026-11-21', '2026-10-22', 'n', 0, '')")
			for _, r := range []string{"'2026-11-21', 'a', 1, 2, 3, 4", "'2026-11-20', 'a', 9, 9, 9, 9", "'2026-10-22', 'a', 5, 6, 7, 8", "'2026-10-22', 'b', 1, 1, 1, 1", "'2026-11-21', 'c', 2, 2, 2, 2"} {
				if err == nil {
					_, err = tx.Do(ctx, "INSERT INTO measure_row (measure, day, unit_id, num, den, seen, expected) VALUES ('m', "+r+")")
				}
			}
			return err
		})
		if err == nil {
			_, err = d.Migrate(t.Context(), auth.Migrations, audit.Migrations, measure.Migrations)
		}
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]shown{"m of a": {"m", "a", 1, 2, 3, 4, 5, 6, 7, 8}, "m of b": {"m", "b", 0, 0, 0, 0, 1, 1, 1, 1}, "m of c": {"m", "c", 2, 2, 2, 2, 0, 0, 0, 0}}
		if got := (&world{d: d}).shown(t, "SELECT * FROM measure_now"); !maps.Equal(got, want) {
			t.Errorf("%+v", got)
		}
	})
}
