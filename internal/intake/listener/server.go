// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// Server runs the listeners. It is safe for concurrent use; Start and Stop are
// called once each.
type Server struct {
	opt      Options
	limits   Limits
	now      func() time.Time
	log      *slog.Logger
	started  time.Time
	birth    string // of this run of the process, in the ids of its blocks
	serial   atomic.Int64
	doors    []*door
	memory   memory
	begun    atomic.Int64 // bytes of begun lines
	inUse    atomic.Int64 // workspaces
	unstored atomic.Int64 // blocks handed to the stream and not taken
	pressed  atomic.Int64 // until when the stream counts as pressed, nanoseconds since opened
	opened   time.Time    // on the process's own clock
	acks     atomic.Int64 // the last number given for a HEC acknowledgement
	flusher  flusher
	pace     pace
	said     atomic.Int64 // when a refusal of the stream was last logged, Unix seconds

	lanesMu sync.RWMutex
	lanes   map[string]*lane

	readCtx   context.Context // ends when readers must give up
	stopRead  context.CancelFunc
	storeCtx  context.Context // ends when the stream gets no more time
	stopStore context.CancelFunc
	stopping  chan struct{} // closed when Stop begins
	reading   sync.WaitGroup
	storing   sync.WaitGroup
	flushing  sync.WaitGroup
}

// New checks o and gives a server that does nothing yet. The error names
// everything that is wrong.
func New(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	var birth [8]byte
	_, _ = rand.Read(birth[:]) // crypto/rand.Read never fails
	s := &Server{opt: o, limits: o.Limits.withDefaults(), now: o.Now, log: o.Log, birth: hex.EncodeToString(birth[:]),
		lanes: map[string]*lane{}, stopping: make(chan struct{}), flusher: flusher{wake: make(chan struct{}, 1)}, opened: time.Now()}
	s.started = s.now().UTC()
	s.acks.Store(s.started.UnixMilli())
	s.memory.limit = s.limits.Memory
	s.readCtx, s.stopRead = context.WithCancel(context.Background())
	s.storeCtx, s.stopStore = context.WithCancel(context.Background())
	for _, l := range o.Listeners {
		s.doors = append(s.doors, &door{s: s, spec: l, conns: map[net.Conn]struct{}{}, guests: map[netip.Addr]int{}})
	}
	return s, nil
}

// Start opens all listeners and returns. When one cannot be opened none is,
// and the error says which. ctx bounds the opening, not the running: that ends
// by Stop.
func (s *Server) Start(ctx context.Context) error {
	for i, d := range s.doors {
		if err := d.bind(ctx); err != nil {
			for _, b := range s.doors[:i] {
				b.abandon()
			}
			return fmt.Errorf("listener %q: %w", d.spec.Name, err)
		}
	}
	for _, d := range s.doors {
		s.reading.Go(d.run)
	}
	s.flushing.Go(func() { s.flusher.run(s.readCtx, &s.pace, &s.memory) })
	return nil
}

// Addr is the address the named listener has, nil before Start, for files and
// for names nobody has.
func (s *Server) Addr(name string) net.Addr {
	for _, d := range s.doors {
		if d.spec.Name == name {
			return d.address()
		}
	}
	return nil
}

// drain is how long connections may bring, once the server stops, what already
// was under way.
const drain = 200 * time.Millisecond

// Stop takes nothing new, reads what already lies in the sockets, stores what
// was read and returns. When ctx ends before, it gives up what is left, which
// is then counted as unstored, and returns the error of ctx.
func (s *Server) Stop(ctx context.Context) error {
	close(s.stopping)
	var err error
	for _, d := range s.doors {
		err = errors.Join(err, d.shut())
	}
	first := waitFor(ctx, &s.reading)
	s.stopRead()
	if first != nil {
		for _, d := range s.doors {
			d.cut()
		}
		s.reading.Wait()
	}
	s.flushing.Wait()
	s.lanesMu.RLock()
	for _, l := range s.lanes {
		l.flush()
	}
	s.lanesMu.RUnlock()
	second := waitFor(ctx, &s.storing)
	s.stopStore()
	s.storing.Wait()
	if first == nil {
		first = second
	}
	return errors.Join(err, first)
}

// waitFor waits for g or for the end of ctx, whose error it then returns.
func waitFor(ctx context.Context, g *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		g.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Pressed reports whether lines come faster than they are stored at once: several
// blocks wait for the stream, or did a moment ago. What is stored can wait; what
// is not may be lost.
func (s *Server) Pressed() bool {
	return s.unstored.Load() > 1 || time.Since(s.opened).Nanoseconds() < s.pressed.Load()
}

// pressLasts is how long the stream counts as pressed after blocks waited for it: in
// a rush that is stored as fast as it comes there is often but one.
const pressLasts = 30 * time.Millisecond

// toStore counts a block that is handed to the stream.
func (s *Server) toStore() {
	if s.unstored.Add(1) > 1 {
		s.pressed.Store((time.Since(s.opened) + pressLasts).Nanoseconds())
	}
}

// lane gives the lane of w.
func (s *Server) lane(w Way) *lane {
	s.lanesMu.RLock()
	l := s.lanes[w.ID]
	s.lanesMu.RUnlock()
	if l != nil {
		return l
	}
	s.lanesMu.Lock()
	defer s.lanesMu.Unlock()
	if l = s.lanes[w.ID]; l == nil {
		l = &lane{s: s, way: w}
		s.lanes[w.ID] = l
	}
	return l
}

// refused logs that the stream did not take a block, at most every ten seconds.
func (s *Server) refused(b stream.Block, err error) {
	at := s.now().Unix()
	if last := s.said.Load(); at-last < 10 || !s.said.CompareAndSwap(last, at) {
		return
	}
	s.log.Warn("a block is not stored and is tried again", "way", b.Way, "source", b.Source, "lines", b.Lines, "err", err)
}
