// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Measures are the measures of the room. units are all in which threats should be
// hunted: that none was hunted in one is not known, only that no record says so.
func Measures(units measure.Units) []measure.Measure {
	return []measure.Measure{{Key: "hunt.done", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Days: 183, Declares: true, Area: auth.RawLogs,
		Rows: func(string, measure.Window) string { return "/threat-hunts" },
		Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
			all, err := units(ctx, q, w.To)
			if err != nil {
				return nil, err
			}
			var rows []struct {
				Owner string `bun:"owner_unit"`
				Units string `bun:"units"`
			}
			err = q.NewSelect().TableExpr("hunt_record AS h").Column("h.owner_unit", "h.units").
				Where("h.concluded_at >= ?", db.At(w.From)).Where("h.concluded_at < ?", db.At(w.To)).Scan(ctx, &rows)
			if err != nil {
				return nil, db.Error("hunt.Measures", err)
			}
			var hunted []string
			for _, r := range rows {
				var in []string
				if err := json.Unmarshal([]byte(r.Units), &in); err != nil {
					return nil, err
				}
				hunted = append(hunted, in...)
				if len(in) == 0 {
					hunted = append(hunted, r.Owner)
				}
			}
			out := map[string]measure.Figure{}
			for _, id := range all {
				f := measure.Figure{Den: 1, Expected: 1}
				if slices.Contains(hunted, id) {
					f.Num, f.Seen = 1, 1
				}
				out[id] = f
			}
			return out, nil
		}}}
}
