// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// state is what one swap of the live index brought; it never changes.
type state struct {
	swap       uint64 // of intel.Live
	generation int64  // of what is matched, or a later one without effect; -1 before the first
	at         time.Time
	plan       plan // what it answers with
	base       plan // what its table was built of: plan without what was patched in since
}

// failure is why the index could not be brought up to date, and to which
// generation.
type failure struct {
	err        error
	generation int64
	at         time.Time
}

// patience is how long after a failure Current answers it without trying again.
const patience = 30 * time.Second

// Held is the live index, lent until Release: whoever holds it keeps its memory,
// so that it is held for as long as one thing is looked at with it, such as a
// page, a file or one looking back.
type Held struct {
	lease intel.Lease
	state *state
}

// Index is what is held, never nil.
func (h Held) Index() *intel.Index { return h.lease.Index() }

// Generation is the generation it answers for; -1 before the first.
func (h Held) Generation() int64 { return h.state.generation }

// Release gives it back. It is called once; nothing may be asked of the index
// any more.
func (h Held) Release() { h.lease.Release() }

// Hold lends the index as this process has it. It asks nobody: Current is for
// those who must not miss a change.
func (s *Service) Hold() Held {
	for {
		lease, st := s.live.Acquire(), s.state.Load()
		if st.swap == lease.Generation() {
			return Held{lease, st}
		}
		lease.Release() // between the two a swap came
		runtime.Gosched()
	}
}

// Current lends the index of all that is matched now, bringing it up to date
// first when another process or this one has changed a list since. Its
// generation rises with every change. When that fails the error says which list
// is at fault (fault.Unavailable), and what is lent is the last one that
// worked: empty, with generation -1, when there is none. The caller releases it
// in either case. It acts for nobody and asks no permission. Callers share one
// build.
func (s *Service) Current(ctx context.Context) (Held, error) {
	want, err := generation(ctx, s.deps.Records.Read())
	if err != nil || s.state.Load().generation >= want {
		return s.Hold(), err
	}
	if f := s.fault.Load(); f != nil && f.generation >= want && s.deps.Now().Sub(f.at) < patience {
		return s.Hold(), f.err
	}
	err = s.catchUp(ctx, want, s.renew)
	return s.Hold(), err
}

// catchUp has how bring the index to generation want or later, one at a time,
// unless somebody else has done so while it waited.
func (s *Service) catchUp(ctx context.Context, want int64, how func(context.Context) error) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.state.Load().generation >= want {
		return nil
	}
	err := how(ctx)
	switch {
	case err == nil:
		s.fault.Store(nil)
	case ctx.Err() == nil:
		s.fault.Store(&failure{err, want, s.deps.Now()})
	}
	return err
}

// soon puts a small change into the live index at once; what is larger, or
// waits behind a build, is left to the work that was asked for.
func (s *Service) soon(ctx context.Context) {
	select {
	case s.turn <- struct{}{}:
	default:
		return
	}
	defer func() { <-s.turn }()
	want, err := s.plan(ctx)
	if err == nil && s.state.Load().generation >= 0 {
		_, err = s.touchUp(ctx, want)
	}
	if err != nil && ctx.Err() == nil {
		s.deps.Log.Warn("a change of the indicators is left to the work in the background", "err", err)
	}
}

// renew brings the index to what is matched now: by a patch where little has
// changed, from the folder at the first time, else by building it from all
// lists.
func (s *Service) renew(ctx context.Context) error {
	want, err := s.plan(ctx)
	if err != nil {
		return err
	}
	if s.state.Load().generation < 0 {
		if done, err := s.reopen(ctx, want); done || err != nil {
			return err
		}
	} else if done, err := s.touchUp(ctx, want); done || err != nil {
		return err
	}
	return s.build(ctx, want)
}

// touchUp patches the live index to what is wanted, false when too much has
// changed.
func (s *Service) touchUp(ctx context.Context, want plan) (bool, error) {
	st := s.state.Load()
	if st.plan.same(want) {
		next := *st
		next.generation, next.plan = want.generation, want
		s.state.Store(&next)
		return true, nil
	}
	held := s.Hold()
	defer held.Release()
	return s.patchOver(ctx, held.Index(), st.base, want, s.deps.Now())
}

// patchOver swaps in what a patch makes of x, whose table was built of base.
func (s *Service) patchOver(ctx context.Context, x *intel.Index, base, want plan, at time.Time) (bool, error) {
	p, ok, err := s.patch(ctx, base, want)
	if !ok || err != nil {
		return false, err
	}
	out, err := x.Patched(p)
	if err != nil {
		return false, err
	}
	s.swap(out, state{generation: want.generation, at: at, plan: want, base: base})
	return true, nil
}

// swap makes x the live index. The caller has the turn.
func (s *Service) swap(x *intel.Index, st state) {
	st.swap = s.state.Load().swap + 1
	s.live.Swap(x)
	s.state.Store(&st)
}

// build makes the index of all that is wanted: beside the one in the folder,
// which stays until the new one is whole.
func (s *Service) build(ctx context.Context, want plan) error {
	var b intel.Builder
	for i := range want.lists {
		if err := s.fill(ctx, &b, &want.lists[i]); err != nil {
			return err
		}
	}
	x, err := s.finish(&b, want)
	if err != nil {
		return err
	}
	s.swap(x, state{generation: want.generation, at: s.deps.Now(), plan: want, base: want})
	s.prune()
	return nil
}

// fill adds one list to b.
func (s *Service) fill(ctx context.Context, b *intel.Builder, p *planned) error {
	if !p.list.Builtin {
		_, bad, err := s.read(ctx, b, p.list, p.version, nil)
		if err = errors.Join(bad, err); err != nil {
			return unreadable(ctx, p.list, p.version, err)
		}
		return nil
	}
	to, err := b.AddList(p.list.engine())
	if err != nil {
		return err
	}
	for _, e := range p.entries {
		why, err := b.Add(to, e.engine())
		if err != nil || why != "" && why != intel.Narrowed && why != intel.Duplicate {
			return fmt.Errorf("allow entry %s: %w", e.ID, errors.Join(err, &exchange.Refusal{Reason: why}))
		}
	}
	return nil
}
