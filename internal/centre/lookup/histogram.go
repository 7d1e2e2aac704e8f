// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

const day = 24 * time.Hour

// steps are the widths that a histogram may have.
var steps = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 7 * day, 14 * day, 30 * day}

// maxBars is the most bars that are drawn.
const maxBars = 61

// stepOf is the smallest width by which a span has no more than maxBars bars.
func stepOf(span time.Duration) time.Duration {
	for _, s := range steps {
		if span <= s*maxBars {
			return s
		}
	}
	return (span / maxBars).Truncate(day) + day
}

// The drawing, in its own units.
const (
	barWidth, barGap = 10, 2
	barHeight        = 80
)

// bar is one step as it is drawn. What is not zero is at least one unit high.
type bar struct {
	lake.Bucket
	x, y, height string
}

func bars(list []lake.Bucket) []bar {
	var most int64
	for _, b := range list {
		most = max(most, b.Rows)
	}
	out := make([]bar, len(list))
	for i, b := range list {
		h := int64(0)
		if b.Rows > 0 {
			h = max(1, int64(float64(barHeight)*float64(b.Rows)/float64(most)))
		}
		out[i] = bar{b, strconv.Itoa(i * barWidth), strconv.FormatInt(barHeight-h, 10), strconv.FormatInt(h, 10)}
	}
	return out
}

func box(n int) string {
	return "0 0 " + strconv.Itoa(max(n, 1)*barWidth) + " " + strconv.Itoa(barHeight)
}
