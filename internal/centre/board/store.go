// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Acceptance is that the head of a unit took on the duties of a directive.
type Acceptance struct {
	Directive string
	Unit      string
	Head      string // who was the head then
	HeadTitle string
	Reference string // the paper it was signed on; may be empty
	By        string // who recorded it
	At        time.Time
}

type acceptanceRow struct {
	bun.BaseModel `bun:"table:board_acceptance,alias:a"`

	ID        string  `bun:"id,pk"`
	Directive string  `bun:"directive_id"`
	Unit      string  `bun:"unit_id"`
	Head      string  `bun:"head"`
	HeadTitle string  `bun:"head_title"`
	Reference string  `bun:"reference"`
	ByID      string  `bun:"by_id"`
	ByName    string  `bun:"by_name"`
	At        db.Time `bun:"at"`
}

// acceptances are those of a unit, the newest first. The caller has checked that
// the actor may see the unit.
func acceptances(ctx context.Context, q bun.IDB, unit string) ([]Acceptance, error) {
	var rows []acceptanceRow
	if err := q.NewSelect().Model(&rows).Where("a.unit_id = ?", unit).OrderExpr("a.at DESC, a.id DESC").Scan(ctx); err != nil {
		return nil, db.Error("board.acceptances", err)
	}
	out := make([]Acceptance, len(rows))
	for i, r := range rows {
		out[i] = Acceptance{Directive: r.Directive, Unit: r.Unit, Head: r.Head, HeadTitle: r.HeadTitle, Reference: r.Reference, By: r.ByName, At: r.At.Time}
	}
	return out, nil
}

type urgeRow struct {
	bun.BaseModel `bun:"table:board_urge,alias:g"`

	ID        string  `bun:"id,pk"`
	Directive string  `bun:"directive_id"`
	Unit      string  `bun:"unit_id"`
	Owed      int64   `bun:"owed"`
	ByID      string  `bun:"by_id"`
	ByName    string  `bun:"by_name"`
	At        db.Time `bun:"at"`
}

// lastUrged is when each unit was last urged for a directive. It is shown beside
// units the actor sees.
func lastUrged(ctx context.Context, q bun.IDB, directive string) (map[string]time.Time, error) {
	var rows []struct {
		Unit string  `bun:"unit_id"`
		At   db.Time `bun:"at"`
	}
	err := q.NewSelect().Model((*urgeRow)(nil)).Column("g.unit_id").ColumnExpr("MAX(g.at) AS at").Where("g.directive_id = ?", directive).
		GroupExpr("g.unit_id").Scan(ctx, &rows)
	if err != nil {
		return nil, db.Error("board.lastUrged", err)
	}
	out := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		out[r.Unit] = r.At.Time
	}
	return out, nil
}
