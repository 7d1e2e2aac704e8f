// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package together has what several callers want at the same time done in one
// go: a transaction, a sync of the disk. Who comes first begins at once, alone,
// and those who come meanwhile are the next go; only a group made by Patient may
// wait for company.
package together

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Group is work that is done for several callers together. It is safe for
// concurrent use.
type Group[T any] struct {
	most int
	do   func(ctx context.Context, items []T) error
	wait func(waiting []T) time.Duration // nil: nobody waits
	came chan struct{}                   // takes one when somebody came
	turn chan struct{}                   // held by who does the work

	mu      sync.Mutex
	waiting []*call[T] // in the order they came
}

type call[T any] struct {
	ctx  context.Context
	item T
	done chan struct{}
	err  error
}

// New makes a Group that does at most so many items in one go. do is for all or
// nothing: when it fails for several items it is called again for each of them
// alone, so that one that is bad takes no other with it. It is called by one
// goroutine at a time.
func New[T any](most int, do func(ctx context.Context, items []T) error) *Group[T] {
	return &Group[T]{most: most, do: do, turn: make(chan struct{}, 1), came: make(chan struct{}, 1)}
}

// Patient makes a Group as New does, but before each go wait says how long another
// is to be waited for, 0 for not at all, and says so again when one has come. It is
// given those that wait, in the order they came; with most of them nobody is waited
// for, nor once the ctx ends of who does the work.
func Patient[T any](most int, do func(ctx context.Context, items []T) error, wait func(waiting []T) time.Duration) *Group[T] {
	g := New(most, do)
	g.wait = wait
	return g
}

// Do returns once item is done, alone or with others, and why not. When ctx ends
// before its turn comes nothing is done; work that has begun is ended, since it
// is others' as well.
func (g *Group[T]) Do(ctx context.Context, item T) error {
	c := &call[T]{ctx: ctx, item: item, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()
	select {
	case g.came <- struct{}{}:
	default:
	}
	select {
	case <-c.done:
		return c.err
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		if g.leave(c) {
			return ctx.Err()
		}
		<-c.done // somebody has begun with it
		return c.err
	}
	defer func() { <-g.turn }()
	for {
		select {
		case <-c.done:
			return c.err
		default:
			g.company(ctx)
			g.next()
		}
	}
}

// leave takes c away from those that wait, false when it does no more.
func (g *Group[T]) leave(c *call[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := slices.Index(g.waiting, c)
	if at >= 0 {
		g.waiting = slices.Delete(g.waiting, at, at+1)
	}
	return at >= 0
}

// company returns when the next go is to begin.
func (g *Group[T]) company(ctx context.Context) {
	for g.wait != nil {
		items := g.items()
		if len(items) == g.most {
			return
		}
		d := g.wait(items)
		if d <= 0 {
			return
		}
		timer := time.NewTimer(d)
		select {
		case <-g.came:
			timer.Stop()
		case <-timer.C:
			return
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// items are those of the next go, as far as they have come.
func (g *Group[T]) items() []T {
	g.mu.Lock()
	defer g.mu.Unlock()
	items := make([]T, 0, min(g.most, len(g.waiting)))
	for _, c := range g.waiting[:cap(items)] {
		items = append(items, c.item)
	}
	return items
}

// next does the work of those who have waited longest.
func (g *Group[T]) next() {
	g.mu.Lock()
	n := min(g.most, len(g.waiting))
	calls := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	g.mu.Unlock()
	items := make([]T, n)
	for i, c := range calls {
		items[i] = c.item
	}
	ctx := context.WithoutCancel(calls[0].ctx)
	err := g.do(ctx, items)
	for i, c := range calls {
		c.err = err
		if err != nil && n > 1 {
			c.err = g.do(context.WithoutCancel(c.ctx), items[i:i+1])
		}
		close(c.done)
	}
}
