// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Tally reads figures by unit out of a query with the columns unit_id, num, den,
// seen and expected, one row a unit: what most measures come to.
func Tally(ctx context.Context, op string, sel *bun.SelectQuery) (map[string]Figure, error) {
	var rows []struct {
		Unit     string `bun:"unit_id"`
		Num      int64  `bun:"num"`
		Den      int64  `bun:"den"`
		Seen     int64  `bun:"seen"`
		Expected int64  `bun:"expected"`
	}
	if err := sel.Scan(ctx, &rows); err != nil {
		return nil, db.Error(op, err)
	}
	out := make(map[string]Figure, len(rows))
	for _, r := range rows {
		if r.Unit != "" {
			out[r.Unit] = out[r.Unit].Add(Figure{r.Num, r.Den, r.Seen, r.Expected})
		}
	}
	return out, nil
}

// On rests counts on what was heard of each unit's logs: every unit of which
// something is expected gets a figure, with the coverage of its logs. What was
// counted of a unit of which nobody expects anything stands as unseen.
func On(logs, counts map[string]Figure) map[string]Figure {
	out := make(map[string]Figure, len(logs))
	for unit, l := range logs {
		c := counts[unit]
		out[unit] = Figure{c.Num, c.Den, l.Seen, l.Expected}
	}
	for unit, c := range counts {
		if _, ok := logs[unit]; !ok {
			out[unit] = Figure{c.Num, c.Den, 0, 1}
		}
	}
	return out
}
