// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// live is one built index; it never changes.
type live struct {
	index      *intel.Index
	generation int64 // the generation it was built for, or a later one; -1 before the first
	at         time.Time
	lists      map[ID]int64 // indicators by list
}

// failure is why the index could not be built, and of which generation.
type failure struct {
	err        error
	generation int64
	at         time.Time
}

// patience is how long after a failure Current answers it without trying again.
const patience = 30 * time.Second

// Index is the live index as this process last built it, never nil. It asks
// nobody: Current is for those who must not miss a change.
func (s *Service) Index() *intel.Index { return s.live.Load().index }

// Current returns the index of all that is matched now, building it first when
// another process or this one has changed a list since, and its generation,
// which rises with every change. When it cannot be built the error says which
// list is at fault (fault.Unavailable), and the index is the last one built:
// empty, with generation -1, when there is none. It acts for nobody and asks no
// permission. Callers share one build.
func (s *Service) Current(ctx context.Context) (*intel.Index, int64, error) {
	want, err := generation(ctx, s.deps.Records.Read())
	l := s.live.Load()
	if err != nil || l.generation >= want {
		return l.index, l.generation, err
	}
	if f := s.fault.Load(); f != nil && f.generation >= want && s.deps.Now().Sub(f.at) < patience {
		return l.index, l.generation, f.err
	}
	err = s.build(ctx, want)
	l = s.live.Load()
	return l.index, l.generation, err
}

// Reload builds the index anew whether or not anything changed; app calls it at
// start. After an error, see Current, the index from before stays live.
func (s *Service) Reload(ctx context.Context) error {
	want, err := generation(ctx, s.deps.Records.Read())
	if err != nil {
		return err
	}
	s.fault.Store(nil)
	return s.buildAnew(ctx, want, true)
}

func (s *Service) build(ctx context.Context, want int64) error { return s.buildAnew(ctx, want, false) }

// buildAnew builds the index of generation want or later, one build at a time,
// unless, without force, somebody else has done so while it waited.
func (s *Service) buildAnew(ctx context.Context, want int64, force bool) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	if !force && s.live.Load().generation >= want {
		return nil
	}
	l, err := s.assemble(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.fault.Store(&failure{err, want, s.deps.Now()})
		}
		return err
	}
	s.live.Store(l)
	s.fault.Store(nil)
	return nil
}

// assemble reads every active list. The generation is read first: what changes
// while the lists are read leads to another build, never to a stale index.
func (s *Service) assemble(ctx context.Context) (*live, error) {
	const op = "indicator.assemble"
	q := s.deps.Records.Read()
	l := &live{at: s.deps.Now(), lists: map[ID]int64{}}
	var err error
	if l.generation, err = generation(ctx, q); err != nil {
		return nil, err
	}
	var rows []row
	if err := q.NewSelect().Model(&rows).Where("l.active = ?", true).Order("l.id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	var b intel.Builder
	for _, r := range rows {
		list := r.list()
		var n int64
		switch {
		case list.Builtin:
			n, err = s.loadEntries(ctx, &b, list)
		case list.Seq > 0:
			n, err = s.loadList(ctx, &b, list)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		l.lists[list.ID] = n
	}
	l.index = b.Build()
	return l, nil
}

// loadList adds the version in force of l to b.
func (s *Service) loadList(ctx context.Context, b *intel.Builder, l List) (int64, error) {
	v, err := getVersion(ctx, s.deps.Records.Read(), l.ID, l.Seq)
	if err != nil {
		return 0, err
	}
	rep, bad, err := s.read(ctx, b, l, v, nil)
	if err = errors.Join(bad, err); err == nil {
		return rep.Added, nil
	}
	return 0, unreadable(ctx, l, v, err)
}

// loadEntries adds the allow entries that hold to b.
func (s *Service) loadEntries(ctx context.Context, b *intel.Builder, l List) (int64, error) {
	held, err := entries(ctx, s.deps.Records.Read(), l.ID, true)
	if err != nil {
		return 0, err
	}
	var n int64
	to, err := b.AddList(l.engine())
	if err != nil {
		return 0, err
	}
	for _, e := range held {
		why, err := b.Add(to, e.engine())
		if err != nil || why != "" && why != intel.Narrowed && why != intel.Duplicate {
			return 0, fmt.Errorf("allow entry %s: %w", e.ID, errors.Join(err, &exchange.Refusal{Reason: why}))
		}
		n++
	}
	return n, nil
}
