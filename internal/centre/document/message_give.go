// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// axisChannel is the document axis in CL-channel.
const axisChannel = "document_axis"

// ReadOrgans reads bodies, one a line: "UBND xã Một | 000.01.00.H99". A line
// without code is a body whose code is not known.
func ReadOrgans(text string) (out []Organ) {
	for line := range strings.SplitSeq(lines(text), "\n") {
		o := Organ{Name: line}
		if i := strings.LastIndexByte(line, '|'); i >= 0 {
			o = Organ{ID: strings.TrimSpace(line[i+1:]), Name: strings.TrimSpace(line[:i])}
		}
		if o != (Organ{}) {
			out = append(out, o)
		}
	}
	return out
}

// Receivers are the recipients of d as bodies on the axis, with the codes that
// are known.
func (s *Service) Receivers(ctx context.Context, d Document) ([]Organ, error) {
	var out []Organ
	for _, o := range ReadOrgans(d.Recipients) {
		o.Name = strings.Trim(o.Name, " -;.")
		if s.OrganNamed != nil && o.ID == "" {
			id, err := s.OrganNamed(ctx, o.Name)
			if err != nil {
				return nil, err
			}
			o.ID = id
		}
		if o.Name != "" {
			out = append(out, o)
		}
	}
	return out, nil
}

// Give makes the edXML message of an issued paper for to, and records it in the
// paper's history; with sent it also records the paper as sent over the axis to
// those with a code. Bodies without one stand among the places it goes to, but
// the axis brings it to them by no way. Errors: fault.Invalid (bodies) naming what is
// missing, fault.Conflict while the paper is not issued.
func (s *Service) Give(ctx context.Context, id ID, to []Organ, sent bool) (Message, error) {
	const op = "document.message_give"
	if len(to) > maxRecipients {
		return Message{}, fault.Bad(op, "bodies", "document.bad.many")
	}
	var coded []Organ
	for _, o := range to {
		switch {
		case o.ID != "" && !o.valid():
			return Message{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"bodies": "document.bad.organ_of"}, Args: []any{o.ID}}
		case o.ID != "" && slices.ContainsFunc(coded, func(c Organ) bool { return c.ID == o.ID }):
			return Message{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"bodies": "document.bad.organ_twice"}, Args: []any{o.ID}}
		case o.ID != "":
			coded = append(coded, o)
		}
	}
	actor, _, err := auth.Need(ctx, op, maySend)
	if err != nil {
		return Message{}, err
	}
	d, err := get(ctx, s.Records.Read(), sightOf(actor), id)
	if err != nil {
		return Message{}, err
	}
	if d.State != Issued {
		return Message{}, wrongState(op, d)
	}
	own, err := s.self(ctx, op, "bodies", d.Unit)
	if err != nil {
		return Message{}, err
	}
	if err := s.lacking(ctx, op, d, coded); err != nil {
		return Message{}, err
	}
	msg := Message{ID: db.NewID(), Document: id, Way: Out, Own: own, To: to, MessageID: nameOf(own, d), At: s.now(), AddedAt: s.now(), By: actor.Name}
	data, err := s.print(ctx, d, msg)
	if err != nil {
		return Message{}, err
	}
	var told func(ctx context.Context, tx *db.Tx) error
	if s.Exchanged != nil {
		if told, err = s.Exchanged(ctx, own.ID, data); err != nil {
			return Message{}, err
		}
	}
	_, err = s.change(ctx, op, id, 0, []auth.Permission{maySend}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if d.State != Issued {
			return nil, wrongState(op, *d)
		}
		detail := map[string]any{"to": len(coded), "sent": sent}
		if sent {
			if err := s.sendOver(ctx, tx, *d, coded, by); err != nil {
				return nil, err
			}
		}
		if told != nil {
			if err := told(ctx, tx); err != nil {
				return nil, err
			}
		}
		return detail, putMessage(ctx, tx, msg, "")
	})
	return msg, err
}

// lacking names all that a message of d still needs.
func (s *Service) lacking(ctx context.Context, op string, d Document, coded []Organ) error {
	var lacks []string
	need := func(missing bool, key string) {
		if missing {
			lacks = append(lacks, i18n.T(ctx, key))
		}
	}
	all, err := files(ctx, s.Records.Read(), d.ID)
	if err != nil {
		return err
	}
	need(len(coded) == 0, "document.lacks.receiver")
	need(d.Number == "", "document.lacks.number")
	need(d.Date.IsZero(), "document.lacks.date")
	list, size := attachable(all, s.now()), int64(0)
	for _, f := range list {
		size += f.Size
	}
	need(len(list) == 0, "document.lacks.file")
	if size > 2*s.Limit {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"bodies": "document.bad.message_big"}, Args: []any{i18n.Bytes(ctx, size), i18n.Bytes(ctx, 2*s.Limit)}}
	}
	if len(lacks) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"bodies": "document.bad.message_lacks"}, Args: []any{strings.Join(lacks, "; ")}}
}

