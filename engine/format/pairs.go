// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/binary"
	"math/bits"

	"github.com/vonggac/vonggac/engine/event"
)

// pairs decides whether an answer has a query line of its own, for programs
// that can log queries, answers or both (BIND, Unbound, Suricata, Infoblox).
//
// Each query is an event. An answer is an event too until one is met whose
// query came before it: from then on the stream is known to hold both kinds,
// and every answer is skipped. So an answers-only log gives one event an
// answer, a log of both gives one event a query, and the few answers at the
// head of a rotated file whose queries are in the file before still count.
type pairs struct {
	Past
	unsure bool // what came before is not known
	needed bool // and an answer was met that depends on it
}

// Past is what the lines of a stream so far mean for those to come. The zero
// value is the start of a stream.
type Past struct {
	both   bool
	recent marks // of queries
	last   transaction
	told   bool // last holds
}

// marks remembers recent marks, each at its own low bits.
type marks []uint64

const pairSlots = 1 << 12

func (s *marks) put(m uint64) {
	if *s == nil {
		*s = make([]uint64, pairSlots)
	}
	(*s)[m%pairSlots] = m
}

func (s marks) has(m uint64) bool { return s != nil && s[m%pairSlots] == m }

// take says whether m was there, and forgets it.
func (s marks) take(m uint64) bool {
	if !s.has(m) {
		return false
	}
	s[m%pairSlots] = 0
	return true
}

// asked says whether the query of e had a line of its own.
func (p *pairs) asked(e event.DNS) bool { return p.both || p.recent.has(mark(e)) }

// take appends e and gives the verdict, unless e is an answer already counted.
func (p *pairs) take(e event.DNS, isAnswer bool, into []event.DNS) ([]event.DNS, Verdict) {
	if p.both && isAnswer {
		return into, skip(Answer)
	}
	if p.both {
		return append(into, e), parsed
	}
	p.needed = p.needed || isAnswer && p.unsure
	switch m := mark(e); {
	case !isAnswer:
		p.recent.put(m)
	case p.recent.has(m):
		p.both, p.recent = true, nil
		return into, skip(Answer)
	}
	return append(into, e), parsed
}

// query notes a query as take does, where it is not yet an event: its name is
// the size bytes at b[at:], with 8 spare bytes behind, its type up to seven
// bytes.
func (p *pairs) query(high, low uint64, b []byte, at, size int, kind uint64) {
	if p.both {
		return
	}
	var head, mid, tail uint64
	if size < 8 {
		head = word8(b, at) &^ beyond[size][0]
	} else {
		head, mid, tail = word8(b, at), word8(b, at+size/2-4), word8(b, at+size-8)
		if size > 24 {
			mid = 0
			for i := 8; i < size-8; i += 8 {
				mid = between(mid, word8(b, at+i))
			}
		}
	}
	p.recent.put(markOf(high, low, head, mid, tail, size, kind))
}

// mark tells who asked for what; the case of the name does not count, since a
// server may answer in another.
func mark(e event.DNS) uint64 {
	var r Record
	r.setClient(e.Client)
	n := len(e.Name)
	head, mid, tail := first8(e.Name), uint64(0), uint64(0)
	if n >= 8 {
		mid, tail = first8(e.Name[n/2-4:]), first8(e.Name[n-8:])
	}
	if n > 24 {
		mid = 0
		for i := 8; i < n-8; i += 8 {
			mid = between(mid, first8(e.Name[i:]))
		}
	}
	kind := first8(e.Type)
	for rest := e.Type; len(rest) > 8; {
		rest = rest[8:]
		kind = fold64(kind^markA, first8(rest)^markB)
	}
	return markOf(r.High, r.Low, head, mid, tail, n, kind)
}

const markA, markB = 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9

// between takes eight bytes more of a long name into what stands for its middle.
func between(mid, w uint64) uint64 { return fold64(mid^(w|0x20*each), markB) }

// markOf is the mark of a query for a name of size bytes, of which the first and
// last eight and eight in the middle are all up to 24. Bit 5 is that of small
// letters.
func markOf(high, low, head, mid, tail uint64, size int, kind uint64) uint64 {
	who := low ^ high*markB ^ kind*markA
	return fold64(head|0x20*each^who, (mid|0x20*each)*markA^(tail|0x20*each)+uint64(size)*markB)
}

func fold64(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}

// first8 returns up to eight bytes of s as a word, the rest of it zero.
func first8(s string) uint64 {
	var w [8]byte
	copy(w[:], s)
	return binary.LittleEndian.Uint64(w[:])
}
