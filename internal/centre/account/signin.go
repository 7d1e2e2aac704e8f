// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// Opening is what the holder of a one-time link sees: the account it belongs
// to, or the zero account at the first start. secret is the link's, or login
// and typed code as TypedSecret joins them; wrong codes make the account wait
// as wrong passwords do.
func (s *Service) Opening(ctx context.Context, secret string) (Account, error) {
	login, _, typed := typedCode(secret)
	if typed {
		if err := s.mayTry(ctx, login); err != nil {
			return Account{}, err
		}
	}
	l, err := openLink(ctx, s.Records.Read(), secret, s.Now())
	if typed && fault.Is(err, fault.NotFound) {
		if err := s.failed(ctx, login, "account.code_failed"); err != nil {
			return Account{}, err
		}
	}
	if err != nil || l.Account == "" {
		return Account{}, err
	}
	a, err := find(ctx, s.reading(), "id", l.Account, s.Now())
	if err == nil && a.Disabled {
		return Account{}, errLink
	}
	return a.Account, err
}

// mayTry fails while the account of login waits.
func (s *Service) mayTry(ctx context.Context, login string) error {
	a, err := find(ctx, s.reading(), "login", login, s.Now())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return waiting(a.Account, s.Now())
}

// waiting is the answer to somebody who must wait; nil when nobody must.
func waiting(a Account, now time.Time) error {
	if wait := a.Wait(now); wait > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "account.SignIn", Msg: "account.bad.wait",
			Args: []any{int(wait.Round(time.Second) / time.Second)}}
	}
	return nil
}

// failed counts a wrong try at the account of login, if there is one.
func (s *Service) failed(ctx context.Context, login, action string) error {
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := find(ctx, tx, "login", login, s.Now())
		if err != nil {
			return err
		}
		return s.count(ctx, tx, a.Account, action)
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// count counts a wrong try at a in tx.
func (s *Service) count(ctx context.Context, tx *db.Tx, a Account, action string) error {
	a.Fail(s.Now())
	if err := touch(ctx, tx, a); err != nil {
		return err
	}
	return s.note(auth.With(ctx, a.Actor()), tx, action, a, nil)
}

// SetPassword uses a link up and gives its account a new password; all its
// sessions end. The second factor stays: signing in asks for it.
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
		f, err := find(ctx, tx, "id", l.Account, s.Now())
		if err != nil {
			return err
		}
		a = f.Account
		a.Failures, a.LockedUntil = 0, time.Time{}
		if a, err = s.newSecret(ctx, tx, a, hash); err != nil {
			return err
		}
		if a.SecondAt.IsZero() {
			a.SignedInAt = s.Now()
		}
		if err := touch(ctx, tx, a); err != nil {
			return err
		}
		if err := useLink(ctx, tx, l, s.Now()); err != nil {
			return err
		}
		return s.note(auth.With(ctx, a.Actor()), tx, "account.set_password", a, nil)
	})
	return a, err
}

// newSecret gives a the next epoch, with a new password when hash is not
// empty, and ends its sessions.
func (s *Service) newSecret(ctx context.Context, tx *db.Tx, a Account, hash string) (Account, error) {
	was := a.Version
	a.Epoch, a.Version, a.HasPassword = a.Epoch+1, was+1, a.HasPassword || hash != ""
	if err := update(ctx, tx, a, was, hash); err != nil {
		return a, err
	}
	_, err := web.EndSessions(ctx, tx, s.Now(), web.Which{Account: string(a.ID)}, web.NewSecret)
	return a, err
}

var errSignIn = &fault.Error{Kind: fault.Invalid, Op: "account.SignIn", Msg: "account.bad.sign_in"}

// SignIn checks login and password. Whatever is wrong, the answer is the same
// fault.Invalid and takes as long, except that a waiting account is told how
// long it waits. With a second factor nothing is written yet: SecondStep signs
// in, so that the right password does not take back wrong codes.
func (s *Service) SignIn(ctx context.Context, login, password string) (Account, error) {
	release, err := s.enter(ctx)
	if err != nil {
		return Account{}, err
	}
	defer release()
	seen, err := find(ctx, s.reading(), "login", canonical(login), s.Now())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Account{}, err
	}
	if err != nil || seen.password == "" || seen.Disabled {
		matches(password, s.decoy)
		return Account{}, errSignIn
	}
	if err := waiting(seen.Account, s.Now()); err != nil {
		return Account{}, err
	}
	if !matches(password, seen.password) {
		if err := s.failed(ctx, seen.Login, "account.sign_in_failed"); err != nil {
			return Account{}, err
		}
		return Account{}, errSignIn
	}
	if !seen.SecondAt.IsZero() {
		return seen.Account, nil
	}
	return s.signedIn(ctx, seen, nil, func(context.Context, *db.Tx, found) error { return nil })
}

// signedIn notes that the person seen came in; check looks at the account
// inside the transaction first. Who was shut out, got a new secret or was made
// to wait since seen was read does not come in. When check finds a wrong code,
// it is counted in the same transaction: many sent at once are no more tries
// than one after the other.
func (s *Service) signedIn(ctx context.Context, seen found, detail map[string]any, check func(context.Context, *db.Tx, found) error) (Account, error) {
	var a Account
	wrong := false
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		wrong = false
		f, err := find(ctx, tx, "id", string(seen.ID), s.Now())
		if err != nil {
			return err
		}
		if f.Disabled || f.Epoch != seen.Epoch {
			return errSignIn
		}
		if err := waiting(f.Account, s.Now()); err != nil {
			return err
		}
		if err := check(ctx, tx, f); fault.Of(err).Msg == errCode.Msg {
			wrong = true
			return s.count(ctx, tx, f.Account, "account.second_failed")
		} else if err != nil {
			return err
		}
		a = f.Account
		a.Failures, a.LockedUntil = 0, time.Time{}
		if !a.ClockBack(s.Now()) { // the later time stays, so that the next one is told too
			a.SignedInAt = s.Now()
		}
		p, err := s.policy(ctx, tx)
		if err != nil {
			return err
		}
		if a.EnrolBy.IsZero() && a.SecondAt.IsZero() && p.asks(a) {
			a.EnrolBy = s.Now().AddDate(0, 0, p.GraceDays)
		}
		if err := touch(ctx, tx, a); err != nil {
			return err
		}
		return s.note(auth.With(ctx, a.Actor()), tx, "account.sign_in", a, detail)
	})
	if err == nil && wrong {
		return Account{}, errCode
	}
	return a, err
}
