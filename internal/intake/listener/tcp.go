// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/vonggac/vonggac/engine/format/dnstap"
)

// accept serves syslog connections until the door is shut.
func (d *door) accept() {
	wait := time.Duration(0)
	for {
		nc, err := d.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // no file left, most likely
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			d.s.log.Warn("a connection cannot be accepted", "listener", d.spec.Name, "err", err)
			if !pause(d.s.readCtx, wait) {
				return
			}
			continue
		}
		wait = 0
		d.accepted.Add(1)
		if !d.enter(nc) {
			_ = nc.Close() // nothing was read of it
			continue
		}
		d.s.reading.Go(func() {
			defer d.leave(nc)
			c := &conn{d: d, nc: nc, since: time.Now(), frame: d.cutter()}
			c.serve()
		})
	}
}

const (
	smallRead   = 512
	largeRead   = 64 << 10
	largeWait   = time.Second // a large buffer is given back when nothing comes for so long
	refindAfter = time.Second
	fairShare   = 16 << 10 // of a begun line that is held however much others hold
)

// cutter is what cuts a connection into lines.
func (d *door) cutter() cutter {
	if d.spec.Kind == Dnstap {
		return &tap{}
	}
	return &framer{}
}

// conn is one connection of syslog or dnstap. While it is idle it holds the small buffer
// alone.
type conn struct {
	d      *door
	nc     net.Conn
	small  [smallRead]byte
	frame  cutter
	notes  notes
	peer   Peer
	lane   *lane // nil until known
	way    Way
	found  time.Time // when the way was last asked for
	relay  *relay    // of a sender that relays; else nil
	since  time.Time // of the connection, then of the frame that has begun
	begun  bool
	held   int // bytes of it, as counted in Server.begun
	ending bool
}

// workspace is what a connection has while a lot comes. There are so many of
// them; whoever gets none reads small pieces.
type workspace struct {
	in  [largeRead]byte
	out []byte
}

const mostWorkspaces = 512

var (
	workspaces = sync.Pool{New: func() any { return new(workspace) }}
	smallTexts = sync.Pool{New: func() any { return new([]byte) }}
)

// workspace gives nil when all are in use.
func (s *Server) workspace() *workspace {
	if s.inUse.Add(1) > mostWorkspaces {
		s.inUse.Add(-1)
		return nil
	}
	return workspaces.Get().(*workspace)
}

func (s *Server) release(w *workspace) {
	if w == nil {
		return
	}
	s.inUse.Add(-1)
	if cap(w.out) > 4*largeRead {
		w.out = nil
	}
	workspaces.Put(w)
}

var (
	errStranger = errors.New("no way is known for the sender")
	errHeld     = errors.New("too much is held of begun lines")
)

// serve reads the connection to its end.
func (c *conn) serve() {
	defer c.close()
	if !c.greet() {
		return
	}
	var space *workspace // while a lot comes
	defer func() { c.d.s.release(space) }()
	for {
		buf := c.small[:]
		if space != nil {
			buf = space.in[:]
		}
		if !c.setDeadline(space != nil) {
			c.end()
			return
		}
		n, err := c.nc.Read(buf)
		if n > 0 {
			if err := c.take(buf[:n], space); err != nil {
				c.lose(err)
				return
			}
		}
		if err != nil && !c.goesOn(err, space != nil) {
			c.end()
			return
		}
		switch {
		case space == nil && n == len(buf):
			space = c.d.s.workspace()
		case space != nil && n < smallRead:
			c.d.s.release(space)
			space = nil
		}
	}
}

// greet does what comes before the first line.
func (c *conn) greet() bool {
	if tc, ok := c.nc.(*net.TCPConn); ok {
		_ = tc.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4}) // without it a dead sender is noticed later
	}
	c.peer = Peer{Kind: c.d.spec.Kind, Listener: c.d.spec.Name, Addr: addrOf(c.nc.RemoteAddr())}
	if c.d.spec.Kind != SyslogTLS {
		return true
	}
	tc := tls.Server(c.nc, c.d.spec.TLS)
	if err := c.nc.SetDeadline(time.Now().Add(c.d.s.limits.Handshake)); err != nil {
		return false
	}
	if err := tc.HandshakeContext(c.d.s.readCtx); err != nil {
		c.d.tally.one(Handshake, []byte(c.peer.Addr.String()+": "+err.Error()), c.d.s.now())
		return false
	}
	if err := c.nc.SetDeadline(time.Time{}); err != nil {
		return false
	}
	c.nc, c.peer.Certificate = tc, fingerprint(tc.ConnectionState())
	return true
}

// fingerprint is the SHA-256 of the client's certificate, "" without one.
func fingerprint(s tls.ConnectionState) string {
	if len(s.PeerCertificates) == 0 {
		return ""
	}
	sum := sha256.Sum256(s.PeerCertificates[0].Raw)
	return hex.EncodeToString(sum[:])
}

// setDeadline says how long the next read may take. False when it is over.
func (c *conn) setDeadline(large bool) bool {
	var until time.Time
	switch {
	case c.begun:
		until = c.since.Add(c.d.s.limits.Line)
	case c.lane == nil && c.relay == nil && !c.frame.greeted():
		until = c.since.Add(c.d.s.limits.First)
	}
	if large {
		if t := time.Now().Add(largeWait); until.IsZero() || t.Before(until) {
			until = t
		}
	}
	c.d.mu.Lock() // so that Stop's own deadline stays
	defer c.d.mu.Unlock()
	select {
	case <-c.d.s.stopping:
		if !c.ending {
			c.ending = true
			return c.nc.SetReadDeadline(time.Now().Add(drain)) == nil
		}
		return true
	default:
	}
	return c.nc.SetReadDeadline(until) == nil
}

