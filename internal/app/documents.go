// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/search"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// documents builds the register of papers. Nobody checks signatures yet, and
// nobody waits for a paper to be issued: Verify and Issued stay nil.
func (a *App) documents() *document.Service {
	return document.New(document.Deps{Records: a.Records, Files: a.Files, Now: a.opt.Now, Limit: a.opt.Config.Documents.Limit, Codes: a.documentCodes, Sheet: unit.Tables,
		People: a.documentPeople})
}

// documentCodes are the code lists of the pack in force.
func (a *App) documentCodes(ctx context.Context) document.Codes {
	pack, lang := a.pack(), i18n.Lang(ctx)
	list := func(id string) (out []document.Code) {
		l, _ := pack.CodeList(id)
		for _, c := range l.Items {
			out = append(out, document.Code{ID: c.ID, Label: c.Label.In(lang)})
		}
		return out
	}
	return document.Codes{Kinds: list("CL-document-kind"), Urgencies: list("CL-urgency"), Channels: list("CL-channel"), Relations: list("CL-document-basis")}
}

// documentPeople are those who hold one of needs in unit itself now: a body's
// papers are agreed and signed by its own people.
func (a *App) documentPeople(ctx context.Context, q bun.IDB, unit string, needs ...auth.Permission) ([]document.Person, error) {
	roles := rolesThat(needs)
	if len(roles) == 0 {
		return nil, nil
	}
	var out []document.Person
	err := q.NewSelect().TableExpr("(?) AS r", account.InForce(q, a.opt.Now())).ColumnExpr("DISTINCT a.id, a.name").
		Join("JOIN account AS a ON a.id = r.account_id").Where("NOT a.disabled").Where("r.role IN (?)", bun.List(roles)).
		Where("r.unit_id = ?", unit).OrderExpr("a.name, a.id").Scan(ctx, &out)
	return out, db.Error("app.documentPeople", err)
}

// documentNeighbours are what the pages of papers show of other rooms.
func (a *App) documentNeighbours() document.Around {
	return document.Around{UnitNames: unitNames{a}.Names, Units: a.unitOptions}
}

// findDocuments finds papers by number, subject, bodies and people.
func (a *App) findDocuments(ctx context.Context, q search.Query, limit int) ([]search.Hit, int64, error) {
	page, err := a.Rooms.Documents.List(ctx, document.Filter{Query: q.Text, Limit: limit})
	var out []search.Hit
	for _, d := range page.Rows {
		out = append(out, search.Hit{Title: d.Subject, Detail: d.Code(), Href: document.Path + "/" + string(d.ID)})
	}
	return out, page.Total, err
}