// attachable are the files that go out with a paper as it stood at at: the signed
// copy, without one the original, then the annexes.
func attachable(all []File, at time.Time) (out []File) {
	var paper, annexes []File
	for _, f := range all {
		if f.AddedAt.After(at) {
			continue
		}
		if f.Role != Annex {
			if f.Role == SignedFile || len(paper) == 0 || paper[0].Role == Original {
				paper = []File{f} // the later revision stands behind
			}
			continue
		}
		if i := slices.IndexFunc(annexes, func(a File) bool { return a.Name == f.Name }); i >= 0 {
			annexes[i] = f
		} else {
			annexes = append(annexes, f)
		}
	}
	return append(paper, annexes...)
}

// nameOf is the name of a paper on the axis: sender, day and code, as systems in
// use make it.
func nameOf(own Organ, d Document) string {
	return fmt.Sprintf("%s,%04d/%02d/%02d,%s/%s", own.ID, d.Date.Year, d.Date.Month, d.Date.Day, d.Number, d.Symbol)
}

// sendOver records the sending to each body that has none over the axis yet.
func (s *Service) sendOver(ctx context.Context, tx *db.Tx, d Document, to []Organ, by auth.Actor) error {
	var have []dispatchRow
	if err := tx.NewSelect().Model(&have).Where("document_id = ?", string(d.ID)).Scan(ctx); err != nil {
		return err
	}
	steps, err := reminders(ctx, tx, d.Unit)
	if err != nil {
		return err
	}
	var rows []dispatchRow
	for _, o := range to {
		if slices.ContainsFunc(have, func(r dispatchRow) bool { return r.OrganID == o.ID }) {
			continue
		}
		rows = append(rows, dispatchRow{ID: db.NewID(), Document: string(d.ID), Recipient: cmp.Or(o.Name, o.ID), Channel: axisChannel, SentAt: db.At(s.now()), SentBy: by.Name, SentByID: by.ID,
			OrganID: o.ID, RemindAt: db.At(steps.next(s.now(), 0))})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// MessageFile is a message that was made here, as its file, and the name of that.
// Of one that came only its hash was kept: fault.NotFound.
func (s *Service) MessageFile(ctx context.Context, id ID, message string) (name string, data []byte, err error) {
	const op = "document.message_file"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return "", nil, err
	}
	d, err := get(ctx, s.Records.Read(), sightOf(actor), id)
	if err != nil {
		return "", nil, err
	}
	var r messageRow
	if err := s.Records.Read().NewSelect().Model(&r).Where("id = ?", message).Where("document_id = ?", string(id)).Where("way = 'out'").Scan(ctx); err != nil {
		return "", nil, db.Error(op, err)
	}
	m, err := r.message()
	if err != nil {
		return "", nil, err
	}
	data, err = s.print(ctx, d, m)
	name = strings.NewReplacer("/", "_", "\\", "_", " ", "_").Replace(cmp.Or(d.Code(), string(id)))
	if m.Code != "" {
		name += "_" + string(m.Code)
	}
	return name + ".edxml", data, err
}

// print makes the message m of d.
func (s *Service) print(ctx context.Context, d Document, m Message) ([]byte, error) {
	own := edxml.Organ{ID: m.Own.ID, Name: m.Own.Name}
	out := edxml.Message{Dialect: edxml.National, From: own}
	if m.Code != "" {
		of := cmp.Or(m.Organ.ID, own.ID)
		if d.Dir == Out {
			of = own.ID
		}
		out.Status = &edxml.Status{Code: m.Code, Description: m.Words, At: m.At, Staff: edxml.Staff{Name: m.By}}
		out.Answers = []edxml.Answer{{OrganID: of, Code: d.Number + "/" + d.Symbol, Date: d.Date, DocumentID: m.MessageID}}
		return out.Write()
	}
	select { // its files are held in memory
	case s.parcels <- struct{}{}:
		defer func() { <-s.parcels }()
	default:
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "document.print", Msg: "document.bad.busy"}
	}
	_, codes := s.official(ctx)
	kind, _, _ := strings.Cut(label(codes.Kinds, d.Kind), " (")
	out.DocumentID, out.Number, out.Notation, out.Place, out.Date, out.Subject, out.Due = m.MessageID, d.Number, d.Symbol, d.Place, d.Date, d.Subject, d.ReplyBy
	out.Kind = edxml.Kind{Name: kind}
	out.Signer = edxml.Signer{Position: d.SignerTitle, Name: d.Signer}
	out.Other.Priority = priorityOf(codes, d.Urgency)
	out.Traces = []edxml.Trace{{OrganID: own.ID, At: m.At}}
	out.Business = edxml.Business{Type: "0", Staff: edxml.Staff{Name: m.By}}
	for _, o := range m.To {
		if o.ID == "" {
			out.ToPlaces = append(out.ToPlaces, o.Name)
		} else {
			out.To = append(out.To, edxml.Organ{ID: o.ID, Name: o.Name})
		}
	}
	all, err := files(ctx, s.Records.Read(), d.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range attachable(all, m.AddedAt) {
		in, err := s.Files.Open(ctx, f.SHA256)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil {
			return nil, err
		}
		out.Attachments = append(out.Attachments, edxml.Attachment{Name: f.Name, Type: f.Kind.Media(), Data: data})
	}
	return out.Write()
}
