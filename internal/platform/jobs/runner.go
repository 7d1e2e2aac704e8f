// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Handler does one job. It returns soon after ctx ends, with any error; the
// cause is then ErrLost, or the runner stops and the job goes back unharmed.
// An error of kind fault.Invalid or fault.TooLarge is final; after any other
// the job is tried again. Handlers run at the same time on different jobs.
type Handler func(ctx context.Context, j Job, p *Progress) error

// Progress is how a handler says how far it is. It is safe for concurrent use.
type Progress struct {
	job Job

	mu      sync.Mutex
	done    int64
	total   int64
	note    string
	changed bool
}

// Set says that done of total parts are done (total 0: unknown) and, by a
// catalogue key, what is going on. It is on disk within a second or so.
func (p *Progress) Set(done, total int64, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total, p.note, p.changed = done, total, note, true
}

// Fence fails with ErrLost unless the lease still stands, inside the handler's
// own transaction: what commits with it, no second runner has done.
func (p *Progress) Fence(ctx context.Context, tx *db.Tx) error {
	_, err := held(ctx, tx, p.job)
	return db.Error("jobs.Fence", err)
}

// Step is Fence for a transaction that brings the work further: attempts are
// counted anew from it, so that a long job survives any number of crashes as
// long as each run gets on.
func (p *Progress) Step(ctx context.Context, tx *db.Tx) error {
	j, err := held(ctx, tx, p.job)
	if err == nil && j.Attempts > 1 {
		_, err = tx.NewUpdate().Model((*Job)(nil)).Set("attempts = 1").Where("id = ?", j.ID).Exec(ctx)
	}
	return db.Error("jobs.Step", err)
}

func (p *Progress) apply(j *Job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j.Done, j.Total, j.Note, p.changed = p.done, p.total, p.note, false
}

func (p *Progress) pending() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Options are what a Runner works with; the zero value of each but Handlers is
// usable.
type Options struct {
	Handlers map[string]Handler // by kind; jobs of other kinds are left to others
	Name     string             // of this process, for the lease and the log
	Workers  int                // jobs at the same time; 0 is 2
	Lease    time.Duration      // how long a vanished process blocks its job; 0 is 30 s
	Poll     time.Duration      // longest time between looks; 0 is 1 s
	Log      *slog.Logger       // nil discards
	// Ticks gives the beat at which a lease is looked after, and its stop; nil
	// is a ticker of a second.
	Ticks func() (<-chan time.Time, func())
}

// Runner does jobs of one queue. Several, in any number of processes, never do
// the same job at once.
type Runner struct {
	queue *Queue
	opt   Options
	kinds []string

	quit   chan struct{} // closed: take no more work
	once   sync.Once
	ctx    context.Context // ends: drop the work in hand
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu  sync.Mutex
	own []string // leases whose handlers have not come home yet
}

