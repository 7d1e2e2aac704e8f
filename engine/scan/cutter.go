// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"errors"
	"io"

	"github.com/vonggac/vonggac/engine/format"
)

const (
	// pieceSize is how much text is worked on at once: it stays in the
	// second-level cache of one core.
	pieceSize = 256 << 10
	// lonePiece is that where one goroutine reads: a block of the stream, which ends
	// with the line or the few behind 512 KiB at most, is one piece.
	lonePiece = 576 << 10
	// longest is the room a line takes at most while its end is looked for.
	longest = format.MaxLine + len("\r\n")
)

// piece is a run of whole lines, the work of one goroutine at a time.
type piece struct {
	buf   []byte        // the text and format.Spare bytes behind it
	size  int           // of the text; its last byte is a line end, made up or not
	start int64         // offset of its first byte
	bare  bool          // the last line end is made up
	fault format.Reason // of the last line: CutOff, TooLong or ""
	more  int64         // bytes of the last line that are not kept, its line end with them
	err   error         // what ended the text behind this piece; io.EOF at its end

	ready chan struct{} // takes one when the piece is read, or was not to be read
	free  chan *piece   // where it goes when it was taken

	pieceResult
}

// cutter cuts text into pieces. What a line is, and which piece it is of, does
// not depend on how the reader hands out its bytes.
type cutter struct {
	r    io.Reader
	at   int64  // offset of the next piece
	rest []byte // read, and of the next piece
	err  error  // of r
	size int    // of a piece, about
}

// next fills p with the next piece. It returns false at the end of the text,
// with p.err set; a piece without lines is then left.
func (c *cutter) next(p *piece) bool {
	p.size, p.start, p.bare, p.fault, p.more, p.err = 0, c.at, false, "", 0, nil
	// Reads of a whole piece go past the buffers below.
	need := len(c.rest) + c.size + format.Spare
	if cap(p.buf) < need {
		p.buf = make([]byte, need+c.size/64)
	}
	buf := p.buf[:need]
	n := copy(buf, c.rest)
	c.rest = c.rest[:0]
	end := 0 // of the last whole line
	for {
		for c.err == nil && n < len(buf)-format.Spare {
			n += c.read(buf[n : len(buf)-format.Spare])
		}
		if end = bytes.LastIndexByte(buf[:n], '\n') + 1; end > 0 || c.err != nil || n >= longest {
			break
		}
		buf = append(buf[:n], make([]byte, min(n, longest-n)+format.Spare)...)
		buf = buf[:cap(buf)]
	}
	p.buf = buf
	switch {
	case end == 0 && n >= longest:
		c.long(p, n)
	case c.err == nil:
		c.rest = append(c.rest, buf[end:n]...)
		p.size = end
		c.at += int64(end)
	default:
		c.tail(p, end, n)
	}
	return p.size > 0
}

// read reads some bytes, and gives up a reader that gives none for ever.
func (c *cutter) read(b []byte) (n int) {
	for range 100 {
		if n, c.err = c.r.Read(b); n > 0 || c.err != nil {
			return n
		}
	}
	c.err = io.ErrNoProgress
	return 0
}

// tail makes the last piece.
func (c *cutter) tail(p *piece, end, n int) {
	p.err = c.err
	c.at += int64(n)
	if p.size = n; end == n {
		return
	}
	if n-end >= longest {
		p.fault = format.TooLong
	} else if !errors.Is(c.err, io.EOF) {
		p.fault = CutOff
	}
	p.buf = append(p.buf[:n], '\n')
	p.size, p.bare = n+1, true
	if cap(p.buf) < p.size+format.Spare {
		p.buf = append(p.buf, make([]byte, format.Spare)...)
	}
	p.buf = p.buf[:cap(p.buf)]
}

// long makes a piece of the start of a line that is too long and passes over
// the rest of it.
func (c *cutter) long(p *piece, n int) {
	p.fault, p.bare = format.TooLong, true
	total := int64(n)
	scratch := make([]byte, 64<<10)
	for c.err == nil {
		got := c.read(scratch)
		if i := bytes.IndexByte(scratch[:got], '\n'); i >= 0 {
			total += int64(i + 1)
			c.rest = append(c.rest, scratch[i+1:got]...)
			break
		}
		total += int64(got)
	}
	p.buf[shown] = '\n'
	p.size, p.more = shown+1, total-shown
	c.at += total
	if c.err != nil && len(c.rest) == 0 {
		p.err = c.err
	}
}
