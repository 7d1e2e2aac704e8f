// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command board measures the measures of a large province: 150 units, 60 measures
// and 365 days of rows. It prints the median and the 95th percentile of reading
// all units by all measures with what they were before, of the sums of the whole
// centre, and of a year's trend, and the time of counting a day and of counting one
// anew, on SQLite and, when VONGGAC_TEST_POSTGRES holds a server's address, on
// PostgreSQL. It fails when an answer is not whole.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type size struct{ units, measures, days, visits int }

func main() {
	var s size
	flag.IntVar(&s.units, "units", 150, "how many units")
	flag.IntVar(&s.measures, "measures", 60, "how many measures")
	flag.IntVar(&s.days, "days", 365, "how many days of rows")
	flag.IntVar(&s.visits, "visits", 40, "how often each is asked")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		fmt.Fprintln(os.Stderr, "board:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s size) (err error) {
	dir, err := os.MkdirTemp("", "board")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := on(ctx, "SQLite", filepath.Join(dir, "records.db"), s); err != nil {
		return err
	}
	server := os.Getenv(dbtest.PostgresEnv)
	if server == "" {
		fmt.Printf("PostgreSQL: not measured, %s is not set\n", dbtest.PostgresEnv)
		return nil
	}
	return on(ctx, "PostgreSQL", server, s)
}

// on measures on the database at address, which must be empty.
func on(ctx context.Context, name, address string, s size) (err error) {
	d, err := db.Open(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Migrate(ctx, auth.Migrations, audit.Migrations, measure.Migrations); err != nil {
		return err
	}
	units := make([]string, s.units)
	for i := range units {
		units[i] = fmt.Sprintf("01a20899-e904-79b8-a969-%012d", i)
	}
	now, turn := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC), int64(0)
	room := measure.New(measure.Deps{Records: d, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		Law: func() *rulepack.Pack {
			return &rulepack.Pack{ID: "bench", Thresholds: []rulepack.Threshold{{ID: "measure_coverage", Value: 80}}}
		},
		Root: func(context.Context) (string, error) { return units[0], nil }})
	for i := range s.measures {
		room.Register(measure.Measure{Key: fmt.Sprintf("bench.measure_%02d", i), Unit: measure.Share, Direction: measure.More, Days: 30,
			Eval: func(context.Context, bun.IDB, measure.Window) (map[string]measure.Figure, error) {
				out := map[string]measure.Figure{}
				for n, unit := range units {
					out[unit] = measure.Figure{Num: (int64(n*i) + turn) % 90, Den: 100, Seen: int64(n%10 + 90), Expected: 100}
				}
				return out, nil
			}})
	}
	err = d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, unit := range units {
			for _, above := range slices.Compact([]string{units[0], unit}) {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", above, unit).Exec(ctx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	end := now
	begin := time.Now()
	for day := s.days - 1; day >= 0; day-- {
		now = end.AddDate(0, 0, -day)
		turn++
		if _, err := room.Evaluate(ctx, nil, now); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %d rows in %v, a day in %v\n", name, s.units*s.measures*s.days, time.Since(begin).Round(time.Millisecond),
		(time.Since(begin) / time.Duration(s.days)).Round(time.Millisecond))
	if err := d.Analyze(ctx); err != nil {
		return err
	}
	ctx = auth.With(ctx, auth.Actor{ID: "p", Name: "p", Grants: []auth.Grant{{Role: auth.Centre, Unit: units[0]}}})
	begin = time.Now()
	turn++
	if _, err := room.Recompute(ctx, calendar.DateOf(end).AddDays(-s.days/2)); err != nil {
		return err
	}
	fmt.Printf("%s: a day counted anew in %v\n", name, time.Since(begin).Round(time.Millisecond))
	whole := func(n int, err error, want int) error {
		if err == nil && n != want {
			err = fmt.Errorf("%d rows came, %d should", n, want)
		}
		return err
	}
	return errors.Join(
		timed(name, "all units by all measures", s.visits, func() error {
			list, err := room.Readings(ctx, nil, units)
			return whole(len(list), err, s.units*s.measures)
		}),
		timed(name, "sums of the whole centre", s.visits, func() error {
			list, err := room.Sums(ctx, nil, units[:1])
			return whole(len(list), err, s.measures)
		}),
		timed(name, "a trend over all days", s.visits, func() error {
			points, err := room.Trend(ctx, "bench.measure_00", units[1], calendar.DateOf(end).AddDays(1-s.days), calendar.DateOf(end))
			return whole(len(points), err, s.days)
		}))
}

func timed(name, what string, visits int, ask func() error) error {
	took := make([]time.Duration, 0, visits)
	for range visits {
		begin := time.Now()
		if err := ask(); err != nil {
			return fmt.Errorf("%s: %s: %w", name, what, err)
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	fmt.Printf("%s: %s: p50 %v, p95 %v\n", name, what, took[len(took)/2].Round(100*time.Microsecond), took[len(took)*95/100].Round(100*time.Microsecond))
	return nil
}
