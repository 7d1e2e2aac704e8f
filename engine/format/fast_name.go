// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/binary"
	"math/bits"
)

// shortName is a name of up to 32 bytes in four words, as most names are, found
// and judged in one walk over them.
type shortName struct {
	w    [4]uint64 // its bytes, zeros behind
	n    int
	dots uint32 // a bit for each, the lowest for the first byte
}

// within are, for a length up to 32, the bytes of four words that lie before
// it. There are rows for any six bits, so that none need be checked.
var within = func() (m [64][4]uint64) {
	for n := range m {
		for w := range m[n] {
			m[n][w] = ^beyond[min(n, 32)][w]
		}
	}
	return m
}()

// read reads the name at b[at:], which ends back bytes before a space, when it
// needs no work: as plainName, without capital letters and _. 32 spare bytes
// follow. It may refuse a name that is none the worse, never the other way round.
func (s *shortName) read(b []byte, at, back int) bool {
	w := (*[32]byte)(b[at : at+32])
	x0, x1 := binary.LittleEndian.Uint64(w[0:8]), binary.LittleEndian.Uint64(w[8:16])
	x2, x3 := binary.LittleEndian.Uint64(w[16:24]), binary.LittleEndian.Uint64(w[24:32])
	space := spaces(x0) | spaces(x1)<<8 | spaces(x2)<<16 | spaces(x3)<<24
	n := bits.TrailingZeros32(space) - back
	if space == 0 || n < 1 {
		return false
	}
	m := &within[n&31]
	x0, x1, x2, x3 = x0&m[0], x1&m[1], x2&m[2], x3&m[3]
	// Capitals, the backslash and what stands beside them are below 0x20 when
	// bit 6 is turned. No byte below 0x7f carries into the next.
	const turn, low = 0x40 * each, 0x60 * each
	bad := (x0|x1|x2|x3|(x0+each)|(x1+each)|(x2+each)|(x3+each))&tops |
		tops&^(((x0^turn)+low)&((x1^turn)+low)&((x2^turn)+low)&((x3^turn)+low))
	dots := ^(notDots(x0) | notDots(x1)<<8 | notDots(x2)<<16 | notDots(x3)<<24)
	s.w[0], s.w[1], s.w[2], s.w[3] = x0, x1, x2, x3
	s.n, s.dots = n, dots
	return bad == 0 && dots&(dots>>1|1|1<<((n-1)&31)) == 0
}

// again says whether the name stands at b[at:] too. 32 spare bytes follow.
func (s *shortName) again(b []byte, at int) bool {
	return sameWords((*[32]byte)(b[at:]), &s.w, &within[s.n&63])
}

// sameWords says whether the bytes of x that are in m are those of w.
func sameWords(x *[32]byte, w, m *[4]uint64) bool {
	return (binary.LittleEndian.Uint64(x[0:])&m[0]^w[0])|(binary.LittleEndian.Uint64(x[8:])&m[1]^w[1])|
		(binary.LittleEndian.Uint64(x[16:])&m[2]^w[2])|(binary.LittleEndian.Uint64(x[24:])&m[3]^w[3]) == 0
}

// spaces gives a bit for each byte of x below 0x21; the lowest set is exact.
func spaces(x uint64) uint32 { return bitsOf((x - 0x21*each) &^ x & tops) }

// notDots gives a bit for each byte of x that is no dot; x has no byte from 0x80 up.
func notDots(x uint64) uint32 { return bitsOf(((x ^ '.'*each) + 0x7f*each) & tops) }
