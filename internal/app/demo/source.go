// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"net/netip"
	"time"
)

// Source is one place logs come from.
type Source struct {
	ID     string // "bind"; names it within this package and in file names
	Name   string // as people call it
	Unit   string // code of its owner
	Format string // name in engine/format
	Server netip.Addr
	Note   string

	resolution time.Duration // of its times
	rate       float64       // queries a minute a machine at the busiest hour
}

// sourceOf names the source that first hears a unit's machines where it is not
// the central one.
var sourceOf = map[string]string{"GD06": "windns", "GD16": "unbound", "GD19": "dnsmasq-1", "GD20": "dnsmasq-2"}

const central = "bind"

// addSources makes the five sources. The centre's resolver belongs to the
// first unit, so that its log is read with the address plan of the whole
// province.
func (p *Province) addSources() {
	at := netip.MustParseAddr
	p.Sources = []Source{
		{ID: central, Name: "Máy phân giải DNS trung tâm", Unit: p.Units[0].Code, Format: "bind9", Server: at("10.10.1.53"),
			Note: "BIND 9, nhật ký truy vấn của toàn tỉnh", resolution: time.Millisecond, rate: 0.2},
		{ID: "windns", Name: "DNS nội bộ Sở Y tế", Unit: "GD06", Format: "windns", Server: at("10.10.6.53"),
			Note: "Windows DNS Server, chuyển tiếp lên trung tâm", resolution: time.Second, rate: 0.3},
		{ID: "unbound", Name: "DNS nội bộ Đài PTTH", Unit: "GD16", Format: "unbound", Server: at("10.10.16.53"),
			Note: "Unbound", resolution: time.Second, rate: 0.4},
		{ID: "dnsmasq-1", Name: "Bộ định tuyến xã Phiêng Lúa", Unit: "GD19", Format: "dnsmasq", Server: at("10.20.19.1"),
			Note: "dnsmasq", resolution: time.Second, rate: 0.8},
		{ID: "dnsmasq-2", Name: "Bộ định tuyến xã Đồng Sáo", Unit: "GD20", Format: "dnsmasq", Server: at("10.20.20.1"),
			Note: "dnsmasq", resolution: time.Second, rate: 0.8},
	}
}

// Source gives the source of an id; an id no source has panics.
func (p *Province) Source(id string) *Source {
	for i := range p.Sources {
		if p.Sources[i].ID == id {
			return &p.Sources[i]
		}
	}
	panic("demo: no source " + id)
}

// hop is one log that a machine's queries stand in, under which address.
type hop struct {
	source string
	client netip.Addr
	delay  time.Duration // after the first hop
}

// proxyAddress is where the province's proxy asks from.
var proxyAddress = netip.MustParseAddr("10.10.1.80")

// hops says which logs hear machine m, the nearest first.
func (p *Province) hops(m Machine, proxied bool) []hop {
	if proxied {
		return []hop{{source: central, client: proxyAddress}}
	}
	if near, ok := sourceOf[m.Unit]; ok {
		list := []hop{{source: near, client: m.Address}}
		if near == "windns" { // it forwards; the others ask the Internet themselves
			list = append(list, hop{source: central, client: p.Source(near).Server, delay: 15 * time.Millisecond})
		}
		return list
	}
	if nat, ok := p.Unit(m.Unit).behind(); ok {
		return []hop{{source: central, client: nat}}
	}
	return []hop{{source: central, client: m.Address}}
}
