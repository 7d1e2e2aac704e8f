// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// pfsense reads the filterlog lines of pfSense and OPNsense, comma-separated
// after a syslog prefix of either RFC or bare (Netgate documentation, "Raw
// Filter Log Format").
type pfsense struct{ clock clock }

func newPfsense(opt Options) ActivityReader {
	return activityTextGuard(&pfsense{newClock(opt)}, opt)
}

func (r *pfsense) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	h := r.clock.head(s)
	if h.tag != "" && h.tag != "filterlog" {
		return into, reject(NotFormat)
	}
	f := strings.Split(strings.TrimSpace(h.rest), ",")
	if len(f) < 9 || !isPfAction(f[6]) || f[7] != "in" && f[7] != "out" {
		return into, reject(NotFormat)
	}
	if h.bad {
		return into, reject(BadTime)
	}
	// rule, sub-rule, anchor, tracker, interface, reason, action, direction,
	// version; then 4: tos, ecn, ttl, id, offset, flags, protocol number and
	// name; 6: class, flow, hop limit, protocol name and number; then length,
	// source, destination, and the ports of TCP and UDP.
	proto, length := 16, 17
	switch f[8] {
	case "4":
	case "6":
		proto, length = 12, 14
	default:
		return into, skip(OtherEvent)
	}
	if len(f) < length+3 {
		return into, reject(MissField)
	}
	d := draft{clock: &r.clock}
	d.a.Time, d.a.Class = h.at, event.NetworkActivity
	switch f[6] {
	case "pass":
		d.a.Action = event.Allowed
	case "block", "reject":
		d.a.Action = event.Blocked
	}
	d.take(IsProtocol, f[proto])
	d.take(IsSrc, f[length+1])
	d.take(IsDst, f[length+2])
	switch d.a.Protocol {
	case "tcp", "udp":
		if len(f) < length+5 {
			return into, reject(MissField)
		}
		d.take(IsSrcPort, f[length+3])
		d.take(IsDstPort, f[length+4])
	}
	d.take(IsSent, f[length])
	return d.finish(into)
}

func isPfAction(s string) bool {
	switch s {
	case "pass", "block", "reject", "match", "nat", "rdr", "binat", "scrub", "unkn(11)":
		return true
	}
	return false
}
