// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func canonical(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// NewKey makes a key with which a program may do one thing, allows, in the
// subtree of unit, as role would. The maker must hold that permission there.
// The secret is told once and never again.
func (s *Service) NewKey(ctx context.Context, name, unit string, role auth.Role, allows auth.Permission) (Key, string, error) {
	const op = "account.NewKey"
	actor, scope, err := auth.Need(ctx, op, allows)
	if err != nil {
		return Key{}, "", err
	}
	name = i18n.NFC(name)
	if name == "" {
		return Key{}, "", fault.Bad(op, "name", "account.bad.key_name")
	}
	if !actor.Has(role) {
		return Key{}, "", &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	secret, stored := newToken()
	r := keyRow{ID: db.NewID(), Name: name, Token: stored, Unit: unit, Role: string(role), Area: string(allows.Area),
		Act: string(rune(allows.Act)), CreatedBy: actor.ID, CreatedAt: db.At(s.Now())}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		in, err := scope.Holds(ctx, tx, unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return fault.Missing(op)
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "account.new_key", Kind: "key", Object: r.ID, Unit: unit,
			Detail: map[string]any{"name": name, "area": allows.Area, "act": r.Act}})
	})
	return r.key(), secret, err
}

// KeyActor loads who an API key belongs to; fault.SignedOut when it is unknown
// or revoked. The time of use is kept to the minute.
func (s *Service) KeyActor(ctx context.Context, secret string) (auth.Actor, error) {
	var r keyRow
	err := s.Records.Read().NewSelect().Model(&r).Where("token = ?", digest(secret)).Where("revoked_at IS NULL").Scan(ctx)
	if err := db.Error("account.KeyActor", err); err != nil {
		if fault.Is(err, fault.NotFound) {
			return auth.Actor{}, &fault.Error{Kind: fault.SignedOut, Op: "account.KeyActor"}
		}
		return auth.Actor{}, err
	}
	if now := s.Now(); now.Sub(r.UsedAt.Time) >= time.Minute {
		err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewUpdate().Model((*keyRow)(nil)).Set("used_at = ?", db.At(now)).Where("id = ?", r.ID).Exec(ctx)
			return err
		})
		if err != nil {
			return auth.Actor{}, db.Error("account.KeyActor", err)
		}
	}
	k := r.key()
	return auth.Actor{ID: k.ID, Name: k.Name, Home: k.Unit, Grants: []auth.Grant{{Role: auth.Role(r.Role), Unit: k.Unit}},
		Mask: []auth.Permission{k.Allows}}, nil
}

// Keys lists the keys that allow p in units of the actor's scope, newest first.
func (s *Service) Keys(ctx context.Context, p auth.Permission, unit string) ([]Key, error) {
	_, scope, err := auth.Need(ctx, "account.Keys", p)
	if err != nil {
		return nil, err
	}
	var rows []keyRow
	q := s.Records.Read().NewSelect().Model(&rows).Where("area = ?", string(p.Area)).Where("act = ?", string(rune(p.Act))).
		Where("unit_id = ?", unit).Order("id DESC").Limit(200)
	if err := scope.Filter(q, "unit_id").Scan(ctx); err != nil {
		return nil, db.Error("account.Keys", err)
	}
	out := make([]Key, len(rows))
	for i, r := range rows {
		out[i] = r.key()
	}
	return out, nil
}

// RevokeKey ends a key at once. The actor must hold what the key allows where
// it allows it.
func (s *Service) RevokeKey(ctx context.Context, id string, p auth.Permission) error {
	const op = "account.RevokeKey"
	_, scope, err := auth.Need(ctx, op, p)
	if err != nil {
		return err
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r keyRow
		q := tx.NewSelect().Model(&r).Where("id = ?", id).Where("area = ?", string(p.Area)).Where("act = ?", string(rune(p.Act)))
		if err := scope.Filter(q, "unit_id").Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		if _, err := tx.NewUpdate().Model((*keyRow)(nil)).Set("revoked_at = ?", db.At(s.Now())).
			Where("id = ?", id).Where("revoked_at IS NULL").Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "account.revoke_key", Kind: "key", Object: id, Unit: r.Unit})
	})
}
