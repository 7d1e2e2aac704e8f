// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Difference is one value on which two packs do not agree. Before is empty when
// only the second has it, After when only the first has.
type Difference struct {
	Key           string // "clocks/anm-24h"
	Before, After *rulepack.Item
}

// Kind says how the two differ: added, removed, changed.
func (d Difference) Kind() string {
	switch {
	case d.Before == nil:
		return "added"
	case d.After == nil:
		return "removed"
	}
	return "changed"
}

// Compare says what differs between two packs as they read today, section by
// section. Sections narrows it; none is all.
func (s *Service) Compare(ctx context.Context, before, after string, sections []string) ([]Difference, error) {
	a, err := s.Pack(ctx, before)
	if err != nil {
		return nil, err
	}
	b, err := s.Pack(ctx, after)
	if err != nil {
		return nil, err
	}
	return differences(a.Items(), b.Items(), sections), nil
}

func differences(a, b []rulepack.Item, sections []string) []Difference {
	index := map[string]int{}
	for n, i := range b {
		index[i.Key()] = n
	}
	var out []Difference
	had := map[string]bool{}
	for n := range a {
		key := a[n].Key()
		had[key] = true
		at, both := index[key]
		switch {
		case !both:
			out = append(out, Difference{Key: key, Before: &a[n]})
		case a[n].Changed(b[at]):
			out = append(out, Difference{Key: key, Before: &a[n], After: &b[at]})
		}
	}
	for n := range b {
		if !had[b[n].Key()] {
			out = append(out, Difference{Key: b[n].Key(), After: &b[n]})
		}
	}
	section := func(d Difference) string { return d.item().Section }
	out = slices.DeleteFunc(out, func(d Difference) bool { return len(sections) > 0 && !slices.Contains(sections, section(d)) })
	slices.SortStableFunc(out, func(x, y Difference) int {
		return slices.Index(rulepack.Sections, section(x)) - slices.Index(rulepack.Sections, section(y))
	})
	return out
}

// item is the value on the side that has it.
func (d Difference) item() *rulepack.Item {
	if d.Before != nil {
		return d.Before
	}
	return d.After
}
