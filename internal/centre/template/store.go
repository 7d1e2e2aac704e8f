// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:paper_template,alias:t"`

	ID              string  `bun:"id,pk"`
	Paper           string  `bun:"paper"`
	Unit            string  `bun:"unit_id"`
	Seq             int     `bun:"seq"`
	Name            string  `bun:"name"`
	Note            string  `bun:"note"`
	FileName        string  `bun:"file_name"`
	SHA             string  `bun:"sha"`
	Size            int64   `bun:"size"`
	Verdict         string  `bun:"verdict"`
	UploadedBy      string  `bun:"uploaded_by"`
	UploadedName    string  `bun:"uploaded_name"`
	UploadedAt      db.Time `bun:"uploaded_at"`
	From            string  `bun:"day_from"`
	PutBy           string  `bun:"put_by"`
	PutName         string  `bun:"put_name"`
	PutAt           db.Time `bun:"put_at"`
	PutReason       string  `bun:"put_reason"`
	WithdrawnBy     string  `bun:"withdrawn_by"`
	WithdrawnName   string  `bun:"withdrawn_name"`
	WithdrawnAt     db.Time `bun:"withdrawn_at"`
	WithdrawnReason string  `bun:"withdrawn_reason"`
	Folded          string  `bun:"folded"`
	Version         int64   `bun:"version"`
	Later           bool    `bun:"later,scanonly"`
	Depth           int64   `bun:"depth,scanonly"`
}

func rowOf(t Template) (row, error) {
	verdict, err := json.Marshal(t.Verdict)
	if err != nil {
		return row{}, err
	}
	r := row{ID: string(t.ID), Paper: t.Paper, Unit: t.Unit, Seq: t.Seq, Name: t.Name, Note: t.Note, FileName: t.FileName, SHA: t.SHA256, Size: t.Size, Verdict: string(verdict),
		UploadedBy: t.By, UploadedName: t.ByName, UploadedAt: db.At(t.UploadedAt), PutBy: t.PutBy, PutName: t.PutName, PutAt: db.At(t.PutAt), PutReason: t.PutReason,
		WithdrawnBy: t.WithdrawnBy, WithdrawnName: t.WithdrawnName, WithdrawnAt: db.At(t.WithdrawnAt), WithdrawnReason: t.WithdrawnReason,
		Folded: i18n.Fold(t.Paper + " " + t.Name + " " + t.Note + " " + t.FileName + " " + t.ByName), Version: t.Version}
	if !t.From.IsZero() {
		r.From = t.From.String()
	}
	return r, nil
}

func (r row) template(day calendar.Date) (Template, error) {
	t := Template{ID: ID(r.ID), Draft: Draft{Paper: r.Paper, Unit: r.Unit, Name: r.Name, Note: r.Note}, Seq: r.Seq, FileName: r.FileName, SHA256: r.SHA, Size: r.Size,
		By: r.UploadedBy, ByName: r.UploadedName, UploadedAt: r.UploadedAt.Time, PutBy: r.PutBy, PutName: r.PutName, PutAt: r.PutAt.Time, PutReason: r.PutReason,
		WithdrawnBy: r.WithdrawnBy, WithdrawnName: r.WithdrawnName, WithdrawnAt: r.WithdrawnAt.Time, WithdrawnReason: r.WithdrawnReason, Version: r.Version}
	err := json.Unmarshal([]byte(r.Verdict), &t.Verdict)
	if err == nil && r.From != "" {
		t.From, err = calendar.ParseDate(r.From)
	}
	if err != nil {
		return t, fmt.Errorf("template %s: %w", r.ID, err)
	}
	t.State = t.stateOn(day, r.Later)
	return t, nil
}

// later is the condition that another template of the same paper and unit took
// the place of t on a day.
const later = `EXISTS (SELECT 1 FROM paper_template AS o WHERE o.paper = t.paper AND o.unit_id = t.unit_id AND o.withdrawn_by = '' AND o.day_from <> '' AND o.day_from <= ?
	AND (o.day_from > t.day_from OR o.day_from = t.day_from AND o.put_at > t.put_at))`

// seen narrows q to templates of units in the scope, and those ever put in force
// for a unit above one of it.
func seen(q *bun.SelectQuery, scope auth.Scope) *bun.SelectQuery {
	own, args := scope.Where("t.unit_id")
	roots := scope.Roots()
	if len(roots) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where("("+own+" OR t.day_from <> '' AND t.unit_id IN (SELECT ancestor FROM unit_closure WHERE descendant IN (?)))", append(args, bun.List(roots))...)
}

