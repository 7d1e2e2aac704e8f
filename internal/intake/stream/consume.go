// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// idle is how long one request for a block stays open, and so how long the end
// of Consume may take when nothing comes.
const idle = time.Second

// Handle does a block's work. attempt begins with 1 and counts how often the
// block was handed out; after a crash it may be lower than what really was. See
// Consume for what its answer means.
type Handle func(ctx context.Context, b Block, attempt int) error

// Consume hands the blocks of a task to workers, each of which has one at a
// time, until ctx ends; then it waits for the workers and returns nil. A block stays with its
// worker as long as handle runs. Its answer decides:
//
//   - nil: the block is acknowledged and not handed out again, unless a crash
//     loses the acknowledgement; so handle must know the blocks it has done.
//   - an error of [Refuse]: the block becomes a dead letter at once.
//   - an error of kind fault.Unavailable: something else is away. The worker
//     keeps the block and tries it again, however long that takes; that counts
//     for nothing, unless other blocks get done all the while.
//   - any other error, or a panic: the block is handed out again after a wait,
//     and becomes a dead letter after Options.Attempts.
//   - none, since the process ended: the block is handed out again when its
//     lease ends. After three times it is begun with nothing beside it, and
//     becomes a dead letter when that ended the process Options.Attempts times.
//
// When ctx ends, what handle does not finish is handed out again at once, here
// or elsewhere. Blocks of several Consume calls and processes are not mixed up.
func (s *Stream) Consume(ctx context.Context, task Task, workers int, handle Handle) error {
	if workers < 1 {
		return fmt.Errorf("stream: %d workers", workers)
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.working.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()

	x := &shift{Stream: s, task: task, handle: handle, hand: make(chan *held), over: make(chan struct{}), workers: int32(min(workers, 1<<20))}
	var pulling, busy sync.WaitGroup
	for _, l := range s.lane {
		pulling.Go(func() { x.pull(ctx, l) })
	}
	for range workers {
		busy.Go(func() {
			for h := range x.hand {
				x.work(ctx, h)
			}
		})
	}
	pulling.Wait()
	close(x.over)
	close(x.hand)
	busy.Wait()
	x.returned.Wait()
	// What was given back is known to the server before anything is closed.
	if err := s.conn.FlushTimeout(answer); err != nil {
		s.o.Log.Warn("blocks given back may wait for the end of their lease", "err", err)
	}
	return nil
}

// shift is one call of Consume.
type shift struct {
	*Stream
	task   Task
	handle Handle
	hand   chan *held    // from the lanes to the workers
	over   chan struct{} // closed when no lane asks for blocks any more

	returned sync.WaitGroup // blocks that came too late for a worker
	workers  int32
	waiters  atomic.Int32 // workers whose block waits for what is away
}

// pull takes one block of the lane after the other and gives each to the first
// worker that is free. The lease begins here: a block that waits for a worker
// is kept like one in work.
func (s *shift) pull(ctx context.Context, l *lane) {
	var left *held
	for ctx.Err() == nil {
		// Without ctx: the server closes the request itself, so that no block
		// is on its way to a reader that has left.
		batch, err := l.consumer[s.task].Fetch(1, jetstream.FetchMaxWait(idle))
		if err == nil {
			for m := range batch.Messages() {
				left = s.hold(s.task, l, m)
				select {
				case s.hand <- left:
					left = nil
				case <-ctx.Done():
				}
			}
			err = batch.Error()
		}
		if err == nil {
			s.tally.answered()
			continue
		}
		if s.tally.unanswered(err) {
			s.o.Log.Warn("stream hands out nothing for now", "stream", l.name, "err", err)
		}
		pause(ctx, time.Second)
	}
	if left != nil {
		s.returned.Go(func() { s.giveBack(left) })
	}
}

// giveBack releases a block at the end of the shift: once nobody here asks for
// blocks, or it would come straight back.
func (s *shift) giveBack(h *held) {
	<-s.over
	h.release(s.Stream, 0)
}

// held is a block whose lease this process extends.
type held struct {
	task Task
	lane *lane
	m    jetstream.Msg
	stop func() // of the lease
}

// hold extends the lease of m until it is settled or released.
func (s *Stream) hold(task Task, l *lane, m jetstream.Msg) *held {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(s.o.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := m.InProgress(); err != nil {
					s.o.Log.Warn("lease of a block not extended", "stream", l.name, "err", err)
				}
			}
		}
	})
	return &held{task, l, m, func() { cancel(); wg.Wait() }}
}

