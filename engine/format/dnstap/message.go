// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package dnstap

import (
	"errors"
	"net/netip"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// ErrFrame means that a frame is no dnstap message.
var ErrFrame = errors.New("the frame is no dnstap message")

// message is what is read of a frame; texts are views of it.
type message struct {
	identity, version, extra []byte
	kind, family, protocol   uint64
	from, to                 []byte // query_address, response_address
	fromPort, toPort         uint64
	asked, answered          stamp
	query, response          []byte // DNS messages
	zone                     []byte // a name on the wire
}

// stamp is a time; what was not said is zero.
type stamp struct {
	seconds uint64
	nanos   uint64
}

// kinds are the names of Message.Type (github.com/dnstap/dnstap.pb), by number.
var kinds = [...]string{1: "AUTH_QUERY", "AUTH_RESPONSE", "RESOLVER_QUERY", "RESOLVER_RESPONSE", "CLIENT_QUERY", "CLIENT_RESPONSE",
	"FORWARDER_QUERY", "FORWARDER_RESPONSE", "STUB_QUERY", "STUB_RESPONSE", "TOOL_QUERY", "TOOL_RESPONSE", "UPDATE_QUERY", "UPDATE_RESPONSE"}

// protocols are the names of SocketProtocol, by number.
var protocols = [...]string{1: "UDP", "TCP", "DOT", "DOH", "DNSCryptUDP", "DNSCryptTCP", "DOQ"}

// isMessage is the one type of a Dnstap that there is.
const isMessage = 1

// read reads a frame (dnstap.proto, message Dnstap). Fields it does not know,
// and known ones of another form, are passed over as protobuf has it.
func read(frame []byte) (message, error) {
	var m message
	var inner []byte
	kind := uint64(0)
	err := fields(frame, func(n protowire.Number, number uint64, text []byte) {
		switch n {
		case 1:
			m.identity = text
		case 2:
			m.version = text
		case 3:
			m.extra = text
		case 14:
			inner = text
		case 15:
			kind = number
		}
	})
	if err != nil || kind != isMessage || inner == nil {
		return m, ErrFrame
	}
	if err := fields(inner, m.field); err != nil || m.kind == 0 {
		return m, ErrFrame
	}
	return m, nil
}

// field takes one field of dnstap.proto's Message.
func (m *message) field(n protowire.Number, number uint64, text []byte) {
	switch n {
	case 1:
		m.kind = number
	case 2:
		m.family = number
	case 3:
		m.protocol = number
	case 4:
		m.from = text
	case 5:
		m.to = text
	case 6:
		m.fromPort = number
	case 7:
		m.toPort = number
	case 8:
		m.asked.seconds = number
	case 9:
		m.asked.nanos = number
	case 10:
		m.query = text
	case 11:
		m.zone = text
	case 12:
		m.answered.seconds = number
	case 13:
		m.answered.nanos = number
	case 14:
		m.response = text
	}
}

// fields calls take for each field of b that is a number or bytes.
func fields(b []byte, take func(n protowire.Number, number uint64, text []byte)) error {
	for len(b) > 0 {
		num, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return ErrFrame
		}
		b = b[size:]
		switch kind {
		case protowire.VarintType:
			var v uint64
			if v, size = protowire.ConsumeVarint(b); size >= 0 {
				take(num, v, nil)
			}
		case protowire.Fixed32Type:
			var v uint32
			if v, size = protowire.ConsumeFixed32(b); size >= 0 {
				take(num, uint64(v), nil)
			}
		case protowire.BytesType:
			var v []byte
			if v, size = protowire.ConsumeBytes(b); size >= 0 {
				take(num, 0, v)
			}
		default:
			size = protowire.ConsumeFieldValue(num, kind, b)
		}
		if size < 0 {
			return ErrFrame
		}
		b = b[size:]
	}
	return nil
}

// address reads an address of four or sixteen bytes; shorter ones, as PowerDNS
// sends those of networks, are filled up.
func address(b []byte, family uint64) (netip.Addr, bool) {
	full := 4
	if family == 2 || family != 1 && len(b) > 4 {
		full = 16
	}
	if len(b) == 0 || len(b) > full {
		return netip.Addr{}, false
	}
	var all [16]byte
	copy(all[:], b)
	a, ok := netip.AddrFromSlice(all[:full])
	return a.Unmap(), ok
}

// nameOf gives the word of number n, or the number where there is none.
func nameOf(words []string, n uint64) string {
	if n < uint64(len(words)) && words[n] != "" {
		return words[n]
	}
	return strconv.FormatUint(n, 10)
}
