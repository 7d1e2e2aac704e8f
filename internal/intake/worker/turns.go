// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// task is one of the two things done with blocks.
type task struct {
	failed  sync.Map     // block id -> how many had got through when it failed first
	through atomic.Int64 // blocks done
}

// answer does what is to be done with a block and says what became of it, as
// Take does.
func (t *task) answer(id string, do func() error, ctx context.Context) error {
	for {
		err := do()
		refused := (*refusal)(nil)
		switch {
		case err == nil:
			t.through.Add(1)
			t.failed.Delete(id)
			return nil
		case errors.Is(err, ErrOutdated) && ctx.Err() == nil:
			continue
		case errors.As(err, &refused):
			return stream.Refuse(refused.reason, refused.err)
		case ctx.Err() != nil:
			return err
		}
		at, _ := t.failed.LoadOrStore(id, t.through.Load())
		if t.through.Load() > at.(int64) {
			t.failed.Delete(id)
			return err
		}
		return &fault.Error{Kind: fault.Unavailable, Op: "worker.Take", Err: err}
	}
}

// gate counts who is inside and tells when nobody is.
type gate struct {
	mu    sync.Mutex
	n     int
	empty chan struct{} // closed when the last leaves; nil while nobody is inside
}

// open is always closed.
var open = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// in enters; the call of out leaves.
func (g *gate) in() (out func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n++; g.n == 1 {
		g.empty = make(chan struct{})
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.n--; g.n == 0 {
			close(g.empty)
		}
	}
}

// idle is closed as soon as nobody is inside.
func (g *gate) idle() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n == 0 {
		return open
	}
	return g.empty
}

// stand is how long a block leaves all cores to the storing of others, from its
// receipt on: a rush is stored first, and what never ends is read all the same.
const stand = 2 * time.Second

// lookAgain is the wait between two looks at whether others are still stored.
const lookAgain = 2 * time.Millisecond

// giveWay waits while what is received waits to be stored, but not for ever;
// true when it still does.
func (w *Worker) giveWay(ctx context.Context, received time.Time) (pressed bool) {
	if w.Pressed == nil || !w.Pressed() {
		return false
	}
	left := min(stand, stand-w.Now().Sub(received))
	if left <= 0 {
		return true
	}
	over := time.NewTimer(left)
	defer over.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if !w.Pressed() {
				return false
			}
		case <-over.C:
			return true
		case <-ctx.Done():
			return true
		}
	}
}

// recent remembers the last things that were said of blocks.
type recent struct {
	mu   sync.Mutex
	said map[string]string
	ids  [4096]string // a ring
	next int
}

// put remembers what is said of a block, in the place of what was said longest
// ago.
func (r *recent) put(id, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said == nil {
		r.said = map[string]string{}
	}
	delete(r.said, r.ids[r.next])
	r.ids[r.next], r.said[id] = id, text
	r.next = (r.next + 1) % len(r.ids)
}

// take gives what was said of a block.
func (r *recent) take(id string) (text string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, ok = r.said[id]
	return text, ok
}
