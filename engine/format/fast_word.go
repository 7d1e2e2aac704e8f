// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes of text are looked at as one word, the first byte lowest.
const (
	each = 0x0101010101010101
	tops = 0x80 * each
)

// word8 loads b[i:i+8]. The third index spares the check for an empty rest.
func word8(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i : i+8 : i+8]) }

// zeros sets the highest bit of each zero byte of x; the lowest one set is
// exact, those above it may be wrong.
func zeros(x uint64) uint64 { return (x - each) &^ x & tops }

// findByte returns where c stands first in b from i on, within four words; -1
// when it does not. b reaches 32 bytes beyond i.
func findByte(b []byte, i int, c byte) int {
	want := uint64(c) * each
	for range 4 {
		if m := zeros(word8(b, i) ^ want); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	return -1
}

// below says which of the 32 bytes at b[i:] are less than limit (up to 0x21), a
// bit each; the lowest bit set is exact. It has no branch, since lengths of names
// cannot be guessed and a wrong guess costs more than a few words too many.
func below(b []byte, i int, limit uint64) uint32 {
	w := (*[32]byte)(b[i : i+32])
	return less(w, 0, limit) | less(w, 8, limit)<<8 | less(w, 16, limit)<<16 | less(w, 24, limit)<<24
}

func less(w *[32]byte, at int, limit uint64) uint32 {
	x := binary.LittleEndian.Uint64(w[at : at+8])
	return bitsOf((x - limit*each) &^ x & tops)
}

// bitsOf gathers the highest bit of each byte of m, the others of which are 0,
// the first byte lowest.
func bitsOf(m uint64) uint32 { return uint32(m >> 7 * 0x0102040810204080 >> 56) }

// lineEnd returns the place after the line end that follows i, or 0 when a
// control character stands before it. A line end must follow, and 32 spare bytes
// behind it.
func lineEnd(b []byte, i int) int {
	for {
		if m := below(b, i, ' '); m != 0 {
			if i += bits.TrailingZeros32(m); b[i] == '\r' {
				i++
			}
			if b[i] != '\n' {
				return 0
			}
			return i + 1
		}
		i += 32
	}
}

// allDigits says whether the first n bytes of x are digits; n is 1 to 8.
func allDigits(x uint64, n int) bool {
	return (x-'0'*each|(x+0x46*each))&tops<<(64-8*n) == 0
}

// beyond are, for a length up to 32, the bytes of four words that lie behind it.
var beyond = func() (m [33][4]uint64) {
	for n := range m {
		for w := range m[n] {
			switch left := n - 8*w; {
			case left <= 0:
				m[n][w] = ^uint64(0)
			case left < 8:
				m[n][w] = ^uint64(0) << (8 * left)
			}
		}
	}
	return m
}()

// plainName says whether the n bytes at b[at:] are a name that needs no work:
// printable ASCII without space or backslash, no empty label, no dot at either
// end. upper says that it has capital letters. 32 spare bytes follow. It may
// refuse a name that is none the worse, never the other way round.
func plainName(b []byte, at, n int) (upper, ok bool) {
	if n < 1 || n > maxName || b[at] == '.' || b[at+n-1] == '.' {
		return false, false
	}
	var bad, caps, dot uint64
	for ; ; at, n = at+32, n-32 {
		w, m := (*[32]byte)(b[at:at+32]), &beyond[min(n, 32)]
		for k := range 4 {
			x := binary.LittleEndian.Uint64(w[8*k:8*k+8])&^m[k] | 'a'*each&m[k]
			// Below 0x80 no byte borrows from the next but where it is refused.
			bad |= x | (x - 0x21*each) | (x + each) | (x ^ '\\'*each - each)
			caps |= (x + (0x80-'A')*each) &^ (x + (0x7f-'Z')*each)
			d := ((x ^ '.'*each) - each) & tops
			bad |= d & (d<<8 | dot)
			dot = d >> 56
		}
		if n <= 32 {
			return caps&tops != 0, bad&tops == 0
		}
	}
}

// lowerName makes A to Z small.
func lowerName(name []byte) {
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			name[i] = c | 0x20
		}
	}
}

// plainKind says whether the first n bytes of x, 1 to 7, are a record type that
// is written as it is kept: capitals, and digits after the first.
func plainKind(x uint64, n int) bool {
	kind := x & (1<<(8*n) - 1)
	fill := kind | 'A'*each<<(8*n)
	digit := (fill + (0x80-'0')*each) &^ (fill + (0x7f-'9')*each)
	capital := (fill + (0x80-'A')*each) &^ (fill + (0x7f-'Z')*each)
	return fill&tops == 0 && (digit|capital)&tops == tops && digit&0x80 == 0 && kind != 'A'|'L'<<8|'L'<<16
}

// endOfWord returns where the first space or control character stands from i
// on, -1 when it is too far for a name. It does not pass a line end, behind
// which are 32 spare bytes.
func endOfWord(b []byte, i int) int {
	for from := i; i-from <= maxName+8; i += 32 {
		if m := below(b, i, 0x21); m != 0 {
			return i + bits.TrailingZeros32(m)
		}
	}
	return -1
}

// past returns how many bytes of two words lie before the first space or control
// character and that one with them, when it is in the second and a space; else 0.
func past(x, y uint64) int {
	m := (y - 0x21*each) &^ y & tops
	end := bits.TrailingZeros64(m) >> 3
	if (x-0x21*each)&^x&tops != 0 || y>>(8*end&63)&0xff != ' ' {
		return 0
	}
	return end + 9
}
