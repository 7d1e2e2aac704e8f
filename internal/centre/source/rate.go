// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// The rate of a source breaks its own pattern when its last full hour brought
// less than rateLow or more than rateHigh percent of what the same hour of the
// same weekday brought in other weeks. Of hours with fewer than rateFloor lines
// on either side nothing is said: there chance is larger than any pattern.
const (
	rateLow     = 20
	rateHigh    = 500
	rateFloor   = 50
	rateWeeks   = 4
	rateLeast   = 2                // weeks with data
	rateSettled = 10 * time.Minute // after the hour: lines still come that are about it
)

// watchRates compares the last full hour of sources that speak with their own
// pattern. It tells once when one leaves it.
func (s *Service) watchRates(ctx context.Context, all []facts, now time.Time) error {
	const op = "source.watchRates"
	hour := now.Add(-rateSettled).UTC().Truncate(time.Hour).Add(-time.Hour)
	if s.rated.Load() == hour.UnixMilli() {
		return nil
	}
	deaf, err := deafTimes(ctx, s.Records.Read(), hour, hour.Add(time.Hour))
	if err != nil || len(deaf) > 0 { // that hour says nothing of the sources
		return err
	}
	hours := []db.Time{db.At(hour)}
	for week := range rateWeeks {
		hours = append(hours, db.At(hour.AddDate(0, 0, -7*(week+1))))
	}
	var rows []hourRow
	err = s.Records.Read().NewSelect().Model(&rows).Column("source_id", "hour", "lines").Where("h.hour IN (?)", bun.List(hours)).Scan(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	lines, before := map[string]int64{}, map[string][]int64{}
	for _, r := range rows {
		if r.Hour.Equal(hour) {
			lines[r.Source] = r.Lines
		} else if r.Lines > 0 {
			before[r.Source] = append(before[r.Source], r.Lines)
		}
	}
	for i := range all {
		f := &all[i]
		id := string(f.source.ID)
		if speaks := len(f.open) == 1 && f.silence == nil && !f.last.IsZero(); !speaks || len(before[id]) < rateLeast {
			continue
		}
		if err := s.rate(ctx, f, hour, lines[id], median(before[id])); err != nil {
			return err
		}
	}
	s.rated.Store(hour.UnixMilli())
	return nil
}

// rate notes how the hour of one source compares, and tells of a change.
func (s *Service) rate(ctx context.Context, f *facts, hour time.Time, lines, usual int64) error {
	next := rateOf(lines, usual)
	if next == f.state.Rate {
		return nil
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewUpdate().Model((*stateRow)(nil)).Set("rate = ?", next).Where("source_id = ?", string(f.source.ID)).
			Where("rate = ?", f.state.Rate).Exec(ctx)
		if err != nil {
			return db.Error("source.rate", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 || next == "" || s.Told == nil {
			return db.Error("source.rate", err)
		}
		return s.Told(ctx, tx, Alert{Kind: AlertRate, Source: f.source, At: s.Now(), Since: hour, Lines: lines, Usual: usual})
	})
}

func rateOf(lines, usual int64) string {
	switch {
	case max(lines, usual) < rateFloor:
		return ""
	case lines*100 < usual*rateLow:
		return "low"
	case lines*100 > usual*rateHigh:
		return "high"
	}
	return ""
}

func median(of []int64) int64 {
	slices.Sort(of)
	n := len(of)
	if n%2 == 1 {
		return of[n/2]
	}
	return (of[n/2-1] + of[n/2]) / 2
}
