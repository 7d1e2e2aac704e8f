// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"slices"
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

// takeStatus puts a status that came on the paper it answers, and on the sending
// to the body that says it.
func (s *Service) takeStatus(ctx context.Context, op, unit string, m edxml.Message, hash string) (Taken, error) {
	if len(m.Answers) != 1 {
		return Taken{}, fault.Bad(op, "file", "document.bad.message_answers")
	}
	out := Taken{Code: m.Status.Code}
	at := m.Status.At
	if at.IsZero() || at.After(s.now()) { // another body's clock
		at = s.now()
	}
	id, err := s.answered(ctx, op, unit, m)
	if err != nil {
		return Taken{}, err
	}
	once := strings.Join([]string{"status", string(id), m.From.ID, string(m.Status.Code), m.Status.At.Format(time.RFC3339)}, "|")
	if was, err := s.cameBefore(ctx, once); err != nil || was.ID != "" {
		return Taken{Document: was, Code: m.Status.Code, Again: true}, err
	}
	own := Organ{}
	if s.Organ != nil {
		if own, err = s.Organ(ctx, unit); err != nil {
			return Taken{}, err
		}
	}
	words := cut(cmp.Or(m.Status.Description, ""), maxText)
	out.Document, err = s.change(ctx, "document.status", id, 0, []auth.Permission{mayWrite, maySend}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		history, err := messages(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if late := slices.ContainsFunc(history, func(h Message) bool { return h.Code != "" && h.Organ.ID == m.From.ID && h.At.After(at) }); !late && ended(codesAt(history, m.From.ID)) {
			return nil, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "document.bad.status_order"}, Args: []any{string(m.Status.Code)}}
		}
		if d.Dir == Out {
			if out.Stranger, err = s.onSending(ctx, tx, id, m, at, words); err != nil {
				return nil, err
			}
		}
		msg := Message{ID: db.NewID(), Document: id, Way: In, Code: m.Status.Code, Organ: Organ{m.From.ID, m.From.Name}, Own: own, MessageID: m.Answers[0].DocumentID,
			Words: words, At: at, AddedAt: s.now(), By: by.Name, SHA256: hash}
		return map[string]any{"status": string(m.Status.Code), "from": m.From.ID, "sha256": hash}, putMessage(ctx, tx, msg, once)
	})
	return out, err
}

// ended reports whether nothing may follow history. What others report between is
// theirs: messages come late, and steps are left out.
func ended(history []edxml.Code) bool {
	return !slices.ContainsFunc(edxml.Codes(), func(c edxml.Code) bool { return edxml.Follows(history, c) })
}

// answered is the paper of unit that a status is of: by the name both sides gave
// it, else by number, symbol and day.
func (s *Service) answered(ctx context.Context, op, unit string, m edxml.Message) (ID, error) {
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return "", err
	}
	a, dir, state := m.Answers[0], Out, Issued
	if m.Status.Code.BySender() {
		dir, state = In, Received
	}
	of := func() *bun.SelectQuery {
		return sightOf(actor).filter(s.Records.Read().NewSelect().Model((*row)(nil)).Column("d.id")).Where("d.unit_id = ?", unit).Where("d.dir = ?", string(dir)).Where("d.state = ?", string(state)).
			OrderExpr("d.id").Limit(2)
	}
	var ids []string
	if a.DocumentID != "" {
		named := s.Records.Read().NewSelect().Model((*messageRow)(nil)).Column("dm.document_id").Where("dm.message_id = ?", a.DocumentID).Where("dm.status = ''").Where("dm.way = ?", string(dir))
		if dir == In {
			named = named.Where("dm.organ_id = ?", m.From.ID)
		}
		if err := of().Where("d.id IN (?)", named).Scan(ctx, &ids); err != nil {
			return "", db.Error(op, err)
		}
	}
	if c := citedIn(a); len(ids) == 0 && c.Number != "" && !a.Date.IsZero() {
		q := of().Where("d.cite_key = ?", citeKey(c.Number, c.Symbol)).Where("d.doc_date = ?", a.Date.String())
		if err := q.Scan(ctx, &ids); err != nil {
			return "", db.Error(op, err)
		}
	}
	switch len(ids) {
	case 1:
		return ID(ids[0]), nil
	case 0:
		return "", &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "document.bad.status_of"}, Args: []any{cut(cmp.Or(a.Code, a.DocumentID), maxLine)}}
	}
	return "", &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "document.bad.status_several"}, Args: []any{cut(cmp.Or(a.Code, a.DocumentID), maxLine)}}
}

