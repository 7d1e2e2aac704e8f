// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// SealedRow is an entry with its place in the chain.
type SealedRow struct {
	Seq  int64
	Hash string
	Row
}

// Sealed lists entries whose number is above after, in order, at most limit: a
// reader that keeps the last number misses none and sees none twice. narrow may
// add conditions on the entry, alias e; nil adds none.
func Sealed(ctx context.Context, d *db.DB, after int64, limit int, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]SealedRow, error) {
	rows, err := chained(ctx, d.Read(), "JOIN", func(q *bun.SelectQuery) *bun.SelectQuery {
		if narrow != nil {
			q = narrow(q)
		}
		return q.Where("s.seq > ?", after).Order("s.seq").Limit(int64(limit))
	})
	return sealedRows(rows), err
}

// Select lists entries, sealed or not, as build asks: alias e is the entry, s its
// seal. Seq and Hash of those that wait for their seal are zero.
func Select(ctx context.Context, q bun.IDB, build func(*bun.SelectQuery) *bun.SelectQuery) ([]SealedRow, error) {
	var rows []joined
	sel := q.NewSelect().TableExpr("audit_entry AS e").Join("LEFT JOIN audit_seal AS s ON s.entry_id = e.id").ColumnExpr("e.*").
		ColumnExpr("COALESCE(s.seq, 0) AS seq, COALESCE(s.hash, '') AS hash")
	err := build(sel).Scan(ctx, &rows)
	return sealedRows(rows), db.Error("audit.Select", err)
}

func sealedRows(rows []joined) []SealedRow {
	out := make([]SealedRow, len(rows))
	for i, r := range rows {
		out[i] = SealedRow{r.Seq, r.Hash, r.row()}
	}
	return out
}

// HashOf is the hash of entry number seq; empty for 0, the start of the chain.
func HashOf(ctx context.Context, q bun.IDB, seq int64) (hash string, err error) {
	if seq == 0 {
		return "", nil
	}
	err = q.NewSelect().Model((*sealRow)(nil)).Column("hash").Where("seq = ?", seq).Scan(ctx, &hash)
	return hash, db.Error("audit.HashOf", err)
}

// joined is a seal and what it seals; the entry's part is empty when it is gone.
type joined struct {
	Seq       int64  `bun:"seq"`
	EntryID   string `bun:"entry_id"`
	Hash      string `bun:"hash"`
	Signature string `bun:"signature"`

	ID        string  `bun:"id"`
	At        db.Time `bun:"at"`
	ActorID   string  `bun:"actor_id"`
	ActorName string  `bun:"actor_name"`
	Action    string  `bun:"action"`
	Kind      string  `bun:"kind"`
	Object    string  `bun:"object"`
	UnitID    string  `bun:"unit_id"`
	Detail    string  `bun:"detail"`
	Elevated  string  `bun:"elevated"`
}

func (j joined) row() Row {
	return Row{ID: j.ID, At: j.At, ActorID: j.ActorID, ActorName: j.ActorName, Action: j.Action, Kind: j.Kind,
		Object: j.Object, UnitID: j.UnitID, Detail: j.Detail, Elevated: j.Elevated}
}

func chained(ctx context.Context, q bun.IDB, join string, build func(*bun.SelectQuery) *bun.SelectQuery) ([]joined, error) {
	sel := q.NewSelect().TableExpr("audit_seal AS s").Join(join + " audit_entry AS e ON e.id = s.entry_id").
		ColumnExpr("s.seq, s.entry_id, s.hash, s.signature, e.at")
	for _, c := range []string{"id", "actor_id", "actor_name", "action", "kind", "object", "unit_id", "detail", "elevated"} {
		sel.ColumnExpr("COALESCE(e." + c + ", '') AS " + c)
	}
	var rows []joined
	err := build(sel).Scan(ctx, &rows)
	return rows, db.Error("audit.chained", err)
}
