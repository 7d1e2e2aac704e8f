// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestABlockThatCanNeverBeTakenIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	s := open(t, options(t))
	cases := map[string]struct {
		change func(*stream.Block)
		says   string
	}{
		"no id":                   {func(b *stream.Block) { b.ID = "" }, "no id"},
		"long id":                 {func(b *stream.Block) { b.ID = strings.Repeat("x", 201) }, "201 bytes"},
		"id with a newline":       {func(b *stream.Block) { b.ID = "net/1\r\nNats-Rollup: all" }, "not text"},
		"source not UTF-8":        {func(b *stream.Block) { b.Source = "\xff" }, "source"},
		"another kind":            {func(b *stream.Block) { b.Kind = "frames" }, "kind"},
		"no time":                 {func(b *stream.Block) { b.Received = time.Time{} }, "time"},
		"a time of the year 9999": {func(b *stream.Block) { b.Received = t0.AddDate(7973, 0, 0) }, "cannot be"},
		"empty":                   {func(b *stream.Block) { b.Body, b.Lines = nil, 0 }, "empty"},
		"too large":               {func(b *stream.Block) { b.Body = append(make([]byte, stream.MaxBody), '\n'); b.Lines = 1 }, "at most 2097152"},
		"no newline at the end":   {func(b *stream.Block) { b.Body = b.Body[:len(b.Body)-1] }, "newline"},
		"one line too many":       {func(b *stream.Block) { b.Lines++ }, "says 201 lines and has 200"},
	}
	for name, c := range cases {
		b := block(1)
		c.change(&b)
		if err := s.Append(t.Context(), b); !errors.Is(err, stream.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f := figures(t, s); f.Refused != uint64(len(cases)) || f.Blocks != 0 {
		t.Errorf("figures %+v", f)
	}
}

func TestAFullDiskRefusesBeforeItIsFullAndPassesByItself(t *testing.T) {
	t.Parallel()
	o := options(t)
	var free atomic.Uint64
	o.Free, o.Reserve = func() (uint64, error) { return free.Load(), nil }, 100<<20
	free.Store(101 << 20)
	s := open(t, o)
	add(t, s, block(1))

	free.Store(100 << 20)
	err := s.Append(t.Context(), block(2))
	full, ok := errors.AsType[*stream.Full](err)
	if !errors.Is(err, stream.ErrFull) || !ok || full.Free != 100<<20 || full.Need <= full.Free || !strings.Contains(err.Error(), "100 MiB") {
		t.Fatalf("with the reserve alone left: %v", err)
	}
	if f := figures(t, s); !f.Full || f.Failed != 1 || !s.Refusing() {
		t.Errorf("figures %+v", f)
	}
	healthy(t, s, "stream.health.full")

	take(t, s, 1, 1, nil) // what was stored is worked on all the same
	free.Store(200 << 20)
	healthy(t, s, "stream.health.ok")
	if s.Refusing() {
		t.Error("with room again it goes on refusing")
	}
	add(t, s, block(2))
	if f := figures(t, s); f.Full || f.Appended != 2 {
		t.Errorf("figures %+v", f)
	}
	o.Free = func() (uint64, error) { return 0, errors.New("no such disk") }
	shut(t, s)
	s = open(t, o)
	if err := s.Append(t.Context(), block(3)); err == nil || errors.Is(err, stream.ErrFull) {
		t.Errorf("a disk nobody can look at took a block: %v", err)
	}
}

func healthy(t *testing.T, s *stream.Stream, want string) {
	t.Helper()
	r, err := s.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Seen.Key != want {
		t.Errorf("health says %+v, want %s", r, want)
	}
}

func TestAfterCloseNothingIsTaken(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := open(t, o)
	add(t, s, block(1))
	ended := make(chan error)
	started := make(chan struct{})
	go func() {
		ended <- s.Consume(t.Context(), stream.Reading, 1, func(ctx context.Context, _ stream.Block, _ int) error {
			close(started)
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	<-started
	shut(t, s)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := s.Append(t.Context(), block(2)); !errors.Is(err, stream.ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	if err := s.Consume(t.Context(), stream.Reading, 1, nil); !errors.Is(err, stream.ErrClosed) {
		t.Errorf("consume after close: %v", err)
	}
	take(t, open(t, o), 1, 1, nil) // what was in hand is there
}

func TestACallerWhoLeavesIsNotHeld(t *testing.T) {
	t.Parallel()
	s := open(t, options(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Append(ctx, block(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("append with an ended context: %v", err)
	}
	if err := s.Consume(t.Context(), stream.Reading, 0, nil); err == nil {
		t.Error("no workers, no error")
	}
}

func TestWhatIsInHandAtTheEndIsHandedOutAtOnceAgain(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Lease = time.Hour // it must not be waited for
	s := open(t, o)
	const n = 30
	for i := range n {
		add(t, s, block(i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var held atomic.Int32
	err := s.Consume(ctx, stream.Reading, 3, func(ctx context.Context, _ stream.Block, _ int) error {
		if held.Add(1) == 3 {
			cancel()
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := take(t, s, 3, n, nil); len(got.ids()) != n {
		t.Errorf("%d blocks after an interruption, want %d", len(got.ids()), n)
	}
	if f := figures(t, s); f.Again < 3 || f.Unacknowledged != 0 || f.Dead != 0 {
		t.Errorf("figures %+v", f)
	}
}

func TestAWorkerWaitsForWhatIsAwayAndThatCountsForNothing(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Attempts = 2
	s := open(t, o)
	add(t, s, block(1))
	tries := 0
	got := take(t, s, 1, 1, func(_ context.Context, _ stream.Block, attempt int) error {
		if attempt != 1 {
			t.Errorf("attempt %d", attempt)
		}
		if tries++; tries < 20 {
			if tries == 10 {
				healthy(t, s, "stream.health.waits")
			}
			return &fault.Error{Kind: fault.Unavailable, Op: "store"}
		}
		return nil
	})
	if len(got.ids()) != 1 || tries != 20 {
		t.Errorf("%d tries, %v", tries, got.ids())
	}
	if f := figures(t, s); f.Dead != 0 || f.Waits != "" {
		t.Errorf("figures %+v", f)
	}
}

func TestABlockThatAloneWaitsWhileOthersGetDoneIsGivenUp(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Attempts = 3
	s := open(t, o)
	s.Hold(0)
	add(t, s, block(0), block(1))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var next atomic.Int32
	next.Store(1)
	err := s.Consume(ctx, stream.Reading, 2, func(_ context.Context, b stream.Block, _ int) error {
		if b.ID == block(0).ID {
			return &fault.Error{Kind: fault.Unavailable, Op: "this row"}
		}
		if figures(t, s).Dead > 0 {
			cancel()
			return nil
		}
		add(t, s, block(int(next.Add(1)))) // so that others get done all the while
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list := letters(t, s)
	if len(list) != 1 || list[0].Block.ID != block(0).ID || !strings.Contains(list[0].Reason, "this row") || list[0].Attempts != 3 {
		t.Errorf("letters %+v", list)
	}
}

func TestWhenEverythingWaitsNothingIsGivenUp(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Attempts = 2
	s := open(t, o)
	s.Hold(0)
	const n = 6
	for i := range n {
		add(t, s, block(i))
	}
	var tries atomic.Int32
	var early seen
	take(t, s, 2, n, func(_ context.Context, b stream.Block, attempt int) error {
		if attempt > 1 {
			t.Errorf("block %s: attempt %d", b.ID, attempt)
		}
		if tries.Add(1) < 100 {
			early.note(b)
			return &fault.Error{Kind: fault.Unavailable, Op: "database"}
		}
		return nil
	})
	if f := figures(t, s); f.Dead != 0 || f.Pending+f.Unacknowledged != 0 {
		t.Errorf("figures %+v", f)
	}
	if len(early.ids()) <= 2 {
		t.Errorf("while all waited only %v had a turn", early.ids())
	}
}
