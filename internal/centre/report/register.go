// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file hands finished papers to the register of official documents. Route,
// signature, number and issue are the register's; a paper that is under way there
// is not changed here.

// Register is the register of documents. Its methods act as the actor of ctx and
// are safe for concurrent use.
type Register interface {
	// Begin prepares a draft document for a paper; open writes it inside the
	// transaction that keeps its id with the paper, which may run again after a
	// conflict, and asks for the right to write documents in the paper's unit. of is
	// the document that the paper replaces or corrects, empty for none.
	Begin(ctx context.Context, p Paper, form rulepack.Form, of string) (open func(ctx context.Context, tx *db.Tx) (id string, err error), err error)
	// Attach puts a file of a print with a draft; main is the one to be signed.
	Attach(ctx context.Context, id, name string, main bool, data []byte) error
	// Look says how a document stands, whoever asks.
	Look(ctx context.Context, id string) (Entry, error)
}

// Entry is how a document of the register stands.
type Entry struct {
	Href    string    // empty when the actor does not see it
	Code    string    // number and symbol; empty before it has them
	State   string    // in the reader's language
	Open    bool      // a draft: it takes files, and the paper may still be changed
	Files   []string  // SHA-256 of its files, but for replaced ones
	SentAt  time.Time // first sending recorded there; zero before
	Channel string    // of that sending: id in CL-channel
	Receipt string    // of that sending; may be empty
}

// takes reports whether the print is not yet with a draft of the register.
func (e Entry) takes(p Print) bool { return e.Open && !slices.Contains(e.Files, p.PDF) }

// free refuses a change of a paper that is under way in the register.
func (f File) free(op string) error {
	if f.Entry != nil && !f.Entry.Open {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "report.err.registered"}
	}
	return nil
}

// Enter makes the latest print of a paper a draft document of the register, or
// puts it with the draft that the paper is already. It needs the right to write
// the paper and documents of its unit. Errors: fault.Conflict when nothing was
// printed, the document is no draft any more or version is stale.
func (s *Service) Enter(ctx context.Context, id ID, version int64) (Paper, error) {
	const op = "report.Enter"
	s.entering.Lock() // two clicks make one document
	defer s.entering.Unlock()
	f, err := s.Get(ctx, id)
	switch {
	case err != nil:
		return Paper{}, err
	case !f.MayWrite || s.register == nil:
		return Paper{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	case f.Version != version:
		return Paper{}, &fault.Error{Kind: fault.Conflict, Op: op}
	case f.State != Printed || len(f.Prints) == 0:
		return Paper{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "report.err.not_printed"}
	}
	if err := cmp.Or(f.free(op), f.settled(op)); err != nil {
		return Paper{}, err
	}
	p, had := f.Paper, []string{}
	if f.Entry != nil {
		had = f.Entry.Files
	} else if p, err = s.enter(ctx, op, f); err != nil {
		return Paper{}, err
	}
	for _, k := range []Kind{PDF, DOCX, XLSX} {
		sha := f.Prints[0].Hash(k)
		if sha == "" || slices.Contains(had, sha) {
			continue
		}
		raw, err := verified(ctx, s.files, sha)
		if err != nil {
			return Paper{}, err
		}
		if err := s.register.Attach(ctx, p.Document, fmt.Sprintf("%s-%s.%s", p.FormID, p.stem(), k), k == PDF, raw); err != nil {
			return Paper{}, err
		}
	}
	return p, nil
}

// enter opens the document and keeps its id, both or neither.
func (s *Service) enter(ctx context.Context, op string, f File) (Paper, error) {
	of := ""
	if f.Of != "" {
		old, err := s.Get(ctx, f.Of)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Paper{}, err
		}
		of = old.Document
	}
	open, err := s.register.Begin(ctx, f.Paper, f.Form, of)
	if err != nil {
		return Paper{}, err
	}
	return s.change(ctx, op, auth.Write, f.ID, f.Version, func(ctx context.Context, tx *db.Tx, p *Paper) (map[string]any, error) {
		var err error
		p.Document, err = open(ctx, tx)
		return map[string]any{"document": p.Document, "seq": p.Prints}, err
	})
}

// Issued writes number and date that a document was issued with into its paper,
// inside the transaction that issued it. A document that is no paper is passed
// over. That the paper went out is recorded with it, by the channel and receipt.
func (s *Service) Issued(ctx context.Context, tx *db.Tx, document, number, symbol string, date calendar.Date) error {
	const op = "report.Issued"
	var rows []row
	if err := tx.NewSelect().Model(&rows).Where("p.document_id = ?", document).Where("p.state = ?", string(Printed)).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	for _, r := range rows {
		p, err := r.paper()
		if err != nil {
			return err
		}
		p.Frame.Number, p.Frame.Symbol, p.Frame.Date = number, symbol, date
		p.Frame = p.Frame.clean()
		p.Version++
		p.UpdatedAt = cut(s.now())
		if actor, ok := auth.From(ctx); ok {
			p.UpdatedBy = actor.Name
		}
		if err := update(ctx, tx, p); err != nil {
			return err
		}
		if err := s.note(ctx, tx, op, p, map[string]any{"document": document, "number": p.Frame.Number, "date": date.String()}); err != nil {
			return err
		}
	}
	return nil
}
