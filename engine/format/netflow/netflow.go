// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package netflow turns dumps of exported flows into lines of text, one JSON
// object a flow, so that they are blocked, counted and matched as logs are:
// NetFlow version 5, version 9 (RFC 3954) and IPFIX (RFC 7011), as messages one
// after the other (an IPFIX file, RFC 5655, is that) or as the UDP datagrams of
// a capture (pcap, pcapng).
//
// The lines have the keys of goflow2's JSON output, so that the format that
// reads them also reads what that program writes (format "goflow"). What holds
// no flow gives a line too, that says why in "error", or a line with "other"
// where nothing was to be expected: nothing is passed over in silence.
//
// Templates are kept for each exporter and observation domain. Data that come
// before their template wait for it, up to a bound. Start at Sniff and
// NewReader, or at Collector for datagrams that arrive.
package netflow

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Words of the key "error" in a line.
const (
	NoTemplate = "no_template" // the template of the data never came
	BadPacket  = "bad_packet"  // a message or set that contradicts itself
	Fragment   = "fragment"    // a part of a datagram: captures are not put together
	// TooManyTemplates is a template for which there is no room.
	TooManyTemplates = "too_many_templates"
)

// head is how many bytes Sniff wants to see.
const head = 24

// Sniff tells a dump by its first bytes, of which 24 are enough: "pcap",
// "pcapng", "netflow" (messages one after the other), or "" for anything else.
func Sniff(b []byte) string {
	switch {
	case len(b) < 4:
		return ""
	case bytes.HasPrefix(b, []byte{0x0a, 0x0d, 0x0d, 0x0a}):
		return "pcapng"
	}
	switch binary.LittleEndian.Uint32(b) {
	case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1: // micro- and nanoseconds, in either order
		return "pcap"
	}
	if isMessage(b) {
		return "netflow"
	}
	return ""
}

// The years in which a message may have been exported; text of UTF-16 that
// begins with a control character is none.
const (
	earliest = 946684800  // 2000-01-01
	latest   = 4102444800 // 2100-01-01
)

// isMessage reports whether b begins as a message of a known version does.
func isMessage(b []byte) bool {
	if len(b) < head {
		return false
	}
	at := func(i int) bool {
		n := binary.BigEndian.Uint32(b[i:])
		return n >= earliest && n < latest
	}
	switch binary.BigEndian.Uint16(b) {
	case 5:
		n := binary.BigEndian.Uint16(b[2:])
		return n >= 1 && n <= maxV5 && at(8) && binary.BigEndian.Uint32(b[12:]) < 1e9
	case 9:
		return at(8) && isSet(9, b[20:])
	case 10:
		return at(4) && binary.BigEndian.Uint16(b[2:]) >= 16+4 && isSet(10, b[16:])
	}
	return false
}

// isSet reports whether b begins as a set of the version does: RFC 3954 §5.2
// and RFC 7011 §3.3.2 keep all other numbers below 256 free.
func isSet(version uint16, b []byte) bool {
	id, size := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	known := id >= 256 || version == 9 && id <= 1 || version == 10 && (id == 2 || id == 3)
	return known && size >= 4
}

// Reader gives the lines of one dump. It is not safe for concurrent use.
type Reader struct {
	in   source
	dec  decoder
	line bytes.Buffer
	err  error
}

// datagram is what one exporter sent at once.
type datagram struct {
	from  netip.Addr // of the exporter; zero when not known
	data  []byte     // good until the next one
	fault string     // why there is no data: one of the words above, or "other"
}

// source gives the datagrams of a dump, io.EOF at its end.
type source interface{ next() (datagram, error) }

// NewReader reads the dump in r, whose kind Sniff told. The error is that of a
// capture's head.
func NewReader(r io.Reader, kind string) (*Reader, error) {
	in, err := openSource(r, kind)
	if err != nil {
		return nil, err
	}
	return &Reader{in: in, dec: newDecoder(ofDump, faultLine)}, nil
}

func openSource(r io.Reader, kind string) (source, error) {
	if kind == "netflow" {
		return &messages{r: bufio.NewReaderSize(r, 128<<10)}, nil
	}
	return openCapture(r, kind)
}

// Read implements io.Reader: whole lines, each with its end. A dump that breaks
// off gives what came before, and then an error that names the datagram.
func (r *Reader) Read(p []byte) (int, error) {
	for r.line.Len() == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.step()
	}
	return r.line.Read(p)
}

// step reads one datagram into lines, or ends the dump.
func (r *Reader) step() {
	r.line.Reset()
	d, err := r.in.next()
	switch {
	case err == nil:
		r.dec.datagram(&r.line, d)
	case errors.Is(err, io.EOF):
		r.dec.left(time.Time{}, &r.line)
		r.err = io.EOF
	default:
		r.err = fmt.Errorf("flow dump after datagram %d: %w", r.dec.count, err)
	}
	r.dec.count++
}
