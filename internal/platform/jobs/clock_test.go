// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/jobs"
)

const day = 24 * time.Hour

// TestClockSetBackDelaysNoJob: what was asked for before the clock went back a
// day is done at once, not a day later; a wait begun after that is kept.
func TestClockSetBackDelaysNoJob(t *testing.T) {
	each(t, func(b *bench) {
		fresh := b.add(jobs.Task{Kind: "k", Key: "fresh"}).ID
		b.clock.pass(-day)
		b.once(b.runner("a", nil, ok), true)
		if j := b.get(fresh); j.State != jobs.Done {
			b.Errorf("asked for before: %+v", j)
		}

		b.clock.pass(day)
		failing := b.runner("a", nil, func(context.Context, jobs.Job, *jobs.Progress) error { return errors.New("x") })
		again := b.add(jobs.Task{Kind: "k", Key: "again"}).ID
		b.once(failing, true)
		b.clock.pass(-day)
		b.once(failing, true)  // its wait was counted on a clock that is no more
		b.once(failing, false) // this one is counted on today's
		b.clock.pass(20 * time.Second)
		b.once(b.runner("a", nil, ok), true)
		if j := b.get(again); j.State != jobs.Done || j.Attempts != 3 {
			b.Errorf("tried again: %+v", j)
		}
	})
}

// TestClockForwardAgainDoesNothingTwice: the hour that comes a second time finds
// what was done done, and a delayed job is not early.
func TestClockForwardAgainDoesNothingTwice(t *testing.T) {
	each(t, func(b *bench) {
		var ran atomic.Int64
		r := b.runner("a", nil, func(context.Context, jobs.Job, *jobs.Progress) error { ran.Add(1); return nil })
		b.add(jobs.Task{Kind: "k", Key: "one"})
		b.clock.pass(-day)
		b.once(r, true)
		b.add(jobs.Task{Kind: "k", Key: "one"})
		b.add(jobs.Task{Kind: "k", Key: "later", Delay: time.Hour})
		b.once(r, false)
		b.clock.pass(day)
		b.once(r, true)
		b.once(r, false)
		if ran.Load() != 2 {
			b.Errorf("%d runs of two jobs", ran.Load())
		}
	})
}

// TestClockSetBackVoidsTheLeaseOfTheDead: a process died at a job, the clock went
// back a day; the next process takes the job within the usual bounds.
func TestClockSetBackVoidsTheLeaseOfTheDead(t *testing.T) {
	for name, back := range map[string]time.Duration{"a day": day, "a minute": time.Minute} {
		t.Run(name, func(t *testing.T) {
			each(t, func(b *bench) {
				b.add(jobs.Task{Kind: "k", Key: "x"})
				begun, wake, home := make(chan struct{}), make(chan struct{}), make(chan error, 1)
				dead := b.runner("dead", nil, func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
					close(begun)
					<-wake
					return b.db.Housekeep(ctx, p.Fence)
				})
				go func() { _, err := dead.RunOnce(b.Context()); home <- err }()
				<-begun
				b.clock.pass(-back)
				var ran bool
				for range 10 { // a lease, the skew allowed, and no more
					var err error
					if ran, err = b.runner("next", nil, ok).RunOnce(b.Context()); err != nil {
						b.Fatal(err)
					} else if ran {
						break
					}
					b.clock.pass(10 * time.Second)
				}
				if !ran {
					b.Error("still waits for the lease of the dead")
				}
				close(wake)
				if err := <-home; err != nil {
					b.Error(err)
				}
			})
		})
	}
}

// TestLeaseAtWorkOutlivesAnyClock: while a handler works the clock goes back a
// day and forward again. No other worker of the runner takes its job, and once
// its beat was heard no other process does.
func TestLeaseAtWorkOutlivesAnyClock(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x"}).ID
		ticks := make(chan time.Time)
		var runs atomic.Int64
		var r *jobs.Runner
		r = b.runner("a", ticks, func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
			runs.Add(1)
			for _, jump := range []time.Duration{-day, day, -time.Minute, 3 * day} {
				b.clock.pass(jump)
				b.once(r, false)
				ticks <- b.clock.now()
				ticks <- b.clock.now() // taken once the first was dealt with
				b.once(b.runner("other process", nil, ok), false)
			}
			return b.db.Housekeep(ctx, p.Fence)
		})
		b.once(r, true)
		if j := b.get(id); j.State != jobs.Done || j.Attempts != 1 || runs.Load() != 1 {
			b.Errorf("%d runs, job = %+v", runs.Load(), j)
		}
	})
}
