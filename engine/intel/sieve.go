// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"encoding/binary"
	"runtime"
	"slices"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// sieveRoom is how many hashes a Sieve takes before it asks the filter.
const sieveRoom = 2048

// Sieve picks out of many names the few that may be on a list. It hashes a run of
// them first and then asks the filter for all hashes in one go, without a step
// that depends on an answer, so that the reads of memory overlap. Probe tells
// what the lists say about those that are left. A Sieve is not safe for
// concurrent use.
type Sieve struct {
	index  *Index
	seed   *suffix.Seed
	labels uint64   // see sets
	hashes []uint64 // of the names at hand
	used   int
	ends   []uint32 // of the hashes of each name
	first  uint32   // number of the first name at hand
	let    []uint32 // places of the hashes that the filter let through
	found  []uint32
}

// Sieve returns a Sieve of x.
func (x *Index) Sieve() *Sieve {
	s := &Sieve{index: x, seed: x.Seed(), hashes: make([]uint64, sieveRoom+suffix.MaxSuffixes)}
	base, over := x.cores()
	s.labels = base.sets.labels
	if over != nil {
		s.labels |= over.sets.labels
	}
	return s
}

// Start begins with a name of that number; those that follow count on.
func (s *Sieve) Start(number int) {
	s.used, s.ends, s.first, s.found = 0, s.ends[:0], uint32(number), s.found[:0]
}

// Add takes in the name b[at:at+n] in normal form. It is quick where
// suffix.Spare bytes follow. dots are those of the name where they are known,
// see suffix.Seed.Low; else 0.
func (s *Sieve) Add(b []byte, at, n int, dots uint32) {
	if n > maxName {
		s.Keep()
		return
	}
	s.used += s.seed.Low((*[suffix.MaxSuffixes]uint64)(s.hashes[s.used:]), b, at, n, dots, s.labels)
	s.ends = append(s.ends, uint32(s.used))
	if s.used > sieveRoom {
		s.sift()
	}
}

// Keep takes in something that is no name, such as one longer than any can be:
// it is among those that are found.
func (s *Sieve) Keep() {
	s.sift()
	s.found = append(s.found, s.first)
	s.first++
}

// Found returns the numbers of the names since Start that may be on a list, in
// ascending order. It is valid until the next Start.
func (s *Sieve) Found() []uint32 {
	s.sift()
	return s.found
}

// sift asks for the names at hand.
func (s *Sieve) sift() {
	base, over := s.index.cores()
	if s.let = base.sift(s.let[:0], s.hashes[:s.used]); over != nil {
		s.let = over.sift(s.let, s.hashes[:s.used])
		slices.Sort(s.let)
	}
	runtime.KeepAlive(s.index)
	name := 0
	for _, at := range s.let {
		for s.ends[name] <= at {
			name++
		}
		if number := s.first + uint32(name); len(s.found) == 0 || s.found[len(s.found)-1] != number {
			s.found = append(s.found, number)
		}
	}
	s.first += uint32(len(s.ends))
	s.used, s.ends = 0, s.ends[:0]
}

// sift appends the places of the hashes that the filter lets through, see passes.
func (t *core) sift(dst []uint32, hashes []uint64) []uint32 {
	filter, lines := t.filter, t.lines
	if lines == 0 || uint64(len(filter)) < lines*lineSize {
		return dst
	}
	n := len(dst)
	dst = slices.Grow(dst, len(hashes))
	out := dst[:n+len(hashes)]
	for i, h := range hashes {
		line := (*[lineSize]byte)(filter[place(h, lines)*lineSize:])
		x := uint64(uint32(h)) * spreadBy
		w := x >> 61
		r := binary.LittleEndian.Uint64(line[8*(w&7):]) >> (x & 63)
		r &= binary.LittleEndian.Uint64(line[8*((w+1)&7):]) >> (x >> 6 & 63)
		r &= binary.LittleEndian.Uint64(line[8*((w+2)&7):]) >> (x >> 12 & 63)
		if r&1 == 0 { // all but one in twenty, so that the guess is mostly right
			continue
		}
		r = binary.LittleEndian.Uint64(line[8*((w+3)&7):]) >> (x >> 18 & 63)
		r &= binary.LittleEndian.Uint64(line[8*((w+4)&7):]) >> (x >> 24 & 63)
		r &= binary.LittleEndian.Uint64(line[8*((w+5)&7):]) >> (x >> 30 & 63)
		out[n] = uint32(i)
		n += int(r & 1)
	}
	return out[:n]
}
