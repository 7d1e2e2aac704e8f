// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// laneBlock is how many bytes of a plain list one processor takes at once.
const laneBlock = 256 << 10

// lanes take a plain list in on several processors: ordinary lines of a block go
// into the rows of the lane that has it, all others wait for the loader, which
// takes them in their order. Rows of a plain list differ by their names alone,
// so that it does not matter which of two equal ones came first.
type lanes struct {
	ld    *loader
	p     parser
	size  int // of a block
	work  chan *laneText
	wait  sync.WaitGroup
	all   []*loader
	queue []*laneText // under way, in order
	spare []*laneText
}

// laneText is a block of whole lines; zeros follow.
type laneText struct {
	buf   []byte
	end   int
	lines int64
	odd   []oddLine
	err   error
	ready chan struct{}
}

// oddLine is a line that is not ordinary, with its end.
type oddLine struct {
	no   int64 // in the block, from 1
	text []byte
}

// laneCount is how many lanes a list gets.
func (b *Builder) laneCount() int {
	if b.lanes > 0 {
		return b.lanes
	}
	return runtime.GOMAXPROCS(0)
}

// inLanes is lines for a plain list, on n processors.
func (ld *loader) inLanes(br *bufio.Reader, p parser, n int) error {
	l := &lanes{ld: ld, p: p, size: laneBlock, work: make(chan *laneText, 2*n)}
	if ld.b.laneSize > 0 {
		l.size = ld.b.laneSize
	}
	err := l.run(br, n)
	close(l.work)
	l.wait.Wait()
	return errors.Join(err, l.gather())
}

// run reads blocks, hands them out and takes them back in order. Its errors are
// those of lines.
func (l *lanes) run(br *bufio.Reader, n int) error {
	var rest []byte // the start of a line that goes on
	for {
		t := l.block()
		t.buf = append(t.buf[:0], rest...)
		end, err := l.fill(br, t)
		if end >= 0 {
			rest = append(rest[:0], t.buf[end:]...)
			t.buf, t.end = append(t.buf[:end], make([]byte, suffix.Spare)...), end
			l.send(t, n)
		} else {
			rest = append(rest[:0], t.buf...)
			l.spare = append(l.spare, t)
		}
		// What is under way bounds the memory; at the end all of it is awaited.
		for len(l.queue) > 2*n || err != nil && len(l.queue) > 0 {
			if err := l.take(); err != nil {
				return err
			}
		}
		if err != nil || len(rest) > maxLine+2 {
			if done, err := l.last(br, &rest, err); done {
				return errors.Join(err, l.p.end())
			}
		}
	}
}

func (l *lanes) block() *laneText {
	if n := len(l.spare); n > 0 {
		t := l.spare[n-1]
		l.spare = l.spare[:n-1]
		return t
	}
	return &laneText{buf: make([]byte, 0, l.size+2*suffix.Spare), ready: make(chan struct{}, 1)}
}

// fill reads a block and returns where its last whole line ends, -1 for none.
func (l *lanes) fill(br *bufio.Reader, t *laneText) (end int, err error) {
	for want := len(t.buf) + l.size; len(t.buf) < want && err == nil; {
		have, n := len(t.buf), 0
		t.buf = slices.Grow(t.buf, want-have+suffix.Spare)
		n, err = br.Read(t.buf[have:want])
		t.buf = t.buf[:have+n]
	}
	if end = bytes.LastIndexByte(t.buf, '\n') + 1; end == 0 {
		end = -1
	}
	return end, err
}

// last deals with the start of a line that has no end within a block: it is the
// list's last, or too long. True means that the list is at its end.
func (l *lanes) last(br *bufio.Reader, rest *[]byte, err error) (done bool, _ error) {
	ld, text := l.ld, *rest
	*rest = text[:0]
	for err == nil && len(l.queue) > 0 {
		err = l.take()
	}
	if err == nil {
		ld.rep.Lines++
		ld.refuse(ld.rep.Lines, text[:maxLine+2], TooLong)
		for err = bufio.ErrBufferFull; errors.Is(err, bufio.ErrBufferFull); {
			_, err = br.ReadSlice('\n')
		}
		if err == nil {
			return false, nil
		}
		text = nil
	}
	end := errors.Is(err, io.EOF)
	if end {
		err = nil
	}
	if len(text) == 0 {
		return true, err
	}
	ld.rep.Lines++
	switch {
	case len(text) >= maxLine+2:
		ld.refuse(ld.rep.Lines, text[:maxLine+2], TooLong)
	case end:
		return true, l.line(text)
	default:
		ld.refuse(ld.rep.Lines, text, CutOff)
	}
	return true, err
}

