// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"github.com/netsampler/goflow2/v2/decoders/netflow"
	"github.com/netsampler/goflow2/v2/decoders/netflowlegacy"
)

// decoder reads messages. Templates are read by goflow2's decoder; the walk
// over sets and data records is ours, since that decoder gives up a whole
// message for one bad set and does not tell a short field from a whole one.
type decoder struct {
	templates map[templateKey]template
	waiting   []waiting
	held      int // bytes in waiting
	count     int // datagrams read
}

// templateKey is what a template is known by (RFC 7011 §8).
type templateKey struct {
	from    string
	version uint16
	domain  uint32
	id      uint16
}

type template struct {
	fields  []netflow.Field
	least   int  // bytes of the shortest record
	options bool // its data are no flows
}

// waiting is a set whose template has not come.
type waiting struct {
	key  templateKey
	when moment
	data []byte
}

const (
	maxHeld      = 1 << 20 // bytes of data that wait for templates
	maxTemplates = 1 << 16 // more are no exporters but noise
	varying      = 0xffff  // the length of a field that says its length itself, RFC 7011 §7
)

// other marks a packet of which no flow was to be expected.
const other = "other"

func newDecoder() decoder { return decoder{templates: map[templateKey]template{}} }

// moment is when a message was exported, and the exporter's uptime then.
type moment struct {
	export time.Time
	uptime uint32 // milliseconds
	ticks  bool   // uptime was said
}

// datagram writes the lines of d.
func (c *decoder) datagram(out *bytes.Buffer, d datagram) {
	if d.fault != "" {
		faultLine(out, fault{kind: "PACKET", from: d.from, word: d.fault, size: len(d.data)})
		return
	}
	bad := fault{kind: "PACKET", from: d.from, word: BadPacket, size: len(d.data)}
	if len(d.data) < 2 {
		faultLine(out, bad)
		return
	}
	switch version := binary.BigEndian.Uint16(d.data); version {
	case 5:
		c.version5(out, d)
	case 9:
		if len(d.data) < headV9 {
			faultLine(out, bad)
			return
		}
		when := moment{time.Unix(int64(binary.BigEndian.Uint32(d.data[8:])), 0), binary.BigEndian.Uint32(d.data[4:]), true}
		c.sets(out, templateKey{d.from, version, binary.BigEndian.Uint32(d.data[16:]), 0}, when, d.data[headV9:])
	case 10:
		size := 0
		if len(d.data) >= headV10 {
			size = int(binary.BigEndian.Uint16(d.data[2:]))
		}
		if size < headV10 || size > len(d.data) {
			faultLine(out, bad)
			return
		}
		when := moment{export: time.Unix(int64(binary.BigEndian.Uint32(d.data[4:])), 0)}
		c.sets(out, templateKey{d.from, version, binary.BigEndian.Uint32(d.data[12:]), 0}, when, d.data[headV10:size])
	default:
		faultLine(out, bad)
	}
}

func (c *decoder) version5(out *bytes.Buffer, d datagram) {
	var p netflowlegacy.PacketNetFlowV5
	bad := fault{kind: "NETFLOW_V5", from: d.from, word: BadPacket, size: len(d.data)}
	if len(d.data) < headV5 {
		faultLine(out, bad)
		return
	}
	count := int(binary.BigEndian.Uint16(d.data[2:]))
	if err := netflowlegacy.DecodeMessageVersion(bytes.NewBuffer(d.data), &p); err != nil || count == 0 || count > maxV5 {
		faultLine(out, bad)
		return
	}
	when := moment{time.Unix(int64(p.UnixSecs), int64(p.UnixNSecs)), p.SysUptime, true}
	whole := min(count, (len(d.data)-headV5)/recordV5)
	for _, r := range p.Records[:whole] {
		f := flow{kind: "NETFLOW_V5", from: d.from, export: when.export, proto: int(r.Proto), srcPort: r.SrcPort, dstPort: r.DstPort,
			src: address4(uint32(r.SrcAddr)), dst: address4(uint32(r.DstAddr)), bytes: uint64(r.DOctets), packets: uint64(r.DPkts),
			start: when.ago(r.First), end: when.ago(r.Last)}
		f.line(out)
	}
	if whole < count {
		faultLine(out, bad)
	}
}

// ago is when the exporter had been up for a time: its clock may have gone
// round, and may be a little ahead of the message.
func (m moment) ago(uptime uint32) time.Time {
	if !m.ticks {
		return time.Time{}
	}
	return m.export.Add(-time.Duration(int32(m.uptime-uptime)) * time.Millisecond)
}

