// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"cmp"
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// Held lists the roles given to an account in scope, or to the actor, whatever
// their term.
func (s *Service) Held(ctx context.Context, id ID) ([]Held, error) {
	if actor, ok := auth.From(ctx); !ok || actor.ID != string(id) {
		if _, err := s.Get(ctx, id); err != nil {
			return nil, err
		}
	}
	return heldBy(ctx, s.Records.Read(), id)
}

// History lists what was done to an account in scope, newest first.
func (s *Service) History(ctx context.Context, id ID, limit int) ([]audit.Row, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	return audit.Of(ctx, s.Records, "account", string(id), limit)
}

// Edit changes name, title, telephone, e-mail, home unit and language of an
// account in scope. in.Version is the one that was read; somebody else's change
// since is fault.Conflict.
func (s *Service) Edit(ctx context.Context, in Account) (Account, error) {
	const op = "account.Edit"
	_, scope, err := auth.Need(ctx, op, writeAccounts)
	if err != nil {
		return Account{}, err
	}
	var a Account
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := getScoped(ctx, tx, scope, in.ID, s.Now())
		if err != nil {
			return err
		}
		a = old
		a.Name, a.Title, a.Phone, a.Email, a.Home, a.Language = in.Name, in.Title, in.Phone, in.Email, in.Home, in.Language
		if err := a.Check(); err != nil {
			return err
		}
		in2, err := scope.Holds(ctx, tx, a.Home)
		if err != nil {
			return db.Error(op, err)
		}
		if !in2 {
			return fault.Bad(op, "unit", "account.bad.unit")
		}
		return s.rewrite(ctx, tx, old, &a, in.Version, "account.edit")
	})
	return a, err
}

// EditMe changes the signed-in person's own telephone, e-mail and language.
func (s *Service) EditMe(ctx context.Context, in Account) (Account, error) {
	me, err := s.me(ctx, "account.EditMe")
	if err != nil {
		return Account{}, err
	}
	var a Account
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := find(ctx, tx, "id", string(me.ID), s.Now())
		if err != nil {
			return err
		}
		a = old.Account
		a.Phone, a.Email, a.Language = in.Phone, in.Email, in.Language
		if err := a.Check(); err != nil {
			return err
		}
		return s.rewrite(ctx, tx, old.Account, &a, in.Version, "account.edit_own")
	})
	return a, err
}

// rewrite writes a over old, which had version was when it was read, and notes
// which of its values changed: the audit trail is no second address book.
func (s *Service) rewrite(ctx context.Context, tx *db.Tx, old Account, a *Account, was int64, action string) error {
	a.Version = was + 1
	if err := update(ctx, tx, *a, was, ""); err != nil {
		return err
	}
	var changed []string
	for _, f := range []struct{ name, before, after string }{{"name", old.Name, a.Name}, {"title", old.Title, a.Title},
		{"phone", old.Phone, a.Phone}, {"email", old.Email, a.Email}, {"unit", old.Home, a.Home}, {"language", old.Language, a.Language}} {
		if f.before != f.after {
			changed = append(changed, f.name)
		}
	}
	return s.note(ctx, tx, action, *a, map[string]any{"changed": changed})
}

// myPassword is the signed-in person's account, once password is right; wrong
// ones make the account wait as at signing in. The field is "password".
func (s *Service) myPassword(ctx context.Context, op, password string) (found, error) {
	release, err := s.enter(ctx)
	if err != nil {
		return found{}, err
	}
	defer release() // once the try is counted: those who queue behind see it
	a, err := s.me(ctx, op)
	if err != nil {
		return found{}, err
	}
	if err := waiting(a.Account, s.Now()); err != nil {
		return found{}, err
	}
	if matches(password, a.password) {
		return a, nil
	}
	if password != "" {
		if err := s.failed(ctx, a.Login, "account.password_refused"); err != nil {
			return found{}, err
		}
	}
	return found{}, fault.Bad(op, "password", "account.bad.password")
}

// ChangePassword gives the signed-in person a new password, once the old one
// is right. All sessions end; the caller begins a new one for this person.
func (s *Service) ChangePassword(ctx context.Context, old, password string) (Account, error) {
	me, err := s.myPassword(ctx, "account.ChangePassword", old)
	if err != nil {
		return Account{}, renamed(err, "password", "old")
	}
	hash, err := s.hashNew(ctx, password, me.Login, me.Name)
	if err != nil {
		return Account{}, err
	}
	a := me.Account
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := find(ctx, tx, "id", string(me.ID), s.Now())
		if err != nil {
			return err
		}
		f.Failures, f.LockedUntil = 0, time.Time{}
		if err := touch(ctx, tx, f.Account); err != nil {
			return err
		}
		if a, err = s.newSecret(ctx, tx, f.Account, hash); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.change_password", a, nil)
	})
	return a, err
}

// renamed is a fault.Invalid whose one field is called otherwise in the form.
func renamed(err error, from, to string) error {
	if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[from] == "" {
		return err
	}
	e := *fault.Of(err)
	e.Fields = map[string]string{to: e.Fields[from]}
	return &e
}

// Give gives an account in scope a role, with or without term, or a role it
// holds another term. Nobody gives themselves anything.
func (s *Service) Give(ctx context.Context, id ID, h Held) error {
	const op = "account.Give"
	scope, full, err := inviteScope(ctx, op)
	if err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.other(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		probe := Account{Login: a.Login, Name: a.Name, Home: a.Home, Grants: []auth.Grant{h.Grant}}
		if err := both(probe.Check(), h.Term.Check(s.Now())); err != nil {
			return err
		}
		if err := s.mayGiveIn(ctx, tx, op, scope, full, h.Grant); err != nil {
			return err
		}
		h.GivenBy, h.GivenAt = actor.Name, s.Now()
		if err := give(ctx, tx, id, h); err != nil {
			return err
		}
		if err := endLent(ctx, tx, id, actor.Name, s.Now()); err != nil { // a shorter term covers less
			return err
		}
		return s.note(ctx, tx, "account.give_role", a, termDetail(h.Grant, h.Term))
	})
}

