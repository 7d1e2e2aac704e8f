// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// Taken is what became of a message that was brought.
type Taken struct {
	Document Document
	Code     edxml.Code // of a status; empty for a paper
	Again    bool       // it was here before: nothing changed
	Stranger bool       // a status of a body that the paper was not recorded as sent to
}

// MessageLimit is how many bytes a message may have: a file of the limit in
// base64, with room for a few small ones beside it.
func (s *Service) MessageLimit() int64 { return s.Limit + s.Limit/2 + 1<<20 }

// TakeMessage reads an edXML message, bare or alone in a ZIP archive, into the
// register of unit: a paper becomes an incoming one with its attachments as
// files, a status goes to the paper it answers. Each attachment is judged as an
// uploaded file is; when one may not come in, nothing of the message is kept. The
// message is held in memory until then. A message that came before is not an
// error: see Taken.Again. Errors: fault.Invalid (unit, file), fault.TooLarge,
// fault.Unavailable while another message is read.
func (s *Service) TakeMessage(ctx context.Context, unit, name string, r io.Reader) (Taken, error) {
	const op = "document.message"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Taken{}, err
	}
	in, err := scope.Holds(ctx, s.Records.Read(), unit)
	if err != nil {
		return Taken{}, db.Error(op, err)
	}
	if !in {
		return Taken{}, fault.Bad(op, "unit", "document.bad.unit")
	}
	whose := Document{Head: Head{Unit: unit}} // a refusal is told of the register, no paper is there yet
	if err := paperfile.CheckName(name); err != nil {
		return Taken{}, s.refused(ctx, whose, err, 0)
	}
	select {
	case s.parcels <- struct{}{}:
		defer func() { <-s.parcels }()
	default:
		return Taken{}, &fault.Error{Kind: fault.Unavailable, Op: op, Msg: "document.bad.busy"}
	}
	data, err := io.ReadAll(io.LimitReader(r, s.MessageLimit()+1))
	if err != nil {
		return Taken{}, err
	}
	if int64(len(data)) > s.MessageLimit() {
		return Taken{}, s.tooLarge(ctx, op, s.MessageLimit())
	}
	if name, data, err = s.unfold(ctx, op, name, data); err != nil {
		return Taken{}, s.refused(ctx, whose, err, int64(len(data)))
	}
	paper, err := paperfile.Read(ctx, name, data, paperfile.Limits{})
	if err != nil {
		return Taken{}, s.refused(ctx, whose, err, int64(len(data)))
	}
	if paper.Kind != paperfile.XML {
		return Taken{}, fault.Bad(op, "file", "document.bad.message")
	}
	m, err := edxml.Read(data, edxml.Limits{Bytes: len(data), Unpacked: int(2 * s.Limit)})
	if err != nil {
		return Taken{}, notTaken(op, err)
	}
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	if m.Status != nil {
		return s.takeStatus(ctx, op, unit, m, hash)
	}
	return s.takePaper(ctx, op, unit, m, data, hash)
}

func (s *Service) tooLarge(ctx context.Context, op string, limit int64) error {
	return &fault.Error{Kind: fault.TooLarge, Op: op, Msg: "fault.too_large_of", Args: []any{i18n.Bytes(ctx, limit)}}
}

// notTaken says what is wrong with a message. The reader's own words may hold
// content and are left out.
func notTaken(op string, err error) error {
	key := "document.bad.message"
	for _, k := range []struct {
		err error
		key string
	}{{edxml.ErrTooMuch, "document.bad.message_much"}, {edxml.ErrSender, "document.bad.message_sender"}, {edxml.ErrReceiver, "document.bad.message_receiver"},
		{edxml.ErrSubject, "document.bad.message_subject"}, {edxml.ErrAnswer, "document.bad.message_answer"}, {edxml.ErrCode, "document.bad.message_code"},
		{edxml.ErrAttachment, "document.bad.message_attachment"}} {
		if errors.Is(err, k.err) {
			key = k.key
			break
		}
	}
	return fault.Bad(op, "file", key)
}

