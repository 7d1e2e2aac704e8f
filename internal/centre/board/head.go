// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"slices"
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
	OnPaper  bool                  // only by naming the paper that the head signed
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
	h.MayTake, h.OnPaper, err = s.accepting(ctx, unit)
	return h, err
}

// accepting reports whether the actor may record that the head of a unit accepted.
// Those of the unit itself may, who write for it or decide in it: the acceptance is
// theirs. Somebody above records what a unit has sent, so that takes the right to
// write, and the paper that the head signed. Who only decides above does not: a
// superior does not accept in the name of another.
func (s *Service) accepting(ctx context.Context, unit string) (may, onPaper bool, err error) {
	actor, _ := auth.From(ctx)
	for _, p := range []auth.Permission{decide, write} {
		if auth.May(ctx, p) && slices.Contains(auth.ScopeOf(actor, p).Roots(), unit) {
			return true, false, nil
		}
	}
	if !auth.May(ctx, write) {
		return false, false, nil
	}
	may, err = auth.ScopeOf(actor, write).Holds(ctx, s.Records.Read(), unit)
	return may, may, err
}

// maxReference bounds the name of the paper an acceptance was signed on, in runes.
const maxReference = 200

// Accept records that the present head of a unit accepted the duties of a
// directive. Twice is once. Errors: fault.NotFound for what the actor does not
// see, fault.Forbidden without the right to (see accepting), fault.Invalid
// (field reference: too long, or none where the paper must be named), fault.Conflict when no head is named or another one is by
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
	may, onPaper, err := s.accepting(ctx, unit)
	switch {
	case err != nil:
		return err
	case !may:
		return &fault.Error{Kind: fault.Forbidden, Op: op}
	case u.Head == "" || u.Head != i18n.NFC(head):
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "board.err.head"}
	}
	if reference = i18n.NFC(reference); utf8.RuneCountInString(reference) > maxReference {
		return fault.Bad(op, "reference", "board.err.too_long")
	}
	if onPaper && reference == "" {
		return fault.Bad(op, "reference", "board.err.paper")
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
