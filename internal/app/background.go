// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// duty is background work without a job of its own: sealing the audit trail,
// sending notices, asking whether the nightly backup is due. It looks at the
// records and the clock and does what is due, so that it may be asked at any
// time, any number of times.
type duty struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error
	here  bool // each process does it for itself
}

// background runs duties, each in its own turn.
type background struct {
	log    *slog.Logger
	now    func() time.Time
	duties []duty
	beats  beats
	// lease says whether this process is the one to do a duty now; nil: it is.
	lease func(ctx context.Context, name string, period time.Duration) (bool, error)
	// only says that duties of the whole centre are for other processes.
	only bool

	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// every adds a duty. It is asked first when the program starts.
func (b *background) every(period time.Duration, name string, do func(ctx context.Context) error) {
	b.duties = append(b.duties, duty{name: name, every: period, do: do})
}

// here adds a duty that each of several processes does for itself.
func (b *background) here(period time.Duration, name string, do func(ctx context.Context) error) {
	b.duties = append(b.duties, duty{name: name, every: period, do: do, here: true})
}

// mine reports whether the duty is for this process now.
func (b *background) mine(ctx context.Context, d duty) (bool, error) {
	switch {
	case d.here:
		return true, nil
	case b.only:
		return false, nil
	case b.lease == nil:
		return true, nil
	}
	return b.lease(ctx, d.name, d.every)
}

// start asks every duty now and again after each of its periods, until stop. A
// duty that fails is logged and asked again.
func (b *background) start() {
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	for _, d := range b.duties {
		b.wg.Go(func() {
			beat := time.NewTicker(d.every)
			defer beat.Stop()
			for {
				mine, err := b.mine(ctx, d)
				if mine {
					err = d.do(ctx)
					b.beats.note(d, b.now(), err)
				}
				if err != nil && ctx.Err() == nil {
					b.log.Error("background work failed", "work", d.name, "err", err)
				}
				select {
				case <-ctx.Done():
					return
				case <-beat.C:
				}
			}
		})
	}
}

// stop ends all duties and waits for those in hand as long as ctx allows.
func (b *background) stop(ctx context.Context) error {
	if b.cancel == nil {
		return nil
	}
	b.cancel()
	done := make(chan struct{})
	go func() { b.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("background work does not end: %w", ctx.Err())
	}
}

// once asks every duty in the order they were added: for the command line and
// tests, without start.
func (b *background) once(ctx context.Context) error {
	var errs []error
	for _, d := range b.duties {
		err := d.do(ctx)
		b.beats.note(d, b.now(), err)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", d.name, err))
		}
	}
	return errors.Join(errs...)
}
