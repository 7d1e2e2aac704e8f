// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// clients reads addresses.
type clients struct{}

// v4in6 is the upper part of an IPv4 address mapped into IPv6 (RFC 4291
// §2.5.5.2).
const v4in6 = 0xffff << 32

// read reads the address at b[at:at+n] into rec as 16 bytes. It knows the usual
// forms only. 16 bytes may be read whatever n is.
func (c *clients) read(b []byte, at, n int, rec *Record) bool {
	if n < 2 || n > 45 {
		return false
	}
	if n >= 7 && n <= 15 && at >= 4 {
		if addr, ok := quickQuad((*[20]byte)(b[at-4:at+16]), n); ok {
			rec.High, rec.Low = 0, v4in6|uint64(addr)
			return true
		}
	}
	return c.parse(b[at:at+n], rec)
}

// peer reads "addr#port " at b[i:] and returns the place of the space, or 0.
// The two ends are looked for at once, so that the one need not wait for the other.
func (c *clients) peer(b []byte, i int, rec *Record) int {
	w := (*[28]byte)(b[i-4 : i+24])
	x0, x1, x2 := binary.LittleEndian.Uint64(w[4:12]), binary.LittleEndian.Uint64(w[12:20]), binary.LittleEndian.Uint64(w[20:28])
	n := bits.TrailingZeros32(bitsOf(zeros(x0^'#'*each)) | bitsOf(zeros(x1^'#'*each))<<8)
	end := 8 + bits.TrailingZeros32(spaces(x1)|spaces(x2)<<8)
	if digits := end - n - 1; n >= 7 && n <= 15 && digits > 0 && digits < 8 && b[i+end] == ' ' && allDigits(word8(b, i+n+1), digits) {
		// An address that is read has no space, so that the one found is the first.
		if addr, ok := quickQuad((*[20]byte)(w[:20]), n); ok {
			rec.High, rec.Low = 0, v4in6|uint64(addr)
			return i + end
		}
	}
	return c.anyPeer(b, i, rec)
}

// anyPeer is peer for any address.
func (c *clients) anyPeer(b []byte, i int, rec *Record) int {
	port := findByte(b, i, '#')
	if port < 0 || !c.read(b, i, port-i, rec) {
		return 0
	}
	x := word8(b, port+1)
	m := zeros(x ^ ' '*each)
	digits := bits.TrailingZeros64(m) >> 3
	if m == 0 || digits == 0 || !allDigits(x, digits) {
		return 0
	}
	return port + 1 + digits
}

// octets are, for two lengths of digits, the bytes that they fill in two words
// of four that end with them, and the least numbers that are written so long.
// No number is long enough for no digits.
var octets = func() (to [16]struct{ fill, least uint64 }) {
	fill, least := [4]uint64{0, 0xff000000, 0xffff0000, 0xffffff00}, [4]uint64{1, 0, 10, 100}
	for i := range to {
		to[i].fill, to[i].least = fill[i>>2]<<32|fill[i&3], least[i>>2]<<32|least[i&3]
	}
	return to
}()

// quickQuad reads the n bytes at w[4:], 7 to 15, as quad does, without a step
// that depends on their lengths, which cannot be guessed.
func quickQuad(w *[20]byte, n int) (addr uint32, ok bool) {
	// A byte that zeros takes for a dot by mistake follows a dot, and then a
	// number between them is missing.
	dots := bitsOf(zeros(binary.LittleEndian.Uint64(w[4:12])^'.'*each)) | bitsOf(zeros(binary.LittleEndian.Uint64(w[12:20])^'.'*each))<<8
	dots &= 1<<(n&15) - 1
	first := bits.TrailingZeros32(dots)
	dots &= dots - 1
	second := bits.TrailingZeros32(dots)
	dots &= dots - 1
	third := bits.TrailingZeros32(dots)
	if dots == 0 || dots&(dots-1) != 0 {
		return 0, false
	}
	// Two numbers stand in each word, and each digit of one in a byte of its own.
	a, b, c, d := first, second-first-1, third-second-1, n-third-1
	ab, cd := &octets[(a<<2|b&3)&15], &octets[(c<<2|d&3)&15]
	upper := uint64(binary.LittleEndian.Uint32(w[first&15:]))<<32 | uint64(binary.LittleEndian.Uint32(w[second&15:]))
	lower := uint64(binary.LittleEndian.Uint32(w[third&15:]))<<32 | uint64(binary.LittleEndian.Uint32(w[n&15:]))
	upper = (upper ^ '0'*each) & ab.fill
	lower = (lower ^ '0'*each) & cd.fill
	bad := (upper | lower | (upper + 0x76*each) | (lower + 0x76*each)) & tops
	const one = 0xff<<32 | 0xff
	upper = upper>>24&one + upper>>16&one*10 + upper>>8&one*100
	lower = lower>>24&one + lower>>16&one*10 + lower>>8&one*100
	bad |= ((upper - ab.least) | (lower - cd.least) | (one - upper) | (one - lower)) & (1<<63 | 1<<31)
	bad |= uint64(a|b|c|d) >> 2
	return uint32(upper>>32)<<24 | uint32(upper)<<16 | uint32(lower>>32)<<8 | uint32(lower), bad == 0
}

func (c *clients) parse(text []byte, rec *Record) bool {
	if a, ok := quad(text); ok {
		rec.High, rec.Low = 0, v4in6|uint64(a)
		return true
	}
	for _, ch := range text {
		if hexDigit(ch) > 15 && ch != '.' && ch != ':' {
			return false
		}
	}
	a, err := netip.ParseAddr(view(text))
	if err != nil {
		return false
	}
	rec.setClient(a.Unmap())
	return true
}

// quad reads an IPv4 address as net/netip does: four numbers without leading
// zeros.
func quad(text []byte) (addr uint32, ok bool) {
	var v, digits, dots uint32
	for _, c := range text {
		d := uint32(c - '0')
		switch {
		case d <= 9:
			if digits > 0 && v == 0 {
				return 0, false
			}
			if v = v*10 + d; v > 255 {
				return 0, false
			}
			digits++
		case c == '.' && digits > 0 && dots < 3:
			addr = addr<<8 | v
			v, digits = 0, 0
			dots++
		default:
			return 0, false
		}
	}
	return addr<<8 | v, dots == 3 && digits > 0
}

func (r *Record) setClient(a netip.Addr) {
	b := a.As16()
	r.High, r.Low = binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}
