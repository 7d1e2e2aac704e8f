// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// lagging is a block of the network whose lines are dated so long before their
// receipt: seconds, and how many lines.
func lagging(id source.ID, received time.Time, lags ...[2]int64) source.Counted {
	c := source.Counted{Source: id, Owner: "a", Way: "w", Received: received, Bytes: 1, Kept: 365 * 24 * time.Hour, Hours: map[time.Time]int64{}}
	for _, l := range lags {
		c.Lines += l[1]
		c.Parsed += l[1]
		c.Lags = append(c.Lags, scan.Lag{Seconds: scan.LagStep(l[0]), Lines: l[1]})
		c.Hours[received.Add(-time.Duration(l[0])*time.Second).UTC().Truncate(time.Hour)] += l[1]
	}
	return c
}

// TestAClockIsMeasuredAndNeverCorrected feeds hours of lines whose sender's clock
// is right, in the wrong zone, ahead, and whose lines were held up on the way.
func TestAClockIsMeasuredAndNeverCorrected(t *testing.T) {
	each(t, func(h *house) {
		h.Skew = func() time.Duration { return 5 * time.Minute }
		s := h.source("a")
		for _, c := range []struct {
			name   string
			lags   [][2]int64
			median time.Duration
			off    bool
		}{
			{"a right clock", [][2]int64{{0, 40}, {1, 50}, {2, 8}, {3600, 1}}, time.Second, false},
			{"a zone too far west", [][2]int64{{0, 3}, {25_200, 40}, {25_201, 40}}, 7 * time.Hour, true},
			{"a clock ahead", [][2]int64{{-420, 90}, {-421, 10}}, -7 * time.Minute, true},
			{"a clock a little behind", [][2]int64{{200, 9}}, 200 * time.Second, false},
			{"lines held up by an outage", [][2]int64{{7200, 10}, {5400, 10}, {3600, 10}, {1800, 10}, {0, 10}}, time.Hour, false},
		} {
			h.now = h.now.Add(time.Hour)
			for _, l := range c.lags { // in several blocks
				h.count(lagging(s.ID, h.now, l))
			}
			live, err := h.Live(h.as(auth.Centre, "root"), s.ID)
			if err != nil {
				h.t.Fatal(err)
			}
			got := live.Clocks[0]
			if !got.Hour.Equal(h.now.Truncate(time.Hour)) || got.Median != c.median || live.ClockOff != c.off {
				h.t.Errorf("%s: measured %+v, warned %v", c.name, got, live.ClockOff)
			}
		}
	})
}

// TestLinesDatedLateAheadOrOutsideAreCounted shows that what cannot be about its
// date counts in the hour of receipt, and is told by reason.
func TestLinesDatedLateAheadOrOutsideAreCounted(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		const day = 24 * 3600
		h.count(lagging(s.ID, h.now, [2]int64{0, 1}, [2]int64{-7200, 2}, [2]int64{-9 * day, 4}, [2]int64{2 * day, 8}, [2]int64{399 * day, 16}))
		got := h.rows("SELECT reason, n FROM source_loss WHERE what = 'dated' ORDER BY reason")
		if want := "[map[n:2 reason:ahead] map[n:8 reason:late] map[n:20 reason:outside]]"; fmt.Sprint(got) != want {
			h.t.Errorf("counted %v, want %s", got, want)
		}
		got = h.rows("SELECT hour, lines, parsed FROM source_hour ORDER BY hour")
		want := []string{
			"map[hour:" + ms(h.now.Add(-48*time.Hour).Truncate(time.Hour)) + " lines:8 parsed:8]",
			"map[hour:" + ms(h.now.Truncate(time.Hour)) + " lines:23 parsed:23]"}
		if !slices.Equal(got, want) {
			h.t.Errorf("hours %v, want %v", got, want)
		}
		live, err := h.Live(h.as(auth.Centre, "root"), s.ID)
		if err != nil || live.Lost("dated") != 30 {
			h.t.Errorf("live %+v, %v", live.Losses, err)
		}
	})
}

// TestClocksAreForgotten keeps the table small.
func TestClocksAreForgotten(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		h.count(lagging(s.ID, h.now, [2]int64{0, 1}))
		h.now = h.now.Add(9 * 24 * time.Hour)
		if err := h.Forget(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		if got := h.rows("SELECT lines FROM source_clock"); len(got) != 0 {
			h.t.Errorf("left %v", got)
		}
	})
}
