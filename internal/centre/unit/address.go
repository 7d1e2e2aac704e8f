// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"cmp"
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// RangeID names an address range. The zero value names none.
type RangeID string

// AddressKind says what stands behind an address (design.md §9.4): only a
// machine is ever called infected.
type AddressKind string

// The kinds of address.
const (
	Machine  AddressKind = "machine"
	NAT      AddressKind = "nat"
	Resolver AddressKind = "resolver" // and forwarders
	Proxy    AddressKind = "proxy"
)

// AddressKinds lists the kinds in the order they are shown.
func AddressKinds() []AddressKind { return []AddressKind{Machine, NAT, Resolver, Proxy} }

// Range is one prefix in a unit's hands for a span of days, both ends
// included, zero ends open. Kind says what stands behind its addresses.
type Range struct {
	ID        RangeID
	UnitID    ID
	Prefix    netip.Prefix // masked, never IPv4-mapped
	Kind      AddressKind
	ValidFrom calendar.Date
	ValidTo   calendar.Date
	Note      string
}

// parseAddressKind reads a kind as people write it; empty text is Machine.
func parseAddressKind(s string) (AddressKind, bool) {
	switch f := i18n.Fold(s); {
	case f == "":
		return Machine, true
	case containsWord(f, "nat", "pat", "cgnat", "modem", "router"):
		return NAT, true
	case containsWord(f, "dns", "resolver", "forwarder") || strings.Contains(f, "phan giai") || strings.Contains(f, "chuyen tiep"):
		return Resolver, true
	case containsWord(f, "proxy"):
		return Proxy, true
	case containsWord(f, "machine", "host", "may", "lan", "pc", "client"):
		return Machine, true
	}
	return "", false
}

func containsWord(s string, words ...string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '/' || r == ',' || r == '-' }),
		func(w string) bool { return slices.Contains(words, w) })
}

// maxPrefixes bounds what one interval may split into: the worst IPv4 interval
// needs 62 prefixes.
const maxPrefixes = 64

// ParseRange reads one piece of an address plan as people write it and returns
// the prefixes it covers, masked and sorted: "10.1.2.3", "10.1.2.0/24" (host
// bits dropped), "10.1.2.0/255.255.255.0", "10.1.2.*", "10.1.2.5-10.1.2.77",
// "10.1.2.5-77", "2001:db8::/48". On failure reason is the catalogue key of
// why.
func ParseRange(text string) (list []netip.Prefix, reason string) {
	s := strings.ReplaceAll(strings.TrimSpace(text), " ", "")
	s = strings.NewReplacer("–", "-", "—", "-", "−", "-", "÷", "-", "->", "-", "...", "-").Replace(s)
	switch {
	case strings.Contains(s, "*"):
		list = parseStars(s)
	case strings.Contains(s, "/"):
		list = parseMasked(s)
	case strings.Contains(s, "-"):
		list = parseInterval(s)
	default:
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
			a = a.Unmap()
			list = []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}
		}
	}
	if len(list) == 0 {
		return nil, "unit.err.range"
	}
	if len(list) > maxPrefixes {
		return nil, "unit.err.range_many"
	}
	for _, p := range list {
		if reason := refuse(p); reason != "" {
			return nil, reason
		}
	}
	return list, ""
}

// refuse says why p can be nobody's range: too wide to be one body's, or no
// address of a machine on a network.
func refuse(p netip.Prefix) string {
	a := p.Addr()
	switch {
	case a.Is4() && p.Bits() < 8, a.Is6() && p.Bits() < 16:
		return "unit.err.range_wide"
	case a.IsLoopback(), a.IsMulticast(), a.IsUnspecified():
		return "unit.err.range_special"
	}
	return ""
}

func parseMasked(s string) []netip.Prefix {
	addr, mask, _ := strings.Cut(s, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" {
		return nil
	}
	bits, err := strconv.Atoi(mask)
	if err != nil {
		if bits = dottedMask(mask); bits < 0 {
			return nil
		}
	}
	if a.Is4In6() {
		a, bits = a.Unmap(), bits-96
	}
	p := netip.PrefixFrom(a, bits).Masked()
	if !p.IsValid() {
		return nil
	}
	return []netip.Prefix{p}
}

// dottedMask is the length of a mask like 255.255.252.0, or -1.
func dottedMask(s string) int {
	m, err := netip.ParseAddr(s)
	if err != nil || !m.Is4() {
		return -1
	}
	bits := 0
	for a := m; bits < 32 && hasBit(a, bits); bits++ {
	}
	if netip.PrefixFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), bits).Masked().Addr() != m {
		return -1
	}
	return bits
}

func hasBit(a netip.Addr, i int) bool { b := a.AsSlice(); return b[i/8]>>(7-i%8)&1 == 1 }

