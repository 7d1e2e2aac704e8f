// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:directive,alias:d"`

	ID          string  `bun:"id,pk"`
	Code        string  `bun:"code"`
	UnitID      string  `bun:"unit_id"`
	DocumentID  string  `bun:"document_id"`
	ParentID    string  `bun:"parent_id"`
	BasisID     string  `bun:"basis_id"`
	State       string  `bun:"state"`
	Kind        string  `bun:"kind"`
	Number      string  `bun:"number"`
	Symbol      string  `bun:"symbol"`
	GivenOn     string  `bun:"given_on"`
	DateExact   string  `bun:"date_exact"`
	Issuer      string  `bun:"issuer"`
	Subject     string  `bun:"subject"`
	Urgency     string  `bun:"urgency"`
	Signer      string  `bun:"signer"`
	FileName    string  `bun:"file_name"`
	FileSHA     string  `bun:"file_sha"`
	ReadingSHA  string  `bun:"reading_sha"`
	Doubts      string  `bun:"doubts"`
	CommonLast  string  `bun:"common_last"`
	DraftID     string  `bun:"draft_id"`
	CreatedBy   string  `bun:"created_by"`
	CreatedAt   db.Time `bun:"created_at"`
	ConfirmedBy string  `bun:"confirmed_by"`
	ConfirmedAt db.Time `bun:"confirmed_at"`
	IssuedBy    string  `bun:"issued_by"`
	IssuedAt    db.Time `bun:"issued_at"`
	EndedBy     string  `bun:"ended_by"`
	EndedAt     db.Time `bun:"ended_at"`
	EndedReason string  `bun:"ended_reason"`
	Folded      string  `bun:"folded"`
	Version     int64   `bun:"version"`
}

func rowOf(d Directive) (row, error) {
	doubts, err := json.Marshal(d.Doubts)
	last := ""
	if !d.CommonLast.IsZero() {
		last = d.CommonLast.String()
	}
	return row{ID: string(d.ID), Code: d.Code, UnitID: d.UnitID, DocumentID: d.DocumentID, ParentID: string(d.Parent), BasisID: d.Basis, State: string(d.State), Kind: d.Kind, Number: d.Number,
		Symbol: d.Symbol, GivenOn: d.Date, DateExact: string(d.Precision), Issuer: d.Issuer, Subject: d.Subject, Urgency: d.Urgency, Signer: d.Signer, FileName: d.FileName,
		FileSHA: d.FileSHA, ReadingSHA: d.ReadingSHA, Doubts: string(doubts), CommonLast: last, DraftID: d.DraftID, CreatedBy: d.CreatedBy, CreatedAt: db.At(d.CreatedAt),
		ConfirmedBy: d.ConfirmedBy, ConfirmedAt: db.At(d.ConfirmedAt), IssuedBy: d.IssuedBy, IssuedAt: db.At(d.IssuedAt), EndedBy: d.EndedBy, EndedAt: db.At(d.EndedAt),
		EndedReason: d.EndedReason, Folded: i18n.Fold(strings.Join([]string{d.Code, d.Number, d.Subject, d.Issuer}, " ")), Version: d.Version}, err
}

func (r row) directive() (Directive, error) {
	d := Directive{ID: ID(r.ID), Code: r.Code, UnitID: r.UnitID, DocumentID: r.DocumentID, DraftID: r.DraftID, Parent: ID(r.ParentID), Basis: r.BasisID, State: State(r.State), FileName: r.FileName,
		FileSHA: r.FileSHA, ReadingSHA: r.ReadingSHA, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.Time, ConfirmedBy: r.ConfirmedBy, ConfirmedAt: r.ConfirmedAt.Time,
		IssuedBy: r.IssuedBy, IssuedAt: r.IssuedAt.Time, EndedBy: r.EndedBy, EndedAt: r.EndedAt.Time, EndedReason: r.EndedReason, Version: r.Version,
		Head: Head{Kind: r.Kind, Number: r.Number, Symbol: r.Symbol, Date: r.GivenOn, Precision: Precision(r.DateExact), Issuer: r.Issuer, Subject: r.Subject, Urgency: r.Urgency, Signer: r.Signer}}
	err := json.Unmarshal([]byte(r.Doubts), &d.Doubts)
	if err == nil && r.CommonLast != "" {
		d.CommonLast, err = calendar.ParseDate(r.CommonLast)
	}
	if err != nil {
		return d, fmt.Errorf("directive %s: %w", r.ID, err)
	}
	return d, nil
}

