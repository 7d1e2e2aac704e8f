// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// spread calls fn for 0 to n-1 on as many goroutines as there are processors.
func spread(n int, fn func(i int)) {
	spreadOver(n, func() func(int) { return fn })
}

// spreadOver is spread with a function for each goroutine, which maker makes.
func spreadOver(n int, maker func() func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		fn := maker()
		for i := range n {
			fn(i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			fn := maker()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				fn(i)
			}
		})
	}
	wait.Wait()
}

// text is one part of what inParts writes.
type text struct {
	b   []byte
	err error
}

// inParts writes n parts to w in order, which several goroutines make at once.
// Each calls maker for a function of its own, which appends part i to b.
func inParts(w io.Writer, n int, maker func() func(i int, b []byte) ([]byte, error)) (err error) {
	workers := min(n, runtime.GOMAXPROCS(0))
	ready := make([]chan text, n)
	for i := range ready {
		ready[i] = make(chan text, 1)
	}
	// Who takes a number has room for its part, so that the next one to be
	// written is always being made.
	rooms := make(chan []byte, 2*workers+1)
	for range cap(rooms) {
		rooms <- nil
	}
	stop := make(chan struct{})
	var next atomic.Int64
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			fill := maker()
			for {
				var t text
				select {
				case t.b = <-rooms:
				case <-stop:
					return
				}
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				t.b, t.err = fill(i, t.b[:0])
				ready[i] <- t
			}
		})
	}
	for i := 0; i < n && err == nil; i++ {
		t := <-ready[i]
		if err = t.err; err == nil {
			_, err = w.Write(t.b)
		}
		rooms <- t.b
	}
	close(stop)
	wait.Wait()
	return err
}
