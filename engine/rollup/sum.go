// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import "time"

// Sum is a count with its first and last time. Times are kept without a
// pointer, which keeps large tables out of the garbage collector's way.
type Sum struct {
	Count       int64
	timed       bool // the times below hold
	first, last stamp
}

type stamp struct {
	sec  int64
	nsec int32
}

func (a stamp) before(b stamp) bool {
	return a.sec < b.sec || a.sec == b.sec && a.nsec < b.nsec
}

func (a stamp) time() time.Time { return time.Unix(a.sec, int64(a.nsec)).UTC() }

// At returns the Sum of one event at t, which may be zero.
func At(t time.Time) Sum { return Of(1, t, t) }

// Of returns a Sum of count events from first to last, both zero when unknown.
func Of(count int64, first, last time.Time) Sum {
	s := Sum{Count: count}
	if first.IsZero() || last.IsZero() {
		return s
	}
	s.timed = true
	s.first = stamp{first.Unix(), int32(first.Nanosecond())}
	s.last = stamp{last.Unix(), int32(last.Nanosecond())}
	return s
}

// Add adds o to s.
func (s *Sum) Add(o Sum) {
	s.Count += o.Count
	switch {
	case !o.timed:
	case !s.timed:
		s.timed, s.first, s.last = true, o.first, o.last
	default:
		if o.first.before(s.first) {
			s.first = o.first
		}
		if s.last.before(o.last) {
			s.last = o.last
		}
	}
}

// First is the first time, UTC; zero when unknown.
func (s *Sum) First() time.Time {
	if !s.timed {
		return time.Time{}
	}
	return s.first.time()
}

// Last is the last time, UTC; zero when unknown.
func (s *Sum) Last() time.Time {
	if !s.timed {
		return time.Time{}
	}
	return s.last.time()
}