// send hands a block out, to a lane of its own while there are few.
func (l *lanes) send(t *laneText, n int) {
	if len(l.all) < n {
		b := &Builder{a: l.ld.b.a, b: l.ld.b.b}
		b.start()
		lane := &loader{b: b, describe: l.ld.describe}
		l.all = append(l.all, lane)
		l.wait.Go(func() {
			for t := range l.work {
				lane.block(t)
				t.ready <- struct{}{}
			}
		})
	}
	l.work <- t
	l.queue = append(l.queue, t)
}

// block takes in the ordinary lines of t.
func (ld *loader) block(t *laneText) {
	t.lines, t.odd, t.err = 0, t.odd[:0], nil
	text := t.buf[:t.end+suffix.Spare]
	for at := 0; at < t.end; {
		ld.rep.Lines = 0
		n, err := ld.quick(text[at:], "")
		at += n
		t.lines += ld.rep.Lines
		if err != nil {
			t.err = err
			return
		}
		if at < t.end {
			end := at + bytes.IndexByte(text[at:t.end], '\n') + 1
			t.lines++
			t.odd = append(t.odd, oddLine{t.lines, text[at:end]})
			at = end
		}
	}
}

// take takes the oldest block back.
func (l *lanes) take() error {
	t := l.queue[0]
	l.queue = l.queue[1:]
	<-t.ready
	ld := l.ld
	before := ld.rep.Lines
	for _, o := range t.odd {
		ld.rep.Lines = before + o.no
		if err := l.line(o.text); err != nil {
			return err
		}
	}
	ld.rep.Lines = before + t.lines
	ld.rep.Rows += t.lines - int64(len(t.odd))
	ld.rep.Added += t.lines - int64(len(t.odd))
	l.spare = append(l.spare, t)
	return t.err
}

// line takes in a line with its end, that of number rep.Lines.
func (l *lanes) line(text []byte) error {
	if len(text) > maxLine+2 {
		l.ld.refuse(l.ld.rep.Lines, text[:maxLine+2], TooLong)
		return nil
	}
	return l.p.line(l.ld.rep.Lines, bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")))
}

// gather moves the rows of the lanes to the loader's Builder.
func (l *lanes) gather() error {
	b := l.ld.b
	var rows, units int64
	for _, lane := range l.all {
		rows, units = rows+lane.b.rows, units+lane.b.units
	}
	if rows == 0 {
		return nil
	}
	number, err := b.number(meta{list: l.ld.list, scope: l.ld.describe.Scope, from: always, until: never})
	if err != nil {
		return err
	}
	if b.rows+rows > maxRows || b.units+units > maxUnits {
		return errFull
	}
	var full [parts]error
	spread(parts, func(i int) {
		var rows, keys int
		for _, lane := range l.all {
			rows, keys = rows+len(lane.b.parts[i].rows), keys+len(lane.b.parts[i].keys)
		}
		full[i] = b.parts[i].join(l.all, i, rows, keys, number)
	})
	b.rows, b.units = b.rows+rows, b.units+units
	return errors.Join(full[:]...)
}

// join appends part i of the lanes, which have so many rows and bytes of keys.
func (p *part) join(from []*loader, i, rows, keys int, number uint32) error {
	if len(p.keys)+keys > maxKeys {
		return errFull
	}
	if len(p.rows) == 0 { // the first list need not be moved to make room
		p.rows, p.keys = make([]row, 0, rows), make([]byte, 0, keys)
	}
	p.rows, p.keys = grown(p.rows, rows), grown(p.keys, keys)
	for _, lane := range from {
		q := &lane.b.parts[i]
		base := uint32(len(p.keys))
		for _, r := range q.rows {
			p.rows = append(p.rows, row{r.hash, base + r.at, number})
		}
		p.keys = append(p.keys, q.keys...)
		*q = part{}
	}
	return nil
}
