// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"embed"
	"maps"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/secret"
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
	Cost    Cost        // zero is StandardCost
	Secrets *secret.Box // seals second factors; required to enrol one
	// Root is the unit that runs the centre: who keeps the accounts there
	// decides what holds for everybody. Required.
	Root func(ctx context.Context) (string, error)
	// Invited is told, inside the transaction, of a new account. May be nil.
	Invited func(ctx context.Context, tx *db.Tx, a Account) error
	// Told is told in tx of what people must know at once; nil tells nobody.
	Told func(ctx context.Context, tx *db.Tx, to []ID, n Notice) error
	// Sheet reads the tables of a file as people send it, rows from the first;
	// fault.Invalid (field "file") says what is wrong. Required to import.
	Sheet func(data []byte) ([][][]string, error)
	// UnitNamed finds the units in the actor's scope that a text names, by code,
	// name or alias. Required to import.
	UnitNamed func(ctx context.Context, text string) ([]string, error)
}

// Notice is what somebody must know at once. Path leads to the page about it.
type Notice struct {
	Kind   string // "break_glass", "break_glass_ended", "delegation", "delegation_ended"
	Object string // id of the record
	Path   string
	Who    string // name of the person whose act it is
	Unit   string // unit id
	Reason string
	Until  time.Time
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, n Notice, to ...ID) error {
	if s.Told == nil {
		return nil
	}
	return s.Told(ctx, tx, to, n)
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
	configure     = auth.Permission{Area: auth.Accounts, Act: auth.Configure}
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
		if err := putLink(ctx, tx, "", stored, "", s.Now().Add(firstLinkLife)); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "account.first_link", Kind: "account"})
	})
	return secret, err
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

// Actor loads who a session of account belongs to, with what they may do now;
// fault.SignedOut when the account is gone, disabled, or has begun a later
// epoch. Who has put off the second factor for too long is confined to the
// page that enrols it.
func (s *Service) Actor(ctx context.Context, account string, epoch int64) (auth.Actor, error) {
	q, now := s.reading(), s.Now()
	a, err := find(ctx, q, "id", account, now)
	if fault.Is(err, fault.NotFound) || err == nil && (a.Disabled || a.Epoch != epoch) {
		return auth.Actor{}, &fault.Error{Kind: fault.SignedOut, Op: "account.Actor"}
	}
	if err != nil {
		return auth.Actor{}, err
	}
	actor := a.Actor()
	if a.SecondAt.IsZero() {
		p, err := s.policy(ctx, q)
		if err != nil {
			return auth.Actor{}, err
		}
		if p.confines(a.Account, now) {
			actor.Grants, actor.Confined = nil, SecondFactorPath
			return actor, nil
		}
	}
	if a.BreakGlass {
		actor.Elevated, actor.ElevatedUntil, err = elevatedNow(ctx, q, a.ID, now)
	}
	return actor, err
}

// SecondFactorPath is the page that enrols a second factor.
const SecondFactorPath = "/account/second-factor"

// Me is the signed-in person's own account.
func (s *Service) Me(ctx context.Context) (Account, error) {
	a, err := s.me(ctx, "account.Me")
	return a.Account, err
}

func (s *Service) me(ctx context.Context, op string) (found, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return found{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	return find(ctx, s.reading(), "id", actor.ID, s.Now())
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
	return list(ctx, s.reading(), scope, f, s.Now())
}

// Keeps reports whether the actor keeps account a, another's: who may read it as
// something else does not see where its person signs in from.
func (s *Service) Keeps(ctx context.Context, a Account) (bool, error) {
	actor, _ := auth.From(ctx)
	if actor.ID == string(a.ID) {
		return false, nil
	}
	in, err := auth.ScopeOf(actor, writeAccounts).Holds(ctx, s.Records.Read(), a.Home)
	return in, db.Error("account.Keeps", err)
}

// Get is one account in scope.
func (s *Service) Get(ctx context.Context, id ID) (Account, error) {
	_, scope, err := auth.Need(ctx, "account.Get", readAccounts)
	if err != nil {
		return Account{}, err
	}
	return getScoped(ctx, s.reading(), scope, id, s.Now())
}

// inviteScope is where the actor may bring people in: writers of accounts
// everywhere they are, others where they may invite and not while they act
// under break-glass.
func inviteScope(ctx context.Context, op string) (scope auth.Scope, full bool, err error) {
	if _, scope, err = auth.Need(ctx, op, writeAccounts); err == nil {
		return scope, true, nil
	}
	actor, scope, err := auth.Need(ctx, op, invite)
	if err == nil && actor.Elevated != "" { // what lasts hours hands out nothing that lasts longer
		return auth.Scope{}, false, &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "account.bad.glass_give"}
	}
	return scope, false, err
}

// mayGive reports whether an actor who may only invite may give grants, or a link
// to an account that has them: a centre officer any role but the administrator's,
// others the unit officer's and those they hold themselves. What counts is what
// the actor is over the unit of each grant: a centre officer of one unit is none
// in another where they may invite as something less.
func mayGive(ctx context.Context, q bun.IDB, grants []auth.Grant) (bool, error) {
	actor, _ := auth.From(ctx)
	for _, g := range grants {
		switch g.Role {
		case auth.Administrator:
			return false, nil
		case auth.UnitOfficer:
			continue
		}
		var over []string
		for _, own := range actor.Grants {
			if own.Role == auth.Centre || own.Role == g.Role {
				over = append(over, own.Unit)
			}
		}
		if len(over) == 0 {
			return false, nil
		}
		n, err := q.NewSelect().Table("unit_closure").Where("descendant = ?", g.Unit).Where("ancestor IN (?)", bun.List(over)).Count(ctx)
		if err != nil || n == 0 {
			return false, db.Error("account.mayGive", err)
		}
	}
	return true, nil
}
