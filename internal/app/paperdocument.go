// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file joins papers made from forms with the register of documents: a
// finished paper becomes a draft there, whose steps then govern it, and the
// number it is issued with comes back.

type paperRegister struct{ a *App }

// Begin prepares a draft with the head of the paper.
func (r paperRegister) Begin(ctx context.Context, p report.Paper, form rulepack.Form, of string) (func(context.Context, *db.Tx) (string, error), error) {
	f := p.Frame
	to := f.To
	if archive := r.a.pack().Term("paper.archive", "vi"); len(to) == 0 {
		to = slices.DeleteFunc(slices.Clone(f.Copies), func(c string) bool { return strings.HasPrefix(c, archive) })
	}
	h := document.Head{Unit: p.UnitID, Kind: r.a.documentKind(form), Symbol: f.Symbol, Place: f.Place, Subject: cmp.Or(f.Subject, form.Subject), Urgency: f.Urgency,
		Issuer: f.Issuer, Signer: f.Signer.Name, SignerTitle: f.Signer.Title, Recipients: strings.Join(to, "\n")}
	rel, err := r.follows(ctx, p, &h, document.ID(of))
	if err != nil {
		return nil, err
	}
	var cites []document.Link
	if rel == "" {
		of = ""
	}
	if rel == "" && p.Case.Kind == report.OfDirective {
		if cites, err = r.rests(ctx, directive.ID(p.Case.ID)); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx *db.Tx) (string, error) {
		d, err := r.a.Rooms.Documents.BeginIn(ctx, tx, h, rel, document.ID(of), slices.Clone(cites)...)
		return string(d.ID), uncited(err, cites)
	}, nil
}

// follows is what the draft does to the document of the paper before it, in whose
// unit it then is; nothing where that was never issued there, or is not in sight:
// a document of its own.
func (r paperRegister) follows(ctx context.Context, p report.Paper, h *document.Head, of document.ID) (document.Relation, error) {
	rel := map[report.Relation]document.Relation{report.Replace: document.Replaces, report.Correct: document.Corrects}[p.Relation]
	if rel == "" || of == "" {
		return "", nil
	}
	old, err := r.a.Rooms.Documents.Get(ctx, of)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && old.State != document.Issued:
		return "", nil
	case err != nil:
		return "", err
	}
	h.Unit = old.Unit
	return rel, nil
}

// uncited says of a citation that the register does not take which one it is: the
// form that the reader sent has no such field.
func uncited(err error, cites []document.Link) error {
	e := fault.Of(err)
	if err == nil || e.Kind != fault.Invalid || len(cites) == 0 {
		return err
	}
	for field := range e.Fields {
		if !strings.HasPrefix(field, "cite_") {
			return err
		}
	}
	return &fault.Error{Kind: fault.Invalid, Op: e.Op, Msg: "app.paper.err.uncited", Args: []any{cmp.Or(cites[0].Code(), cites[0].Subject)}, Fields: e.Fields, Err: err}
}

// rests is what an answer rests on: the directive it answers, as the register has
// that, else as its own head says; nothing where neither says which it is.
func (r paperRegister) rests(ctx context.Context, of directive.ID) ([]document.Link, error) {
	f, err := r.a.Rooms.Directives.Get(ctx, of)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	cited := document.Cited{Issuer: f.Issuer, Subject: f.Subject}
	if f.Precision == directive.ToDay {
		if cited.Date, err = calendar.ParseDate(f.Date); err != nil {
			return nil, err
		}
	}
	number, symbol, _ := strings.Cut(f.Number, "/")
	if _, err := strconv.Atoi(number); err == nil {
		cited.Number, cited.Symbol = number, symbol
	}
	if f.DocumentID != "" {
		d, err := r.a.Rooms.Documents.Get(ctx, document.ID(f.DocumentID))
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return nil, err
		}
		if err == nil {
			cited = document.Cited{Kind: d.Kind, Number: d.Number, Symbol: d.Symbol, Date: d.Date, Issuer: d.Issuer, Subject: d.Subject}
		}
	}
	if cited.Number == "" && cited.Subject == "" {
		return nil, nil
	}
	return []document.Link{{Relation: document.Basis, Cited: cited}}, nil
}

// documentKind is the kind of document with the form's abbreviation.
func (a *App) documentKind(form rulepack.Form) string {
	if form.Letter {
		return "cong_van"
	}
	list, _ := a.pack().CodeList("CL-document-kind")
	for _, c := range list.Items {
		if strings.HasSuffix(c.Label.VI, "("+form.Abbreviation+")") {
			return c.ID
		}
	}
	return "khac"
}

// Attach adds a file of a print: the one to be signed is the original.
func (r paperRegister) Attach(ctx context.Context, id, name string, main bool, data []byte) error {
	role := document.Annex
	if main {
		role = document.Original
	}
	_, err := r.a.Rooms.Documents.AddFile(ctx, document.ID(id), role, name, bytes.NewReader(data))
	return err
}

// Look asks as the centre itself, so that a paper under way is closed to whoever
// sees no drafts of the register too; the way there is for those who see it.
func (r paperRegister) Look(ctx context.Context, id string) (report.Entry, error) {
	own, err := r.a.wholeCentre(ctx)
	if err != nil {
		return report.Entry{}, err
	}
	d, err := r.a.Rooms.Documents.Get(own, document.ID(id))
	if err != nil {
		return report.Entry{}, err
	}
	e := report.Entry{Code: d.Code(), State: i18n.T(ctx, "document.state."+string(d.State)), Open: d.State == document.Draft}
	for _, f := range d.Files {
		if f.Current {
			e.Files = append(e.Files, f.SHA256)
		}
	}
	if len(d.Dispatches) > 0 {
		first := d.Dispatches[0]
		e.SentAt, e.Channel, e.Receipt = first.SentAt, first.Channel, first.Receipt
	}
	_, err = r.a.Rooms.Documents.Get(ctx, document.ID(id))
	switch {
	case err == nil:
		e.Href = document.Path + "/" + id
	case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden):
		return report.Entry{}, err
	}
	return e, nil
}

// paperIssued gives a paper the number and date its document was issued with.
func (a *App) paperIssued(ctx context.Context, tx *db.Tx, d document.Document) error {
	return a.Rooms.Reports.Issued(ctx, tx, string(d.ID), d.Number, d.Symbol, d.Date)
}
