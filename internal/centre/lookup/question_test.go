// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/lookup"
)

// TestAHistogramHasFewBars draws spans: the bars fit the page, and are not
// wider than they must be.
func TestAHistogramHasFewBars(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := time.Duration(rapid.Int64Range(1, 100*366*24*3600).Draw(t, "seconds")) * time.Second
		step := lookup.StepOf(span)
		if n := (span + step - 1) / step; n > 61 || step%time.Second != 0 || step > time.Second && n < 4 && span > time.Minute {
			t.Errorf("%s has %d bars of %s", span, n, step)
		}
	})
}
