// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Span is all addresses from Lo to Hi, as db.AddrKey writes them, in the logs of
// one owner.
type Span struct {
	Owner  ID
	Lo, Hi string
}

// kindWidth is the room for the kind before the unit in stampSQL's text.
const kindWidth = "8"

// Stamp writes into the rows of table that narrow picks (alias s) whose their
// address was when it was last seen. The table has the columns id, owner_unit,
// addr_key and last_seen to go by, and these to be written:
//
//	unit_id      whose the address is; '' when nobody's
//	address_kind its AddressKind; '' when no range holds it
//	scope_unit   who may see the row: unit_id, or the owner of the log when it
//	             is nobody's. Candidates lie in the owner's subtree, so that
//	             whoever may see the owner's logs may see these.
//
// A room stamps the rows it writes, in the same transaction, and stamps again
// what a change of the address plan touches (Service.OnReplanned), so that a
// corrected plan corrects history (design.md §9.3). Looking every row up when it
// is read gave the same and took seconds at a hundred thousand rows.
func Stamp(ctx context.Context, tx bun.IDB, table string, narrow func(*bun.SelectQuery) *bun.SelectQuery) error {
	best := attributeSQL("s.addr_key", "s.owner_unit", "s.last_seen")
	whose := narrow(tx.NewSelect().TableExpr("? AS s", bun.Ident(table)).ColumnExpr("s.id").ColumnExpr(best.stamp + " AS whose"))
	_, err := tx.NewUpdate().WithQuery(bun.NewWithQuery("w", whose).Materialized()).
		TableExpr("? AS t", bun.Ident(table)).TableExpr("w").
		Set("unit_id = substr(w.whose, " + kindWidth + " + 1)").
		Set("address_kind = rtrim(substr(w.whose, 1, " + kindWidth + "))").
		Set("scope_unit = CASE WHEN length(w.whose) > " + kindWidth + " THEN substr(w.whose, " + kindWidth + " + 1) ELSE t.owner_unit END").
		Where("t.id = w.id").Exec(ctx)
	return db.Error("unit.Stamp", err)
}

// manySpans is from how many spans of one owner on all its rows are stamped at once.
const manySpans = 100

// Restamp stamps the rows of table whose addresses lie in spans.
func Restamp(ctx context.Context, tx bun.IDB, table string, spans []Span) error {
	by := map[ID][]Span{}
	for _, s := range spans {
		by[s.Owner] = append(by[s.Owner], s)
	}
	for owner, list := range by {
		if len(list) > manySpans {
			list = []Span{{owner, "", "g"}} // after every hexadecimal digit
		}
		for _, s := range list {
			err := Stamp(ctx, tx, table, func(q *bun.SelectQuery) *bun.SelectQuery {
				return q.Where("s.owner_unit = ?", owner).Where("s.addr_key >= ?", s.Lo).Where("s.addr_key <= ?", s.Hi)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// OnReplanned has fn called at the end of every transaction that changes the
// address plan, with what it changed. It is set while wiring.
func (s *Service) OnReplanned(fn func(ctx context.Context, tx *db.Tx, spans []Span) error) {
	s.replanned = fn
}

type replanKey struct{}

// write is db.DB.Write for changes that may touch the address plan.
func (s *Service) write(ctx context.Context, fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var spans []Span
		if err := fn(context.WithValue(ctx, replanKey{}, &spans), tx); err != nil {
			return err
		}
		if len(spans) == 0 || s.replanned == nil {
			return nil
		}
		return s.replanned(ctx, tx, spans)
	})
}

// moved notes that rows of the plan were added or taken away.
func moved(ctx context.Context, rows []planRow) error {
	if len(rows) == 0 {
		return nil
	}
	spans, ok := ctx.Value(replanKey{}).(*[]Span)
	if !ok {
		return errors.New("unit: the address plan changes outside of Service.write")
	}
	for _, r := range rows {
		*spans = append(*spans, Span{r.Owner, r.Lo, r.Hi})
	}
	return nil
}