type itemRow struct {
	bun.BaseModel `bun:"table:directive_item,alias:i"`

	ID          string  `bun:"id,pk"`
	DirectiveID string  `bun:"directive_id"`
	Seq         int64   `bun:"seq"`
	Path        string  `bun:"path"`
	Leaf        bool    `bun:"leaf"`
	State       string  `bun:"state"`
	Data        string  `bun:"data"`
	ByName      string  `bun:"by_name"`
	DecidedAt   db.Time `bun:"decided_at"`
	Version     int64   `bun:"version"`
}

func itemRowOf(it Item) (itemRow, error) {
	data, err := json.Marshal(it)
	return itemRow{ID: string(it.ID), DirectiveID: string(it.Directive), Seq: it.Seq, Path: it.Path, Leaf: it.Leaf, State: string(it.State), Data: string(data),
		ByName: it.By, DecidedAt: db.At(it.At), Version: it.Version}, err
}

func (r itemRow) item() (Item, error) {
	var it Item
	if err := json.Unmarshal([]byte(r.Data), &it); err != nil {
		return it, fmt.Errorf("directive item %s: %w", r.ID, err)
	}
	it.ID, it.Directive, it.Seq, it.Path, it.Leaf, it.State = ItemID(r.ID), ID(r.DirectiveID), r.Seq, r.Path, r.Leaf, ItemState(r.State)
	it.By, it.At, it.Version = r.ByName, r.DecidedAt.Time, r.Version
	return it, nil
}

