// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:unit,alias:u"`

	ID           ID      `bun:"id,pk"`
	Code         string  `bun:"code"`
	CodeKey      string  `bun:"code_key"`
	Name         string  `bun:"name"`
	NameKey      string  `bun:"name_key"`
	ShortName    string  `bun:"short_name"`
	Kind         string  `bun:"kind"`
	ParentID     ID      `bun:"parent_id"`
	ValidFrom    int64   `bun:"valid_from"`
	ValidUntil   int64   `bun:"valid_until"`
	HeadName     string  `bun:"head_name"`
	HeadTitle    string  `bun:"head_title"`
	HeadPhone    string  `bun:"head_phone"`
	HeadEmail    string  `bun:"head_email"`
	ContactName  string  `bun:"contact_name"`
	ContactTitle string  `bun:"contact_title"`
	ContactPhone string  `bun:"contact_phone"`
	ContactEmail string  `bun:"contact_email"`
	Hotline      string  `bun:"hotline"`
	Address      string  `bun:"address"`
	Note         string  `bun:"note"`
	Search       string  `bun:"search"`
	Version      int64   `bun:"version"`
	UpdatedAt    db.Time `bun:"updated_at"`
}

type aliasRow struct {
	bun.BaseModel `bun:"table:unit_alias"`

	UnitID ID     `bun:"unit_id,pk"`
	Alias  string `bun:"alias"`
	Key    string `bun:"key,pk"`
}

type successorRow struct {
	bun.BaseModel `bun:"table:unit_successor"`

	UnitID      ID `bun:"unit_id,pk"`
	SuccessorID ID `bun:"successor_id,pk"`
}

type closureRow struct {
	bun.BaseModel `bun:"table:unit_closure"`

	Ancestor   ID `bun:"ancestor,pk"`
	Descendant ID `bun:"descendant,pk"`
}

func toRow(u Unit) row {
	search := append([]string{u.Name, u.ShortName, u.Code, u.Head.Name, u.SecurityContact.Name}, u.Aliases...)
	return row{ID: u.ID, Code: u.Code, CodeKey: i18n.Fold(u.Code), Name: u.Name, NameKey: i18n.Fold(u.Name),
		ShortName: u.ShortName, Kind: u.Kind, ParentID: u.ParentID,
		ValidFrom: fromMillis(u.ValidFrom), ValidUntil: untilMillis(u.ValidTo),
		HeadName: u.Head.Name, HeadTitle: u.Head.Title, HeadPhone: u.Head.Phone, HeadEmail: u.Head.Email,
		ContactName: u.SecurityContact.Name, ContactTitle: u.SecurityContact.Title,
		ContactPhone: u.SecurityContact.Phone, ContactEmail: u.SecurityContact.Email,
		Hotline: u.Hotline, Address: u.Address, Note: u.Note, Search: i18n.Fold(strings.Join(search, " | ")),
		Version: u.Version, UpdatedAt: db.At(u.UpdatedAt)}
}

func (r row) unit() Unit {
	return Unit{ID: r.ID, Code: r.Code, Name: r.Name, ShortName: r.ShortName, Kind: r.Kind, ParentID: r.ParentID,
		ValidFrom: fromDay(r.ValidFrom), ValidTo: untilDay(r.ValidUntil),
		Head:            Contact{r.HeadName, r.HeadTitle, r.HeadPhone, r.HeadEmail},
		SecurityContact: Contact{r.ContactName, r.ContactTitle, r.ContactPhone, r.ContactEmail},
		Hotline:         r.Hotline, Address: r.Address, Note: r.Note, Version: r.Version, UpdatedAt: r.UpdatedAt.Time}
}

// get loads one unit of the scope with its links; sql.ErrNoRows when there is
// none.
func get(ctx context.Context, q bun.IDB, scope auth.Scope, id ID) (Unit, error) {
	var r row
	if err := scope.Filter(q.NewSelect().Model(&r).Where("u.id = ?", id), "u.id").Scan(ctx); err != nil {
		return Unit{}, err
	}
	list := []Unit{r.unit()}
	err := link(ctx, q, list)
	return list[0], err
}

