// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"slices"
	"time"
)

// Passage is a collector at a unit's site that lines of a source come through.
type Passage struct {
	// Unheard says that the collector is not heard of, so that nobody can tell
	// whether the source sends.
	Unheard bool
	// Waits is when the latest line of the source was received there, while what
	// lies there has not all come; zero when nothing waits.
	Waits time.Time
}

// through are the passages of all sources; none where there are no collectors.
func (s *Service) through(ctx context.Context) (map[ID][]Passage, error) {
	if s.Through == nil {
		return nil, nil
	}
	return s.Through(ctx)
}

// explains reports that a silence may be that of a collector: it is not heard
// of, or has yet to bring a line that is recent.
func explains(list []Passage, recent func(last time.Time) bool) bool {
	return slices.ContainsFunc(list, func(p Passage) bool { return p.Unheard || !p.Waits.IsZero() && recent(p.Waits) })
}
