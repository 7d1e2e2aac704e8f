// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vonggac/vonggac/internal/platform/health"
)

// Messages are the sentences of Health.
//
//go:embed messages.yaml
var Messages embed.FS

// Figures are what a page shows of the stream. Counters begin with Open.
type Figures struct {
	Backlog // of Reading
	Keeping Backlog
	Bytes   uint64 // on the disk, blocks kept past acknowledgement and dead letters included
	Blocks  uint64 // stored, those past acknowledgement included
	Dead    uint64 // letters

	Appended   uint64
	Duplicates uint64        // appended again and known
	Refused    uint64        // blocks that can never be taken
	Failed     uint64        // not stored for want of room or of an answer
	Again      uint64        // handed out again
	Received   uint64        // bytes of bodies appended
	Stored     uint64        // bytes they took when packed
	P50, P99   time.Duration // of Append, over the last thousand

	Replicas int  // copies that are wanted of each block
	Missing  int  // copies whose peer is away or behind
	Leader   bool // every part has one: without, nothing is stored (no quorum)
	Full     bool // the last block was refused for want of room
}

// Backlog is what a task has before it.
type Backlog struct {
	Pending        uint64        // blocks not yet handed out
	Unacknowledged uint64        // blocks with workers, or between two attempts
	Redelivered    uint64        // of these, handed out more than once
	Oldest         time.Duration // since the oldest block that is not acknowledged was stored; 0 when there is none
	Waits          string        // what workers wait for; "" when they do not
}

func (f *Figures) of(t Task) *Backlog {
	if t == Keeping {
		return &f.Keeping
	}
	return &f.Backlog
}

// Left is how many blocks are not yet done with.
func (b Backlog) Left() uint64 { return b.Pending + b.Unacknowledged }

// Figures asks the server and adds the counters. An error means that the
// server gives no answer; the counters are right all the same.
func (s *Stream) Figures(ctx context.Context) (Figures, error) {
	t := &s.tally
	f := Figures{
		Appended: t.appended.Load(), Duplicates: t.duplicates.Load(), Refused: t.refused.Load(), Failed: t.failed.Load(),
		Again: t.again.Load(), Received: t.received.Load(), Stored: t.stored.Load(), Full: t.full.Load(), Leader: true,
	}
	f.P50, f.P99 = t.quantiles()
	t.mu.Lock()
	for task := range tasks {
		f.of(task).Waits = t.tasks[task].waits
	}
	t.mu.Unlock()
	for _, l := range s.lane {
		if err := s.lookAt(ctx, l, &f); err != nil {
			return f, err
		}
	}
	info, err := s.dead.Info(ctx)
	if err != nil {
		return f, fmt.Errorf("dead letters: %w", err)
	}
	f.Dead = info.State.Msgs
	f.add(info)
	return f, nil
}

// add counts what the server says of one of its streams.
func (f *Figures) add(info *jetstream.StreamInfo) {
	f.Bytes += info.State.Bytes
	f.Replicas = max(f.Replicas, info.Config.Replicas)
	if info.Cluster == nil {
		return
	}
	f.Leader = f.Leader && info.Cluster.Leader != ""
	away := 0
	for _, r := range info.Cluster.Replicas {
		if r.Offline || !r.Current {
			away++
		}
	}
	f.Missing = max(f.Missing, away)
}

func (s *Stream) lookAt(ctx context.Context, l *lane, f *Figures) error {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", l.name, err)
	}
	f.add(info)
	f.Blocks += info.State.Msgs
	for task, c := range l.consumer {
		if err := s.left(ctx, l, c, f.of(Task(task))); err != nil {
			return err
		}
	}
	return nil
}

// left adds what a task has before it on a lane.
func (s *Stream) left(ctx context.Context, l *lane, consumer jetstream.Consumer, b *Backlog) error {
	c, err := consumer.Info(ctx)
	if err != nil {
		return fmt.Errorf("consumer of %s: %w", l.name, err)
	}
	b.Pending += c.NumPending
	b.Unacknowledged += uint64(c.NumAckPending)
	b.Redelivered += uint64(c.NumRedelivered)
	if c.NumPending == 0 && c.NumAckPending == 0 {
		return nil
	}
	m, err := l.stream.GetMsg(ctx, c.AckFloor.Stream+1, jetstream.WithGetMsgSubject(l.subject))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil // acknowledged and removed since
	}
	if err != nil {
		return fmt.Errorf("oldest block of %s: %w", l.name, err)
	}
	b.Oldest = max(b.Oldest, s.o.Now().Sub(m.Time))
	return nil
}

// stuck is how long nothing may be acknowledged while blocks wait.
const stuck = 5 * time.Minute

// Health says in one sentence how the stream does, for the doctor's list.
func (s *Stream) Health(ctx context.Context) (health.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, answer/2)
	defer cancel()
	f, err := s.Figures(ctx)
	s.tally.mu.Lock()
	at, silent := s.tally.tasks, s.tally.silent
	s.tally.mu.Unlock()
	// The task that is worst off speaks for all.
	var left uint64
	var waits string
	var idle, oldest time.Duration
	for task := range tasks {
		b := f.of(task)
		left = max(left, b.Left())
		if b.Left() == 0 {
			continue
		}
		waits = cmp.Or(waits, b.Waits)
		done := at[task].done
		if done.IsZero() {
			done = s.opened
		}
		if since := min(s.o.Now().Sub(done), b.Oldest); since > oldest {
			idle, oldest = s.o.Now().Sub(done).Round(time.Second), since
		}
	}
	switch {
	case err != nil || !f.Leader || silent != "":
		if err == nil {
			err = errors.New(silent)
		}
		if s.server != nil {
			return health.Say(health.Wrong, "stream.health.silent", err).Then("stream.health.silent.do"), nil
		}
		return health.Say(health.Wrong, "stream.health.quorum", err).Then("stream.health.quorum.do"), nil
	case s.isFull():
		return health.Say(health.Wrong, "stream.health.full", humanize.IBytes(f.Bytes)).Then("stream.health.full.do"), nil
	case waits != "":
		return health.Say(health.Warning, "stream.health.waits", left, waits).Then("stream.health.waits.do"), nil
	case oldest > stuck:
		return health.Say(health.Wrong, "stream.health.stuck", left, idle).Then("stream.health.stuck.do"), nil
	case f.Missing > 0:
		return health.Say(health.Warning, "stream.health.replica", f.Missing, f.Replicas).Then("stream.health.replica.do"), nil
	case f.Dead > 0:
		return health.Say(health.Warning, "stream.health.dead", f.Dead).Then("stream.health.dead.do"), nil
	}
	return health.Say(health.OK, "stream.health.ok", left, humanize.IBytes(f.Bytes)), nil
}

// Refusing reports whether a block that came now would be refused for want of
// room.
func (s *Stream) Refusing() bool { return s.isFull() }

// isFull asks anew, so that the check passes as soon as there is room.
func (s *Stream) isFull() bool {
	if s.o.Free == nil {
		return s.tally.full.Load()
	}
	return s.guard(MaxBody, s.o.Reserve) != nil
}
