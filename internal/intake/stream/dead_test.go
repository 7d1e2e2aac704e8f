// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// letters are all dead letters, read in pages of two.
func letters(t *testing.T, s *stream.Stream) (list []stream.Letter) {
	t.Helper()
	for place := uint64(0); ; {
		page, err := s.Letters(t.Context(), place, 2)
		if err != nil {
			t.Fatal(err)
		}
		if list = append(list, page...); len(page) < 2 {
			return list
		}
		place = page[1].Place
	}
}

func TestPoisonGoesToTheDeadLettersAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Attempts = 3
	s := open(t, o)
	const n, poison = 40, 5
	for i := range n {
		add(t, s, block(i))
	}
	var mu sync.Mutex
	attempts := map[string]int{}
	bad := func(b stream.Block) bool { return b.ID < block(poison).ID }
	take(t, s, 4, n-poison, func(_ context.Context, b stream.Block, attempt int) error {
		mu.Lock()
		defer mu.Unlock()
		if !bad(b) {
			return awaitDead(t, s, map[string]uint64{block(n - 1).ID: poison}[b.ID])
		}
		if attempts[b.ID]++; attempts[b.ID] != attempt {
			t.Errorf("%s: attempt %d is told as %d", b.ID, attempts[b.ID], attempt)
		}
		if b.ID == block(0).ID {
			panic("no such format")
		}
		return fmt.Errorf("line %d:\nno such format", attempt)
	})
	list := letters(t, s)
	if len(list) != poison {
		t.Fatalf("%d dead letters, want %d", len(list), poison)
	}
	for _, l := range list {
		want := "line 3: no such format"
		if l.Block.ID == block(0).ID {
			want = "panic: no such format"
		}
		if l.Reason != want || l.Attempts != 3 || l.Last.Before(l.First) || time.Since(l.First) > time.Minute || l.Damaged || !bad(l.Block) || l.Block.Body != nil || l.Block.Lines != 200 {
			t.Errorf("letter %+v", l)
		}
	}
	if f := figures(t, s); f.Dead != poison || f.Pending+f.Unacknowledged != 0 || f.Oldest != 0 {
		t.Errorf("figures %+v", f)
	}
	healthy(t, s, "stream.health.dead")
}