// release gives the block back, to be handed out again after wait.
func (h *held) release(s *Stream, wait time.Duration) {
	h.stop()
	if meta, err := h.m.Metadata(); err == nil {
		s.tally.give(place{h.task, h.lane.name, meta.Sequence.Stream})
	}
	if err := h.m.NakWithDelay(wait); err != nil { // the lease ends it too
		s.o.Log.Warn("block not given back before its lease ends", "stream", h.lane.name, "err", err)
	}
}

// settle acknowledges the block and asks until the server confirms.
func (h *held) settle(ctx context.Context, s *Stream) {
	defer h.stop()
	ctx = context.WithoutCancel(ctx)
	var err error
	for range 3 {
		once, done := context.WithTimeout(ctx, answer)
		err = h.m.DoubleAck(once)
		done()
		if err == nil || errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
			s.tally.settled(h.task, s.o.Now())
			return
		}
	}
	s.tally.unanswered(err)
	s.o.Log.Warn("acknowledgement not confirmed; the block will be handed out again", "stream", h.lane.name, "err", err)
}

// work brings one block to its end, or gives it back.
func (s *shift) work(ctx context.Context, h *held) {
	meta, err := h.m.Metadata()
	if err != nil {
		s.o.Log.Error("block without place", "stream", h.lane.name, "err", err)
		h.release(s.Stream, s.o.Lease)
		return
	}
	place := place{s.task, h.lane.name, meta.Sequence.Stream}
	handed, excuses, back := int(min(meta.NumDelivered, 1<<30)), s.tally.excused(place), s.tally.returned(place)
	attempt := max(1, handed-excuses)
	if attempt > 1 {
		s.tally.again.Add(1)
	}
	b, err := decode(h.m.Data())
	if err != nil {
		s.bury(ctx, h, place, attempt, err.Error())
		return
	}
	failures := attempt // this one included, should it fail
	var x *suspect
	if handed-1-back >= suspicious {
		failures = max(1, back+1-excuses) // the others may be the fault of what was beside it
		if x = s.suspect(ctx, place); x.deaths >= s.o.Attempts {
			s.bury(ctx, h, place, attempt-1, fmt.Sprintf("begun %d times with nothing beside it and never answered: the process ended each time", x.deaths))
			return
		}
	}
	err, excused := s.insist(ctx, b, attempt, x)
	refused, final := errors.AsType[*refusal](err)
	switch {
	case err == nil:
		s.tally.forget(place)
		h.settle(ctx, s.Stream)
	case final:
		s.bury(ctx, h, place, attempt, refused.Error())
	case ctx.Err() != nil:
		s.giveBack(h)
	case excused:
		s.tally.excuse(place)
		h.release(s.Stream, s.o.Backoff(attempt))
	case failures >= s.o.Attempts:
		s.tally.fail(place, s.o.Now())
		s.bury(ctx, h, place, attempt, err.Error())
	default:
		s.tally.fail(place, s.o.Now())
		wait := s.o.Backoff(failures)
		s.o.Log.Warn("block failed and will be tried again", "block", b.ID, "attempt", attempt, "wait", wait, "err", err)
		h.release(s.Stream, wait)
	}
}

// insist tries the block again while what its work needs is away. After a while
// it looks at the others: do they get done, then it is this block after all,
// and its error counts; do all workers wait, then another block may have its
// turn, and this one is excused.
func (s *shift) insist(ctx context.Context, b Block, attempt int, x *suspect) (err error, excused bool) {
	if err = s.try(ctx, b, attempt, x); !waiting(err) {
		return err, false
	}
	s.waiters.Add(1)
	defer s.waiters.Add(-1)
	defer s.tally.wait(s.task, nil)
	began, before := time.Now(), s.tally.acknowledged(s.task)
	for turn := 1; waiting(err) && ctx.Err() == nil; turn++ {
		s.tally.wait(s.task, err)
		if time.Since(began) > s.held {
			if s.tally.acknowledged(s.task) > before {
				return err, false
			}
			if s.waiters.Load() == s.workers {
				return err, true
			}
		}
		s.o.Log.Warn("block waits for what its work needs", "block", b.ID, "err", err)
		pause(ctx, min(s.o.Backoff(turn), time.Minute))
		err = s.try(ctx, b, attempt, x)
	}
	return err, false
}

// try calls handle; a panic is an error of the block, not the end of the rest.
// A suspect is begun alone, and that is noted until there is an answer.
func (s *shift) try(ctx context.Context, b Block, attempt int, x *suspect) (err error) {
	leave, err := s.gate.enter(ctx, x != nil)
	if err != nil {
		return err
	}
	defer leave()
	if x != nil {
		s.note(ctx, x.place, x.deaths+1)
		defer s.note(ctx, x.place, x.deaths)
	}
	defer func() {
		if p := recover(); p != nil {
			s.o.Log.Error("panic while working on a block", "block", b.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return s.handle(ctx, b, attempt)
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
