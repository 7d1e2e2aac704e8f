// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Unit is one body of the province. Code names it within this package.
type Unit struct {
	Code            string // "GD06"; GD for giả định
	Kind            string // id of a kind of the rule packs
	Name, ShortName string
	Parent          string       // code; empty for the first unit
	Head            unit.Contact // zero: the post is empty
	SecurityContact unit.Contact
	Hotline         string
	Address         string
	Note            string
	Aliases         []string
	From, To        calendar.Date // first and last day; zero is open
	Successors      []string      // codes of who took over when it ended
	Ranges          []Range

	net      netip.Prefix // of its machines; invalid without
	machines int
}

// Range is one prefix of the address plan and what stands behind it.
type Range struct {
	Prefix netip.Prefix
	Kind   unit.AddressKind
}

// unitScript is a unit as province.yaml writes it.
type unitScript struct {
	Code, Kind, Name, Short, Head, Site, Parent string
	Net                                         string
	Machines                                    int
	Resolver, Proxy, NAT, Public                []string
	Aliases, Successors                         []string
	From, To                                    string
}

// addUnits reads the units of s and gives each its people and telephones.
func (p *Province) addUnits(s script) {
	for i, w := range s.Units {
		r := p.random("unit", i)
		u := Unit{Code: w.Code, Kind: w.Kind, Name: w.Name, ShortName: w.Short, Parent: w.Parent, Aliases: w.Aliases,
			From: day(w.From), To: day(w.To), Successors: w.Successors, machines: w.Machines}
		if i > 0 && u.Parent == "" {
			u.Parent = s.Units[0].Code
		}
		if rest, ok := strings.CutPrefix(u.Name, "Ủy ban nhân dân "); ok {
			u.Aliases = append(u.Aliases, "UBND "+rest)
		}
		host := w.Site + "." + s.Domain
		if w.Head != "" {
			u.Head = unit.Contact{Name: s.person(r), Title: w.Head, Phone: telephone(i, 1), Email: "lanhdao@" + host}
		}
		u.SecurityContact = unit.Contact{Name: s.person(r), Title: "Đầu mối an ninh mạng", Phone: telephone(i, 2), Email: "anm@" + host}
		u.Hotline = telephone(i, 0)
		u.Address = fmt.Sprintf("Số %d, đường Giả Định, tỉnh %s", 2*i+1, s.Name)
		u.Note = "Đơn vị giả định của bản dùng thử"
		u.Ranges = w.ranges(&u)
		p.Units = append(p.Units, u)
	}
}

// ranges reads the address plan of u; the range of machines stands first.
func (w unitScript) ranges(u *Unit) []Range {
	var list []Range
	add := func(kind unit.AddressKind, texts ...string) {
		for _, t := range texts {
			list = append(list, Range{netip.MustParsePrefix(t), kind})
		}
	}
	if w.Net != "" {
		u.net = netip.MustParsePrefix(w.Net)
		add(unit.Machine, w.Net)
	}
	add(unit.Resolver, w.Resolver...)
	add(unit.Proxy, w.Proxy...)
	add(unit.NAT, w.NAT...)
	add(unit.NAT, w.Public...)
	return list
}

// behind is the address under which others see the unit's machines, and
// whether there is one.
func (u *Unit) behind() (netip.Addr, bool) {
	for _, r := range u.Ranges {
		if r.Kind == unit.NAT && u.Code != centreCode {
			return r.Prefix.Addr(), true
		}
	}
	return netip.Addr{}, false
}

// centreCode is the unit whose people and resolver watch over the rest.
const centreCode = "GD01"

// day reads a day of province.yaml; empty is no day.
func day(text string) calendar.Date {
	var d calendar.Date
	if err := d.UnmarshalText([]byte(text)); err != nil {
		panic("demo: " + err.Error())
	}
	return d
}

// telephone is a number that cannot be called: no area begins with 0000.
func telephone(unit, n int) string { return fmt.Sprintf("0000 %03d %03d", unit, n) }

// slug is text as a label of a name: ASCII letters and digits.
func slug(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, i18n.Fold(text))
}
