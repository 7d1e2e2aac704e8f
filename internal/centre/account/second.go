// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// stepSeconds is the length of a time step (RFC 6238 §4.1).
const stepSeconds = 30

const (
	recoveryCodes = 10
	secretBytes   = 20 // as long as the hash (RFC 4226 §4 R6)
)

// Enrolment is a second factor that was proposed and not yet confirmed. It is
// kept nowhere: Sealed comes back with the code.
type Enrolment struct {
	Secret string // base 32, for typing
	URL    string // otpauth://, for the QR code
	Sealed string // opens for this account alone
}

func proposal(id ID) string { return "account.second.proposed:" + string(id) }
func enrolled(id ID) string { return "account.second:" + string(id) }

// BeginSecond proposes a secret to the signed-in person, who says the password
// again: nobody enrols a telephone at another's desk. issuer names the centre
// in the telephone.
func (s *Service) BeginSecond(ctx context.Context, password, issuer string) (Enrolment, error) {
	a, err := s.myPassword(ctx, "account.BeginSecond", password)
	if err != nil {
		return Enrolment{}, err
	}
	if !a.SecondAt.IsZero() {
		return Enrolment{}, &fault.Error{Kind: fault.Conflict, Op: "account.BeginSecond", Msg: "account.bad.second_twice"}
	}
	raw := make([]byte, secretBytes)
	// crypto/rand.Read never fails: it ends the process instead.
	_, _ = rand.Read(raw)
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	return s.enrolment(a.Account, secret, s.Secrets.Seal(proposal(a.ID), secret), issuer)
}

// ProposedSecond is the proposal again, for a page that asks for the code once
// more.
func (s *Service) ProposedSecond(ctx context.Context, sealed, issuer string) (Enrolment, error) {
	a, err := s.Me(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	secret, err := s.Secrets.Open(proposal(a.ID), sealed)
	if err != nil {
		return Enrolment{}, &fault.Error{Kind: fault.Invalid, Op: "account.Second", Msg: "account.bad.second_gone", Err: err}
	}
	return s.enrolment(a, secret, sealed, issuer)
}

func (s *Service) enrolment(a Account, secret, sealed, issuer string) (Enrolment, error) {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		return Enrolment{}, fmt.Errorf("second factor: %w", err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: a.Login, Secret: raw, Period: stepSeconds,
		Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return Enrolment{}, fmt.Errorf("second factor: %w", err)
	}
	return Enrolment{Secret: secret, URL: key.URL(), Sealed: sealed}, nil
}

// ConfirmSecond enrols what BeginSecond proposed, once code shows that the
// telephone has it, and gives ten codes for the day it is lost: they are told
// here and never again. Other sessions end: they gave no second step.
func (s *Service) ConfirmSecond(ctx context.Context, sealed, code string) (Account, []string, error) {
	const op = "account.ConfirmSecond"
	me, err := s.me(ctx, op)
	if err != nil {
		return Account{}, nil, err
	}
	secret, err := s.Secrets.Open(proposal(me.ID), sealed)
	if err != nil {
		return Account{}, nil, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "account.bad.second_gone", Err: err}
	}
	step, ok := stepOf(secret, code, s.Now(), 0)
	if !ok {
		return Account{}, nil, fault.Bad(op, "code", "account.bad.code_enrol")
	}
	var codes []string
	a := me.Account
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := find(ctx, tx, "id", string(me.ID), s.Now())
		if err != nil {
			return err
		}
		if !f.SecondAt.IsZero() {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.second_twice"}
		}
		if a, err = s.newSecret(ctx, tx, f.Account, ""); err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*row)(nil)).Set("second_secret = ?", s.Secrets.Seal(enrolled(a.ID), secret)).Set("second_step = ?", step).
			Set("second_at = ?", db.At(s.Now())).Set("enrol_by = NULL").Where("id = ?", string(a.ID)).Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		a.SecondAt, a.SecondStep = s.Now(), step
		if codes, err = freshCodes(ctx, tx, a.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.second_enrolled", a, nil)
	})
	return a, codes, err
}

