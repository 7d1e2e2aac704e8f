// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package suffix hashes a domain name and each of its parents in one pass from
// the right end, eight bytes at a time, with A to Z taken as a to z. Builder
// and matcher of the indicator index share it, so that both see one name.
//
// A hash depends on the bytes of the suffix and on the seed and on nothing
// else: not on what stands left of it in the name or around the name in memory.
// Bytes from 0x80 up count as they are; who reads names as people write them
// brings them into one form first (intel.AppendNormal). Start at Seed.Of.
package suffix

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// Suffix is one suffix of a name that starts at a label boundary.
type Suffix struct {
	Hash uint64
	At   uint32 // where it starts in the name; 0 is the whole name
}

// Seed keys the hash. Names come from strangers, so that a table in memory
// takes a Random one and an index file keeps its own. The zero value is not a
// seed.
type Seed struct{ root, label, word, size uint64 }

// Random returns a seed nobody can guess.
func Random() Seed {
	var b [16]byte
	rand.Read(b[:]) // crypto/rand.Read never fails
	return From(binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:]))
}

// From returns the seed that stands for two numbers; the same numbers always
// give the same seed.
func From(a, b uint64) Seed {
	// Steps of SplitMix64 spread the two over four words that are never alike.
	next := func(x *uint64) uint64 {
		*x += 0x9e3779b97f4a7c15
		z := *x
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	return Seed{root: next(&a), label: next(&b), word: next(&a) | 1, size: next(&b) | 1}
}

// Of appends to dst one Suffix for every label of name, the top-level label
// first and the whole name last. name has no dot at its end; an empty name has
// no suffix. It allocates only where dst is short.
func (s *Seed) Of(dst []Suffix, name []byte) []Suffix {
	if len(name) == 0 {
		return dst
	}
	// h is the hash of what is right of the label at hand, acc holds the label's
	// full words from its right end, size their bytes.
	h, acc, size := s.root, s.label, uint64(0)
	n := len(name)
	for n >= 8 {
		w := binary.LittleEndian.Uint64(name[n-8:])
		d := dots(w)
		if d == 0 {
			acc = mix(acc^lower(w), s.word)
			size += 8
			n -= 8
			continue
		}
		k := bits.LeadingZeros64(d) &^ 7 // bits right of the dot
		n -= k / 8
		h = s.close(h, acc, lower(w)>>8>>(56-k), size+uint64(k/8))
		dst = append(dst, Suffix{s.finish(h), uint32(n)})
		acc, size = s.label, 0
		n--
	}
	w := head(name, n)
	for d := dots(w); d != 0; d = dots(w) {
		k := 63 - bits.LeadingZeros64(d) // highest bit of the dot's byte
		at := k/8 + 1
		h = s.close(h, acc, lower(w>>1>>k), size+uint64(n-at))
		dst = append(dst, Suffix{s.finish(h), uint32(at)})
		acc, size = s.label, 0
		n = at - 1
		w &= 1<<(8*n) - 1
	}
	return append(dst, Suffix{s.finish(s.close(h, acc, lower(w), size+uint64(n))), 0})
}

// close mixes a label into the hash of what is right of it: its full words,
// its last zero to seven bytes, and its length.
func (s *Seed) close(h, acc, last, size uint64) uint64 {
	return mix(h^last, acc^size*s.size)
}

// finish spreads the state over all bits: one multiplication leaves names that
// differ in few bits too near each other. It is off the chain from label to
// label, so that it costs next to nothing.
func (s *Seed) finish(h uint64) uint64 { return mix(h^s.label, s.word) }

// Bytes hashes b as it stands. Equal bytes under two tags are two things.
func (s *Seed) Bytes(tag uint8, b []byte) uint64 {
	h := s.root ^ uint64(tag)*s.size
	size := uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = mix(h^binary.LittleEndian.Uint64(b), s.word)
	}
	return s.finish(mix(h^head(b, len(b)), s.label^size*s.size))
}

// head returns the first n bytes of b, at most 7, as a little-endian number.
func head(b []byte, n int) uint64 {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b) & (1<<(8*n) - 1)
	}
	if n >= 4 {
		lo, hi := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[n-4:n])
		return uint64(lo) | uint64(hi)<<(8*(n-4))
	}
	var w uint64
	for i := range n {
		w |= uint64(b[i]) << (8 * i)
	}
	return w
}

// mix folds the 128-bit product of a and b.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

const (
	each = 0x0101010101010101
	top  = 0x80 * each
	rest = 0x7f * each
)

// dots sets the highest bit of each byte of w that is a dot, and no other.
func dots(w uint64) uint64 {
	x := w ^ '.'*each
	return ^((x&rest + rest) | x | rest)
}

// lower sets bit 5 of each byte of w from A to Z.
func lower(w uint64) uint64 {
	seven := w & rest
	upper := (seven + (0x80-'A')*each) &^ (seven + (0x7f-'Z')*each) &^ w & top
	return w | upper>>2
}
