// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestClosureIsReachability changes a tree at random through the use cases and
// compares unit_closure with a search from every unit after each change.
func TestClosureIsReachability(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			h.clear(t)
			top := h.add(t, fmt.Sprintf("Tỉnh %d", round), "")
			ids := []unit.ID{top.ID}
			parents, after := map[unit.ID]unit.ID{top.ID: ""}, map[unit.ID][]unit.ID{}
			for step := range rapid.IntRange(1, 12).Draw(r, "steps") {
				a, b := rapid.SampledFrom(ids).Draw(r, "a"), rapid.SampledFrom(ids).Draw(r, "b")
				switch rapid.SampledFrom([]string{"add", "add", "move", "abolish"}).Draw(r, "what") {
				case "add":
					u, err := h.Create(h.ctx, unit.Unit{Name: fmt.Sprintf("Xã %d", step), Kind: "xa", ParentID: a})
					if err == nil {
						ids, parents[u.ID] = append(ids, u.ID), a
					} else if !fault.Is(err, fault.Invalid) {
						t.Fatal(err)
					}
				case "move":
					u, err := h.Get(h.ctx, a)
					if err != nil {
						t.Fatal(err)
					}
					u.ParentID = b
					if _, err = h.Update(h.ctx, u); err == nil && a != top.ID {
						parents[a] = b
					} else if err != nil && !fault.Is(err, fault.Invalid) {
						t.Fatal(err)
					} else if err == nil {
						parents[a] = b
					}
				case "abolish":
					u, err := h.Get(h.ctx, a)
					if err != nil {
						t.Fatal(err)
					}
					_, err = h.Abolish(h.ctx, a, u.Version, unit.Abolition{From: day("2026-01-01"), Successors: []unit.ID{b}})
					if err == nil {
						after[b] = append(after[b], a)
					} else if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
						t.Fatal(err)
					}
				}
			}
			for _, id := range ids {
				if got, want := descendants(t, h.db, id), reach(id, parents, after); !maps.Equal(got, want) {
					r.Fatalf("descendants of %s = %v, want %v", id, got, want)
				}
			}
		})
	})
}

func reach(from unit.ID, parents map[unit.ID]unit.ID, predecessors map[unit.ID][]unit.ID) map[unit.ID]bool {
	seen, queue := map[unit.ID]bool{}, []unit.ID{from}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		queue = append(queue, predecessors[id]...)
		for child, parent := range parents {
			if parent == id {
				queue = append(queue, child)
			}
		}
	}
	return seen
}

func descendants(t *testing.T, d *db.DB, id unit.ID) map[unit.ID]bool {
	t.Helper()
	var list []unit.ID
	err := d.Read().NewSelect().Table("unit_closure").Column("descendant").Where("ancestor = ?", id).Scan(t.Context(), &list)
	if err != nil {
		t.Fatal(err)
	}
	set := map[unit.ID]bool{}
	for _, d := range list {
		set[d] = true
	}
	return set
}

// TestUnchangedTreeWritesNothing plants a pair that a full rebuild would take
// away, changes a text, and finds the pair untouched; then moves a unit.
func TestUnchangedTreeWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "A", ""), h.add(t, "B", "")
		plant := func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", a.ID, "planted").Exec(ctx)
			return err
		}
		if err := h.db.Housekeep(t.Context(), plant); err != nil {
			t.Fatal(err)
		}
		a.Note = "đổi chữ"
		if _, err := h.Update(h.ctx, a); err != nil {
			t.Fatal(err)
		}
		if !descendants(t, h.db, a.ID)["planted"] {
			t.Error("a change of text touched the closure")
		}
		b.ParentID = a.ID
		if _, err := h.Update(h.ctx, b); err != nil {
			t.Fatal(err)
		}
		if got := descendants(t, h.db, a.ID); got["planted"] || !got[b.ID] {
			t.Errorf("after a move: %v", slices.Collect(maps.Keys(got)))
		}
	})
}
