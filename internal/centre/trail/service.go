// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"context"
	"embed"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. All but Broken are required.
type Deps struct {
	Records *db.DB
	Queue   *jobs.Queue
	Sealer  *audit.Sealer
	Now     func() time.Time
	// Root is the unit that runs the centre: whoever may read the trail there
	// sees acts that belong to no unit. Empty before there is one.
	Root func(ctx context.Context) (string, error)
	// Broken is told of a look that found troubles, in the transaction that
	// records it. May be nil.
	Broken func(ctx context.Context, tx *db.Tx, c Check) error
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

var (
	read  = auth.Permission{Area: auth.AuditTrail, Act: auth.Read}
	check = auth.Permission{Area: auth.AuditTrail, Act: auth.Configure}
)

// reach is what an actor may see of the trail: all of it for whom the whole
// centre is in scope, the entries of a scope, their own, or the last two.
type reach struct {
	scope auth.Scope // of the roles that read without bound
	whole bool
	own   string // account whose own entries are in reach wherever they lie; empty: none
}

func (s *Service) reach(ctx context.Context, op string) (reach, error) {
	actor, _, err := auth.Need(ctx, op, read)
	if err != nil {
		return reach{}, err
	}
	r := reach{scope: auth.FreeScopeOf(actor, read)}
	for _, g := range actor.Grants {
		if auth.LimitOf(auth.Actor{Grants: []auth.Grant{g}}, read) == auth.Own {
			r.own = actor.ID
		}
	}
	root, err := s.Root(ctx)
	if err != nil {
		return reach{}, err
	}
	r.whole, err = r.scope.Holds(ctx, s.Records.Read(), root)
	return r, db.Error(op, err)
}

// filter narrows a query on audit_entry, alias e.
func (r reach) filter(q *bun.SelectQuery) *bun.SelectQuery {
	switch {
	case r.whole:
		return q
	case r.own == "":
		return r.scope.Filter(q, "e.unit_id")
	case len(r.scope.Roots()) == 0:
		return q.Where("e.actor_id = ?", r.own)
	}
	query, args := r.scope.Where("e.unit_id")
	return q.Where("(e.actor_id = ? OR "+query+")", append([]any{r.own}, args...)...)
}

// List gives one page of what the actor may see of the trail.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	r, err := s.reach(ctx, "trail.List")
	if err != nil {
		return Page{}, err
	}
	return list(ctx, s.Records.Read(), r, f)
}

// Get is one entry with the hash before it, both empty for who does not
// see the whole centre and for an entry that waits for its seal. It fails with
// fault.NotFound for an entry out of reach.
func (s *Service) Get(ctx context.Context, id string) (e Entry, prev string, err error) {
	r, err := s.reach(ctx, "trail.Get")
	if err != nil {
		return Entry{}, "", err
	}
	rows, err := audit.Select(ctx, s.Records.Read(), func(q *bun.SelectQuery) *bun.SelectQuery {
		return r.filter(q).Where("e.id = ?", id)
	})
	if err == nil && len(rows) == 0 {
		err = fault.Missing("trail.Get")
	}
	if err != nil {
		return Entry{}, "", err
	}
	if e = rows[0]; !r.whole || e.Seq == 0 {
		return blind(e), "", nil
	}
	prev, err = audit.HashOf(ctx, s.Records.Read(), e.Seq-1)
	return e, prev, err
}

// blind takes the place in the chain off an entry.
func blind(e Entry) Entry {
	e.Seq, e.Hash = 0, ""
	return e
}

// overWhole is reach of who may check and sees the whole centre; others fail
// with fault.Forbidden.
func (s *Service) overWhole(ctx context.Context, op string) (auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, check)
	if err != nil {
		return actor, err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return actor, err
	}
	whole, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !whole {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, db.Error(op, err)
}

// MayCheck reports whether the context's actor may look at the whole chain.
func (s *Service) MayCheck(ctx context.Context) bool {
	_, err := s.overWhole(ctx, "trail.MayCheck")
	return err == nil
}

// Standing is how far the trail is sealed.
func (s *Service) Standing(ctx context.Context) (head audit.Head, waiting int, err error) {
	if _, err = s.overWhole(ctx, "trail.Standing"); err != nil {
		return audit.Head{}, 0, err
	}
	if head, err = s.Sealer.Head(ctx); err != nil {
		return head, 0, err
	}
	waiting, _, err = s.Sealer.Waiting(ctx)
	return head, waiting, err
}

// Export hands the entries that match f to each, oldest first, and leaves an
// entry that says who took what. f.Before and f.Limit are not looked at.
func (s *Service) Export(ctx context.Context, form string, f Filter, each func(e Entry, prev string) error) error {
	const op = "trail.Export"
	actor, scope, err := auth.Need(ctx, op, check)
	if err != nil {
		return err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return err
	}
	r := reach{scope: scope}
	if r.whole, err = scope.Holds(ctx, s.Records.Read(), root); err != nil {
		return db.Error(op, err)
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "audit.export", Kind: "audit", Unit: actor.Home,
			Detail: map[string]any{"form": form, "from": f.From, "until": f.Until, "actor": f.Actor, "action": f.Action, "kind": f.Kind, "object": f.Object}})
	})
	if err != nil {
		return err
	}
	return export(ctx, s.Records, r, f, each)
}
