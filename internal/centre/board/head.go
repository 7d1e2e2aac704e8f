// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Head is what the responsible head of a unit answers for.
type Head struct {
	Unit     UnitRow
	Tables   []Table
	Accepted map[string]Acceptance // by directive, of the present head
	Earlier  []Acceptance          // of heads before
	MayTake  bool                  // the actor may record an acceptance
}

// OfHead is the page of a unit's head; fault.NotFound for a unit that the actor
// does not see.
func (s *Service) OfHead(ctx context.Context, unit string) (Head, error) {
	u, tables, err := s.OfUnit(ctx, unit)
	if err != nil {
		return Head{}, err
	}
	h := Head{Unit: u, Tables: tables, Accepted: map[string]Acceptance{}}
	list, err := acceptances(ctx, s.Records.Read(), unit)
	if err != nil {
		return Head{}, err
	}
	for _, a := range list {
		if u.Head != "" && a.Head == u.Head {
			h.Accepted[a.Directive] = a
		} else {
			h.Earlier = append(h.Earlier, a)
		}
	}
	scope, ok := accepting(ctx)
	if ok {
		h.MayTake, err = scope.Holds(ctx, s.Records.Read(), unit)
	}
	return h, err
}

// accepting is the scope in which the actor may record that a head accepted: who
// writes for a unit, or decides for it.
func accepting(ctx context.Context) (auth.Scope, bool) {
	for _, p := range []auth.Permission{decide, write} {
		if _, scope, err := auth.Need(ctx, "board.Accept", p); err == nil {
			return scope, true
		}
	}
	return auth.Scope{}, false
}

// maxReference bounds the name of the paper an acceptance was signed on, in runes.
const maxReference = 200

// Accept records that the present head of a unit accepted the duties of a
// directive. Twice is once. Errors: fault.NotFound for what the actor does not
// see, fault.Forbidden without the right to write or decide there, fault.Invalid
// (field reference), fault.Conflict when no head is named or another one is by
// now: head is whom the reader saw.
func (s *Service) Accept(ctx context.Context, directive, unit, head, reference string) error {
	const op = "board.Accept"
	if _, _, err := auth.Need(ctx, op, read); err != nil {
		return err
	}
	u, tables, err := s.OfUnit(ctx, unit)
	if err != nil {
		return err
	}
	found := false
	for _, t := range tables {
		found = found || t.Sheet.ID == directive
	}
	if !found {
		return fault.Missing(op)
	}
	scope, _ := accepting(ctx)
	inside, err := scope.Holds(ctx, s.Records.Read(), unit)
	switch {
	case err != nil:
		return err
	case !inside:
		return &fault.Error{Kind: fault.Forbidden, Op: op}
	case u.Head == "" || u.Head != i18n.NFC(head):
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "board.err.head"}
	}
	if reference = i18n.NFC(reference); utf8.RuneCountInString(reference) > maxReference {
		return fault.Bad(op, "reference", "board.err.too_long")
	}
	list, err := acceptances(ctx, s.Records.Read(), unit)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Directive == directive && a.Head == u.Head {
			return nil
		}
	}
	actor, _ := auth.From(ctx)
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row := acceptanceRow{ID: db.NewID(), Directive: directive, Unit: unit, Head: u.Head, HeadTitle: u.HeadTitle, Reference: reference,
			ByID: actor.ID, ByName: actor.Name, At: db.At(s.Now())}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "board.accept", Kind: SubjectKind, Object: directive, Unit: unit,
			Detail: map[string]any{"head": u.Head, "reference": reference}})
	})
	return db.Error(op, err)
}
