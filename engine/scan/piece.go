// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
)

// pieceResult is what became of a piece. Its line numbers count from 1 at the
// start of the piece.
type pieceResult struct {
	parts []part
	recs  []format.Record
	aside []byte // names that do not stand in the text as they are
	lines int64
	past  format.Past
	sure  bool
	fail  error
}

// clear empties the result and keeps its room.
func (r *pieceResult) clear() {
	*r = pieceResult{parts: r.parts[:0], recs: r.recs[:0], aside: r.aside[:0], past: r.past}
}

// part is what a piece holds of one block.
type part struct {
	builder
	from, to int // its records
}

// beside marks a name that stands in aside, from the place that is left when
// the mark is taken away.
const beside = 1 << 31

func (p *piece) name(r *format.Record) []byte {
	if r.Name >= beside {
		at := r.Name - beside
		return p.aside[at : at+r.Size]
	}
	return p.buf[r.Name : r.Name+r.Size]
}

// reader reads the lines of pieces with one Text.
type reader struct {
	text   *format.Text
	block  int64 // size of a block
	events []event.DNS
	acts   []event.Activity
	seen   []event.Observable
}

// read reads the lines of p into its records and counts.
func (r *reader) read(p *piece) {
	p.parts, p.recs, p.aside, p.lines = p.parts[:0], p.recs[:0], p.aside[:0], 0
	for at := 0; at < p.size; {
		start := p.start + int64(at)
		p.parts = append(p.parts, part{from: len(p.recs)})
		b := &p.parts[len(p.parts)-1]
		b.Offset, b.FirstLine = start, p.lines+1
		stop := p.size
		if left := r.block - start%r.block; left < int64(p.size-at) {
			stop = at + int(left)
		}
		at = r.part(p, b, at, stop)
		b.to = len(p.recs)
		p.lines += b.Lines
	}
}

// part reads the lines that start before stop and returns where the next does.
func (r *reader) part(p *piece, b *part, at, stop int) int {
	begin := at
	last := p.size // where lines begin that are not to be read
	if p.fault != "" {
		last = bytes.LastIndexByte(p.buf[:p.size-1], '\n') + 1
	}
	for at < stop {
		if at < last {
			at = r.usual(p, b, at, min(stop, last))
			if at >= stop {
				break
			}
			if len(p.recs) == cap(p.recs) {
				continue
			}
		}
		end := at + bytes.IndexByte(p.buf[at:p.size], '\n') + 1
		r.line(p, b, at, end)
		at = end
	}
	b.Length = int64(at - begin)
	if at == p.size && p.bare {
		b.Length += p.more - 1
	}
	return at
}

// usual reads lines up to stop while they are usual ones.
func (r *reader) usual(p *piece, b *part, at, stop int) int {
	from := len(p.recs)
	if cap(p.recs)-from < 64 {
		p.recs = append(p.recs, make([]format.Record, max(1024, from))...)[:from]
	}
	var skips format.Skips
	at, p.recs = r.text.Queries(p.buf[:p.size+format.Spare], at, stop, p.recs, &skips)
	n := int64(len(p.recs) - from)
	b.Lines += n
	b.Parsed += n
	b.Queries += n
	skips.Each(func(why format.Reason, n int64) {
		count(&b.Skipped, why, n)
		b.Lines += n
	})
	return at
}

// line reads one line the slow way.
func (r *reader) line(p *piece, b *part, at, end int) {
	b.Lines++
	text := p.buf[at : end-1]
	if end == p.size && p.fault != "" {
		b.reject(text, p.fault)
		return
	}
	if !p.bare || end < p.size {
		text = p.buf[at:end]
	}
	text = chomp(text)
	if len(text) > format.MaxLine {
		b.reject(text, format.TooLong)
		return
	}
	var v format.Verdict
	r.events, r.acts, v = r.text.ReadBoth(text, r.events[:0], r.acts[:0])
	switch v.Outcome {
	case format.Parsed:
		b.Parsed++
		r.take(p, b)
		r.touched(p, b)
	case format.Skipped:
		b.skip(v.Reason)
	default:
		b.reject(text, v.Reason)
	}
}

// take makes records of the events of one line.
func (r *reader) take(p *piece, b *part) {
	from := len(p.recs)
	for i := range r.events {
		e := &r.events[i]
		b.Queries++
		b.see(e.Time)
		if e.Name == "" {
			continue
		}
		var rec format.Record
		rec.SetEvent(e)
		at := len(p.aside)
		p.aside = intel.AppendNormal(p.aside, e.Name)
		rec.Name, rec.Size = beside+uint32(at), uint32(len(p.aside)-at)
		p.recs = append(p.recs, rec)
	}
	for i := from; i < len(p.recs)-1; i++ {
		p.recs[i].More = true
	}
}

// times widens the times of the block by those of its records.
func (b *part) times(recs []format.Record) {
	var first, last *format.Record
	for i := range recs {
		switch r := &recs[i]; {
		case !r.Timed:
		case first == nil:
			first, last = r, r
		case r.Sec < first.Sec || r.Sec == first.Sec && r.Nsec < first.Nsec:
			first = r
		case r.Sec > last.Sec || r.Sec == last.Sec && r.Nsec > last.Nsec:
			last = r
		}
	}
	if first != nil {
		b.see(first.Time())
		b.see(last.Time())
	}
}
