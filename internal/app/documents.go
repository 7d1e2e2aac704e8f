// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/search"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// documents builds the register of papers.
func (a *App) documents() *document.Service {
	s := document.New(a.exchanging(document.Deps{Records: a.Records, Files: a.Files, Now: a.opt.Now, Limit: a.opt.Config.Documents.Limit, Codes: a.documentCodes, Sheet: unit.Tables,
		People: a.documentPeople, Verify: a.verifyDocument, Drafts: drafts{a}, Issued: a.paperIssued}))
	a.behind.every(15*time.Minute, "remind of receipts", s.TellUnreceipted)
	return s
}

// verifyDocument says what the signatures of a file are worth and, of a signed
// file, whether it is what was given to be signed. While no authority is trusted
// a stamp cannot be told from tampering: a difference is then said, and only a
// broken signature is bad.
func (a *App) verifyDocument(ctx context.Context, f document.File, r, original io.Reader) (document.Report, error) {
	trust, err := a.Rooms.Signatures.Trust(ctx)
	if err != nil {
		return document.Report{}, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return document.Report{}, err
	}
	now, verify, compare := a.opt.Now(), signature.VerifyPDF, signature.SamePDF
	if f.Kind == paperfile.XML {
		verify = signature.VerifyXML
		compare = func(original, signed []byte, _ signature.Trust, _ time.Time) (signature.Same, error) {
			same, _, err := signature.SameXML(original, signed)
			return signature.Same{Same: same}, err
		}
	}
	found, err := verify(data, trust, now)
	if err != nil { // a file that cannot be taken apart is no signed one; the reason is the file's
		return document.Report{Text: i18n.T(ctx, "app.signature.unread")}, nil
	}
	if len(found.Signatures) == 0 {
		return document.Report{Text: i18n.T(ctx, "app.signature.none")}, nil
	}
	state := found.State()
	out := document.Report{OK: state == signature.Valid, Bad: state == signature.Broken}
	var say []string
	for _, s := range found.Signatures {
		say = append(say, i18n.T(ctx, "app.signature.one", s.Signer.Name, i18n.T(ctx, "esign.verdict."+string(s.State))))
	}
	if original != nil {
		given, err := io.ReadAll(original)
		if err != nil {
			return document.Report{}, err
		}
		same, err := compare(given, data, trust, now)
		switch {
		case err != nil:
			out.OK = false
			say = append(say, i18n.T(ctx, "app.signature.uncompared"))
		case same.Same:
			say = append(say, i18n.T(ctx, "app.signature.same"))
		default:
			out.OK, out.Bad = false, out.Bad || len(trust.Roots) > 0
			say = append(say, i18n.T(ctx, "app.signature.differs"))
		}
	}
	out.Text = strings.Join(say, "; ")
	return out, nil
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
	err := q.NewSelect().TableExpr("(?) AS r", account.InForce(q, a.opt.Now())).ColumnExpr("DISTINCT a.id, a.name, a.signed_in_at IS NULL AS never").
		Join("JOIN account AS a ON a.id = r.account_id").Where("NOT a.disabled").Where("r.role IN (?)", bun.List(roles)).
		Where("r.unit_id = ?", unit).OrderExpr("a.name, a.id").Scan(ctx, &out)
	return out, db.Error("app.documentPeople", err)
}

// documentNeighbours are what the pages of papers show of other rooms.
func (a *App) documentNeighbours() document.Around {
	return document.Around{UnitNames: unitNames{a}.Names, Units: a.unitOptions, Acts: a.signHere, Duties: a.paperDuties}
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
