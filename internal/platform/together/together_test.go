// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package together_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/together"
)

var errBad = errors.New("bad item")

// goes notes which items were done in one go, and fails for the bad one.
type goes struct {
	mu   sync.Mutex
	all  [][]int
	bad  int
	hold chan struct{} // each go waits for it
}

func (g *goes) do(_ context.Context, items []int) error {
	<-g.hold
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, slices.Clone(items))
	if slices.Contains(items, g.bad) {
		return errBad
	}
	return nil
}

// TestWhoComesMeanwhileIsDoneTogether has five come while the first is at work:
// they are done in goes of at most three, and only the bad one fails.
func TestWhoComesMeanwhileIsDoneTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &goes{bad: 4, hold: make(chan struct{})}
		g := together.New(3, w.do)
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() { errs[i] = g.Do(t.Context(), i) })
			synctest.Wait()
		}
		close(w.hold)
		all.Wait()
		want := [][]int{{0}, {1, 2, 3}, {4, 5}, {4}, {5}}
		if !slices.EqualFunc(w.all, want, slices.Equal) {
			t.Errorf("done in goes %v, want %v", w.all, want)
		}
		for i, err := range errs {
			if (i == w.bad) != errors.Is(err, errBad) {
				t.Errorf("item %d: %v", i, err)
			}
		}
	})
}

// TestWhoLeavesBeforeItsTurnIsNotDone ends the context of one that waits and of
// one whose work has begun.
func TestWhoLeavesBeforeItsTurnIsNotDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &goes{bad: -1, hold: make(chan struct{})}
		g := together.New(3, w.do)
		ctx, cancel := context.WithCancel(t.Context())
		var first, second error
		var all sync.WaitGroup
		all.Go(func() { first = g.Do(ctx, 1) })
		synctest.Wait()
		all.Go(func() { second = g.Do(ctx, 2) })
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(w.hold)
		all.Wait()
		if first != nil || !errors.Is(second, context.Canceled) || !slices.EqualFunc(w.all, [][]int{{1}}, slices.Equal) {
			t.Errorf("begun: %v; not begun: %v; done %v", first, second, w.all)
		}
	})
}

// TestWhoIsPatientWaitsForCompany has a group wait a second for each other item
// until there are three: two that come in time are done with the first, one whom
// nobody follows is done after its second, and one whose context ends waits no
// longer.
func TestWhoIsPatientWaitsForCompany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &goes{bad: -1, hold: make(chan struct{})}
		close(w.hold)
		g := together.Patient(4, w.do, func(waiting []int) time.Duration {
			if len(waiting) == 3 {
				return 0
			}
			return time.Second
		})
		began := time.Now()
		took := map[int]time.Duration{}
		var mu sync.Mutex
		var all sync.WaitGroup
		bring := func(ctx context.Context, item int) {
			all.Go(func() {
				if err := g.Do(ctx, item); err != nil {
					t.Errorf("item %d: %v", item, err)
				}
				mu.Lock()
				defer mu.Unlock()
				took[item] = time.Since(began)
			})
		}
		bring(t.Context(), 1)
		time.Sleep(900 * time.Millisecond)
		bring(t.Context(), 2)
		time.Sleep(900 * time.Millisecond)
		bring(t.Context(), 3)
		all.Wait()
		bring(t.Context(), 4)
		all.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		bring(ctx, 5)
		synctest.Wait()
		cancel()
		all.Wait()
		if want := [][]int{{1, 2, 3}, {4}, {5}}; !slices.EqualFunc(w.all, want, slices.Equal) {
			t.Errorf("done in goes %v, want %v", w.all, want)
		}
		if took[1] != 1800*time.Millisecond || took[4] != 2800*time.Millisecond || took[5] != took[4] {
			t.Errorf("done after %v", took)
		}
	})
}
