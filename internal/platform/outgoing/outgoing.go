// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package outgoing guards the calls that this centre makes to addresses people
// gave it: none reaches the machine itself, an inner network or a cloud's
// metadata unless the administrator allowed that network. It knows no room and
// keeps no setting. Start at Control and Closed.
package outgoing

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// metadata are addresses at which clouds tell a machine about itself and that
// no rule for special addresses covers: AWS over IPv6, Azure, Alibaba, Oracle
// (from their instance metadata guides).
var metadata = []netip.Addr{netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("168.63.129.16"),
	netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("192.0.0.192")}

var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixTo4 = netip.MustParsePrefix("2002::/16")    // RFC 3056
	this   = netip.MustParsePrefix("0.0.0.0/8")    // RFC 791: this host on this network
	compat = netip.MustParsePrefix("::/96")        // RFC 4291 §2.5.5.1, withdrawn
)

// inner are networks that lie behind a router of somebody, besides those that
// netip calls private (RFC 1918, RFC 4193), and forms of address that hide one
// of them: whoever may subscribe must not look into them by way of the centre.
var inner = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"),  // RFC 6598, between a provider and its customers
	netip.MustParsePrefix("192.0.0.0/24"),   // RFC 6890
	netip.MustParsePrefix("198.18.0.0/15"),  // RFC 2544, test benches
	netip.MustParsePrefix("240.0.0.0/4"),    // RFC 1112, reserved
	netip.MustParsePrefix("64:ff9b:1::/48"), // RFC 8215, an inner translator
	netip.MustParsePrefix("2001::/32"),      // RFC 4380, Teredo
	netip.MustParsePrefix("fec0::/10"),      // RFC 3879, withdrawn
}

// bare is the IPv4 address that stands behind an IPv6 one, else addr itself.
func bare(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	raw := addr.As16()
	switch {
	case addr.Is4():
	case nat64.Contains(addr), compat.Contains(addr) && !addr.IsLoopback() && !addr.IsUnspecified():
		return netip.AddrFrom4([4]byte(raw[12:16]))
	case sixTo4.Contains(addr):
		return netip.AddrFrom4([4]byte(raw[2:6]))
	}
	return addr
}

// Within reports whether addr, or the IPv4 address that stands behind it, lies in
// one of list.
func Within(addr netip.Addr, list []netip.Prefix) bool {
	addr = bare(addr)
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// Closed reports whether addr is one the centre does not call unless its
// administrator allowed it: itself (own), loopback, private and other inner
// networks, link-local, multicast, the clouds' metadata.
func Closed(addr netip.Addr, own, allowed []netip.Prefix) bool {
	if Within(addr, allowed) {
		return false
	}
	a := bare(addr)
	return a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() || a.IsInterfaceLocalMulticast() || a.IsMulticast() ||
		a.IsUnspecified() || a.IsPrivate() || slices.ContainsFunc(inner, func(p netip.Prefix) bool { return p.Contains(a) }) || this.Contains(a) || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) || slices.Contains(metadata, a) || Within(a, own)
}

// ErrClosed is the refusal of the guard.
var ErrClosed = errors.New("address is closed to calls from the centre")

// Control is for net.Dialer: it looks at the address that is really connected
// to, so that a name that points elsewhere a moment later gains nothing, and
// fails with ErrClosed. own lists the addresses of this machine, see Own.
func Control(allowed []netip.Prefix, own func() []netip.Prefix) func(network, address string, c syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if Closed(at.Addr(), own(), allowed) {
			return ErrClosed
		}
		return nil
	}
}

// Own lists the addresses of this machine.
func Own() []netip.Prefix {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil // what cannot be listed is still covered by the rules for special addresses
	}
	var out []netip.Prefix
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			addr := p.Addr().Unmap()
			out = append(out, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	return out
}

// ParseNetworks reads addresses and prefixes parted by blanks, commas or lines,
// at most 50; false
// when something else is among them.
func ParseNetworks(text string) ([]netip.Prefix, bool) {
	var out []netip.Prefix
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) }) {
		n, err := netip.ParsePrefix(word)
		if err != nil {
			addr, err := netip.ParseAddr(word)
			if err != nil || addr.Zone() != "" {
				return nil, false
			}
			n = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
		}
		if n.Addr().Is4In6() {
			return nil, false
		}
		out = append(out, n.Masked())
	}
	return out, len(out) <= 50
}
