// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// lane is one way while it is used: the run of lines that is being gathered,
// what the stream has not taken yet, quota and figures. Connections of the same
// way share it. A quiet lane holds no buffer and no timer.
type lane struct {
	s     *Server
	tally tally

	mu     sync.Mutex
	way    Way // as last found
	bucket bucket
	run    run
	hint   int           // bytes of the last run
	flight int           // blocks handed to the stream and not taken
	late   bool          // the run's time is up and flight was full
	queued bool          // with the flusher
	freed  chan struct{} // closed when flight falls; nil while nobody waits
	open   int           // connections

	total, stored struct{ lines, bytes, blocks int64 }
	over          int64 // lines stored or given up
	retries       int64
	last          time.Time
	slowed        time.Duration
}

// run is a block being gathered; without lines it is none.
type run struct {
	source, owner string
	body          []byte
	lines         int
	first         time.Time // as told by Options.Now
	due           time.Time // on the process's own clock
}

var errStopped = errors.New("the server stops")

// put adds whole lines to the lane's run and waits while the stream does not
// take what came before. It returns how long the sender has to be kept waiting
// to stay within its quota. The error is that of ctx; then nothing was taken.
func (l *lane) put(ctx context.Context, w Way, text []byte, lines int, now time.Time) (time.Duration, error) {
	for {
		l.mu.Lock()
		if l.add(w, text, lines, now) {
			l.bucket.take(w.Quota, lines, len(text), now)
			wait := l.bucket.wait(w.Quota, now)
			l.slowed += wait
			l.mu.Unlock()
			return wait, nil
		}
		if l.freed == nil {
			l.freed = make(chan struct{})
		}
		var freed, room <-chan struct{} = l.freed, l.s.memory.room()
		busy := l.flight >= inFlight
		l.mu.Unlock()
		switch full := l.s.memory.full(); {
		case !full && !busy:
			continue // room was made meanwhile
		case !full:
			room = nil
		case !busy:
			freed = nil // nobody need close it
		}
		select {
		case <-freed:
		case <-room:
		case <-ctx.Done():
			return 0, errStopped
		}
	}
}

// offer is put for who cannot wait. It says why lines were not taken.
func (l *lane) offer(w Way, text []byte, lines int, now time.Time) (Reason, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bucket.wait(w.Quota, now) > 0 {
		return OverQuota, false
	}
	if !l.add(w, text, lines, now) {
		return Overflow, false
	}
	l.bucket.take(w.Quota, lines, len(text), now)
	return "", true
}

// add puts text into the run, handing on a run that has no room for it. False
// when there is no room at all. The lock is held.
func (l *lane) add(w Way, text []byte, lines int, now time.Time) bool {
	full := l.s.memory.full()
	same := l.run.source == w.Source && l.run.owner == w.Owner
	if l.run.lines > 0 && (full || !same || len(l.run.body)+len(text) > l.most()) {
		if l.flight >= inFlight {
			return false
		}
		l.seal()
	}
	if full {
		return false
	}
	l.way = w
	if l.run.lines == 0 {
		l.run = run{source: w.Source, owner: w.Owner, first: now, due: time.Now().Add(l.s.limits.Run), body: body(max(len(text), l.hint))}
		if !l.queued {
			l.queued = true
			l.s.flusher.enqueue(l, l.run.due)
		}
	}
	l.run.body = append(l.run.body, text...)
	l.run.lines += lines
	l.s.memory.take(len(text))
	l.total.lines += int64(lines)
	l.total.bytes += int64(len(text))
	l.last = now
	if len(l.run.body) >= l.most() && l.flight < inFlight {
		l.seal()
	}
	return true
}

// most is the size at which the run waits for no more lines. While others of the
// way wait for the stream it is larger, for a large block is synced as fast as a
// small one. The lock is held.
func (l *lane) most() int {
	if l.flight > 0 {
		return mostRun
	}
	return fullRun
}

// seal hands the run to the stream. The lock is held.
func (l *lane) seal() {
	b := stream.Block{ID: l.s.blockID(), Source: l.run.source, Owner: l.run.owner, Way: l.way.ID, Kind: stream.Lines,
		Received: l.run.first.UTC(), Lines: l.run.lines, Body: l.run.body}
	l.hint = min(len(b.Body), mostRun)
	l.run, l.late = run{}, false
	l.flight++
	l.s.toStore()
	l.s.storing.Go(func() {
		defer l.s.unstored.Add(-1)
		l.store(b)
	})
}

// bodies are those of large runs that were stored, for the next ones: new memory
// was half of what receiving costs.
var bodies sync.Pool

