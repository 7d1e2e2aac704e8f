// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Filter narrows and orders the list of accounts. Unknown words narrow and
// order nothing.
type Filter struct {
	Search string
	Role   auth.Role // held in force
	Unit   string    // home unit, with the units below it
	State  State
	Sort   string // "name" (default), "-name", "seen", "-seen": last signed in
	After  ID     // the last account of the page before
	Limit  int    // 0 is 50
}

// sorts says what each order compares besides the id.
var sorts = map[string]struct {
	by   string
	down bool
}{"name": {"folded", false}, "-name": {"folded", true}, "seen": {"COALESCE(signed_in_at, 0)", false},
	"-seen": {"COALESCE(signed_in_at, 0)", true}}

// narrow is the one place where the list's conditions are built.
func (f Filter) narrow(q *bun.SelectQuery, scope auth.Scope, now time.Time) *bun.SelectQuery {
	q = db.Search(scope.Filter(q, "home_unit"), "folded", f.Search)
	if f.Unit != "" {
		where, args := scope.Where("c.ancestor") // a unit beyond the scope holds nothing to look at
		q = q.Where("home_unit IN (SELECT c.descendant FROM unit_closure c WHERE c.ancestor = ? AND "+where+")", append([]any{f.Unit}, args...)...)
	}
	if f.Role != "" {
		q = q.Where("(EXISTS (SELECT 1 FROM account_role r WHERE r.account_id = account.id AND r.role = ?0 "+
			"AND (r.from_at IS NULL OR r.from_at <= ?1) AND (r.until_at IS NULL OR r.until_at > ?1)) "+
			"OR EXISTS (SELECT 1 FROM account_delegation d WHERE d.account_id = account.id AND d.role = ?0 AND d.ended_at IS NULL "+
			"AND d.from_at <= ?1 AND d.until_at > ?1 AND "+strings.ReplaceAll(covered, "?", "?1")+"))", string(f.Role), db.At(now))
	}
	locked, latest := db.At(now), db.At(now.Add(longLock))
	switch f.State {
	case Disabled:
		q = q.Where("disabled")
	case Invited:
		q = q.Where("NOT disabled").Where("password = ''")
	case Locked:
		q = q.Where("NOT disabled").Where("password <> ''").Where("locked_until > ?", locked).Where("locked_until <= ?", latest)
	case Active:
		q = q.Where("NOT disabled").Where("password <> ''").
			Where("(locked_until IS NULL OR locked_until <= ? OR locked_until > ?)", locked, latest)
	}
	return q
}

// page adds order and place. The place is looked up within the scope: an id
// beyond it places nothing, so that the order tells nothing of others.
func (f Filter) page(q *bun.SelectQuery, scope auth.Scope) *bun.SelectQuery {
	s, known := sorts[f.Sort]
	if !known {
		s = sorts["name"]
	}
	way, beyond := "ASC", ">"
	if s.down {
		way, beyond = "DESC", "<"
	}
	if f.After != "" {
		where, args := scope.Where("home_unit")
		q = q.Where("("+s.by+", id) "+beyond+" (SELECT "+s.by+", id FROM account WHERE id = ? AND "+where+")",
			append([]any{string(f.After)}, args...)...)
	}
	return q.OrderExpr(strings.Join([]string{s.by, way + ", id", way}, " ")).Limit(int64(f.Limit))
}

func list(ctx context.Context, q reader, scope auth.Scope, f Filter, now time.Time) ([]Account, int64, error) {
	total, err := f.narrow(q.NewSelect().Model((*row)(nil)), scope, now).Count(ctx)
	if err != nil {
		return nil, 0, db.Error("account.list", err)
	}
	var rows []row
	if err := f.page(f.narrow(q.NewSelect().Model(&rows), scope, now), scope).Scan(ctx); err != nil {
		return nil, 0, db.Error("account.list", err)
	}
	ids := make([]string, len(rows))
	out := make([]Account, len(rows))
	for i, r := range rows {
		ids[i], out[i] = r.ID, r.account()
	}
	grants, err := grantsOf(ctx, q, ids, now)
	for i := range out {
		out[i].Grants = grants[ids[i]]
	}
	return out, total, err
}
