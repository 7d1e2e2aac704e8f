// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Dispatch is one sending of a paper to one recipient.
type Dispatch struct {
	ID         string
	Recipient  string
	Channel    string // id in CL-channel
	SentAt     time.Time
	SentBy     string
	ReceivedAt time.Time // zero: not confirmed
	Receipt    string    // what proves it

	Organ       string     // code of the recipient on the document axis; may be empty
	Status      edxml.Code // the latest it said over the axis
	StatusAt    time.Time
	StatusWords string
	Told        int64     // how many reminders the sender had
	RemindAt    time.Time // of the next; zero when there is none
}

// Refused reports whether the recipient said that it does not take the paper.
func (d Dispatch) Refused() bool { return d.Status == edxml.Refused }

const maxRecipients = 500

func dispatches(ctx context.Context, q bun.IDB, id ID) ([]Dispatch, error) {
	var rows []dispatchRow
	err := q.NewSelect().Model(&rows).Where("document_id = ?", string(id)).OrderExpr("id").Scan(ctx)
	out := make([]Dispatch, len(rows))
	for i, r := range rows {
		out[i] = Dispatch{ID: r.ID, Recipient: r.Recipient, Channel: r.Channel, SentAt: r.SentAt.Time, SentBy: r.SentBy, ReceivedAt: r.ReceivedAt.Time, Receipt: r.Receipt,
			Organ: r.OrganID, Status: edxml.Code(r.Status), StatusAt: r.StatusAt.Time, StatusWords: r.StatusWords, Told: r.Told, RemindAt: r.RemindAt.Time}
	}
	return out, db.Error("document.dispatches", err)
}

// Send records that an issued paper went to recipients, one a line, at at by a
// channel. Errors: fault.Invalid (to, channel, sent_at).
func (s *Service) Send(ctx context.Context, id ID, to, channel string, at time.Time) (Document, error) {
	const op = "document.send"
	codes := s.Codes(ctx)
	list := strings.Split(lines(to), "\n")
	bad := map[string]string{}
	if list[0] == "" {
		bad["to"] = "document.bad.to"
	}
	if len(list) > maxRecipients || utf8.RuneCountInString(to) > 20*maxText {
		bad["to"] = "document.bad.many"
	}
	if !codes.has(codes.Channels, channel) {
		bad["channel"] = "document.bad.channel"
	}
	if at.IsZero() || at.After(s.now()) {
		bad["sent_at"] = "document.bad.moment"
	}
	if len(bad) > 0 {
		return Document{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return s.change(ctx, op, id, 0, []auth.Permission{maySend}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if d.State != Issued {
			return nil, wrongState(op, *d)
		}
		steps, err := reminders(ctx, tx, d.Unit)
		if err != nil {
			return nil, err
		}
		rows := make([]dispatchRow, len(list))
		for i, r := range list {
			rows[i] = dispatchRow{ID: db.NewID(), Document: string(id), Recipient: r, Channel: channel, SentAt: db.At(at), SentBy: by.Name, SentByID: by.ID, RemindAt: db.At(steps.next(at, 0))}
		}
		_, err = tx.NewInsert().Model(&rows).Exec(ctx)
		return map[string]any{"recipients": len(rows), "channel": channel}, err
	})
}

// Confirm records that a recipient has a paper: when, and what proves it.
// Errors: fault.Invalid (received_at), fault.Conflict when it is confirmed.
func (s *Service) Confirm(ctx context.Context, id ID, dispatch string, at time.Time, receipt string) (Document, error) {
	const op = "document.receipt"
	receipt = i18n.NFC(receipt)
	if utf8.RuneCountInString(receipt) > maxLine {
		return Document{}, fault.Bad(op, "receipt", "document.bad.long")
	}
	if at.IsZero() || at.After(s.now()) {
		return Document{}, fault.Bad(op, "received_at", "document.bad.moment")
	}
	return s.change(ctx, op, id, 0, []auth.Permission{maySend, mayWrite}, func(ctx context.Context, tx *db.Tx, _ *Document, _ auth.Actor) (map[string]any, error) {
		var r dispatchRow
		if err := tx.NewSelect().Model(&r).Where("id = ?", dispatch).Where("document_id = ?", string(id)).Scan(ctx); err != nil {
			return nil, db.Error(op, err)
		}
		if !r.ReceivedAt.IsZero() {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "document.bad.confirmed"}
		}
		if at.Before(r.SentAt.Truncate(time.Minute)) {
			return nil, fault.Bad(op, "received_at", "document.bad.before_sent")
		}
		r.ReceivedAt, r.Receipt, r.RemindAt = db.At(at), receipt, db.Time{}
		_, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx)
		return map[string]any{"dispatch": dispatch}, err
	})
}

// Waits reports whether d should be confirmed by now: its first reminder is due.
func (d Dispatch) Waits(now time.Time) bool {
	return d.ReceivedAt.IsZero() && !d.Refused() && (d.Told > 0 || !d.RemindAt.IsZero() && !d.RemindAt.After(now))
}

// Ref is how other records cite a paper: obligations and reports.
type Ref struct {
	ID    ID
	Code  string // "05/BC-SKHCN"; empty for drafts
	Title string
	At    time.Time // of issue or arrival; zero before
}

// RefOf is a paper as evidence, in the actor's sight.
func (s *Service) RefOf(ctx context.Context, id ID) (Ref, error) {
	actor, _, err := auth.Need(ctx, "document.RefOf", mayRead)
	if err != nil {
		return Ref{}, err
	}
	d, err := get(ctx, s.Records.Read(), sightOf(actor), id)
	r := Ref{ID: d.ID, Code: d.Code(), Title: d.Subject, At: d.IssuedAt}
	if d.Dir == In && err == nil {
		r.At = d.ArrivedOn.Start()
	}
	return r, err
}