func termDetail(g auth.Grant, t Term) map[string]any {
	d := map[string]any{"role": g.Role, "unit": g.Unit}
	if !t.From.IsZero() {
		d["from"] = t.From.UTC().Format(time.RFC3339)
	}
	if !t.Until.IsZero() {
		d["until"] = t.Until.UTC().Format(time.RFC3339)
	}
	return d
}

// other reads an account in scope that is not the actor's own.
func (s *Service) other(ctx context.Context, tx *db.Tx, op string, scope auth.Scope, id ID) (Account, error) {
	a, err := getScoped(ctx, tx, scope, id, s.Now())
	if actor, _ := auth.From(ctx); err == nil && actor.ID == string(id) {
		return a, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.self_role"}
	}
	return a, err
}

// mayGiveIn fails unless the actor may give and take g.
func (s *Service) mayGiveIn(ctx context.Context, tx *db.Tx, op string, scope auth.Scope, full bool, g auth.Grant) error {
	in, err := scope.Holds(ctx, tx, g.Unit)
	if err != nil {
		return db.Error(op, err)
	}
	if !in {
		return fault.Bad(op, "unit", "account.bad.unit")
	}
	if !full {
		if may, err := mayGive(ctx, tx, []auth.Grant{g}); err != nil || !may {
			return cmp.Or(err, fault.Bad(op, "role", "account.bad.role_above"))
		}
	}
	return nil
}

// Withdraw takes a role from an account in scope. What its holder lent of it
// ends.
func (s *Service) Withdraw(ctx context.Context, id ID, g auth.Grant) error {
	const op = "account.Withdraw"
	scope, full, err := inviteScope(ctx, op)
	if err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.other(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		if err := s.mayGiveIn(ctx, tx, op, scope, full, g); err != nil {
			return err
		}
		res, err := tx.NewDelete().Model((*roleRow)(nil)).Where("account_id = ?", string(id)).Where("role = ?", string(g.Role)).
			Where("unit_id = ?", g.Unit).Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.role_gone", Err: err}
		}
		if err := endLent(ctx, tx, id, actor.Name, s.Now()); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.withdraw_role", a, termDetail(g, Term{}))
	})
}

// Flags are what a person may do besides their roles.
type Flags struct {
	PersonalData bool
	BreakGlass   bool
	GlassUnit    string // in whose subtree; empty is the home unit
}

// SetFlags changes the flags of an account in scope, never the actor's own.
// Taking break-glass away ends what was taken under it.
func (s *Service) SetFlags(ctx context.Context, id ID, version int64, f Flags) error {
	const op = "account.SetFlags"
	actor, scope, err := auth.Need(ctx, op, writeAccounts)
	if err != nil {
		return err
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.other(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		if f.GlassUnit != "" {
			in, err := scope.Holds(ctx, tx, f.GlassUnit)
			if err != nil {
				return db.Error(op, err)
			}
			if !in {
				return fault.Bad(op, "unit", "account.bad.unit")
			}
		}
		// A flag holds wherever the account's roles reach.
		if err := s.within(ctx, tx, op, scope, true, id); err != nil {
			return err
		}
		a.PersonalData, a.BreakGlass, a.GlassUnit, a.Version = f.PersonalData, f.BreakGlass, f.GlassUnit, version+1
		if err := update(ctx, tx, a, version, ""); err != nil {
			return err
		}
		if !f.BreakGlass {
			if err := endElevations(ctx, tx, id, actor.Name, s.Now()); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, "account.set_flags", a, map[string]any{"personal_data": f.PersonalData, "break_glass": f.BreakGlass, "unit": f.GlassUnit})
	})
}

// EndSessions ends sessions of an account in scope, or of the actor: the one
// called session, or with an empty session all but except. It says how many
// ended; what one of them still asks for is asked by nobody.
func (s *Service) EndSessions(ctx context.Context, id ID, session, except string) (int64, error) {
	const op = "account.EndSessions"
	actor, ok := auth.From(ctx)
	if !ok {
		return 0, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	why, may := web.Ended, func(context.Context, *db.Tx) error { return nil }
	var a Account
	if actor.ID == string(id) {
		me, err := s.me(ctx, op)
		if err != nil {
			return 0, err
		}
		a = me.Account
	} else {
		_, scope, err := auth.Need(ctx, op, writeAccounts)
		if err != nil {
			return 0, err
		}
		if a, err = getScoped(ctx, s.reading(), scope, id, s.Now()); err != nil {
			return 0, err
		}
		why, may = web.ByOther, func(ctx context.Context, tx *db.Tx) error { return s.within(ctx, tx, op, scope, true, id) }
	}
	if session != "" {
		known, err := web.HasSession(ctx, s.Records.Read(), string(id), session)
		if err != nil {
			return 0, err
		}
		if !known {
			return 0, fault.Missing(op)
		}
	}
	var n int64
	err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := may(ctx, tx); err != nil {
			return err
		}
		n, err = web.EndSessions(ctx, tx, s.Now(), web.Which{Account: string(id), Only: session, Except: except}, why)
		if err != nil || n == 0 { // nothing lived: nothing was done
			return err
		}
		return s.note(ctx, tx, "account.end_sessions", a, map[string]any{"sessions": n})
	})
	return n, err
}
