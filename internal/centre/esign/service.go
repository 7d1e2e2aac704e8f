// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// Migrations hold the schema of the room. It leans on those of auth and audit.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room works with.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	Root    func(ctx context.Context) (string, error) // unit of the whole centre
	// Sheet reads the tables of a file as people send it. Errors: fault.Invalid (file).
	Sheet func(data []byte) ([][][]string, error)
	// UnitNamed finds the units in the actor's scope that a text names.
	UnitNamed func(ctx context.Context, text string) ([]string, error)
	Least     func() int64 // of a measure's coverage, in hundredths: the pack's
	Secrets   *secret.Box  // seals keys that are kept to sign with
	// Paper is a paper that the actor sees, with the file that is to be signed next:
	// the latest signed one, else the original. Errors: fault.NotFound.
	Paper func(ctx context.Context, id string) (Paper, error)
	// Keep adds the signed file to the paper, as an upload of it would.
	Keep func(ctx context.Context, paper, name string, data []byte) error
}

// Service holds the use cases.
type Service struct {
	Deps
	slots chan struct{} // keys opened at once
}

// New makes the room.
func New(d Deps) *Service { return &Service{Deps: d, slots: make(chan struct{}, 2)} }

var (
	mayRead   = auth.Permission{Area: auth.Documents, Act: auth.Read}
	mayWrite  = auth.Permission{Area: auth.Documents, Act: auth.Write}
	maySend   = auth.Permission{Area: auth.Documents, Act: auth.Send}
	mayTrust  = auth.Permission{Area: auth.Settings, Act: auth.Configure}
	mayLookAt = auth.Permission{Area: auth.Settings, Act: auth.Read}
)

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Page is one page of the register.
type Page struct {
	Rows  []Certificate
	Total int64
	Next  string
}

const pageSize = 50

// List lists the register in the actor's scope.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	const op = "esign.List"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Page{}, err
	}
	if f.Limit <= 0 {
		f.Limit = pageSize
	}
	now := s.now()
	visible := func(q *bun.SelectQuery) *bun.SelectQuery { return f.narrow(scope.Filter(q, "ec.owner_unit"), now) }
	total, err := visible(s.Records.Read().NewSelect().Model((*certRow)(nil))).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	var rows []certRow
	if err := f.page(visible(s.Records.Read().NewSelect().Model(&rows))).Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: int64(total)}
	for i, r := range rows {
		if i == f.Limit {
			p.Next = f.keyOf(p.Rows[i-1])
			break
		}
		p.Rows = append(p.Rows, r.certificate())
	}
	return p, nil
}

// Incoming is a file with certificates or a list of them.
type Incoming struct {
	Unit string // whose they are, where the file does not say
	Kind Kind
	Data []byte
}

// Register adds the certificates of a file (.cer, .p7b, PEM) or of a list (XLSX,
// CSV). Errors: fault.Invalid (file, unit, kind); rows that are not right cost
// only themselves.
func (s *Service) Register(ctx context.Context, in Incoming) (Result, error) {
	const op = "esign.register"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Result{}, err
	}
	if in.Kind != Personal && in.Kind != Body {
		return Result{}, fault.Bad(op, "kind", "esign.bad.kind")
	}
	list, rejected, err := s.readCertificates(ctx, op, in)
	if err != nil {
		return Result{}, err
	}
	r := Result{Rejected: rejected}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holds(ctx, tx, scope, op, in.Unit); err != nil {
			return err
		}
		r.Taken, r.Same = 0, 0
		for _, c := range list {
			c.ID, c.RegisteredAt = ID(db.NewID()), s.now()
			fresh, err := register(ctx, tx, c)
			if err != nil {
				return err
			}
			if fresh {
				r.Taken++
			} else {
				r.Same++
			}
		}
		return s.note(ctx, tx, op, in.Unit, "certificate", in.Unit, map[string]any{"taken": r.Taken, "same": r.Same, "rejected": len(r.Rejected), "sha256": digestOf(in.Data)})
	})
	return r, db.Error(op, err)
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func holds(ctx context.Context, tx *db.Tx, scope auth.Scope, op, unit string) error {
	in, err := scope.Holds(ctx, tx, unit)
	if err == nil && !in {
		err = fault.Bad(op, "unit", "esign.bad.unit")
	}
	return err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action, unit, kind, object string, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: kind, Object: object, Unit: unit, Detail: detail})
}

