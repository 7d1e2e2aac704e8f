// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// recountPage is how many open terms are looked at between two writes.
const recountPage = 500 // rows

// Recount counts every open term in days again with the days of cal, after a
// holiday was decided, exchanged or withdrawn: the old term stays in the history
// with the reason. Terms in hours, terms that end on a named day and whatever is
// no longer open stay as they are, and so does the time a person gave beyond the
// rule. It returns how many ends moved; one that fails keeps no other from being
// counted.
func (s *Service) Recount(ctx context.Context, cal *calendar.Calendar) (moved int, err error) {
	var failed []error
	for after := ID(""); ; {
		rows, err := inDays(ctx, s.records.Read(), after, recountPage)
		if err != nil {
			return moved, errors.Join(append(failed, err)...)
		}
		if len(rows) == 0 {
			return moved, errors.Join(failed...)
		}
		for _, o := range rows {
			if after = o.ID; o.Explanation.Calendar == cal.Version() {
				continue
			}
			if due, _ := cal.Due(o.Explanation.Start, o.Amount, o.Explanation.Counting); cut(due).Equal(cut(o.Explanation.Due)) {
				continue
			}
			if err := s.recountOne(ctx, cal, o.ID); err != nil {
				failed = append(failed, err)
				continue
			}
			moved++
		}
	}
}

func (s *Service) recountOne(ctx context.Context, cal *calendar.Calendar, id ID) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := byID(ctx, tx, "obligation.Recount", id)
		if err != nil || o.State != Open || !o.Amount.Unit.Days() {
			return err
		}
		oldDue := o.DueAt
		_, e := cal.Due(o.Explanation.Start, o.Amount, o.Explanation.Counting)
		o.term(e.Citing(o.Explanation.Basis))
		reason := i18n.T(ctx, "obligation.calendar_changed")
		if err := s.keepTerm(ctx, tx, &o, TermRecomputed, o.Explanation, o.DueAt, reason); err != nil {
			return err
		}
		return s.save(ctx, tx, &o, "obligation.recompute", map[string]any{"reason": reason, "calendar": cal.Version(),
			"old_due_at": oldDue, "due_at": o.DueAt})
	})
}

// inDays lists open obligations whose terms are counted in days, by id.
func inDays(ctx context.Context, q bun.IDB, after ID, limit int64) ([]Obligation, error) {
	var rows []row
	units := []string{string(calendar.Day), string(calendar.WorkingDay), string(calendar.Month)}
	err := q.NewSelect().Model(&rows).Where("o.state = ?", string(Open)).Where("o.amount_unit IN (?)", bun.List(units)).
		Where("o.id > ?", string(after)).OrderExpr("o.id").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, db.Error("obligation.inDays", err)
	}
	return all(rows)
}
