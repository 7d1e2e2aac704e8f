// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// insideSetting is whether papers may be signed in the product. It is off until
// the administrator turns it on: the usual way is to sign outside, with one's token.
const insideSetting = "esign.inside"

type inside struct {
	On bool `json:"on"`
}

// Inside reports whether papers may be signed in the product, and the version of
// that setting.
func (s *Service) Inside(ctx context.Context) (on bool, version int64, err error) {
	var v inside
	version, err = setting.Get(ctx, s.Records.Read(), insideSetting, &v)
	return v.On, version, err
}

// SetInside turns signing in the product on or off. Keys stay until their holders
// remove them. Errors: fault.Conflict for a stale version.
func (s *Service) SetInside(ctx context.Context, on bool, version int64) error {
	const op = "esign.inside"
	_, root, err := s.everywhere(ctx, op, mayTrust)
	if err != nil {
		return err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), insideSetting, version, inside{on}); err != nil {
			return err
		}
		return s.note(ctx, tx, op, root, "setting", insideSetting, map[string]any{"on": on})
	})
	return db.Error(op, err)
}

// needInside lets through while papers may be signed here.
func (s *Service) needInside(ctx context.Context, op string) error {
	on, _, err := s.Inside(ctx)
	if err == nil && !on {
		err = &fault.Error{Kind: fault.Conflict, Op: op, Msg: "esign.bad.off"}
	}
	return err
}

func notFound(op string) error { return &fault.Error{Kind: fault.NotFound, Op: op} }

// mayHold are those who may keep a key of their own: who reads papers at all.
var mayHold = mayRead

// Keys lists the keys that the actor may sign with: their own, and those of bodies
// whose clerk they are.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	const op = "esign.Keys"
	actor, _, err := auth.Need(ctx, op, mayHold)
	if err != nil {
		return nil, err
	}
	rows, err := keysOf(ctx, s.Records.Read(), actor)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	trust, err := s.Trust(ctx)
	if err != nil {
		return nil, err
	}
	var out []Key
	for _, r := range rows {
		k := r.key()
		if chain, err := signature.ReadCertificates([]byte(r.Chain)); err == nil && len(chain) > 0 {
			k.Known = trust.Knows(chain[0], chain[1:], s.now())
		}
		out = append(out, k)
	}
	return out, nil
}

// NewKey is a key that is brought. Data and Image are files.
type NewKey struct {
	Kind     Kind
	Unit     string // whose seal it is; of a person's it is their own unit
	Data     []byte // PKCS#12
	Password string
	Keep     bool   // the password too
	Image    []byte // PNG with transparent ground; may be empty
	Width    int64  // of a seal in millimetres, with its image
}

// AddKey keeps a key for signing. Errors: fault.Invalid (file, password, unit, kind,
// image, width), fault.Conflict while the setting is off, fault.Forbidden for a
// body's key by who is not its clerk.
func (s *Service) AddKey(ctx context.Context, in NewKey) (Key, error) {
	const op = "esign.key.add"
	actor, _, err := auth.Need(ctx, op, mayHold)
	if err != nil {
		return Key{}, err
	}
	if err := s.needInside(ctx, op); err != nil {
		return Key{}, err
	}
	r := keyRow{ID: db.NewID(), Owner: actor.Home, Account: actor.ID, Kind: string(in.Kind), AddedName: actor.Name, AddedAt: db.At(s.now())}
	switch {
	case in.Kind == Body && clerkOf(actor, in.Unit):
		r.Owner, r.Account = in.Unit, ""
	case in.Kind == Body:
		return Key{}, fault.Bad(op, "unit", "esign.bad.clerk")
	case in.Kind != Personal:
		return Key{}, fault.Bad(op, "kind", "esign.bad.kind")
	}
	if r.ImageWidth, err = s.checkImage(op, in); err != nil {
		return Key{}, err
	}
	who, err := s.open(op, in.Data, in.Password)
	if err != nil {
		return Key{}, err
	}
	leaf := who.Chain[0]
	if err := usable(op, leaf, s.now()); err != nil {
		return Key{}, err
	}
	again, err := who.PKCS12(in.Password)
	if err != nil {
		return Key{}, err
	}
	r.Sealed = s.seal(r.keyPurpose(), again)
	if in.Keep {
		r.Password = s.seal(r.passwordPurpose(), []byte(in.Password))
	}
	if len(in.Image) > 0 {
		r.Image = s.seal(r.imagePurpose(), in.Image)
	}
	var chain bytes.Buffer
	for _, c := range who.Chain {
		if err := pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}); err != nil {
			return Key{}, err
		}
	}
	c := certificateOf(leaf, in.Kind)
	c.ID, c.Owner, c.RegisteredAt = ID(db.NewID()), r.Owner, s.now()
	r.Chain, r.Holder, r.Serial, r.Issuer, r.Fingerprint = chain.String(), c.Holder, c.Serial, c.Issuer, c.Fingerprint
	r.From, r.Until = db.At(c.From), db.At(c.Until)
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		have, err := tx.NewSelect().Model((*keyRow)(nil)).Where("ek.owner_unit = ?", r.Owner).Where("ek.account_id = ?", r.Account).Count(ctx)
		if err != nil {
			return err
		}
		if have >= maxKeys {
			return fault.Bad(op, "file", "esign.bad.too_many")
		}
		res, err := tx.NewInsert().Model(&r).On("CONFLICT (owner_unit, account_id, fingerprint) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.Bad(op, "file", "esign.bad.known"))
		}
		if _, err := register(ctx, tx, c); err != nil {
			return err
		}
		return s.noteKey(ctx, tx, op, r, map[string]any{"kept": in.Keep, "image": len(in.Image) > 0})
	})
	if err != nil {
		return Key{}, db.Error(op, err)
	}
	return r.key(), nil
}

