// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

type callerKey struct{}

// FromAddress returns a context of a request that came from addr; KeyActor
// compares a key's addresses with it. Without one, a key bound to addresses is
// not taken.
func FromAddress(ctx context.Context, addr netip.Addr) context.Context {
	return context.WithValue(ctx, callerKey{}, addr)
}

// KeyActor loads who an API key belongs to. It fails with fault.SignedOut when
// the key is unknown, revoked, at its end, or its maker's account is shut, and
// with fault.Forbidden from an address it was not made for. The time of use is
// kept to the minute.
func (s *Service) KeyActor(ctx context.Context, secret string) (auth.Actor, error) {
	const op = "account.KeyActor"
	now, stored, read := s.Now(), digest(secret), s.reading()
	rows, err := db.Select[keyRow](ctx, read, "WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?) "+
		"AND (k.token = ? OR (k.old_token = ? AND k.old_until > ?)) LIMIT 1", db.At(now), stored, stored, db.At(now))
	if err != nil {
		return auth.Actor{}, db.Error(op, err)
	}
	if len(rows) == 0 {
		return auth.Actor{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	allows, err := allowsOf(ctx, read, rows[0].ID)
	if err != nil {
		return auth.Actor{}, err
	}
	k := rows[0].key(allows[rows[0].ID])
	if caller, _ := ctx.Value(callerKey{}).(netip.Addr); !k.From(caller) {
		return auth.Actor{}, &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "account.bad.key_address"}
	}
	grants := []auth.Grant{{Role: auth.Role(rows[0].Role), Unit: k.Unit}}
	if k.Bound {
		if grants, err = s.standing(ctx, k); err != nil {
			return auth.Actor{}, err
		}
	}
	if err := s.noteUse(ctx, k, now); err != nil {
		return auth.Actor{}, err
	}
	mask := slices.Clone(k.Allows)
	if mask == nil {
		mask = []auth.Permission{} // nothing, not everything
	}
	return auth.Actor{ID: k.ID, Name: k.Name, Home: k.Unit, Grants: grants, Mask: mask}, nil
}

// standing are the roles that the maker of a bound key holds now over the key's
// unit, held there alone.
func (s *Service) standing(ctx context.Context, k Key) ([]auth.Grant, error) {
	const op = "account.standing"
	maker, err := find(ctx, s.reading(), "id", k.CreatedBy, s.Now())
	if fault.Is(err, fault.NotFound) || err == nil && maker.Disabled {
		return nil, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	if err != nil {
		return nil, err
	}
	held := maker.Actor().Grants
	over := units(held)
	if len(over) == 0 {
		return nil, nil
	}
	var above []string
	if err := s.Records.Read().NewSelect().Table("unit_closure").Column("ancestor").Where("descendant = ?", k.Unit).
		Where("ancestor IN (?)", bun.List(over)).Scan(ctx, &above); err != nil {
		return nil, db.Error(op, err)
	}
	var out []auth.Grant
	for _, g := range held {
		if slices.Contains(above, g.Unit) {
			out = append(out, auth.Grant{Role: g.Role, Unit: k.Unit})
		}
	}
	return out, nil
}

func (s *Service) noteUse(ctx context.Context, k Key, now time.Time) error {
	if now.Sub(k.UsedAt) < time.Minute {
		return nil
	}
	return db.Error("account.noteUse", s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewUpdate().Model((*keyRow)(nil)).Set("used_at = ?", db.At(now)).Where("id = ?", k.ID).Exec(ctx)
		return err
	}))
}

// Lacks are the permissions of a key that it does not have at this moment,
// since its maker does not: none for a key that is not bound.
func (s *Service) Lacks(ctx context.Context, k Key) ([]auth.Permission, error) {
	if !k.Bound {
		return nil, nil
	}
	grants, err := s.standing(ctx, k)
	if fault.Is(err, fault.SignedOut) {
		return k.Allows, nil
	}
	if err != nil {
		return nil, err
	}
	var out []auth.Permission
	for _, p := range k.Allows {
		if len(auth.ScopeOf(auth.Actor{Grants: grants}, p).Roots()) == 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

// Standing is the person of an account as far as they may act now in unit and
// below it, and nowhere else; fault.SignedOut when the account is shut or gone.
func (s *Service) Standing(ctx context.Context, account, unit string) (auth.Actor, error) {
	grants, err := s.standing(ctx, Key{CreatedBy: account, Unit: unit})
	return auth.Actor{ID: account, Home: unit, Grants: grants}, err
}
