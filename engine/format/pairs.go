// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import "github.com/vonggac/vonggac/engine/event"

// pairs decides whether an answer has a query line of its own, for programs
// that can log queries, answers or both (BIND, Unbound, Suricata, Infoblox).
//
// Each query is an event. An answer is an event too until one is met whose
// query came before it: from then on the stream is known to hold both kinds,
// and every answer is skipped. So an answers-only log gives one event an
// answer, a log of both gives one event a query, and the few answers at the
// head of a rotated file whose queries are in the file before still count.
type pairs struct {
	both   bool
	recent marks // of queries
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
	switch m := mark(e); {
	case !isAnswer:
		p.recent.put(m)
	case p.recent.has(m):
		p.both, p.recent = true, nil
		return into, skip(Answer)
	}
	return append(into, e), parsed
}

// mark is FNV-1a over who asked for what; the case of the name does not count,
// since a server may answer in another.
func mark(e event.DNS) uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for _, b := range e.Client.As16() {
		h = (h ^ uint64(b)) * prime
	}
	for _, s := range [...]string{e.Name, e.Type} {
		for i := range len(s) {
			c := s[i]
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			h = (h ^ uint64(c)) * prime
		}
		h = (h ^ 0xff) * prime
	}
	return h
}
