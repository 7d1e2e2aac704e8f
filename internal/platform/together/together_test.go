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
