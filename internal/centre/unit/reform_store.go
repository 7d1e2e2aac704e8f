// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type reformRow struct {
	bun.BaseModel `bun:"table:unit_reform,alias:f"`

	ID          ReformID    `bun:"id,pk"`
	Kind        ReformKind  `bun:"kind"`
	State       ReformState `bun:"state"`
	Starts      int64       `bun:"starts"`
	Basis       string      `bun:"basis"`
	BasisDay    string      `bun:"basis_day"`
	Note        string      `bun:"note"`
	Spec        string      `bun:"spec"`
	Done        string      `bun:"done"`
	Problem     string      `bun:"problem"`
	Title       string      `bun:"title"`
	Search      string      `bun:"search"`
	CreatedID   string      `bun:"created_id"`
	CreatedName string      `bun:"created_name"`
	CreatedAt   db.Time     `bun:"created_at"`
	SettledID   string      `bun:"settled_id"`
	SettledName string      `bun:"settled_name"`
	SettledAt   db.Time     `bun:"settled_at"`
	Version     int64       `bun:"version"`
}

type reformUnitRow struct {
	bun.BaseModel `bun:"table:unit_reform_unit"`

	ReformID ReformID `bun:"reform_id,pk"`
	UnitID   ID       `bun:"unit_id,pk"`
}

func (r reformRow) reform() (Reform, error) {
	f := Reform{ID: r.ID, Kind: r.Kind, State: r.State, From: fromDay(r.Starts), Basis: r.Basis, Note: r.Note, Problem: r.Problem,
		Title: r.Title, CreatedBy: r.CreatedName, SettledBy: r.SettledName, CreatedAt: r.CreatedAt.Time, SettledAt: r.SettledAt.Time, Version: r.Version}
	if r.BasisDay != "" {
		d, err := calendar.ParseDate(r.BasisDay)
		if err != nil {
			return Reform{}, fmt.Errorf("reform %s: %w", r.ID, err)
		}
		f.BasisDay = d
	}
	if err := json.Unmarshal([]byte(r.Spec), &f.Spec); err != nil {
		return Reform{}, fmt.Errorf("reform %s: %w", r.ID, err)
	}
	if r.Done != "" {
		if err := json.Unmarshal([]byte(r.Done), &f.done); err != nil {
			return Reform{}, fmt.Errorf("reform %s: %w", r.ID, err)
		}
	}
	return f, nil
}

// row is r at rest, without the ids of the people.
func (r Reform) row() (reformRow, error) {
	spec, err := json.Marshal(r.Spec)
	if err != nil {
		return reformRow{}, err
	}
	row := reformRow{ID: r.ID, Kind: r.Kind, State: r.State, Starts: fromMillis(r.From), Basis: r.Basis, BasisDay: r.BasisDay.String(), Note: r.Note,
		Spec: string(spec), Problem: r.Problem, Title: r.Title, Search: i18n.Fold(r.Title + " | " + r.Basis), CreatedName: r.CreatedBy,
		CreatedAt: db.At(r.CreatedAt), SettledName: r.SettledBy, SettledAt: db.At(r.SettledAt), Version: r.Version}
	if r.State == Applied || r.State == Undone {
		raw, err := json.Marshal(r.done)
		if err != nil {
			return reformRow{}, err
		}
		row.Done = string(raw)
	}
	return row, nil
}

// seenReforms narrows q, on unit_reform AS f, to those whose every unit lies in
// the scope.
func seenReforms(q *bun.SelectQuery, scope auth.Scope) *bun.SelectQuery {
	where, args := scope.Where("x.unit_id")
	return q.Where("NOT EXISTS (SELECT 1 FROM unit_reform_unit x WHERE x.reform_id = f.id AND NOT ("+where+"))", args...)
}

func getReform(ctx context.Context, q bun.IDB, scope auth.Scope, id ReformID) (Reform, error) {
	var r reformRow
	if err := seenReforms(q.NewSelect().Model(&r).Where("f.id = ?", id), scope).Scan(ctx); err != nil {
		return Reform{}, err
	}
	return r.reform()
}

// putReform writes r, new or over its row, and the units it names. more are
// units that came into being by it.
func putReform(ctx context.Context, tx bun.IDB, r Reform, by string, more ...ID) error {
	row, err := r.row()
	if err != nil {
		return err
	}
	if r.Version == 1 {
		row.CreatedID = by
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
	} else {
		row.SettledID = by
		_, err = tx.NewUpdate().Model(&row).ExcludeColumn("created_id", "created_name", "created_at").WherePK().Exec(ctx)
	}
	if err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model((*reformUnitRow)(nil)).Where("reform_id = ?", r.ID).Exec(ctx); err != nil {
		return err
	}
	var units []reformUnitRow
	for _, id := range append(r.Spec.named(), more...) {
		units = append(units, reformUnitRow{ReformID: r.ID, UnitID: id})
	}
	_, err = tx.NewInsert().Model(&units).Exec(ctx)
	return err
}

// childrenOn lists the units under id that exist on day d or later.
func childrenOn(ctx context.Context, q bun.IDB, id ID, d calendar.Date) (list []ID, err error) {
	err = q.NewSelect().Model((*row)(nil)).Column("id").Where("u.parent_id = ?", id).
		Where("u.valid_until > ?", fromMillis(d)).Order("u.name_key", "u.id").Scan(ctx, &list)
	return list, err
}
