// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file is for names of the text that no unit or group has. Whom they mean is
// asked of a person: it is never widened to all, nor left out, in silence.

type nameRow struct {
	bun.BaseModel `bun:"table:directive_name,alias:n"`

	Unit   string  `bun:"unit_id,pk"`
	Folded string  `bun:"folded,pk"`
	Name   string  `bun:"name"`
	Target string  `bun:"target"` // key of an addressee
	ByName string  `bun:"by_name"`
	At     db.Time `bun:"at"`

	Uses      int64   `bun:"uses"`
	UsedAt    db.Time `bun:"used_at"`
	Forgotten db.Time `bun:"forgotten_at"`
	Version   int64   `bun:"version"`
}

// names are what a body was told that names mean, by the folded name, of the
// bodies that are still there.
func (s *Service) names(ctx context.Context, unit string, bodies []Body) (map[string]Addressee, error) {
	var rows []nameRow
	if err := s.Records.Read().NewSelect().Model(&rows).Where("n.unit_id = ?", unit).Where("n.forgotten_at IS NULL").Scan(ctx); err != nil {
		return nil, db.Error("directive.names", err)
	}
	out := map[string]Addressee{}
	for _, r := range rows {
		if a, ok := addressee(r.Target, bodies); ok {
			out[r.Folded] = a
		}
	}
	return out, nil
}

// addressee is the one of a key.
func addressee(key string, bodies []Body) (Addressee, bool) {
	if key == string(ToAll) {
		return Addressee{Kind: ToAll}, true
	}
	n := slices.IndexFunc(bodies, func(b Body) bool { return b.Key() == key })
	if n < 0 {
		return Addressee{}, false
	}
	return bodies[n].Addressee, true
}

// Mean says whom a name of the text means, on a requirement and on all others of
// the text that ask the same and are not decided; remember keeps it for the texts
// that come to the same body. Errors: fault.Invalid (body), fault.Conflict for a
// stale version or a name that is not asked.
func (s *Service) Mean(ctx context.Context, id ID, item ItemID, name, key string, remember bool, version int64) (int, error) {
	const op = "directive.mean"
	bodies, err := s.bodies(ctx)
	if err != nil {
		return 0, err
	}
	meant, ok := addressee(key, bodies)
	if !ok {
		return 0, fault.Bad(op, "body", "directive.bad.actors")
	}
	count := 0
	_, err = s.change(ctx, op, id, 0, []State{Drafted, Issued}, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		list, err := items(ctx, tx, id)
		if err != nil {
			return err
		}
		n := slices.IndexFunc(list, func(it Item) bool { return it.ID == item && it.Leaf })
		switch {
		case n < 0:
			return fault.Missing(op)
		case list[n].Version != version || !slices.Contains(list[n].Unknown, name):
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		count = 0
		for _, it := range list {
			if it.State != Proposed || !slices.Contains(it.Unknown, name) {
				continue
			}
			it.mean(name, meant)
			it.Sure = it.settled(d.Doubts)
			if err := saveItem(ctx, tx, op, &it); err != nil {
				return err
			}
			count++
		}
		if remember {
			r := nameRow{Unit: d.UnitID, Folded: fold(name), Name: name, Target: key, ByName: by.Name, At: db.At(s.now()), Version: 1}
			if err := db.Put(ctx, tx, "ON CONFLICT (unit_id, folded) DO UPDATE SET name = EXCLUDED.name, target = EXCLUDED.target, by_name = EXCLUDED.by_name, at = EXCLUDED.at, forgotten_at = NULL, version = n.version + 1", r); err != nil {
				return db.Error(op, err)
			}
		}
		return s.note(ctx, tx, op, *d, map[string]any{"name": name, "body": key, "items": count, "remember": remember})
	})
	return count, err
}

// mean puts a in the place of an unknown name.
func (it *Item) mean(name string, a Addressee) {
	it.Unknown = slices.DeleteFunc(slices.Clone(it.Unknown), func(s string) bool { return s == name })
	switch {
	case a.Kind == ToAll:
		it.Actors, it.Unknown = []Addressee{a}, nil
		it.why("actor.meant.all", name)
		return
	case !slices.Contains(it.Actors, a) && !slices.ContainsFunc(it.Actors, func(x Addressee) bool { return x.Kind == ToAll }):
		it.Actors = append(slices.Clone(it.Actors), a)
	}
	it.why("actor.meant", name, a.Name)
}
