// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"fmt"
	"slices"

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
		if err := db.Put(ctx, tx, "", rows...); err != nil {
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
	if err := db.Put(ctx, tx, "ON CONFLICT (finding_id, name) DO UPDATE SET "+grow(tx, "n"), w.names...); err != nil {
		return err
	}
	err := db.Put(ctx, tx, "ON CONFLICT (finding_id, name, indicator, list, type, source_id, file_id, day, undated) DO UPDATE SET "+
		"lines = h.lines + EXCLUDED.lines, roles = h.roles | EXCLUDED.roles, "+grow(tx, "h"), w.hits...)
	if err != nil {
		return err
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
func grow(tx *db.Tx, alias string) string {
	return fmt.Sprintf("queries = %[1]s.queries + EXCLUDED.queries, first_seen = %[2]s(%[1]s.first_seen, EXCLUDED.first_seen), "+
		"last_seen = %[3]s(%[1]s.last_seen, EXCLUDED.last_seen)", alias, tx.Least(), tx.Greatest())
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
	UpdatedAt int64  `bun:"updated_at,type:BIGINT"`
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
			FirstSeen: c.added.first.UnixMilli(), LastSeen: c.added.last.UnixMilli(), Lists: r.Lists, TLP: r.TLP, Search: r.Search,
			UpdatedAt: db.At(w.now).UnixMilli()})
	}
	return all, db.Amend(ctx, tx, fmt.Sprintf(`UPDATE finding AS f SET queries = f.queries + d.queries, undated = f.undated + d.undated, names = f.names + d.names,
		first_seen = %s(f.first_seen, d.first_seen), last_seen = %s(f.last_seen, d.last_seen), lists = d.lists, tlp = d.tlp, search = d.search,
		updated_at = d.updated_at FROM d WHERE f.id = d.id`, tx.Least(), tx.Greatest()), rows...)
}
