// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"
)

// An hour that is not closed yet is a journal of frames, one a block:
//
//	length of the rest   4 bytes, little endian
//	CRC-32C of the rest  4 bytes, little endian
//	block id             length as uvarint, bytes
//	number of rows       uvarint
//	rows                 zstd
//
// A frame that a crash cut short is the last one and is cut off at the next start.

const (
	frameHead = 8
	maxFrame  = 256 << 20
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errTorn    = errors.New("a frame was cut short")
)

// packer writes and reads frames. It may be used by one at a time.
type packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
	raw []byte
}

func newPacker() (*packer, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxFrame))
	return &packer{enc: enc, dec: dec}, err
}

func (p *packer) close() {
	_ = p.enc.Close() // has nothing to write to
	p.dec.Close()
}

// frame appends one block to b.
func (p *packer) frame(b []byte, block string, rows []Row) []byte {
	start := len(b)
	b = append(b, make([]byte, frameHead)...)
	b = putString(b, block)
	b = binary.AppendUvarint(b, uint64(len(rows)))
	p.raw = p.raw[:0]
	for i := range rows {
		p.raw = putRow(p.raw, &rows[i])
	}
	b = p.enc.EncodeAll(p.raw, b)
	rest := b[start+frameHead:]
	binary.LittleEndian.PutUint32(b[start:], uint32(len(rest)))
	binary.LittleEndian.PutUint32(b[start+4:], crc32.Checksum(rest, castagnoli))
	return b
}

// frames reads a journal frame by frame.
type frames struct {
	in   *bufio.Reader
	size int64 // of the frames read so far
	buf  []byte
}

// next returns the id of the next block and its frame, valid until the next
// call; io.EOF at the end, errTorn where a crash cut the last one short.
func (f *frames) next() (block string, rows uint64, packed []byte, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errTorn
		}
		return "", 0, nil, err
	}
	n := int(binary.LittleEndian.Uint32(head[:]))
	if n > maxFrame {
		return "", 0, nil, errTorn
	}
	if cap(f.buf) < n {
		f.buf = make([]byte, n)
	}
	f.buf = f.buf[:n]
	if _, err := io.ReadFull(f.in, f.buf); err != nil {
		return "", 0, nil, errTorn
	}
	if crc32.Checksum(f.buf, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return "", 0, nil, errTorn
	}
	r := reading{f.buf, nil}
	block = r.text()
	rows = r.uvarint()
	f.size += frameHead + int64(n)
	return block, rows, r.rest, r.err
}

// unpack reads the rows of a frame.
func (p *packer) unpack(packed []byte, count uint64) ([]Row, error) {
	var err error
	if p.raw, err = p.dec.DecodeAll(packed, p.raw[:0]); err != nil {
		return nil, err
	}
	r := reading{p.raw, nil}
	if count > uint64(len(p.raw)) {
		return nil, errors.New("a frame has fewer rows than it says")
	}
	rows := make([]Row, count)
	for i := range rows {
		rows[i] = r.row()
	}
	return rows, r.err
}

// scan reads the frames of a journal. take gets each block; a torn end is
// reported by whole, the size of what is good.
func scan(path string, take func(block string, rows uint64, packed []byte) error) (whole int64, err error) {
	return scanTo(path, -1, take)
}

// scanTo is scan of the first size bytes, which end with a frame; -1 is all.
func scanTo(path string, size int64, take func(block string, rows uint64, packed []byte) error) (whole int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // only read
	var in io.Reader = f
	if size >= 0 {
		in = io.LimitReader(f, size)
	}
	r := frames{in: bufio.NewReaderSize(in, 1<<20)}
	for {
		before := r.size
		block, n, packed, err := r.next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, errTorn):
			return before, nil
		case err != nil:
			return before, fmt.Errorf("%s: %w", path, err)
		}
		if err := take(block, n, packed); err != nil {
			return before, err
		}
	}
}

func putString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func putRow(b []byte, r *Row) []byte {
	b = binary.AppendVarint(b, r.Time.UnixNano())
	b = binary.AppendVarint(b, r.Line)
	for _, s := range []string{r.Block, r.Source, r.Owner, string(r.Class), r.Raw} {
		b = putString(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Fields)))
	for _, f := range r.Fields {
		b = putString(putString(b, f.Name), f.Value)
	}
	return b
}

// reading takes values off the front of rest; after the first that is not
// there, all are zero and err is set.
type reading struct {
	rest []byte
	err  error
}

func (r *reading) fail() { r.rest, r.err = nil, errors.New("rows end before they should") }

func (r *reading) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reading) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reading) text() string {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reading) row() Row {
	row := Row{Time: time.Unix(0, r.varint()).UTC(), Line: r.varint(), Block: r.text(), Source: r.text(), Owner: r.text(), Class: Class(r.text()), Raw: r.text()}
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return row
	}
	for range n {
		row.Fields = append(row.Fields, Field{r.text(), r.text()})
	}
	return row
}
