// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"encoding/base64"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

type keyRow struct {
	bun.BaseModel `bun:"table:esign_key,alias:ek"`

	ID          string  `bun:"id,pk"`
	Owner       string  `bun:"owner_unit"`
	Account     string  `bun:"account_id"`
	Kind        string  `bun:"kind"`
	Holder      string  `bun:"holder"`
	Serial      string  `bun:"serial"`
	Issuer      string  `bun:"issuer"`
	Fingerprint string  `bun:"fingerprint"`
	From        db.Time `bun:"valid_from"`
	Until       db.Time `bun:"valid_until"`
	Chain       string  `bun:"chain"`  // PEM of the certificates, which are public
	Sealed      string  `bun:"sealed"` // PKCS#12 in base64
	Password    string  `bun:"password"`
	Image       string  `bun:"image"` // PNG in base64, sealed: a seal is easily copied
	ImageWidth  int64   `bun:"image_width"`
	Wrong       int64   `bun:"wrong"`
	WrongAt     db.Time `bun:"wrong_at"`
	AddedName   string  `bun:"added_name"`
	AddedAt     db.Time `bun:"added_at"`
}

func (r keyRow) key() Key {
	return Key{ID: ID(r.ID), Owner: r.Owner, Account: r.Account, Kind: Kind(r.Kind), Holder: r.Holder, Serial: r.Serial, Issuer: r.Issuer, Fingerprint: r.Fingerprint,
		From: r.From.Time, Until: r.Until.Time, Kept: r.Password != "", Image: r.Image != "", Width: r.ImageWidth, AddedName: r.AddedName, AddedAt: r.AddedAt.Time}
}

// What values are sealed for.
func (r keyRow) keyPurpose() string      { return "esign.key:" + r.ID }
func (r keyRow) passwordPurpose() string { return "esign.password:" + r.ID }
func (r keyRow) imagePurpose() string    { return "esign.image:" + r.ID }

// seal seals bytes as a text.
func (s *Service) seal(purpose string, data []byte) string {
	return s.Secrets.Seal(purpose, base64.StdEncoding.EncodeToString(data))
}

func (s *Service) unseal(purpose, sealed string) ([]byte, error) {
	text, err := s.Secrets.Open(purpose, sealed)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

// keysOf are the keys that a may use, people's before bodies'.
func keysOf(ctx context.Context, q bun.IDB, a auth.Actor) ([]keyRow, error) {
	units := []string{""}
	for _, g := range a.Grants {
		if clerkOf(a, g.Unit) {
			units = append(units, g.Unit)
		}
	}
	var rows []keyRow
	err := q.NewSelect().Model(&rows).Where("(ek.kind = ? AND ek.account_id = ? OR ek.kind = ? AND ek.owner_unit IN (?))", string(Personal), a.ID, string(Body), bun.List(units)).
		OrderExpr("ek.kind DESC, ek.holder, ek.id").Scan(ctx)
	return rows, db.Error("esign.keysOf", err)
}

// keyOf is one of the keys that a may use; fault.NotFound for all others.
func keyOf(ctx context.Context, q bun.IDB, a auth.Actor, id ID) (keyRow, error) {
	const op = "esign.keyOf"
	var r keyRow
	if err := q.NewSelect().Model(&r).Where("ek.id = ?", string(id)).Scan(ctx); err != nil {
		return r, db.Error(op, err)
	}
	if !r.key().mine(a) {
		return keyRow{}, notFound(op)
	}
	return r, nil
}
