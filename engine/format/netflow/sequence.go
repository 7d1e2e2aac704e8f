// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"bytes"
	"time"
)

// Words of what messages show to be missing by their numbers.
const (
	LostFlows   = "lost_flows"   // exported and never come: versions 5 and 10 number flows
	LostPackets = "lost_packets" // the same in messages, as version 9 numbers them
)

// sequence follows the numbers of an exporter's messages. Version 9 numbers
// messages (RFC 3954 §5.1), versions 5 and 10 the records in them (RFC 7011
// §3.1); exporters that do it the other way are met, and told by four messages
// in a row that fit only so. What is missing may only be late, so it is told
// after a while.
type sequence struct {
	known   bool
	counted bool // how many records the last message has is known
	other   bool // the exporter numbers the other way
	doubts  int  // messages in a row that fit the other way alone
	last    uint32
	records uint32 // of the last message
	uptime  uint32
	missing int64
	since   int // messages since something was missing
	at      time.Time
}

const (
	mostGap    = 1 << 28         // more is no gap but a new count
	mostLate   = 1 << 12         // messages or records by which one may be late
	sureAfter  = 4               // messages that tell how an exporter counts
	toldAfter  = 32              // messages
	toldWithin = 5 * time.Second // or so long
	restart    = -60_000         // milliseconds by which the uptime falls
)

// follow holds the number of a message against the last one.
func (c *decoder) follow(key domainKey, when moment, number, records uint32, counted bool, out *bytes.Buffer) {
	if c.now.IsZero() {
		return
	}
	d := c.table.domain(key, c.now)
	if d == nil {
		return
	}
	s := &d.sequence
	messages := (key.version == 9) != s.other
	s.take(messages, when, number, records, counted)
	if s.missing == 0 {
		s.since, s.at = 0, time.Time{}
		return
	}
	if s.since++; s.at.IsZero() {
		s.at = c.now
	}
	if s.since < toldAfter && c.now.Sub(s.at) < toldWithin {
		return
	}
	word := LostFlows
	if messages {
		word = LostPackets
	}
	kind := kindOf(key.version)
	if key.version == 5 {
		kind = "NETFLOW_V5"
	}
	c.fail(fault{kind: kind, from: key.from, domain: key.domain, word: word, size: int(s.missing), at: when.export}, out)
	s.missing, s.since, s.at = 0, 0, time.Time{}
}

// take counts what is missing before a message. messages says that they are
// numbered, not their records.
func (s *sequence) take(messages bool, when moment, number, records uint32, counted bool) {
	was := *s
	step, otherwise := was.records, uint32(1)
	if messages {
		step, otherwise = 1, was.records
	}
	gap := int32(number - was.last - step)
	fresh := !was.known || when.ticks && int32(when.uptime-was.uptime) < restart
	switch {
	case fresh, !messages && !was.counted:
	case gap == 0:
		s.doubts = 0
	case was.counted && step != otherwise && number == was.last+otherwise:
		if s.doubts++; s.doubts >= sureAfter {
			s.other, s.doubts, s.missing = !s.other, 0, 0
		} else if gap > 0 {
			s.missing += int64(gap)
		}
	case gap > 0 && gap <= mostGap:
		s.missing += int64(gap)
	case gap < 0 && gap >= -mostLate: // it is late: what it brings is not missing
		unit := int64(records)
		if messages {
			unit = 1
		}
		s.missing = max(0, s.missing-unit)
		return
	}
	s.known, s.counted, s.last, s.records, s.uptime = true, counted, number, records, when.uptime
}
