// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// Collector reads datagrams as they arrive from any number of exporters. It
// keeps their templates for two hours after they were last sent or used, up to
// bounds over all exporters and of each; data that come before their template
// wait for a minute. It is not safe for concurrent use.
type Collector struct {
	dec    decoder
	faults []Fault
	looked time.Time
}

// Fault is something that became no line.
type Fault struct {
	From  netip.Addr // exporter
	Word  string     // NoTemplate, BadPacket, TooManyTemplates, LostFlows, LostPackets or NoAddress
	N     int64      // how often; of what is lost, how much
	Bytes int64
	Text  string // for people: which message it was
}

// NoAddress is flows that name no address, such as those of link layers.
const NoAddress = "no_address"

// NewCollector gives a Collector that knows no templates.
func NewCollector() *Collector {
	c := &Collector{}
	c.dec = newDecoder(ofNetwork, c.fault)
	return c
}

// Take appends the lines of a datagram to out, those of earlier data that
// waited for it included, and tells how many they are and what became no line.
// The faults, some of which may be other exporters', are good until the next
// call.
func (c *Collector) Take(out *bytes.Buffer, from netip.Addr, data []byte, now time.Time) (lines int, faults []Fault) {
	c.faults = c.faults[:0]
	c.dec.now, c.dec.flows = now, 0
	if now.Sub(c.looked) >= time.Second || now.Before(c.looked) {
		c.looked = now
		c.dec.left(now.Add(-c.dec.table.wait), out)
	}
	if t := &c.dec.table; now.Sub(t.swept) >= time.Hour {
		t.old(now, t.age)
	}
	c.dec.datagram(out, datagram{from: from, data: data})
	return c.dec.flows, c.faults
}

// Left gives up the data that still wait for their template.
func (c *Collector) Left() []Fault {
	c.faults = c.faults[:0]
	c.dec.left(time.Time{}, nil)
	return c.faults
}

func (c *Collector) fault(f fault, _ *bytes.Buffer) {
	x := Fault{From: f.from, Word: f.word, N: 1, Bytes: int64(f.size)}
	switch f.word {
	case other:
		if !f.flows {
			return // about the exporter itself
		}
		x.Word = NoAddress
	case LostFlows, LostPackets:
		x.N, x.Bytes = int64(f.size), 0
	case TooManyTemplates:
		x.Bytes = 0
	}
	if n := len(c.faults); n > 0 && c.faults[n-1].From == x.From && c.faults[n-1].Word == x.Word {
		c.faults[n-1].N += x.N
		c.faults[n-1].Bytes += x.Bytes
		return
	}
	x.Text = fmt.Sprintf("%s %s domain %d", f.kind, f.from, f.domain)
	if f.set > 0 {
		x.Text += fmt.Sprintf(" template %d", f.set)
	}
	c.faults = append(c.faults, x)
}

// Describe says in a few words what a datagram is, for people.
func Describe(data []byte) string {
	at := func(i int) uint32 { return binary.BigEndian.Uint32(data[i:]) }
	kind := "no NetFlow or IPFIX"
	switch {
	case len(data) < 2:
	case binary.BigEndian.Uint16(data) == 5 && len(data) >= headV5:
		kind = "NetFlow v5"
	case binary.BigEndian.Uint16(data) == 9 && len(data) >= headV9:
		kind = fmt.Sprintf("NetFlow v9, source id %d", at(16))
	case binary.BigEndian.Uint16(data) == 10 && len(data) >= headV10:
		kind = fmt.Sprintf("IPFIX, observation domain %d", at(12))
	}
	return fmt.Sprintf("%s, %d bytes", kind, len(data))
}
