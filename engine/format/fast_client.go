// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// clients reads addresses and remembers IPv4 ones by their text, since few
// clients ask for most names.
type clients struct{ slots []clientSlot }

type clientSlot struct {
	text [2]uint64 // with zeros behind; the last byte is the size
	addr uint32
}

const clientSlots = 1 << 13

// v4in6 is the upper part of an IPv4 address mapped into IPv6 (RFC 4291
// §2.5.5.2).
const v4in6 = 0xffff << 32

// read reads the address at b[at:at+n] into rec as 16 bytes. It knows the usual
// forms only. 16 bytes may be read whatever n is.
func (c *clients) read(b []byte, at, n int, rec *Record) bool {
	if n < 2 || n > 45 {
		return false
	}
	if n > 15 || n < 7 {
		return c.parse(b[at:at+n], rec)
	}
	m := &beyond[n]
	t := [2]uint64{word8(b, at) &^ m[0], word8(b, at+8)&^m[1] | uint64(n)<<56}
	if c.slots == nil {
		c.slots = make([]clientSlot, clientSlots)
	}
	hi, lo := bits.Mul64(t[0]^0x9e3779b97f4a7c15, t[1]^0xbf58476d1ce4e5b9)
	s := &c.slots[(hi^lo)%clientSlots]
	if s.text == t {
		rec.High, rec.Low = 0, v4in6|uint64(s.addr)
		return true
	}
	if !c.parse(b[at:at+n], rec) {
		return false
	}
	if rec.High == 0 && rec.Low>>32 == 0xffff {
		*s = clientSlot{t, uint32(rec.Low)}
	}
	return true
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
