// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package demo is a fictitious province and the life in it, for `vonggac demo`:
// units with history, an address plan, 1,200 machines, people, lists of
// indicators, and DNS logs with planted infections, all made from one seed and
// the time alone, so that the same moment always has the same lines.
//
// It owns no store and asks nothing of any network. Nothing in it exists:
// domains end in names reserved by RFC 2606 and RFC 6761, public addresses lie
// in documentation space (RFC 5737, RFC 3849), telephones begin with 0000.
//
// New makes the province, NewTraffic its logs, and Run brings both to a Centre
// and keeps them flowing.
package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"net/netip"

	"go.yaml.in/yaml/v3"
)

// DefaultSeed is the seed of the province that `vonggac demo` shows.
const DefaultSeed = 2026

// Province is everything that does not change with time. It is read-only after
// New and safe for concurrent use.
type Province struct {
	Seed       uint64
	Name       string // "Vọng Giang"
	Domain     string // under which its bodies have their sites
	Units      []Unit // parents before children; the first runs the centre
	Machines   []Machine
	People     []Person
	Sources    []Source
	Families   []Family
	Lists      []List
	Infections []Infection
	Benign     []string // names ordinary machines ask for, the most wanted first
	LookAlikes []string // names close to listed ones that must never hit
}

// script is province.yaml.
type script struct {
	Name   string
	Domain string
	Units  []unitScript
	Names  struct{ Family, Middle, Given []string }
	Places placeScript
	People []personScript
	Benign []string
}

//go:embed province.yaml
var provinceYAML []byte

// New makes the province of a seed. The seed decides who people are, which
// machines are infected and which names the lists hold; counts, units and the
// address plan are the same for all seeds.
func New(seed uint64) *Province { return made(seed, 0) }

// Sized makes the province of a seed with as many living units: what New makes,
// and more communes, wards and firms. It fails outside LeastUnits to MostUnits.
func Sized(seed uint64, units int) (*Province, error) {
	if units < LeastUnits || units > MostUnits {
		return nil, fmt.Errorf("the province has %d to %d units, not %d", LeastUnits, MostUnits, units)
	}
	return made(seed, units-LeastUnits), nil
}

func made(seed uint64, more int) *Province {
	var s script
	d := yaml.NewDecoder(bytes.NewReader(provinceYAML))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		panic(fmt.Sprintf("demo: province.yaml: %v", err)) // embedded: a bug found by any test
	}
	s.moreUnits(more)
	p := &Province{Seed: seed, Name: s.Name, Domain: s.Domain, Benign: s.Benign}
	p.addUnits(s)
	p.addMachines()
	p.addPeople(s)
	p.addSources()
	p.addThreats()
	p.addInfections()
	return p
}

// Unit gives the unit of a code; a code that is not the province's panics.
func (p *Province) Unit(code string) *Unit {
	for i := range p.Units {
		if p.Units[i].Code == code {
			return &p.Units[i]
		}
	}
	panic("demo: no unit " + code)
}

// Living counts the units that exist today.
func (p *Province) Living() int {
	n := 0
	for _, u := range p.Units {
		if u.To.IsZero() {
			n++
		}
	}
	return n
}

// addr is an address n places into prefix.
func addr(prefix netip.Prefix, n int) netip.Addr {
	b := prefix.Masked().Addr().As4()
	b[3] += byte(n)
	return netip.AddrFrom4(b)
}
