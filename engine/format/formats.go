// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

// All lists every format, the more particular before the more general: where
// two know the same lines equally well, Detect takes the earlier.
func All() []Format {
	return []Format{
		{"zeek", "Zeek dns.log (TSV, JSON)", newZeek},
		{"eve", "Suricata EVE JSON", newEve},
		{"dnstap", "dnstap (file, connection)", newDnstap},
		{"adguard", "AdGuard Home query log", newAdguard},
		{"windns-analytical", "Windows DNS Server analytical events (JSON)", newWindnsAnalytical},
		{"windns", "Windows DNS Server debug log", newWindns},
		{"bind9", "BIND 9 query log", newBind9},
		{"infoblox", "Infoblox NIOS query and response log", newInfoblox},
		{"dnsmasq", "dnsmasq and Pi-hole query log", newDnsmasq},
		{"unbound", "Unbound query and reply log", newUnbound},
		{"powerdns", "PowerDNS query log", newPowerdns},
		{"coredns", "CoreDNS log plugin", newCoredns},
	}
}

// Lookup gives the format of that name, as All lists it.
func Lookup(name string) (Format, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
