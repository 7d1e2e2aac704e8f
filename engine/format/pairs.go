// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
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

// query notes a query as take does, where it is not yet an event.
func (p *pairs) query(high, low uint64, name, kind []byte) {
	if !p.both {
		p.recent.put(markOf(high, low, view(name), view(kind)))
	}
}

// mark tells who asked for what; the case of the name does not count, since a
// server may answer in another.
func mark(e event.DNS) uint64 {
	var r Record
	r.setClient(e.Client)
	return markOf(r.High, r.Low, e.Name, e.Type)
}

func markOf(high, low uint64, name, kind string) uint64 {
	const a, b = 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9
	h := fold64(low^a, high^b)
	for ; len(name) > 8; name = name[8:] {
		h = fold64(h^(first8(name)|0x20*each), a)
	}
	h = fold64(h^(first8(name)|0x20*each), b+uint64(len(name)))
	for ; len(kind) > 8; kind = kind[8:] {
		h = fold64(h^first8(kind), a)
	}
	return fold64(h^first8(kind), b+uint64(len(kind)))
}

func fold64(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}

// first8 returns up to eight bytes of s as a word, the rest of it zero.
func first8(s string) uint64 {
	n := len(s)
	switch {
	case n >= 8:
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	case n >= 4:
		lo := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
		t := s[n-4:]
		hi := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24
		return lo | hi<<(8*(n-4))
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<(8*(n/2)) | uint64(s[n-1])<<(8*(n-1))
	}
	return 0
}
