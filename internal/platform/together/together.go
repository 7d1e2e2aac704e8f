// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package together has what several callers want at the same time done in one
// go: a transaction, a sync of the disk. Nobody waits for company: who comes
// first begins at once, alone, and those who come meanwhile are the next go.
package together

import (
	"context"
	"slices"
	"sync"
)

// Group is work that is done for several callers together. It is safe for
// concurrent use.
type Group[T any] struct {
	most int
	do   func(ctx context.Context, items []T) error
	turn chan struct{} // held by who does the work

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
	return &Group[T]{most: most, do: do, turn: make(chan struct{}, 1)}
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
