// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:binding_choice,alias:c"`

	ID          string  `bun:"id,pk"`
	Unit        string  `bun:"unit_id"`
	Fingerprint string  `bun:"fingerprint"`
	Said        string  `bun:"said"`
	Topic       string  `bun:"topic"`
	Topics      string  `bun:"topics"`
	Bindings    string  `bun:"bindings"`
	Paper       string  `bun:"paper"`
	Uses        int64   `bun:"uses"`
	LastAt      db.Time `bun:"last_at"`
	By          string  `bun:"by_id"`
	Name        string  `bun:"by_name"`
	Folded      string  `bun:"folded"`
	Version     int64   `bun:"version"`
}

func rowOf(c Choice) row {
	topic := ""
	if len(c.Topics) > 0 {
		topic = c.Topics[0]
	}
	return row{ID: string(c.ID), Unit: c.Unit, Fingerprint: fingerprint(c.Said), Said: c.Said, Topic: topic, Topics: strings.Join(c.Topics, " "),
		Bindings: strings.Join(c.Bindings, " "), Paper: c.Paper, Uses: c.Uses, LastAt: db.At(c.LastAt), By: c.By, Name: c.Name,
		Folded: i18n.Fold(c.Said + " " + c.Paper + " " + c.Name), Version: c.Version}
}

func (r row) choice() Choice {
	return Choice{ID: ID(r.ID), Unit: r.Unit, Said: r.Said, Topics: strings.Fields(r.Topics), Bindings: strings.Fields(r.Bindings), Paper: r.Paper, Uses: r.Uses,
		LastAt: r.LastAt.Time, By: r.By, Name: r.Name, Version: r.Version}
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (Choice, error) {
	var r row
	if err := scope.Filter(q.NewSelect().Model(&r).Where("c.id = ?", string(id)), "c.unit_id").Scan(ctx); err != nil {
		return Choice{}, db.Error(op, err)
	}
	return r.choice(), nil
}

// Filter narrows the list of choices.
type Filter struct {
	Search string
	Topic  string // key of the best topic
	Unit   string // id; those below it are not taken along
	After  string // id of the last one of the page before
	Limit  int
}

func list(ctx context.Context, q bun.IDB, op string, scope auth.Scope, f Filter) ([]Choice, int64, error) {
	narrow := func(sel *bun.SelectQuery) *bun.SelectQuery {
		sel = scope.Filter(sel, "c.unit_id")
		if f.Topic != "" {
			sel = sel.Where("c.topic = ?", f.Topic)
		}
		if f.Unit != "" {
			sel = sel.Where("c.unit_id = ?", f.Unit)
		}
		return db.Search(sel, "c.folded", f.Search)
	}
	total, err := narrow(q.NewSelect().Model((*row)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := narrow(q.NewSelect().Model(&rows)).Order("c.id DESC").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("c.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	return choices(rows), int64(total), nil
}

func choices(rows []row) []Choice {
	out := make([]Choice, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.choice())
	}
	return out
}

// mostRecalled is how many choices of one topic are compared with a demand.
const mostRecalled = 2000

// recall are the choices that a demand may be like: of the same words, or of the
// same best topic, the latest first.
func recall(ctx context.Context, q bun.IDB, op string, scope auth.Scope, said, topic string) ([]Choice, error) {
	var rows []row
	sel := scope.Filter(q.NewSelect().Model(&rows), "c.unit_id").Where("c.topic = ? OR c.fingerprint = ?", topic, fingerprint(said)).
		Order("c.id DESC").Limit(mostRecalled)
	if err := sel.Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	return choices(rows), nil
}

// same is the choice of a unit for a demand of the same words, and false when
// there is none.
func same(ctx context.Context, tx *db.Tx, op string, c Choice) (Choice, bool, error) {
	var rows []row
	if err := tx.NewSelect().Model(&rows).Where("c.unit_id = ?", c.Unit).Where("c.fingerprint = ?", fingerprint(c.Said)).Scan(ctx); err != nil {
		return Choice{}, false, db.Error(op, err)
	}
	if len(rows) == 0 {
		return Choice{}, false, nil
	}
	return rows[0].choice(), true, nil
}

func insert(ctx context.Context, tx *db.Tx, op string, c Choice) error {
	r := rowOf(c)
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error(op, err)
}

// save writes c as the successor of its version.
func save(ctx context.Context, tx *db.Tx, op string, c *Choice) error {
	was := c.Version
	c.Version++
	r := rowOf(*c)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Exec(ctx)
	return one(op, res, err)
}

func remove(ctx context.Context, tx *db.Tx, op string, c Choice) error {
	res, err := tx.NewDelete().Model((*row)(nil)).Where("id = ?", string(c.ID)).Exec(ctx)
	return one(op, res, err)
}

// one fails with fault.Conflict unless a statement touched one row.
func one(op string, res interface{ RowsAffected() (int64, error) }, err error) error {
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}
