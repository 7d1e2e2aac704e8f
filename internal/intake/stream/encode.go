// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/s2"
)

// A stored block is, in this order: the version, the codec of the body, the
// five names (ID, source, owner, way, kind) each with its length before it, the
// time of receipt (Unix nanoseconds), lines, the body's length as it was
// received, the stored body, and the CRC-32C of everything before. Numbers are
// varints, the sum is four bytes, big-endian.
const (
	version = 1

	plain  = 0 // codecs
	packed = 1 // S2

	maxName   = 200 // bytes of an ID, and of the names beside it
	sumSize   = 4
	maxAround = 2 + 5*(maxName+binary.MaxVarintLen64) + 3*binary.MaxVarintLen64 + sumSize // bytes before and behind the body
	maxStored = maxAround + MaxBody
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// check says why b cannot be taken, nil when it can.
func check(b Block) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
	}
	for _, name := range []struct{ what, text string }{{"id", b.ID}, {"source", b.Source}, {"owner", b.Owner}, {"way", b.Way}, {"kind", string(b.Kind)}} {
		switch {
		case len(name.text) > maxName:
			return bad("its %s has %d bytes, at most %d are taken", name.what, len(name.text), maxName)
		case !utf8.ValidString(name.text) || strings.ContainsFunc(name.text, unicode.IsControl):
			return bad("its %s has characters that are not text", name.what)
		}
	}
	lines := bytes.Count(b.Body, []byte{'\n'})
	switch {
	case b.ID == "":
		return bad("it has no id")
	case b.Kind != Lines:
		return bad("its kind %q is not known", b.Kind)
	case b.Received.IsZero():
		return bad("it has no time of receipt")
	case b.Received.Before(earliest) || b.Received.After(latest):
		return bad("its time of receipt, %s, cannot be", b.Received.UTC().Format(time.RFC3339))
	case len(b.Body) == 0:
		return bad("its body is empty")
	case len(b.Body) > MaxBody:
		return bad("its body has %d bytes, at most %d are taken", len(b.Body), MaxBody)
	case b.Body[len(b.Body)-1] != '\n':
		return bad("its last line is not ended by a newline")
	case b.Lines != lines:
		return bad("it says %d lines and has %d", b.Lines, lines)
	}
	return nil
}

// What 64 bits of nanoseconds can say.
var earliest, latest = time.Unix(0, -1<<63), time.Unix(0, 1<<63-1)

// encode appends b to out as it is stored; b has passed check and out is empty.
func encode(out []byte, b Block) []byte {
	if room := maxAround + s2.MaxEncodedLen(len(b.Body)); cap(out) < room { // so that S2 packs in place
		out = make([]byte, 0, room)
	}
	out = append(out, version, packed)
	for _, name := range []string{b.ID, b.Source, b.Owner, b.Way, string(b.Kind)} {
		out = appendText(out, name)
	}
	out = binary.AppendVarint(out, b.Received.UnixNano())
	out = binary.AppendUvarint(out, uint64(b.Lines))
	out = binary.AppendUvarint(out, uint64(len(b.Body)))
	head := len(out)
	if n := len(s2.Encode(out[head:cap(out)], b.Body)); n < len(b.Body) {
		out = out[:head+n]
	} else {
		out = append(out, b.Body...)
		out[1] = plain
	}
	return binary.BigEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// decode reads what encode wrote. It fails on everything else, and never takes
// more memory than two of the largest blocks.
func decode(stored []byte) (Block, error) {
	body, err := open(stored, version)
	if err != nil {
		return Block{}, err
	}
	codec := body[0]
	r := reader{rest: body[1:]}
	b := Block{ID: r.text(), Source: r.text(), Owner: r.text(), Way: r.text(), Kind: Kind(r.text())}
	b.Received = time.Unix(0, r.varint()).UTC()
	lines, size := r.uvarint(), r.uvarint()
	switch {
	case r.broken:
		return Block{}, errors.New("stored block ends early")
	case size > MaxBody || lines > size:
		return Block{}, fmt.Errorf("stored block of %d bytes and %d lines", size, lines)
	case codec == plain:
		b.Body = bytes.Clone(r.rest)
	case codec == packed:
		if n, err := s2.DecodedLen(r.rest); err != nil || uint64(n) != size {
			return Block{}, fmt.Errorf("stored block %q has %d bytes and should have %d", b.ID, n, size)
		}
		if b.Body, err = s2.Decode(nil, r.rest); err != nil {
			return Block{}, fmt.Errorf("unpack stored block %q: %w", b.ID, err)
		}
	default:
		return Block{}, fmt.Errorf("stored block %q is packed in a way this version does not know (%d)", b.ID, codec)
	}
	if uint64(len(b.Body)) != size {
		return Block{}, fmt.Errorf("stored block %q has %d bytes and should have %d", b.ID, len(b.Body), size)
	}
	b.Lines = int(lines)
	if err := check(b); err != nil {
		return Block{}, err
	}
	return b, nil
}

// open checks the sum and the version of something stored and gives what
// stands between them.
func open(stored []byte, want byte) ([]byte, error) {
	if len(stored) < 2+sumSize {
		return nil, fmt.Errorf("stored %d bytes are no block", len(stored))
	}
	body, sum := stored[:len(stored)-sumSize], binary.BigEndian.Uint32(stored[len(stored)-sumSize:])
	if got := crc32.Checksum(body, castagnoli); got != sum {
		return nil, fmt.Errorf("stored block is damaged: its checksum is %08x and should be %08x", got, sum)
	}
	if body[0] != want {
		return nil, fmt.Errorf("stored block has version %d, this program reads %d", body[0], want)
	}
	return body[1:], nil
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// reader takes fields off the front of rest; broken once one was not there.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	return skip(r, v, n)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	return skip(r, v, n)
}

func skip[T int64 | uint64](r *reader, v T, n int) T {
	if n <= 0 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.broken, r.rest = true, nil
		return ""
	}
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	return text
}