func selected(q bun.IDB, rows any, day calendar.Date) *bun.SelectQuery {
	return q.NewSelect().Model(rows).ColumnExpr("t.*").ColumnExpr(later+" AS later", day.String())
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, day calendar.Date, id ID) (Template, error) {
	var r row
	if err := seen(selected(q, &r, day).Where("t.id = ?", string(id)), scope).Scan(ctx); err != nil {
		return Template{}, db.Error(op, err)
	}
	return r.template(day)
}

// Filter narrows the list of templates.
type Filter struct {
	Search string
	Paper  string
	Unit   string
	State  State // on Day; "": all
	Day    calendar.Date
	After  string // id of the last one of the page before
	Limit  int    // 0: all
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Paper != "" {
		q = q.Where("t.paper = ?", f.Paper)
	}
	if f.Unit != "" {
		q = q.Where("t.unit_id = ?", f.Unit)
	}
	day := f.Day.String()
	switch f.State {
	case Withdrawn:
		q = q.Where("t.withdrawn_by <> ''")
	case Unused:
		q = q.Where("t.withdrawn_by = '' AND t.day_from = ''")
	case Coming:
		q = q.Where("t.withdrawn_by = '' AND t.day_from > ?", day)
	case Replaced:
		q = q.Where("t.withdrawn_by = '' AND t.day_from <> '' AND t.day_from <= ? AND "+later, day, day)
	case InForce:
		q = q.Where("t.withdrawn_by = '' AND t.day_from <> '' AND t.day_from <= ? AND NOT "+later, day, day)
	}
	return db.Search(q, "t.folded", f.Search)
}

func list(ctx context.Context, q bun.IDB, op string, scope auth.Scope, f Filter) ([]Template, int64, error) {
	total, err := f.narrow(seen(q.NewSelect().Model((*row)(nil)), scope)).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := f.narrow(seen(selected(q, &rows, f.Day), scope)).OrderExpr("t.id DESC")
	if f.Limit > 0 {
		page = page.Limit(int64(f.Limit))
	}
	if f.After != "" {
		page = page.Where("t.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Template, 0, len(rows))
	for _, r := range rows {
		t, err := r.template(f.Day)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, t)
	}
	return out, int64(total), nil
}

// inForce is the template of a paper that holds in a unit on a day: its own, else
// that of the nearest unit above it; false when there is none.
func inForce(ctx context.Context, q bun.IDB, paper, unit string, day calendar.Date) (Template, bool, error) {
	const op = "template.inForce"
	var rows []row
	err := selected(q, &rows, day).ColumnExpr("(SELECT COUNT(*) FROM unit_closure AS c WHERE c.descendant = t.unit_id) AS depth").
		Where("t.paper = ?", paper).Where("(t.unit_id = ? OR t.unit_id IN (SELECT ancestor FROM unit_closure WHERE descendant = ?))", unit, unit).
		Where("t.withdrawn_by = '' AND t.day_from <> '' AND t.day_from <= ?", day.String()).
		OrderExpr("depth DESC, t.day_from DESC, t.put_at DESC").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return Template{}, false, db.Error(op, err)
	}
	t, err := rows[0].template(day)
	return t, err == nil, err
}

func nextSeq(ctx context.Context, q bun.IDB, paper, unit string) (int, error) {
	var n int
	err := q.NewSelect().Model((*row)(nil)).ColumnExpr("COALESCE(MAX(t.seq), 0)").Where("t.paper = ?", paper).Where("t.unit_id = ?", unit).Scan(ctx, &n)
	return n + 1, db.Error("template.nextSeq", err)
}

func insert(ctx context.Context, tx *db.Tx, t Template) error {
	r, err := rowOf(t)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("template.insert", err)
}

// save writes what people decided of t as the successor of version was.
func save(ctx context.Context, tx *db.Tx, op string, t *Template, was int64) error {
	t.Version = was + 1
	r, err := rowOf(*t)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Column("day_from", "put_by", "put_name", "put_at", "put_reason",
		"withdrawn_by", "withdrawn_name", "withdrawn_at", "withdrawn_reason", "version").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

type useRow struct {
	bun.BaseModel `bun:"table:paper_template_use,alias:u"`

	Template string  `bun:"template_id"`
	Kind     string  `bun:"kind,pk"`
	Object   string  `bun:"object,pk"`
	SHA      string  `bun:"sha,pk"`
	At       db.Time `bun:"at"`
}

func uses(ctx context.Context, q bun.IDB, id ID) (int64, error) {
	n, err := q.NewSelect().Model((*useRow)(nil)).Where("u.template_id = ?", string(id)).Count(ctx)
	return int64(n), db.Error("template.uses", err)
}
