// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"github.com/vonggac/vonggac/engine/format"
)

// Lag is how many lines of a block tell of a moment about so long before the
// time at which the log is read (Options.Lines.At).
type Lag struct {
	Seconds int64 // a step of LagStep; negative of what is still to come by that clock
	Lines   int64
}

// mostLag is the longest lag told apart from longer ones, in seconds.
const mostLag = 400 * 24 * 3600

// LagStep is the step that so many seconds fall on, the end of it that is nearer
// to 0: every second up to a minute, then every five seconds up to ten minutes,
// every minute up to a day, and every day up to 400.
func LagStep(seconds int64) int64 {
	switch d := seconds; {
	case d < 0:
		return -LagStep(-max(d, -mostLag))
	case d < 60:
		return d
	case d < 600:
		return d - d%5
	case d < 24*3600:
		return d - d%60
	default:
		d = min(d, mostLag)
		return d - d%(24*3600)
	}
}

// lags counts lines by their lag.
type lags struct{ steps }

// count counts the lines of recs that a log read at now holds.
func (l *lags) count(recs []format.Record, now int64) {
	for i := range recs {
		if r := &recs[i]; r.Timed && !r.More {
			l.add(LagStep(now-r.Sec), 1)
		}
	}
}

// take returns the lags, the smallest first, and starts anew.
func (l *lags) take() []Lag {
	return takeSteps(&l.steps, func(at, n int64) Lag { return Lag{at, n} })
}
