// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

var (
	readKeys  = auth.Permission{Area: auth.Settings, Act: auth.Read}
	writeKeys = auth.Permission{Area: auth.Settings, Act: auth.Write}
)

func canonical(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// NewKey makes a key with which a program may do one thing, allows, in the
// subtree of unit, as role would: it belongs to what it feeds and not to its
// maker. The maker must hold that permission there. The secret is told once and
// never again.
func (s *Service) NewKey(ctx context.Context, name, unit string, role auth.Role, allows auth.Permission) (Key, string, error) {
	const op = "account.NewKey"
	actor, scope, err := auth.Need(ctx, op, allows)
	if err != nil {
		return Key{}, "", err
	}
	if actor.Elevated != "" { // what lasts hours hands out nothing that lasts longer
		return Key{}, "", &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "account.bad.glass_give"}
	}
	name = i18n.NFC(name)
	if name == "" {
		return Key{}, "", fault.Bad(op, "name", "account.bad.key_name")
	}
	if !actor.Has(role) {
		return Key{}, "", &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	secret, stored, prefix := newSecret()
	r := keyRow{ID: db.NewID(), Name: name, Prefix: prefix, Token: stored, Unit: unit, Role: string(role), Area: string(allows.Area),
		Act: string(rune(allows.Act)), CreatedBy: actor.ID, CreatedAt: db.At(s.Now()), Version: 1}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		in, err := scope.Holds(ctx, tx, unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return fault.Missing(op)
		}
		if err := insertKey(ctx, tx, r, []auth.Permission{allows}); err != nil {
			return err
		}
		return s.noteKey(ctx, tx, "account.new_key", r, map[string]any{"name": name, "allows": []string{PermissionText(allows)}})
	})
	return r.key([]auth.Permission{allows}), secret, err
}

// MakeKey makes a bound key. The maker holds every permission of it in its
// unit, and may keep keys there. The secret is told once and never again.
// Errors: fault.Invalid by field, fault.Forbidden.
func (s *Service) MakeKey(ctx context.Context, o KeyOrder) (Key, string, error) {
	const op = "account.MakeKey"
	actor, scope, err := needLasting(ctx, op, writeKeys)
	if err != nil {
		return Key{}, "", err
	}
	networks, err := o.check(op)
	if err != nil {
		return Key{}, "", err
	}
	allows := slices.Clone(o.Allows)
	slices.SortFunc(allows, comparePermissions)
	allows = slices.Compact(allows)
	secret, stored, prefix := newSecret()
	r := keyRow{ID: db.NewID(), Name: o.Name, Owner: o.Owner, Prefix: prefix, Token: stored, Unit: o.Unit, Area: string(allows[0].Area),
		Act: string(rune(allows[0].Act)), Bound: true, Networks: networksText(networks), CreatedBy: actor.ID, CreatedAt: db.At(s.Now()),
		ExpiresAt: db.At(s.Now().AddDate(0, 0, o.Days)), Version: 1}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		in, err := scope.Holds(ctx, tx, o.Unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return fault.Bad(op, "unit", "account.bad.unit")
		}
		if err := mayGiveAll(ctx, tx, actor, allows, o.Unit); err != nil {
			return err
		}
		if err := insertKey(ctx, tx, r, allows); err != nil {
			return err
		}
		return s.noteKey(ctx, tx, "account.new_key", r, map[string]any{"name": o.Name, "allows": texts(allows), "networks": r.Networks,
			"expires": r.ExpiresAt.Time})
	})
	return r.key(allows), secret, err
}

// needPerson is auth.Need for what a person does and no program: a key makes no
// keys.
func needPerson(ctx context.Context, op string, p auth.Permission) (auth.Actor, auth.Scope, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err == nil && actor.Mask != nil {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, scope, err
}

// needLasting is needPerson for what outlives a break-glass: what lasts hours
// hands out nothing that lasts longer.
func needLasting(ctx context.Context, op string, p auth.Permission) (auth.Actor, auth.Scope, error) {
	actor, scope, err := needPerson(ctx, op, p)
	if err == nil && actor.Elevated != "" {
		err = &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "account.bad.glass_give"}
	}
	return actor, scope, err
}

// mayGiveAll fails, field allow, unless actor holds every one of allows over
// unit.
func mayGiveAll(ctx context.Context, tx *db.Tx, actor auth.Actor, allows []auth.Permission, unit string) error {
	const op = "account.mayGiveAll"
	for _, p := range allows {
		in, err := auth.ScopeOf(actor, p).Holds(ctx, tx, unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return fault.Bad(op, "allow", "account.bad.key_above")
		}
	}
	return nil
}

func texts(allows []auth.Permission) []string {
	out := make([]string, len(allows))
	for i, p := range allows {
		out[i] = PermissionText(p)
	}
	return out
}

// AllKeys gives one page of the keys in scope, newest first, and how many there
// are in all.
func (s *Service) AllKeys(ctx context.Context, f KeyFilter) ([]Key, int64, error) {
	_, scope, err := auth.Need(ctx, "account.AllKeys", readKeys)
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	return listKeys(ctx, s.reading(), scope, f, s.Now())
}

