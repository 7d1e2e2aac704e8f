// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"maps"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/format"
)

// Hour is how many lines of a block are about one hour of the clock.
type Hour struct {
	Start time.Time // UTC
	Lines int64     // with an event at a time within the hour
}

// steps counts lines by whole numbers. Lines follow each other, nearly always:
// the number at hand is counted beside the others.
type steps struct {
	at, n int64
	rest  map[int64]int64
}

func (s *steps) add(at, n int64) {
	if at != s.at && s.n > 0 {
		if s.rest == nil {
			s.rest = map[int64]int64{}
		}
		s.rest[s.at] += s.n
		s.n = 0
	}
	s.at = at
	s.n += n
}

// merge adds what o has counted.
func (s *steps) merge(o *steps) {
	for at, n := range o.rest {
		s.add(at, n)
	}
	if o.n > 0 {
		s.add(o.at, o.n)
	}
}

// takeSteps returns what s counted, in order, each as it is to be, and starts anew.
func takeSteps[T any](s *steps, as func(at, n int64) T) (out []T) {
	if s.n > 0 {
		s.add(s.at+1, 0)
	}
	for _, at := range slices.Sorted(maps.Keys(s.rest)) {
		out = append(out, as(at, s.rest[at]))
	}
	*s = steps{}
	return out
}

// hours counts lines by hours since 1970.
type hours struct{ steps }

// count counts the lines of recs.
func (h *hours) count(recs []format.Record) {
	for i := range recs {
		if r := &recs[i]; r.Timed && !r.More {
			h.add(hourAt(r.Sec), 1)
		}
	}
}

// take returns the hours in their order and starts anew.
func (h *hours) take() []Hour {
	return takeSteps(&h.steps, func(at, n int64) Hour { return Hour{time.Unix(at*3600, 0).UTC(), n} })
}

// hourAt is the hour that sec is in, also before 1970.
func hourAt(sec int64) int64 {
	if sec < 0 {
		return (sec - 3599) / 3600
	}
	return sec / 3600
}