// body is room for a run of so many bytes, which may become more.
func body(size int) []byte {
	room := fullRun
	switch {
	case size <= fullRun/2 || size > mostRun:
		return make([]byte, 0, size)
	case size > fullRun:
		room = mostRun
	}
	if b, ok := bodies.Get().(*[]byte); ok && cap(*b) >= room {
		return (*b)[:0]
	}
	return make([]byte, 0, room)
}

// overdue hands on a run whose time is up and tells whether it did, and when
// to look again when there is a younger one.
func (l *lane) overdue(now time.Time) (sealed bool, again time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queued = false
	switch {
	case l.run.lines == 0:
		return false, time.Time{}
	case l.run.due.After(now):
		l.queued = true
		return false, l.run.due
	case l.flight >= inFlight:
		l.late = true
		return false, time.Time{}
	}
	l.seal()
	return true, time.Time{}
}

// settle stores what the lane has now and waits until it is stored or given up,
// false when ctx ends before.
func (l *lane) settle(ctx context.Context) bool {
	l.mu.Lock()
	until := l.total.lines
	if l.run.lines > 0 {
		l.seal()
	}
	for l.over < until {
		if l.freed == nil {
			l.freed = make(chan struct{})
		}
		freed := l.freed
		l.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return false
		}
		l.mu.Lock()
	}
	l.mu.Unlock()
	return true
}

// flush hands the run on whatever waits.
func (l *lane) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run.lines > 0 {
		l.seal()
	}
}

const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// store gives b to the stream until it takes it, or until the server has no
// more time to stop.
func (l *lane) store(b stream.Block) {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := l.s.opt.Appender.Append(l.s.storeCtx, b)
		if err == nil {
			l.done(b, true)
			return
		}
		l.s.refused(b, err)
		why := Unstored
		if errors.Is(err, stream.ErrInvalid) {
			why = Invalid
		} else if l.retried(); pause(l.s.storeCtx, wait) {
			continue
		}
		l.tally.add(whole(why, b), l.s.now())
		l.done(b, false)
		return
	}
}

func (l *lane) retried() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retries++
}

// whole counts a block that is given up, with its first line.
func whole(why Reason, b stream.Block) notes {
	first, _, _ := bytes.Cut(b.Body, []byte{'\n'})
	return notes{{reason: why, lines: int64(b.Lines), bytes: int64(len(b.Body)), samples: []string{sample(first)}}}
}

func (l *lane) done(b stream.Block, stored bool) {
	l.s.memory.give(len(b.Body))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flight--
	l.over += int64(b.Lines)
	if stored {
		l.count(b)
	}
	if l.run.lines > 0 && l.flight < inFlight && (l.late || len(l.run.body) >= fullRun) {
		l.seal()
	}
	if l.freed != nil {
		close(l.freed)
		l.freed = nil
	}
	if c := cap(b.Body); c >= fullRun && c <= mostRun {
		bodies.Put(&b.Body)
	}
}

// count counts b as stored. The lock is held.
func (l *lane) count(b stream.Block) {
	l.stored.blocks++
	l.stored.lines += int64(b.Lines)
	l.stored.bytes += int64(len(b.Body))
}

// connections counts who comes and goes. When the last has gone and the run
// before was large, this one is the end of a rush and does not wait for more;
// it is the only such one, so that a sender with a connection for each line has
// its lines gathered like others.
func (l *lane) connections(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open += n
	if l.open > 0 || l.run.lines == 0 || l.hint <= fullRun/2 {
		return
	}
	if l.late = l.flight >= inFlight; !l.late {
		l.seal()
	}
}

// blockID is a new one for what came over the network: the run of the process
// and a number.
func (s *Server) blockID() string {
	return "net/" + s.birth + "/" + strconv.FormatInt(s.serial.Add(1), 36)
}

// memory bounds the bytes of all lines that are not stored.
type memory struct {
	limit int64
	held  atomic.Int64
	mu    sync.Mutex
	freed chan struct{} // closed when held falls below limit
}

func (m *memory) full() bool { return m.held.Load() >= m.limit }

func (m *memory) take(n int) { m.held.Add(int64(n)) }

func (m *memory) give(n int) {
	if now := m.held.Add(-int64(n)); now >= m.limit || now+int64(n) < m.limit {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.freed != nil {
		close(m.freed)
		m.freed = nil
	}
}

// room gives the channel that is closed when memory becomes free. Whoever
// waits asks for it first and for full afterwards.
func (m *memory) room() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.freed == nil {
		m.freed = make(chan struct{})
	}
	return m.freed
}
