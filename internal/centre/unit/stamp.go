// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Stretch is all addresses from Lo to Hi, as db.AddrKey writes them, in the logs of
// one owner.
type Stretch struct {
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
	whose := narrow(tx.NewSelect().TableExpr("? AS s", bun.Ident(table)).ColumnExpr("s.id").ColumnExpr(stampSQL + " AS whose"))
	_, err := tx.NewUpdate().WithQuery(bun.NewWithQuery("w", whose).Materialized()).
		TableExpr("? AS t", bun.Ident(table)).TableExpr("w").
		Set("unit_id = " + stampUnit).Set("address_kind = " + stampKind).Set("scope_unit = " + stampScope).
		Where("t.id = w.id").Exec(ctx)
	return db.Error("unit.Stamp", err)
}

// StampRows is Stamp of the rows with these ids, at most some hundred, by a
// statement that stays prepared. Rows that are stamped so already are not
// written: most are, and each has indexes.
func StampRows(ctx context.Context, tx *db.Tx, table string, ids []string) error {
	_, err := tx.Do(ctx, strings.ReplaceAll(stampRowsSQL, "{table}", table), db.In(ids))
	return db.Error("unit.StampRows", err)
}

// stampSQL is attribution.stamp over the columns of alias s.
var stampSQL = attributeSQL("s.addr_key", "s.owner_unit", "s.last_seen").stamp

// What a stamp writes, out of w.whose for row t.
const (
	stampUnit  = "substr(w.whose, " + kindWidth + " + 1)"
	stampKind  = "rtrim(substr(w.whose, 1, " + kindWidth + "))"
	stampScope = "CASE WHEN length(w.whose) > " + kindWidth + " THEN " + stampUnit + " ELSE t.owner_unit END"
)

var stampRowsSQL = "WITH w AS MATERIALIZED (SELECT s.id, " + stampSQL + " AS whose FROM {table} AS s WHERE s.id IN (?))" +
	" UPDATE {table} AS t SET unit_id = " + stampUnit + ", address_kind = " + stampKind + ", scope_unit = " + stampScope + " FROM w WHERE t.id = w.id" +
	" AND (t.unit_id <> " + stampUnit + " OR t.address_kind <> " + stampKind + " OR t.scope_unit <> " + stampScope + ")"

// WhoseSQL is the unit an address was of at a time, ” when nobody's, as an
// expression over three columns of a query, which are trusted SQL: an address as
// db.AddrKey writes it, the owner of the log, a time (db.Time). It looks the plan
// up for each row: for lists there are stamps.
func WhoseSQL(addr, owner, at string) string { return attributeSQL(addr, owner, at).unit }

// Candidates selects the ids of the rows of table, which has the columns Stamp
// goes by, that can be some unit's of units at any time: in their own logs, or in
// a range they hold or held.
func Candidates(q bun.IDB, table string, units []string) *bun.SelectQuery {
	held := q.NewSelect().TableExpr("unit_range AS r").Join("JOIN ? AS x ON x.addr_key >= r.lo AND x.addr_key <= r.hi", bun.Ident(table)).
		ColumnExpr("x.id").Where("r.unit_id IN (?)", bun.List(units))
	return q.NewSelect().TableExpr("? AS x", bun.Ident(table)).ColumnExpr("x.id").Where("x.owner_unit IN (?)", bun.List(units)).Union(held)
}

// manySpans is from how many spans of one owner on all its rows are stamped at once.
const manySpans = 100

// Restamp stamps the rows of table whose addresses lie in spans.
func Restamp(ctx context.Context, tx bun.IDB, table string, spans []Stretch) error {
	by := map[ID][]Stretch{}
	for _, s := range spans {
		by[s.Owner] = append(by[s.Owner], s)
	}
	for owner, list := range by {
		if len(list) > manySpans {
			list = []Stretch{{owner, "", "g"}} // after every hexadecimal digit
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
func (s *Service) OnReplanned(fn func(ctx context.Context, tx *db.Tx, spans []Stretch) error) {
	s.replanned = fn
}

type replanKey struct{}

// write is db.DB.Write for changes that may touch the address plan.
func (s *Service) write(ctx context.Context, fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var spans []Stretch
		if err := fn(context.WithValue(ctx, replanKey{}, &spans), tx); err != nil {
			return err
		}
		if len(spans) == 0 || s.replanned == nil {
			return nil
		}
		return s.replanned(ctx, tx, spans)
	})
}

// try runs fn, which ends with an error, as write would: nothing is kept.
func (s *Service) try(ctx context.Context, fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.db.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		return fn(context.WithValue(ctx, replanKey{}, &[]Stretch{}), tx)
	})
}

// moved notes that rows of the plan were added or taken away.
func moved(ctx context.Context, rows []planRow) error {
	if len(rows) == 0 {
		return nil
	}
	spans, ok := ctx.Value(replanKey{}).(*[]Stretch)
	if !ok {
		return errors.New("unit: the address plan changes outside of Service.write")
	}
	for _, r := range rows {
		*spans = append(*spans, Stretch{r.Owner, r.Lo, r.Hi})
	}
	return nil
}
