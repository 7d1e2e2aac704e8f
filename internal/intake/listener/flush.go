// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"context"
	"sync"
	"time"
)

// flusher hands on runs whose time is up, oldest first, one of 50 a second over
// all ways, so that thousands of quiet sources do not each sync the disk once a
// second. It sleeps while no run is open.
type flusher struct {
	mu   sync.Mutex
	list []pending
	wake chan struct{} // one is enough
}

type pending struct {
	lane *lane
	due  time.Time
}

// enqueue is called once a run, with due times that only grow.
func (f *flusher) enqueue(l *lane, due time.Time) {
	f.mu.Lock()
	f.list = append(f.list, pending{l, due})
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *flusher) head() (pending, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) == 0 {
		f.list = nil
		return pending{}, false
	}
	return f.list[0], true
}

func (f *flusher) pop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list[0] = pending{}
	f.list = f.list[1:]
}

// run works until ctx ends.
func (f *flusher) run(ctx context.Context, p *pace, m *memory) {
	for ctx.Err() == nil {
		next, ok := f.head()
		if !ok {
			select {
			case <-f.wake:
			case <-ctx.Done():
			}
			continue
		}
		if !pause(ctx, time.Until(next.due)) {
			return
		}
		f.pop()
		sealed, again := next.lane.overdue(time.Now())
		if !again.IsZero() {
			f.enqueue(next.lane, again)
		}
		if sealed && !m.full() && !p.rest(ctx) {
			return
		}
	}
}

// pace spaces blocks that are stored because time is up.
type pace struct {
	mu   sync.Mutex
	next time.Time
}

// rest is called after such a block and waits until the next may follow, false
// when ctx ended before.
func (p *pace) rest(ctx context.Context) bool {
	p.mu.Lock()
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(quietPace)
	d := p.next.Sub(now)
	p.mu.Unlock()
	return pause(ctx, d)
}

// pause waits for d, false when ctx ended before.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
