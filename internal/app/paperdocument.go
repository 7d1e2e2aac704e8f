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

// Begin opens a draft with the head of the paper.
func (r paperRegister) Begin(ctx context.Context, p report.Paper, form rulepack.Form, of string) (string, error) {
	f := p.Frame
	to := f.To
	if archive := r.a.pack().Term("paper.archive", "vi"); len(to) == 0 {
		to = slices.DeleteFunc(slices.Clone(f.Copies), func(c string) bool { return strings.HasPrefix(c, archive) })
	}
	h := document.Head{Unit: p.UnitID, Kind: r.a.documentKind(form), Symbol: f.Symbol, Place: f.Place, Subject: cmp.Or(f.Subject, form.Subject), Urgency: f.Urgency,
		Issuer: f.Issuer, Signer: f.Signer.Name, SignerTitle: f.Signer.Title, Recipients: strings.Join(to, "\n")}
	relations := map[report.Relation]document.Relation{report.Replace: document.Replaces, report.Correct: document.Corrects}
	if rel := relations[p.Relation]; rel != "" && of != "" {
		d, err := r.a.Rooms.Documents.Follow(ctx, document.ID(of), rel)
		switch {
		case err == nil:
			d, err = r.a.Rooms.Documents.Edit(ctx, d.ID, h, d.Version)
			return string(d.ID), err
		case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound):
			return "", err
		}
		// Never issued there, or not in sight: a document of its own.
	}
	d, err := r.a.Rooms.Documents.Begin(ctx, h)
	if err == nil && p.Case.Kind == report.OfDirective {
		err = r.rests(ctx, d.ID, directive.ID(p.Case.ID))
	}
	return string(d.ID), err
}

// rests says in the register that an answer rests on the directive it answers: as
// the register has that, else as its own head says.
func (r paperRegister) rests(ctx context.Context, id document.ID, of directive.ID) error {
	f, err := r.a.Rooms.Directives.Get(ctx, of)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return nil
	}
	if err != nil {
		return err
	}
	cited := document.Cited{Issuer: f.Issuer, Subject: f.Subject}
	if f.Precision == directive.ToDay {
		if cited.Date, err = calendar.ParseDate(f.Date); err != nil {
			return err
		}
	}
	number, symbol, _ := strings.Cut(f.Number, "/")
	if _, err := strconv.Atoi(number); err == nil {
		cited.Number, cited.Symbol = number, symbol
	}
	if f.DocumentID != "" {
		d, err := r.a.Rooms.Documents.Get(ctx, document.ID(f.DocumentID))
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return err
		}
		if err == nil {
			cited = document.Cited{Kind: d.Kind, Number: d.Number, Symbol: d.Symbol, Date: d.Date, Issuer: d.Issuer, Subject: d.Subject}
		}
	}
	if cited.Number == "" && cited.Subject == "" {
		return nil
	}
	_, err = r.a.Rooms.Documents.Cite(ctx, id, document.Link{Relation: document.Basis, Cited: cited})
	return err
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
