// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package audit writes who did what to which record, in the same transaction
// as the change itself: db.DB.Write refuses to commit without it. Entries are
// only ever added. A Sealer chains committed entries once a second (chaining
// inside each transaction costs several times the throughput), Verify says what
// was changed behind the program's back. Start at Add, Sealer and Verify.
package audit

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Migrations hold the schema of the trail.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Entry is one act. Object names the record acted on, Unit the unit it belongs
// to (empty when none). Detail is what changed, as JSON of a few named values;
// it never holds a password, a token or the content of a log line.
type Entry struct {
	Action string // "incident.open"; the use case, dotted, stable
	Kind   string // "incident"; the noun
	Object string // the record's id
	Unit   string
	Detail map[string]any
}

// Row is an entry at rest.
type Row struct {
	bun.BaseModel `bun:"table:audit_entry"`

	ID        string  `bun:"id,pk"`
	At        db.Time `bun:"at"`
	ActorID   string  `bun:"actor_id"`
	ActorName string  `bun:"actor_name"`
	Action    string  `bun:"action"`
	Kind      string  `bun:"kind"`
	Object    string  `bun:"object"`
	UnitID    string  `bun:"unit_id"`
	Detail    string  `bun:"detail"`
	Elevated  string  `bun:"elevated"` // break-glass record under which the actor acted; empty otherwise
}

// pendingRow is an entry that waits for its seal.
type pendingRow struct {
	bun.BaseModel `bun:"table:audit_pending"`

	EntryID string `bun:"entry_id,pk"`
}

// Add writes e into tx as the act of the context's actor at now. Without an
// actor in the context the system itself is named.
func Add(ctx context.Context, tx *db.Tx, now time.Time, e Entry) error {
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	if e.Detail == nil {
		detail = []byte("{}")
	}
	row := Row{ID: db.NewID(), At: db.At(now), ActorID: "system", ActorName: "system", Action: e.Action,
		Kind: e.Kind, Object: e.Object, UnitID: e.Unit, Detail: string(detail)}
	if actor, ok := auth.From(ctx); ok {
		row.ActorID, row.ActorName, row.Elevated = actor.ID, actor.Name, actor.Elevated
	}
	if err := db.Put(ctx, tx, "", row); err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	if err := db.Put(ctx, tx, "", pendingRow{EntryID: row.ID}); err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	tx.MarkAudited()
	return nil
}

// Of lists the entries of one record, newest first, at most limit. The caller
// has checked that the reader may see the record.
func Of(ctx context.Context, d *db.DB, kind, object string, limit int) ([]Row, error) {
	var rows []Row
	err := d.Read().NewSelect().Model(&rows).Where("kind = ?", kind).Where("object = ?", object).
		Order("id DESC").Limit(int64(limit)).Scan(ctx)
	return rows, db.Error("audit.Of", err)
}
