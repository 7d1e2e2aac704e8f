// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"testing"

	"github.com/vonggac/vonggac/internal/centre/board"
)

// TestWhoStandsAlikeIsNeitherBestNorWorst ranks units of given scores.
func TestWhoStandsAlikeIsNeitherBestNorWorst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scores      []float64
		best, worst int
	}{
		"nobody":             {nil, 0, 0},
		"one":                {[]float64{80}, 0, 0},
		"all alike":          {[]float64{0, 0, 0, 0, 0, 0, 0, 0}, 0, 0},
		"one stands out":     {[]float64{50, 0, 0, 0, 0, 0, 0, 0}, 1, 4},
		"one falls behind":   {[]float64{90, 90, 90, 90, 10}, 3, 1},
		"two":                {[]float64{90, 10}, 1, 1},
		"all of their own":   {[]float64{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0}, 5, 5},
		"the last two alike": {[]float64{9, 8, 1, 1}, 2, 2},
	} {
		var b board.Brief
		for i, s := range c.scores {
			b.Ranked = append(b.Ranked, board.Standing{Score: s, Rank: i + 1})
		}
		if best, worst := len(b.Best()), len(b.Worst()); best != c.best || worst != c.worst {
			t.Errorf("%s: %d best and %d worst, want %d and %d", name, best, worst, c.best, c.worst)
		}
	}
}
