// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/netsampler/goflow2/v2/decoders/netflow"
	"github.com/netsampler/goflow2/v2/decoders/netflowlegacy"
)

// decoder reads messages. Templates are read by goflow2's decoder; the walk
// over sets and data records is ours, since that decoder gives up a whole
// message for one bad set and does not tell a short field from a whole one.
type decoder struct {
	table table
	queue queue
	count int // datagrams read
	flows int // lines of flows written
	fail  func(f fault, out *bytes.Buffer)
	now   time.Time // of the datagram; zero in a dump
}

// templateKey is what a template is known by (RFC 7011 §8).
type templateKey struct {
	domainKey
	id uint16
}

// domainKey is an observation domain of an exporter; in version 5 its engine.
type domainKey struct {
	from    netip.Addr // zero when not known
	version uint16
	domain  uint32
}

type template struct {
	fields  []netflow.Field
	least   int  // bytes of the shortest record
	options bool // its data are about the exporter
	nobody  bool // its data name no address
	learned time.Time
	used    time.Time // by data; zero while it was not
}

const varying = 0xffff // the length of a field that says its length itself, RFC 7011 §7

// other marks a packet of which no flow was to be expected.
const other = "other"

func newDecoder(b bounds, fail func(fault, *bytes.Buffer)) decoder {
	return decoder{table: table{bounds: b}, fail: fail}
}

// moment is when a message was exported, and the exporter's uptime then.
type moment struct {
	export time.Time
	uptime uint32 // milliseconds
	ticks  bool   // uptime was said
}

// datagram writes the lines of d.
func (c *decoder) datagram(out *bytes.Buffer, d datagram) {
	if d.fault != "" {
		c.fail(fault{kind: "PACKET", from: d.from, word: d.fault, size: len(d.data)}, out)
		return
	}
	bad := fault{kind: "PACKET", from: d.from, word: BadPacket, size: len(d.data)}
	if len(d.data) < 2 {
		c.fail(bad, out)
		return
	}
	at := func(i int) uint32 { return binary.BigEndian.Uint32(d.data[i:]) }
	switch version := binary.BigEndian.Uint16(d.data); version {
	case 5:
		c.version5(out, d)
	case 9:
		if len(d.data) < headV9 {
			c.fail(bad, out)
			return
		}
		when := moment{time.Unix(int64(at(8)), 0), at(4), true}
		c.message(out, domainKey{d.from, version, at(16)}, when, at(12), d.data[headV9:])
	case 10:
		size := 0
		if len(d.data) >= headV10 {
			size = int(binary.BigEndian.Uint16(d.data[2:]))
		}
		if size < headV10 || size > len(d.data) {
			c.fail(bad, out)
			return
		}
		when := moment{export: time.Unix(int64(at(4)), 0)}
		c.message(out, domainKey{d.from, version, at(12)}, when, at(8), d.data[headV10:size])
	default:
		c.fail(bad, out)
	}
}

func (c *decoder) version5(out *bytes.Buffer, d datagram) {
	var p netflowlegacy.PacketNetFlowV5
	bad := fault{kind: "NETFLOW_V5", from: d.from, word: BadPacket, size: len(d.data)}
	if len(d.data) < headV5 {
		c.fail(bad, out)
		return
	}
	count := int(binary.BigEndian.Uint16(d.data[2:]))
	if err := netflowlegacy.DecodeMessageVersion(bytes.NewBuffer(d.data), &p); err != nil || count == 0 || count > maxV5 {
		c.fail(bad, out)
		return
	}
	when := moment{time.Unix(int64(p.UnixSecs), int64(p.UnixNSecs)), p.SysUptime, true}
	whole := min(count, (len(d.data)-headV5)/recordV5)
	for _, r := range p.Records[:whole] {
		f := flow{kind: "NETFLOW_V5", from: d.from, export: when.export, proto: int(r.Proto), srcPort: r.SrcPort, dstPort: r.DstPort,
			src: address4(uint32(r.SrcAddr)), dst: address4(uint32(r.DstAddr)), bytes: uint64(r.DOctets), packets: uint64(r.DPkts),
			start: when.ago(r.First), end: when.ago(r.Last), rate: uint64(p.SamplingInterval & 0x3fff)} // the two bits above are how it samples
		c.line(out, &f)
	}
	if whole < count {
		c.fail(bad, out)
	}
	c.follow(domainKey{d.from, 5, uint32(p.EngineType)<<8 | uint32(p.EngineId)}, when, p.FlowSequence, uint32(count), true, out)
}

func (c *decoder) line(out *bytes.Buffer, f *flow) {
	f.line(out)
	c.flows++
}

// ago is when the exporter had been up for a time: its clock may have gone
// round, and may be a little ahead of the message.
func (m moment) ago(uptime uint32) time.Time {
	if !m.ticks {
		return time.Time{}
	}
	return m.export.Add(-time.Duration(int32(m.uptime-uptime)) * time.Millisecond)
}

