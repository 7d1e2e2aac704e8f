// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var t0 = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)

// block is the block of a number: a few hundred lines as a firewall writes
// them.
func block(n int) stream.Block { return sized(n, 200) }

func sized(n, lines int) stream.Block {
	var body strings.Builder
	for i := range lines {
		at := t0.Add(time.Duration(n*lines+i) * 7 * time.Millisecond)
		fmt.Fprintf(&body, "<134>%s fw%02d filterlog[%d]: pass,in,tcp,10.%d.%d.%d,%d,198.51.100.%d,443,len=%d\n",
			at.Format("Jan _2 15:04:05"), n%20, 1000+n%7, n%250, i%250, (n*31+i*17)%250, 1024+(n*7919+i*104729)%64000, (i*13)%250, 40+(n+i*i)%1400)
	}
	return stream.Block{
		ID: fmt.Sprintf("net/%06d", n), Source: "src-1", Owner: "unit-1", Way: "way-1", Kind: stream.Lines,
		Received: t0.Add(time.Duration(n) * time.Second), Lines: lines, Body: []byte(body.String()),
	}
}

// options are those of a store in a folder of the test, quick to try again.
func options(t testing.TB) stream.Options {
	return stream.Options{
		Dir: filepath.Join(t.TempDir(), "stream"), Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Lease: 2 * time.Second, Backoff: func(int) time.Duration { return 10 * time.Millisecond },
	}
}

func open(t testing.TB, o stream.Options) *stream.Stream {
	t.Helper()
	s, err := stream.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *stream.Stream) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func add(t testing.TB, s *stream.Stream, blocks ...stream.Block) {
	t.Helper()
	for _, b := range blocks {
		if err := s.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

func figures(t testing.TB, s *stream.Stream) stream.Figures {
	t.Helper()
	f, err := s.Figures(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// seen collects the blocks a consumer was given.
type seen struct {
	mu     sync.Mutex
	times  map[string]int
	blocks map[string]stream.Block
}

func (s *seen) note(b stream.Block) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times == nil {
		s.times, s.blocks = map[string]int{}, map[string]stream.Block{}
	}
	s.times[b.ID]++
	s.blocks[b.ID] = b
	return len(s.times)
}

func (s *seen) ids() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.times))
}

// take consumes with a handler until it has seen n different blocks, and
// returns when all acknowledgements are done.
func take(t testing.TB, s *stream.Stream, workers, n int, handle stream.Handle) *seen {
	t.Helper()
	got := &seen{}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	err := s.Consume(ctx, stream.Reading, workers, func(ctx context.Context, b stream.Block, attempt int) error {
		if handle != nil {
			if err := handle(ctx, b, attempt); err != nil {
				return err
			}
		}
		if got.note(b) >= n {
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.ids()) < n {
		t.Fatalf("%d blocks came, want %d", len(got.ids()), n)
	}
	return got
}

func TestWhatWasAppendedComesOutEqualAndOnce(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := open(t, o)
	const n = 300
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := w; i < n; i += 8 {
				if err := s.Append(t.Context(), block(i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	add(t, s, block(7), block(8)) // again
	f := figures(t, s)
	if f.Appended != n || f.Duplicates != 2 || f.Pending != n || f.Blocks != n {
		t.Errorf("figures %+v", f)
	}
	if f.Stored*4 > f.Received {
		t.Errorf("%d bytes of lines took %d", f.Received, f.Stored)
	}
	if f.P50 <= 0 || f.P99 < f.P50 {
		t.Errorf("p50 %v, p99 %v", f.P50, f.P99)
	}
	got := take(t, s, 4, n, nil)
	for i := range n {
		same(t, got.blocks[block(i).ID], block(i))
	}
	shut(t, s)

	s = open(t, o)
	if f := figures(t, s); f.Pending != 0 || f.Unacknowledged != 0 || f.Blocks != n || f.Oldest != 0 {
		t.Errorf("after opening again %+v", f)
	}
	add(t, s, block(9)) // known across the restart
	if f := figures(t, s); f.Duplicates != 1 || f.Blocks != n {
		t.Errorf("a block appended again after opening again: %+v", f)
	}
}

func same(t testing.TB, got, want stream.Block) {
	t.Helper()
	if got.ID != want.ID {
		t.Errorf("block %q, want %q", got.ID, want.ID)
		return
	}
	if string(got.Body) != string(want.Body) || !got.Received.Equal(want.Received) {
		t.Errorf("block %q: body or time differ", want.ID)
	}
	got.Body, want.Body, got.Received, want.Received = nil, nil, time.Time{}, time.Time{}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("block %+v, want %+v", got, want)
	}
}

func TestTenThousandBlocksWhileOthersAreTaken(t *testing.T) {
	t.Parallel()
	s := open(t, options(t))
	const n, senders = 10_000, 16
	var wg sync.WaitGroup
	for w := range senders {
		wg.Go(func() {
			for i := w; i < n; i += senders {
				if err := s.Append(t.Context(), sized(i, 5)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	got := take(t, s, 4, n, nil)
	wg.Wait()
	for id, times := range got.times {
		if times != 1 {
			t.Errorf("block %s came %d times", id, times)
		}
	}
	if f := figures(t, s); f.Appended != n || f.Blocks != n || f.Pending+f.Unacknowledged != 0 || f.Again != 0 {
		t.Errorf("figures %+v", f)
	}
}