// lose counts the frame that had begun when the server had no more time.
func (c *conn) lose(err error) {
	if _, begun := c.frame.begun(); begun && errors.Is(err, errStopped) {
		c.tally().one(Unstored, c.frame.part(), c.d.s.now())
	}
}

// goesOn tells whether a read that ended in err is followed by another.
func (c *conn) goesOn(err error, large bool) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || !large {
		return false
	}
	select {
	case <-c.d.s.stopping:
		return false
	default:
	}
	return !c.begun || time.Since(c.since) < c.d.s.limits.Line
}

// take cuts what was read into lines and puts them on the lane. After an error
// the connection is over.
func (c *conn) take(in []byte, space *workspace) error {
	var text []byte
	var lines int
	if space != nil {
		text, lines = c.frame.feed(space.out[:0], in, &c.notes)
		space.out = text
	} else {
		out := smallTexts.Get().(*[]byte)
		text, lines = c.frame.feed((*out)[:0], in, &c.notes)
		if cap(text) <= 4*smallRead {
			defer func() {
				*out = text
				smallTexts.Put(out)
			}()
		}
	}
	if err := c.put(text, lines); err != nil {
		return err
	}
	if err := c.hold(lines > 0); err != nil {
		return err
	}
	return c.answer()
}

// tally is where what happens on the connection is counted.
func (c *conn) tally() *tally {
	if c.lane != nil {
		return &c.lane.tally
	}
	return &c.d.tally
}

// hold keeps account of the frame that has begun.
func (c *conn) hold(fresh bool) error {
	held, begun := c.frame.begun()
	if begun && (fresh || !c.begun) {
		c.since = time.Now()
	}
	c.begun = begun
	if held == c.held {
		return nil
	}
	all := c.d.s.begun.Add(int64(held - c.held))
	grew := held > c.held
	c.held = held
	if grew && held > fairShare && all > c.d.s.limits.Begun {
		c.notes.add(Held, c.frame.part())
		c.end()
		return errHeld
	}
	return nil
}

// put gives lines to the lane of the sender, and waits as its quota and the
// stream demand.
func (c *conn) put(text []byte, lines int) error {
	if lines == 0 {
		return nil
	}
	now := c.d.s.now()
	if !c.known(text, lines, now) {
		return errStranger
	}
	if c.relay != nil {
		return c.each(text, now)
	}
	c.tally().add(c.notes, now)
	c.notes = nil
	return c.give(c.lane, c.way, text, lines, now)
}

// give puts lines on a lane.
func (c *conn) give(l *lane, w Way, text []byte, lines int, now time.Time) error {
	wait, err := l.put(c.d.s.readCtx, w, text, lines, now)
	if err != nil {
		l.tally.add(notes{{reason: Unstored, lines: int64(lines), bytes: int64(len(text))}}, now)
		return err
	}
	c.delay(wait)
	return nil
}

// delay keeps a sender over its quota waiting; a server that stops does not.
func (c *conn) delay(wait time.Duration) {
	if wait <= 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.d.s.stopping:
	}
}

// known finds the way of the sender, by its first line and then at most once a
// second, so that a way that is taken away or changed counts at once.
func (c *conn) known(text []byte, lines int, now time.Time) bool {
	if (c.lane != nil || c.relay != nil) && time.Since(c.found) < refindAfter {
		return true
	}
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	if c.lane == nil {
		c.peer.Host = c.d.host(line)
	}
	w, ok := c.d.s.opt.Directory.Find(c.peer)
	if w.ByHost {
		c.relays()
		return true
	}
	c.leaveRelay()
	if !ok {
		c.d.strangers.saw(c.peer, int64(lines), line, now)
		c.d.tally.add(c.notes, now)
		c.notes = nil
		return false
	}
	c.way, c.found = w, time.Now()
	c.moveTo(c.d.s.lane(w))
	return true
}

// moveTo makes l the lane of the connection, nil that it has none.
func (c *conn) moveTo(l *lane) {
	if l == c.lane {
		return
	}
	if c.lane != nil {
		c.lane.connections(-1)
	}
	if c.lane = l; l != nil {
		l.connections(1)
	}
}

// host is whose a line is, as far as it says so.
func (d *door) host(line []byte) string {
	if d.spec.Kind == Dnstap {
		return dnstap.Identity(line)
	}
	return hostOf(line)
}

// end puts the last frame, which lacks its end.
func (c *conn) end() {
	if c.begun && c.frame.line() && time.Since(c.since) >= c.d.s.limits.Line {
		c.notes.add(NoNewline, c.frame.part())
	}
	text, lines := c.frame.end(nil, &c.notes)
	_ = c.put(text, lines) // it is over either way, and what was not taken is counted
	c.tally().add(c.notes, c.d.s.now())
	c.notes = nil
}

func (c *conn) close() {
	c.d.s.begun.Add(-int64(c.held))
	c.moveTo(nil)
	c.leaveRelay()
	_ = c.nc.Close() // everything was read
}
