// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// infoblox reads the syslog of Infoblox NIOS (Administrator Guide, "Capturing
// DNS queries and responses"): BIND's query lines and, beside or instead of
// them, lines that hold question and response:
//
//	client 10.0.0.5#40432: UDP: query: name IN A response: NOERROR A name. 300 IN A 192.0.2.1;
//
// and the lines of its DHCP server, which are other events.
type infoblox struct{ bind bind9 }

func newInfoblox(opt Options) Reader { return textGuard(&infoblox{bind9{clock: newClock(opt)}}, opt) }

func (r *infoblox) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	h := r.bind.clock.head(s)
	if h.bad {
		return into, reject(BadTime)
	}
	if isDHCP(h) {
		return into, skip(OtherEvent)
	}
	return r.bind.message(h, true, into)
}

func isDHCP(h head) bool {
	return h.tag == "dhcpd" || h.tag == "dhcpdv6" || strings.HasPrefix(h.rest, "DHCP") || strings.HasPrefix(h.rest, "BOOTREQUEST")
}
