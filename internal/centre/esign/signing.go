// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// Paper is a paper that may be signed here.
type Paper struct {
	ID, Unit string
	Code     string // number and symbol; may be empty
	Subject  string
	Href     string
	File     string // name of the file that is signed; empty without one
	Data     []byte // PDF
	Person   bool   // the actor signs it as the competent person, now
	Body     bool   // the body's signature is put on it now
	Number   string // as printed, "07"; empty before it has one
	Date     calendar.Date
}

// Place is where an image is drawn: the sheet, and the image's upper left corner in
// millimetres from that of the sheet.
type Place struct {
	Page      int
	Left, Top float64
}

// Table is all that a person who signs has to see: the paper, what stands on it
// already, the keys that may be used for it, and where each draws.
type Table struct {
	Paper
	Digest string // of the file
	Sheets int
	Signed []signature.Signature
	Keys   []Key
	Places map[ID]Place // for keys with an image; absent where the paper does not tell
	Notes  []string     // what the paper left open and is written with the body's signature
}

// Prepare says how the actor may sign a paper. Errors: fault.Conflict while the
// setting is off, or when the paper has no PDF or waits for no signature of theirs;
// fault.Invalid (file) for a PDF that cannot be signed. With both the paper itself
// is given.
func (s *Service) Prepare(ctx context.Context, id string) (Table, error) {
	const op = "esign.Prepare"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Table{}, err
	}
	p, err := s.paper(ctx, op, id)
	t := Table{Paper: p, Digest: digestOf(p.Data), Places: map[ID]Place{}}
	if err != nil {
		return t, err
	}
	sheets, report, err := s.look(ctx, op, p)
	if err != nil {
		return t, err
	}
	t.Sheets, t.Signed = len(sheets), report.Signatures
	for _, n := range p.notes(sheets) {
		t.Notes = append(t.Notes, n.Lines...)
	}
	keys, err := s.Keys(ctx)
	if err != nil {
		return t, err
	}
	for _, k := range keys {
		if !p.takes(k) || signedBy(report, k.Fingerprint) {
			continue
		}
		t.Keys = append(t.Keys, k)
		if !k.Image {
			continue
		}
		r, err := keyOf(ctx, s.Records.Read(), actor, k.ID)
		if err != nil {
			return t, err
		}
		image, err := s.unseal(r.imagePurpose(), r.Image)
		if err != nil {
			return t, err
		}
		if page, box, ok := suggest(p, report, sheets, k.Kind, image, k.Width); ok {
			sheet := sheets[page-1]
			t.Places[k.ID] = Place{Page: page, Left: (box.X - sheet.X) / signature.Millimetre, Top: (sheet.Y + sheet.H - box.Y - box.H) / signature.Millimetre}
		}
	}
	return t, nil
}

// paper is a paper that waits for a signature of the actor.
func (s *Service) paper(ctx context.Context, op, id string) (Paper, error) {
	p, err := s.Paper(ctx, id)
	if err != nil {
		return p, err
	}
	if err := s.needInside(ctx, op); err != nil {
		return p, err
	}
	switch {
	case !p.Person && !p.Body:
		return p, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "esign.bad.not_now"}
	case len(p.Data) == 0:
		return p, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "esign.bad.no_pdf"}
	}
	return p, nil
}

// takes reports whether k may sign p now.
func (p Paper) takes(k Key) bool {
	return k.Kind == Personal && p.Person || k.Kind == Body && p.Body && k.Owner == p.Unit
}

// signedBy reports whether a certificate has signed a file.
func signedBy(report signature.Report, fingerprint string) bool {
	return slices.ContainsFunc(report.Signatures, func(s signature.Signature) bool { return s.Fingerprint == fingerprint })
}

// look reads the file of a paper.
func (s *Service) look(ctx context.Context, op string, p Paper) ([]signature.Rect, signature.Report, error) {
	trust, err := s.Trust(ctx)
	if err != nil {
		return nil, signature.Report{}, err
	}
	report, err := signature.VerifyPDF(p.Data, trust, s.now())
	if err != nil {
		return nil, report, badFile(op, err)
	}
	if state := report.State(); state == signature.Broken || state == signature.Changed {
		return nil, report, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "esign.bad.tampered"}
	}
	sheets, err := signature.Pages(p.Data)
	if errors.Is(err, signature.ErrLook) {
		err = fault.Bad(op, "file", "esign.bad.turned")
	}
	return sheets, report, err
}

// Signed is what a person does to sign.
type Signed struct {
	Key      ID
	Password string // empty where it is kept
	Digest   string // of the file that was looked at
	Draw     bool   // the key's image
	Place    Place  // where; the zero one is where the decree wants it
	Note     bool   // write number and day where the paper left them open; with a body's key
}

