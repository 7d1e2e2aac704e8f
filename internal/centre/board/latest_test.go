// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import "testing"

// TestTheLatestUnitIsNamedOnlyWhenItIsAlone: latest also tells how many are as late.
func TestTheLatestUnitIsNamedOnlyWhenItIsAlone(t *testing.T) {
	t.Parallel()
	table := func(late ...int) Table {
		var out Table
		for i, n := range late {
			name := string(rune('A' + i))
			out.Rows = append(out.Rows, Row{Unit: UnitRow{ID: name, Name: name}, Counts: Counts{Overdue: n}})
		}
		return out
	}
	for name, c := range map[string]struct {
		tables      []Table
		unit        string
		most, units int
	}{
		"one is latest":        {[]Table{table(1, 3, 2)}, "B", 3, 1},
		"all alike":            {[]Table{table(1, 1, 1)}, "A", 1, 3},
		"alike over two":       {[]Table{table(1, 0, 2), table(1, 0, 0)}, "A", 2, 2},
		"summed over two":      {[]Table{table(1, 2), table(2, 0)}, "A", 3, 1},
		"nobody is late at it": {[]Table{table(0, 0)}, "", 0, 2},
	} {
		if unit, most, units := latest(c.tables); unit != c.unit || most != c.most || units != c.units {
			t.Errorf("%s: %s with %d, at %d", name, unit, most, units)
		}
	}
}
