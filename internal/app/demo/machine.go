// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"net/netip"
)

// Machine is one computer. Address is unique in the province and lies in the
// unit's machine range, even where others see only a NAT address.
type Machine struct {
	Address netip.Addr
	Host    string // "syt-pc-014.vonggiang.test"
	Unit    string // code
	Threat  string // of the family it is infected with; empty when clean
}

const (
	firstServer  = 5  // host part of a unit's first server
	firstMachine = 11 // of its first workstation; those between are left to routers, resolvers, printers
)

// addMachines gives each unit its machines; units of thirty or more have two
// servers among them.
func (p *Province) addMachines() {
	for i := range p.Units {
		u := &p.Units[i]
		servers := 0
		if u.machines >= 30 {
			servers = 2
		}
		for n := range u.machines {
			kind, at, no := "pc", firstMachine+n-servers, n-servers+1
			if n < servers {
				kind, at, no = "srv", firstServer+n, n+1
			}
			if at >= 53 && kind == "pc" {
				at += 40 // past the resolver and the proxy
			}
			p.Machines = append(p.Machines, Machine{Address: addr(u.net, at), Unit: u.Code,
				Host: fmt.Sprintf("%s-%s-%03d.vonggiang.test", slug(u.ShortName), kind, no)})
		}
	}
}

// machinesOf are the places in Machines of a unit's machines.
func (p *Province) machinesOf(code string) (first, count int) {
	first = -1
	for i, m := range p.Machines {
		if m.Unit != code {
			continue
		}
		if first < 0 {
			first = i
		}
		count++
	}
	return first, count
}
