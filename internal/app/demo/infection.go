// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"time"
)

// Infection is one machine that asks for a family's names again and again.
type Infection struct {
	Machine Machine
	Family  string // id
	Period  time.Duration
	Jitter  time.Duration // at most, to both sides; under half of Period
	Style   Style
	Office  bool // asks in office hours only: the machine is switched off after
	Proxied bool // asks through the province's proxy
}

// Style is how a machine writes the names it asks for.
type Style uint8

// The styles.
const (
	Exact     Style = iota // the listed name
	WWW                    // the name, and www. before it, by turns
	MixedCase              // random case, as resolvers that use it against spoofing
	Deep                   // random labels below the name
)

// plan says where infections are; the seed chooses the machine in the unit.
var plan = []struct {
	unit    string
	count   int
	family  string
	period  time.Duration
	jitter  time.Duration
	style   Style
	office  bool
	proxied bool
}{
	{unit: "GD06", count: 1, family: "A", period: time.Minute, jitter: 2 * time.Second},                              // own resolver, then the centre's
	{unit: "GD05", count: 1, family: "B", period: 5 * time.Minute, jitter: 20 * time.Second, style: MixedCase},       //
	{unit: "GD08", count: 2, family: "C", period: 2 * time.Minute, jitter: 10 * time.Second},                         //
	{unit: "GD08", count: 1, family: "C", period: 2 * time.Minute, jitter: 10 * time.Second, office: true},           //
	{unit: "GD09", count: 1, family: "D", period: 90 * time.Second, jitter: 40 * time.Second, style: Deep},           //
	{unit: "GD19", count: 1, family: "A", period: 3 * time.Minute, jitter: 5 * time.Second, style: WWW},              // a commune's dnsmasq
	{unit: "GD21", count: 1, family: "B", period: 4 * time.Minute, jitter: 15 * time.Second},                         // behind NAT
	{unit: "GD36", count: 1, family: "C", period: 10 * time.Minute, jitter: time.Minute},                             // behind a public NAT
	{unit: "GD16", count: 1, family: "B", period: 5 * time.Minute, jitter: 10 * time.Second, style: WWW},             // Unbound
	{unit: "GD34", count: 1, family: "D", period: 200 * time.Second, jitter: time.Minute, style: Deep, office: true}, //
	{unit: "GD07", count: 1, family: "E", period: 400 * time.Second, jitter: 30 * time.Second},                       // names with accents
	{unit: "GD02", count: 1, family: "A", period: 450 * time.Second, jitter: 30 * time.Second, proxied: true},        // by the proxy
	{unit: "GD15", count: 1, family: "A", period: time.Hour, jitter: 5 * time.Minute, style: MixedCase},              // slow
}

// addInfections marks the infected machines.
func (p *Province) addInfections() {
	taken := map[int]bool{}
	for i, w := range plan {
		r := p.random("infection", i)
		first, count := p.machinesOf(w.unit)
		for range w.count {
			at := first + r.IntN(count)
			for taken[at] {
				at = first + (at-first+1)%count
			}
			taken[at] = true
			m := &p.Machines[at]
			m.Threat = p.Family(w.family).Threat
			p.Infections = append(p.Infections, Infection{Machine: *m, Family: w.family, Period: w.period, Jitter: w.jitter,
				Style: w.style, Office: w.office, Proxied: w.proxied})
		}
	}
}

// InfectedIn gives the first infection of a unit; a unit without any panics.
func (p *Province) InfectedIn(code string) Infection {
	for _, x := range p.Infections {
		if x.Machine.Unit == code {
			return x
		}
	}
	panic("demo: nothing is infected in " + code)
}
