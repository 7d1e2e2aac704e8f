// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/obligation"
)

func TestClockIsDerivedFromTheMoment(t *testing.T) {
	t.Parallel()
	due := t0.Add(24 * time.Hour)
	open := obligation.Obligation{State: obligation.Open, T0: t0, DueAt: due, SoonAt: due.Add(-4 * time.Hour)}
	met := func(at time.Time) obligation.Obligation {
		return obligation.Obligation{State: obligation.Met, DueAt: due, Proof: obligation.Proof{At: at}}
	}
	for name, c := range map[string]struct {
		o    obligation.Obligation
		now  time.Time
		want obligation.Clock
	}{
		"open before the first reminder is on time": {open, due.Add(-5 * time.Hour), obligation.OnTime},
		"open at the first reminder is soon":        {open, due.Add(-4 * time.Hour), obligation.Soon},
		"open at its end is not yet late":           {open, due, obligation.Soon},
		"open a moment after its end is late":       {open, due.Add(time.Millisecond), obligation.Late},
		"met at its end is on time years later":     {met(due), due.AddDate(5, 0, 0), obligation.MetTime},
		"met a moment late is late years later":     {met(due.Add(time.Millisecond)), due.AddDate(5, 0, 0), obligation.MetLate},
		"waived has no clock":                       {obligation.Obligation{State: obligation.Waived, DueAt: due}, due.Add(time.Hour), obligation.Ended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.o.Clock(c.now); got != c.want {
				t.Errorf("clock = %d, want %d", got, c.want)
			}
		})
	}
}

// Lateness only ever grows: as time passes an open duty never becomes less
// late, and what is ended does not change at all.
func TestClockNeverGetsBetter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		due := t0.Add(time.Duration(rapid.Int64Range(0, 1e6).Draw(r, "term")) * time.Second)
		o := obligation.Obligation{State: rapid.SampledFrom(obligation.States()).Draw(r, "state"), T0: t0, DueAt: due,
			SoonAt: t0.Add(due.Sub(t0) / 2)}
		if o.State == obligation.Met {
			o.Proof.At = t0.Add(time.Duration(rapid.Int64Range(0, 2e6).Draw(r, "met")) * time.Second)
		}
		now := t0.Add(time.Duration(rapid.Int64Range(0, 2e6).Draw(r, "now")) * time.Second)
		later := now.Add(time.Duration(rapid.Int64Range(0, 2e6).Draw(r, "later")) * time.Second)
		a, z := o.Clock(now), o.Clock(later)
		if o.State == obligation.Open && z < a || o.State != obligation.Open && z != a {
			r.Fatalf("%s: %d at %v, %d at %v", o.State, a, now, z, later)
		}
		if o.State == obligation.Met && (a == obligation.MetLate) != o.Proof.At.After(due) {
			r.Fatalf("met at %v, due %v, clock %d", o.Proof.At, due, a)
		}
	})
}
