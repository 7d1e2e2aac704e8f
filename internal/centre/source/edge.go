// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Lost is what was lost of a source before it came to a block, in lines by
// reason.
type Lost struct {
	Source           ID
	Dropped, Refused map[string]int64
}

// CountLost adds to the account of sources what was lost elsewhere: at a
// collector, which says so itself.
func (s *Service) CountLost(ctx context.Context, list []Lost) error {
	day := dayOf(s.Now())
	var rows []lossRow
	for _, l := range list {
		for what, by := range map[string]map[string]int64{lossDropped: l.Dropped, lossRefused: l.Refused} {
			for why, n := range by {
				rows = append(rows, lossRow{Source: string(l.Source), Day: day, What: what, Reason: why, N: n})
			}
		}
	}
	slices.SortFunc(rows, compareLoss)
	var sum []lossRow
	for _, r := range rows {
		if n := len(sum); n > 0 && compareLoss(sum[n-1], r) == 0 {
			sum[n-1].N += r.N
			continue
		}
		sum = append(sum, r)
	}
	if len(sum) == 0 {
		return nil
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return addLosses(ctx, tx, sum) })
}
