// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// dutyPapers is the register of documents as obligations ask it: what they rest
// on, and what proves them.
type dutyPapers struct{ *App }

var _ obligation.Papers = dutyPapers{}

// Paper implements obligation.Papers.
func (a dutyPapers) Paper(ctx context.Context, id string) (obligation.Paper, error) {
	const op = "app.dutyPapers.Paper"
	f, err := a.Rooms.Documents.Get(ctx, document.ID(id))
	if err != nil {
		return obligation.Paper{}, err
	}
	if !stands(f.Document) {
		return obligation.Paper{}, fault.Missing(op)
	}
	p := a.paper(ctx, f.Document)
	for _, d := range f.Dispatches {
		p.Sent++
		if !d.ReceivedAt.IsZero() {
			p.Receipts++
		}
	}
	return p, nil
}

// Find implements obligation.Papers.
func (a dutyPapers) Find(ctx context.Context, query string, limit int) ([]obligation.Paper, int64, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Documents, Act: auth.Read}) {
		return nil, 0, nil
	}
	var out []obligation.Paper
	page, err := a.Rooms.Documents.List(ctx, document.Filter{Query: query, Limit: 3 * limit}) // drafts are passed over
	total := page.Total
	for _, d := range page.Rows {
		switch {
		case !stands(d):
			total--
		case len(out) < limit:
			out = append(out, a.paper(ctx, d))
		}
	}
	return out, total, err
}

// stands says that a paper came in or has a number: a draft is cited by nobody.
func stands(d document.Document) bool {
	return d.State == document.Received || d.Number != "" && d.State != document.Draft && d.State != document.Submitted
}

func (a dutyPapers) paper(ctx context.Context, d document.Document) obligation.Paper {
	p := obligation.Paper{ID: string(d.ID), Subject: d.Subject, Issuer: d.Issuer, Href: document.Path + "/" + string(d.ID)}
	kind := d.Kind
	for _, c := range a.documentCodes(ctx).Kinds {
		if c.ID == d.Kind {
			kind, _, _ = strings.Cut(c.Label, " (")
		}
	}
	switch code := d.Code(); {
	case code == "":
		p.Cite = kind + ": " + d.Subject
	case d.Date.IsZero():
		p.Cite = kind + " " + code
	default:
		p.Cite = i18n.T(ctx, "obligation.paper.cite", kind, code, i18n.Date(ctx, d.Date.Start()))
	}
	if r := []rune(p.Cite); len(r) > 300 {
		p.Cite = string(r[:300])
	}
	if d.Standing != "" && d.Standing != document.InForce {
		p.Standing = i18n.T(ctx, "document.standing."+string(d.Standing))
	}
	return p
}