func (s *Service) readCertificates(ctx context.Context, op string, in Incoming) (list []Certificate, rejected []Rejected, err error) {
	certs, err := signature.ReadCertificates(in.Data)
	if err == nil {
		for _, c := range certs {
			if c.IsCA && len(certs) > 1 { // the way to an authority, in a bundle
				continue
			}
			one := certificateOf(c, in.Kind)
			one.Owner = in.Unit
			list = append(list, one)
		}
		return list, nil, nil
	}
	if errors.Is(err, signature.ErrTooMuch) {
		return nil, nil, fault.Bad(op, "file", "esign.bad.too_much")
	}
	sheets, err := s.Sheet(in.Data)
	if err != nil {
		return nil, nil, err
	}
	t, ok := find(sheets, certificateColumns, "holder", "serial")
	if !ok {
		return nil, nil, fault.Bad(op, "file", "esign.bad.certificates")
	}
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return nil, nil, err
	}
	rejected = t.each(func(row int) string {
		c, why := t.certificate(row, in.Kind)
		if why == "" && err == nil {
			c.Owner, why, err = s.unitOf(ctx, scope, t.cell(row, "unit"), in.Unit)
		}
		if why == "" {
			list = append(list, c)
		}
		return why
	})
	return list, rejected, err
}

// unitOf is the unit that a cell names, or otherwise the one of the form.
func (s *Service) unitOf(ctx context.Context, scope auth.Scope, text, otherwise string) (id, why string, err error) {
	if text == "" {
		return otherwise, "", nil
	}
	ids, err := s.UnitNamed(ctx, text)
	if err != nil {
		return "", "", err
	}
	var mine []string
	for _, id := range ids {
		in, err := scope.Holds(ctx, s.Records.Read(), id)
		if err != nil {
			return "", "", err
		}
		if in {
			mine = append(mine, id)
		}
	}
	if len(mine) != 1 {
		return "", "esign.row.unit", nil
	}
	return mine[0], "", nil
}

// Checked is what was found of a file.
type Checked struct {
	Format string // "pdf" or "xml"
	signature.Report
	Digest string // SHA-256 of the file, hexadecimal
	Noted  int    // certificates of the register of which this is a use
}

// MaxFile is how large a file may be that is checked.
const MaxFile = 64 << 20

// Check says what the signatures of a file are worth. Nothing of the file is
// kept. note, for who may write, keeps its hash as a use of the certificates of
// the register whose signatures hold. Errors: fault.Invalid (file).
func (s *Service) Check(ctx context.Context, data []byte, note bool) (Checked, error) {
	const op = "esign.check"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return Checked{}, err
	}
	trust, err := s.Trust(ctx)
	if err != nil {
		return Checked{}, err
	}
	c, err := verify(data, trust, s.now())
	if err != nil {
		return c, badFile(op, err)
	}
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if fault.Is(err, fault.Forbidden) || !note {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c.Noted = 0
		if c.Noted, err = s.uses(ctx, tx, scope, c, "check"); err != nil {
			return err
		}
		return s.note(ctx, tx, op, actor.Home, "certificate", actor.Home, map[string]any{"sha256": c.Digest, "state": string(c.State()), "noted": c.Noted})
	})
	return c, db.Error(op, err)
}

// verify checks a file of either form.
func verify(data []byte, t signature.Trust, now time.Time) (c Checked, err error) {
	c.Digest = digestOf(data)
	if bytes.HasPrefix(bytes.TrimLeft(data, "\xef\xbb\xbf \t\r\n"), []byte("<")) {
		c.Format = "xml"
		c.Report, err = signature.VerifyXML(data, t, now)
		return c, err
	}
	c.Format = "pdf"
	c.Report, err = signature.VerifyPDF(data, t, now)
	return c, err
}

// uses notes the signatures of c that hold.
func (s *Service) uses(ctx context.Context, tx *db.Tx, scope auth.Scope, c Checked, origin string) (n int, err error) {
	for _, sig := range c.Signatures {
		if !counts(sig) {
			continue
		}
		at := sig.At
		if at.IsZero() || at.After(s.now()) {
			at = s.now()
		}
		fresh, err := used(ctx, tx, scope, sig.Serial, sig.Fingerprint, c.Digest, origin, at)
		if err != nil {
			return n, err
		}
		n += fresh
	}
	return n, nil
}

// counts reports whether a signature is one of a person or body that holds, or
// held while its certificate stood.
func counts(s signature.Signature) bool {
	return s.Kind != signature.TimeStamp && (s.State == signature.Valid || s.State == signature.ExpiredNow)
}

// reasons are the sentences for files that are not checked.
var reasons = []struct {
	err error
	key string
}{{signature.ErrEncrypted, "esign.bad.encrypted"}, {signature.ErrDamaged, "esign.bad.damaged"}, {signature.ErrNotPDF, "esign.bad.form"}, {signature.ErrNotXML, "esign.bad.xml"},
	{signature.ErrTooMuch, "esign.bad.too_much"}, {edxml.ErrNotEdXML, "esign.bad.edxml"}, {edxml.ErrTooMuch, "esign.bad.too_much"}}

func badFile(op string, err error) error {
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			e := fault.Bad(op, "file", r.key)
			fault.Of(e).Err = err
			return e
		}
	}
	return err
}