// unfold takes a message out of the ZIP archive it may stand in, alone.
func (s *Service) unfold(ctx context.Context, op, name string, data []byte) (string, []byte, error) {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return name, data, nil
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return name, data, fault.Bad(op, "file", "paperfile.bad.broken")
	}
	var only *zip.File
	for _, f := range z.File {
		if err := paperfile.CheckName(f.Name); err != nil {
			return name, data, err
		}
		if f.FileInfo().IsDir() {
			continue
		}
		if only != nil {
			return name, data, fault.Bad(op, "file", "document.bad.message_zip")
		}
		only = f
	}
	switch {
	case only == nil || !slices.Contains([]string{".xml", ".edxml"}, strings.ToLower(path.Ext(only.Name))):
		return name, data, fault.Bad(op, "file", "document.bad.message_zip")
	case only.Flags&1 != 0: // APPNOTE 4.4.4: encrypted
		return name, data, fault.Bad(op, "file", "paperfile.bad.locked")
	}
	in, err := only.Open()
	if err != nil {
		return name, data, fault.Bad(op, "file", "paperfile.bad.broken")
	}
	out, err := io.ReadAll(io.LimitReader(in, s.MessageLimit()+1))
	if err = errors.Join(err, in.Close()); err != nil {
		return name, data, fault.Bad(op, "file", "paperfile.bad.broken")
	}
	if int64(len(out)) > s.MessageLimit() {
		return name, data, s.tooLarge(ctx, op, s.MessageLimit())
	}
	return only.Name, out, nil
}

// attached is an attachment that may come in.
type attached struct {
	name  string
	data  []byte
	paper paperfile.Paper
}

// judge asks of each attachment whether it may come in. The first that may not
// is named, unless it is marked secret: then its name is content.
func (s *Service) judge(ctx context.Context, op, unit string, list []edxml.Attachment) ([]attached, error) {
	out := make([]attached, 0, len(list))
	for _, a := range list {
		if int64(len(a.Data)) > s.Limit {
			return nil, s.tooLarge(ctx, op, s.Limit)
		}
		p, err := paperfile.Read(ctx, a.Name, a.Data, paperfile.Limits{})
		if why := (*paperfile.Refusal)(nil); errors.As(err, &why) {
			err = s.refused(ctx, Document{Head: Head{Unit: unit}}, err, int64(len(a.Data)))
			said := &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "document.bad.attachment"}, Err: err,
				Args: []any{fileName(a.Name), i18n.T(ctx, fault.Of(why).Fields["file"])}}
			if why.Rule.Secret() {
				said.Fields["file"], said.Args = "document.bad.attachment_secret", said.Args[1:]
			}
			return nil, said
		}
		if err != nil {
			return nil, err
		}
		out = append(out, attached{name: alone(fileName(a.Name), out), data: a.Data, paper: p})
	}
	return out, nil
}

// alone is name, or name with a number where an attachment before has it.
func alone(name string, before []attached) string {
	ending := path.Ext(name)
	for n, next := 2, name; ; n++ {
		if !slices.ContainsFunc(before, func(a attached) bool { return a.name == next }) {
			return next
		}
		next = strings.TrimSuffix(name, ending) + " (" + strconv.Itoa(n) + ")" + ending
	}
}

