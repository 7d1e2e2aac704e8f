// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Filter narrows a list of letters; the newest come first.
type Filter struct {
	State  State // empty: all
	Before string
	Limit  int // 1..1000; 0 is 50
}

// List gives letters and how many match in all.
func (o *Outbox) List(ctx context.Context, f Filter) (rows []Row, total int64, err error) {
	const op = "notify.List"
	if f.Limit < 1 || f.Limit > 1000 {
		f.Limit = 50
	}
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.State != "" {
			q = q.Where("l.state = ?", f.State)
		}
		return q
	}
	n, err := narrow(o.Records.Read().NewSelect().Model((*Row)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	q := narrow(o.Records.Read().NewSelect().Model(&rows))
	if f.Before != "" {
		q = q.Where("l.id < ?", f.Before)
	}
	err = q.Order("l.id DESC").Limit(int64(f.Limit)).Scan(ctx)
	return rows, int64(n), db.Error(op, err)
}

// Health is how the outbox fares.
type Health struct {
	Waiting int64     // letters not yet taken, those in hand included
	Oldest  time.Time // when the oldest of them was made; zero without
	Failed  int64     // ended unsent; a person decides
	Answer  string    // what went wrong last with a letter that still waits or failed; empty when nothing did
	SentAt  time.Time // when a letter was last taken; zero when never
}

// Health asks how the outbox fares.
func (o *Outbox) Health(ctx context.Context) (Health, error) {
	const op = "notify.Health"
	var h Health
	var oldest, sent db.Time
	q := o.Records.Read()
	open := []State{Waiting, Sending}
	err := q.NewSelect().Model((*Row)(nil)).ColumnExpr("COUNT(*)").ColumnExpr("MIN(l.created_at)").
		Where("l.state IN (?)", bun.List(open)).Scan(ctx, &h.Waiting, &oldest)
	if err != nil {
		return h, db.Error(op, err)
	}
	err = q.NewSelect().Model((*Row)(nil)).ColumnExpr("MAX(l.ended_at)").Where("l.state = ?", Sent).Scan(ctx, &sent)
	if err != nil {
		return h, db.Error(op, err)
	}
	failed, err := q.NewSelect().Model((*Row)(nil)).Where("l.state = ?", Failed).Count(ctx)
	if err != nil {
		return h, db.Error(op, err)
	}
	var answers []string
	err = q.NewSelect().Model((*Row)(nil)).Column("answer").Where("l.state IN (?)", bun.List(append(open, Failed))).
		Where("l.answer <> ''").Order("l.updated_at DESC", "l.id DESC").Limit(1).Scan(ctx, &answers)
	if len(answers) > 0 {
		h.Answer = answers[0]
	}
	h.Oldest, h.SentAt, h.Failed = oldest.Time, sent.Time, int64(failed)
	return h, db.Error(op, err)
}

// Day is what became of letters made on one day.
type Day struct {
	Day                            int64 // days since 1970 in Asia/Ho_Chi_Minh
	Waiting, Sent, Failed, Dropped int64
}

// Start is 00:00 of the day.
func (d Day) Start() time.Time {
	return time.UnixMilli(d.Day*86_400_000 - zoneMillis).UTC()
}

const zoneMillis = 7 * 3_600_000 // UTC+7, without summer time

// Days counts letters by the day they were made on, the latest first, from
// since on.
func (o *Outbox) Days(ctx context.Context, since time.Time) ([]Day, error) {
	var rows []struct {
		Day   int64
		State State
		N     int64
	}
	err := o.Records.Read().NewSelect().Model((*Row)(nil)).ColumnExpr("(l.created_at + ?) / 86400000 AS day", zoneMillis).
		ColumnExpr("l.state AS state").ColumnExpr("COUNT(*) AS n").Where("l.created_at >= ?", db.At(since)).
		GroupExpr("1, 2").OrderExpr("1 DESC").Scan(ctx, &rows)
	var out []Day
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Day != r.Day {
			out = append(out, Day{Day: r.Day})
		}
		d := &out[len(out)-1]
		switch r.State {
		case Sent:
			d.Sent = r.N
		case Failed:
			d.Failed = r.N
		case Dropped:
			d.Dropped = r.N
		default:
			d.Waiting += r.N
		}
	}
	return out, db.Error("notify.Days", err)
}

// Retry makes a failed or resting letter due now. One that may have arrived
// still does not grow: its receiver may drop it as one they know. The caller
// has checked the right and writes the audit entry.
func (o *Outbox) Retry(ctx context.Context, tx *db.Tx, id string) error {
	now := db.At(o.Now())
	res, err := tx.NewUpdate().Model((*Row)(nil)).Set("state = ?", Waiting).Set("next_at = ?", now).Set("updated_at = ?", now).
		Set("ended_at = NULL").Set("reason = ''").Set("unsure = CASE WHEN unsure > 0 THEN 1 ELSE 0 END").Where("id = ?", id).
		Where("state IN (?)", bun.List([]State{Waiting, Failed})).Exec(ctx)
	return changed("notify.Retry", res, err)
}

// Drop ends a waiting or failed letter unsent, for a reason of 1..500 runes.
// The caller has checked the right and writes the audit entry.
func (o *Outbox) Drop(ctx context.Context, tx *db.Tx, id, reason string) error {
	const op = "notify.Drop"
	if n := len([]rune(reason)); n == 0 || n > 500 {
		return fault.Bad(op, "reason", "notify.bad.reason")
	}
	now := db.At(o.Now())
	res, err := tx.NewUpdate().Model((*Row)(nil)).Set("state = ?", Dropped).Set("reason = ?", reason).Set("ended_at = ?", now).
		Set("updated_at = ?", now).Where("id = ?", id).Where("state IN (?)", bun.List([]State{Waiting, Failed})).Exec(ctx)
	return changed(op, res, err)
}

func changed(op string, res interface{ RowsAffected() (int64, error) }, err error) error {
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "notify.not_waiting", Err: err}
	}
	return nil
}

// Forget deletes letters that ended before t and says how many.
func (o *Outbox) Forget(ctx context.Context, tx *db.Tx, t time.Time) (int64, error) {
	const op = "notify.Forget"
	res, err := tx.NewDelete().Model((*Row)(nil)).Where("ended_at < ?", db.At(t)).
		Where("state IN (?)", bun.List([]State{Sent, Failed, Dropped})).Exec(ctx)
	if err != nil {
		return 0, db.Error(op, err)
	}
	n, err := res.RowsAffected()
	return n, db.Error(op, err)
}

// LastSent is when recipient's last letter was taken; zero when none was.
func (o *Outbox) LastSent(ctx context.Context, q bun.IDB, recipient string) (time.Time, error) {
	var at db.Time
	err := q.NewSelect().Model((*Row)(nil)).ColumnExpr("MAX(l.ended_at)").Where("l.recipient = ?", recipient).
		Where("l.state = ?", Sent).Scan(ctx, &at)
	return at.Time, db.Error("notify.LastSent", err)
}
