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
// the size bytes at b[at:], with 32 spare bytes behind, its type up to seven
// bytes.
func (p *pairs) query(high, low uint64, b []byte, at, size int, kind uint64) {
	if p.both {
		return
	}
	who := whoOf(high, low, size, kind)
	var w [4]uint64
	for i, m := range within[min(size, 32)] {
		w[i] = word8(b, at+8*i) & m
	}
	for i := 32; i < size; i += 8 {
		who = more(who, word8(b, at+i)&within[min(size-i, 8)][0])
	}
	p.recent.put(markOf(who, &w))
}

// mark tells who asked for what; the case of the name does not count, since a
// server may answer in another.
func mark(e event.DNS) uint64 {
	var r Record
	r.setClient(e.Client)
	kind := first8(e.Type)
	for rest := e.Type; len(rest) > 8; {
		rest = rest[8:]
		kind = fold64(kind^markA, first8(rest)^markB)
	}
	who := whoOf(r.High, r.Low, len(e.Name), kind)
	var w [4]uint64
	for i := 0; i < len(e.Name); i += 8 {
		if x := first8(e.Name[i:]); i < 32 {
			w[i/8] = x
		} else {
			who = more(who, x)
		}
	}
	return markOf(who, &w)
}

const markA, markB, markC = 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb

// whoOf takes in all but the name.
func whoOf(high, low uint64, size int, kind uint64) uint64 {
	return low ^ high*markB ^ (kind+uint64(size)<<56)*markA
}

// more takes in eight bytes more of a long name.
func more(who, w uint64) uint64 { return fold64(who^(w|0x20*each), markB) }

// markOf is the mark of a query for a name whose first 32 bytes are w, zeros
// behind. Bit 5 is that of small letters.
func markOf(who uint64, w *[4]uint64) uint64 {
	const small = 0x20 * each
	return fold64(w[0]|small^who, w[1]|small^markA) + fold64(w[2]|small^markB, w[3]|small^markC)
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
