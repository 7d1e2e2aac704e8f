// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Paper is a paper of the register of documents as this room shows it.
type Paper struct {
	ID       string
	Cite     string // as people cite it: "Công văn số 12/UBND-NC ngày 21/11/2026"; 1..500 runes
	Subject  string
	Issuer   string // of an incoming one
	Standing string // in the reader's words, when it no longer holds
	Href     string
	Sent     int64 // to how many it went
	Receipts int64 // how many of them confirmed
}

// Papers is the register of documents as this room asks it, within what the
// actor of ctx may see there.
type Papers interface {
	// Paper is one paper; fault.NotFound for one the actor does not see, or that
	// has neither number nor came in: a draft proves nothing.
	Paper(ctx context.Context, id string) (Paper, error)
	// Find lists papers by words of number, symbol, subject and bodies, accents
	// free, the latest first, and says how many there are.
	Find(ctx context.Context, query string, limit int) ([]Paper, int64, error)
}

// paperOf is a paper that somebody picked, else a fault of the form's field.
func (s *Service) paperOf(ctx context.Context, op, id string) (Paper, error) {
	if s.papers == nil {
		return Paper{}, fault.Bad(op, "document", "obligation.err.paper")
	}
	p, err := s.papers.Paper(ctx, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		err = fault.Bad(op, "document", "obligation.err.paper")
	}
	return p, err
}

// OnPaper are the obligations of the actor's scope that one paper of the
// register has to do with.
type OnPaper struct {
	Resting []Obligation // that rest on it, open ones first, each state by its order; at most PaperLimit
	Total   int64        // of those that rest on it, up to CountLimit
	Proved  []Obligation // that it proves; at most PaperLimit, the latest first
}

// PaperLimit bounds the lists of OnPaper. The rest is the list with
// Filter.Document: /obligations?document=<id>&status=all.
const PaperLimit = 50

// ByPaper tells what rests on a paper of the register and what it proves. The
// caller has made sure that the actor may see the paper. It needs the right to
// read obligations.
func (s *Service) ByPaper(ctx context.Context, document string) (OnPaper, error) {
	const op = "obligation.ByPaper"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil || document == "" {
		return OnPaper{}, err
	}
	q := s.records.Read()
	var on OnPaper
	for _, st := range States() {
		p, err := list(ctx, q, scope, Filter{State: st, Document: document, Limit: PaperLimit}, s.now())
		if err != nil {
			return OnPaper{}, err
		}
		on.Total = min(on.Total+p.Total, CountLimit)
		on.Resting = append(on.Resting, p.Rows[:min(len(p.Rows), PaperLimit-len(on.Resting))]...)
	}
	on.Proved, err = provedBy(ctx, q, scope, document)
	return on, err
}

func provedBy(ctx context.Context, q bun.IDB, scope auth.Scope, document string) ([]Obligation, error) {
	var rows []row
	by := q.NewSelect().Model((*evidenceRow)(nil)).Column("obligation_id").Where("e.document_id = ?", document).Where("e.document_id <> ''")
	err := scope.Filter(q.NewSelect().Model(&rows).Where("o.id IN (?)", by), "o.unit_id").OrderExpr("o.due_at DESC, o.id").Limit(PaperLimit).Scan(ctx)
	if err != nil {
		return nil, db.Error("obligation.ByPaper", err)
	}
	return all(rows)
}
