// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"

	"github.com/netsampler/goflow2/v2/decoders/netflow"
)

// flow is what is read of a record.
type flow struct {
	kind               string
	from               netip.Addr // exporter; zero when not known
	export, start, end time.Time  // zero when not said
	src, dst           netip.Addr
	srcPort, dstPort   uint16
	proto              int // -1 when not said
	bytes, packets     uint64
	back               uint64 // bytes from dst to src
	action             string // "allowed", "blocked" or ""
	rate               uint64 // one packet of so many was looked at; 0 when not said
	sampler            uint64 // that did so
	interval, space    uint64 // packets taken and passed over in turn, RFC 5477 §8.2
}

// The fields read, by their number: up to 127 those of NetFlow 9 are those of
// IPFIX (IANA, "IPFIX Information Elements").
const (
	octetDelta, packetDelta, protocol = 1, 2, 4
	srcPort, srcV4                    = 7, 8
	dstPort, dstV4                    = 11, 12
	endUptime, startUptime            = 21, 22
	samplingInterval                  = 34
	samplerID, samplerInterval        = 48, 50
	srcV6, dstV6                      = 27, 28
	octetTotal, packetTotal           = 85, 86
	startSeconds, endSeconds          = 150, 151
	startMilli, endMilli              = 152, 153
	startMicro, endMicro              = 154, 155 // NTP's, RFC 7011 §6.1.9
	startNano, endNano                = 156, 157
	startBefore, endBefore            = 158, 159 // microseconds before the export
	initiatorOctets, responderOctets  = 231, 232
	firewallEvent                     = 233
	initiatorPackets                  = 298
	selectorID                        = 302
	packetInterval, packetSpace       = 305, 306
	observedMilli                     = 323
	reversed                          = 29305 // enterprise of the other direction, RFC 5103 §6.1
)

// fields reads one record and returns what follows it. False means that it
// ends within a field.
func (f *flow) fields(list []netflow.Field, when moment, b []byte) ([]byte, bool) {
	var total, packets uint64
	for _, field := range list {
		n := int(field.Length)
		if field.Length == varying {
			if n, b = varied(b); n < 0 {
				return nil, false
			}
		}
		if n > len(b) {
			return nil, false
		}
		v := b[:n]
		b = b[n:]
		id, pen := field.Type, uint32(0)
		if field.PenProvided {
			id, pen = field.Type&0x7fff, field.Pen
		}
		switch {
		case pen == reversed && (id == octetDelta || id == octetTotal):
			f.back = max(f.back, number(v))
		case pen != 0:
		case id == octetTotal:
			total = number(v)
		case id == packetTotal:
			packets = number(v)
		default:
			f.take(id, v, when)
		}
	}
	if f.bytes == 0 {
		f.bytes = total
	}
	if f.packets == 0 {
		f.packets = packets
	}
	if f.rate == 0 && f.interval > 0 && f.space < 1<<40 {
		f.rate = (f.interval + f.space) / f.interval
	}
	return b, true
}

// varied cuts the length off a field that says it itself, RFC 7011 §7.
func varied(b []byte) (int, []byte) {
	switch {
	case len(b) >= 1 && b[0] < 255:
		return int(b[0]), b[1:]
	case len(b) >= 3:
		return int(binary.BigEndian.Uint16(b[1:])), b[3:]
	}
	return -1, nil
}

func (f *flow) take(id uint16, v []byte, when moment) {
	switch id {
	case octetDelta, initiatorOctets:
		f.bytes = max(f.bytes, number(v))
	case packetDelta, initiatorPackets:
		f.packets = max(f.packets, number(v))
	case responderOctets:
		f.back = number(v)
	case protocol:
		f.proto = int(number(v))
	case srcPort:
		f.srcPort = uint16(number(v))
	case dstPort:
		f.dstPort = uint16(number(v))
	case srcV4, srcV6:
		setAddress(&f.src, v)
	case dstV4, dstV6:
		setAddress(&f.dst, v)
	case firewallEvent: // IANA, "firewallEvent": 1 created, 2 deleted, 3 denied, 5 updated
		switch number(v) {
		case 1, 2, 5:
			f.action = "allowed"
		case 3:
			f.action = "blocked"
		}
	case samplingInterval, samplerInterval:
		f.rate = number(v)
	case samplerID, selectorID:
		f.sampler = number(v)
	case packetInterval:
		f.interval = number(v)
	case packetSpace:
		f.space = number(v)
	default:
		f.time(id, v, when)
	}
}