// noteKey writes to the trail what was done with a key; nothing of it but its
// certificate.
func (s *Service) noteKey(ctx context.Context, tx *db.Tx, action string, r keyRow, detail map[string]any) error {
	detail["fingerprint"], detail["holder"], detail["kind"] = r.Fingerprint, r.Holder, r.Kind
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "certificate", Object: r.ID, Unit: r.Owner, Detail: detail})
}

// checkImage gives the width of a seal.
func (s *Service) checkImage(op string, in NewKey) (int64, error) {
	if len(in.Image) == 0 {
		return 0, nil
	}
	if len(in.Image) > maxImage {
		return 0, fault.Bad(op, "image", "esign.bad.image_size")
	}
	if err := signature.CheckImage(in.Image); err != nil {
		return 0, fault.Bad(op, "image", "esign.bad.image")
	}
	if in.Kind == Personal {
		return 0, nil
	}
	if in.Width < minSeal || in.Width > maxSeal {
		return 0, fault.Bad(op, "width", "esign.bad.width")
	}
	return in.Width, nil
}

const maxImage = 512 << 10

// open opens a PKCS#12 file.
func (s *Service) open(op string, data []byte, password string) (signature.Identity, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default: // each attempt hashes for a while
		return signature.Identity{}, &fault.Error{Kind: fault.Unavailable, Op: op, Msg: "esign.bad.busy"}
	}
	who, err := signature.ReadPKCS12(data, password)
	switch {
	case errors.Is(err, signature.ErrPassword):
		return who, fault.Bad(op, "password", "esign.bad.password")
	case errors.Is(err, signature.ErrWeakKey):
		return who, fault.Bad(op, "file", "esign.bad.weak")
	case errors.Is(err, signature.ErrTooMuch):
		return who, fault.Bad(op, "file", "esign.bad.too_much")
	case err != nil:
		return who, fault.Bad(op, "file", "esign.bad.pkcs12")
	}
	if nameOf(who.Chain[0]) == "" {
		return who, fault.Bad(op, "file", "esign.bad.nameless")
	}
	return who, nil
}

// RemoveKey forgets a key of the actor's. It may be done while the setting is off.
func (s *Service) RemoveKey(ctx context.Context, id ID) error {
	const op = "esign.key.remove"
	actor, _, err := auth.Need(ctx, op, mayHold)
	if err != nil {
		return err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := keyOf(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model(&r).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.noteKey(ctx, tx, op, r, map[string]any{})
	})
	return db.Error(op, err)
}

// samePerson reports whether a certificate bears the name of an account, whatever
// the order and marks of its words: only to point out when not.
func samePerson(holder, name string) bool { return i18n.Fold(holder) == i18n.Fold(name) }
