// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type keyRow struct {
	bun.BaseModel `bun:"table:account_key,alias:k"`

	ID        string  `bun:"id,pk"`
	Name      string  `bun:"name"`
	Owner     string  `bun:"owner"`
	Prefix    string  `bun:"prefix"`
	Token     string  `bun:"token"`
	Unit      string  `bun:"unit_id"`
	Role      string  `bun:"role"` // of a key that is not bound; what it may do is what the role may
	Area      string  `bun:"area"` // with act the first permission, for the previous release
	Act       string  `bun:"act"`
	Bound     bool    `bun:"bound"`
	Networks  string  `bun:"networks"`
	CreatedBy string  `bun:"created_by"`
	CreatedAt db.Time `bun:"created_at"`
	ExpiresAt db.Time `bun:"expires_at"`
	UsedAt    db.Time `bun:"used_at"`
	OldToken  string  `bun:"old_token"`
	OldUntil  db.Time `bun:"old_until"`
	RevokedAt db.Time `bun:"revoked_at"`
	RevokedBy string  `bun:"revoked_by"`
	Reason    string  `bun:"reason"`
	Version   int64   `bun:"version"`
	Folded    string  `bun:"folded"`
}

type keyPermissionRow struct {
	bun.BaseModel `bun:"table:account_key_permission,alias:kp"`

	Key  string `bun:"key_id,pk"`
	Area string `bun:"area,pk"`
	Act  string `bun:"act,pk"`
}

func (r keyRow) key(allows []auth.Permission) Key {
	networks, _ := ParseNetworks(r.Networks) // written by networksText
	return Key{ID: r.ID, Name: r.Name, Owner: r.Owner, Prefix: r.Prefix, Unit: r.Unit, Allows: allows, Bound: r.Bound, Networks: networks,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time, UsedAt: r.UsedAt.Time, OldUntil: r.OldUntil.Time,
		RevokedAt: r.RevokedAt.Time, RevokedBy: r.RevokedBy, Reason: r.Reason, Version: r.Version}
}

// allowsOf reads the permissions of keys.
func allowsOf(ctx context.Context, q db.Fetcher, ids ...string) (map[string][]auth.Permission, error) {
	out := map[string][]auth.Permission{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := db.Select[keyPermissionRow](ctx, q, "WHERE kp.key_id IN (?)", db.In(ids))
	if err != nil {
		return nil, db.Error("account.allowsOf", err)
	}
	for _, r := range rows {
		out[r.Key] = append(out[r.Key], auth.Permission{Area: auth.Area(r.Area), Act: auth.Act(r.Act[0])})
	}
	for _, list := range out {
		slices.SortFunc(list, comparePermissions)
	}
	return out, nil
}

// keys reads what q selects, with permissions.
func keys(ctx context.Context, from reader, q *bun.SelectQuery, rows *[]keyRow) ([]Key, error) {
	if err := q.Scan(ctx); err != nil {
		return nil, db.Error("account.keys", err)
	}
	ids := make([]string, len(*rows))
	for i, r := range *rows {
		ids[i] = r.ID
	}
	allows, err := allowsOf(ctx, from, ids...)
	out := make([]Key, len(*rows))
	for i, r := range *rows {
		out[i] = r.key(allows[r.ID])
	}
	return out, err
}

// scopedKey reads a key of a unit in scope.
func scopedKey(ctx context.Context, q reader, op string, scope auth.Scope, id string) (keyRow, Key, error) {
	var rows []keyRow
	list, err := keys(ctx, q, scope.Filter(q.NewSelect().Model(&rows).Where("k.id = ?", id), "k.unit_id"), &rows)
	if err != nil {
		return keyRow{}, Key{}, err
	}
	if len(list) == 0 {
		return keyRow{}, Key{}, fault.Missing(op)
	}
	return rows[0], list[0], nil
}

func insertKey(ctx context.Context, tx *db.Tx, r keyRow, allows []auth.Permission) error {
	const op = "account.insertKey"
	r.Folded = i18n.Fold(r.Name + " " + r.Owner + " " + r.Prefix)
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Error(op, err)
	}
	for _, p := range allows {
		row := keyPermissionRow{Key: r.ID, Area: string(p.Area), Act: string(rune(p.Act))}
		if _, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return db.Error(op, err)
		}
	}
	return nil
}

// updateKey writes r as the successor of version was.
func updateKey(ctx context.Context, tx *db.Tx, r keyRow, was int64) error {
	const op = "account.updateKey"
	r.Version = was + 1
	r.Folded = i18n.Fold(r.Name + " " + r.Owner + " " + r.Prefix)
	res, err := tx.NewUpdate().Model(&r).WherePK().ExcludeColumn("used_at").Where("version = ?", was).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// KeyFilter narrows the list of keys.
type KeyFilter struct {
	Search string
	State  KeyState // empty: all
	After  string   // id of the last key of the page before
	Limit  int      // 0 is 50
}

func listKeys(ctx context.Context, q reader, scope auth.Scope, f KeyFilter, now time.Time) ([]Key, int64, error) {
	var rows []keyRow
	narrow := func(sel *bun.SelectQuery) *bun.SelectQuery {
		switch f.State {
		case KeyRevoked:
			sel = sel.Where("k.revoked_at IS NOT NULL")
		case KeyExpired:
			sel = sel.Where("k.revoked_at IS NULL").Where("k.expires_at <= ?", db.At(now))
		case KeyValid:
			sel = sel.Where("k.revoked_at IS NULL").Where("(k.expires_at IS NULL OR k.expires_at > ?)", db.At(now))
		}
		return db.Search(scope.Filter(sel, "k.unit_id"), "k.folded", f.Search)
	}
	total, err := narrow(q.NewSelect().Model((*keyRow)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error("account.listKeys", err)
	}
	page := narrow(q.NewSelect().Model(&rows)).Order("k.id DESC").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("k.id < ?", f.After)
	}
	list, err := keys(ctx, q, page, &rows)
	return list, total, err
}
