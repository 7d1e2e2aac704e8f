// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"net/netip"
	"strings"
)

// The first label of an address: what it is, which the rest follows from.
const (
	four    = "4" // and a label each octet, fewer of a network
	six     = "6"
	strange = "x" // and the value as it is, which is no address as netip writes it
)

// appendAddress appends the ordered form of an address or, so that it can be
// asked for with all below it, of a network of whole octets in CIDR form.
func appendAddress(dst []byte, value string) []byte {
	octets, n := octetsOf(value)
	if n < 0 {
		return appendEscaped(append(append(dst, strange...), below), value)
	}
	if len(octets) == 4 {
		dst = append(dst, four...)
	} else {
		dst = append(dst, six...)
	}
	for i := range n {
		dst = appendEscaped(append(dst, below), string(octets[i:i+1]))
	}
	return dst
}

// octetsOf gives the octets of an address and how many of them count, -1 when
// value is neither an address nor such a network in the form of package netip.
func octetsOf(value string) ([]byte, int) {
	if p, err := netip.ParsePrefix(value); err == nil {
		if b := p.Bits(); b%8 == 0 && b < p.Addr().BitLen() && p.Masked() == p && p.String() == value {
			return p.Addr().AsSlice(), b / 8
		}
		return nil, -1
	}
	a, err := netip.ParseAddr(value)
	if err != nil || a.Zone() != "" || a.String() != value {
		return nil, -1
	}
	return a.AsSlice(), a.BitLen() / 8
}

// addressOf is the value of which labels are the ordered form.
func addressOf(labels []string) (string, error) {
	full := map[string]int{four: 4, six: 16}[labels[0]]
	rest := labels[1:]
	switch {
	case labels[0] == strange && len(rest) == 1:
		return rest[0], nil
	case full == 0 || len(rest) > full:
		return "", errBroken
	}
	octets := make([]byte, full)
	for i, l := range rest {
		if len(l) != 1 {
			return "", errBroken
		}
		octets[i] = l[0]
	}
	a, _ := netip.AddrFromSlice(octets)
	if len(rest) < full {
		return netip.PrefixFrom(a, 8*len(rest)).String(), nil
	}
	return a.String(), nil
}

// folders cuts a URL into its host, the folders of its path, each with the "/"
// behind it, what is in the last one, and the query with its "?".
func folders(url string) []string {
	path, query, asked := strings.Cut(url, "?")
	out := strings.SplitAfter(path, "/")
	if n := len(out) - 1; out[n] == "" && n > 0 {
		out = out[:n]
	}
	if asked {
		out = append(out, "?"+query)
	}
	return out
}
