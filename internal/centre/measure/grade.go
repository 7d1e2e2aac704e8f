// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import "math"

// Sound reports that f can be: coverage lies between nothing and all, and no
// count is below zero.
func (f Figure) Sound() bool {
	return f.Num >= 0 && f.Den >= 0 && f.Seen >= 0 && f.Seen <= f.Expected
}

// gradeOf is how far f may be believed when least percent of what is expected
// must have been seen.
func gradeOf(f Figure, least int64, said bool) Grade {
	var g Grade
	switch {
	case f.Expected <= 0:
		return Outside
	case f.Seen <= 0:
		g = Unseen
	case float64(f.Seen)*100 < float64(f.Expected)*float64(least):
		g = Partial
	default:
		return Measured
	}
	if said {
		return Declared
	}
	return g
}

// Value is what the unit says as a number, as Reading.Value; false for a share of
// nothing.
func (c Claim) Value(u Unit) (float64, bool) {
	return Reading{Figure: Figure{Num: c.Num, Den: c.Den}, Grade: Measured}.Value(u)
}

// Contradicted reports that what the unit says differs from what was measured by
// more than r.Tolerance: in points of percent for a share, in percent of the
// larger of both else. Of what was not measured nobody can say so.
func (r Reading) Contradicted(u Unit) bool {
	value, measured := r.Value(u)
	if !measured || r.Said == nil {
		return false
	}
	said, ok := r.Said.Value(u)
	if !ok {
		return false
	}
	off := math.Abs(said - value)
	if u != Share {
		if most := math.Max(said, value); most > 0 {
			off = off * 100 / most
		}
	}
	return off > float64(r.Tolerance)
}

// Better reports that going from a value to another is good by d; neither way for
// Plain and for no change.
func (d Direction) Better(from, to float64) bool {
	switch d {
	case More:
		return to > from
	case Less:
		return to < from
	}
	return false
}
