// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// tally counts since Open.
type tally struct {
	appended, duplicates, refused, failed atomic.Uint64
	received, stored                      atomic.Uint64 // bytes of bodies, and as stored
	again                                 atomic.Uint64 // blocks handed out a second time or later
	full                                  atomic.Bool   // the last answer was that there is no room

	mu       sync.Mutex
	latency  [1024]time.Duration // of the last appended blocks, in a ring
	measured int
	silent   string // why the server gave no answer; "" once it answers
	tasks    [tasks]progress
	failures map[place]time.Time // first failure of blocks that will be tried again
	excuses  map[place]int       // how often blocks went back for what was not their fault
	returns  map[place]int       // how often this process gave blocks back, for whatever reason
}

// progress is how a task gets on.
type progress struct {
	done  time.Time // of the last acknowledgement
	acked uint64    // blocks acknowledged
	waits string    // what the last waiting worker waits for; "" when none does
}

// place is where a block stands in a task.
type place struct {
	task   Task
	lane   string
	number uint64
}

func (t *tally) took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latency[t.measured%len(t.latency)] = d
	t.measured++
}

// quantiles are the median and the 99th percentile of the last appended
// blocks; 0 before the first.
func (t *tally) quantiles() (p50, p99 time.Duration) {
	t.mu.Lock()
	sorted := slices.Sorted(slices.Values(t.latency[:min(t.measured, len(t.latency))]))
	t.mu.Unlock()
	if len(sorted) == 0 {
		return 0, 0
	}
	return sorted[len(sorted)/2], sorted[len(sorted)*99/100]
}

func (t *tally) settled(task Task, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := &t.tasks[task]
	p.done, t.silent = now, ""
	p.acked++
}

func (t *tally) acknowledged(task Task) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tasks[task].acked
}

func (t *tally) excuse(p place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.excuses == nil {
		t.excuses = make(map[place]int)
	}
	t.excuses[p]++
}

func (t *tally) excused(p place) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.excuses[p]
}

func (t *tally) give(p place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.returns == nil {
		t.returns = make(map[place]int)
	}
	t.returns[p]++
}

func (t *tally) returned(p place) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.returns[p]
}

func (t *tally) wait(task Task, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tasks[task].waits = ""
	if err != nil {
		t.tasks[task].waits = err.Error()
	}
}

// unanswered says whether that is news.
func (t *tally) unanswered(err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.silent
	t.silent = err.Error()
	return was != t.silent
}

func (t *tally) answered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.silent = ""
}

// fail remembers the first failure of the block at p.
func (t *tally) fail(p place, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failures == nil {
		t.failures = make(map[place]time.Time)
	}
	if _, known := t.failures[p]; !known {
		t.failures[p] = now
	}
}

// first is the first failure of the block at p, now when none is remembered.
func (t *tally) first(p place, now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, known := t.failures[p]; known {
		return at
	}
	return now
}

func (t *tally) forget(p place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failures, p)
	delete(t.excuses, p)
	delete(t.returns, p)
}
