// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package view

import (
	"context"
	"embed"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. Area is which area of permissions the
// list at path belongs to; false when there is no list there. Names maps unit
// ids to names in the actor's scope.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	Area    func(path string) (auth.Area, bool)
	Names   func(ctx context.Context, ids []string) (map[string]string, error)
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

// may asks whether the actor may look at the list at path at all.
func (s *Service) may(ctx context.Context, op, path string) (auth.Actor, error) {
	area, ok := s.Area(path)
	if !ok {
		return auth.Actor{}, fault.Missing(op)
	}
	a, _, err := auth.Need(ctx, op, auth.Permission{Area: area, Act: auth.Read})
	return a, err
}

// List gives the views the actor may use at path, its own first; an empty path
// asks for those of all lists the actor may open.
func (s *Service) List(ctx context.Context, path string) ([]View, error) {
	const op = "view.List"
	a, ok := auth.From(ctx)
	if !ok {
		return nil, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	if path != "" {
		if _, err := s.may(ctx, op, path); err != nil {
			return nil, err
		}
	}
	all, err := list(ctx, s.Records.Read(), a, path)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	var units []string
	for _, v := range all {
		if _, err := s.may(ctx, op, v.Path); err != nil {
			continue // a list the actor may no longer open
		}
		if out = append(out, v); v.Shared != "" {
			units = append(units, v.Shared)
		}
	}
	if len(units) == 0 {
		return out, nil
	}
	names, err := s.Names(auth.Wide(ctx), units)
	for i := range out {
		out[i].SharedName = names[out[i].Shared]
	}
	return out, err
}

// Of implements web.Views.
func (s *Service) Of(ctx context.Context, path string) ([]ui.SavedView, error) {
	views, err := s.List(ctx, path)
	out := make([]ui.SavedView, 0, len(views))
	for _, v := range views {
		shared := ""
		if v.Shared != "" && !v.Mine {
			shared = v.OwnerName
		}
		out = append(out, ui.SavedView{ID: string(v.ID), Name: v.Name, Query: v.Query, Shared: shared, First: v.First})
	}
	return out, err
}

// First implements web.Views.
func (s *Service) First(ctx context.Context, path string) (string, error) {
	a, err := s.may(ctx, "view.First", path)
	if err != nil {
		return "", nil // no list, or none for this actor: nothing opens first
	}
	return first(ctx, s.Records.Read(), a, path)
}

// Get is one view the actor may use.
func (s *Service) Get(ctx context.Context, id ID) (View, error) {
	const op = "view.Get"
	a, ok := auth.From(ctx)
	if !ok {
		return View{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	v, err := get(ctx, s.Records.Read(), a, id)
	if err != nil {
		return View{}, err
	}
	v.Mine = v.Owner == a.ID
	_, err = s.may(ctx, op, v.Path)
	return v, err
}

// Save keeps a new view. Shared, when given, must be a unit in which the actor
// may write what the list shows. Errors: fault.Invalid by field.
func (s *Service) Save(ctx context.Context, v View, asFirst bool) (View, error) {
	const op = "view.Save"
	a, err := s.may(ctx, op, v.Path)
	if err != nil {
		return View{}, err
	}
	v.ID, v.Owner, v.OwnerName, v.CreatedAt, v.Version = ID(db.NewID()), a.ID, a.Name, s.Now(), 1
	if err := v.tidy(op); err != nil {
		return View{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		mine, err := list(ctx, tx, a, v.Path)
		if err != nil {
			return err
		}
		n := 0
		for _, other := range mine {
			if other.Mine {
				if n++; other.Name == v.Name {
					return fault.Bad(op, "name", "view.bad.taken")
				}
			}
		}
		if n >= maxMine {
			return fault.Bad(op, "name", "view.bad.too_many")
		}
		if err := s.shareable(ctx, tx, op, v); err != nil {
			return err
		}
		if err := insert(ctx, tx, v); err != nil {
			return err
		}
		if asFirst {
			if err := setFirst(ctx, tx, a, v.Path, v.ID); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, "view.save", v)
	})
	return v, err
}

// shareable checks the unit a view is shared with.
func (s *Service) shareable(ctx context.Context, tx *db.Tx, op string, v View) error {
	if v.Shared == "" {
		return nil
	}
	area, _ := s.Area(v.Path)
	bad := fault.Bad(op, "unit", "view.bad.unit")
	_, scope, err := auth.Need(ctx, op, auth.Permission{Area: area, Act: auth.Write})
	if err != nil {
		return bad
	}
	in, err := scope.Holds(ctx, tx, v.Shared)
	if err != nil {
		return db.Error(op, err)
	}
	if !in {
		return bad
	}
	return nil
}

// Change renames a view of the actor's own, notes what it is for or shares it anew. Errors:
// fault.Invalid by field, fault.Conflict for a stale version.
func (s *Service) Change(ctx context.Context, id ID, name, note, shared string, version int64) (View, error) {
	const op = "view.Change"
	return s.own(ctx, op, id, func(ctx context.Context, tx *db.Tx, v *View) error {
		v.Name, v.Note, v.Shared, v.Version = name, note, shared, version+1
		if err := v.tidy(op); err != nil {
			return err
		}
		if err := s.shareable(ctx, tx, op, *v); err != nil {
			return err
		}
		if err := update(ctx, tx, *v); err != nil {
			return err
		}
		return s.note(ctx, tx, "view.change", *v)
	})
}

// Delete forgets a view of the actor's own.
func (s *Service) Delete(ctx context.Context, id ID) (View, error) {
	return s.own(ctx, "view.Delete", id, func(ctx context.Context, tx *db.Tx, v *View) error {
		if err := remove(ctx, tx, v.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, "view.delete", *v)
	})
}

// own runs fn on a view the actor saved; another's is fault.Forbidden.
func (s *Service) own(ctx context.Context, op string, id ID, fn func(context.Context, *db.Tx, *View) error) (View, error) {
	a, ok := auth.From(ctx)
	if !ok {
		return View{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	var v View
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if v, err = get(ctx, tx, a, id); err != nil {
			return err
		}
		if v.Owner != a.ID {
			return &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "view.bad.not_mine"}
		}
		return fn(ctx, tx, &v)
	})
	return v, err
}

// OpenFirst makes a view the one that opens first for the actor, or with on
// false none of its list.
func (s *Service) OpenFirst(ctx context.Context, id ID, on bool) (View, error) {
	a, ok := auth.From(ctx)
	if !ok {
		return View{}, &fault.Error{Kind: fault.SignedOut, Op: "view.OpenFirst"}
	}
	var v View
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if v, err = get(ctx, tx, a, id); err != nil {
			return err
		}
		which := v.ID
		if !on {
			which = ""
		}
		if err := setFirst(ctx, tx, a, v.Path, which); err != nil {
			return err
		}
		return s.note(ctx, tx, "view.first", v)
	})
	return v, err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, v View) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "view", Object: string(v.ID), Unit: v.Shared,
		Detail: map[string]any{"path": v.Path, "name": v.Name}})
}
