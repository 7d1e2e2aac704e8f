// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// slow is a store that takes its time for each insert.
type slow struct {
	*shaky
	takes time.Duration
	most  int // inserts that were under way at once
	now   int
	asked int // blocks that were looked for
}

func (s *slow) Missing(ctx context.Context, blocks []lake.Expected) (lake.Gaps, error) {
	s.mu.Lock()
	s.asked += len(blocks)
	s.mu.Unlock()
	return s.shaky.Missing(ctx, blocks)
}

func (s *slow) Insert(ctx context.Context, rows []lake.Row) (lake.Refused, error) {
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	time.Sleep(s.takes)
	refused, err := s.shaky.Insert(ctx, rows)
	s.mu.Lock()
	s.now--
	s.mu.Unlock()
	return refused, err
}

// TestMoreThanAnEngineTakesIsBroughtLaterAndOnce puts blocks from many sides
// faster than they are inserted, each twice, as a stream does whose acknowledgement
// was lost, has hours closed and the whole rebuilt meanwhile, and counts each line.
// The clock is the test's.
func TestMoreThanAnEngineTakesIsBroughtLaterAndOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a, err := lake.OpenArchive(filepath.Join(dir, "archive"), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		s := &slow{shaky: &shaky{}, takes: 7 * time.Second}
		k := lake.NewKeeper(a, s, lake.KeeperOptions{State: filepath.Join(dir, "settled"), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		k.Start()
		defer k.Stop()
		const sides, each = 8, 300
		var wg sync.WaitGroup
		for side := range sides {
			wg.Go(func() {
				for i := range each {
					b := lake.Brought{Block: fmt.Sprintf("net/%d", side*each+i), Received: time.Now().UTC().Add(-50 * time.Minute)}
					for line := range 3 {
						b.Rows = append(b.Rows, lake.Row{Time: b.Received, Block: b.Block, Line: int64(line), Source: "s", Owner: "u", Class: lake.BaseEvent, Raw: "line"})
					}
					for range 2 {
						if err := k.Put(t.Context(), b); err != nil {
							t.Error(err)
						}
					}
					time.Sleep(10 * time.Millisecond)
					if i%100 == 50 {
						if _, err := a.Seal(t.Context(), time.Now().Add(20*time.Minute)); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Go(func() {
			time.Sleep(time.Second)
			if _, err := k.Rebuild(t.Context(), time.Time{}, time.Time{}, nil); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if !k.State().Behind {
			t.Error("the engine kept up; the test shows nothing")
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if st := k.State(); st.Behind || st.Failure != nil {
			t.Errorf("state: %+v", st)
		}
		s.whole(t, sides*each)
		if s.most < 2 {
			t.Errorf("%d inserts at once", s.most)
		}
	})
}

// crowd opens a keeper of a slow store that has no beat for a day, and puts more
// blocks than may wait, the last five of them twice.
func crowd(t *testing.T, dir string, blocks int) (*lake.Keeper, *slow) {
	t.Helper()
	a, err := lake.OpenArchive(filepath.Join(dir, "archive"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := &slow{shaky: &shaky{}, takes: time.Second}
	k := lake.NewKeeper(a, s, lake.KeeperOptions{State: filepath.Join(dir, "settled"), Now: time.Now, Log: slog.New(slog.DiscardHandler), Beat: 24 * time.Hour})
	k.Start()
	t.Cleanup(func() {
		k.Stop()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	for i := range blocks {
		b := lake.Brought{Block: fmt.Sprintf("net/%d", i), Received: time.Now().UTC()}
		for line := range 3 {
			b.Rows = append(b.Rows, lake.Row{Time: b.Received, Block: b.Block, Line: int64(line), Source: "s", Owner: "u", Class: lake.BaseEvent, Raw: "line"})
		}
		times := 1
		if i >= blocks-5 {
			times = 2
		}
		for range times {
			if err := k.Put(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !k.State().Behind {
		t.Error("there was a place for all; the test shows nothing")
	}
	return k, s
}

// TestWhatFindsNoPlaceIsBroughtAsSoonAsThereIsOne pours in more than may wait for
// the engine, long before the next beat. Some of it comes a second time, and that
// alone is looked for.
func TestWhatFindsNoPlaceIsBroughtAsSoonAsThereIsOne(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const blocks = 1000
		k, s := crowd(t, dir, blocks)
		time.Sleep(time.Minute)
		synctest.Wait()
		if st := k.State(); st.Behind || st.Failure != nil {
			t.Errorf("state: %+v", st)
		}
		s.whole(t, blocks)
		if s.asked != 5 {
			t.Errorf("%d blocks were looked for", s.asked)
		}
	})
}

// TestARebuildOfWhatFoundNoPlaceBringsItOnce rebuilds while blocks are left to the
// mending, which must not bring them as well.
func TestARebuildOfWhatFoundNoPlaceBringsItOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const blocks = 1000
		k, s := crowd(t, dir, blocks)
		if done, err := k.Rebuild(t.Context(), time.Time{}, time.Time{}, nil); err != nil || done.Rows == 0 {
			t.Errorf("%+v, %v", done, err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if st := k.State(); st.Behind || st.Failure != nil {
			t.Errorf("state: %+v", st)
		}
		s.whole(t, blocks)
	})
}