// load loads every unit of the scope with its links, by name.
func load(ctx context.Context, q bun.IDB, scope auth.Scope) ([]Unit, error) {
	var rows []row
	if err := scope.Filter(q.NewSelect().Model(&rows), "u.id").Order("u.name_key", "u.id").Scan(ctx); err != nil {
		return nil, err
	}
	list := units(rows)
	return list, link(ctx, q, list)
}

func units(rows []row) []Unit {
	list := make([]Unit, len(rows))
	for i, r := range rows {
		list[i] = r.unit()
	}
	return list
}

// link fills in the aliases, successors and predecessors of list, which the
// caller has read within the scope.
func link(ctx context.Context, q bun.IDB, list []Unit) error {
	if len(list) == 0 {
		return nil
	}
	at, ids := map[ID]*Unit{}, make([]ID, len(list))
	for i := range list {
		at[list[i].ID], ids[i] = &list[i], list[i].ID
	}
	var aliases []aliasRow
	if err := q.NewSelect().Model(&aliases).Where("unit_id IN (?)", bun.List(ids)).Order("alias").Scan(ctx); err != nil {
		return err
	}
	for _, a := range aliases {
		at[a.UnitID].Aliases = append(at[a.UnitID].Aliases, a.Alias)
	}
	for _, u := range at {
		slices.Sort(u.Aliases) // by bytes, as clean does; the engine may collate
	}
	var links []successorRow
	err := q.NewSelect().Model(&links).WhereOr("unit_id IN (?)", bun.List(ids)).WhereOr("successor_id IN (?)", bun.List(ids)).
		Order("unit_id", "successor_id").Scan(ctx)
	for _, l := range links {
		if u := at[l.UnitID]; u != nil {
			u.SuccessorIDs = append(u.SuccessorIDs, l.SuccessorID)
		}
		if u := at[l.SuccessorID]; u != nil {
			u.PredecessorIDs = append(u.PredecessorIDs, l.UnitID)
		}
	}
	return err
}

// insert writes a new unit with its aliases.
func insert(ctx context.Context, tx bun.IDB, u Unit) error {
	r := toRow(u)
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return err
	}
	return insertAliases(ctx, tx, u)
}

// replace writes all columns of u over its row, and its aliases.
func replace(ctx context.Context, tx bun.IDB, u Unit) error {
	r := toRow(u)
	if _, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model((*aliasRow)(nil)).Where("unit_id = ?", u.ID).Exec(ctx); err != nil {
		return err
	}
	return insertAliases(ctx, tx, u)
}