// onSending writes a status on the sending to the body that says it, the first
// that is not confirmed; stranger when there is none. To have it at all is the
// receipt; a refusal is none.
func (s *Service) onSending(ctx context.Context, tx *db.Tx, id ID, m edxml.Message, at time.Time, words string) (stranger bool, err error) {
	var rows []dispatchRow
	if err := tx.NewSelect().Model(&rows).Where("document_id = ?", string(id)).OrderExpr("id").Scan(ctx); err != nil {
		return false, err
	}
	best, rank := -1, 0
	for i, r := range rows {
		n := 0
		switch {
		case r.OrganID == m.From.ID:
			n = 4
		case r.OrganID == "" && m.From.Name != "" && i18n.Fold(r.Recipient) == i18n.Fold(m.From.Name):
			n = 2
		default:
			continue
		}
		if r.ReceivedAt.IsZero() {
			n++
		}
		if n > rank {
			best, rank = i, n
		}
	}
	if best < 0 {
		return true, nil
	}
	r := rows[best]
	if !r.StatusAt.IsZero() && r.StatusAt.After(at) { // came late: what it stands at is known better
		return false, nil
	}
	r.Status, r.StatusAt, r.StatusWords = string(m.Status.Code), db.At(at), words
	r.RemindAt = db.Time{} // it answered
	if r.ReceivedAt.IsZero() && slices.Contains([]edxml.Code{edxml.Arrived, edxml.Received, edxml.Assigned, edxml.InWork, edxml.Done}, m.Status.Code) {
		received := at
		if received.Before(r.SentAt.Time) { // clocks differ
			received = r.SentAt.Time
		}
		words, _ := s.official(ctx)
		r.ReceivedAt, r.Receipt = db.At(received), cut(i18n.T(words, "document.status.receipt", string(m.Status.Code), m.From.ID), maxLine)
	}
	_, err = tx.NewUpdate().Model(&r).WherePK().Exec(ctx)
	return false, err
}

// Status is what is to be told of a paper.
type Status struct {
	Code  edxml.Code
	Words string
	Organ Organ // who sent the paper; zero where its message says it
}

// WriteStatus records what became of a paper here, or that one that was sent is
// taken back, as a message to be downloaded and sent. A refusal says why. Errors:
// fault.Invalid (code, words, organ), fault.Conflict.
func (s *Service) WriteStatus(ctx context.Context, id ID, in Status) (Message, error) {
	const op = "document.status_write"
	in.Words, in.Organ.ID = lines(in.Words), strings.TrimSpace(in.Organ.ID)
	switch {
	case in.Words == "" && (in.Code == edxml.Refused || in.Code == edxml.Disagreed):
		return Message{}, fault.Bad(op, "words", "document.bad.status_words")
	case utf8.RuneCountInString(in.Words) > maxText:
		return Message{}, fault.Bad(op, "words", "document.bad.long")
	}
	var msg Message
	_, err := s.change(ctx, op, id, 0, []auth.Permission{mayWrite, maySend}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		f := Folder{Document: *d}
		var err error
		if f.Messages, err = messages(ctx, tx, id); err != nil {
			return nil, err
		}
		if !slices.Contains(f.Answerable(), in.Code) {
			return nil, fault.Bad(op, "code", "document.bad.status_code")
		}
		own, err := s.self(ctx, op, "code", d.Unit)
		if err != nil {
			return nil, err
		}
		msg = Message{ID: db.NewID(), Document: id, Way: Out, Code: in.Code, Own: own, Words: in.Words, At: s.now().Truncate(time.Second), AddedAt: s.now(), By: by.Name}
		if d.Dir == In {
			if msg.Organ = f.sender(); msg.Organ.ID == "" {
				msg.Organ.ID = in.Organ.ID
			}
			if !msg.Organ.valid() {
				return nil, fault.Bad(op, "organ", "document.bad.organ")
			}
		}
		for _, m := range f.Messages { // by the name it has on the axis
			if m.Code == "" {
				msg.MessageID = m.MessageID
			}
		}
		return map[string]any{"status": string(in.Code), "to": msg.Organ.ID}, putMessage(ctx, tx, msg, "")
	})
	return msg, err
}

// self is unit as a body on the axis.
func (s *Service) self(ctx context.Context, op, field, unit string) (Organ, error) {
	o := Organ{}
	if s.Organ != nil {
		var err error
		if o, err = s.Organ(ctx, unit); err != nil {
			return o, err
		}
	}
	if !o.valid() {
		return o, fault.Bad(op, field, "document.bad.organ_own")
	}
	return o, nil
}
