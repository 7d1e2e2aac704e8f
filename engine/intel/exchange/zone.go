// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// readRPZ reads the zone file of a response policy (draft-vixie-dnsop-dns-rpz,
// §3 and §4; BIND 9 Administrator Reference Manual, "Response Policy Zone
// Rewriting"). Policies that answer nothing (NXDOMAIN, NODATA, DROP, a null
// address) are blocks, PASSTHRU is an exception, anything else leads elsewhere
// and is refused. A name and its wildcard on two lines are one indicator.
func readRPZ(a *account, in source) error {
	z := zone{account: a}
	if err := a.lines(in, z.line); err != nil {
		return err
	}
	return z.flush()
}

type zone struct {
	*account
	origin string // with the dot at the end; empty while not known
	owner  string
	depth  int // parentheses open
	held   rule
}

// rule is a block or an exception whose other half may follow.
type rule struct {
	row
	name     string
	wildcard bool // "*.name"
	allow    bool
}

func (z *zone) line(no int64, text []byte) error {
	blank := len(text) > 0 && (text[0] == ' ' || text[0] == '\t')
	text, _, _ = bytes.Cut(text, []byte(";"))
	inside := z.depth > 0
	z.depth = max(0, z.depth+bytes.Count(text, []byte("("))-bytes.Count(text, []byte(")")))
	fields := strings.Fields(string(text))
	if inside || len(fields) == 0 {
		return nil
	}
	if fields[0][0] == '$' {
		if strings.EqualFold(fields[0], "$ORIGIN") && len(fields) > 1 {
			z.origin = strings.ToLower(fields[1])
		}
		z.pass("directive", 1)
		return nil
	}
	if !blank {
		z.owner, fields = fields[0], fields[1:]
	}
	for len(fields) > 1 && (digits(fields[0]) || classes[strings.ToUpper(fields[0])] || ttl(fields[0])) {
		fields = fields[1:]
	}
	if len(fields) == 0 {
		z.refuse(row{no: no, text: string(text)}, intel.Columns)
		return nil
	}
	return z.record(row{no: no, text: string(text)}, strings.ToUpper(fields[0]), fields[1:])
}

var classes = map[string]bool{"IN": true, "CH": true, "HS": true}

// ttl tells a time in BIND's units, such as 1h30m.
func ttl(s string) bool {
	return s[0] >= '0' && s[0] <= '9' && strings.Trim(strings.ToLower(s), "0123456789smhdw") == ""
}

func (z *zone) record(r row, kind string, data []string) error {
	switch kind {
	case "SOA":
		if strings.HasSuffix(z.owner, ".") {
			z.origin = strings.ToLower(z.owner)
		}
		fallthrough
	case "NS", "TXT", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "TYPE65534":
		z.pass("zone record", 1)
		return nil
	}
	if len(data) == 0 {
		z.refuse(r, intel.Columns)
		return nil
	}
	blocks, allow := policy(kind, data[0])
	if !blocks && !allow {
		z.refuse(r, Elsewhere)
		return nil
	}
	return z.rule(rule{row: r, name: z.relative(), allow: allow})
}

// policy tells what a record does to a query.
func policy(kind, data string) (blocks, allow bool) {
	switch kind {
	case "CNAME":
		switch strings.ToLower(data) {
		case ".", "*.", "rpz-drop.":
			return true, false
		case "rpz-passthru.":
			return false, true
		}
	case "A", "AAAA":
		return null(data), false
	}
	return false, false
}

// null tells an address that leads nowhere.
func null(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && (addr.IsUnspecified() || addr.IsLoopback())
}

// relative is the owner as a name of the policy, without the zone's own name.
func (z *zone) relative() string {
	name := strings.ToLower(z.owner)
	if rest, ok := strings.CutSuffix(name, "."+z.origin); ok && z.origin != "" && z.origin != "." {
		return rest
	}
	return strings.TrimSuffix(name, ".")
}

// rule takes a rule, together with its other half if that came just before.
func (z *zone) rule(u rule) error {
	u.name, u.wildcard = strings.CutPrefix(u.name, "*.")
	if h := z.held; h.no != 0 && h.name == u.name && h.allow == u.allow {
		if h.wildcard == u.wildcard {
			z.pass("policy said again", 1) // A and AAAA of one name
			return nil
		}
		z.held = rule{}
		z.pass("wildcard", 1)
		return z.name(h.row, u.name, intel.WithSubdomains, u.allow, false)
	}
	if err := z.flush(); err != nil {
		return err
	}
	if trigger := strings.LastIndexByte(u.name, '.'); strings.HasPrefix(u.name[trigger+1:], "rpz-") {
		return z.trigger(u, u.name[:max(0, trigger)], u.name[trigger+1:])
	}
	z.held = u
	return nil
}

// flush takes the rule whose other half did not come.
func (z *zone) flush() error {
	h := z.held
	z.held = rule{}
	if h.no == 0 {
		return nil
	}
	if h.wildcard {
		return z.name(h.row, h.name, intel.WithSubdomains, h.allow, true)
	}
	return z.name(h.row, h.name, intel.ExactOnly, h.allow, false)
}

func (z *zone) name(r row, name string, scope intel.Scope, allow, widened bool) error {
	return z.take(r, found{Indicator: intel.Indicator{Value: name, Scope: scope}, allow: allow, widened: widened})
}

// trigger takes a rule on something else than the name asked.
func (z *zone) trigger(u rule, what, kind string) error {
	if kind != "rpz-ip" {
		z.refuse(u.row, unfit(unmatched, kind))
		return nil
	}
	p, ok := fromTrigger(what)
	if !ok {
		z.refuse(u.row, BadValue)
		return nil
	}
	return z.take(u.row, found{Indicator: intel.Indicator{Type: intel.Network, Value: p.String()}, allow: u.allow})
}

// fromTrigger reads an address of an rpz-ip rule: the length of the prefix, then
// the parts of the address from the last to the first (draft §4.3).
func fromTrigger(s string) (netip.Prefix, bool) {
	parts := strings.Split(s, ".")
	bits, err := strconv.Atoi(parts[0])
	parts = parts[1:]
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	text := strings.Join(parts, ".")
	if len(parts) != 4 || strings.Contains(s, "zz") {
		text = ""
		for i, part := range parts {
			switch {
			case part != "zz" && i > 0 && parts[i-1] != "zz":
				text += ":" + part
			case part != "zz":
				text += part
			default:
				text += "::"
			}
		}
	}
	addr, aerr := netip.ParseAddr(text)
	p := netip.PrefixFrom(addr, bits)
	return p, err == nil && aerr == nil && p.IsValid()
}

// toTrigger is what fromTrigger reads.
func toTrigger(p netip.Prefix) string {
	s := strconv.Itoa(p.Bits())
	if p.Addr().Is4() {
		b := p.Addr().As4()
		for i := 3; i >= 0; i-- {
			s += "." + strconv.Itoa(int(b[i]))
		}
		return s
	}
	b := p.Addr().As16()
	for i := 14; i >= 0; i -= 2 {
		s += "." + strconv.FormatUint(uint64(b[i])<<8|uint64(b[i+1]), 16)
	}
	return s
}
