// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is one database with a queue, a clock, and a unit "u" in scope.
type bench struct {
	*testing.T
	db    *db.DB
	clock *clock
	queue *jobs.Queue
	scope auth.Scope
}

func each(t *testing.T, test func(*bench)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{jobs.Migrations, audit.Migrations, auth.Migrations}, func(t *testing.T, d *db.DB) {
		b := &bench{T: t, db: d, clock: &clock{at: time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)}}
		b.queue = jobs.New(d, b.clock.now)
		b.scope = auth.ScopeOf(auth.Actor{ID: "a", Grants: []auth.Grant{{Role: auth.Centre, Unit: "u"}}},
			auth.Permission{Area: auth.Findings, Act: auth.Read})
		if _, err := d.Read().NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('u', 'u'), ('v', 'v')").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(b)
	})
}

func (b *bench) add(task jobs.Task) jobs.Job {
	b.Helper()
	if task.Unit == "" {
		task.Unit = "u"
	}
	var j jobs.Job
	err := b.db.Housekeep(b.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		j, err = b.queue.Enqueue(ctx, tx, task)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return j
}

func (b *bench) get(id string) jobs.Job {
	b.Helper()
	j, err := b.queue.Get(b.Context(), b.scope, id)
	if err != nil {
		b.Fatal(err)
	}
	return j
}

// runner is one process that does jobs of kind "k" with h; its leases are kept
// only when ticks gives a beat.
func (b *bench) runner(name string, ticks <-chan time.Time, h jobs.Handler) *jobs.Runner {
	return jobs.NewRunner(b.queue, jobs.Options{Name: name, Handlers: map[string]jobs.Handler{"k": h}, Lease: 30 * time.Second,
		Ticks: func() (<-chan time.Time, func()) { return ticks, func() {} }})
}

func (b *bench) once(r *jobs.Runner, want bool) {
	b.Helper()
	if ran, err := r.RunOnce(b.Context()); err != nil || ran != want {
		b.Fatalf("RunOnce = %v, %v; want %v", ran, err, want)
	}
}

func ok(context.Context, jobs.Job, *jobs.Progress) error { return nil }

func TestEnqueuedTwiceIsDoneOnce(t *testing.T) {
	each(t, func(b *bench) {
		first := b.add(jobs.Task{Kind: "k", Key: "file-1", Payload: map[string]int{"offset": 7}})
		if again := b.add(jobs.Task{Kind: "k", Key: "file-1", Payload: 9}); again.ID != first.ID || again.Payload != first.Payload {
			b.Errorf("second Enqueue = %+v, want the first", again)
		}
		other := b.add(jobs.Task{Kind: "k2", Key: "file-1"})
		runs := 0
		r := b.runner("a", nil, func(_ context.Context, j jobs.Job, p *jobs.Progress) error {
			var payload struct{ Offset int }
			if err := j.Decode(&payload); err != nil || payload.Offset != 7 {
				b.Errorf("payload = %+v, %v", payload, err)
			}
			runs++
			p.Set(3, 3, "note.key")
			return nil
		})
		b.once(r, true)
		b.once(r, false)
		b.add(jobs.Task{Kind: "k", Key: "file-1"})
		b.once(r, false)
		j := b.get(first.ID)
		if runs != 1 || j.State != jobs.Done || j.Done != 3 || j.Total != 3 || j.Note != "note.key" || j.EndedAt.IsZero() || j.LeaseOwner != "" {
			b.Errorf("%d runs, job %+v", runs, j)
		}
		if got := b.get(other.ID); got.State != jobs.Queued {
			b.Errorf("a kind without handler is %s", got.State)
		}
	})
}

func TestEnqueueRolledBackWasNeverAsked(t *testing.T) {
	each(t, func(b *bench) {
		boom := errors.New("boom")
		err := b.db.Housekeep(b.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := b.queue.Enqueue(ctx, tx, jobs.Task{Kind: "k", Key: "x"})
			return errors.Join(err, boom)
		})
		if !errors.Is(err, boom) {
			b.Fatal(err)
		}
		b.once(b.runner("a", nil, ok), false)
	})
}

