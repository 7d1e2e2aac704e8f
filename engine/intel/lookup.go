// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"runtime"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// Lookup appends to dst the entries that name a value of type t, written as
// people write it, the most specific first; Matches tells what they mean. A
// value that is none of its type has none. Beside the value itself count
//   - of a domain, its parents;
//   - of an address or a network, the networks around it;
//   - of an address and port, the address;
//   - of a URL, what appendURL says, and its host as a domain or an address;
//   - of a mailbox, its domain.
func (x *Index) Lookup(dst []ID, t Type, value string) []ID {
	switch t {
	case Domain:
		return x.probeName(dst, AppendNormal(nil, value))
	case URL:
		if url, host, ok := appendURL(nil, value); ok {
			return x.lookupURL(dst, url, host)
		}
		return dst
	}
	key, refused := appendKey(nil, t, value)
	if refused != "" {
		return dst
	}
	switch t {
	case Address:
		a, _ := netip.AddrFromSlice(key)
		return x.LookupAddress(dst, a)
	case Network:
		return x.networks(dst, key[:len(key)-1], int(key[len(key)-1]))
	case Endpoint:
		dst = x.keyed(dst, Endpoint, key)
		a, _ := netip.AddrFromSlice(key[:len(key)-2])
		return x.LookupAddress(dst, a)
	case Email:
		dst = x.keyed(dst, Email, key)
		return x.probeName(dst, key[bytes.IndexByte(key, '@')+1:])
	}
	return x.keyed(dst, t, key)
}

// LookupAddress appends to dst the entries that name an address or a network
// it is in, the most specific first. An IPv4 address in IPv6 form is the IPv4
// address; a zone is left out.
func (x *Index) LookupAddress(dst []ID, a netip.Addr) []ID {
	if !a.IsValid() {
		return dst
	}
	var room [16]byte
	key := appendAddress(room[:0], a)
	return x.networks(x.keyed(dst, Address, key), key, 8*len(key))
}

// LookupEndpoint appends to dst the entries that name a port of an address, the
// address, or a network it is in.
func (x *Index) LookupEndpoint(dst []ID, p netip.AddrPort) []ID {
	if !p.IsValid() {
		return dst
	}
	var room [18]byte
	key := binary.BigEndian.AppendUint16(appendAddress(room[:0], p.Addr()), p.Port())
	return x.LookupAddress(x.keyed(dst, Endpoint, key), p.Addr())
}

// networks appends the entries of networks of at most most bits around key.
func (x *Index) networks(dst []ID, key []byte, most int) []ID {
	base, over := x.cores()
	s := base.sets
	if over != nil {
		s.add(over.sets)
	}
	present := s.v6
	if len(key) == 4 {
		present = [3]uint64{s.v4}
	}
	var room [17]byte
	net := append(room[:0], key...)
	for i := len(present) - 1; i >= 0; i-- {
		for p := present[i]; p != 0; {
			n := 63 - bits.LeadingZeros64(p)
			p &^= 1 << n
			if n += 64 * i; n > most {
				continue
			}
			// Networks come from long to short, so that bits only ever fall away.
			net = net[:len(key)]
			if n < 8*len(key) {
				net[n/8] &= 0xff << (8 - n%8)
				clear(net[n/8+1:])
			}
			dst = x.keyed(dst, Network, append(net, byte(n)))
		}
	}
	return dst
}

func (x *Index) lookupURL(dst []ID, url []byte, host int) []ID {
	dst = x.pages(dst, url, host)
	name := bareHost(url[:host])
	if a, err := netip.ParseAddr(string(bytes.Trim(name, "[]"))); err == nil {
		if p, err := netip.ParseAddrPort(string(url[:host])); err == nil {
			return x.LookupEndpoint(dst, p)
		}
		return x.LookupAddress(dst, a)
	}
	return x.probeName(dst, name)
}

// probeName asks for a normalised name and its parents.
func (x *Index) probeName(dst []ID, normal []byte) []ID {
	var suffixes [32]suffix.Suffix
	return x.Probe(dst, normal, x.Seed().Of(suffixes[:0], normal))
}

// keyed appends the entries of one key.
func (x *Index) keyed(dst []ID, t Type, key []byte) []ID {
	defer runtime.KeepAlive(x)
	base, over := x.cores()
	if base.sets.types>>t&1 == 0 && (over == nil || over.sets.types>>t&1 == 0) {
		return dst
	}
	h := hashKey(&base.key, t, key)
	if base.passes(h) {
		dst = x.left(base.entriesOf(dst, t, key, h, false, 0), len(dst))
	}
	if over != nil && over.passes(h) {
		dst = over.entriesOf(dst, t, key, h, false, x.from)
	}
	return dst
}

// probePatched is Probe where there are changes since the table was built.
func (x *Index) probePatched(dst []ID, name []byte, suffixes []suffix.Suffix) []ID {
	base, over := x.cores()
	for i := len(suffixes) - 1; i >= 0; i-- {
		s := suffixes[i]
		key, parent := name[s.At:], i < len(suffixes)-1
		if base.passes(s.Hash) {
			dst = x.left(base.entriesOf(dst, Domain, key, s.Hash, parent, 0), len(dst))
		}
		if over != nil && over.passes(s.Hash) {
			dst = over.entriesOf(dst, Domain, key, s.Hash, parent, x.from)
		}
	}
	return dst
}

// left drops the entries of dst from start that were taken back.
func (x *Index) left(dst []ID, start int) []ID {
	if len(x.gone) == 0 {
		return dst
	}
	kept := dst[:start]
	for _, id := range dst[start:] {
		if _, gone := x.gone[id]; !gone {
			kept = append(kept, id)
		}
	}
	return kept
}

// hashKey is the hash a key is filed under: of a domain, that of the whole
// name among its suffixes.
func hashKey(seed *suffix.Seed, t Type, key []byte) uint64 {
	if t != Domain {
		return seed.Bytes(uint8(t), key)
	}
	var all [32]suffix.Suffix
	s := seed.Of(all[:0], key)
	return s[len(s)-1].Hash
}
