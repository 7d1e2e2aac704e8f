// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// clock is the time that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func sweep(t *testing.T, s *stream.Stream) stream.Figures {
	t.Helper()
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	return figures(t, s)
}

// keep has the other task done as well, without which nothing is removed.
func keep(t *testing.T, s *stream.Stream, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var got seen
	if err := s.Consume(ctx, stream.Keeping, 4, func(_ context.Context, b stream.Block, _ int) error {
		if got.note(b) >= n {
			cancel()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(got.ids()) != n {
		t.Fatalf("%d blocks were kept, want %d", len(got.ids()), n)
	}
}

func recent(t *testing.T, s *stream.Stream, since time.Time) map[string]stream.Kept {
	t.Helper()
	list := map[string]stream.Kept{}
	for k, err := range s.Recent(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		list[k.ID] = k
	}
	return list
}

func TestBlocksStayForATimePastAcknowledgementAndTheOthersForEver(t *testing.T) {
	t.Parallel()
	o := options(t)
	c := &clock{at: time.Now()}
	o.Now = c.now
	s := open(t, o)
	const n = 60
	for i := range n {
		add(t, s, block(i))
	}
	c.move(100 * 24 * time.Hour) // nobody consumes for long: nothing is removed
	if f := sweep(t, s); f.Blocks != n || f.Pending != n || f.Oldest < 99*24*time.Hour {
		t.Errorf("nothing acknowledged: %+v", f)
	}
	if len(recent(t, s, time.Time{})) != 0 {
		t.Error("blocks that nobody was given are not recent ones")
	}
	take(t, s, 4, n, nil)
	sweep(t, s)
	c.move(24 * time.Hour)
	if f := sweep(t, s); f.Blocks != n || f.Keeping.Pending != n || f.Keeping.Oldest < 99*24*time.Hour {
		t.Errorf("read and not kept: %+v", f)
	}
	keep(t, s, n)
	if f := sweep(t, s); f.Blocks != n || f.Oldest != 0 {
		t.Errorf("just acknowledged: %+v", f)
	}
	before := time.Now()
	add(t, s, block(n))
	take(t, s, 4, 1, nil)
	keep(t, s, 1)
	all := recent(t, s, time.Time{})
	if len(all) != n+1 {
		t.Errorf("%d recent blocks, want %d", len(all), n+1)
	}
	for i := range n + 1 {
		k := all[block(i).ID]
		same(t, k.Block, block(i))
		if !k.Settled || time.Since(k.Stored).Abs() > time.Minute {
			t.Errorf("recent %+v", k.Settled)
		}
	}
	if late := recent(t, s, before); len(late) != 1 || late[block(n).ID].ID == "" {
		t.Errorf("%d recent blocks of the last moment", len(late))
	}
	c.move(59 * time.Minute)
	if f := sweep(t, s); f.Blocks != n+1 {
		t.Errorf("before the hour is over: %+v", f)
	}
	c.move(2 * time.Minute)
	if f := sweep(t, s); f.Blocks != 1 { // the last came after the first sweep, its hour ends later
		t.Errorf("after the hour: %+v", f)
	}
	c.move(time.Hour)
	if f := sweep(t, s); f.Blocks != 0 || f.Bytes > 1<<20 {
		t.Errorf("after another: %+v", f)
	}
}

func TestOneBlockInHandKeepsWhatCameAfterItOnItsLane(t *testing.T) {
	t.Parallel()
	o := options(t)
	c := &clock{at: time.Now()}
	o.Now = c.now
	s := open(t, o)
	const n = 40
	for i := range n {
		add(t, s, block(i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got seen
	err := s.Consume(ctx, stream.Reading, 2, func(ctx context.Context, b stream.Block, _ int) error {
		if got.note(b) == n {
			cancel()
		}
		if b.ID == block(0).ID {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	keep(t, s, n)
	sweep(t, s)
	c.move(24 * time.Hour)
	f := sweep(t, s)
	if f.Pending+f.Unacknowledged == 0 || f.Blocks == 0 || f.Blocks == n {
		t.Errorf("figures %+v", f)
	}
	kept := recent(t, s, time.Time{})
	if k, there := kept[block(0).ID]; !there || k.Settled {
		t.Errorf("the block in hand: %v, settled %v", there, k.Settled)
	}
	if got := take(t, s, 1, 1, nil).ids(); got[0] != block(0).ID {
		t.Errorf("came again: %v", got)
	}
}

func TestWhenTheDiskIsShortAcknowledgedBlocksGoSooner(t *testing.T) {
	t.Parallel()
	o := options(t)
	c := &clock{at: time.Now()}
	o.Now, o.Reserve = c.now, 100<<20
	o.Free = func() (uint64, error) { return 150 << 20, nil }
	s := open(t, o)
	add(t, s, block(1), block(2))
	take(t, s, 1, 2, nil)
	keep(t, s, 2)
	add(t, s, block(3))
	sweep(t, s)
	c.move(6 * time.Minute)
	if f := sweep(t, s); f.Blocks != 1 || f.Pending != 1 {
		t.Errorf("figures %+v", f)
	}
}

func TestAFullDiskIsFreedOfWhatIsAcknowledged(t *testing.T) {
	t.Parallel()
	o := options(t)
	c := &clock{at: time.Now()}
	o.Now, o.Reserve = c.now, 100<<20
	o.Free = func() (uint64, error) { return o.Reserve + 3<<20 - min(3<<20, size(o.Dir)), nil }
	s := open(t, o)
	n := 0
	for ; ; n++ {
		err := s.Append(t.Context(), sized(n, 2000))
		if errors.Is(err, stream.ErrFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c.move(100 * 24 * time.Hour)
	if f := sweep(t, s); f.Blocks != uint64(n) || n < 10 {
		t.Errorf("of %d blocks that nobody has done %d are left", n, f.Blocks)
	}
	take(t, s, 2, n, nil)
	keep(t, s, n)
	sweep(t, s)
	c.move(2 * time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for err := stream.ErrFull; errors.Is(err, stream.ErrFull); { // until the room is there that the refusal asked for
		err = s.Append(ctx, sized(n, 2000))
		if err != nil && !errors.Is(err, stream.ErrFull) {
			t.Fatal(err)
		}
	}
	if f := figures(t, s); f.Blocks > uint64(n) || f.Pending != 1 || f.Full { // some lanes may still be swept
		t.Errorf("figures %+v", f)
	}
}

// size is what the files below dir take.
func size(dir string) (n uint64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // files come and go
		}
		if info, err := d.Info(); err == nil {
			n += uint64(info.Size())
		}
		return nil
	})
	return n
}

func TestAJumpOfTheClockLosesNothing(t *testing.T) {
	t.Parallel()
	o := options(t)
	c := &clock{at: time.Now().Add(-20 * 365 * 24 * time.Hour)}
	o.Now = c.now
	s := open(t, o)
	const n = 40
	jumps := []time.Duration{40 * 365 * 24 * time.Hour, -30 * 365 * 24 * time.Hour, time.Hour, -time.Hour}
	for i := range n {
		add(t, s, block(i))
		c.move(jumps[i%len(jumps)])
		sweep(t, s)
		figures(t, s)
	}
	tries := map[string]int{}
	var mu sync.Mutex
	got := take(t, s, 2, n, func(_ context.Context, b stream.Block, _ int) error {
		mu.Lock()
		defer mu.Unlock()
		c.move(jumps[len(tries)%len(jumps)])
		if tries[b.ID]++; tries[b.ID] == 1 && len(tries)%3 == 0 {
			return context.DeadlineExceeded // comes again
		}
		return nil
	})
	for i := range n {
		same(t, got.blocks[block(i).ID], block(i))
	}
	if f := figures(t, s); f.Dead != 0 || f.Pending+f.Unacknowledged != 0 {
		t.Errorf("figures %+v", f)
	}
}

func TestHealthSaysWhenBlocksWaitAndNobodyWorks(t *testing.T) {
	t.Parallel()
	o := options(t)
	c := &clock{at: time.Now()}
	o.Now = c.now
	s := open(t, o)
	c.move(time.Hour)
	healthy(t, s, "stream.health.ok") // nothing waits
	c.move(-time.Hour)
	add(t, s, block(1))
	healthy(t, s, "stream.health.ok") // not long
	c.move(6 * time.Minute)
	healthy(t, s, "stream.health.stuck")
	take(t, s, 1, 1, nil)
	healthy(t, s, "stream.health.stuck") // nobody keeps it
	keep(t, s, 1)
	healthy(t, s, "stream.health.ok")
}
