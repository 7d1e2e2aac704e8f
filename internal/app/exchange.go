// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file gives the register of papers what it asks of others about the
// document axis: which body a unit is there, and who counts what was exchanged.

// exchanging sets the functions of the axis.
func (a *App) exchanging(d document.Deps) document.Deps {
	d.Organ, d.OrganNamed, d.Exchanged = a.organ, a.organNamed, a.exchanged
	return d
}

// organ is a unit as a body on the axis: its name and its own identifier.
func (a *App) organ(ctx context.Context, unit string) (document.Organ, error) {
	var rows []struct{ Name, Code string }
	err := a.Records.Read().NewSelect().Table("unit").Column("name", "code").Where("id = ?", unit).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return document.Organ{}, db.Error("app.organ", err)
	}
	return document.Organ{ID: rows[0].Code, Name: rows[0].Name}, nil
}

// organNamed is the identifier of the unit of that name or alias in the actor's
// scope, "" where none or several have it.
func (a *App) organNamed(ctx context.Context, name string) (string, error) {
	ids, err := a.unitNamed(ctx, name)
	if err != nil || len(ids) != 1 {
		return "", err
	}
	o, err := a.organ(ctx, ids[0])
	return o.ID, err
}

// exchanged counts a paper that a unit of ours sent over the axis among its
// issued ones, signed or not.
func (a *App) exchanged(ctx context.Context, organ string, message []byte) (func(ctx context.Context, tx *db.Tx) error, error) {
	if organ == "" {
		return nil, nil
	}
	var ids []string
	err := a.Records.Read().NewSelect().Table("unit").Column("id").Where("code = ?", organ).Limit(2).Scan(ctx, &ids)
	if err != nil || len(ids) != 1 {
		return nil, db.Error("app.exchanged", err)
	}
	return a.Rooms.Signatures.MessageOf(ctx, ids[0], message)
}