// message reads the sets of a message and holds its number against the last.
func (c *decoder) message(out *bytes.Buffer, key domainKey, when moment, number uint32, b []byte) {
	records, all := 0, true
	bad := func(size int) {
		all = false
		c.fail(fault{kind: kindOf(key.version), from: key.from, domain: key.domain, word: BadPacket, size: size, at: when.export}, out)
	}
	for len(b) > 0 {
		size := 0
		if len(b) >= 4 {
			size = int(binary.BigEndian.Uint16(b[2:]))
		}
		if size < 4 || size > len(b) {
			bad(len(b))
			break
		}
		id, data := binary.BigEndian.Uint16(b), b[4:size]
		b = b[size:]
		switch {
		case id >= 256:
			n, known := c.data(out, templateKey{key, id}, when, data)
			records, all = records+n, all && known
		case isSet(key.version, []byte{byte(id >> 8), byte(id), 0, 4}):
			if !c.learn(out, key, id, data) {
				bad(size)
			}
		default:
			bad(size)
		}
	}
	c.follow(key, when, number, uint32(records), all, out)
}

// learn takes the templates of a set, and the data that waited for them. False
// means that the set is broken; what stood before the break is taken.
func (c *decoder) learn(out *bytes.Buffer, key domainKey, id uint16, data []byte) bool {
	in := bytes.NewBuffer(data)
	var err error
	switch {
	case key.version == 9 && id == 0 || key.version == 10 && id == 2:
		var list []netflow.TemplateRecord
		list, err = netflow.DecodeTemplateSet(key.version, in)
		for _, t := range list {
			if t.TemplateId >= 256 {
				c.add(out, templateKey{key, t.TemplateId}, t.Fields, false)
			}
		}
	case key.version == 9:
		var list []netflow.NFv9OptionsTemplateRecord
		list, err = netflow.DecodeNFv9OptionsTemplateSet(in)
		for _, t := range list {
			if t.TemplateId >= 256 {
				c.add(out, templateKey{key, t.TemplateId}, slices.Concat(t.Scopes, t.Options), true)
			}
		}
	default:
		var list []netflow.IPFIXOptionsTemplateRecord
		list, err = netflow.DecodeIPFIXOptionsTemplateSet(in)
		for _, t := range list {
			c.add(out, templateKey{key, t.TemplateId}, slices.Concat(t.Scopes, t.Options), true)
		}
	}
	return err == nil
}

// add keeps a template; one without fields withdraws it (RFC 7011 §8.1).
func (c *decoder) add(out *bytes.Buffer, key templateKey, fields []netflow.Field, options bool) {
	t := &template{fields: fields, options: options, nobody: !slices.ContainsFunc(fields, isAddress), learned: c.now}
	for _, f := range fields {
		if f.Length == varying {
			t.least++
		} else {
			t.least += int(f.Length)
		}
	}
	if t.least == 0 {
		c.table.forget(key)
		return
	}
	if !c.table.keep(key, t, c.now) {
		c.fail(fault{kind: kindOf(key.version), from: key.from, domain: key.domain, word: TooManyTemplates, set: key.id, size: len(fields)}, out)
		return
	}
	for _, w := range c.queue.take(key) {
		c.records(out, key, w.when, t, w.data)
	}
}

// isAddress tells the fields without which a record names nobody.
func isAddress(f netflow.Field) bool {
	return !f.PenProvided && (f.Type == srcV4 || f.Type == dstV4 || f.Type == srcV6 || f.Type == dstV6) && f.Length >= 4
}

// data reads a set of data records, or lets it wait. It tells how many there
// are, false when that is not known.
func (c *decoder) data(out *bytes.Buffer, key templateKey, when moment, data []byte) (int, bool) {
	if t := c.table.find(key); t != nil {
		t.used = c.now
		return c.records(out, key, when, t, data)
	}
	w := waiting{key, when, data, c.now, c.count}
	if !c.queue.add(w, c.table.held) {
		c.missing(w, out)
	}
	return 0, false
}

// missing says that the template of w did not come.
func (c *decoder) missing(w waiting, out *bytes.Buffer) {
	c.fail(fault{kind: kindOf(w.key.version), from: w.key.from, domain: w.key.domain, word: NoTemplate, set: w.key.id, size: len(w.data), at: w.when.export}, out)
}

// left gives up the data whose template did not come, of those that came before
// a time; the zero time is all of them.
func (c *decoder) left(before time.Time, out *bytes.Buffer) {
	for _, w := range c.queue.before(before) {
		c.missing(w, out)
	}
}

// records reads the records of a set; up to three bytes may fill it up
// (RFC 7011 §3.3.1), and exporters fill up with more. It tells how many there
// are, false when they break off.
func (c *decoder) records(out *bytes.Buffer, key templateKey, when moment, t *template, data []byte) (n int, ok bool) {
	aside := t.options || t.nobody // about the exporter itself, or of link layers
	if aside {
		c.fail(fault{kind: kindOf(key.version), from: key.from, domain: key.domain, word: other, set: key.id, size: len(data), at: when.export, flows: !t.options}, out)
	}
	d := c.table.domains[key.domainKey]
	for len(data) >= t.least {
		f := flow{kind: kindOf(key.version), from: key.from, export: when.export, proto: -1}
		rest, ok := f.fields(t.fields, when, data)
		if !ok {
			if !aside {
				c.fail(fault{kind: kindOf(key.version), from: key.from, domain: key.domain, word: BadPacket, set: key.id, size: len(data), at: when.export}, out)
			}
			return n, false
		}
		filling := len(bytes.Trim(data[:len(data)-len(rest)], "\x00")) == 0 && len(rest) < t.least
		data = rest
		if filling {
			continue
		}
		n++
		switch {
		case t.options:
			d.sampled(&f)
		case !aside:
			d.sample(&f)
			c.line(out, &f)
		}
	}
	return n, true
}

func kindOf(version uint16) string {
	if version == 9 {
		return "NETFLOW_V9"
	}
	return "IPFIX"
}
