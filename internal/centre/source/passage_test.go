// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"context"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/source"
)

// TestASilenceThatACollectorExplainsIsNotToldUntilNothingExplainsIt cuts a
// collector off, and then finds the device behind it dead as well.
func TestASilenceThatACollectorExplainsIsNotToldUntilNothingExplainsIt(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 15})
		var passage source.Passage
		h.Through = func(context.Context) (map[source.ID][]source.Passage, error) {
			return map[source.ID][]source.Passage{s.ID: {passage}}, nil
		}
		h.run(s, hanoi(22, 1, 30), hanoi(22, 2, 0), always)
		passage.Unheard = true
		h.run(s, hanoi(22, 2, 1), hanoi(22, 3, 0), never)
		if got := h.alerts(); got != "" {
			h.t.Errorf("told %q of a source whose collector is not heard of", got)
		}
		passage = source.Passage{Waits: hanoi(22, 2, 58)}
		h.run(s, hanoi(22, 3, 1), hanoi(22, 3, 5), never)
		if got := h.alerts(); got != "" {
			h.t.Errorf("told %q while its lines are on their way", got)
		}
		passage = source.Passage{}
		h.run(s, hanoi(22, 3, 6), hanoi(22, 3, 10), always)
		if got := h.alerts(); got != "" {
			h.t.Errorf("told %q: of what nobody was told there is no end to tell", got)
		}
		passage.Unheard = true
		h.run(s, hanoi(22, 3, 11), hanoi(22, 4, 0), never)
		passage = source.Passage{}
		h.run(s, hanoi(22, 4, 1), hanoi(22, 4, 10), never)
		if got := h.alerts(); got != "silent 04:01" {
			h.t.Errorf("told %q, want the silence that nothing explains any more, once", got)
		}
	})
}

// TestASourceBehindACollectorIsWatched though it has no way in of its own.
func TestASourceBehindACollectorIsWatched(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.source("a")
		h.Through = func(context.Context) (map[source.ID][]source.Passage, error) {
			return map[source.ID][]source.Passage{s.ID: {{}}}, nil
		}
		h.run(s, hanoi(22, 1, 0), hanoi(22, 1, 10), always)
		h.run(s, hanoi(22, 1, 11), hanoi(22, 2, 30), never)
		if got := h.alerts(); got != "silent 02:10" && got != "silent 01:25" {
			h.t.Errorf("told %q, want its silence within the usual rhythm", got)
		}
	})
}
