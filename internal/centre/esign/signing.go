// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
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

// signerWidth and signerHeight are the room of a signer's image in millimetres.
const signerWidth, signerHeight = 50.0, 25.0

// suggest says where the decree wants an image: a signer's between title and name,
// a seal over the left third of that (Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I,
// mục II.7, II.8).
func suggest(p Paper, report signature.Report, sheets []signature.Rect, kind Kind, image []byte, width int64) (page int, box signature.Rect, ok bool) {
	if kind == Body {
		for _, one := range report.Signatures { // the first is the competent person's
			if one.Page > 0 && one.Kind != signature.TimeStamp {
				box, ok = sealAt(one.Rect, image, width)
				return one.Page, box, ok
			}
		}
	}
	spot, ok, err := lint.SignerSpot(p.Data)
	if err != nil || !ok || spot.Page > len(sheets) {
		return 0, signature.Rect{}, false
	}
	const mm = signature.Millimetre
	sheet := sheets[spot.Page-1]
	signer := signature.Rect{X: sheet.X + spot.X*mm, Y: sheet.Y + sheet.H - (spot.Y+spot.Height)*mm, W: spot.Width * mm, H: spot.Height * mm}
	if kind == Body {
		box, ok = sealAt(signer, image, width)
		return spot.Page, box, ok
	}
	box, err = signature.Fit(image, signer)
	return spot.Page, box, err == nil
}

// notes are number and day of p in the places that its head left open, as the
// clerk's tool writes them (Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục II.3,
// II.4). A day is written only beside its own month and year.
func (p Paper) notes(sheets []signature.Rect) (out []signature.Look) {
	if !p.Body || p.Number == "" {
		return nil
	}
	number, day, month, year, err := lint.Blanks(p.Data)
	if err != nil { // what cannot be read leaves nothing open
		return nil
	}
	write := func(at *lint.Blank, words string) {
		if at == nil || at.Page > len(sheets) {
			return
		}
		sheet, wide := sheets[at.Page-1], officedoc.Width(words, false, at.Italic, at.Size)+2
		if wide > at.Width+4 {
			return
		}
		x := sheet.X + at.X + (at.Width-wide)/2
		y := sheet.Y + sheet.H - at.Baseline - 0.3*at.Size
		out = append(out, signature.Look{Page: at.Page, Rect: signature.Rect{X: x, Y: y, W: wide, H: 1.3 * at.Size}, Lines: []string{words}, Size: at.Size, Italic: at.Italic})
	}
	write(number, p.Number)
	if strings.TrimLeft(month, "0") == strconv.Itoa(int(p.Date.Month)) && year == strconv.Itoa(p.Date.Year) {
		write(day, fmt.Sprintf("%02d", p.Date.Day))
	}
	return out
}

// sealAt is a seal of its own width beside the signer's image.
func sealAt(signer signature.Rect, image []byte, width int64) (signature.Rect, bool) {
	own, err := sized(image, Body, width)
	return signature.Beside(signer, own.W, own.H), err == nil
}

// sized is how large an image is drawn, at the origin.
func sized(image []byte, kind Kind, width int64) (signature.Rect, error) {
	const mm = signature.Millimetre
	box := signature.Rect{W: signerWidth * mm, H: signerHeight * mm}
	if kind == Body {
		box = signature.Rect{W: float64(width) * mm, H: 10 * float64(width) * mm} // its width rules
	}
	fitted, err := signature.Fit(image, box)
	return signature.Rect{W: fitted.W, H: fitted.H}, err
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

// drawing is a key's image at a place of the paper.
func (s *Service) drawing(op string, p Paper, report signature.Report, sheets []signature.Rect, r keyRow, at Place) (*signature.Look, error) {
	const mm = signature.Millimetre
	image, err := s.unseal(r.imagePurpose(), r.Image)
	if err != nil {
		return nil, err
	}
	if at == (Place{}) {
		page, box, ok := suggest(p, report, sheets, Kind(r.Kind), image, r.ImageWidth)
		if !ok {
			return nil, fault.Bad(op, "page", "esign.bad.no_place")
		}
		return &signature.Look{Page: page, Rect: box, Image: image}, nil
	}
	if at.Page < 1 || at.Page > len(sheets) {
		return nil, fault.Bad(op, "page", "esign.bad.page")
	}
	box, err := sized(image, Kind(r.Kind), r.ImageWidth)
	if err != nil {
		return nil, err
	}
	sheet := sheets[at.Page-1]
	box.X, box.Y = sheet.X+at.Left*mm, sheet.Y+sheet.H-at.Top*mm-box.H
	bad := map[string]string{}
	if at.Left < 0 || math.IsNaN(at.Left) || box.X+box.W > sheet.X+sheet.W {
		bad["left"] = "esign.bad.outside"
	}
	if at.Top < 0 || math.IsNaN(at.Top) || box.Y < sheet.Y {
		bad["top"] = "esign.bad.outside"
	}
	if len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return &signature.Look{Page: at.Page, Rect: box, Image: image}, nil
}
