// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"net/netip"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/intake/sighting"
)

// kinds are the kinds under which values of a type are remembered.
var kinds = map[intel.Type]sighting.Kind{
	intel.Domain: sighting.Domain, intel.Address: sighting.Address, intel.Endpoint: sighting.Endpoint, intel.URL: sighting.URL,
	intel.MD5: sighting.Hash, intel.SHA1: sighting.Hash, intel.SHA256: sighting.Hash, intel.Email: sighting.Email,
	intel.JA3: sighting.JA3, intel.JA4: sighting.JA4,
}

func kindOf(t intel.Type, caller bool) sighting.Kind {
	if caller {
		return sighting.Caller
	}
	return kinds[t]
}

// typeOf is the type of a value that is remembered.
func typeOf(k sighting.Kind, value string) intel.Type {
	switch k {
	case sighting.Address, sighting.Caller:
		return intel.Address
	case sighting.Hash:
		return map[int]intel.Type{32: intel.MD5, 40: intel.SHA1, 64: intel.SHA256}[len(value)]
	}
	for t, kind := range kinds {
		if kind == k {
			return t
		}
	}
	return intel.Domain
}

// roleOf is the part that a value had, as far as the memory tells.
func roleOf(k sighting.Kind) event.Role {
	switch k {
	case sighting.Caller:
		return event.Source
	case sighting.Domain:
		return event.Queried
	case sighting.URL:
		return event.Requested
	case sighting.Hash:
		return event.Carried
	case sighting.Email:
		return event.Addressed
	case sighting.JA3, sighting.JA4:
		return event.Handshake
	}
	return event.Destination
}

// asksFor asks for one value and nothing else.
func asksFor(t intel.Type, value string) []sighting.Ask {
	out := []sighting.Ask{{Kind: kinds[t], Value: value}}
	if t == intel.Address {
		out = append(out, sighting.Ask{Kind: sighting.Caller, Value: value})
	}
	return out
}

// asksOf asks for all that an entry of a list may name.
func asksOf(m intel.Match) []sighting.Ask {
	switch m.Type {
	case intel.Domain:
		return []sighting.Ask{{Kind: sighting.Domain, Value: m.Indicator, Below: m.Scope == intel.WithSubdomains}}
	case intel.URL: // with any query, and the pages of a folder: Index says which count
		return []sighting.Ask{{Kind: sighting.URL, Value: m.Indicator, Below: true}}
	case intel.Network:
		p, err := netip.ParsePrefix(m.Indicator)
		if err != nil {
			return nil
		}
		return asksIn(p)
	}
	return asksFor(m.Type, m.Indicator)
}

// asksIn asks for the addresses of a network, by the whole octets it is made of.
func asksIn(p netip.Prefix) []sighting.Ask {
	bits := (p.Bits() + 7) / 8 * 8
	var out []sighting.Ask
	octets := p.Masked().Addr().AsSlice()
	for n := range 1 << (bits - p.Bits()) {
		one := append([]byte(nil), octets...)
		if bits > p.Bits() {
			one[bits/8-1] |= byte(n)
		}
		a, _ := netip.AddrFromSlice(one)
		value, below := a.String(), false
		if bits < a.BitLen() {
			value, below = netip.PrefixFrom(a, bits).String(), true
		}
		out = append(out, sighting.Ask{Kind: sighting.Address, Value: value, Below: below}, sighting.Ask{Kind: sighting.Caller, Value: value, Below: below})
	}
	return out
}

// typeOfText tells what is no name by its looks, and gives its normal form.
func typeOfText(s string) (intel.Type, string, bool) {
	for _, t := range [...]intel.Type{intel.Address, intel.Network, intel.Endpoint, intel.MD5, intel.SHA1, intel.SHA256, intel.JA4, intel.Email} {
		if value, ok := intel.AppendValue(nil, t, s); ok {
			return t, string(value), true
		}
	}
	return intel.Domain, "", false
}
