// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import "time"

// Burst is how many seconds' worth of its quota a way may be ahead.
const Burst = 5

// bucket holds a way to its quota: it fills with time up to Burst seconds'
// worth, and may go below nothing, which then has to be waited for. The zero
// value is full.
type bucket struct {
	quota Quota // it was filled by
	lines float64
	bytes float64
	at    time.Time
}

// fill brings b to now.
func (b *bucket) fill(q Quota, now time.Time) {
	if b.at.IsZero() || b.quota != q {
		*b = bucket{quota: q, lines: float64(q.Lines) * Burst, bytes: float64(q.Bytes) * Burst, at: now}
		return
	}
	d := max(now.Sub(b.at).Seconds(), 0) // a clock that was set back begins anew
	b.lines = min(b.lines+d*float64(q.Lines), float64(q.Lines)*Burst)
	b.bytes = min(b.bytes+d*float64(q.Bytes), float64(q.Bytes)*Burst)
	b.at = now
}

// wait tells how long until b lets something through, 0 when it does now.
func (b *bucket) wait(q Quota, now time.Time) time.Duration {
	if q == (Quota{}) {
		return 0
	}
	b.fill(q, now)
	return max(until(b.lines, q.Lines), until(b.bytes, q.Bytes))
}

// take takes lines and bytes away.
func (b *bucket) take(q Quota, lines, bytes int, now time.Time) {
	if q == (Quota{}) {
		return
	}
	b.fill(q, now)
	b.lines -= float64(lines)
	b.bytes -= float64(bytes)
}

func until(level float64, rate int64) time.Duration {
	if rate <= 0 || level > 0 {
		return 0
	}
	// One more than nothing is enough, and never less than a millisecond, so
	// that whoever waits does not spin.
	return max(time.Millisecond, time.Duration((1-level)/float64(rate)*float64(time.Second)))
}
