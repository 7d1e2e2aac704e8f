// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package scan takes one log through the stages: bytes are unpacked and cut
// into lines, lines become events (engine/format), events are looked up in the
// lists (engine/intel) and folded (engine/rollup).
//
// Each line is counted once, as parsed, skipped or rejected. A log of look-ups
// gives names; one of activities (connections, requests, handshakes, files,
// mails) gives every observable of them, each looked up as what it is, and a log
// of both is read once: format.Text.ReadBoth asks the reader of look-ups first
// and that of activities about the lines that are none of its own, so that one
// verdict a line comes out. A record says what its value is (about); below the
// reading nothing else tells the two apart, but that only names are rolled up.
//
// Work is handed on
// in blocks whose bounds depend only on the bytes and the block size, so that
// a caller can store block after block and, after a crash, read again and pass
// over what it has stored. Memory does not grow with the log. Start at Stream.
//
// Below the blocks lie pieces: runs of whole lines of about 256 KiB, cut by one
// worker at a time (cutter), which read() fills, since a mapped file that something
// truncates kills the process. Workers read a piece into records, usual lines by
// format.Text without allocation, fold them by the shards of the roll-up, passing
// over those that another worker is at, match them (without a roll-up, the names
// of a part go through an intel.Sieve first, and only the few that it leaves are
// looked up) and find who asked for what; the caller's goroutine takes pieces in
// their order into blocks. A
// name that the roll-up knows needs no look at the lists. Lines that depend on
// earlier ones (an answer and its query) are found out while a piece is read, and
// such a piece is read again in its turn (crew). So what comes out depends
// neither on pieces nor on workers.
package scan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/suffix"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan/unpack"
)

// DefaultBlockSize is the size of a block in bytes of text.
const DefaultBlockSize = 1 << 20

// Options say how a log is read. Lines.At must be set; all else may be zero.
type Options struct {
	File     string          // name of the log, for errors
	Format   format.Format   // of the look-ups read; zero: none
	Activity format.Activity // of all else that is read; zero: none. With neither, both are found out from the first lines
	Lines    format.Options  // zone and date of lines that name none
	Index    *intel.Index    // nil: nothing is matched
	// Now is when the log is looked at: an entry that is valid for a time only
	// counts when it is valid now or at the time of the query (intel.When). Zero
	// leaves the query's time alone; with neither every entry counts.
	Now    time.Time
	Rollup *rollup.Table // nil: nothing is folded
	Seen   bool          // blocks say who asked for what, and when
	// Text says that r is lines of text as they are: nothing is unpacked, and no
	// other character set looked for, whatever its first bytes are.
	Text bool
	// Workers is how many goroutines read at once; 0 means GOMAXPROCS. What
	// comes out, and in which order, does not depend on it.
	Workers int
	// BlockSize is in bytes of text; 0 means DefaultBlockSize.
	BlockSize int64
	Limits    unpack.Limits
	// Detect chooses the format of a sample, of look-ups alone; nil means
	// format.DetectLog, which knows both.
	Detect func(sample [][]byte, opt format.Options) (format.Format, error)

	piece int // bytes of text worked on at once, about; 0 means pieceSize
}

// Error is a failure to read a log, with its place.
type Error struct {
	File string
	Line int64 // the last line begun, from 1; 0 before the first
	Err  error
}

// Error returns "file:line: cause".
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrFormat means that no known format fits the log.
var ErrFormat = errors.New("no known log format fits")

// CutOff is the reason of a last line that an error cut: its name may be half
// a name, so that it is not read. It stands beside the reasons of package
// format.
const CutOff format.Reason = "cut_off"