func TestFailureIsTriedAgainLaterThenFinal(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x", MaxAttempts: 3}).ID
		r := b.runner("a", nil, func(context.Context, jobs.Job, *jobs.Progress) error { return errors.New("disk on fire") })
		for _, wait := range []time.Duration{5 * time.Second, 20 * time.Second} {
			b.once(r, true)
			b.once(r, false)
			b.clock.pass(wait - time.Millisecond)
			b.once(r, false)
			b.clock.pass(time.Millisecond)
		}
		b.once(r, true)
		b.clock.pass(24 * time.Hour)
		b.once(r, false)
		j := b.get(id)
		if j.State != jobs.Failed || j.Attempts != 3 || j.Failure().Message != "fault.internal" {
			b.Errorf("job = %+v", j)
		}
	})
}

func TestErrorsThatCannotGetBetterAreFinal(t *testing.T) {
	each(t, func(b *bench) {
		for key, err := range map[string]error{
			"invalid":   fmt.Errorf("read: %w", &fault.Error{Kind: fault.Invalid, Msg: "intake.bad_line", Args: []any{7}}),
			"too large": &fault.Error{Kind: fault.TooLarge, Msg: "intake.bad_line", Args: []any{7}},
		} {
			id := b.add(jobs.Task{Kind: "k", Key: key}).ID
			b.once(b.runner("a", nil, func(context.Context, jobs.Job, *jobs.Progress) error { return err }), true)
			j := b.get(id)
			if f := j.Failure(); j.State != jobs.Failed || j.Attempts != 1 || f.Message != "intake.bad_line" || len(f.Args) != 1 || f.Args[0] != "7" {
				b.Errorf("%s: job %+v, failure %+v", key, j, f)
			}
		}
	})
}

func TestPanicIsAFailureOfThatJobAlone(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x"}).ID
		b.once(b.runner("a", nil, func(context.Context, jobs.Job, *jobs.Progress) error { panic("bug") }), true)
		if j := b.get(id); j.State != jobs.Queued || j.Failure().Message != "fault.internal" {
			b.Errorf("job = %+v", j)
		}
	})
}

// Two processes drain one queue; each job is done exactly once.
func TestCompetingRunnersNeverShareAJob(t *testing.T) {
	each(t, func(b *bench) {
		const n = 30
		for i := range n {
			b.add(jobs.Task{Kind: "k", Key: fmt.Sprint(i)})
		}
		var mu sync.Mutex
		runs := map[string]int{}
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b"} {
			r := b.runner(name, nil, func(_ context.Context, j jobs.Job, _ *jobs.Progress) error {
				mu.Lock()
				defer mu.Unlock()
				runs[j.Key]++
				return nil
			})
			for range 2 {
				wg.Go(func() {
					for idle := 0; idle < 3; {
						ran, err := r.RunOnce(b.Context())
						if err != nil && !fault.Is(err, fault.Unavailable) {
							b.Error(err)
							return
						}
						if !ran {
							idle++
						}
					}
				})
			}
		}
		wg.Wait()
		for key, times := range runs {
			if times != 1 {
				b.Errorf("job %s was done %d times", key, times)
			}
		}
		if len(runs) != n {
			b.Errorf("%d of %d jobs were done", len(runs), n)
		}
	})
}

// Process a stops answering in the middle of a job. After the lease, b does it;
// when a wakes up its result counts for nothing and its transaction is refused.
func TestVanishedRunnerIsTakenOver(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x"}).ID
		begun, wake, fenced := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		a := b.runner("a", nil, func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
			close(begun)
			<-wake
			fenced <- b.db.Housekeep(ctx, p.Fence)
			return errors.New("late")
		})
		home := make(chan error, 1)
		go func() { _, err := a.RunOnce(b.Context()); home <- err }()
		<-begun
		other := b.runner("b", nil, ok)
		b.clock.pass(29 * time.Second)
		b.once(other, false)
		b.clock.pass(time.Second)
		b.once(other, true)
		close(wake)
		if err := <-fenced; !errors.Is(err, jobs.ErrLost) {
			b.Errorf("Fence of the late runner = %v, want ErrLost", err)
		}
		if err := <-home; err != nil {
			b.Errorf("late runner: %v", err)
		}
		if j := b.get(id); j.State != jobs.Done || j.Attempts != 2 || j.Error != "" {
			b.Errorf("job = %+v", j)
		}
	})
}