// GetKey is one key in scope.
func (s *Service) GetKey(ctx context.Context, id string) (Key, error) {
	const op = "account.GetKey"
	_, scope, err := auth.Need(ctx, op, readKeys)
	if err != nil {
		return Key{}, err
	}
	_, k, err := scopedKey(ctx, s.reading(), op, scope, id)
	return k, err
}

// OwnKey is the key that acts in ctx.
func (s *Service) OwnKey(ctx context.Context) (Key, error) {
	const op = "account.OwnKey"
	actor, ok := auth.From(ctx)
	if !ok {
		return Key{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	var rows []keyRow
	read := s.reading()
	list, err := keys(ctx, read, read.NewSelect().Model(&rows).Where("k.id = ?", actor.ID), &rows)
	if err != nil || len(list) == 0 {
		return Key{}, fault.Missing(op)
	}
	return list[0], nil
}

// RenewKey gives a key a new secret, told once; the old one is taken for grace
// hours more, 0..168. The key then stands under the actor, who must hold what
// it allows. Errors: fault.Invalid (grace, allow), fault.Conflict when it is
// revoked or version is stale.
func (s *Service) RenewKey(ctx context.Context, id string, version int64, grace int) (Key, string, error) {
	const op = "account.RenewKey"
	actor, scope, err := needLasting(ctx, op, writeKeys)
	if err != nil {
		return Key{}, "", err
	}
	if grace < 0 || grace > maxGrace {
		return Key{}, "", fault.Bad(op, "grace", "account.bad.key_grace")
	}
	secret, stored, prefix := newSecret()
	var k Key
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, have, err := scopedKey(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		if have.State(s.Now()) != KeyValid {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.key_ended"}
		}
		if err := mayGiveAll(ctx, tx, actor, have.Allows, have.Unit); err != nil {
			return err
		}
		r.OldToken, r.OldUntil = "", db.Time{}
		if grace > 0 {
			r.OldToken, r.OldUntil = r.Token, db.At(s.Now().Add(time.Duration(grace)*time.Hour))
		}
		r.Token, r.Prefix, r.CreatedBy = stored, prefix, actor.ID
		if err := updateKey(ctx, tx, r, version); err != nil {
			return err
		}
		r.Version = version + 1
		k = r.key(have.Allows)
		return s.noteKey(ctx, tx, "account.renew_key", r, map[string]any{"grace_hours": grace})
	})
	return k, secret, err
}

// EndKey revokes a key at once, its old secret included. Errors: fault.Invalid
// (reason), fault.Conflict when it is revoked or version is stale.
func (s *Service) EndKey(ctx context.Context, id string, version int64, reason string) error {
	const op = "account.EndKey"
	actor, scope, err := needPerson(ctx, op, writeKeys)
	if err != nil {
		return err
	}
	reason = i18n.NFC(reason)
	if reason == "" || utf8.RuneCountInString(reason) > maxKeyReason {
		return fault.Bad(op, "reason", "account.bad.key_reason")
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, have, err := scopedKey(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		if !have.RevokedAt.IsZero() {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.key_ended"}
		}
		r.RevokedAt, r.RevokedBy, r.Reason, r.OldToken, r.OldUntil = db.At(s.Now()), actor.Name, reason, "", db.Time{}
		if err := updateKey(ctx, tx, r, version); err != nil {
			return err
		}
		return s.noteKey(ctx, tx, "account.revoke_key", r, map[string]any{"reason": reason})
	})
}

// Keys lists the keys that allow p in unit, when it lies in the actor's scope,
// newest first.
func (s *Service) Keys(ctx context.Context, p auth.Permission, unit string) ([]Key, error) {
	_, scope, err := auth.Need(ctx, "account.Keys", p)
	if err != nil {
		return nil, err
	}
	var rows []keyRow
	read := s.reading()
	q := read.NewSelect().Model(&rows).Where("k.unit_id = ?", unit).
		Where("k.id IN (SELECT key_id FROM account_key_permission WHERE area = ? AND act = ?)", string(p.Area), string(rune(p.Act))).
		Order("k.id DESC").Limit(200)
	return keys(ctx, read, scope.Filter(q, "k.unit_id"), &rows)
}

// RevokeKey ends a key at once. The actor must hold what the key allows where
// it allows it.
func (s *Service) RevokeKey(ctx context.Context, id string, p auth.Permission) error {
	const op = "account.RevokeKey"
	actor, scope, err := auth.Need(ctx, op, p)
	if err != nil {
		return err
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, k, err := scopedKey(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		if !slices.Contains(k.Allows, p) {
			return fault.Missing(op)
		}
		if k.RevokedAt.IsZero() {
			r.RevokedAt, r.RevokedBy, r.OldToken, r.OldUntil = db.At(s.Now()), actor.Name, "", db.Time{}
			if err := updateKey(ctx, tx, r, r.Version); err != nil {
				return err
			}
		}
		return s.noteKey(ctx, tx, "account.revoke_key", r, nil)
	})
}

func (s *Service) noteKey(ctx context.Context, tx *db.Tx, action string, r keyRow, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "key", Object: r.ID, Unit: r.Unit, Detail: detail})
}
