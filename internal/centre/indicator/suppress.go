// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Suppression is what of a block list does not count because an allow list
// names the very same thing.
type Suppression struct {
	Count   int64
	Samples []Suppressed // the first by value, at most 20
}

// Suppressed is one entry that gives way.
type Suppressed struct {
	Entry Hit
	By    *Hit // nil when its list is none the actor may see
}

const maxSuppressed = 20

// clash is one block entry and the allow entry it gives way to.
type clash struct{ block, allow intel.Match }

// clashes are those of one swap by list: the sums of all, the first by value.
type clashes struct {
	swap   uint64
	counts map[ID]int64
	first  map[ID][]clash
}

// Suppressed says what of the list id, which the actor may see, gives way to
// allow lists now.
func (s *Service) Suppressed(ctx context.Context, id ID) (Suppression, error) {
	v, err := needView(ctx, "indicator.Suppressed")
	if err != nil {
		return Suppression{}, err
	}
	if _, err := get(ctx, s.deps.Records.Read(), v, id); err != nil {
		return Suppression{}, err
	}
	seen, err := visible(ctx, s.deps.Records.Read(), v)
	if err != nil {
		return Suppression{}, err
	}
	held, err := s.Current(ctx)
	defer held.Release()
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return Suppression{}, err
	}
	all := s.clashing(held)
	out := Suppression{Count: all.counts[id]}
	for _, c := range all.first[id] {
		h, ok := seen.hit(c.block)
		if !ok { // TLP:RED, out of scope
			continue
		}
		h.Overruled = true
		if by, ok := seen.hit(c.allow); ok {
			h.By = &by
		}
		out.Samples = append(out.Samples, Suppressed{h, h.By})
	}
	return out, nil
}

// clashing walks the index once a swap.
func (s *Service) clashing(held Held) *clashes {
	s.clashTurn.Lock()
	defer s.clashTurn.Unlock()
	if c := s.clashed; c != nil && c.swap == held.state.swap {
		return c
	}
	c := &clashes{swap: held.state.swap, counts: map[ID]int64{}, first: map[ID][]clash{}}
	less := func(a, b clash) int {
		return cmp.Or(strings.Compare(a.block.Indicator, b.block.Indicator), cmp.Compare(a.block.Type, b.block.Type))
	}
	held.Index().Clashes(intel.When{Now: s.deps.Now()}, func(block, allow intel.Match) bool {
		id := ID(block.List.Source)
		c.counts[id]++
		list := append(c.first[id], clash{block, allow})
		if len(list) > 50*maxSuppressed {
			slices.SortFunc(list, less)
			list = list[:maxSuppressed]
		}
		c.first[id] = list
		return true
	})
	for id, list := range c.first {
		slices.SortFunc(list, less)
		c.first[id] = list[:min(len(list), maxSuppressed)]
	}
	s.clashed = c
	return c
}