// NewCodes replaces the recovery codes of the signed-in person, who says the
// password again.
func (s *Service) NewCodes(ctx context.Context, password string) ([]string, error) {
	const op = "account.NewCodes"
	a, err := s.myPassword(ctx, op, password)
	if err != nil {
		return nil, err
	}
	if a.SecondAt.IsZero() {
		return nil, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.second_none"}
	}
	var codes []string
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if codes, err = freshCodes(ctx, tx, a.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, "account.new_codes", a.Account, nil)
	})
	return codes, err
}

type recoveryRow struct {
	bun.BaseModel `bun:"table:account_recovery"`

	Account string  `bun:"account_id,pk"`
	Code    string  `bun:"code,pk"`
	Used    db.Time `bun:"used_at"`
}

func recoveryDigest(id ID, code string) string { return digest(string(id) + ":" + plainCode(code)) }

func freshCodes(ctx context.Context, tx *db.Tx, id ID) ([]string, error) {
	if _, err := tx.NewDelete().Model((*recoveryRow)(nil)).Where("account_id = ?", string(id)).Exec(ctx); err != nil {
		return nil, db.Error("account.codes", err)
	}
	codes, rows := make([]string, recoveryCodes), make([]recoveryRow, recoveryCodes)
	for i := range codes {
		codes[i] = newCode()
		rows[i] = recoveryRow{Account: string(id), Code: recoveryDigest(id, codes[i])}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return codes, db.Error("account.codes", err)
}

// CodesLeft is how many recovery codes of the account are unused.
func (s *Service) CodesLeft(ctx context.Context, id ID) (int64, error) {
	n, err := s.Records.Read().NewSelect().Model((*recoveryRow)(nil)).Where("account_id = ?", string(id)).Where("used_at IS NULL").Count(ctx)
	return n, db.Error("account.codes", err)
}

// stepOf finds the step whose code was typed: the present one, the one before
// and the one after (RFC 6238 §5.2), later than the last accepted one.
func stepOf(secret, typed string, now time.Time, last int64) (int64, bool) {
	typed = strings.Join(strings.Fields(typed), "")
	present, at, ok := now.Unix()/stepSeconds, int64(0), false
	for step := present - 1; step <= present+1; step++ {
		code, err := hotp.GenerateCodeCustom(secret, uint64(max(step, 0)), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(code), []byte(typed)) == 1 && step > last {
			at, ok = step, true
		}
	}
	return at, ok
}

// SecondStep finishes a sign-in that gave the password: typed is the code the
// telephone shows, or a recovery code, each of them good once. Wrong codes
// make the account wait as wrong passwords do. When the server's clock has
// been put back, no code can be right, and the answer says so.
func (s *Service) SecondStep(ctx context.Context, id ID, epoch int64, typed string) (Account, error) {
	const op = "account.SecondStep"
	f, err := find(ctx, s.reading(), "id", string(id), s.Now())
	if err != nil {
		return Account{}, err
	}
	if f.Disabled || f.Epoch != epoch || f.SecondAt.IsZero() {
		return Account{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	if err := waiting(f.Account, s.Now()); err != nil {
		return Account{}, err
	}
	if len(plainCode(typed)) == codeLength {
		return s.signedIn(ctx, f, map[string]any{"second": "recovery"}, func(ctx context.Context, tx *db.Tx, f found) error {
			return useRecovery(ctx, tx, f.ID, typed, s.Now())
		})
	}
	secret, err := s.Secrets.Open(enrolled(f.ID), f.second)
	if err != nil {
		return Account{}, err
	}
	if f.ClockBack(s.Now()) {
		return Account{}, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "account.bad.clock",
			Args: []any{i18n.Time(ctx, s.Now()), i18n.Time(ctx, f.LastKnown())}}
	}
	return s.signedIn(ctx, f, map[string]any{"second": "totp"}, func(ctx context.Context, tx *db.Tx, f found) error {
		step, ok := stepOf(secret, typed, s.Now(), f.SecondStep)
		if !ok {
			return errCode
		}
		res, err := tx.NewUpdate().Model((*row)(nil)).Set("second_step = ?", step).Where("id = ?", string(f.ID)).
			Where("second_step < ?", step).Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errCode
		}
		return nil
	})
}

var errCode = &fault.Error{Kind: fault.Invalid, Op: "account.SecondStep", Msg: "account.bad.code"}

func useRecovery(ctx context.Context, tx *db.Tx, id ID, typed string, now time.Time) error {
	res, err := tx.NewUpdate().Model((*recoveryRow)(nil)).Set("used_at = ?", db.At(now)).Where("account_id = ?", string(id)).
		Where("code = ?", recoveryDigest(id, typed)).Where("used_at IS NULL").Exec(ctx)
	if err != nil {
		return db.Error("account.recovery", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errCode
	}
	return nil
}

// DropSecond takes the second factor of the signed-in person away, who says
// the password again; fault.Conflict where it is required of them.
func (s *Service) DropSecond(ctx context.Context, password string) (Account, error) {
	const op = "account.DropSecond"
	a, err := s.myPassword(ctx, op, password)
	if err != nil {
		return Account{}, err
	}
	p, err := s.policy(ctx, s.Records.Read())
	if err != nil {
		return Account{}, err
	}
	if p.asks(a.Account) {
		return Account{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.second_required"}
	}
	return s.dropSecond(ctx, a.ID, "account.second_dropped", "", func(ctx context.Context, tx *db.Tx) (Account, error) {
		f, err := find(ctx, tx, "id", string(a.ID), s.Now())
		return f.Account, err
	})
}

// ResetSecond takes the second factor of an account in scope away, for a lost
// telephone: with a reason, and by nobody for themselves. Its sessions end.
func (s *Service) ResetSecond(ctx context.Context, id ID, reason string) error {
	const op = "account.ResetSecond"
	actor, scope, err := auth.Need(ctx, op, writeAccounts)
	if err != nil {
		return err
	}
	if actor.ID == string(id) {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.self_second"}
	}
	reason = i18n.NFC(reason)
	_, err = s.dropSecond(ctx, id, "account.second_reset", reason, func(ctx context.Context, tx *db.Tx) (Account, error) {
		a, err := getScoped(ctx, tx, scope, id, s.Now())
		if err != nil {
			return a, err
		}
		if badReason(reason) {
			return a, fault.Bad(op, "reason", "account.bad.reason")
		}
		return a, s.within(ctx, tx, op, scope, true, id)
	})
	return err
}

func (s *Service) dropSecond(ctx context.Context, id ID, action, reason string, load func(context.Context, *db.Tx) (Account, error)) (Account, error) {
	var a Account
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if a, err = load(ctx, tx); err != nil {
			return err
		}
		if a.SecondAt.IsZero() {
			return &fault.Error{Kind: fault.Conflict, Op: action, Msg: "account.bad.second_none"}
		}
		if a, err = s.newSecret(ctx, tx, a, ""); err != nil {
			return err
		}
		// The last step stays: it tells a clock that is put back.
		if _, err := tx.NewUpdate().Model((*row)(nil)).Set("second_secret = ''").Set("second_at = NULL").Set("enrol_by = NULL").
			Where("id = ?", string(id)).Exec(ctx); err != nil {
			return db.Error(action, err)
		}
		if _, err := tx.NewDelete().Model((*recoveryRow)(nil)).Where("account_id = ?", string(id)).Exec(ctx); err != nil {
			return db.Error(action, err)
		}
		var detail map[string]any
		if reason != "" {
			detail = map[string]any{"reason": reason}
		}
		return s.note(ctx, tx, action, a, detail)
	})
	return a, err
}
