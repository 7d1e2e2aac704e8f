// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Lines are dated by their own clock, in the zone of the source, and never
// corrected in silence (what a log says is evidence). This file measures how
// their clock differs from ours, and counts lines whose date cannot be believed
// or comes late.

// Lines are told as late, or as ahead of time, beyond these. What is dated
// further ahead is about no hour yet: it counts in that of its receipt.
const (
	lateAfter  = 24 * time.Hour
	aheadAfter = 10 * time.Minute
)

// What a loss of kind lossDated says: the lines are all kept. Those outside the
// days that are kept cannot be searched and count in the hour of their receipt.
const (
	lossDated    = "dated"
	datedLate    = "late"
	datedAhead   = "ahead"
	datedOutside = "outside"
)

// keepClocks is how long the clocks of senders are remembered.
const keepClocks = 8 * 24 * time.Hour

// clockRow is how many lines that were received in an hour speak of a moment so
// long before, in steps of scan.LagStep.
type clockRow struct {
	bun.BaseModel `bun:"table:source_clock,alias:k"`

	Source string  `bun:"source_id,pk"`
	Hour   db.Time `bun:"hour,pk"`
	Lag    int64   `bun:"lag,pk"` // seconds
	Lines  int64   `bun:"lines"`
}

// addClock adds the lags of lines that came over the network.
func (c *Counted) addClock(ctx context.Context, tx *db.Tx) error {
	if len(c.Lags) == 0 {
		return nil
	}
	by := map[int64]int64{} // of several blocks counted together, a lag may stand in each
	for _, l := range c.Lags {
		by[l.Seconds] += l.Lines
	}
	rows := make([]clockRow, 0, len(by))
	for _, lag := range slices.Sorted(maps.Keys(by)) { // rows are locked in one order
		rows = append(rows, clockRow{Source: string(c.Source), Hour: db.At(c.Received.UTC().Truncate(time.Hour)), Lag: lag, Lines: by[lag]})
	}
	return db.Error("source.addClock", db.Put(ctx, tx, "ON CONFLICT (source_id, hour, lag) DO UPDATE SET lines = k.lines + EXCLUDED.lines", rows...))
}

// dated are the lines whose date comes late or cannot be believed.
func (c *Counted) dated() []lossRow {
	by := map[string]int64{}
	for _, l := range c.Lags {
		switch lag := time.Duration(l.Seconds) * time.Second; {
		case c.Kept > 0 && lag >= c.Kept || lag < -lateAfter:
			by[datedOutside] += l.Lines
		case lag < -aheadAfter:
			by[datedAhead] += l.Lines
		case lag > lateAfter:
			by[datedLate] += l.Lines
		}
	}
	var out []lossRow
	for why, n := range by {
		out = append(out, lossRow{Source: string(c.Source), Day: dayOf(c.Received), What: lossDated, Reason: why, N: n})
	}
	return out
}

// believed reports whether lines that were received may be about an hour.
func (c *Counted) believed(hour time.Time) bool {
	return c.Way == "" || !hour.After(c.Received.Add(aheadAfter)) && (c.Kept == 0 || hour.After(c.Received.Add(-c.Kept)))
}

// Clock is how the clock of a source differs from ours, measured on the lines
// received in one hour: receipt less event time. A delay on the way looks the
// same as a slow clock, but it rarely is the same for all lines.
type Clock struct {
	Hour   time.Time
	Lines  int64         // with a time of their own
	Median time.Duration // negative: the sender's clock is ahead
	Low    time.Duration // a quarter of the lines differ by less
	High   time.Duration // a quarter by more
}

// Steady reports whether the lines agree, so that it is the clock, or the zone,
// rather than a delay.
func (c Clock) Steady() bool { return c.High-c.Low <= max(c.Median.Abs()/10, 2*time.Minute) }

// Off reports whether the clock differs by at least that much.
func (c Clock) Off(least time.Duration) bool {
	return c.Lines > 0 && c.Steady() && c.Median.Abs() >= least
}

// clocksShown is how many hours back clocks are shown.
const clocksShown = 24

// clocks are the measured hours of a source, the latest first.
func clocks(ctx context.Context, q bun.IDB, id ID, now time.Time) ([]Clock, error) {
	var rows []clockRow
	err := q.NewSelect().Model(&rows).Where("k.source_id = ?", string(id)).
		Where("k.hour > ?", db.At(now.Add(-clocksShown*time.Hour))).OrderExpr("k.hour DESC, k.lag").Scan(ctx)
	if err != nil {
		return nil, db.Error("source.clocks", err)
	}
	var out []Clock
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Hour.Equal(rows[0].Hour.Time) {
			n++
		}
		out = append(out, clockOf(rows[:n]))
		rows = rows[n:]
	}
	return out, nil
}

// clockOf is the clock of one hour, whose rows are in the order of their lag.
func clockOf(rows []clockRow) Clock {
	c := Clock{Hour: rows[0].Hour.Time}
	for _, r := range rows {
		c.Lines += r.Lines
	}
	at := func(quarter int64) time.Duration {
		n := int64(0)
		for _, r := range rows {
			if n += r.Lines; n*4 >= c.Lines*quarter {
				return time.Duration(r.Lag) * time.Second
			}
		}
		return 0
	}
	c.Low, c.Median, c.High = at(1), at(2), at(3)
	return c
}

// lagsOf are the lags of a block whose lines came over the network.
func (in Incoming) lagsOf(b scan.Block) []scan.Lag {
	if in.Way == "" {
		return nil
	}
	return b.Lags
}
