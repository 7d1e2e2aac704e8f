// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"embed"
	"maps"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Founder makes the first unit, the body that runs the centre, in tx. It fails
// with fault.Conflict when there is a unit already.
type Founder func(ctx context.Context, tx *db.Tx, name, kind string) (unit string, err error)

// Deps are what the room is built from.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	Found   Founder
	Cost    Cost // zero is StandardCost
	// Invited is told, inside the transaction, of a new account. May be nil.
	Invited func(ctx context.Context, tx *db.Tx, a Account) error
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	decoy string        // hashed when no account has the login, so that both answers take as long
	gate  chan struct{} // bounds how many hashes, 64 MiB each, run at once
}

// New makes the room.
func New(d Deps) *Service {
	if d.Cost == (Cost{}) {
		d.Cost = StandardCost
	}
	return &Service{Deps: d, decoy: d.Cost.hash("no account has this one"), gate: make(chan struct{}, 4)}
}

var (
	readAccounts  = auth.Permission{Area: auth.Accounts, Act: auth.Read}
	writeAccounts = auth.Permission{Area: auth.Accounts, Act: auth.Write}
	invite        = auth.Permission{Area: auth.Accounts, Act: auth.Invite}
)

const (
	firstLinkLife = 24 * time.Hour
	linkLife      = 7 * 24 * time.Hour
)

// Empty reports whether nobody has an account yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	n, err := s.Records.Read().NewSelect().Model((*row)(nil)).Count(ctx)
	return n == 0, db.Error("account.Empty", err)
}

// FirstLink makes the secret of the one-time link of the first start, ending
// earlier ones. It fails with fault.Conflict once somebody has an account.
func (s *Service) FirstLink(ctx context.Context) (secret string, err error) {
	secret, stored := newToken()
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.NewSelect().Model((*row)(nil)).Count(ctx)
		if err != nil {
			return db.Error("account.FirstLink", err)
		}
		if n > 0 {
			return &fault.Error{Kind: fault.Conflict, Op: "account.FirstLink", Msg: "account.link.not_first"}
		}
		if err := putLink(ctx, tx, "", stored, s.Now().Add(firstLinkLife)); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "account.first_link", Kind: "account"})
	})
	return secret, err
}

// Opening is what the holder of a one-time link sees: the account it belongs
// to, or the zero account at the first start.
func (s *Service) Opening(ctx context.Context, secret string) (Account, error) {
	l, err := openLink(ctx, s.Records.Read(), secret, s.Now())
	if err != nil || l.Account == "" {
		return Account{}, err
	}
	a, _, err := find(ctx, s.Records.Read(), "id", l.Account)
	return a, err
}

// First is what the first person enters.
type First struct {
	Body, Kind         string // name and kind of the unit that runs the centre
	Name, Login, Title string
	Password           string
}

// Start founds the centre: its first unit, and the first account, which is
// administrator and centre officer there until the roles are shared out. The
// link is used up. Errors: fault.NotFound for a dead link, fault.Invalid by
// field.
func (s *Service) Start(ctx context.Context, secret string, in First) (Account, error) {
	hash, err := s.hashNew(ctx, in.Password, in.Login, in.Name)
	a := Account{ID: ID(db.NewID()), Login: in.Login, Name: in.Name, Title: in.Title, Home: "new", Epoch: 1,
		CreatedAt: s.Now(), Version: 1}
	if err := both(a.Check(), err); err != nil {
		return Account{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := openLink(ctx, tx, secret, s.Now())
		if err != nil {
			return err
		}
		if l.Account != "" {
			return errLink
		}
		ctx = auth.With(ctx, auth.Actor{ID: string(a.ID), Name: a.Name})
		if a.Home, err = s.Found(ctx, tx, in.Body, in.Kind); err != nil {
			return err
		}
		a.Grants = []auth.Grant{{Role: auth.Administrator, Unit: a.Home}, {Role: auth.Centre, Unit: a.Home}}
		if err := insert(ctx, tx, a, hash); err != nil {
			return err
		}
		if err := useLink(ctx, tx, l, s.Now()); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.start", a, map[string]any{"login": a.Login})
	})
	return a, err
}

// both joins two fault.Invalid errors into one; any other error wins.
func both(a, b error) error {
	if !fault.Is(a, fault.Invalid) || !fault.Is(b, fault.Invalid) {
		if a != nil {
			return a
		}
		return b
	}
	e, f := fault.Of(a), fault.Of(b)
	fields := map[string]string{}
	for _, m := range []map[string]string{e.Fields, f.Fields} {
		maps.Copy(fields, m)
	}
	return &fault.Error{Kind: fault.Invalid, Op: e.Op, Fields: fields}
}

