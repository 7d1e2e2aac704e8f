// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:account"`

	ID          string  `bun:"id,pk"`
	Login       string  `bun:"login"`
	Name        string  `bun:"name"`
	Title       string  `bun:"title"`
	Phone       string  `bun:"phone"`
	Email       string  `bun:"email"`
	Home        string  `bun:"home_unit"`
	Password    string  `bun:"password"`
	Epoch       int64   `bun:"epoch"`
	Disabled    bool    `bun:"disabled"`
	Failures    int64   `bun:"failures"`
	LockedUntil db.Time `bun:"locked_until"`
	SignedInAt  db.Time `bun:"signed_in_at"`
	CreatedAt   db.Time `bun:"created_at"`
	Version     int64   `bun:"version"`
	Folded      string  `bun:"folded"`
}

func toRow(a Account, password string) row {
	return row{ID: string(a.ID), Login: a.Login, Name: a.Name, Title: a.Title, Phone: a.Phone, Email: a.Email,
		Home: a.Home, Password: password, Epoch: a.Epoch, Disabled: a.Disabled, Failures: a.Failures,
		LockedUntil: db.At(a.LockedUntil), SignedInAt: db.At(a.SignedInAt), CreatedAt: db.At(a.CreatedAt),
		Version: a.Version, Folded: i18n.Fold(a.Name + " " + a.Login + " " + a.Title + " " + a.Email)}
}

func (r row) account() Account {
	return Account{ID: ID(r.ID), Login: r.Login, Name: r.Name, Title: r.Title, Phone: r.Phone, Email: r.Email,
		Home: r.Home, Epoch: r.Epoch, Disabled: r.Disabled, HasPassword: r.Password != "", Failures: r.Failures,
		LockedUntil: r.LockedUntil.Time, SignedInAt: r.SignedInAt.Time, CreatedAt: r.CreatedAt.Time, Version: r.Version}
}

type roleRow struct {
	bun.BaseModel `bun:"table:account_role"`

	Account string `bun:"account_id,pk"`
	Role    string `bun:"role,pk"`
	Unit    string `bun:"unit_id,pk"`
}

type linkRow struct {
	bun.BaseModel `bun:"table:account_link"`

	Token   string  `bun:"token,pk"`
	Account string  `bun:"account_id"`
	Expires db.Time `bun:"expires_at"`
	Used    db.Time `bun:"used_at"`
}

// find reads one account with its roles and password by an id or a login that
// the caller may know; it is not scoped: signing in comes before any scope.
func find(ctx context.Context, q bun.IDB, column, value string) (Account, string, error) {
	var r row
	if err := q.NewSelect().Model(&r).Where("? = ?", bun.Ident(column), value).Scan(ctx); err != nil {
		return Account{}, "", db.Error("account.find", err)
	}
	a := r.account()
	grants, err := grantsOf(ctx, q, []string{r.ID})
	a.Grants = grants[r.ID]
	return a, r.Password, err
}

func grantsOf(ctx context.Context, q bun.IDB, ids []string) (map[string][]auth.Grant, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []roleRow
	if err := q.NewSelect().Model(&rows).Where("account_id IN (?)", bun.List(ids)).Order("role", "unit_id").Scan(ctx); err != nil {
		return nil, db.Error("account.grants", err)
	}
	out := map[string][]auth.Grant{}
	for _, r := range rows {
		out[r.Account] = append(out[r.Account], auth.Grant{Role: auth.Role(r.Role), Unit: r.Unit})
	}
	return out, nil
}

// getScoped reads an account whose home unit lies in scope.
func getScoped(ctx context.Context, q bun.IDB, scope auth.Scope, id ID) (Account, error) {
	var r row
	err := scope.Filter(q.NewSelect().Model(&r).Where("id = ?", string(id)), "home_unit").Scan(ctx)
	if err != nil {
		return Account{}, db.Error("account.get", err)
	}
	a := r.account()
	grants, err := grantsOf(ctx, q, []string{r.ID})
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
	for _, g := range a.Grants {
		r := roleRow{Account: string(a.ID), Role: string(g.Role), Unit: g.Unit}
		if _, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return db.Error("account.grants", err)
		}
	}
	return nil
}

// update writes a's row as the successor of version was, keeping the password
// when password is empty.
func update(ctx context.Context, tx *db.Tx, a Account, was int64, password string) error {
	r := toRow(a, password)
	q := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was)
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

// putLink makes the one link of account (empty: the first start), ending
// earlier ones.
func putLink(ctx context.Context, tx *db.Tx, account, stored string, expires time.Time) error {
	if _, err := tx.NewDelete().Model((*linkRow)(nil)).Where("account_id = ?", account).Exec(ctx); err != nil {
		return db.Error("account.link", err)
	}
	r := linkRow{Token: stored, Account: account, Expires: db.At(expires)}
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("account.link", err)
}

var errLink = &fault.Error{Kind: fault.NotFound, Op: "account.link", Msg: "account.link.dead"}

// openLink finds a link that is neither used nor expired at now.
func openLink(ctx context.Context, q bun.IDB, secret string, now time.Time) (linkRow, error) {
	var r linkRow
	err := q.NewSelect().Model(&r).Where("token = ?", digest(secret)).Where("used_at IS NULL").
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

// Filter narrows the list of accounts.
type Filter struct {
	Search string
	After  string // id of the last account of the page before
	Limit  int    // 0 is 50
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) ([]Account, int64, error) {
	base := func() *bun.SelectQuery {
		return db.Search(scope.Filter(q.NewSelect().Model((*row)(nil)), "home_unit"), "folded", f.Search)
	}
	total, err := base().Count(ctx)
	if err != nil {
		return nil, 0, db.Error("account.list", err)
	}
	page := base().Order("id").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("id > ?", f.After)
	}
	var rows []row
	if err := page.Scan(ctx, &rows); err != nil {
		return nil, 0, db.Error("account.list", err)
	}
	ids := make([]string, len(rows))
	out := make([]Account, len(rows))
	for i, r := range rows {
		ids[i], out[i] = r.ID, r.account()
	}
	grants, err := grantsOf(ctx, q, ids)
	for i := range out {
		out[i].Grants = grants[ids[i]]
	}
	return out, total, err
}
