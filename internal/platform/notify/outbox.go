// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// State is where a letter stands.
type State string

// The states. Sent, Failed and Dropped are ends; only a person leads out of
// Failed.
const (
	Waiting State = "waiting"
	Sending State = "sending"
	Sent    State = "sent"
	Failed  State = "failed"
	Dropped State = "dropped"
)

// States lists all states in the order pages offer them.
func States() []State { return []State{Waiting, Sending, Sent, Failed, Dropped} }

// Row is a letter at rest. Its words are made when it is sent.
type Row struct {
	bun.BaseModel `bun:"table:notify_letter,alias:l"`

	ID         string  `bun:"id,pk"`
	Recipient  string  `bun:"recipient"`
	State      State   `bun:"state"`
	Attempt    string  `bun:"attempt"`
	Attempts   int64   `bun:"attempts"`
	Unsure     int64   `bun:"unsure"`
	LeaseUntil db.Time `bun:"lease_until"`
	NextAt     db.Time `bun:"next_at"`
	CreatedAt  db.Time `bun:"created_at"`
	UpdatedAt  db.Time `bun:"updated_at"`
	EndedAt    db.Time `bun:"ended_at"`
	Code       int64   `bun:"code"`
	Answer     string  `bun:"answer"`
	Reason     string  `bun:"reason"`
}

// Draft is a letter about to be sent and what it tells of.
type Draft struct {
	Letter
	Items  []string // ids of what it tells, as the room names them
	Reason string   // catalogue key why nothing is sent after all; empty sends
}

// Outbox keeps letters until a server has taken them. All fields are required.
type Outbox struct {
	Records *db.DB
	Now     func() time.Time
	// Compose makes the words of a letter, just before it is sent.
	Compose func(ctx context.Context, r Row) (Draft, error)
	// Ended is told, in the transaction that notes it, that a draft was taken
	// by the server or that there was nothing to send.
	Ended func(ctx context.Context, tx *db.Tx, r Row, d Draft) error
}

const (
	lease    = 10 * time.Minute // much longer than a dialogue may take
	dialogue = 3 * time.Minute
	lifetime = 5 * 24 * time.Hour // of a letter that the server keeps deferring (RFC 5321 §4.5.4.1)
	unsureOf = 3                  // dialogues without an answer at the end
)

// Put gives the letter that waits for recipient and may still grow, or makes
// one that is due now. Its caller adds to it in tx.
func (o *Outbox) Put(ctx context.Context, tx *db.Tx, recipient string) (id string, err error) {
	const op = "notify.Put"
	now := db.At(o.Now())
	var ids []string
	err = tx.NewSelect().Model((*Row)(nil)).Column("id").Where("l.recipient = ?", recipient).Where("l.state = ?", Waiting).
		Where("l.unsure = 0").Order("id").Limit(1).Scan(ctx, &ids)
	if err != nil {
		return "", db.Error(op, err)
	}
	if len(ids) == 1 {
		// The write keeps a process that leases the letter now from missing what is added.
		_, err := tx.NewUpdate().Model((*Row)(nil)).Set("updated_at = ?", now).Where("id = ?", ids[0]).Exec(ctx)
		return ids[0], db.Error(op, err)
	}
	r := Row{ID: db.NewID(), Recipient: recipient, State: Waiting, NextAt: now, CreatedAt: now, UpdatedAt: now}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return r.ID, db.Error(op, err)
}

// Deliver sends what is due, at most most letters, one after the other. It
// stops at the first failure that is not the letter's own: the others wait
// untouched until the server is back. sent is how many were taken.
func (o *Outbox) Deliver(ctx context.Context, s Sender, most int) (sent int, err error) {
	for range most {
		r, ok, err := o.take(ctx)
		if err != nil || !ok {
			return sent, err
		}
		draft, err := o.Compose(ctx, r)
		if err != nil {
			return sent, errors.Join(fmt.Errorf("compose letter %s: %w", r.ID, err), o.release(ctx, r))
		}
		var answer error
		if draft.Reason == "" {
			draft.ID, draft.Date = r.ID, o.Now()
			bounded, cancel := context.WithTimeout(ctx, dialogue)
			answer = s.Send(bounded, draft.Letter)
			cancel()
		}
		if err := o.note(ctx, r, draft, answer); err != nil {
			return sent, err
		}
		switch f, ok := errors.AsType[*Failure](answer); {
		case ok && f.Blame == OfServer:
			return sent, nil
		case answer != nil && !ok:
			return sent, fmt.Errorf("send letter %s: %w", r.ID, answer)
		case answer == nil && draft.Reason == "":
			sent++
		}
	}
	return sent, nil
}

