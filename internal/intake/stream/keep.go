// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	sweepEvery = time.Minute
	whenShort  = 12 // parts of Keep: five minutes of an hour when the disk is short,
	whenFull   = 60 // one when blocks are refused, which may be lost for good
)

// mark says that at a time everything up to a number was acknowledged. Times
// are compared by the monotonic clock, so that a jump of the wall clock neither
// removes early nor keeps for ever; a process that starts again counts from its
// start.
type mark struct {
	at    time.Time
	floor uint64
}

// sweeps removes what is past its time until the stream is closed.
func (s *Stream) sweeps() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		case <-s.pressed:
		}
		if err := s.sweep(s.ctx); err != nil && s.ctx.Err() == nil {
			s.o.Log.Warn("acknowledged blocks not removed", "err", err)
		}
		pause(s.ctx, pressEvery)
	}
}

// pressEvery is the least time between two sweeps, however many blocks are
// refused.
const pressEvery = 100 * time.Millisecond

// sweep removes, lane by lane, the blocks below the oldest unacknowledged one
// that were acknowledged Keep ago: nothing else ever removes a block.
func (s *Stream) sweep(ctx context.Context) error {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	keep, now := s.o.Keep, s.o.Now()
	switch {
	case s.tally.full.Load():
		keep /= whenFull
	case s.short():
		keep /= whenShort
	}
	var all error
	for _, l := range s.lane {
		floor, err := l.floor(ctx)
		if err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", l.name, err))
			continue
		}
		if last := l.marks[len(l.marks)-1]; floor > last.floor {
			l.marks = append(l.marks, mark{now, floor})
		}
		past := -1
		for i, m := range l.marks {
			if now.Sub(m.at) >= keep {
				past = i
			}
		}
		if past < 0 || l.marks[past].floor == 0 || l.marks[past].floor <= l.removed {
			continue
		}
		if err := l.stream.Purge(ctx, jetstream.WithPurgeSequence(l.marks[past].floor+1)); err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", l.name, err))
			continue
		}
		l.removed = l.marks[past].floor
		l.marks = l.marks[past:]
	}
	return all
}

// floor is the number up to which all tasks have acknowledged every block.
func (l *lane) floor(ctx context.Context) (uint64, error) {
	floor := uint64(math.MaxUint64)
	for _, c := range l.consumer {
		info, err := c.Info(ctx)
		if err != nil {
			return 0, err
		}
		floor = min(floor, info.AckFloor.Stream)
	}
	return floor, nil
}

// short reports whether the disk comes near to where Append refuses.
func (s *Stream) short() bool {
	if s.o.Free == nil {
		return false // a cluster says when it is full, not before
	}
	free, err := s.o.Free()
	return err == nil && free < 2*s.o.Reserve
}

// Kept is a block that was handed out and is still stored.
type Kept struct {
	Block
	Stored  time.Time // UTC
	Settled bool      // acknowledged for certain; else it may be handed out again
}

// Recent gives the blocks that were stored since a time, handed out for Reading
// at least once and not yet removed, oldest first within each lane. A block handed out
// and not Settled was either acknowledged out of order or is still to be done:
// only the one who works on blocks knows which. Call it before Consume to mend
// what a crash lost elsewhere. It ends after the first error.
func (s *Stream) Recent(ctx context.Context, since time.Time) iter.Seq2[Kept, error] {
	return func(yield func(Kept, error) bool) {
		for _, l := range s.lane {
			if !s.recent(ctx, l, since, yield) {
				return
			}
		}
	}
}

func (s *Stream) recent(ctx context.Context, l *lane, since time.Time, yield func(Kept, error) bool) bool {
	done, err := l.consumer[Reading].Info(ctx)
	if err != nil {
		yield(Kept{}, fmt.Errorf("%s: %w", l.name, err))
		return false
	}
	state, err := l.stream.Info(ctx)
	if err != nil {
		yield(Kept{}, fmt.Errorf("%s: %w", l.name, err))
		return false
	}
	for n := max(state.State.FirstSeq, 1); n <= done.Delivered.Stream; n++ {
		m, err := l.stream.GetMsg(ctx, n)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // removed by a sweep meanwhile
		}
		var k Kept
		if err == nil {
			if m.Time.Before(since) {
				continue
			}
			k = Kept{Stored: m.Time.UTC(), Settled: n <= done.AckFloor.Stream}
			if k.Block, err = decode(m.Data); err != nil && k.Settled {
				continue // it is a dead letter, with this very reason
			}
		}
		if err != nil {
			err = fmt.Errorf("%s, block %d: %w", l.name, n, err)
		}
		if !yield(k, err) || err != nil {
			return false
		}
	}
	return true
}
