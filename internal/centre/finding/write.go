// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// write puts all rows of a batch into tx, some hundred a statement.
func (w *writing) write(ctx context.Context, tx *db.Tx) error {
	all := make([]row, 0, len(w.fresh)+len(w.changed))
	for part := range slices.Chunk(w.fresh, chunk) {
		rows := make([]row, 0, len(part))
		for _, f := range part {
			r, err := toRow(f)
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		all = append(all, rows...)
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(w.changed, chunk) {
		rows, err := w.update(ctx, tx, part)
		if err != nil {
			return err
		}
		all = append(all, rows...)
	}
	if err := learn(ctx, tx, all, w.names); err != nil {
		return err
	}
	for part := range slices.Chunk(w.names, chunk) {
		q := tx.NewInsert().Model(&part).On("CONFLICT (finding_id, name) DO UPDATE")
		if _, err := grow(q, tx, "n").Exec(ctx); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(w.hits, chunk) {
		q := tx.NewInsert().Model(&part).
			On("CONFLICT (finding_id, name, indicator, list, type, source_id, file_id, day, undated) DO UPDATE").
			Set("lines = h.lines + EXCLUDED.lines").Set("roles = h.roles | EXCLUDED.roles")
		if _, err := grow(q, tx, "h").Exec(ctx); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(w.touched, chunk) {
		ids := make([]string, len(part))
		for n, t := range part {
			ids[n] = string(t.ID)
		}
		if err := stamp(ctx, tx, ids); err != nil {
			return err
		}
	}
	return nil
}

// grow adds the counts of a row that stands already and widens its span.
func grow(q *bun.InsertQuery, tx *db.Tx, alias string) *bun.InsertQuery {
	a := bun.Ident(alias)
	return q.Set("queries = ?.queries + EXCLUDED.queries", a).
		Set("first_seen = ?(?.first_seen, EXCLUDED.first_seen)", tx.Least(), a).
		Set("last_seen = ?(?.last_seen, EXCLUDED.last_seen)", tx.Greatest(), a)
}

// delta is what a batch adds to a finding that stands.
type delta struct {
	ID        string `bun:"id,type:TEXT"`
	Queries   int64  `bun:"queries,type:BIGINT"`
	Undated   int64  `bun:"undated,type:BIGINT"`
	Names     int64  `bun:"names,type:BIGINT"`
	FirstSeen int64  `bun:"first_seen,type:BIGINT"`
	LastSeen  int64  `bun:"last_seen,type:BIGINT"`
	Lists     string `bun:"lists,type:TEXT"`
	TLP       string `bun:"tlp,type:TEXT"`
	Search    string `bun:"search,type:TEXT"`
}

// update adds to findings that stand, and gives their rows. Their state and
// version are people's.
func (w *writing) update(ctx context.Context, tx *db.Tx, part []change) (all []row, err error) {
	rows := make([]delta, 0, len(part))
	for _, c := range part {
		r, err := toRow(c.Finding)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
		rows = append(rows, delta{ID: r.ID, Queries: c.added.queries, Undated: c.added.undated, Names: c.names,
			FirstSeen: c.added.first.UnixMilli(), LastSeen: c.added.last.UnixMilli(), Lists: r.Lists, TLP: r.TLP, Search: r.Search})
	}
	_, err = tx.NewUpdate().With("d", tx.NewValues(&rows)).Model((*row)(nil)).TableExpr("d").
		Set("queries = f.queries + d.queries").Set("undated = f.undated + d.undated").Set("names = f.names + d.names").
		Set("first_seen = ?(f.first_seen, d.first_seen)", tx.Least()).
		Set("last_seen = ?(f.last_seen, d.last_seen)", tx.Greatest()).
		Set("lists = d.lists").Set("tlp = d.tlp").Set("search = d.search").Set("updated_at = ?", db.At(w.now)).
		Where("f.id = d.id").Exec(ctx)
	return all, err
}