// time takes the fields that say when.
func (f *flow) time(id uint16, v []byte, when moment) {
	n := number(v)
	switch id {
	case startUptime:
		f.start = when.ago(uint32(n))
	case endUptime:
		f.end = when.ago(uint32(n))
	case startSeconds:
		f.start = seconds(n)
	case endSeconds:
		f.end = seconds(n)
	case startMilli:
		f.start = milli(n)
	case endMilli, observedMilli:
		f.end = milli(n)
	case startMicro, startNano:
		f.start = ntp(n)
	case endMicro, endNano:
		f.end = ntp(n)
	case startBefore:
		f.start = when.export.Add(-time.Duration(uint32(n)) * time.Microsecond)
	case endBefore:
		f.end = when.export.Add(-time.Duration(uint32(n)) * time.Microsecond)
	}
}

// A time outside the years of isMessage was not said: exporters send zeros.
func seconds(n uint64) time.Time {
	if n < earliest || n >= latest {
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}

func milli(n uint64) time.Time {
	if seconds(n / 1000).IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(int64(n))
}

// ntp reads seconds since 1900 and their 2^32th parts (RFC 5905 §6).
func ntp(n uint64) time.Time {
	const from1900 = 2208988800
	at := seconds(n>>32 - from1900)
	if at.IsZero() {
		return at
	}
	return at.Add(time.Duration((n & 0xffffffff) * 1e9 >> 32))
}

// number reads an unsigned number of up to eight bytes; exporters shorten them
// (RFC 7011 §6.2).
func number(v []byte) (n uint64) {
	if len(v) > 8 {
		return 0
	}
	for _, c := range v {
		n = n<<8 | uint64(c)
	}
	return n
}

// setAddress takes an address unless it is the unspecified one, with which
// exporters fill the family that a flow is not of.
func setAddress(to *netip.Addr, v []byte) {
	if a, ok := netip.AddrFromSlice(v); ok && !a.IsUnspecified() {
		*to = a.Unmap()
	}
}

func address4(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

// protocols are the names that goflow2 writes; others stand as numbers.
var protocols = map[int]string{1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 58: "IPv6-ICMP", 132: "SCTP"}

// line writes f as a line.
func (f *flow) line(out *bytes.Buffer) {
	b := begin(out, f.kind, f.from, f.export)
	for _, at := range []struct {
		key string
		at  time.Time
	}{{"time_flow_start_ns", f.start}, {"time_flow_end_ns", f.end}} {
		if !at.at.IsZero() {
			b = key(b, at.key, at.at.UnixNano())
		}
	}
	b = strconv.AppendUint(append(b, `,"bytes":`...), f.bytes, 10)
	b = strconv.AppendUint(append(b, `,"packets":`...), f.packets, 10)
	if f.back > 0 {
		b = strconv.AppendUint(append(b, `,"bytes_back":`...), f.back, 10)
	}
	for _, a := range []struct {
		key  string
		addr netip.Addr
	}{{"src_addr", f.src}, {"dst_addr", f.dst}} {
		if a.addr.IsValid() {
			b = word(b, a.key, a.addr.String())
		}
	}
	if name, ok := protocols[f.proto]; ok {
		b = word(b, "proto", name)
	} else if f.proto >= 0 {
		b = word(b, "proto", strconv.Itoa(f.proto))
	}
	b = key(b, "src_port", int64(f.srcPort))
	b = key(b, "dst_port", int64(f.dstPort))
	if f.action != "" {
		b = word(b, "action", f.action)
	}
	if f.rate > 0 {
		b = strconv.AppendUint(append(b, `,"sampling_rate":`...), f.rate, 10)
	}
	out.Write(append(b, "}\n"...))
}

// fault is something that holds no flow.
type fault struct {
	kind   string
	from   netip.Addr // exporter; zero when not known
	word   string
	domain uint32
	set    uint16 // number of the template; 0 when there is none
	size   int    // bytes; of TooManyTemplates fields, of what is lost its number
	at     time.Time
	flows  bool // of "other": they would be flows if they named an address
}

func faultLine(f fault, out *bytes.Buffer) {
	b := begin(out, f.kind, f.from, f.at)
	if f.word == other {
		b = append(b, `,"other":true`...)
	} else {
		b = word(b, "error", f.word)
	}
	if f.set > 0 {
		b = key(b, "set", int64(f.set))
	}
	out.Write(append(key(b, "size", int64(f.size)), "}\n"...))
}

func begin(out *bytes.Buffer, kind string, from netip.Addr, at time.Time) []byte {
	b := append(out.AvailableBuffer(), `{"type":"`...)
	b = append(append(b, kind...), '"')
	if !at.IsZero() {
		b = key(b, "time_received_ns", at.UnixNano())
	}
	if from.IsValid() {
		b = word(b, "sampler_address", from.String())
	}
	return b
}

func key(b []byte, name string, n int64) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return strconv.AppendInt(b, n, 10)
}

// word writes a text of our own making, that needs no escape.
func word(b []byte, name, text string) []byte {
	b = append(append(append(b, `,"`...), name...), `":"`...)
	return append(append(b, text...), '"')
}