// Stream reads the log r to its end and hands each Block to sink in order. r
// may be plain, gzip or zstd, and UTF-8 or UTF-16.
//
// The error is an *Error when r cannot be read on or holds no known format
// ([ErrFormat]; its lines are then all counted as rejected),
// else the error of sink, of the roll-up or of ctx as it is. What was read
// before it has been handed to sink and stands in the Summary.
func Stream(ctx context.Context, r io.Reader, opt Options, sink func(Block) error) (Summary, error) {
	if opt.BlockSize <= 0 {
		opt.BlockSize = DefaultBlockSize
	}
	open := unpack.New
	if opt.Text {
		open = unpack.Plain
	}
	u, err := open(r, opt.Limits)
	if err != nil {
		return Summary{}, &Error{File: opt.File, Err: err}
	}
	defer u.Close()
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	s := &stream{ctx: ctx, opt: opt, sink: sink, source: u, seed: suffix.Random()}
	s.lines.br = readers.Get().(*bufio.Reader)
	s.lines.br.Reset(u)
	defer func() {
		s.lines.br.Reset(nil)
		readers.Put(s.lines.br)
	}()
	s.sum.Packing, s.sum.Charset = u.Packing(), u.Charset()
	err = s.run()
	s.mistaken()
	s.sum.Bytes = u.Bytes()
	return s.sum, err
}

// readers hold the longest line each: a short log is not to cost that much room.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, format.MaxLine+len("\r\n")) }}

// stream is one Stream under way.
type stream struct {
	ctx    context.Context
	opt    Options
	sink   func(Block) error
	source io.Reader // below lines
	lines  lines
	text   func() *format.Text // a reader at the start of the stream
	seed   suffix.Seed         // of the rows of blocks
	head   []byte              // the first lines, where a format was asked for
	block  builder
	sum    Summary
}

func (s *stream) run() error {
	unknown, err := s.choose()
	if err == nil {
		err = s.pieces()
	}
	var at *Error
	switch {
	case errors.Is(err, io.EOF):
		err = unknown
	case errors.As(err, &at): // reading broke: what was read counts
	default:
		return err
	}
	if flushed := s.flush(); flushed != nil {
		return flushed
	}
	return err
}

// step passes over one line before the format is known: it is blank, too long
// or cut off. It returns io.EOF at the end, an *Error when reading breaks, and
// any other error as it is.
func (s *stream) step() error {
	ln, err := s.lines.next()
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return s.failed(err)
	}
	if err := s.begin(ln.start); err != nil {
		return err
	}
	if s.block.Lines == 0 {
		s.block.Offset, s.block.FirstLine = ln.start, s.sum.Lines+1
	}
	s.block.Lines++
	s.block.Length += ln.size
	if ln.fault != "" {
		s.block.reject(ln.text, ln.fault)
		return nil
	}
	s.block.skip(format.Blank)
	return nil
}

// begin flushes the block when a line that starts at offset is not of it.
func (s *stream) begin(offset int64) error {
	if s.block.Lines > 0 && offset/s.opt.BlockSize != s.block.Offset/s.opt.BlockSize {
		return s.flush()
	}
	return nil
}

func (s *stream) failed(err error) error {
	return &Error{File: s.opt.File, Line: s.sum.Lines + s.block.Lines, Err: err}
}

// take takes a piece that was read and matched into the blocks. It returns
// io.EOF after the last piece, an *Error when reading broke behind it.
func (s *stream) take(p *piece) error {
	if p.fail != nil {
		return p.fail
	}
	line := s.sum.Lines + s.block.Lines
	for i := range p.parts {
		b := &p.parts[i]
		if err := s.begin(b.Offset); err != nil {
			return err
		}
		s.block.add(b, line)
	}
	switch {
	case p.err == nil || errors.Is(p.err, io.EOF):
		return p.err
	}
	return s.failed(p.err)
}

// flush hands the block on, if it holds a line.
func (s *stream) flush() error {
	if s.block.Lines > 0 {
		b := s.block.take()
		s.sum.add(b)
		if err := s.sink(b); err != nil {
			return err
		}
	}
	return s.ctx.Err()
}