// The late runner comes back while another is at the job: it ends nothing, its
// transaction is refused, and the lease of the other stands.
func TestLateRunnerLeavesTheNewLeaseAlone(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x"}).ID
		begun, wake, home := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		a := b.runner("same name", nil, func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
			close(begun)
			<-wake
			if err := b.db.Housekeep(ctx, p.Fence); !errors.Is(err, jobs.ErrLost) {
				b.Errorf("Fence of the late runner = %v, want ErrLost", err)
			}
			p.Set(9, 9, "late")
			return nil
		})
		go func() { _, err := a.RunOnce(b.Context()); home <- err }()
		<-begun
		b.clock.pass(30 * time.Second)
		b.once(b.runner("same name", nil, func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
			before := b.get(id)
			close(wake)
			if err := <-home; err != nil {
				b.Errorf("late runner: %v", err)
			}
			if j := b.get(id); j != before {
				b.Errorf("the late runner changed the job: %+v, was %+v", j, before)
			}
			return b.db.Housekeep(ctx, p.Fence)
		}), true)
		if j := b.get(id); j.State != jobs.Done || j.Note != "" {
			b.Errorf("job = %+v", j)
		}
	})
}

func TestJobThatKillsItsRunnersIsGivenUp(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x", MaxAttempts: 2}).ID
		wake := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 2 {
			begun := make(chan struct{})
			r := b.runner(fmt.Sprint(i), nil, func(context.Context, jobs.Job, *jobs.Progress) error { close(begun); <-wake; return nil })
			wg.Go(func() {
				if _, err := r.RunOnce(b.Context()); err != nil {
					b.Error(err)
				}
			})
			<-begun
			b.clock.pass(time.Minute)
		}
		b.once(b.runner("c", nil, ok), false)
		close(wake)
		wg.Wait()
		if j := b.get(id); j.State != jobs.Failed || j.Failure().Message != "jobs.lost" {
			b.Errorf("job = %+v", j)
		}
	})
}

func TestLeaseIsKeptWhileTheHandlerWorks(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x"}).ID
		ticks := make(chan time.Time)
		r := b.runner("a", ticks, func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
			p.Set(1, 2, "")
			ticks <- b.clock.now() // writes the progress
			ticks <- b.clock.now() // taken only once the write is over
			if j := b.get(id); j.Done != 1 || j.Total != 2 {
				b.Errorf("progress at rest = %d/%d", j.Done, j.Total)
			}
			for range 6 { // two minutes of work under a lease of thirty seconds
				b.clock.pass(20 * time.Second)
				ticks <- b.clock.now()
				ticks <- b.clock.now()
				b.once(b.runner("b", nil, ok), false)
			}
			return ctx.Err()
		})
		b.once(r, true)
		if j := b.get(id); j.State != jobs.Done || j.Attempts != 1 {
			b.Errorf("job = %+v", j)
		}
	})
}

func TestCancelReachesTheHandlerAndTheTrail(t *testing.T) {
	each(t, func(b *bench) {
		id := b.add(jobs.Task{Kind: "k", Key: "x"}).ID
		ticks := make(chan time.Time)
		r := b.runner("a", ticks, func(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
			if _, err := b.queue.Cancel(b.Context(), b.scope, j.ID); err != nil {
				b.Error(err)
			}
			ticks <- b.clock.now()
			<-ctx.Done()
			return context.Cause(ctx)
		})
		b.once(r, true)
		if j := b.get(id); j.State != jobs.Cancelled || j.LeaseOwner != "" {
			b.Errorf("job = %+v", j)
		}
		b.clock.pass(time.Hour)
		b.once(r, false)
		rows, err := audit.Of(b.Context(), b.db, "job", id, 9)
		if err != nil || len(rows) != 1 || rows[0].Action != "job.cancel" || rows[0].UnitID != "u" {
			b.Errorf("trail = %+v, %v", rows, err)
		}
		if _, err := b.queue.Cancel(b.Context(), b.scope, id); !fault.Is(err, fault.Conflict) {
			b.Errorf("second Cancel = %v, want Conflict", err)
		}
		if j, err := b.queue.Retry(b.Context(), b.scope, id); err != nil || j.State != jobs.Queued {
			b.Errorf("Retry = %+v, %v", j, err)
		}
		b.once(b.runner("a", nil, ok), true)
		if _, err := b.queue.Retry(b.Context(), b.scope, id); !fault.Is(err, fault.Conflict) {
			b.Errorf("Retry of done work = %v, want Conflict", err)
		}
	})
}

