// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package suffix

import (
	"math/bits"
	"unsafe"
)

// MaxSuffixes is how many suffixes a name of up to 253 bytes can have, empty
// labels counted.
const MaxSuffixes = 254

// Spare is how many bytes behind a name let Low be quick.
const Spare = 32

// Low is Of for the name b[at:at+n], at most 253 bytes, which is in lower case
// already. It stores the hashes alone, and of these only those of suffixes whose
// number of labels has its bit set in labels (bit 63 stands for 63 and more).
// known has a bit for each dot of a name of up to 32 bytes, the lowest for the
// first byte, where the caller knows them, else 0. It returns how many hashes it
// stored at the start of out; what lay behind them is lost too. It is quick where
// Spare bytes follow the name in b.
//
// The lengths of labels cannot be guessed, and a wrong guess costs more than a
// label: it asks for none but long ones. Each label is read as a word from its
// start and one behind the bytes that fill no word.
func (s *Seed) Low(out *[MaxSuffixes]uint64, b []byte, at, n int, known uint32, labels uint64) int {
	if n <= 0 || at+n+Spare > len(b) {
		return s.lowSlow(out, b[at:at+n], labels)
	}
	if n > window {
		return s.lowLong(out, b[at:], n, labels)
	}
	dots := uint64(known)
	if dots == 0 {
		dots = dotsOf(b, at, n)
	}
	return s.lowShort(out, unsafe.Pointer(&b[at]), n, dots, int64(labels))
}

// lowShort is Low for a name in one window. It is by itself so that the little
// that it works on has room in registers.
func (s *Seed) lowShort(out *[MaxSuffixes]uint64, name unsafe.Pointer, n int, dots uint64, left int64) (stored int) {
	h, end := s.root, n
	for {
		start := bits.Len64(dots) // behind the last dot
		size := end - start
		tail := start + size&7
		acc := s.label
		for size >= 16 && end-8 > tail {
			end -= 8
			acc = mix(acc^load(name, end), s.word)
		}
		if full := mix(acc^load(name, tail), s.word); size >= 8 {
			acc = full
		}
		h = mix(h^load(name, start)&(1<<(8*(uint(size)&7))-1), acc^uint64(size)*s.size)
		left >>= 1 // keeps bit 63
		out[stored] = s.finish(h)
		stored += int(left & 1)
		if left>>1 == 0 || dots == 0 { // no longer suffix is asked for
			return stored
		}
		end = start - 1
		dots ^= 1 << (uint(end) & 63)
	}
}

// lowLong is Low for a name of several windows at the start of b.
func (s *Seed) lowLong(out *[MaxSuffixes]uint64, b []byte, n int, labels uint64) int {
	from := n - window // dots of b[from:from+window] have their bit in m
	m := dotsOf(b, from, window)
	h, left, stored := s.root, int64(labels), 0
	for end := n; ; {
		for m == 0 && from > 0 {
			to := from
			from = max(0, from-window)
			m = dotsOf(b, from, to-from)
		}
		start := from + bits.Len64(m) // behind the last dot
		size := end - start
		tail := start + size&7
		acc := s.label
		if size >= 16 {
			for p := end - 8; p > tail; p -= 8 {
				acc = mix(acc^word(b, p), s.word)
			}
		}
		if full := mix(acc^word(b, tail), s.word); size >= 8 {
			acc = full
		}
		h = mix(h^word(b, start)&(1<<(8*(uint(size)&7))-1), acc^uint64(size)*s.size)
		left >>= 1 // keeps bit 63
		out[stored] = s.finish(h)
		stored += int(left & 1)
		if left>>1 == 0 || m == 0 { // no longer suffix is asked for
			return stored
		}
		end = start - 1
		m &^= 1 << uint(end-from)
	}
}

func (s *Seed) lowSlow(out *[MaxSuffixes]uint64, name []byte, labels uint64) (stored int) {
	var room [MaxSuffixes]Suffix
	for i, x := range s.Of(room[:0], name) {
		out[stored] = x.Hash
		stored += int(labels >> min(i+1, 63) & 1)
	}
	return stored
}

// window is how many bytes are looked at for dots at once.
const window = 32

// dotsOf sets a bit for each dot of b[at:at+n], the lowest for the first byte;
// n is 1 to window. It may read window bytes more.
func dotsOf(b []byte, at, n int) uint64 {
	m := bitsOf(dots(word(b, at))) | bitsOf(dots(word(b, at+8)))<<8 |
		bitsOf(dots(word(b, at+16)))<<16 | bitsOf(dots(word(b, at+24)))<<24
	return m & (1<<(uint(n)&63) - 1)
}

// bitsOf gathers the highest bit of each byte of m, the others of which are 0.
func bitsOf(m uint64) uint64 { return m >> 7 * 0x0102040810204080 >> 56 }

// word loads b[i:i+8], the first byte lowest.
func word(b []byte, i int) uint64 { return load(unsafe.Pointer(unsafe.SliceData(b)), i) }

// load loads the eight bytes at p[i:], the first one lowest.
func load(p unsafe.Pointer, i int) uint64 {
	w := *(*uint64)(unsafe.Add(p, i))
	if bigEndian {
		return bits.ReverseBytes64(w)
	}
	return w
}
