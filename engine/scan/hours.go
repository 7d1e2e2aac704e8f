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

// hours counts lines by hour. Lines follow each other in time, nearly always:
// the hour at hand is counted beside the others.
type hours struct {
	at, n int64 // hours since 1970, and its lines
	rest  map[int64]int64
}

// count counts the lines of recs.
func (h *hours) count(recs []format.Record) {
	for i := range recs {
		if r := &recs[i]; r.Timed && !r.More {
			h.add(hourAt(r.Sec), 1)
		}
	}
}

func (h *hours) add(at, n int64) {
	if at != h.at && h.n > 0 {
		if h.rest == nil {
			h.rest = map[int64]int64{}
		}
		h.rest[h.at] += h.n
		h.n = 0
	}
	h.at = at
	h.n += n
}

// merge adds what o has counted.
func (h *hours) merge(o *hours) {
	for at, n := range o.rest {
		h.add(at, n)
	}
	if o.n > 0 {
		h.add(o.at, o.n)
	}
}

// take returns the hours in their order and starts anew.
func (h *hours) take() []Hour {
	if h.n == 0 && len(h.rest) == 0 {
		return nil
	}
	h.add(h.at+1, 0)
	out := make([]Hour, 0, len(h.rest))
	for _, at := range slices.Sorted(maps.Keys(h.rest)) {
		out = append(out, Hour{time.Unix(at*3600, 0).UTC(), h.rest[at]})
	}
	*h = hours{}
	return out
}

// hourAt is the hour that sec is in, also before 1970.
func hourAt(sec int64) int64 {
	if sec < 0 {
		return (sec - 3599) / 3600
	}
	return sec / 3600
}
