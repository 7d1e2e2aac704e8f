// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/intel"
)

// maxURL is the longest URL taken, in bytes; an index takes no longer one.
const maxURL = 4095

// Canonical returns i with its value in the one form in which equal values are
// equal bytes, and why it cannot be matched, "" when it can. Domains are as
// intel.Normalise gives them, addresses as RFC 5952 §4 writes them, networks
// with their host bits cleared (one of a single address becomes an Address),
// hashes and fingerprints in lower case, mailboxes in lower case. Of a URL the
// scheme and the host are lowered and the fragment is cut; the scheme stays,
// since exports need it.
func Canonical(i intel.Indicator) (intel.Indicator, intel.Reason) {
	var why intel.Reason
	switch i.Type {
	case intel.Domain:
		i.Value, why = domain(i.Value)
	case intel.Address, intel.Network:
		i.Type, i.Value, why = address(i.Value)
	case intel.Endpoint:
		i.Value, why = endpoint(i.Value)
	case intel.URL:
		i.Value, why = webAddress(i.Value)
	case intel.MD5, intel.JA3:
		i.Value, why = digest(i.Value, 32)
	case intel.SHA1:
		i.Value, why = digest(i.Value, 40)
	case intel.SHA256:
		i.Value, why = digest(i.Value, 64)
	case intel.Email:
		i.Value, why = mailbox(i.Value)
	case intel.JA4:
		i.Value = strings.ToLower(i.Value)
		if !ja4(i.Value) {
			why = BadValue
		}
	default:
		why = unfit(unmatched, "other")
	}
	if i.Type != intel.Domain {
		i.Scope = intel.WithSubdomains
	}
	i.From, i.Until = i.From.UTC(), i.Until.UTC()
	return i, why
}

func domain(v string) (string, intel.Reason) {
	v = strings.TrimPrefix(v, "*.") // a name and those below it, as lists write it
	if strings.Contains(v, "*") {
		return v, intel.Wildcard
	}
	return intel.Judge(v)
}

// address reads an address or a network.
func address(v string) (intel.Type, string, intel.Reason) {
	if !strings.Contains(v, "/") {
		a, err := netip.ParseAddr(v)
		if err != nil || a.Zone() != "" {
			return intel.Address, v, BadValue
		}
		return intel.Address, a.Unmap().String(), ""
	}
	p, err := netip.ParsePrefix(v)
	switch {
	case err != nil || p.Addr().Is4In6():
		return intel.Network, v, BadValue
	case p.Bits() == 0:
		return intel.Network, v, TooWide
	case p.IsSingleIP():
		return intel.Address, p.Addr().String(), ""
	}
	return intel.Network, p.Masked().String(), ""
}

func endpoint(v string) (string, intel.Reason) {
	p, err := netip.ParseAddrPort(v)
	if err != nil || p.Port() == 0 || p.Addr().Zone() != "" {
		return v, BadValue
	}
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port()).String(), ""
}

func digest(v string, size int) (string, intel.Reason) {
	if len(v) != size || !hexadecimal(v) {
		return v, BadValue
	}
	return strings.ToLower(v), ""
}

func hexadecimal(v string) bool {
	for i := range len(v) {
		if c := v[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// mailbox takes what RFC 5321 §4.1.2 calls a Dot-string before the @, in UTF-8
// (RFC 6531 §3.3). Mail systems ignore its case, whatever the standard allows.
func mailbox(v string) (string, intel.Reason) {
	v = strings.TrimSuffix(strings.TrimPrefix(v, "<"), ">")
	at := strings.LastIndexByte(v, '@')
	if at <= 0 || !utf8.ValidString(v[:at]) {
		return v, BadValue
	}
	local := strings.ToLower(v[:at]) // which may be longer
	if len(local) > 64 {
		return v, BadValue
	}
	for i := range at {
		if c := v[i]; c <= ' ' || c == 0x7f || strings.IndexByte("\"(),:;<>@[\\]", c) >= 0 {
			return v, BadValue
		}
	}
	host := intel.Normalise(v[at+1:])
	if _, why := intel.Judge(host); why == intel.BadName {
		return v, BadValue
	}
	return local + "@" + host, ""
}

// ja4 tells a JA4 fingerprint: transport, version, SNI, counts, ALPN, and two
// cut hashes (FoxIO, "JA4: TLS Client Fingerprinting", 2023).
func ja4(v string) bool {
	if len(v) != 36 || v[10] != '_' || v[23] != '_' || !strings.ContainsRune("tqd", rune(v[0])) || v[3] != 'd' && v[3] != 'i' {
		return false
	}
	for i := 1; i < 10; i++ {
		if c := v[i]; (c < '0' || c > '9') && (i < 8 && i > 3 || c < 'a' || c > 'z') {
			return false
		}
	}
	return hexadecimal(v[11:23]) && hexadecimal(v[24:])
}

// withoutScheme cuts "http://" and its like.
func withoutScheme(v string) string {
	if n := schemeEnd(v); n > 0 {
		return v[n:]
	}
	return v
}

// schemeEnd is where a URL goes on after its scheme (RFC 3986 §3.1), 0 when it
// has none.
func schemeEnd(v string) int {
	n := strings.Index(v, "://")
	if n <= 0 {
		return 0
	}
	for i := range n {
		c := v[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || (v[i] < '0' || v[i] > '9') && v[i] != '+' && v[i] != '-' && v[i] != '.') {
			return 0
		}
	}
	return n + 3
}

// webAddress reads a URL with or without its scheme.
func webAddress(v string) (string, intel.Reason) {
	if len(v) > maxURL {
		return v, intel.TooLong
	}
	if strings.ContainsAny(v, " \"<>") || !utf8.ValidString(v) || printable(v) != v {
		return v, BadValue
	}
	v, _, _ = strings.Cut(v, "#")
	n := schemeEnd(v)
	if n == 0 && strings.HasPrefix(v, "//") {
		v = v[2:]
	}
	scheme, rest := strings.ToLower(v[:n]), v[n:]
	end := strings.IndexAny(rest, "/?\\")
	if end < 0 {
		end = len(rest)
	}
	user, host := "", rest[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, host = host[:at+1], host[at+1:]
	}
	host, ok := webHost(host)
	if !ok {
		return v, BadValue
	}
	return scheme + user + host + rest[end:], ""
}

// webHost returns a host with its port as it is compared.
func webHost(v string) (string, bool) {
	name, port := v, ""
	if at := strings.LastIndexByte(v, ':'); at >= 0 && !strings.HasSuffix(v, "]") {
		name, port = v[:at], v[at:]
		if len(port) < 2 || len(port) > 6 || !digits(port[1:]) {
			return v, false
		}
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		a, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		return "[" + a.String() + "]" + port, err == nil && a.Is6() && a.Zone() == ""
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return a.String() + port, a.Is4()
	}
	host, why := intel.Judge(name)
	return host + port, why != intel.BadName
}

func digits(v string) bool {
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return v != ""
}
