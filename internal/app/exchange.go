// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"strconv"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file gives the register of papers what it asks of others about the
// document axis: which body a unit is there, and who counts what was exchanged.

// exchanging sets the functions of the axis and of receipts.
func (a *App) exchanging(d document.Deps) document.Deps {
	d.Organ, d.OrganNamed, d.Exchanged, d.Unreceipted = a.organ, a.organNamed, a.exchanged, a.tellUnreceipted
	d.Official = func(ctx context.Context) context.Context { return i18n.With(ctx, a.catalogue, i18n.Vietnamese) }
	return d
}

var maySendPapers = auth.Permission{Area: auth.Documents, Act: auth.Send}

// tellUnreceipted tells who sent a paper that receipts are missing, or who may
// send for the unit where that person no longer may.
func (a *App) tellUnreceipted(ctx context.Context, tx *db.Tx, u document.Unreceipted) error {
	d := u.Document
	n := notice.Notice{Kind: "document.unreceipted", Unit: d.Unit, Object: string(d.ID), Href: document.Path + "/" + string(d.ID), Dedupe: u.Once,
		Args: []notice.Arg{notice.Word(cmp.Or(d.Code(), d.Subject)), notice.Word(strconv.Itoa(u.Days)), notice.Word(strconv.FormatInt(u.N, 10))}}
	if u.SenderID != "" {
		still, err := a.holders(ctx, tx, d.Unit, []auth.Permission{maySendPapers}, u.SenderID)
		if err != nil {
			return err
		}
		n.To = still
	}
	return a.Rooms.Notices.Post(ctx, tx, n)
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