// sets reads the sets of a message. key has no id.
func (c *decoder) sets(out *bytes.Buffer, key templateKey, when moment, b []byte) {
	for len(b) > 0 {
		size := 0
		if len(b) >= 4 {
			size = int(binary.BigEndian.Uint16(b[2:]))
		}
		if size < 4 || size > len(b) {
			faultLine(out, fault{kind: kindOf(key.version), from: key.from, word: BadPacket, size: len(b), at: when.export})
			return
		}
		id, data := binary.BigEndian.Uint16(b), b[4:size]
		b = b[size:]
		switch {
		case id >= 256:
			key.id = id
			c.data(out, key, when, data)
		case isSet(key.version, []byte{byte(id >> 8), byte(id), 0, 4}):
			if !c.learn(out, key, id, data) {
				faultLine(out, fault{kind: kindOf(key.version), from: key.from, word: BadPacket, size: size, at: when.export})
			}
		default:
			faultLine(out, fault{kind: kindOf(key.version), from: key.from, word: BadPacket, size: size, at: when.export})
		}
	}
}

// learn takes the templates of a set, and the data that waited for them. False
// means that the set is broken; what stood before the break is taken.
func (c *decoder) learn(out *bytes.Buffer, key templateKey, id uint16, data []byte) bool {
	in := bytes.NewBuffer(data)
	var err error
	add := func(id uint16, fields []netflow.Field, options bool) {
		key.id = id
		c.add(out, key, fields, options)
	}
	switch {
	case key.version == 9 && id == 0 || key.version == 10 && id == 2:
		var list []netflow.TemplateRecord
		list, err = netflow.DecodeTemplateSet(key.version, in)
		for _, t := range list {
			if t.TemplateId >= 256 {
				add(t.TemplateId, t.Fields, false)
			}
		}
	case key.version == 9:
		var list []netflow.NFv9OptionsTemplateRecord
		list, err = netflow.DecodeNFv9OptionsTemplateSet(in)
		for _, t := range list {
			if t.TemplateId >= 256 {
				add(t.TemplateId, slices.Concat(t.Scopes, t.Options), true)
			}
		}
	default:
		var list []netflow.IPFIXOptionsTemplateRecord
		list, err = netflow.DecodeIPFIXOptionsTemplateSet(in)
		for _, t := range list {
			add(t.TemplateId, slices.Concat(t.Scopes, t.Options), true)
		}
	}
	return err == nil
}

// add keeps a template; one without fields withdraws it (RFC 7011 §8.1).
func (c *decoder) add(out *bytes.Buffer, key templateKey, fields []netflow.Field, options bool) {
	t := template{fields: fields, options: options || !slices.ContainsFunc(fields, isAddress)}
	for _, f := range fields {
		if f.Length == varying {
			t.least++
		} else {
			t.least += int(f.Length)
		}
	}
	if t.least == 0 || len(c.templates) >= maxTemplates {
		delete(c.templates, key)
		return
	}
	c.templates[key] = t
	c.waiting = slices.DeleteFunc(c.waiting, func(w waiting) bool {
		if w.key != key {
			return false
		}
		c.held -= len(w.data)
		c.records(out, key, w.when, t, w.data)
		return true
	})
}

// isAddress tells the fields without which a record names nobody.
func isAddress(f netflow.Field) bool {
	return !f.PenProvided && (f.Type == srcV4 || f.Type == dstV4 || f.Type == srcV6 || f.Type == dstV6) && f.Length >= 4
}

// data reads a set of data records, or lets it wait.
func (c *decoder) data(out *bytes.Buffer, key templateKey, when moment, data []byte) {
	t, ok := c.templates[key]
	switch {
	case ok:
		c.records(out, key, when, t, data)
	case c.held+len(data) <= maxHeld:
		c.waiting = append(c.waiting, waiting{key, when, bytes.Clone(data)})
		c.held += len(data)
	default:
		faultLine(out, fault{kind: kindOf(key.version), from: key.from, word: NoTemplate, set: key.id, size: len(data), at: when.export})
	}
}

// left writes of the data whose template never came.
func (c *decoder) left(out *bytes.Buffer) {
	for _, w := range c.waiting {
		faultLine(out, fault{kind: kindOf(w.key.version), from: w.key.from, word: NoTemplate, set: w.key.id, size: len(w.data), at: w.when.export})
	}
	c.waiting, c.held = nil, 0
}

// records reads the records of a set; up to three bytes may fill it up
// (RFC 7011 §3.3.1), and exporters fill up with more.
func (c *decoder) records(out *bytes.Buffer, key templateKey, when moment, t template, data []byte) {
	if t.options { // about the exporter itself, or of link layers
		faultLine(out, fault{kind: kindOf(key.version), from: key.from, word: other, set: key.id, size: len(data), at: when.export})
		return
	}
	for len(data) >= t.least {
		f := flow{kind: kindOf(key.version), from: key.from, export: when.export, proto: -1}
		rest, ok := f.fields(t.fields, when, data)
		if !ok {
			faultLine(out, fault{kind: kindOf(key.version), from: key.from, word: BadPacket, set: key.id, size: len(data), at: when.export})
			return
		}
		if len(bytes.Trim(data[:len(data)-len(rest)], "\x00")) > 0 || len(rest) >= t.least {
			f.line(out)
		}
		data = rest
	}
}

func kindOf(version uint16) string {
	if version == 9 {
		return "NETFLOW_V9"
	}
	return "IPFIX"
}
