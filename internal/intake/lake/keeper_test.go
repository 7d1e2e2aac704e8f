// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// shaky is a store that can be away, and forgets what it was told when it dies.
type shaky struct {
	lake.Store
	mu   sync.Mutex
	away error
	have map[string]map[int64]int
}

func (s *shaky) fail(err error) { s.mu.Lock(); s.away = err; s.mu.Unlock() }

func (s *shaky) die() { s.mu.Lock(); s.have = nil; s.mu.Unlock() }

func (s *shaky) Flush(context.Context) error { s.mu.Lock(); defer s.mu.Unlock(); return s.away }

func (s *shaky) Insert(_ context.Context, rows []lake.Row) (lake.Refused, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return lake.Refused{}, s.away
	}
	if s.have == nil {
		s.have = map[string]map[int64]int{}
	}
	for _, r := range rows {
		if s.have[r.Block] == nil {
			s.have[r.Block] = map[int64]int{}
		}
		s.have[r.Block][r.Line]++
	}
	return lake.Refused{}, nil
}

func (s *shaky) Missing(_ context.Context, blocks []lake.Expected) (lake.Gaps, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := lake.Gaps{Short: map[string]map[int64]bool{}}
	for _, b := range blocks {
		if int64(len(s.have[b.Block])) < b.Rows {
			there := map[int64]bool{}
			for line := range s.have[b.Block] {
				there[line] = true
			}
			out.Short[b.Block] = there
		}
	}
	return out, s.away
}

// whole fails unless each line of the first n blocks is there once.
func (s *shaky) whole(t *testing.T, n int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		got := s.have[fmt.Sprintf("net/%d", i)]
		if len(got) != 3 || got[0] != 1 || got[1] != 1 || got[2] != 1 {
			t.Fatalf("block %d of %d: %v", i, n, got)
		}
	}
}

// TestWhatAnEngineDidNotGetIsBroughtWhenItIsBack takes the engine away, kills
// it, and starts the keeper anew; the clock is the test's.
func TestWhatAnEngineDidNotGetIsBroughtWhenItIsBack(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a, err := lake.OpenArchive(filepath.Join(dir, "archive"), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		s := &shaky{}
		open := func() *lake.Keeper {
			k := lake.NewKeeper(a, s, lake.KeeperOptions{State: filepath.Join(dir, "lake", "settled"), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			k.Start()
			return k
		}
		n := 0
		late := time.Duration(0) // how long a block has waited in the stream
		put := func(k *lake.Keeper) {
			t.Helper()
			b := lake.Brought{Block: fmt.Sprintf("net/%d", n), Received: time.Now().UTC().Add(-late)}
			for line := range 3 {
				b.Rows = append(b.Rows, lake.Row{Time: b.Received, Block: b.Block, Line: int64(line), Source: "s", Owner: "u", Class: lake.BaseEvent, Raw: "line"})
			}
			if err := k.Put(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			n++
			time.Sleep(time.Second)
			synctest.Wait()
		}
		k := open()
		synctest.Wait()
		put(k)
		s.whole(t, 1)

		s.fail(errors.New("it is away"))
		put(k)
		put(k)
		if st := k.State(); !st.Behind || st.Failure == nil {
			t.Fatalf("state while away: %+v", st)
		}
		time.Sleep(2 * time.Hour)
		s.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		s.whole(t, 3)
		if st := k.State(); st.Behind || st.Failure != nil {
			t.Fatalf("state when back: %+v", st)
		}

		put(k)
		s.die() // with what it had in memory: here, all
		k.Lost()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := s.have["net/3"]; len(got) != 3 {
			t.Fatalf("after its death: %v", s.have)
		}

		s.fail(errors.New("away again"))
		put(k)
		k.Stop()
		s.fail(nil)
		k = open()
		synctest.Wait()
		if got := s.have["net/4"]; len(got) != 3 {
			t.Fatalf("after a start: %v", s.have)
		}

		late = 7 * time.Hour // and its hour is closed before the loss is noticed
		put(k)
		s.die()
		k.Stop()
		if _, err := a.Seal(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		k = open()
		synctest.Wait()
		if got := s.have["net/5"]; len(got) != 3 {
			t.Fatalf("what had waited for hours, after a start: %v", s.have)
		}
		k.Stop()
	})
}
