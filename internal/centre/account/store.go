// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:account,alias:account"`

	ID           string  `bun:"id,pk"`
	Login        string  `bun:"login"`
	Name         string  `bun:"name"`
	Title        string  `bun:"title"`
	Phone        string  `bun:"phone"`
	Email        string  `bun:"email"`
	Home         string  `bun:"home_unit"`
	Language     string  `bun:"language"`
	Password     string  `bun:"password"`
	Epoch        int64   `bun:"epoch"`
	Disabled     bool    `bun:"disabled"`
	PersonalData bool    `bun:"personal_data"`
	BreakGlass   bool    `bun:"break_glass"`
	GlassUnit    string  `bun:"break_glass_unit"`
	CreatedAt    db.Time `bun:"created_at"`
	Version      int64   `bun:"version"`
	Folded       string  `bun:"folded"`

	// What signing in leaves: written by touch alone, under no version, so that
	// a person who signs in spoils nobody's open form.
	Failures     int64   `bun:"failures"`
	LockedUntil  db.Time `bun:"locked_until"`
	SignedInAt   db.Time `bun:"signed_in_at"`
	EnrolBy      db.Time `bun:"enrol_by"`
	SecondSecret string  `bun:"second_secret"` // sealed
	SecondStep   int64   `bun:"second_step"`
	SecondAt     db.Time `bun:"second_at"`
}

var traces = []string{"failures", "locked_until", "signed_in_at", "enrol_by", "second_secret", "second_step", "second_at"}

func toRow(a Account, password string) row {
	return row{ID: string(a.ID), Login: a.Login, Name: a.Name, Title: a.Title, Phone: a.Phone, Email: a.Email,
		Home: a.Home, Language: a.Language, Password: password, Epoch: a.Epoch, Disabled: a.Disabled, PersonalData: a.PersonalData,
		BreakGlass: a.BreakGlass, GlassUnit: a.GlassUnit, CreatedAt: db.At(a.CreatedAt), Version: a.Version,
		Failures: a.Failures, LockedUntil: db.At(a.LockedUntil), SignedInAt: db.At(a.SignedInAt), EnrolBy: db.At(a.EnrolBy),
		Folded: i18n.Fold(a.Name + " " + a.Login + " " + a.Title + " " + a.Email)}
}

func (r row) account() Account {
	return Account{ID: ID(r.ID), Login: r.Login, Name: r.Name, Title: r.Title, Phone: r.Phone, Email: r.Email, Home: r.Home,
		Language: r.Language, Epoch: r.Epoch, Disabled: r.Disabled, HasPassword: r.Password != "", Failures: r.Failures,
		LockedUntil: r.LockedUntil.Time, SignedInAt: r.SignedInAt.Time, CreatedAt: r.CreatedAt.Time, Version: r.Version,
		PersonalData: r.PersonalData, BreakGlass: r.BreakGlass, GlassUnit: r.GlassUnit, SecondAt: r.SecondAt.Time,
		SecondStep: r.SecondStep, EnrolBy: r.EnrolBy.Time}
}

type linkRow struct {
	bun.BaseModel `bun:"table:account_link"`

	Token   string  `bun:"token,pk"`
	Account string  `bun:"account_id"`
	Expires db.Time `bun:"expires_at"`
	Used    db.Time `bun:"used_at"`
	Code    string  `bun:"code"` // digest of the typed code; empty where there is none
}

// found is an account as signing in needs it.
type found struct {
	Account
	password string // PHC string; empty before the first one
	second   string // sealed secret of the second factor
}

// reader reads in a transaction, or beside all (Service.reading). Who somebody is
// is asked with every request, so those statements stay prepared.
type reader interface {
	bun.IDB
	db.Fetcher
}

type beside struct {
	bun.IDB
	records *db.DB
}

// Fetch implements db.Fetcher.
func (b beside) Fetch(ctx context.Context, dest any, text string, args ...any) error {
	return b.records.Fetch(ctx, dest, text, args...)
}

func (s *Service) reading() reader { return beside{s.Records.Read(), s.Records} }