// takePaper registers a paper that came.
func (s *Service) takePaper(ctx context.Context, op, unit string, m edxml.Message, data []byte, hash string) (Taken, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Taken{}, err
	}
	own := Organ{}
	if s.Organ != nil {
		if own, err = s.Organ(ctx, unit); err != nil {
			return Taken{}, err
		}
	}
	d := Document{Head: s.headOf(ctx, unit, m), State: Received}
	once := strings.Join([]string{"in", unit, m.From.ID, cmp.Or(m.DocumentID, m.Date.String()+" "+m.Number+"/"+m.Notation)}, "|")
	if was, err := s.cameBefore(ctx, once); err != nil || was.ID != "" {
		return Taken{Document: was, Again: true}, err
	}
	if err := d.check(op, s.Codes(ctx), false, s.today()); err != nil {
		return Taken{}, ofFile(ctx, op, err)
	}
	files, err := s.judge(ctx, op, unit, m.Attachments)
	if err != nil {
		return Taken{}, err
	}
	if n, err := s.Records.Read().NewSelect().Model((*row)(nil)).Where("d.dup_key <> ''").Where("d.dup_key = ?", d.dupKey()).Count(ctx); err != nil || n > 0 {
		return Taken{}, cmpErr(db.Error(op, err), fault.Bad(op, "file", "document.bad.message_twice"))
	}
	var told func(ctx context.Context, tx *db.Tx) error
	if s.Exchanged != nil {
		if told, err = s.Exchanged(ctx, m.From.ID, data); err != nil {
			return Taken{}, err
		}
	}
	for _, f := range files {
		if _, err := s.Files.Put(ctx, bytes.NewReader(f.data), s.Limit); err != nil {
			return Taken{}, err
		}
	}
	s.numbering.Lock()
	defer s.numbering.Unlock()
	var out Document
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = d
		now := s.now()
		out.ID, out.DrafterID, out.DrafterName, out.CreatedAt, out.Version = ID(db.NewID()), actor.ID, actor.Name, now, 1
		if in, err := scope.Holds(ctx, tx, unit); err != nil || !in {
			return cmpErr(err, fault.Bad(op, "unit", "document.bad.unit"))
		}
		if err := s.arrive(ctx, tx, op, &out); err != nil {
			return err
		}
		if err := insert(ctx, tx, out); err != nil {
			return err
		}
		for i, f := range files {
			sum := sha256.Sum256(f.data)
			one := File{ID: db.NewID(), Document: out.ID, Role: Annex, Current: true, Name: f.name, Kind: f.paper.Kind, Size: int64(len(f.data)), SHA256: hex.EncodeToString(sum[:]),
				Unread: f.paper.Unread, Cites: Citations(f.paper.Text, s.today()), AddedAt: now, By: actor.Name}
			if i == 0 { // the paper itself stands first
				one.Role = Original
			}
			if err := s.keepFile(ctx, tx, &one, f.paper.Text); err != nil {
				return err
			}
		}
		for _, a := range m.Answers[:min(len(m.Answers), maxLinks)] {
			if err := addLink(ctx, tx, out.ID, Link{Relation: Answers, Cited: citedIn(a)}, now, actor.Name); err != nil {
				return err
			}
		}
		came := Message{ID: db.NewID(), Document: out.ID, Way: In, Organ: Organ{m.From.ID, m.From.Name}, Own: own, MessageID: m.DocumentID, At: now, AddedAt: now, By: actor.Name, SHA256: hash}
		if err := putMessage(ctx, tx, came, once); err != nil {
			return err
		}
		if told != nil {
			if err := told(ctx, tx); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, op, out, map[string]any{"subject": out.Subject, "from": m.From.ID, "sha256": hash, "files": len(files)})
	})
	if err != nil {
		return Taken{}, ofFile(ctx, op, db.Error(op, err))
	}
	return Taken{Document: out}, nil
}

// cameBefore is the paper of a message that came before, in the actor's sight.
func (s *Service) cameBefore(ctx context.Context, once string) (Document, error) {
	actor, _, err := auth.Need(ctx, "document.message", mayRead)
	if err != nil {
		return Document{}, err
	}
	var r messageRow
	err = db.Error("document.cameBefore", s.Records.Read().NewSelect().Model(&r).Where("once = ?", once).Scan(ctx))
	if fault.Is(err, fault.NotFound) {
		return Document{}, nil
	}
	if err != nil {
		return Document{}, err
	}
	return get(ctx, s.Records.Read(), sightOf(actor), ID(r.Document))
}