// kill makes dead letters of blocks 0 to n-1.
func kill(t *testing.T, s *stream.Stream, n int) []stream.Letter {
	t.Helper()
	for i := range n {
		add(t, s, block(i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got seen
	err := s.Consume(ctx, stream.Reading, 1, func(_ context.Context, b stream.Block, _ int) error {
		if got.note(b) == n {
			cancel()
		}
		return stream.Refuse("the format is not known", errors.New("byte 1"))
	})
	if err != nil {
		t.Fatal(err)
	}
	list := letters(t, s)
	if len(list) != n || list[0].Attempts != 1 || list[0].Reason != "the format is not known: byte 1" {
		t.Fatalf("letters %+v", list)
	}
	return list
}

func TestADeadLetterIsReplayedOnceLookedAtAndDiscarded(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := open(t, o)
	list := kill(t, s, 3)
	var blocks []stream.Block // of the letters, in their order
	for _, l := range list {
		for i := range 3 {
			if b := block(i); b.ID == l.Block.ID {
				blocks = append(blocks, b)
			}
		}
	}
	if len(blocks) != 3 {
		t.Fatalf("letters of %d blocks", len(blocks))
	}
	l, err := s.Look(t.Context(), list[0].ID, 2)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.SplitAfter(string(blocks[0].Body), "\n"); string(l.Block.Body) != lines[0]+lines[1] {
		t.Errorf("first lines are %d bytes", len(l.Block.Body))
	}
	if l, err = s.Look(t.Context(), list[0].ID, 1000); err != nil || string(l.Block.Body) != string(blocks[0].Body) {
		t.Errorf("the whole body: %d bytes, %v", len(l.Block.Body), err)
	}

	of := blocks[0].Source
	dead := func(want int) {
		t.Helper()
		for source, want := range map[string]int{of: want, "another": 0} {
			if n, err := s.DeadOf(t.Context(), source); err != nil || n != want {
				t.Errorf("%d letters of %s, want %d: %v", n, source, want, err)
			}
		}
	}
	dead(3)
	var wg sync.WaitGroup
	var again sync.Map
	for range 8 { // eight people press at once
		wg.Go(func() {
			if _, err := s.Replay(t.Context(), list[0].ID); err == nil {
				again.Store("done", true)
			} else if !errors.Is(err, stream.ErrUnknown) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, done := again.Load("done"); !done {
		t.Error("nobody replayed it")
	}
	if _, err := s.Discard(t.Context(), list[1].ID, ""); err == nil {
		t.Error("discarded by nobody")
	}
	if l, err := s.Discard(t.Context(), list[1].ID, "nguyen.van.a"); err != nil || l.Block.ID != blocks[1].ID {
		t.Errorf("discard of %s: %v", l.Block.ID, err)
	}
	dead(1)
	for name, do := range map[string]func(id string) error{
		"look":    func(id string) error { _, err := s.Look(t.Context(), id, 1); return err },
		"replay":  func(id string) error { _, err := s.Replay(t.Context(), id); return err },
		"discard": func(id string) error { _, err := s.Discard(t.Context(), id, "a"); return err },
	} {
		for _, id := range []string{list[0].ID, list[1].ID, "*", ">", "", strings.Repeat("0", 32)} {
			if err := do(id); !errors.Is(err, stream.ErrUnknown) {
				t.Errorf("%s %q: %v", name, id, err)
			}
		}
	}
	got := take(t, s, 1, 1, nil)
	same(t, got.blocks[blocks[0].ID], blocks[0])
	if f := figures(t, s); f.Dead != 1 || f.Blocks != 4 || f.Pending+f.Unacknowledged != 0 {
		t.Errorf("figures %+v", f)
	}
	shut(t, s)
	if list := letters(t, open(t, o)); len(list) != 1 || list[0].Block.ID != blocks[2].ID {
		t.Errorf("after opening again: %+v", list)
	}
}

func TestABlockGivenUpTwiceIsOneLetter(t *testing.T) {
	t.Parallel()
	s := open(t, options(t))
	first := kill(t, s, 1)[0]
	if _, err := s.Replay(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	second := kill(t, s, 1)[0] // appending it again is known; the replayed one fails
	if second.ID != first.ID || second.Place <= first.Place {
		t.Errorf("letters %+v and %+v", first, second)
	}
	if _, err := s.Replay(t.Context(), second.ID); err != nil {
		t.Error(err)
	}
	if f := figures(t, s); f.Dead != 0 || f.Pending != 1 || f.Blocks != 3 {
		t.Errorf("figures %+v", f)
	}
}

// TestABlockThatWasGivenBackOftenIsNotGivenUp ends many shifts over a block: that
// is not its fault, and its own failures count from none.
func TestABlockThatWasGivenBackOftenIsNotGivenUp(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Attempts = 2
	s := open(t, o)
	add(t, s, block(1))
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := s.Consume(ctx, stream.Reading, 1, func(ctx context.Context, _ stream.Block, _ int) error {
			cancel()
			return ctx.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		shut(t, s)
		s = open(t, o)
	}
	attempts := []int{}
	take(t, s, 2, 1, func(_ context.Context, _ stream.Block, attempt int) error {
		if attempts = append(attempts, attempt); len(attempts) == 1 {
			return errors.New("no such format")
		}
		return nil
	})
	if f := figures(t, s); f.Dead+f.Pending+f.Unacknowledged != 0 || fmt.Sprint(attempts) != "[4 5]" {
		t.Errorf("attempts %v, figures %+v", attempts, f)
	}
}

func TestWithoutRoomABlockStaysInsteadOfBecomingALetter(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Lease = 100 * time.Millisecond
	free := make(chan uint64, 1)
	free <- 1 << 40
	o.Free = func() (uint64, error) { n := <-free; free <- n; return n, nil }
	s := open(t, o)
	add(t, s, block(1))
	<-free
	free <- 0
	tries := 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := s.Consume(ctx, stream.Reading, 1, func(context.Context, stream.Block, int) error {
		switch tries++; tries {
		case 3:
			if f := figures(t, s); f.Dead != 0 || f.Unacknowledged != 1 {
				t.Errorf("figures %+v", f)
			}
			<-free
			free <- 1 << 40
			cancel()
		}
		return stream.Refuse("not known", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if list := letters(t, s); len(list) != 1 || tries != 3 {
		t.Errorf("after %d tries letters %+v", tries, list)
	}
}

// awaitDead lets a worker wait until there are so many dead letters.
func awaitDead(t *testing.T, s *stream.Stream, n uint64) error {
	if figures(t, s).Dead < n {
		return &fault.Error{Kind: fault.Unavailable, Op: "wait"}
	}
	return nil
}
