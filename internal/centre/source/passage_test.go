// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"context"
	"strings"
	"testing"
	"time"

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

// TestALinkThatComesAndGoesMakesNoSourceFlap cuts a collector off every ten
// minutes for three hours; then a device behind it does the same by itself.
func TestALinkThatComesAndGoesMakesNoSourceFlap(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 5})
		var passage source.Passage
		h.Through = func(context.Context) (map[source.ID][]source.Passage, error) {
			return map[source.ID][]source.Passage{s.ID: {passage}}, nil
		}
		on := func(at time.Time) bool { return at.Minute()/10%2 == 0 }
		h.run(s, hanoi(22, 8, 0), hanoi(22, 11, 0), func(at time.Time) bool {
			passage.Unheard = !on(at)
			return on(at)
		})
		if got := h.alerts(); got != "" {
			h.t.Errorf("told %q of a source whose link comes and goes", got)
		}
		if got := h.life(s); got != source.Living {
			h.t.Errorf("it is %q", got)
		}
		passage = source.Passage{}
		h.run(s, hanoi(22, 11, 1), hanoi(22, 13, 0), on)
		if got := h.alerts(); !strings.Contains(got, "flapping") {
			h.t.Errorf("told %q of one that flaps by itself", got)
		}
	})
}

// TestASilenceThatOutlastsItsExplanationCounts as one of the source's own.
func TestASilenceThatOutlastsItsExplanationCounts(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 5})
		var passage source.Passage
		h.Through = func(context.Context) (map[source.ID][]source.Passage, error) {
			return map[source.ID][]source.Passage{s.ID: {passage}}, nil
		}
		// Each hour: ten minutes without the collector, ten more without the source.
		h.run(s, hanoi(22, 8, 0), hanoi(22, 9, 59), func(at time.Time) bool {
			passage.Unheard = at.Minute() >= 40 && at.Minute() < 50
			return at.Minute() < 40
		})
		h.run(s, hanoi(22, 10, 0), hanoi(22, 10, 10), always)
		if got := h.alerts(); got != "silent 08:50, back 09:00, silent 09:50, flapping 10:00" {
			h.t.Errorf("told %q", got)
		}
	})
}
