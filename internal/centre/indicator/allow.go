// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"slices"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Allow notes that what is typed is no threat, with who said so and why: block
// entries for it or a name above it no longer count, those for a name below it
// still do. exact leaves the names below a name alone. Of a page it is the host,
// unless the page itself is listed. It changes detection for all, so
// the actor's scope must hold the centre's own unit. Errors: fault.Invalid
// (name, reason), fault.Forbidden.
func (s *Service) Allow(ctx context.Context, typed string, exact bool, reason string) (Entry, error) {
	const op = "indicator.Allow"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Entry{}, err
	}
	root, err := s.deps.Root(ctx)
	if err != nil {
		return Entry{}, err
	}
	asked, badName := s.allowable(ctx, op, typed)
	exact = exact && asked.Type == intel.Domain
	e := Entry{ID: db.NewID(), Type: asked.Type, Name: asked.Value, Exact: exact, At: s.deps.Now(), By: actor.Name}
	if e.Reason, err = checkReason(op, reason); err != nil || badName != nil {
		return e, join(badName, err)
	}
	err = s.deps.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if in, err := scope.Holds(ctx, tx, root); err != nil || !in {
			return orForbidden(op, err)
		}
		l, err := s.ownList(ctx, tx, root)
		if err != nil {
			return err
		}
		n, err := tx.NewSelect().Model((*entryRow)(nil)).Where("list_id = ?", string(l.ID)).Where("name = ?", e.Name).
			Where("kind = ?", e.Type.String()).Where("exact = ?", exact).Where("ended_at IS NULL").Count(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n > 0 {
			return fault.Bad(op, "name", "indicator.bad.allowed")
		}
		r := entryRow{ID: e.ID, List: string(l.ID), Kind: e.Type.String(), Name: e.Name, Exact: exact, Reason: e.Reason, At: db.At(e.At), By: e.By}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := s.rebuild(ctx, tx, l.Owner); err != nil {
			return err
		}
		return s.note(ctx, tx, "indicator.allow", l, map[string]any{"entry": e.ID, "type": e.Type.String(), "name": e.Name, "exact": exact, "reason": e.Reason})
	})
	s.deps.Queue.Wake()
	if err == nil {
		s.soon(ctx)
	}
	return e, err
}

// Disallow ends an allow entry: the name counts again. Errors: fault.NotFound,
// fault.Conflict when it has ended, fault.Forbidden.
func (s *Service) Disallow(ctx context.Context, id string) (Entry, error) {
	const op = "indicator.Disallow"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Entry{}, err
	}
	var r entryRow
	err = s.deps.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r = entryRow{}
		if err := tx.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		l, err := get(ctx, tx, viewOf(actor), ID(r.List))
		if err != nil {
			return err
		}
		if in, err := scope.Holds(ctx, tx, l.Owner); err != nil || !in {
			return orForbidden(op, err)
		}
		if !r.EndedAt.IsZero() {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		r.EndedAt, r.EndedBy = db.At(s.deps.Now()), actor.Name
		if _, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := s.rebuild(ctx, tx, l.Owner); err != nil {
			return err
		}
		return s.note(ctx, tx, "indicator.disallow", l, map[string]any{"entry": r.ID, "name": r.Name})
	})
	s.deps.Queue.Wake()
	if err == nil {
		s.soon(ctx)
	}
	return r.entry(), err
}

// Entries are the allow entries of the built-in list, newest first, ended ones
// included; nil for any other list.
func (s *Service) Entries(ctx context.Context, id ID) ([]Entry, error) {
	l, err := s.Get(ctx, id)
	if err != nil || !l.Builtin {
		return nil, err
	}
	return entries(ctx, s.deps.Records.Read(), id, false)
}

func orForbidden(op string, err error) error {
	if err != nil {
		return db.Error(op, err)
	}
	return &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "indicator.err.allow_scope"}
}

// ownList is the centre's own allow list, made at the first entry.
func (s *Service) ownList(ctx context.Context, tx *db.Tx, root string) (List, error) {
	l, err := builtin(ctx, tx)
	if !fault.Is(err, fault.NotFound) {
		return l, err
	}
	l = List{ID: ID(db.NewID()), Name: builtinName, Kind: Allow, TLP: Amber, Scope: WithSubdomains, Layout: Plain, Owner: root,
		Active: true, Builtin: true, CreatedAt: s.deps.Now(), CreatedBy: "system", Version: 1}
	r := toRow(l)
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return l, db.Error("indicator.ownList", err)
}

// allowable is what is typed as the index keeps it; fault.Invalid (name) for
// what is no observable, or a suffix under which everybody registers.
func (s *Service) allowable(ctx context.Context, op, typed string) (Asked, error) {
	asked, problem := Question(typed)
	if problem != "" {
		return asked, fault.Bad(op, "name", problem)
	}
	if asked.Type == intel.URL {
		held, err := s.Current(ctx)
		defer held.Release()
		if err != nil && !fault.Is(err, fault.Unavailable) {
			return asked, err
		}
		if listed(held.Index(), asked) {
			return asked, nil
		}
		var ok bool
		if asked, ok = hostOf(asked.Value); !ok {
			return asked, fault.Bad(op, "name", "indicator.ask.bad")
		}
	}
	if asked.Type == intel.Domain {
		switch name, why := intel.Judge(asked.Value); why {
		case "":
			asked.Value = name
		case intel.PublicSuffix:
			return asked, fault.Bad(op, "name", "indicator.bad.suffix")
		default:
			return asked, fault.Bad(op, "name", "indicator.ask.bad")
		}
	}
	return asked, nil
}

// listed reports whether an entry of asked's own type names it.
func listed(index *intel.Index, asked Asked) bool {
	return slices.ContainsFunc(index.Lookup(nil, asked.Type, asked.Value), func(id intel.ID) bool { return index.Entry(id).Type == asked.Type })
}
