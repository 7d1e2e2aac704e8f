// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

type wayRow struct {
	bun.BaseModel `bun:"table:source_way,alias:w"`

	ID          string  `bun:"id,pk"`
	Source      string  `bun:"source_id"`
	Owner       string  `bun:"owner_unit"`
	Kind        string  `bun:"kind"`
	Listener    string  `bun:"listener"`
	Network     string  `bun:"network"`
	Host        string  `bun:"host"`
	Relay       bool    `bun:"relay"`
	Certificate string  `bun:"certificate"`
	Token       string  `bun:"token"`
	TokenAt     db.Time `bun:"token_at"`
	Path        string  `bun:"path"`
	Lines       int64   `bun:"lines_a_second"`
	Bytes       int64   `bun:"bytes_a_second"`
	Closed      bool    `bun:"closed"`
	Note        string  `bun:"note"`
	CreatedAt   db.Time `bun:"created_at"`
	Version     int64   `bun:"version"`
	Fits        string  `bun:"fits"`
}

func toWayRow(w Way) wayRow {
	r := wayRow{ID: string(w.ID), Source: string(w.Source), Owner: w.Owner, Kind: string(w.Kind), Listener: w.Listener, Network: w.Network,
		Host: w.Host, Relay: w.Relay, Certificate: w.Certificate, Token: w.token, TokenAt: db.At(w.TokenAt), Path: w.Path, Lines: w.Lines, Bytes: w.Bytes,
		Closed: w.Off, Note: w.Note, CreatedAt: db.At(w.CreatedAt), Version: w.Version, Fits: w.fits()}
	if w.Off { // stands in nobody's way
		r.Fits = r.ID
	}
	return r
}

func (r wayRow) way() Way {
	return Way{ID: WayID(r.ID), Source: ID(r.Source), Owner: r.Owner, Kind: WayKind(r.Kind), Listener: r.Listener, Network: r.Network,
		Host: r.Host, Relay: r.Relay, Certificate: r.Certificate, token: r.Token, TokenAt: r.TokenAt.Time, Path: r.Path, Lines: r.Lines, Bytes: r.Bytes,
		Off: r.Closed, Note: r.Note, CreatedAt: r.CreatedAt.Time, Version: r.Version}
}

func waysFrom(rows []wayRow) []Way {
	out := make([]Way, len(rows))
	for i, r := range rows {
		out[i] = r.way()
	}
	return out
}

// waysOn are all ways that are on, of sources that are open.
func waysOn(ctx context.Context, q bun.IDB) ([]Way, error) {
	var rows []wayRow
	err := q.NewSelect().Model(&rows).Where("NOT w.closed").Where("w.source_id IN (SELECT s.id FROM source AS s WHERE NOT s.closed)").
		OrderExpr("w.id").Scan(ctx)
	return waysFrom(rows), db.Error("source.waysOn", err)
}

func waysOf(ctx context.Context, q bun.IDB, scope auth.Scope, source ID) ([]Way, error) {
	var rows []wayRow
	err := scope.Filter(q.NewSelect().Model(&rows).Where("w.source_id = ?", string(source)), "w.owner_unit").OrderExpr("w.id").Scan(ctx)
	return waysFrom(rows), db.Error("source.waysOf", err)
}

func getWay(ctx context.Context, q bun.IDB, scope auth.Scope, id WayID) (Way, error) {
	var r wayRow
	err := scope.Filter(q.NewSelect().Model(&r).Where("w.id = ?", string(id)), "w.owner_unit").Scan(ctx)
	return r.way(), db.Error("source.getWay", err)
}

func insertWay(ctx context.Context, tx *db.Tx, w Way) error {
	r := toWayRow(w)
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return clash(db.Error("source.insertWay", err))
}

func updateWay(ctx context.Context, tx *db.Tx, w Way, was int64) error {
	const op = "source.updateWay"
	r := toWayRow(w)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Exec(ctx)
	if err != nil {
		return clash(db.Error(op, err))
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// clash says to a person that another way already fits the same senders.
// Whose it is stays unsaid: it may be another unit's.
func clash(err error) error {
	if err != nil && fault.Is(err, fault.Conflict) && db.IsDuplicate(fault.Of(err).Err) {
		return fault.Bad("source.way", "", "source.way.bad.clash")
	}
	return err
}
