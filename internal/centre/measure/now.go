// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"maps"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// nowRow is what the rows of a measure and a unit say on the newest day of the
// measure, and on the one it is compared with: boards read these alone.
type nowRow struct {
	bun.BaseModel `bun:"table:measure_now,alias:w"`

	Measure     string `bun:"measure,pk"`
	Unit        string `bun:"unit_id,pk"`
	Num         int64  `bun:"num"`
	Den         int64  `bun:"den"`
	Seen        int64  `bun:"seen"`
	Expected    int64  `bun:"expected"` // 0: no row on that day
	WasNum      int64  `bun:"was_num"`
	WasDen      int64  `bun:"was_den"`
	WasSeen     int64  `bun:"was_seen"`
	WasExpected int64  `bun:"was_expected"` // 0: no row on that day
}

// newest gathers what a run changes in the rows of now.
type newest struct {
	now, was []nowRow            // on the newest day of their measures; on the earlier one
	moved    map[string][]string // measures that show another day from now on, by the one it is compared with
	all      map[string]map[string]Figure
}

// state has st show day, with what was counted on it.
func (n *newest) state(st stateRow, day, before string, figures map[string]Figure) {
	if st.Day == day && st.Before == before {
		return
	}
	if n.moved == nil {
		n.moved, n.all = map[string][]string{}, map[string]map[string]Figure{}
	}
	n.moved[before] = append(n.moved[before], st.Measure)
	n.all[st.Measure] = figures
}

// figure notes what a unit's row of a day is; of no row it is nothing. st is the
// state as it will be.
func (n *newest) figure(st stateRow, day, unit string, f Figure) {
	switch {
	case n.all[st.Measure] != nil: // made anew as a whole
	case day == st.Day:
		n.now = append(n.now, nowRow{Measure: st.Measure, Unit: unit, Num: f.Num, Den: f.Den, Seen: f.Seen, Expected: f.Expected})
	case day == st.Before:
		n.was = append(n.was, nowRow{Measure: st.Measure, Unit: unit, WasNum: f.Num, WasDen: f.Den, WasSeen: f.Seen, WasExpected: f.Expected})
	}
}

// write writes what was noted.
func (n *newest) write(ctx context.Context, tx *db.Tx) error {
	for before, keys := range n.moved {
		was, err := counted(ctx, tx, before, keys)
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "DELETE FROM measure_now WHERE measure IN (?)", db.In(keys)); err != nil {
			return err
		}
		var rows []nowRow
		for _, key := range keys {
			units := maps.Clone(was[key])
			if units == nil {
				units = map[string]Figure{}
			}
			maps.Copy(units, n.all[key])
			for unit := range units {
				f, b := n.all[key][unit], was[key][unit]
				rows = append(rows, nowRow{Measure: key, Unit: unit, Num: f.Num, Den: f.Den, Seen: f.Seen, Expected: f.Expected,
					WasNum: b.Num, WasDen: b.Den, WasSeen: b.Seen, WasExpected: b.Expected})
			}
		}
		if err := db.Put(ctx, tx, "", rows...); err != nil {
			return err
		}
	}
	if err := db.Put(ctx, tx, "ON CONFLICT (measure, unit_id) DO UPDATE SET num = EXCLUDED.num, den = EXCLUDED.den, seen = EXCLUDED.seen, expected = EXCLUDED.expected", n.now...); err != nil {
		return err
	}
	return db.Put(ctx, tx, "ON CONFLICT (measure, unit_id) DO UPDATE SET was_num = EXCLUDED.was_num, was_den = EXCLUDED.was_den, was_seen = EXCLUDED.was_seen, "+
		"was_expected = EXCLUDED.was_expected", n.was...)
}