// Sign signs a paper with a key of the actor's and adds the file to the paper. The
// use of the key is in the trail before the file is. Errors: fault.Invalid (key,
// password, page, left, top, file), fault.Conflict as Prepare, or when the file is
// another by now.
func (s *Service) Sign(ctx context.Context, id string, in Signed) error {
	const op = "esign.sign"
	actor, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return err
	}
	p, err := s.paper(ctx, op, id)
	if err != nil {
		return err
	}
	if in.Digest != digestOf(p.Data) {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "esign.bad.another_file"}
	}
	r, err := keyOf(ctx, s.Records.Read(), actor, in.Key)
	if fault.Is(err, fault.NotFound) || err == nil && !p.takes(r.key()) {
		return fault.Bad(op, "key", "esign.bad.key")
	}
	if err != nil {
		return err
	}
	now := s.now()
	if !r.key().InForce(now) {
		return fault.Bad(op, "key", "esign.bad.ended")
	}
	who, err := s.unlock(ctx, op, r, in.Password)
	if err != nil {
		return err
	}
	sheets, report, err := s.look(ctx, op, p)
	if err != nil {
		return err
	}
	if signedBy(report, r.Fingerprint) {
		return fault.Bad(op, "key", "esign.bad.twice")
	}
	sign := signature.Signing{By: who, At: now}
	if in.Draw && r.Image != "" {
		if sign.Look, err = s.drawing(op, p, report, sheets, r, in.Place); err != nil {
			return err
		}
	}
	if in.Note && r.Kind == string(Body) {
		sign.Notes = p.notes(sheets)
	}
	out, err := signature.SignPDF(p.Data, sign)
	if err != nil {
		return badFile(op, err)
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := forgive(ctx, tx, r); err != nil {
			return err
		}
		if _, err := used(ctx, tx, scope, r.Serial, r.Fingerprint, digestOf(out), "here", now); err != nil {
			return err
		}
		return s.note(ctx, tx, op, p.Unit, "document", p.ID, map[string]any{"fingerprint": r.Fingerprint, "holder": r.Holder, "kind": r.Kind, "file": in.Digest, "sha256": digestOf(out), "drawn": sign.Look != nil, "noted": len(sign.Notes)})
	})
	if err != nil {
		return db.Error(op, err)
	}
	return s.Keep(ctx, p.ID, signedName(p.File), out)
}

// signedName is the name of the file once it is signed.
func signedName(name string) string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	if strings.HasSuffix(stem, ".signed") {
		return name
	}
	return stem + ".signed.pdf"
}

// unlock opens a key. Wrong passwords are counted and in the trail; too many close
// the key for a while.
func (s *Service) unlock(ctx context.Context, op string, r keyRow, password string) (signature.Identity, error) {
	now := s.now()
	if r.Wrong >= maxWrong && now.Before(r.WrongAt.Add(lockedFor)) {
		return signature.Identity{}, fault.Bad(op, "password", "esign.bad.locked")
	}
	if r.Password != "" && password == "" {
		kept, err := s.unseal(r.passwordPurpose(), r.Password)
		if err != nil {
			return signature.Identity{}, err
		}
		password = string(kept)
	}
	raw, err := s.unseal(r.keyPurpose(), r.Sealed)
	if err != nil {
		return signature.Identity{}, err
	}
	who, err := s.open(op, raw, password)
	if e := fault.Of(err); err == nil || e.Kind != fault.Invalid || e.Fields["password"] == "" {
		return who, err
	}
	failed := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var fresh keyRow // two may try at once
		if err := tx.NewSelect().Model(&fresh).Where("ek.id = ?", r.ID).Scan(ctx); err != nil {
			return err
		}
		if now.Sub(fresh.WrongAt.Time) > lockedFor {
			fresh.Wrong = 0
		}
		fresh.Wrong++
		fresh.WrongAt = db.At(now)
		if _, err := tx.NewUpdate().Model(&fresh).WherePK().Column("wrong", "wrong_at").Exec(ctx); err != nil {
			return err
		}
		return s.noteKey(ctx, tx, "esign.key.wrong", fresh, map[string]any{"times": fresh.Wrong})
	})
	if failed != nil {
		return signature.Identity{}, errors.Join(err, db.Error(op, failed))
	}
	return signature.Identity{}, err
}

// forgive forgets wrong passwords once the right one came.
func forgive(ctx context.Context, tx *db.Tx, r keyRow) error {
	if r.Wrong == 0 {
		return nil
	}
	r.Wrong, r.WrongAt = 0, db.Time{}
	_, err := tx.NewUpdate().Model(&r).WherePK().Column("wrong", "wrong_at").Exec(ctx)
	return err
}
