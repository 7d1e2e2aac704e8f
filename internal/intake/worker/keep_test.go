// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/intake/worker"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// archive is what a worker kept.
type archive struct {
	mu    sync.Mutex
	rows  []lake.Row
	again []bool
	fail  error
}

// times is how often something was kept.
func (a *archive) times() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.again)
}

func (a *archive) deps(d worker.Deps) worker.Deps {
	d.Archive = func(_ context.Context, _ stream.Block, rows []lake.Row, again bool) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.rows, a.again = rows, append(a.again, again)
		return a.fail
	}
	return d
}

func TestLinesAreKeptAsTheFormatThatTheyWereReadIn(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 20 {
		many = append(many, dnsmasq(i))
	}
	short := "Nov 22 02:00:40 dnsmasq[9]: query[A] a.example from 10.0.0.9"
	for name, read := range map[string]bool{"after the reading": true, "before it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &archive{}
			w := worker.New(a.deps((&rooms{}).deps()))
			for i, lines := range [][]string{many, {short}, {"what is this", "and this"}} {
				b := block(fmt.Sprint("net/", i), lines...)
				if read {
					if err := w.Take(t.Context(), b, 1); err != nil {
						t.Fatal(err)
					}
				}
				if err := w.Keep(t.Context(), b, 1); err != nil {
					t.Fatal(err)
				}
				want := lake.DNSActivity
				if i == 2 || i == 1 && !read && a.rows[0].Class == lake.BaseEvent { // one line alone says too little
					want = lake.BaseEvent
				}
				if len(a.rows) != len(lines) || a.rows[0].Class != want || a.rows[0].Raw != lines[0] {
					t.Errorf("block %d: %d rows, the first %+v, want %s", i, len(a.rows), a.rows[0], want)
				}
			}
		})
	}
}

func TestWhatWasKeptBeforeIsKeptAsSuch(t *testing.T) {
	t.Parallel()
	a := &archive{}
	w := worker.New(a.deps((&rooms{}).deps()))
	for attempt := range 2 {
		if err := w.Keep(t.Context(), block("net/1", dnsmasq(1)), attempt+1); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(a.again) != "[false true]" {
		t.Errorf("said to have been kept before: %v", a.again)
	}
	a.fail = errors.New("no room")
	if err := w.Keep(t.Context(), block("net/2", dnsmasq(1)), 1); !fault.Is(err, fault.Unavailable) || !errors.Is(err, a.fail) {
		t.Errorf("an archive that fails: %v", err)
	}
}

// TestReadingGoesBeforeKeeping has a block read for as long as it takes.
func TestReadingGoesBeforeKeeping(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &archive{}
		d := a.deps((&rooms{}).deps())
		begun := time.Now()
		d.Now = func() time.Time { return received.Add(time.Since(begun)) }
		over := make(chan struct{})
		commit := d.Commit
		d.Commit = func(ctx context.Context, blocks []worker.Read) error { <-over; return commit(ctx, blocks) }
		w := worker.New(d)
		reading, kept := make(chan error, 1), make(chan error, 2)
		read := block("net/1", dnsmasq(1))
		go func() { reading <- w.Take(t.Context(), read, 1) }()
		synctest.Wait()
		go func() { kept <- w.Keep(t.Context(), read, 1) }()
		synctest.Wait()
		if a.times() != 0 {
			t.Error("kept while a block is read")
		}
		if err := <-kept; err != nil || time.Since(begun) != 3*time.Second {
			t.Errorf("kept after %v, %v", time.Since(begun), err)
		}
		late := block("net/2", dnsmasq(1))
		late.Received = received.Add(time.Since(begun))
		go func() { kept <- w.Keep(t.Context(), late, 1) }()
		synctest.Wait()
		close(over)
		if err := errors.Join(<-reading, <-kept); err != nil || a.times() != 2 || time.Since(begun) != 3*time.Second {
			t.Errorf("once nothing is read: %d kept after %v, %v", a.times(), time.Since(begun), err)
		}
	})
}
