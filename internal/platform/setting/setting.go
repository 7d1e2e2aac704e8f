// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package setting keeps what people choose in the pages: one named JSON value
// each, such as the head of papers or the backup folder. What the machine's
// operator chooses stands in platform/config. The caller checks permission and
// value and writes the audit entry. Start at Get and Put.
package setting

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Migrations hold the schema of the settings.
//
//go:embed migrations/*.sql
var Migrations embed.FS

type row struct {
	bun.BaseModel `bun:"table:setting"`

	Name      string  `bun:"name,pk"`
	Value     string  `bun:"value"` // JSON
	UpdatedAt db.Time `bun:"updated_at"`
	UpdatedBy string  `bun:"updated_by"` // account id, or "system"
	Version   int64   `bun:"version"`
}

// Get reads the value called name into v and gives its version. A setting that
// nobody made leaves v alone and has version 0.
func Get(ctx context.Context, q bun.IDB, name string, v any) (version int64, err error) {
	var r row
	err = db.Error("setting.Get", q.NewSelect().Model(&r).Where("name = ?", name).Scan(ctx))
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal([]byte(r.Value), v); err != nil {
		return 0, fmt.Errorf("setting %s: %w", name, err)
	}
	return r.Version, nil
}

// Put writes v as the value called name at now. version is the one Get gave;
// when somebody changed the value since, it fails with fault.Conflict.
func Put(ctx context.Context, tx *db.Tx, now time.Time, name string, version int64, v any) error {
	const op = "setting.Put"
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	r := row{Name: name, Value: string(raw), UpdatedAt: db.At(now), UpdatedBy: "system", Version: version + 1}
	if actor, ok := auth.From(ctx); ok {
		r.UpdatedBy = actor.ID
	}
	if version == 0 {
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		return db.Error(op, err)
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", version).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}
