// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"net/netip"
	"strings"
)

// address reads an IP address, with or without brackets; an IPv6 zone is
// dropped (it names an interface of the logging host) and ::ffff:a.b.c.d is
// a.b.c.d.
func address(s string) (netip.Addr, bool) {
	if n := len(s); n > 2 && s[0] == '[' && s[n-1] == ']' {
		s = s[1 : n-1]
	}
	if i := strings.IndexByte(s, '%'); i > 0 {
		s = s[:i]
	}
	if len(s) < 2 || hexDigit(s[0]) > 15 && s[0] != ':' { // words, without the price of an error
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// hostPort reads the address of addr, addr#port (BIND), addr@port (Unbound),
// v4:port and [v6]:port. The port is not checked: logs hold odd ones.
func hostPort(s string) (netip.Addr, bool) {
	switch i := strings.IndexAny(s, "#@"); {
	case i >= 0:
		s = s[:i]
	case s != "" && s[0] == '[':
		if end := strings.IndexByte(s, ']'); end > 0 {
			s = s[:end+1]
		}
	default:
		if i := strings.IndexByte(s, ':'); i >= 0 && strings.IndexByte(s[i+1:], ':') < 0 {
			s = s[:i]
		}
	}
	return address(s)
}
