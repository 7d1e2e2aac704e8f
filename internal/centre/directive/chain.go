// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file is the chain of grounds: a ministry's paper, the province's directive
// that carries it out, the department's, the commune's.

// chainMost bounds how far and how wide a chain is told.
const (
	chainDeep = 8
	chainWide = 100
)

// Ground is a directive or a paper in a chain, with how many steps it is away.
type Ground struct {
	Directive *Directive
	Paper     Paper // where it is no directive
	Steps     int
}

// Chain is what d rests on, the nearest first, and what was made from it, each
// under what it was made from, as far as the actor sees them.
func (s *Service) Chain(ctx context.Context, d Directive) (up, down []Ground, err error) {
	const op = "directive.Chain"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, nil, err
	}
	q := s.Records.Read()
	seen := map[ID]bool{d.ID: true}
	for at := d; len(up) < chainDeep; {
		if at.Parent == "" || seen[at.Parent] {
			if at.Basis != "" && s.Papers != nil {
				paper, err := s.Papers.Paper(ctx, at.Basis)
				switch {
				case err == nil:
					up = append(up, Ground{Paper: paper, Steps: len(up) + 1})
				case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden):
					return nil, nil, err
				}
			}
			break
		}
		above, err := get(ctx, q, op, scope, at.Parent)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		seen[above.ID] = true
		up = append(up, Ground{Directive: &above, Steps: len(up) + 1})
		at = above
	}
	var below func(id ID, steps int) error
	below = func(id ID, steps int) error {
		var rows []row
		err := visible(q.NewSelect().Model(&rows).Where("d.parent_id = ?", string(id)).Where("d.state <> ?", string(Dropped)), scope).Order("d.id").Limit(chainWide).Scan(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		for _, r := range rows {
			d, err := r.directive()
			if err != nil {
				return err
			}
			if seen[d.ID] || len(down) == chainWide {
				continue
			}
			seen[d.ID] = true
			down = append(down, Ground{Directive: &d, Steps: steps})
			if steps < chainDeep {
				if err := below(d.ID, steps+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return up, down, below(d.ID, 1)
}

// Rest says what a directive rests on: another directive, or a paper of the
// register; both empty say nothing. Errors: fault.Invalid (parent, document),
// also where the chain would lead back to it.
func (s *Service) Rest(ctx context.Context, id, parent ID, document string, version int64) (Directive, error) {
	const op = "directive.rest"
	if document != "" {
		if parent != "" || s.Papers == nil {
			return Directive{}, fault.Bad(op, "document", "directive.bad.document")
		}
		if _, err := s.Papers.Paper(ctx, document); err != nil {
			return Directive{}, missing(err, op, "document", "directive.bad.document")
		}
	}
	return s.change(ctx, op, id, version, []State{Drafted, Confirmed, Issued, Ended}, func(ctx context.Context, tx *db.Tx, d *Directive, _ auth.Actor) error {
		switch {
		case document != "" && document == d.DocumentID:
			return fault.Bad(op, "document", "directive.bad.circle")
		case parent != "":
			if _, err := s.sight(ctx, op, tx, parent); err != nil {
				return missing(err, op, "parent", "directive.bad.parent")
			}
			if err := straight(ctx, tx, op, d.ID, parent); err != nil {
				return err
			}
		}
		was := string(cmp.Or(d.Parent, ID(d.Basis)))
		d.Parent, d.Basis = parent, document
		if err := save(ctx, tx, op, d); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"was": was, "parent": string(parent), "document": document})
	})
}

// straight refuses a parent that itself rests on id, seen or not.
func straight(ctx context.Context, q bun.IDB, op string, id, parent ID) error {
	seen := map[ID]bool{}
	for at := parent; at != "" && !seen[at]; {
		if at == id {
			return fault.Bad(op, "parent", "directive.bad.circle")
		}
		seen[at] = true
		var up []string
		if err := q.NewSelect().TableExpr("directive AS d").Column("d.parent_id").Where("d.id = ?", string(at)).Scan(ctx, &up); err != nil {
			return db.Error(op, err)
		}
		if at = ""; len(up) > 0 {
			at = ID(up[0])
		}
	}
	return nil
}

// Candidate is what a directive may rest on or carry on, and why it is proposed.
type Candidate struct {
	Directive *Directive
	Paper     Paper // where it is no directive
	Why       []Why // none: a person searched for it
	Left      int   // tasks of Directive that nobody answered, or that were returned
}

// Cited are the directives and papers that the text of d cites by number, those
// first whose day is the same too.
func (s *Service) Cited(ctx context.Context, d Directive) ([]Candidate, error) {
	reading, err := s.Reading(ctx, d)
	if err != nil {
		return nil, err
	}
	var out []Candidate
	done := map[string]bool{}
	for _, b := range reading.Basis {
		number := fold(b.Number)
		if b.Number == "" || done[number] {
			continue
		}
		done[number] = true
		list, _, err := s.List(ctx, Filter{Query: b.Number, Limit: 50})
		if err != nil {
			return nil, err
		}
		found := false
		for _, x := range list {
			if x.ID == d.ID || fold(x.Number) != number {
				continue
			}
			found = true
			out = append(out, Candidate{Directive: &x, Why: []Why{sameDay(b, x.Date)}})
		}
		if found || s.Papers == nil {
			continue
		}
		p, err := s.Papers.Known(ctx, b.Number)
		if err != nil && !fault.Is(err, fault.Forbidden) {
			return nil, err
		}
		if p.ID != "" && p.ID != d.DocumentID {
			out = append(out, Candidate{Paper: p, Why: []Why{sameDay(b, p.Date)}})
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int { return cmp.Compare(grade(a), grade(b)) })
	return out, s.countLeft(ctx, out)
}

func grade(c Candidate) int {
	return slices.Index([]string{"cited.both", "cited.number", "cited.other_day"}, c.Why[0].Key)
}

// sameDay is why a paper of that number is meant.
func sameDay(b Basis, date string) Why {
	switch {
	case b.Date.IsZero() || date == "":
		return Why{Key: "cited.number", Said: []string{b.Text}}
	case b.Date.String() == date:
		return Why{Key: "cited.both", Said: []string{b.Text}}
	}
	return Why{Key: "cited.other_day", Said: []string{b.Text, date}}
}

// Search finds directives and papers of the register by words of number, subject
// and body, other than d.
func (s *Service) Search(ctx context.Context, d Directive, query string, limit int) ([]Candidate, error) {
	if strings.TrimSpace(query) == "" {
		return nil, nil
	}
	list, _, err := s.List(ctx, Filter{Query: query, Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	var out []Candidate
	for _, x := range list {
		if x.ID != d.ID && len(out) < limit {
			out = append(out, Candidate{Directive: &x})
		}
	}
	if s.Papers != nil {
		papers, err := s.Papers.Find(ctx, query, limit)
		if err != nil && !fault.Is(err, fault.Forbidden) {
			return nil, err
		}
		for _, p := range papers {
			known := slices.ContainsFunc(out, func(c Candidate) bool { return c.Directive != nil && c.Directive.DocumentID == p.ID })
			if p.ID != d.DocumentID && !known {
				out = append(out, Candidate{Paper: p})
			}
		}
	}
	return out, s.countLeft(ctx, out)
}

// Unclosed are the directives of the bodies the actor writes for, other than d,
// of which something is not answered: the newest first, those that a query names,
// at most limit after the one named, and how many there are in all.
func (s *Service) Unclosed(ctx context.Context, d Directive, query string, after ID, limit int) ([]Candidate, int64, error) {
	const op = "directive.Unclosed"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return nil, 0, err
	}
	rows, total, err := list(ctx, s.Records.Read(), op, scope, Filter{Query: query, Left: true, Not: d.ID, Kept: true, After: string(after), Limit: limit}, "", nil)
	if err != nil {
		return nil, 0, err
	}
	out := make([]Candidate, len(rows))
	for n := range rows {
		out[n].Directive = &rows[n]
	}
	return out, total, s.countLeft(ctx, out)
}

// countLeft says of each directive how much of it is not answered.
func (s *Service) countLeft(ctx context.Context, list []Candidate) error {
	const op = "directive.countLeft"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range list {
		if c.Directive != nil {
			ids = append(ids, string(c.Directive.ID))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		Directive string `bun:"directive_id"`
		N         int    `bun:"n"`
	}
	sel := s.Records.Read().NewSelect().TableExpr("directive_task AS t").Column("t.directive_id").ColumnExpr("COUNT(*) AS n").Where("t.directive_id IN (?)", bun.List(ids)).
		Where("t.state IN (?)", bun.List([]string{string(Owing), string(Returned)}))
	if err := scope.Filter(sel, "t.unit_id").Group("t.directive_id").Scan(ctx, &rows); err != nil {
		return db.Error(op, err)
	}
	for _, r := range rows {
		for n := range list {
			if list[n].Directive != nil && string(list[n].Directive.ID) == r.Directive {
				list[n].Left = r.N
			}
		}
	}
	return nil
}
