// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Invite makes an account without password and the secret of the one-time link
// with which its owner sets one. See mayGive for who may give which role.
func (s *Service) Invite(ctx context.Context, a Account) (Account, string, error) {
	var slip Slip
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		slip, err = s.invite(ctx, tx, a)
		return err
	})
	return slip.Account, slip.Secret, err
}

// NewPerson is Invite with a login made of the name when a has none, and gives
// the whole slip.
func (s *Service) NewPerson(ctx context.Context, a Account) (Slip, error) {
	var slip Slip
	proposed := canonical(a.Login) == ""
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if proposed {
			var logins []string
			if err := tx.NewSelect().Model((*row)(nil)).Column("login").Scan(ctx, &logins); err != nil {
				return db.Error("account.NewPerson", err)
			}
			a.Login = ProposeLogin(a.Name, func(l string) bool { return slices.Contains(logins, l) })
		}
		slip, err = s.invite(ctx, tx, a)
		return err
	})
	return slip, err
}

// Slip is what a person gets on paper, once: the secret of the one-time link,
// and the code that can be typed instead, with the login. Neither is kept.
type Slip struct {
	Account Account
	Secret  string
	Code    string // "K7QD-M2PX-9RTF-41ZB"
	Until   time.Time
}

func (s *Service) invite(ctx context.Context, tx *db.Tx, a Account) (Slip, error) {
	const op = "account.Invite"
	scope, full, err := inviteScope(ctx, op)
	if err != nil {
		return Slip{}, err
	}
	a.ID, a.Epoch, a.Version, a.CreatedAt = ID(db.NewID()), 1, 1, s.Now()
	if err := a.Check(); err != nil {
		return Slip{}, err
	}
	if !full {
		if may, err := mayGive(ctx, tx, a.Grants); err != nil || !may {
			return Slip{}, cmp.Or(err, fault.Bad(op, "role", "account.bad.role_above"))
		}
	}
	for _, unit := range append([]string{a.Home}, units(a.Grants)...) {
		in, err := scope.Holds(ctx, tx, unit)
		if err != nil {
			return Slip{}, db.Error(op, err)
		}
		if !in {
			return Slip{}, fault.Bad(op, "unit", "account.bad.unit")
		}
	}
	if err := insert(ctx, tx, a, ""); err != nil {
		return Slip{}, err
	}
	if err := s.note(ctx, tx, "account.invite", a, map[string]any{"login": a.Login, "grants": a.Grants}); err != nil {
		return Slip{}, err
	}
	if s.Invited != nil {
		if err := s.Invited(ctx, tx, a); err != nil {
			return Slip{}, err
		}
	}
	return s.slip(ctx, tx, a)
}

// slip makes a's link, ending earlier ones. The caller writes the audit entry.
func (s *Service) slip(ctx context.Context, tx *db.Tx, a Account) (Slip, error) {
	secret, stored := newToken()
	code := newCode()
	v := Slip{Account: a, Secret: secret, Code: code, Until: s.Now().Add(linkLife)}
	return v, putLink(ctx, tx, string(a.ID), stored, digest(TypedSecret(a.Login, code)), v.Until)
}

func units(grants []auth.Grant) []string {
	var out []string
	for _, g := range grants {
		out = append(out, g.Unit)
	}
	return out
}

// Relink makes a new one-time link for an account in scope: a lost slip, a
// forgotten password. The old password works until the link is used. It fails
// with fault.Forbidden for an account with a role outside the actor's scope.
func (s *Service) Relink(ctx context.Context, id ID) (Account, string, error) {
	slips, err := s.Slips(ctx, id)
	if err != nil {
		return Account{}, "", err
	}
	return slips[0].Account, slips[0].Secret, nil
}

// MaxSlips is how many slips are made at once.
const MaxSlips = 500

