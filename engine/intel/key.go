// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// maxKey is the longest key of a record, in bytes: 12 bits of its head.
const maxKey = 1<<12 - 1

// hostMark is the type of records without entries that say: some URL of this
// host is listed. A host without one costs no walk over the path.
const hostMark Type = 15

// appendKey appends the bytes under which a value of type t is stored and
// looked up, or says why it is no such value:
//
//	Domain               the name in normal form
//	Address              4 or 16 bytes; IPv4 in IPv6 form is IPv4
//	Network              the first address of it and the length of the prefix
//	Endpoint             the address and the port, 2 bytes
//	URL                  see appendURL
//	MD5, SHA1, SHA256    the bytes of the hash
//	Email                the mailbox in lower case, its domain in normal form
//	JA3                  16 bytes; JA4 its text in lower case
func appendKey(dst []byte, t Type, value string) ([]byte, Reason) {
	value = strings.TrimSpace(value)
	switch t {
	case Domain:
		return appendDomainKey(dst, value)
	case Address:
		if a, err := netip.ParseAddr(strings.Trim(value, "[]")); err == nil && a.Zone() == "" {
			return appendAddress(dst, a), ""
		}
	case Network:
		return appendNetworkKey(dst, value)
	case Endpoint:
		if p, err := netip.ParseAddrPort(value); err == nil && p.Addr().Zone() == "" {
			return binary.BigEndian.AppendUint16(appendAddress(dst, p.Addr()), p.Port()), ""
		}
	case URL:
		if key, _, ok := appendURL(dst, value); ok {
			return key, ""
		}
	case MD5, JA3, SHA1, SHA256:
		if n := digestSize(t); len(value) == 2*n {
			if b, err := hex.DecodeString(value); err == nil {
				return append(dst, b...), ""
			}
		}
	case Email:
		return appendEmailKey(dst, value)
	case JA4:
		if ja4(value) {
			return append(dst, strings.ToLower(value)...), ""
		}
	}
	return dst, BadValue
}

func appendDomainKey(dst []byte, value string) ([]byte, Reason) {
	start := len(dst)
	dst = AppendNormal(dst, value)
	if !domain(dst[start:]) {
		return dst[:start], BadName
	}
	return dst, ""
}

func appendAddress(dst []byte, a netip.Addr) []byte {
	if a = a.Unmap(); a.Is4() {
		b := a.As4()
		return append(dst, b[:]...)
	}
	b := a.As16()
	return append(dst, b[:]...)
}

func appendNetworkKey(dst []byte, value string) ([]byte, Reason) {
	p, err := netip.ParsePrefix(value)
	if err != nil {
		return dst, BadValue
	}
	a, n := p.Addr(), p.Bits()
	if a.Is4In6() {
		if n < 96 {
			return dst, BadValue // IPv4 and more in one network
		}
		a, n = a.Unmap(), n-96
	}
	if n == 0 {
		return dst, TooWide
	}
	p, err = a.Prefix(n)
	if err != nil {
		return dst, BadValue
	}
	return append(appendAddress(dst, p.Addr()), byte(n)), ""
}

func appendEmailKey(dst []byte, value string) ([]byte, Reason) {
	local, host, ok := strings.Cut(value, "@")
	if ok = ok && utf8.ValidString(local); ok {
		local = strings.ToLower(local) // which may be longer
	}
	if !ok || local == "" || len(local) > 64 || strings.ContainsAny(host, "@") || strings.ContainsAny(local, " \t\r\n<>,;:") {
		return dst, BadValue
	}
	start := len(dst)
	dst = append(append(dst, local...), '@')
	at := len(dst)
	if dst = AppendNormal(dst, host); !domain(dst[at:]) || len(dst)-start > maxKey {
		return dst[:start], BadValue
	}
	return dst, ""
}

// digestSize is the number of bytes of a hash of type t; 0 for other types.
func digestSize(t Type) int {
	switch t {
	case MD5, JA3:
		return 16
	case SHA1:
		return 20
	case SHA256:
		return 32
	}
	return 0
}

// ja4 reports whether v has the shape of a JA4 TLS client fingerprint:
// a_b_c with 10, 12 and 12 letters and digits (FoxIO, JA4 technical details).
func ja4(v string) bool {
	if len(v) != 36 || v[10] != '_' || v[23] != '_' {
		return false
	}
	for i := range len(v) {
		c := v[i] | 0x20
		if i != 10 && i != 23 && (c < 'a' || c > 'z') && (v[i] < '0' || v[i] > '9') {
			return false
		}
	}
	return true
}

// keyText writes a key of type t for people, as Normalise would have it.
func keyText(t Type, key []byte) string {
	switch t {
	case Address:
		if a, ok := netip.AddrFromSlice(key); ok {
			return a.String()
		}
	case Network:
		if n := len(key) - 1; n > 0 {
			if a, ok := netip.AddrFromSlice(key[:n]); ok {
				return netip.PrefixFrom(a, int(key[n])).String()
			}
		}
	case Endpoint:
		if n := len(key) - 2; n > 0 {
			if a, ok := netip.AddrFromSlice(key[:n]); ok {
				return netip.AddrPortFrom(a, binary.BigEndian.Uint16(key[n:])).String()
			}
		}
	case MD5, SHA1, SHA256, JA3:
		return hex.EncodeToString(key)
	}
	return string(key)
}

// exactness orders matches of one answer: the higher is the more specific. A
// domain counts by its length, a network by its prefix, an address as a prefix
// of all bits; what names a port, a path or a mailbox is above its host.
func exactness(t Type, key []byte) int {
	const above = 1 << 16
	switch t {
	case Domain:
		return len(key)
	case Address:
		return 8 * len(key)
	case Network:
		return int(key[len(key)-1])
	case URL, Endpoint, Email:
		return above + len(key)
	}
	return above
}
