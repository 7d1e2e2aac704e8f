// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file carries a directive further down: as a paper drafted from it, and as
// a directive of a body below.

// Draft begins a paper for those below from what was agreed to: its text is what
// each requirement says (see Letter), and it rests on the paper that came.
// The steps of an official paper then govern it. Once drafted, it is not drafted
// again.
func (s *Service) Draft(ctx context.Context, id ID) (Directive, error) {
	const op = "directive.draft"
	f, paper, err := s.Letter(ctx, id)
	switch {
	case err != nil:
		return f.Directive, err
	case f.State == Ended:
		return f.Directive, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.closed"}
	case f.DraftID != "" || s.Papers == nil:
		return f.Directive, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.drafted"}
	}
	to, err := s.recipients(ctx, f)
	if err != nil {
		return f.Directive, err
	}
	if length := len([]rune(strings.Join(to, "\n"))); length > mostNamed { // the register has no place for all: they stand in the annex
		to = paper.To
	}
	draft, err := s.Papers.Draft(ctx, NewDraft{Unit: f.UnitID, Subject: titled(paper.Subject), Basis: f.DocumentID, Urgency: f.Urgency, Recipients: to, Name: f.Code + ".docx", Paper: paper})
	if err != nil {
		return f.Directive, err
	}
	return s.change(ctx, op, id, f.Version, []State{Confirmed, Issued}, func(ctx context.Context, tx *db.Tx, d *Directive, _ auth.Actor) error {
		d.DraftID = draft
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"document": draft})
	})
}

// titled is text with a first letter as titles have it.
func titled(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[n:]
}

// mostNamed is how many letters the names of recipients may have in the register.
const mostNamed = 4000

// Delegate makes of what a body owes on a directive one of its own, agreed to and
// ready to be issued to those below it; what it owes itself stays owed. Twice
// gives the same one. The actor writes for the body.
func (s *Service) Delegate(ctx context.Context, id ID, unit string) (Directive, error) {
	const op = "directive.delegate"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Directive{}, err
	}
	f, owed, err := s.OfUnit(ctx, id, unit)
	if err != nil {
		return Directive{}, err
	}
	q := s.Records.Read()
	if in, err := scope.Holds(ctx, q, unit); err != nil || !in {
		if err == nil {
			err = &fault.Error{Kind: fault.Forbidden, Op: op}
		}
		return Directive{}, err
	}
	var rows []row
	if err := q.NewSelect().Model(&rows).Where("d.parent_id = ?", string(id)).Where("d.unit_id = ?", unit).Where("d.state <> ?", string(Dropped)).Where("d.reading_sha = ?", f.ReadingSHA).Limit(1).Scan(ctx); err != nil {
		return Directive{}, db.Error(op, err)
	}
	if len(rows) > 0 {
		return rows[0].directive()
	}
	now := s.now()
	d := Directive{Head: f.Head, ID: ID(db.NewID()), UnitID: unit, DocumentID: f.DocumentID, Parent: id, State: Confirmed, FileName: f.FileName, FileSHA: f.FileSHA, ReadingSHA: f.ReadingSHA,
		Doubts: []Doubted{}, CommonLast: f.CommonLast, CreatedBy: actor.Name, CreatedAt: now, ConfirmedBy: actor.Name, ConfirmedAt: now, Version: 1}
	var list []Item
	for _, o := range owed {
		if o.State == Withdrawn || o.State == Moved || slices.ContainsFunc(list, func(it Item) bool { return it.From == o.Item }) {
			continue
		}
		it := o.Of
		it.ID, it.Directive, it.Seq, it.From, it.Actors, it.By, it.At, it.Version = ItemID(db.NewID()), d.ID, int64(len(list)+1), o.Item, []Addressee{{Kind: ToAll}}, actor.Name, now, 1
		it.State, it.Parent, it.Unknown = Agreed, "", nil
		list = append(list, it)
	}
	if len(list) == 0 {
		return Directive{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.task.withdrawn"}
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if d.Code, err = nextCode(ctx, tx, unit, s.today().Year); err != nil {
			return err
		}
		if err := insert(ctx, tx, op, d, list); err != nil {
			return err
		}
		return s.note(ctx, tx, op, d, map[string]any{"parent": f.Code, "items": len(list)})
	})
	return d, err
}