// Slips is Relink for several accounts, all or none.
func (s *Service) Slips(ctx context.Context, ids ...ID) ([]Slip, error) {
	const op = "account.Relink"
	scope, full, err := inviteScope(ctx, op)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > MaxSlips {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "account.bad.slips", Args: []any{MaxSlips}}
	}
	var out []Slip
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		for _, id := range ids {
			a, err := getScoped(ctx, tx, scope, id, s.Now())
			if err != nil {
				return err
			}
			if err := s.within(ctx, tx, op, scope, full, a.ID); err != nil {
				return err
			}
			if a.Disabled {
				return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.disabled"}
			}
			slip, err := s.slip(ctx, tx, a)
			if err != nil {
				return err
			}
			if err := s.note(ctx, tx, "account.link", a, nil); err != nil {
				return err
			}
			out = append(out, slip)
		}
		return nil
	})
	return out, err
}

// MayHandle reports whether the actor may do to an account in scope what gets at
// its secrets: a new link, a lock, the end of its sessions.
func (s *Service) MayHandle(ctx context.Context, id ID) (bool, error) {
	const op = "account.MayHandle"
	scope, full, err := inviteScope(ctx, op)
	if err == nil {
		err = s.within(ctx, s.reading(), op, scope, full, id)
	}
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	return err == nil, err
}

// MayGrant reports whether the actor may give and take g, whose unit is in scope.
func (s *Service) MayGrant(ctx context.Context, g auth.Grant) (bool, error) {
	_, full, err := inviteScope(ctx, "account.MayGrant")
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	if err != nil || full {
		return full, err
	}
	return mayGive(ctx, s.Records.Read(), []auth.Grant{g})
}

// within fails with fault.Forbidden when the account may do, now or later, what
// the actor may not give: who gets at its secrets gets all that, flags included,
// which are for writers of accounts to give.
func (s *Service) within(ctx context.Context, tx reader, op string, scope auth.Scope, full bool, id ID) error {
	all, err := reach(ctx, tx, id, s.Now())
	if err != nil {
		return err
	}
	a, err := find(ctx, tx, "id", string(id), s.Now())
	if err != nil {
		return err
	}
	over := units(all)
	if a.BreakGlass {
		over = append(over, a.glassUnit())
	}
	if !full {
		may, err := mayGive(ctx, tx, all)
		if err != nil {
			return err
		}
		if !may || a.BreakGlass || a.PersonalData {
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		}
	}
	for _, unit := range over {
		in, err := scope.Holds(ctx, tx, unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		}
	}
	return nil
}

// Recover makes a one-time link for login without any actor: for the command
// line on the server itself, when nobody can sign in.
func (s *Service) Recover(ctx context.Context, login string) (string, error) {
	var slip Slip
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := find(ctx, tx, "login", canonical(login), s.Now())
		if err != nil {
			return err
		}
		if slip, err = s.slip(ctx, tx, a.Account); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.link", a.Account, nil)
	})
	return slip.Secret, err
}

// SetDisabled shuts an account out, ending its sessions, or lets it in again.
// Nobody does it to themselves.
func (s *Service) SetDisabled(ctx context.Context, id ID, version int64, disabled bool) error {
	const op = "account.SetDisabled"
	actor, scope, err := auth.Need(ctx, op, writeAccounts)
	if err != nil {
		return err
	}
	if actor.ID == string(id) {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.self"}
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := getScoped(ctx, tx, scope, id, s.Now())
		if err != nil {
			return err
		}
		if err := s.within(ctx, tx, op, scope, true, id); err != nil {
			return err
		}
		a.Disabled, a.Version = disabled, version
		if a, err = s.newSecret(ctx, tx, a, ""); err != nil {
			return err
		}
		if err := endLent(ctx, tx, id, actor.Name, s.Now()); err != nil {
			return err
		}
		if disabled {
			if err := endElevations(ctx, tx, id, actor.Name, s.Now()); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, "account.set_disabled", a, map[string]any{"disabled": disabled})
	})
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, a Account, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "account", Object: string(a.ID), Unit: a.Home, Detail: detail})
}
