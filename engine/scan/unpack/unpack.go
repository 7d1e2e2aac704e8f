// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package unpack turns the bytes of a file as people keep it into plain UTF-8
// text: gzip (any number of members) and zstd are told by their first bytes,
// never by the file's name, UTF-16 by its mark or by where its zero bytes
// stand, and a UTF-8 mark is dropped. Dumps of NetFlow and IPFIX, and captures
// of them, become a line a flow (engine/format/netflow), dnstap files a line a
// message (engine/format/dnstap).
//
// It holds a few buffers however large the stream is, and it stops a stream
// that swells out of all proportion. It opens no file; start at New.
package unpack

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Errors of New and Read. They come wrapped with the place in the stream.
var (
	// ErrArchive means an archive or a packing that is not read.
	ErrArchive = errors.New("archive not supported")
	// ErrTruncated means that the packed data end before their own end mark.
	ErrTruncated = errors.New("packed data break off")
	// ErrCorrupt means that the packed data cannot be unpacked.
	ErrCorrupt = errors.New("packed data are damaged")
	// ErrBomb means that the unpacked data passed a limit.
	ErrBomb = errors.New("unpacked data pass the limit")
)

// Limits bound what may come out of a stream. The zero value has no bound on
// the size and the default bound on the ratio.
type Limits struct {
	// MaxBytes is the most unpacked bytes read; 0 means no bound.
	MaxBytes int64
	// MaxRatio is the most unpacked bytes per packed byte, checked once Slack
	// bytes are out; 0 means 500, negative means no bound. Plain files are
	// never checked.
	MaxRatio int64
	// Slack is how many unpacked bytes pass before the ratio counts; 0 means
	// 256 MiB, for a small file of equal lines is no attack.
	Slack int64
}

const (
	defaultRatio = 500
	defaultSlack = 256 << 20
	// maxWindow is the largest zstd window accepted: what "zstd --ultra -22"
	// writes (RFC 8878 §3.1.1.1.2 leaves the bound to the decoder).
	maxWindow = 128 << 20
)

// Reader gives the text of one stream. It is not safe for concurrent use.
type Reader struct {
	text    io.Reader
	out     *guard
	packing string
	charset string
	close   func()
}

// New returns a Reader of the text in r. It reads the first bytes of r. It
// fails with ErrArchive, with ErrCorrupt, or with the error of r. The caller
// closes r, and the Reader before it.
func New(r io.Reader, lim Limits) (*Reader, error) {
	in := &counter{r: r}
	raw := bufio.NewReaderSize(in, 256<<10)
	head, err := raw.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if a, ok := archive(head); ok {
		return nil, fmt.Errorf("%w: this is a %s file; unpack it first (%s) and give the files inside", ErrArchive, a.name, a.fix)
	}
	u := &Reader{close: func() {}}
	var plain io.Reader = ahead{raw, in}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}): // RFC 1952 §2.3.1
		gz, err := gzip.NewReader(raw)
		if err != nil {
			return nil, broken(err, in, "gzip", 0)
		}
		plain, u.packing = gz, "gzip"
	case zstandard(head):
		zr, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, broken(err, in, "zstd", 0)
		}
		plain, u.packing, u.close = zr, "zstd", zr.Close
	}
	u.out = newGuard(plain, in, u.packing, lim)
	u.text, u.charset, err = decode(u.out)
	if err != nil {
		u.close()
		return nil, err
	}
	return u, nil
}

// Plain returns a Reader of r as it is: no packing, no other character set and
// no mark of one is looked for.
func Plain(r io.Reader, lim Limits) (*Reader, error) {
	in := &counter{r: r}
	out := newGuard(in, in, "", lim)
	return &Reader{text: out, out: out, charset: "utf-8", close: func() {}}, nil
}

// Read reads text. Its error is io.EOF at the end, ErrTruncated, ErrCorrupt or
// ErrBomb wrapped with the place, or the error of the stream below.
func (u *Reader) Read(p []byte) (int, error) { return u.text.Read(p) }

// Bytes is how many unpacked bytes were read so far, before any change of the
// character set.
func (u *Reader) Bytes() int64 { return u.out.n }

// Packing is "gzip", "zstd" or "" for a plain stream.
func (u *Reader) Packing() string { return u.packing }

// Charset is "utf-16le", "utf-16be" or "utf-8"; the last says only that
// nothing was changed.
func (u *Reader) Charset() string { return u.charset }

// Close frees the buffers. It does not close the stream below.
func (u *Reader) Close() { u.close() }

// counter counts the bytes that come in and keeps the error of the source
// apart from those of the packing.
type counter struct {
	r     io.Reader
	n     int64
	err   error
	ended bool // with any error
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.ended = c.ended || err != nil
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// ahead hands out what was read ahead of a plain stream and then reads past the
// buffer, which would copy all that is not asked for in its own measure. An
// error waits in the buffer.
type ahead struct {
	br *bufio.Reader
	in *counter
}

func (a ahead) Read(p []byte) (int, error) {
	if a.br.Buffered() == 0 && !a.in.ended {
		return a.in.Read(p)
	}
	return a.br.Read(p)
}

// zstandard reports whether head starts a zstd frame, or a skippable frame such
// as pzstd puts first (RFC 8878 §3.1.1, §3.1.2).
func zstandard(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

type packing struct{ magic, name, fix string }

// archives are what people send instead of a log.
var archives = []packing{
	{"PK\x03\x04", "zip", "unzip FILE"},
	{"PK\x05\x06", "zip", "unzip FILE"},
	{"BZh", "bzip2", "bunzip2 FILE"},
	{"\xfd7zXZ\x00", "xz", "unxz FILE"},
	{"7z\xbc\xaf\x27\x1c", "7-Zip", "7z x FILE"},
	{"Rar!\x1a\x07", "RAR", "unrar x FILE"},
}

func archive(head []byte) (packing, bool) {
	for _, a := range archives {
		if bytes.HasPrefix(head, []byte(a.magic)) {
			return a, true
		}
	}
	return packing{}, false
}