func parseStars(s string) []netip.Prefix {
	parts := strings.Split(s, ".")
	n := slices.Index(parts, "*")
	if len(parts) != 4 || n < 1 {
		return nil
	}
	for i := n; i < 4; i++ {
		if parts[i] != "*" {
			return nil
		}
		parts[i] = "0"
	}
	a, err := netip.ParseAddr(strings.Join(parts, "."))
	if err != nil {
		return nil
	}
	return []netip.Prefix{netip.PrefixFrom(a, 8*n)}
}

func parseInterval(s string) []netip.Prefix {
	left, right, _ := strings.Cut(s, "-")
	lo, err := netip.ParseAddr(left)
	if err != nil || lo.Zone() != "" {
		return nil
	}
	if dot := strings.LastIndexByte(left, '.'); dot >= 0 && !strings.ContainsAny(right, ".:") {
		right = left[:dot+1] + right // "10.1.2.5-77"
	}
	hi, err := netip.ParseAddr(right)
	if err != nil || hi.Zone() != "" {
		return nil
	}
	lo, hi = lo.Unmap(), hi.Unmap()
	if lo.BitLen() != hi.BitLen() || hi.Less(lo) {
		return nil
	}
	return split(lo, hi)
}

// split covers lo..hi exactly with as few prefixes as there can be; it stops
// one past maxPrefixes.
func split(lo, hi netip.Addr) []netip.Prefix {
	var list []netip.Prefix
	for len(list) <= maxPrefixes {
		bits := lo.BitLen()
		for bits > 0 {
			wider := netip.PrefixFrom(lo, bits-1)
			if wider.Masked().Addr() != lo || hi.Less(last(wider)) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(lo, bits)
		list = append(list, p)
		end := last(p)
		if end == hi {
			break
		}
		lo = end.Next()
	}
	return list
}

// last is the last address of p.
func last(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// ParseRanges reads a cell of an address plan: pieces parted by ; , or line
// ends, each as ParseRange takes it. It returns the prefixes, each once and
// sorted, or the first piece that is not right with the key of why.
func ParseRanges(text string) (list []netip.Prefix, bad, reason string) {
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(";,\n\r|", r) }) {
		if strings.TrimSpace(piece) == "" {
			continue
		}
		got, reason := ParseRange(piece)
		if reason != "" {
			return nil, strings.TrimSpace(piece), reason
		}
		list = append(list, got...)
	}
	slices.SortFunc(list, comparePrefix)
	return slices.Compact(list), "", ""
}

func comparePrefix(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}

var carrierNAT = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// shared reports whether many bodies may use p inside their own walls: RFC
// 1918, RFC 4193, RFC 6598 and link-local space.
func shared(p netip.Prefix) bool {
	a, z := p.Addr(), last(p)
	return a.IsPrivate() && z.IsPrivate() || a.IsLinkLocalUnicast() && z.IsLinkLocalUnicast() ||
		carrierNAT.Contains(a) && carrierNAT.Contains(z)
}

// overlaps reports whether two spans of days share a day.
func overlaps(aFrom, aTo, bFrom, bTo calendar.Date) bool {
	return fromMillis(aFrom) < untilMillis(bTo) && fromMillis(bFrom) < untilMillis(aTo)
}

// clash says why r cannot stand beside o, as a catalogue key; empty when it
// can. related tells whether the unit of one lies under the unit of the other.
func (r Range) clash(o Range, related func(a, b ID) bool) string {
	switch {
	case r.ID == o.ID && r.ID != "", r.Prefix != o.Prefix, !overlaps(r.ValidFrom, r.ValidTo, o.ValidFrom, o.ValidTo):
		return ""
	case r.UnitID == o.UnitID:
		return "unit.err.range_twice"
	case !shared(r.Prefix):
		return "unit.err.range_taken"
	case related(r.UnitID, o.UnitID):
		return "unit.err.range_related"
	}
	return ""
}

// keys are the bounds of p at rest, as db.AddrKey gives them, and its length
// as IPv6.
func keys(p netip.Prefix) (lo, hi string, bits int) {
	return db.AddrKey(p.Addr()), db.AddrKey(last(p)), p.Bits() + 128 - p.Addr().BitLen()
}

// bucket is the leading hexadecimal digits of whole bytes that all addresses
// of p share: 4 to 32 of them.
func bucket(p netip.Prefix) string {
	lo, _, bits := keys(p)
	return lo[:bits/8*2]
}

// prefixOf reads a prefix back from its lower bound and length at rest.
func prefixOf(lo string, bits int) netip.Prefix {
	b, err := hex.DecodeString(lo)
	if err != nil {
		return netip.Prefix{}
	}
	a, ok := netip.AddrFromSlice(b)
	if !ok {
		return netip.Prefix{}
	}
	if a = a.Unmap(); a.Is4() {
		bits -= 96
	}
	return netip.PrefixFrom(a, bits)
}