func (s *Service) hashNew(ctx context.Context, password, login, name string) (string, error) {
	if err := checkPassword(password, login, name); err != nil {
		return "", err
	}
	release, err := s.enter(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return s.Cost.hash(password), nil
}

// enter waits for a place to hash in.
func (s *Service) enter(ctx context.Context) (release func(), err error) {
	select {
	case s.gate <- struct{}{}:
		return func() { <-s.gate }, nil
	case <-ctx.Done():
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "account.hash", Err: ctx.Err()}
	}
}

// SetPassword uses a link up and gives its account a new password; all its
// sessions end.
func (s *Service) SetPassword(ctx context.Context, secret, password string) (Account, error) {
	a, err := s.Opening(ctx, secret)
	if err != nil {
		return Account{}, err
	}
	if a.ID == "" {
		return Account{}, errLink
	}
	hash, err := s.hashNew(ctx, password, a.Login, a.Name)
	if err != nil {
		return Account{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := openLink(ctx, tx, secret, s.Now())
		if err != nil {
			return err
		}
		if a, _, err = find(ctx, tx, "id", l.Account); err != nil {
			return err
		}
		was := a.Version
		a.Epoch, a.Version, a.Failures, a.LockedUntil = a.Epoch+1, was+1, 0, time.Time{}
		if err := update(ctx, tx, a, was, hash); err != nil {
			return err
		}
		if err := useLink(ctx, tx, l, s.Now()); err != nil {
			return err
		}
		return s.note(auth.With(ctx, a.Actor()), tx, "account.set_password", a, nil)
	})
	return a, err
}

var errSignIn = &fault.Error{Kind: fault.Invalid, Op: "account.SignIn", Msg: "account.bad.sign_in"}

// SignIn checks login and password. Whatever is wrong, the answer is the same
// fault.Invalid and takes as long, except that a waiting account is told how
// long it waits.
func (s *Service) SignIn(ctx context.Context, login, password string) (Account, error) {
	release, err := s.enter(ctx)
	if err != nil {
		return Account{}, err
	}
	defer release()
	seen, stored, err := find(ctx, s.Records.Read(), "login", canonical(login))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Account{}, err
	}
	if err != nil || stored == "" || seen.Disabled {
		matches(password, s.decoy)
		return Account{}, errSignIn
	}
	if wait := seen.LockedUntil.Sub(s.Now()); wait > 0 {
		return Account{}, &fault.Error{Kind: fault.Invalid, Op: "account.SignIn", Msg: "account.bad.wait",
			Args: []any{int(wait.Round(time.Second) / time.Second)}}
	}
	right := matches(password, stored)
	var a Account
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, _, err = find(ctx, tx, "id", string(seen.ID)); err != nil {
			return err
		}
		was, action := a.Version, "account.sign_in"
		a.Version++
		if right {
			a.Failures, a.LockedUntil, a.SignedInAt = 0, time.Time{}, s.Now()
		} else {
			a.Fail(s.Now())
			action = "account.sign_in_failed"
		}
		if err := update(ctx, tx, a, was, ""); err != nil {
			return err
		}
		return s.note(auth.With(ctx, a.Actor()), tx, action, a, nil)
	})
	if err == nil && !right {
		err = errSignIn
	}
	return a, err
}

// Actor loads who a session of account belongs to; fault.SignedOut when the
// account is gone, disabled, or has begun a later epoch.
func (s *Service) Actor(ctx context.Context, account string, epoch int64) (auth.Actor, error) {
	a, _, err := find(ctx, s.Records.Read(), "id", account)
	if fault.Is(err, fault.NotFound) || err == nil && (a.Disabled || a.Epoch != epoch) {
		return auth.Actor{}, &fault.Error{Kind: fault.SignedOut, Op: "account.Actor"}
	}
	return a.Actor(), err
}

// Me is the signed-in person's own account.
func (s *Service) Me(ctx context.Context) (Account, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return Account{}, &fault.Error{Kind: fault.SignedOut, Op: "account.Me"}
	}
	a, _, err := find(ctx, s.Records.Read(), "id", actor.ID)
	return a, err
}

// List gives one page of the accounts whose home unit is in the actor's scope,
// and how many there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Account, int64, error) {
	_, scope, err := auth.Need(ctx, "account.List", readAccounts)
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	return list(ctx, s.Records.Read(), scope, f)
}

