// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"errors"
	"sync"
	"sync/atomic"
)

// Live holds the Index in use and swaps it for the next under those who ask.
// Its zero value holds an empty one. Any number of goroutines may use it.
//
// Who asks takes a Lease, for a block of lines at a time, and ends it; a swap
// waits for nobody. The Index swapped out is closed when its last lease ends,
// so that an Index given to Live belongs to it.
type Live struct {
	now atomic.Pointer[tenure]
	// writer orders swaps; who asks never takes it.
	writer sync.Mutex
}

// tenure is the time an Index is in use. users counts its leases and one for
// being current; at 0 it is over and is never taken up again.
type tenure struct {
	index      *Index
	generation uint64
	users      atomic.Int64
	over       chan struct{}
	err        error
}

// Lease is a share in the Index that was current when it was acquired.
type Lease struct{ of *tenure }

// Index is the leased one. Nothing may be asked of it when the lease has ended.
func (l Lease) Index() *Index {
	if l.of == nil {
		return &Index{}
	}
	return l.of.index
}

// Generation numbers the swaps of a Live: what was found under another one may
// be found otherwise now. It is 0 before the first.
func (l Lease) Generation() uint64 {
	if l.of == nil {
		return 0
	}
	return l.of.generation
}

// Release ends the lease. It is called once.
func (l Lease) Release() {
	if l.of != nil {
		l.of.leave()
	}
}

// Acquire leases the current Index.
func (l *Live) Acquire() Lease {
	for {
		t := l.now.Load()
		if t == nil {
			return Lease{}
		}
		for n := t.users.Load(); n > 0; n = t.users.Load() {
			if t.users.CompareAndSwap(n, n+1) {
				return Lease{t}
			}
		}
		// It was swapped out and given back since it was loaded: another is in.
	}
}

func (t *tenure) leave() {
	if t.users.Add(-1) == 0 {
		t.err = t.index.Close()
		close(t.over)
	}
}

// Swap makes x the current Index, at once for all who acquire from now on. The
// returned function waits until the one before is given back, and returns what
// went wrong with that; it need not be called.
func (l *Live) Swap(x *Index) (given func() error) {
	l.writer.Lock()
	defer l.writer.Unlock()
	old := l.now.Load()
	t := &tenure{index: x, generation: 1, over: make(chan struct{})}
	if old != nil {
		t.generation = old.generation + 1
	}
	t.users.Store(1)
	l.now.Store(t)
	if old == nil {
		return func() error { return nil }
	}
	old.leave()
	return func() error {
		<-old.over
		return old.err
	}
}

// Patch swaps the current Index for what Patched makes of it.
func (l *Live) Patch(p *Patch) (given func() error, err error) {
	lease := l.Acquire()
	defer lease.Release()
	x, err := lease.Index().Patched(p)
	if err != nil {
		return nil, err
	}
	return l.Swap(x), nil
}

// Close swaps the current Index for an empty one and waits until it is given
// back.
func (l *Live) Close() error {
	return errors.Join(l.Swap(&Index{})())
}