// find reads one account with its roles at now by an id or a login that the
// caller may know; it is not scoped: signing in comes before any scope.
func find(ctx context.Context, q reader, column, value string, now time.Time) (found, error) {
	rows, err := db.Select[row](ctx, q, "WHERE "+column+" = ?", value)
	if err == nil && len(rows) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return found{}, db.Error("account.find", err)
	}
	r := rows[0]
	f := found{r.account(), r.Password, r.SecondSecret}
	grants, err := grantsOf(ctx, q, []string{r.ID}, now)
	f.Grants = grants[r.ID]
	return f, err
}

// getScoped reads an account whose home unit lies in scope.
func getScoped(ctx context.Context, q reader, scope auth.Scope, id ID, now time.Time) (Account, error) {
	var r row
	err := scope.Filter(q.NewSelect().Model(&r).Where("id = ?", string(id)), "home_unit").Scan(ctx)
	if err != nil {
		return Account{}, db.Error("account.get", err)
	}
	a := r.account()
	grants, err := grantsOf(ctx, q, []string{r.ID}, now)
	a.Grants = grants[r.ID]
	return a, err
}

func insert(ctx context.Context, tx *db.Tx, a Account, password string) error {
	r := toRow(a, password)
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		if err := db.Error("account.insert", err); fault.Is(err, fault.Conflict) {
			return fault.Bad("account.insert", "login", "account.bad.login_taken")
		}
		return db.Error("account.insert", err)
	}
	return insertGrants(ctx, tx, a)
}

func insertGrants(ctx context.Context, tx *db.Tx, a Account) error {
	by := ""
	if actor, ok := auth.From(ctx); ok {
		by = actor.Name
	}
	for _, g := range a.Grants {
		if err := give(ctx, tx, a.ID, Held{Grant: g, GivenBy: by, GivenAt: a.CreatedAt}); err != nil {
			return err
		}
	}
	return nil
}

// update writes what people change of a as the successor of version was,
// keeping the password when password is empty.
func update(ctx context.Context, tx *db.Tx, a Account, was int64, password string) error {
	r := toRow(a, password)
	q := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).ExcludeColumn(traces...)
	if password == "" {
		q = q.ExcludeColumn("password")
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return db.Error("account.update", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: "account.update", Err: err}
	}
	return nil
}

// touch writes what a try to sign in leaves.
func touch(ctx context.Context, tx *db.Tx, a Account) error {
	r := toRow(a, "")
	_, err := tx.NewUpdate().Model(&r).WherePK().Column("failures", "locked_until", "signed_in_at", "enrol_by").Exec(ctx)
	return db.Error("account.touch", err)
}

// putLink makes the one link of account (empty: the first start), ending
// earlier ones. code is the digest of its typed code, or empty.
func putLink(ctx context.Context, tx *db.Tx, account, stored, code string, expires time.Time) error {
	if _, err := tx.NewDelete().Model((*linkRow)(nil)).Where("account_id = ?", account).Exec(ctx); err != nil {
		return db.Error("account.link", err)
	}
	r := linkRow{Token: stored, Account: account, Expires: db.At(expires), Code: code}
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("account.link", err)
}

var errLink = &fault.Error{Kind: fault.NotFound, Op: "account.link", Msg: "account.link.dead"}

// openLink finds a link that is neither used nor expired at now, by its secret
// or by login and typed code.
func openLink(ctx context.Context, q bun.IDB, secret string, now time.Time) (linkRow, error) {
	var r linkRow
	column := bun.Ident("token")
	if _, _, typed := typedCode(secret); typed {
		column = "code"
	}
	err := q.NewSelect().Model(&r).Where("? = ?", column, digest(secret)).Where("used_at IS NULL").
		Where("expires_at > ?", db.At(now)).Scan(ctx)
	if err := db.Error("account.link", err); err != nil {
		if fault.Is(err, fault.NotFound) {
			return r, errLink
		}
		return r, err
	}
	return r, nil
}

// useLink marks r as used; a second use in the same instant loses.
func useLink(ctx context.Context, tx *db.Tx, r linkRow, now time.Time) error {
	res, err := tx.NewUpdate().Model((*linkRow)(nil)).Set("used_at = ?", db.At(now)).
		Where("token = ?", r.Token).Where("used_at IS NULL").Exec(ctx)
	if err != nil {
		return db.Error("account.link", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(errLink, err)
	}
	return nil
}