// visible keeps what scope may see: what its bodies keep, and what was issued to
// them.
func visible(q *bun.SelectQuery, scope auth.Scope) *bun.SelectQuery {
	own, args := scope.Where("d.unit_id")
	sent, more := scope.Where("a.unit_id")
	return q.Where("("+own+" OR (d.state IN ('issued', 'closed') AND EXISTS (SELECT 1 FROM directive_addressee AS a WHERE a.directive_id = d.id AND a.withdrawn_at IS NULL AND "+sent+")))",
		append(args, more...)...)
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (Directive, error) {
	var r row
	if err := visible(q.NewSelect().Model(&r).Where("d.id = ?", string(id)), scope).Scan(ctx); err != nil {
		return Directive{}, db.Error(op, err)
	}
	return r.directive()
}

// items are those of some directives, each one's in the order of its text.
func items(ctx context.Context, q bun.IDB, ids ...ID) ([]Item, error) {
	var rows []itemRow
	if err := q.NewSelect().Model(&rows).Where("i.directive_id IN (?)", bun.List(ids)).Order("i.directive_id", "i.seq").Scan(ctx); err != nil {
		return nil, db.Error("directive.items", err)
	}
	out := make([]Item, len(rows))
	for n, r := range rows {
		var err error
		if out[n], err = r.item(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func insert(ctx context.Context, tx *db.Tx, op string, d Directive, list []Item) error {
	r, err := rowOf(d)
	if err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Error(op, err)
	}
	rows := make([]itemRow, len(list))
	for n, it := range list {
		if rows[n], err = itemRowOf(it); err != nil {
			return err
		}
	}
	return db.Error(op, db.Put(ctx, tx, "", rows...))
}

// save writes d as the successor of the version it was read with.
func save(ctx context.Context, tx *db.Tx, op string, d *Directive) error {
	was := d.Version
	d.Version++
	r, err := rowOf(*d)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Exec(ctx)
	return changed(op, res, err)
}

func saveItem(ctx context.Context, tx *db.Tx, op string, it *Item) error {
	was := it.Version
	it.Version++
	r, err := itemRowOf(*it)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Exec(ctx)
	return changed(op, res, err)
}

type result interface{ RowsAffected() (int64, error) }

// changed fails with fault.Conflict where somebody else was first.
func changed(op string, res result, err error) error {
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// nextCode takes the next number of the body's series of the year.
func nextCode(ctx context.Context, tx *db.Tx, unit string, year int) (string, error) {
	var n int
	err := tx.NewRaw("INSERT INTO directive_series (unit_id, year, used) VALUES (?, ?, 1) "+
		"ON CONFLICT (unit_id, year) DO UPDATE SET used = directive_series.used + 1 RETURNING used", unit, year).Scan(ctx, &n)
	return codeOf(year, n), db.Error("directive.nextCode", err)
}

// Filter narrows the list of directives.
type Filter struct {
	Query string
	State State  // "": all but those that were dropped
	Unit  string // the body that keeps it; "": any
	ToUs  bool   // those that were issued to a body of the reader
	Kept  bool   // those that bodies in the reader's sight keep, not what was issued to them
	Left  bool   // those of which a body in the reader's sight has not answered something
	Not   ID     // this one is left out; "": none is
	After string // id of the last one of the page before
	From  int    // how many are passed over; pages of what is sorted by Late
	Late  bool   // those of which most is late first, then the newest
	Limit int
}

// list reads a page; late are those that stand first, in their order.
func list(ctx context.Context, q bun.IDB, op string, scope auth.Scope, f Filter, home string, late []string) ([]Directive, int64, error) {
	narrow := func(sel *bun.SelectQuery) *bun.SelectQuery {
		if f.Kept {
			sel = scope.Filter(sel, "d.unit_id")
		} else {
			sel = visible(sel, scope)
		}
		if f.State != "" {
			sel = sel.Where("d.state = ?", string(f.State))
		} else {
			sel = sel.Where("d.state <> ?", string(Dropped))
		}
		if f.Unit != "" {
			sel = sel.Where("d.unit_id = ?", f.Unit)
		}
		if f.ToUs {
			sel = sel.Where("d.state IN ('issued', 'closed')").
				Where("EXISTS (SELECT 1 FROM directive_addressee AS a WHERE a.directive_id = d.id AND a.withdrawn_at IS NULL AND a.unit_id = ?)", home)
		}
		if f.Left {
			theirs, args := scope.Where("t.unit_id")
			sel = sel.Where("d.state IN ('issued', 'closed')").
				Where("EXISTS (SELECT 1 FROM directive_task AS t WHERE t.directive_id = d.id AND t.state IN (?) AND "+theirs+")", append([]any{bun.List([]string{string(Owing), string(Returned)})}, args...)...)
		}
		if f.Not != "" {
			sel = sel.Where("d.id <> ?", string(f.Not))
		}
		return db.Search(sel, "d.folded", f.Query)
	}
	total, err := narrow(q.NewSelect().Model((*row)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := narrow(q.NewSelect().Model(&rows))
	if len(late) > 0 {
		page = page.OrderExpr("CASE d.id"+strings.Repeat(" WHEN ? THEN ?", len(late))+" ELSE ? END", places(late)...)
	}
	page = page.Order("d.id DESC").Limit(int64(f.Limit)).Offset(int64(f.From))
	if f.After != "" {
		page = page.Where("d.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Directive, len(rows))
	for n, r := range rows {
		if out[n], err = r.directive(); err != nil {
			return nil, 0, err
		}
	}
	return out, int64(total), nil
}

// places are the arguments of an order by place: each id with its own, and that of
// all others.
func places(ids []string) []any {
	args := make([]any, 0, 2*len(ids)+1)
	for n, id := range ids {
		args = append(args, id, n)
	}
	return append(args, len(ids))
}