func TestJobsOfOtherUnitsDoNotExist(t *testing.T) {
	each(t, func(b *bench) {
		mine, theirs := b.add(jobs.Task{Kind: "k", Key: "1"}), b.add(jobs.Task{Kind: "k", Key: "2", Unit: "v"})
		last := b.add(jobs.Task{Kind: "k", Key: "3"})
		for name, err := range map[string]error{
			"Get":    func() error { _, err := b.queue.Get(b.Context(), b.scope, theirs.ID); return err }(),
			"Cancel": func() error { _, err := b.queue.Cancel(b.Context(), b.scope, theirs.ID); return err }(),
			"Retry":  func() error { _, err := b.queue.Retry(b.Context(), b.scope, theirs.ID); return err }(),
			"nobody": func() error { _, err := b.queue.Get(b.Context(), auth.Scope{}, mine.ID); return err }(),
		} {
			if !fault.Is(err, fault.NotFound) {
				b.Errorf("%s = %v, want NotFound", name, err)
			}
		}
		list, err := b.queue.List(b.Context(), b.scope, jobs.Filter{Kind: "k", States: []jobs.State{jobs.Queued}})
		if err != nil || len(list) != 2 || list[0].ID != last.ID || list[1].ID != mine.ID {
			b.Errorf("List = %+v, %v", list, err)
		}
		list, err = b.queue.List(b.Context(), b.scope, jobs.Filter{Before: last.ID, Limit: 1})
		if err != nil || len(list) != 1 || list[0].ID != mine.ID {
			b.Errorf("next page = %+v, %v", list, err)
		}
	})
}

// Started runners pick work up as it is asked for; Stop waits for it, and with
// no time left gives it back without counting the attempt.
func TestStopWaitsOrGivesBack(t *testing.T) {
	each(t, func(b *bench) {
		begun, finish := make(chan struct{}, 1), make(chan struct{})
		h := map[string]jobs.Handler{"k": func(ctx context.Context, _ jobs.Job, _ *jobs.Progress) error {
			begun <- struct{}{}
			select {
			case <-finish:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		r := jobs.NewRunner(b.queue, jobs.Options{Handlers: h, Workers: 1})
		r.Start()
		first := b.add(jobs.Task{Kind: "k", Key: "1"})
		<-begun
		close(finish)
		if err := r.Stop(b.Context()); err != nil {
			b.Errorf("Stop = %v", err)
		}
		if j := b.get(first.ID); j.State != jobs.Done {
			b.Errorf("first job = %+v", j)
		}

		finish = make(chan struct{})
		r = jobs.NewRunner(b.queue, jobs.Options{Handlers: h, Workers: 1})
		second := b.add(jobs.Task{Kind: "k", Key: "2"})
		r.Start()
		<-begun
		none, cancel := context.WithCancel(b.Context())
		cancel()
		if err := r.Stop(none); !errors.Is(err, context.Canceled) {
			b.Errorf("Stop without time = %v", err)
		}
		if j := b.get(second.ID); j.State != jobs.Queued || j.Attempts != 0 || j.LeaseOwner != "" {
			b.Errorf("second job = %+v", j)
		}
	})
}

func TestMessagesAreComplete(t *testing.T) {
	t.Parallel()
	c, err := i18n.Load(jobs.Messages)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"jobs.lost", "jobs.ended", "jobs.not_ended"} {
		if !c.Has(key) {
			t.Errorf("no message %s", key)
		}
	}
}

func TestJobThatGetsOnSurvivesAnyNumberOfCrashes(t *testing.T) {
	each(t, func(b *bench) {
		j := b.add(jobs.Task{Kind: "k", Key: "long", MaxAttempts: 2})
		for range 6 {
			r := b.runner("crashes", nil, func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
				if err := b.db.Housekeep(ctx, p.Step); err != nil {
					return err
				}
				panic("power cut")
			})
			b.once(r, true)
			b.clock.pass(time.Hour)
		}
		b.once(b.runner("done", nil, ok), true)
		if got := b.get(j.ID); got.State != jobs.Done {
			b.Errorf("state = %s after %d attempts, want done", got.State, got.Attempts)
		}
	})
}
