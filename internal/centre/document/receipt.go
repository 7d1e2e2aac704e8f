// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// Reminders say after how many days without receipt the sender of a paper is
// told, each time once. No term of law was found for it, so that each unit sets
// its own.
type Reminders struct {
	Days    []int // 1..90, rising; none: nobody is told
	Version int64 // 0: the unit set none, these are the product's own
}

const (
	maxReminders = 6
	maxRemindDay = 90
)

func remindersName(unit string) string { return "document.receipts." + unit }

func reminders(ctx context.Context, q bun.IDB, unit string) (Reminders, error) {
	r := Reminders{}
	v, err := setting.Get(ctx, q, remindersName(unit), &r.Days)
	if v == 0 {
		r.Days = []int{2, 5, 10}
	}
	r.Version = v
	return r, err
}

// next is when the step behind told is due; zero when there is none.
func (r Reminders) next(sent time.Time, told int) time.Time {
	if told >= len(r.Days) {
		return time.Time{}
	}
	return sent.Add(time.Duration(r.Days[told]) * 24 * time.Hour)
}

// passed is how many steps lie behind now.
func (r Reminders) passed(sent, now time.Time) (n int) {
	for n < len(r.Days) && !r.next(sent, n).After(now) {
		n++
	}
	return n
}

// ReadReminders reads days as people write them: "2, 5, 10". Errors:
// fault.Invalid (days).
func ReadReminders(text string) ([]int, error) {
	const op = "document.reminders"
	out := []int{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > maxRemindDay {
			return nil, fault.Bad(op, "days", "document.bad.days")
		}
		out = append(out, n)
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > maxReminders {
		return nil, fault.Bad(op, "days", "document.bad.days")
	}
	return out, nil
}

// RemindersOf is when senders of unit are told. It needs the right to send there.
func (s *Service) RemindersOf(ctx context.Context, unit string) (Reminders, error) {
	if _, err := s.importer(ctx, "document.reminders", unit); err != nil {
		return Reminders{}, err
	}
	return reminders(ctx, s.Records.Read(), unit)
}

// SetReminders says when senders of unit are told. What is on its way is told of
// by the steps still to come. Errors: fault.Invalid (unit, days), fault.Conflict.
func (s *Service) SetReminders(ctx context.Context, unit string, r Reminders) error {
	const op = "document.reminders"
	if _, err := s.importer(ctx, op, unit); err != nil {
		return err
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), remindersName(unit), r.Version, r.Days); err != nil {
			return err
		}
		var open []dispatchRow
		err := tx.NewSelect().Model(&open).Where("dd.received_at IS NULL").Where("dd.status <> '02'").
			Where("dd.document_id IN (SELECT id FROM document WHERE unit_id = ?)", unit).OrderExpr("dd.id").Scan(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		for _, d := range open {
			told := r.passed(d.SentAt.Time, s.now()) // what lies behind is not told again
			if err := plan(ctx, tx, d.ID, int64(told), r.next(d.SentAt.Time, told)); err != nil {
				return err
			}
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: op, Kind: "document_book", Object: unit, Unit: unit, Detail: map[string]any{"days": r.Days}})
	})
}

func plan(ctx context.Context, tx *db.Tx, dispatch string, told int64, next time.Time) error {
	_, err := tx.NewUpdate().Model((*dispatchRow)(nil)).Set("told = ?", told).Set("remind_at = ?", db.At(next)).Where("id = ?", dispatch).Exec(ctx)
	return db.Error("document.plan", err)
}

// Unreceipted is a paper with recipients who have not confirmed.
type Unreceipted struct {
	Document Document
	SenderID string // account that recorded the sending; may be empty
	N        int64  // recipients
	Days     int    // of the step that is due
	Once     string // names this step of these recipients for ever
}

// atATime is how many sendings one turn looks at.
const atATime = 500

// TellUnreceipted tells of papers whose receipts are missing by now, each step
// once, in the transaction of its notice. It is done again and again by the
// program itself.
func (s *Service) TellUnreceipted(ctx context.Context) error {
	const op = "document.unreceipted"
	if s.Unreceipted == nil {
		return nil
	}
	var due []dispatchRow
	err := s.Records.Read().NewSelect().Model(&due).Where("dd.remind_at IS NOT NULL").Where("dd.remind_at <= ?", db.At(s.now())).OrderExpr("dd.remind_at, dd.document_id, dd.id").Limit(atATime).Scan(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	papers := map[string]bool{}
	for _, d := range due {
		if papers[d.Document] {
			continue
		}
		papers[d.Document] = true
		if err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return s.tellOf(ctx, tx, d.Document) }); err != nil {
			return db.Error(op, err)
		}
	}
	return nil
}

// tellOf tells of all sendings of one paper that are due, together by who sent
// them and by step.
func (s *Service) tellOf(ctx context.Context, tx *db.Tx, id string) error {
	var r row
	if err := tx.NewSelect().Model(&r).Where("d.id = ?", id).Scan(ctx); err != nil {
		return err
	}
	d, err := r.document()
	if err != nil {
		return err
	}
	steps, err := reminders(ctx, tx, d.Unit)
	if err != nil {
		return err
	}
	var due []dispatchRow
	err = tx.NewSelect().Model(&due).Where("dd.document_id = ?", id).Where("dd.remind_at IS NOT NULL").Where("dd.remind_at <= ?", db.At(s.now())).OrderExpr("dd.id").Scan(ctx)
	if err != nil {
		return err
	}
	type key struct {
		sender string
		step   int
	}
	var order []key
	told := map[key]*Unreceipted{}
	for _, x := range due {
		step := max(steps.passed(x.SentAt.Time, s.now()), int(x.Told))
		if err := plan(ctx, tx, x.ID, int64(step), steps.next(x.SentAt.Time, step)); err != nil {
			return err
		}
		if step == 0 || step <= int(x.Told) { // fewer steps than before
			continue
		}
		k := key{x.SentByID, step}
		if told[k] == nil {
			order = append(order, k)
			told[k] = &Unreceipted{Document: d, SenderID: x.SentByID, Days: steps.Days[step-1], Once: "document.unreceipted/" + x.ID + "/" + strconv.Itoa(steps.Days[step-1])}
		}
		told[k].N++
	}
	for _, k := range order {
		if err := s.Unreceipted(ctx, tx, *told[k]); err != nil {
			return err
		}
	}
	return nil
}
