// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"iter"
	"time"
)

// relay is what a connection knows of the hosts whose lines it brings: each
// has a way of its own, or none.
type relay struct{ hosts map[string]*host }

// host is one of them.
type host struct {
	name  string
	lane  *lane // nil when no way is known for it
	way   Way
	found time.Time
}

// mostRelayed is how many hosts a connection remembers; one with more asks for
// all of them anew.
const mostRelayed = 4096

// relays makes the connection one whose lines are asked for each.
func (c *conn) relays() {
	c.moveTo(nil)
	c.found = time.Now()
	if c.relay == nil {
		c.relay = &relay{hosts: map[string]*host{}}
	}
}

// leaveRelay makes it an ordinary one again.
func (c *conn) leaveRelay() {
	if c.relay == nil {
		return
	}
	for l := range c.lanes() {
		l.connections(-1)
	}
	c.relay = nil
}

// lanes are all lanes that the connection counts in.
func (c *conn) lanes() iter.Seq[*lane] {
	return func(yield func(*lane) bool) {
		if c.lane != nil && !yield(c.lane) || c.relay == nil {
			return
		}
		for _, h := range c.relay.hosts {
			if h.lane != nil && !yield(h.lane) {
				return
			}
		}
	}
}

// each puts every line on the lane of its host, neighbours of one host
// together. Lines of hosts that nobody knows are counted under the relay's
// address and that host. What is odd in them counts with the first that is
// known.
func (c *conn) each(text []byte, now time.Time) error {
	var of *host
	var run []byte
	lines := 0
	for {
		end := bytes.IndexByte(text, '\n') + 1
		var h *host
		if end > 0 {
			h = c.hostOf(text[:end-1])
		}
		if h != of && lines > 0 {
			if err := c.giveHost(of, run, lines, now); err != nil {
				return err
			}
			run, lines = nil, 0
		}
		if end == 0 {
			c.d.tally.add(c.notes, now)
			c.notes = nil
			return nil
		}
		if lines == 0 {
			run = text[:0]
		}
		of, run, text = h, run[:len(run)+end], text[end:]
		lines++
	}
}

func (c *conn) giveHost(h *host, text []byte, lines int, now time.Time) error {
	if h.lane != nil {
		h.lane.tally.add(c.notes, now)
		c.notes = nil
		return c.give(h.lane, h.way, text, lines, now)
	}
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	p := c.peer
	p.Host = h.name
	c.d.strangers.relayed(p, int64(lines), line, now)
	return nil
}

// hostOf gives the host of a line with its way, asked for at most once a
// second.
func (c *conn) hostOf(line []byte) *host {
	name := c.d.host(line)
	h := c.relay.hosts[name]
	if h != nil && time.Since(h.found) < refindAfter {
		return h
	}
	if h == nil {
		if len(c.relay.hosts) >= mostRelayed {
			c.leaveRelay()
			c.relays()
		}
		h = &host{name: name}
		c.relay.hosts[name] = h
	}
	p := c.peer
	p.Host = name
	h.found = time.Now()
	var l *lane
	if w, ok := c.d.s.opt.Directory.Find(p); ok {
		l, h.way = c.d.s.lane(w), w
	}
	if l != h.lane {
		if h.lane != nil {
			h.lane.connections(-1)
		}
		if h.lane = l; l != nil {
			l.connections(1)
		}
	}
	return h
}
