// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package dnstap turns what DNS servers tell of their traffic by dnstap
// (dnstap.info) into lines of text, one JSON object a message, so that it is
// blocked, counted, kept and matched as logs are. Frame Streams, in which the
// messages travel, are cut by a Cutter, the same one for a connection and for
// a file (.fstrm); Line makes the line of one frame; NewReader reads a file.
//
// The keys of a line; what is not said has no key:
//
//	dnstap            CLIENT_QUERY, RESOLVER_RESPONSE …: Message.Type of dnstap.proto
//	identity, version of the server; extra: what else it was told to add
//	time              of the message: of the answer where it is one
//	query_time, response_time  RFC 3339, UTC, nanoseconds
//	protocol          UDP, TCP, DOT, DOH, DOQ, DNSCryptUDP, DNSCryptTCP
//	query_address, query_port  who asked
//	response_address, response_port  who was asked
//	zone              in which the server asked
//	id, opcode, flags of the DNS message: "qr rd ra"
//	name, type, class asked for; escapes of RFC 1035 §5.1; class unless it is IN
//	rcode             of an answer
//	answers           [{name, type, ttl, data}], a hundred at most; more: how many there are besides
//	size              of the DNS message in bytes
//	error             bad_frame: no dnstap message; bad_message: a DNS message that contradicts itself
//
// Nothing here trusts a length: see the bounds in frame.go and line.go.
package dnstap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ContentType is what Frame Streams of dnstap carry.
const ContentType = "protobuf:dnstap.Dnstap"

// Words of the key "error" in a line.
const (
	BadFrame   = "bad_frame"   // a frame that is no dnstap message
	BadMessage = "bad_message" // a DNS message that contradicts itself
	LargeFrame = "large_frame" // a frame beyond MaxFrame, not read
)

// Sniff tells a file of Frame Streams by its first twelve bytes: a control
// frame of type START or READY.
func Sniff(b []byte) bool {
	if len(b) < 12 || binary.BigEndian.Uint32(b) != 0 {
		return false
	}
	n, kind := binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	return n >= 4 && n <= maxControl && (kind == controlStart || kind == controlReady)
}

// Reader gives the lines of one file. It is not safe for concurrent use.
type Reader struct {
	in    io.Reader
	cut   Cutter
	buf   []byte
	line  bytes.Buffer
	count int // frames of data
	err   error
}

// NewReader reads the file in r.
func NewReader(r io.Reader) *Reader { return &Reader{in: r, buf: make([]byte, 64<<10)} }

// Read implements io.Reader: whole lines, each with its end. A file that
// breaks off gives what came before, and then an error that names the frame.
func (r *Reader) Read(p []byte) (int, error) {
	for r.line.Len() == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.step()
	}
	return r.line.Read(p)
}

// step takes more of the file.
func (r *Reader) step() {
	r.line.Reset()
	n, err := r.in.Read(r.buf)
	for in := r.buf[:n]; len(in) > 0; {
		var e Event
		var bad error
		if in, e, bad = r.cut.Next(in); bad != nil {
			r.err = r.broken(bad)
			return
		}
		r.event(e)
	}
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF):
		r.err = r.broken(err)
	case r.cut.Begun():
		r.err = r.broken(io.ErrUnexpectedEOF)
	default:
		r.err = io.EOF
	}
}

func (r *Reader) event(e Event) {
	out := r.line.AvailableBuffer()
	switch e.Kind {
	case Data:
		r.count++
		line, err := Line(out, e.Frame)
		if err != nil {
			line = faultLine(out, BadFrame, len(e.Frame))
		}
		r.line.Write(line)
	case Large:
		r.count++
		r.line.Write(faultLine(out, LargeFrame, e.Size))
	}
}

func (r *Reader) broken(err error) error {
	return fmt.Errorf("dnstap file after frame %d: %w", r.count, err)
}
