// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

type runRow struct {
	bun.BaseModel `bun:"table:measure_run,alias:n"`

	ID       string  `bun:"id,pk"`
	Cause    string  `bun:"cause"`
	Started  db.Time `bun:"started_at"`
	Millis   int64   `bun:"millis"`
	Pack     string  `bun:"pack_id"`
	Hash     string  `bun:"pack_hash"`
	By       string  `bun:"by_name"`
	Measures int64   `bun:"measures"`
	Failed   int64   `bun:"failed"`
	Problem  string  `bun:"problem"`
}

type dayRow struct {
	bun.BaseModel `bun:"table:measure_day,alias:d"`

	Measure string  `bun:"measure,pk"`
	Day     string  `bun:"day,pk"`
	Run     string  `bun:"run_id"`
	From    db.Time `bun:"from_at"`
	To      db.Time `bun:"to_at"`
	Counted db.Time `bun:"counted_at"`
}

type figureRow struct {
	bun.BaseModel `bun:"table:measure_row,alias:r"`

	Measure  string `bun:"measure,pk"`
	Day      string `bun:"day,pk"`
	Unit     string `bun:"unit_id,pk"`
	Num      int64  `bun:"num"`
	Den      int64  `bun:"den"`
	Seen     int64  `bun:"seen"`
	Expected int64  `bun:"expected"`
}

func (r figureRow) figure() Figure { return Figure{r.Num, r.Den, r.Seen, r.Expected} }

func rowOf(key, day, unit string, f Figure) figureRow {
	return figureRow{Measure: key, Day: day, Unit: unit, Num: f.Num, Den: f.Den, Seen: f.Seen, Expected: f.Expected}
}

type stateRow struct {
	bun.BaseModel `bun:"table:measure_state,alias:s"`

	Measure string  `bun:"measure,pk"`
	Day     string  `bun:"day"`        // the newest counted; "" before the first
	Before  string  `bun:"before_day"` // with which it is compared
	Run     string  `bun:"run_id"`
	Counted db.Time `bun:"counted_at"`
	Millis  int64   `bun:"millis"`
	Problem string  `bun:"problem"` // why the last turn failed; "" when it did not
	Failed  db.Time `bun:"failed_at"`
}

type pastRow struct {
	bun.BaseModel `bun:"table:measure_past,alias:p"`

	ID       string  `bun:"id,pk"`
	Measure  string  `bun:"measure"`
	Day      string  `bun:"day"`
	Unit     string  `bun:"unit_id"`
	Num      int64   `bun:"num"`
	Den      int64   `bun:"den"`
	Seen     int64   `bun:"seen"`
	Expected int64   `bun:"expected"`
	Run      string  `bun:"run_id"`
	At       db.Time `bun:"replaced_at"`
	By       string  `bun:"replaced_by"`
}

type claimRow struct {
	bun.BaseModel `bun:"table:measure_claim,alias:c"`

	ID      string  `bun:"id,pk"`
	Measure string  `bun:"measure"`
	Unit    string  `bun:"unit_id"`
	Num     int64   `bun:"num"`
	Den     int64   `bun:"den"`
	Note    string  `bun:"note"`
	ByID    string  `bun:"by_id"`
	By      string  `bun:"by_name"`
	At      db.Time `bun:"at"`
	Version int64   `bun:"version"`
	Current bool    `bun:"current"`
}

func (r claimRow) claim() Claim {
	return Claim{Num: r.Num, Den: r.Den, Note: r.Note, By: r.By, At: r.At.Time}
}

// statesOf are the states of measures by key; those never tried are absent.
func statesOf(ctx context.Context, q db.Fetcher, keys []string) (map[string]stateRow, error) {
	out := map[string]stateRow{}
	if len(keys) == 0 {
		return out, nil
	}
	rows, err := db.Select[stateRow](ctx, q, "WHERE s.measure IN (?)", db.In(keys))
	for _, r := range rows {
		out[r.Measure] = r
	}
	return out, db.Error("measure.statesOf", err)
}

// counted are the figures of one day as they stand, by measure and unit.
func counted(ctx context.Context, tx *db.Tx, day string, keys []string) (map[string]map[string]Figure, error) {
	out := map[string]map[string]Figure{}
	if len(keys) == 0 {
		return out, nil
	}
	rows, err := db.Select[figureRow](ctx, tx, "WHERE r.measure IN (?) AND r.day = ?", db.In(keys), day)
	for _, r := range rows {
		if out[r.Measure] == nil {
			out[r.Measure] = map[string]Figure{}
		}
		out[r.Measure][r.Unit] = r.figure()
	}
	return out, db.Error("measure.counted", err)
}
