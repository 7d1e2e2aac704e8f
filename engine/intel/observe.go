// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"net/netip"
	"strings"
)

// AppendValue appends a value of type t in the form that Match.Indicator has,
// false when it is no value of its type. A domain is only normalised, as a log
// may name what no list would.
func AppendValue(dst []byte, t Type, value string) ([]byte, bool) {
	if t == Domain {
		return AppendNormal(dst, value), true
	}
	start := len(dst)
	dst, why := appendKey(dst, t, value)
	if why != "" {
		return dst[:start], false
	}
	switch t {
	case URL, Email, JA4:
		return dst, true
	case MD5, SHA1, SHA256, JA3:
		return append(dst[:start], strings.ToLower(strings.TrimSpace(value))...), true
	}
	return append(dst[:start], keyText(t, dst[start:])...), true
}

// LookupValue appends to dst the entries that name a value in the form of
// AppendValue as what it is, the most specific first: unlike Lookup, it leaves
// out those of a URL's host, a mailbox's domain and an endpoint's address, for
// who looks those up as well. Nothing is overruled less for that: all of them
// are less specific than what names the value itself.
func (x *Index) LookupValue(dst []ID, t Type, normal []byte) []ID {
	if !x.holds(t) && (t != Address || !x.holds(Network)) {
		return dst
	}
	switch t {
	case Domain:
		return x.probeName(dst, normal)
	case URL:
		host := bytes.IndexByte(normal, '/')
		if host < 0 {
			return dst
		}
		return x.pages(dst, normal, host)
	case Address:
		a, err := netip.ParseAddr(string(normal))
		if err != nil {
			return dst
		}
		return x.LookupAddress(dst, a)
	}
	key, refused := appendKey(nil, t, string(normal))
	if refused != "" {
		return dst
	}
	return x.keyed(dst, t, key)
}

// holds reports whether the index may have entries of type t.
func (x *Index) holds(t Type) bool {
	base, over := x.cores()
	return base.sets.types>>t&1 != 0 || over != nil && over.sets.types>>t&1 != 0
}

// pages appends the entries of a URL that name it or a folder above it.
func (x *Index) pages(dst []ID, url []byte, host int) []ID {
	base, over := x.cores()
	mark := base.key.Bytes(uint8(hostMark), url[:host])
	_, known := base.find(hostMark, url[:host], mark)
	if !known && over != nil {
		_, known = over.find(hostMark, url[:host], mark)
	}
	if known {
		eachURL(url, host, func(key []byte) { dst = x.keyed(dst, URL, key) })
	}
	return dst
}