func insertAliases(ctx context.Context, tx bun.IDB, u Unit) error {
	if len(u.Aliases) == 0 {
		return nil
	}
	rows := make([]aliasRow, len(u.Aliases))
	for i, a := range u.Aliases {
		rows[i] = aliasRow{UnitID: u.ID, Alias: a, Key: i18n.Fold(a)}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// codeTaken reports whether another unit has the code. It looks beyond the
// actor's scope: a code is one body's wherever it stands.
func codeTaken(ctx context.Context, q bun.IDB, code string, but ID) (bool, error) {
	if code == "" {
		return false, nil
	}
	return q.NewSelect().Model((*row)(nil)).Where("u.code_key = ?", i18n.Fold(code)).Where("u.id <> ?", but).Exists(ctx)
}

// siblingNamed reports whether another unit under the same parent has the name
// at some time in the span.
func siblingNamed(ctx context.Context, q bun.IDB, u Unit) (bool, error) {
	return q.NewSelect().Model((*row)(nil)).Where("u.parent_id = ?", u.ParentID).Where("u.name_key = ?", i18n.Fold(u.Name)).
		Where("u.id <> ?", u.ID).Where("u.valid_from < ?", untilMillis(u.ValidTo)).
		Where("u.valid_until > ?", fromMillis(u.ValidFrom)).Exists(ctx)
}

// endOf is the instant at which a unit ends, in milliseconds.
func endOf(ctx context.Context, q bun.IDB, id ID) (ms int64, err error) {
	err = q.NewSelect().Model((*row)(nil)).Column("valid_until").Where("u.id = ?", id).Scan(ctx, &ms)
	return ms, err
}

// lastChildUntil is the latest instant at which a child of id still exists,
// in milliseconds; dawn when there is no child.
func lastChildUntil(ctx context.Context, q bun.IDB, id ID) (int64, error) {
	var ms int64
	err := q.NewSelect().Model((*row)(nil)).ColumnExpr("COALESCE(MAX(u.valid_until), ?)", dawn).
		Where("u.parent_id = ?", id).Scan(ctx, &ms)
	return ms, err
}

// relink brings unit_closure in line with the tree and the successors. An
// unchanged tree writes nothing.
func relink(ctx context.Context, tx bun.IDB) error {
	var nodes []row
	if err := tx.NewSelect().Model(&nodes).Column("id", "parent_id").Scan(ctx); err != nil {
		return err
	}
	var links []successorRow
	if err := tx.NewSelect().Model(&links).Scan(ctx); err != nil {
		return err
	}
	var old []closureRow
	if err := tx.NewSelect().Model(&old).Scan(ctx); err != nil {
		return err
	}
	parents, predecessors := make(map[ID]ID, len(nodes)), map[ID][]ID{}
	for _, n := range nodes {
		parents[n.ID] = n.ParentID
	}
	for _, l := range links {
		predecessors[l.SuccessorID] = append(predecessors[l.SuccessorID], l.UnitID)
	}
	want, err := closure(parents, predecessors)
	if err != nil {
		return err
	}
	gone := map[ID][]ID{}
	for _, o := range old {
		if p := (pair{o.Ancestor, o.Descendant}); want[p] {
			delete(want, p)
		} else {
			gone[o.Ancestor] = append(gone[o.Ancestor], o.Descendant)
		}
	}
	for ancestor, list := range gone {
		_, err := tx.NewDelete().Model((*closureRow)(nil)).Where("ancestor = ?", ancestor).
			Where("descendant IN (?)", bun.List(list)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	if len(gone)+len(want) == 0 {
		return nil
	}
	if err := insertClosure(ctx, tx, want); err != nil {
		return err
	}
	return replanAll(ctx, tx)
}

func insertClosure(ctx context.Context, tx bun.IDB, want map[pair]bool) error {
	var rows []closureRow
	for p := range maps.Keys(want) {
		rows = append(rows, closureRow{Ancestor: p.Ancestor, Descendant: p.Descendant})
	}
	for batch := range slices.Chunk(rows, 1000) {
		if _, err := tx.NewInsert().Model(&batch).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// under reports whether one of two units lies under the other.
func under(ctx context.Context, q bun.IDB, a, b ID) (bool, error) {
	return q.NewSelect().Model((*closureRow)(nil)).WhereOr("(ancestor = ? AND descendant = ?)", a, b).
		WhereOr("(ancestor = ? AND descendant = ?)", b, a).Exists(ctx)
}

// names gives the labels of those of ids that lie in the scope.
func names(ctx context.Context, q bun.IDB, scope auth.Scope, ids []ID) (map[ID]string, error) {
	out := map[ID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []row
	sel := q.NewSelect().Model(&rows).Column("id", "name", "short_name").Where("u.id IN (?)", bun.List(ids))
	if err := scope.Filter(sel, "u.id").Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.ID] = r.unit().Label()
	}
	return out, nil
}

// stamp marks u as changed at now.
func (u *Unit) stamp(now time.Time) {
	u.Version++
	u.UpdatedAt = db.At(now).Time
}
