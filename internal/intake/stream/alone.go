// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A block that takes its process with it leaves no answer, and no more do all
// blocks that were in hand beside it. Which of them it was shows when each is
// begun with nothing beside it, after a note of that has been stored.

const (
	suspicious = 3                  // times without an answer after which a block is begun alone
	noteAge    = 7 * 24 * time.Hour // of a note that nobody wrote again: its block is long done
)

// suspect is a block that was handed out and not answered several times.
type suspect struct {
	place
	deaths int // how often it was begun alone and the process ended
}

// openAlone makes the place of the notes.
func (s *Stream) openAlone(ctx context.Context) (err error) {
	s.alone, err = s.ensure(ctx, jetstream.StreamConfig{
		Name:              s.o.Name + "-alone",
		Subjects:          []string{s.o.Name + ".alone.>"},
		Retention:         jetstream.LimitsPolicy,
		MaxMsgsPerSubject: 1,
		MaxAge:            noteAge,
		Discard:           jetstream.DiscardOld,
	})
	return err
}

func (s *Stream) noteOf(p place) string {
	return fmt.Sprintf("%s.alone.%s.%s.%d", s.o.Name, durable[p.task], p.lane, p.number)
}

// suspect reads what is noted of a block. Without an answer nothing is.
func (s *Stream) suspect(ctx context.Context, p place) *suspect {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answer)
	defer cancel()
	x := &suspect{place: p}
	m, err := s.alone.GetLastMsgForSubject(ctx, s.noteOf(p))
	if err == nil {
		x.deaths, err = strconv.Atoi(string(m.Data))
	}
	if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		s.o.Log.Warn("note of a block that is begun alone cannot be read", "stream", p.lane, "number", p.number, "err", err)
	}
	return x
}

// note stores how often the process ended over a block, 0 takes the note away.
// A note that cannot be stored holds up nothing: the block is begun all the same.
func (s *Stream) note(ctx context.Context, p place, deaths int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answer)
	defer cancel()
	var err error
	if deaths == 0 {
		err = s.alone.Purge(ctx, jetstream.WithPurgeSubject(s.noteOf(p)))
	} else if err = s.guard(maxHeader, s.o.Reserve/2); err == nil {
		_, err = s.js.Publish(ctx, s.noteOf(p), strconv.AppendInt(nil, int64(deaths), 10))
	}
	if err != nil {
		s.o.Log.Warn("note of a block that is begun alone cannot be stored", "stream", p.lane, "number", p.number, "err", err)
	}
}

// gate lets blocks be begun beside each other, or one alone: that one waits
// until those under way have ended, and while it waits or is under way no other
// is begun. Neither lasts for ever, so that a block that hangs holds up the
// others for a while and not for good.
type gate struct {
	wait time.Duration // how long one waits for those under way before it is begun beside them
	most time.Duration // how long it is alone

	mu      sync.Mutex
	under   int           // under way beside each other
	lone    int           // those that wait to be alone, or are
	taken   bool          // one is
	changed chan struct{} // closed at the next change that somebody may wait for; nil while nobody does
}

// enter waits for the turn of a block; leave ends it. The error is that of ctx.
func (g *gate) enter(ctx context.Context, alone bool) (leave func(), err error) {
	late := false
	var over <-chan time.Time
	g.mu.Lock()
	defer g.mu.Unlock()
	if alone {
		g.lone++
		t := time.NewTimer(g.wait)
		defer t.Stop()
		over = t.C
	}
	for {
		switch {
		case !alone && g.lone == 0:
			g.under++
			return g.leave, nil
		case alone && !g.taken && (g.under == 0 || late):
			return g.take(), nil
		}
		if g.changed == nil {
			g.changed = make(chan struct{})
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-over:
			late = true
		case <-ctx.Done():
			err = ctx.Err()
		}
		g.mu.Lock()
		if err != nil {
			if alone {
				g.lone--
				g.change()
			}
			return nil, err
		}
	}
}

// take is for the one that is alone now; mu is held.
func (g *gate) take() (leave func()) {
	g.taken = true
	shared := false // it was alone for long enough
	release := func() { g.taken = false; g.lone--; g.change() }
	end := time.AfterFunc(g.most, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if !shared {
			shared = true
			g.under++
			release()
		}
	})
	return func() {
		end.Stop()
		g.mu.Lock()
		if !shared {
			shared = true
			release()
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.leave()
	}
}

// leave is for those under way beside each other.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.under--; g.under == 0 {
		g.change()
	}
}

// change tells all that wait; mu is held.
func (g *gate) change() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}
