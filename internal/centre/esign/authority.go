// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// Authority is one whose certificates are believed. None is shipped: those of
// Ban Cơ yếu Chính phủ and of public providers are brought by the administrator,
// who compares the fingerprint with what the authority publishes.
type Authority struct {
	ID          string
	Name        string
	Issuer      string
	Fingerprint string // SHA-256, hexadecimal
	From, Until time.Time
	AddedName   string
	AddedAt     time.Time
}

// Trust is who is believed when signatures are checked.
func (s *Service) Trust(ctx context.Context) (signature.Trust, error) {
	var rows []authorityRow
	if err := s.Records.Read().NewSelect().Model(&rows).Scan(ctx); err != nil {
		return signature.Trust{}, db.Error("esign.Trust", err)
	}
	var t signature.Trust
	for _, r := range rows {
		list, err := signature.ReadCertificates([]byte(r.PEM))
		if err != nil {
			return signature.Trust{}, err
		}
		t.Roots = append(t.Roots, list...) // each was brought on purpose, those in between too
	}
	return t, nil
}

// everywhere lets through who may do p in the whole centre.
func (s *Service) everywhere(ctx context.Context, op string, p auth.Permission) (auth.Actor, string, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err != nil {
		return actor, "", err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return actor, "", err
	}
	in, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !in {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, root, db.Error(op, err)
}

// Authorities lists who is believed, by name.
func (s *Service) Authorities(ctx context.Context) ([]Authority, error) {
	const op = "esign.Authorities"
	if _, _, err := s.everywhere(ctx, op, mayLookAt); err != nil {
		return nil, err
	}
	var rows []authorityRow
	if err := s.Records.Read().NewSelect().Model(&rows).OrderExpr("ea.name, ea.id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	var out []Authority
	for _, r := range rows {
		out = append(out, Authority{ID: r.ID, Name: r.Name, Issuer: r.Issuer, Fingerprint: r.Fingerprint, From: r.From.Time, Until: r.Until.Time, AddedName: r.AddedName, AddedAt: r.AddedAt.Time})
	}
	return out, nil
}

// Believe adds the authorities of a file. Errors: fault.Invalid (file): what is no
// certificate, or one of a person.
func (s *Service) Believe(ctx context.Context, data []byte) (Result, error) {
	const op = "esign.believe"
	actor, root, err := s.everywhere(ctx, op, mayTrust)
	if err != nil {
		return Result{}, err
	}
	list, err := signature.ReadCertificates(data)
	if errors.Is(err, signature.ErrTooMuch) {
		return Result{}, fault.Bad(op, "file", "esign.bad.too_much")
	}
	if err != nil {
		return Result{}, fault.Bad(op, "file", "esign.bad.certificate")
	}
	for _, c := range list {
		if !c.IsCA || !c.BasicConstraintsValid {
			return Result{}, fault.Bad(op, "file", "esign.bad.authority")
		}
	}
	var r Result
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r = Result{}
		for _, c := range list {
			row := authorityRow{ID: db.NewID(), Name: nameOf(c), Fingerprint: signature.FingerprintOf(c), Issuer: i18n.NFC(c.Issuer.CommonName),
				PEM:  string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})),
				From: db.At(c.NotBefore), Until: db.At(c.NotAfter), AddedName: actor.Name, AddedAt: db.At(s.now())}
			res, err := tx.NewInsert().Model(&row).On("CONFLICT (fingerprint) DO NOTHING").Exec(ctx)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			if n == 0 {
				r.Same++
				continue
			}
			r.Taken++
			if err := s.noteTrust(ctx, tx, op, root, row); err != nil {
				return err
			}
		}
		if r.Taken == 0 {
			return s.note(ctx, tx, op, root, "authority", "", map[string]any{"same": r.Same})
		}
		return nil
	})
	return r, db.Error(op, err)
}

func nameOf(c *x509.Certificate) string {
	p := signature.PersonOf(c)
	if p.Name == "" {
		return i18n.NFC(p.Organization)
	}
	return i18n.NFC(p.Name)
}

func (s *Service) noteTrust(ctx context.Context, tx *db.Tx, op, root string, r authorityRow) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: op, Kind: "authority", Object: r.ID, Unit: root, Detail: map[string]any{"name": r.Name, "fingerprint": r.Fingerprint}})
}

// Doubt removes an authority: what it vouches for is unknown from now on.
func (s *Service) Doubt(ctx context.Context, id string) error {
	const op = "esign.doubt"
	_, root, err := s.everywhere(ctx, op, mayTrust)
	if err != nil {
		return err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r authorityRow
		if err := tx.NewSelect().Model(&r).Where("ea.id = ?", id).Scan(ctx); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model(&r).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.noteTrust(ctx, tx, op, root, r)
	})
	return db.Error(op, err)
}