// take leases the next letter that is due. One that was being sent when its
// process vanished may have been taken by the server.
func (o *Outbox) take(ctx context.Context) (r Row, ok bool, err error) {
	now := db.At(o.Now())
	err = o.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []Row
		ok = false
		err := tx.NewSelect().Model(&rows).WhereOr("l.state = ? AND l.next_at <= ?", Waiting, now).
			WhereOr("l.state = ? AND l.lease_until <= ?", Sending, now).Order("l.next_at", "l.id").Limit(1).Scan(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		r = rows[0]
		was := r.State
		if was == Sending {
			r.Unsure++
		}
		r.State, r.Attempt, r.Attempts, r.UpdatedAt = Sending, db.NewID(), r.Attempts+1, now
		r.LeaseUntil = db.At(now.Add(lease))
		if r.Unsure > unsureOf {
			o.end(&r, Failed, "notify.ended.unsure")
		}
		res, err := tx.NewUpdate().Model(&r).WherePK().Where("attempt = ?", rows[0].Attempt).Where("state = ?", was).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		ok = n == 1 && r.State == Sending
		return err
	})
	return r, ok, db.Error("notify.take", err)
}

// note commits the outcome of a dialogue at once, even when the process is
// asked to stop.
func (o *Outbox) note(ctx context.Context, r Row, d Draft, answer error) error {
	ctx = context.WithoutCancel(ctx)
	o.judge(&r, d, answer)
	err := o.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := o.put(ctx, tx, r); err != nil {
			return err
		}
		if r.State == Sent || r.State == Dropped {
			return o.Ended(ctx, tx, r, d)
		}
		return nil
	})
	return db.Error("notify.note", err)
}

// judge sets what becomes of r.
func (o *Outbox) judge(r *Row, d Draft, answer error) {
	now := o.Now()
	f, ok := errors.AsType[*Failure](answer)
	switch {
	case d.Reason != "":
		o.end(r, Dropped, d.Reason)
		return
	case answer == nil:
		r.Code, r.Answer = 0, ""
		o.end(r, Sent, "")
		return
	case !ok:
		f = &Failure{Blame: OfServer, Answer: cut(answer.Error())}
	}
	r.Code, r.Answer = int64(f.Code), f.Answer
	switch f.Blame {
	case Refused:
		o.end(r, Failed, "notify.ended.refused")
		return
	case Unsure:
		if r.Unsure++; r.Unsure >= unsureOf {
			o.end(r, Failed, "notify.ended.unsure")
			return
		}
	case Deferred:
		if now.Sub(r.CreatedAt.Time) > lifetime {
			o.end(r, Failed, "notify.ended.expired")
			return
		}
	}
	r.State, r.LeaseUntil, r.UpdatedAt = Waiting, db.Time{}, db.At(now)
	r.NextAt = db.At(now.Add(wait(f.Blame, r.Attempts)))
}

// wait is how long a letter rests after its nth attempt: while the server is
// away at most ten minutes, when it asks for patience five minutes and twice as
// long each time up to six hours.
func wait(b Blame, n int64) time.Duration {
	if b == OfServer {
		return time.Duration(min(n, 10)) * time.Minute
	}
	d := 5 * time.Minute
	for ; n > 1 && d < 6*time.Hour; n-- {
		d *= 2
	}
	return min(d, 6*time.Hour)
}

func (o *Outbox) end(r *Row, s State, reason string) {
	now := db.At(o.Now())
	r.State, r.Reason, r.EndedAt, r.UpdatedAt, r.LeaseUntil = s, reason, now, now, db.Time{}
}

// put writes r if its attempt is still the letter's: a process that slept
// through its lease no longer speaks for it.
func (o *Outbox) put(ctx context.Context, tx *db.Tx, r Row) error {
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("attempt = ?", r.Attempt).Where("state = ?", Sending).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(fmt.Errorf("letter %s was leased to another process meanwhile", r.ID), err)
	}
	return nil
}

// release gives back a letter that was never spoken of.
func (o *Outbox) release(ctx context.Context, r Row) error {
	r.State, r.LeaseUntil, r.UpdatedAt = Waiting, db.Time{}, db.At(o.Now())
	r.NextAt = db.At(o.Now().Add(wait(OfServer, r.Attempts)))
	err := o.Records.Housekeep(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error { return o.put(ctx, tx, r) })
	return db.Error("notify.release", err)
}
