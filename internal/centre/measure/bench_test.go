// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// BenchmarkReadings is what a board of 150 units by 60 measures asks for.
func BenchmarkReadings(b *testing.B) {
	d := dbtest.SQLite(b, []fs.FS{auth.Migrations, audit.Migrations, measure.Migrations}...)
	var units, keys []string
	for n := range 150 {
		units = append(units, fmt.Sprintf("01a20ad9-2bcc-7d60-87be-%012d", n))
	}
	law := &rulepack.Pack{ID: "T", Version: "hash", Thresholds: []rulepack.Threshold{{ID: "measure_coverage", Value: 80, Unit: "percent"}, {ID: "claim_tolerance", Value: 5, Unit: "percent"}}}
	s := measure.New(measure.Deps{Records: d, Now: func() time.Time { return t0 }, Log: slog.New(slog.DiscardHandler),
		Law: func() *rulepack.Pack { return law }, Root: func(context.Context) (string, error) { return "root", nil }})
	for n := range 60 {
		key := fmt.Sprintf("bench.measure%02d", n)
		keys = append(keys, key)
		s.Register(measure.Measure{Key: key, Unit: measure.Share, Direction: measure.More, Days: 30,
			Eval: func(context.Context, bun.IDB, measure.Window) (map[string]measure.Figure, error) {
				out := figures{}
				for i, u := range units {
					out[u] = measure.Figure{Num: int64(i), Den: 150, Seen: 150, Expected: 150}
				}
				return out, nil
			}})
	}
	err := d.Housekeep(b.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, u := range append([]string{"root"}, units...) {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('root', ?)", u).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Evaluate(b.Context(), nil, t0); err != nil {
		b.Fatal(err)
	}
	ctx := as(auth.Centre, "root")
	for b.Loop() {
		list, err := s.Readings(ctx, keys, units)
		if err != nil || len(list) != 9000 || list[0].Grade != measure.Measured {
			b.Fatalf("%d readings, %v", len(list), err)
		}
	}
}