// Get is one account in scope.
func (s *Service) Get(ctx context.Context, id ID) (Account, error) {
	_, scope, err := auth.Need(ctx, "account.Get", readAccounts)
	if err != nil {
		return Account{}, err
	}
	return getScoped(ctx, s.Records.Read(), scope, id)
}

// inviteScope is where the actor may bring people in: writers of accounts
// everywhere they are, others where they may invite.
func inviteScope(ctx context.Context, op string) (scope auth.Scope, full bool, err error) {
	if _, scope, err = auth.Need(ctx, op, writeAccounts); err == nil {
		return scope, true, nil
	}
	_, scope, err = auth.Need(ctx, op, invite)
	return scope, false, err
}

// mayGive reports whether an actor who may only invite may give grants, or a link
// to an account that has them: a centre officer any role but the administrator's,
// others the unit officer's and those they hold themselves.
func mayGive(ctx context.Context, grants []auth.Grant) bool {
	actor, _ := auth.From(ctx)
	return !slices.ContainsFunc(grants, func(g auth.Grant) bool {
		return g.Role == auth.Administrator || g.Role != auth.UnitOfficer && !actor.Has(auth.Centre) && !actor.Has(g.Role)
	})
}

// Invite makes an account without password and the secret of the one-time link
// with which its owner sets one. See mayGive for who may give which role.
func (s *Service) Invite(ctx context.Context, a Account) (Account, string, error) {
	const op = "account.Invite"
	scope, full, err := inviteScope(ctx, op)
	if err != nil {
		return Account{}, "", err
	}
	a.ID, a.Epoch, a.Version, a.CreatedAt = ID(db.NewID()), 1, 1, s.Now()
	if err := a.Check(); err != nil {
		return Account{}, "", err
	}
	if !full && !mayGive(ctx, a.Grants) {
		return Account{}, "", fault.Bad(op, "role", "account.bad.role_above")
	}
	secret, stored := newToken()
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, unit := range append([]string{a.Home}, units(a.Grants)...) {
			in, err := scope.Holds(ctx, tx, unit)
			if err != nil {
				return db.Error(op, err)
			}
			if !in {
				return fault.Bad(op, "unit", "account.bad.unit")
			}
		}
		if err := insert(ctx, tx, a, ""); err != nil {
			return err
		}
		if err := putLink(ctx, tx, string(a.ID), stored, s.Now().Add(linkLife)); err != nil {
			return err
		}
		if s.Invited != nil {
			if err := s.Invited(ctx, tx, a); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, "account.invite", a, map[string]any{"login": a.Login, "grants": a.Grants})
	})
	return a, secret, err
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
	scope, full, err := inviteScope(ctx, "account.Relink")
	if err != nil {
		return Account{}, "", err
	}
	a, err := getScoped(ctx, s.Records.Read(), scope, id)
	if err != nil {
		return Account{}, "", err
	}
	if !full && !mayGive(ctx, a.Grants) {
		return Account{}, "", &fault.Error{Kind: fault.Forbidden, Op: "account.Relink"}
	}
	for _, unit := range units(a.Grants) { // the link gives all that the account may do
		in, err := scope.Holds(ctx, s.Records.Read(), unit)
		if err != nil {
			return Account{}, "", db.Error("account.Relink", err)
		}
		if !in {
			return Account{}, "", &fault.Error{Kind: fault.Forbidden, Op: "account.Relink"}
		}
	}
	secret, err := s.relink(ctx, a)
	return a, secret, err
}

// Recover makes a one-time link for login without any actor: for the command
// line on the server itself, when nobody can sign in.
func (s *Service) Recover(ctx context.Context, login string) (string, error) {
	a, _, err := find(ctx, s.Records.Read(), "login", canonical(login))
	if err != nil {
		return "", err
	}
	return s.relink(ctx, a)
}

func (s *Service) relink(ctx context.Context, a Account) (string, error) {
	secret, stored := newToken()
	return secret, s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := putLink(ctx, tx, string(a.ID), stored, s.Now().Add(linkLife)); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.link", a, nil)
	})
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
		a, err := getScoped(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		a.Disabled, a.Epoch, a.Version = disabled, a.Epoch+1, version+1
		if err := update(ctx, tx, a, version, ""); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.set_disabled", a, map[string]any{"disabled": disabled})
	})
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, a Account, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "account", Object: string(a.ID), Unit: a.Home, Detail: detail})
}
