// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file says whom a notice reaches: by permission and unit in SQL, since
// the one who caused it may see less than those who are told.

// rolesThat are the roles that hold one of needs.
func rolesThat(needs []auth.Permission) []auth.Role {
	var out []auth.Role
	for _, r := range auth.Roles() {
		holds := slices.ContainsFunc(needs, func(p auth.Permission) bool {
			acts, _, _ := strings.Cut(auth.Cell(p.Area, r), "/")
			return p.Act != 0 && strings.ContainsRune(acts, rune(p.Act))
		})
		if holds {
			out = append(out, r)
		}
	}
	return out
}

// holders are the active accounts that hold one of needs for unit now, in
// order: by roles of their own, lent to them or taken under break-glass.
func (a *App) holders(ctx context.Context, q bun.IDB, unit string, needs []auth.Permission, only ...string) ([]string, error) {
	roles := rolesThat(needs)
	if len(roles) == 0 {
		return nil, nil
	}
	var ids []string
	sel := q.NewSelect().TableExpr("(?) AS r", account.InForce(q, a.opt.Now())).ColumnExpr("DISTINCT r.account_id").
		Join("JOIN account AS a ON a.id = r.account_id").Where("NOT a.disabled").Where("r.role IN (?)", bun.List(roles)).
		Where("r.unit_id IN (SELECT c.ancestor FROM unit_closure AS c WHERE c.descendant = ?)", unit)
	if len(only) > 0 {
		sel = sel.Where("r.account_id IN (?)", bun.List(only))
	}
	err := sel.OrderExpr("r.account_id").Scan(ctx, &ids)
	return ids, db.Error("app.holders", err)
}

// recipients describes accounts to whoever writes to them.
func (a *App) recipients(ctx context.Context, q bun.IDB, ids []string) (map[string]notice.Recipient, error) {
	const op = "app.recipients"
	if len(ids) == 0 {
		return nil, nil
	}
	var people []struct {
		ID       string
		Name     string
		Email    string
		Language string
		Disabled bool
	}
	err := q.NewSelect().TableExpr("account AS a").ColumnExpr("a.id, a.name, a.email, a.language, a.disabled").
		Where("a.id IN (?)", bun.List(ids)).Scan(ctx, &people)
	if err != nil {
		return nil, db.Error(op, err)
	}
	var roles []struct {
		AccountID string
		Role      auth.Role
	}
	err = q.NewSelect().TableExpr("(?) AS r", account.InForce(q, a.opt.Now())).ColumnExpr("DISTINCT r.account_id, r.role").
		Where("r.account_id IN (?)", bun.List(ids)).Scan(ctx, &roles)
	out := map[string]notice.Recipient{}
	for _, p := range people {
		out[p.ID] = notice.Recipient{Name: p.Name, Email: p.Email, Language: i18n.Parse(p.Language), Active: !p.Disabled}
	}
	for _, r := range roles {
		p := out[r.AccountID]
		p.Roles = append(p.Roles, r.Role)
		out[r.AccountID] = p
	}
	return out, db.Error(op, err)
}

// unitLabels are the short names of units for mail, whoever reads it.
func (a *App) unitLabels(ctx context.Context, q bun.IDB, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct{ ID, Name, ShortName string }
	err := q.NewSelect().TableExpr("unit AS u").ColumnExpr("u.id, u.name, u.short_name").Where("u.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.Name
		if r.ShortName != "" {
			out[r.ID] = r.ShortName
		}
	}
	return out, db.Error("app.unitLabels", err)
}
