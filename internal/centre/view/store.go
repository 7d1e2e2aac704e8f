// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package view

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

type row struct {
	bun.BaseModel `bun:"table:list_view,alias:v"`

	ID        string  `bun:"id,pk"`
	OwnerID   string  `bun:"owner_id"`
	OwnerName string  `bun:"owner_name"`
	Path      string  `bun:"path"`
	Query     string  `bun:"query"`
	Name      string  `bun:"name"`
	Note      string  `bun:"note"`
	Shared    string  `bun:"shared_unit"`
	CreatedAt db.Time `bun:"created_at"`
	Version   int64   `bun:"version"`
}

type firstRow struct {
	bun.BaseModel `bun:"table:list_first,alias:lf"`

	AccountID string `bun:"account_id,pk"`
	Path      string `bun:"path,pk"`
	ViewID    string `bun:"view_id"`
}

func toRow(v View) row {
	return row{ID: string(v.ID), OwnerID: v.Owner, OwnerName: v.OwnerName, Path: v.Path, Query: v.Query, Name: v.Name, Note: v.Note, Shared: v.Shared,
		CreatedAt: db.At(v.CreatedAt), Version: v.Version}
}

func (r row) view() View {
	return View{ID: ID(r.ID), Owner: r.OwnerID, OwnerName: r.OwnerName, Path: r.Path, Query: r.Query, Name: r.Name, Note: r.Note, Shared: r.Shared,
		CreatedAt: r.CreatedAt.Time, Version: r.Version}
}

// usable narrows q, a query on list_view AS v, to what a may use: its own
// views, and those shared with a unit that a belongs to, or with one above it.
func usable(q *bun.SelectQuery, a auth.Actor) *bun.SelectQuery {
	units := []string{a.Home}
	for _, g := range a.Grants {
		units = append(units, g.Unit)
	}
	return q.Where("(v.owner_id = ? OR (v.shared_unit <> '' AND v.shared_unit IN "+
		"(SELECT ancestor FROM unit_closure WHERE descendant IN (?))))", a.ID, bun.List(units))
}

func get(ctx context.Context, q bun.IDB, a auth.Actor, id ID) (View, error) {
	var r row
	err := usable(q.NewSelect().Model(&r).Where("v.id = ?", string(id)), a).Scan(ctx)
	return r.view(), db.Error("view.get", err)
}

// list gives the views that a may use at path, or everywhere when path is
// empty: those of a first, by name.
func list(ctx context.Context, q bun.IDB, a auth.Actor, path string) ([]View, error) {
	var rows []struct {
		row   `bun:",extend"`
		First string `bun:"first_of"`
	}
	sel := usable(q.NewSelect().Model(&rows).ModelTableExpr("list_view AS v"), a).ColumnExpr("v.*").
		ColumnExpr("COALESCE((SELECT lf.account_id FROM list_first lf WHERE lf.view_id = v.id AND lf.account_id = ?), '') AS first_of", a.ID).
		OrderExpr("v.path, CASE WHEN v.owner_id = ? THEN 0 ELSE 1 END, v.name, v.id", a.ID).Limit(500)
	if path != "" {
		sel = sel.Where("v.path = ?", path)
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, db.Error("view.list", err)
	}
	out := make([]View, len(rows))
	for i, r := range rows {
		out[i] = r.view()
		out[i].First, out[i].Mine = r.First != "", r.OwnerID == a.ID
	}
	return out, nil
}

// first is the query of the view that opens first for a at path.
func first(ctx context.Context, q bun.IDB, a auth.Actor, path string) (string, error) {
	var rows []row
	err := usable(q.NewSelect().Model(&rows).Where("v.path = ?", path).
		Where("v.id IN (SELECT lf.view_id FROM list_first lf WHERE lf.account_id = ? AND lf.path = ?)", a.ID, path), a).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return "", db.Error("view.first", err)
	}
	return rows[0].Query, nil
}

func setFirst(ctx context.Context, tx *db.Tx, a auth.Actor, path string, id ID) error {
	const op = "view.setFirst"
	if _, err := tx.NewDelete().Model((*firstRow)(nil)).Where("account_id = ?", a.ID).Where("path = ?", path).Exec(ctx); err != nil {
		return db.Error(op, err)
	}
	if id == "" {
		return nil
	}
	_, err := tx.NewInsert().Model(&firstRow{AccountID: a.ID, Path: path, ViewID: string(id)}).Exec(ctx)
	return db.Error(op, err)
}

func insert(ctx context.Context, tx *db.Tx, v View) error {
	r := toRow(v)
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("view.insert", err)
}

// update writes v, whose version is one above the row's.
func update(ctx context.Context, tx *db.Tx, v View) error {
	r := toRow(v)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", v.Version-1).Exec(ctx)
	if err != nil {
		return db.Error("view.update", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: "view.update", Err: err}
	}
	return nil
}

func remove(ctx context.Context, tx *db.Tx, id ID) error {
	if _, err := tx.NewDelete().Model((*firstRow)(nil)).Where("view_id = ?", string(id)).Exec(ctx); err != nil {
		return db.Error("view.remove", err)
	}
	_, err := tx.NewDelete().Model((*row)(nil)).Where("id = ?", string(id)).Exec(ctx)
	return db.Error("view.remove", err)
}