// NewRunner makes a runner of q; nothing runs before Start or RunOnce.
func NewRunner(q *Queue, opt Options) *Runner {
	opt.Name = cmp.Or(opt.Name, "runner")
	opt.Workers = cmp.Or(opt.Workers, 2)
	opt.Lease = cmp.Or(opt.Lease, 30*time.Second)
	opt.Poll = cmp.Or(opt.Poll, time.Second)
	opt.Log = cmp.Or(opt.Log, slog.New(slog.DiscardHandler))
	if opt.Ticks == nil {
		opt.Ticks = func() (<-chan time.Time, func()) {
			t := time.NewTicker(time.Second)
			return t.C, t.Stop
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Runner{queue: q, opt: opt, kinds: slices.Sorted(maps.Keys(opt.Handlers)),
		quit: make(chan struct{}), ctx: ctx, cancel: cancel}
}

// Start begins work in the background. Call it once.
func (r *Runner) Start() {
	for range r.opt.Workers {
		r.wg.Go(r.work)
	}
}

// Stop takes no more work and waits for what is in hand. When ctx ends first,
// handlers are cancelled, their jobs go back unharmed, and ctx's error is
// returned once all have come home.
func (r *Runner) Stop(ctx context.Context) error {
	r.once.Do(func() { close(r.quit) })
	home := make(chan struct{})
	go func() { r.wg.Wait(); close(home) }()
	var err error
	select {
	case <-home:
	case <-ctx.Done():
		err = fmt.Errorf("stop jobs: %w", ctx.Err())
	}
	r.cancel()
	<-home
	return err
}

// firstLook is the wait after a wake: the asking transaction may still be
// about to commit. It doubles up to Poll.
const firstLook = 10 * time.Millisecond

func (r *Runner) work() {
	wait := firstLook
	for {
		wake := r.queue.awake()
		select {
		case <-r.quit:
			return
		default:
		}
		ran, err := r.RunOnce(r.ctx)
		if err != nil && r.ctx.Err() == nil {
			r.opt.Log.Error("job runner cannot reach its table", "err", err)
		}
		if ran {
			wait = firstLook
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-r.quit:
		case <-wake:
			wait = firstLook
		case <-timer.C:
			wait = min(2*wait, r.opt.Poll)
		}
		timer.Stop()
	}
}

// RunOnce takes one due job and does it to its end; false when none is due.
// The error says that the table could not be reached, never that a job failed.
func (r *Runner) RunOnce(ctx context.Context) (bool, error) {
	j, ok, err := r.queue.claim(ctx, r.opt.Name, r.kinds, r.leases(), r.opt.Lease)
	if err != nil || !ok {
		return false, err
	}
	defer r.hold(j.LeaseOwner)()
	log := r.opt.Log.With("job_id", j.ID, "kind", j.Kind, "attempt", j.Attempts)
	p := &Progress{job: j, done: j.Done, total: j.Total, note: j.Note}
	err = r.handle(ctx, j, p, log)

	now := r.queue.now()
	written := r.queue.update(context.WithoutCancel(ctx), j, func(row *Job) {
		p.apply(row)
		if err != nil && ctx.Err() != nil {
			row.release(now)
			return
		}
		row.finish(err, now)
	})
	switch {
	case errors.Is(written, ErrLost):
		log.Warn("job lease was lost", "err", err)
		return true, nil
	case written != nil:
		return true, db.Error("jobs.RunOnce", written)
	case err != nil:
		log.Warn("job attempt failed", "err", err)
	default:
		log.Debug("job done")
	}
	return true, nil
}

// leases are those at work here. A clock that jumps makes them look run out until
// the next beat renews them; that must not let the runner take its own job twice.
func (r *Runner) leases() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.own)
}

// hold notes a lease as at work until the function it returns is called.
func (r *Runner) hold(lease string) func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.own = append(r.own, lease)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.own = slices.DeleteFunc(r.own, func(l string) bool { return l == lease })
	}
}

// handle runs the handler while its lease is kept.
func (r *Runner) handle(ctx context.Context, j Job, p *Progress, log *slog.Logger) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var keeper sync.WaitGroup
	over := make(chan struct{})
	keeper.Go(func() { r.keep(ctx, j, p, over, cancel, log) })
	defer func() {
		close(over)
		keeper.Wait()
		cancel(nil)
	}()
	return guard(ctx, r.opt.Handlers[j.Kind], j, p)
}

// guard turns a panic of a handler, a bug, into an error, so that one broken
// job stops neither the others nor the process.
func guard(ctx context.Context, h Handler, j Job, p *Progress) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("job %s panicked: %v\n%s", j.Kind, v, debug.Stack())
		}
	}()
	return h(ctx, j, p)
}

// keep renews the lease each third of its length and when the clock was set back,
// and writes progress each tick it changed. When the lease is gone, or could not be renewed until it ran
// out, the handler is cancelled with ErrLost.
func (r *Runner) keep(ctx context.Context, j Job, p *Progress, over <-chan struct{}, cancel context.CancelCauseFunc, log *slog.Logger) {
	ticks, stop := r.opt.Ticks()
	defer stop()
	until, renewed := j.LeaseUntil.Time, j.StartedAt.Time
	for {
		select {
		case <-over:
			return
		case <-ctx.Done():
			return
		case <-ticks:
		}
		now := r.queue.now()
		var err error
		if p.pending() || now.Sub(renewed) >= r.opt.Lease/3 || now.Before(renewed) {
			next := now.Add(r.opt.Lease)
			err = r.queue.update(ctx, j, func(row *Job) {
				p.apply(row)
				row.LeaseUntil = db.At(next)
			})
			if err == nil {
				until, renewed = next, now
			}
		} else {
			err = r.look(ctx, j)
		}
		if err != nil && ctx.Err() == nil {
			log.Warn("job lease not renewed", "err", err)
		}
		if errors.Is(err, ErrLost) || err != nil && !now.Before(until) {
			cancel(ErrLost)
			return
		}
	}
}

// look fails with ErrLost when the lease j carries no longer stands; it writes
// nothing, so that a cancellation is noticed without a write a second.
func (r *Runner) look(ctx context.Context, j Job) error {
	n, err := r.queue.db.Read().NewSelect().Model((*Job)(nil)).Where("id = ?", j.ID).
		Where("state = ?", Running).Where("lease_owner = ?", j.LeaseOwner).Count(ctx)
	if err == nil && n == 0 {
		return ErrLost
	}
	return db.Error("jobs.look", err)
}
