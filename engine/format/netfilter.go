// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// netfilter reads packets that the Linux kernel logs: the LOG target of
// iptables and ip6tables, nftables' "log", ufw, Shorewall, and UniFi and EdgeOS
// gateways, which are built on it (iptables-extensions(8), LOG; kernel source,
// net/netfilter/nf_log_syslog.c). The word that the rule puts before the packet
// is the title, and tells what was done where it holds a word for it; the kernel
// itself does not say.
type netfilter struct{ clock clock }

func newNetfilter(opt Options) ActivityReader {
	return activityTextGuard(&netfilter{newClock(opt)}, opt)
}

func (r *netfilter) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	start := packetAt(s)
	if start < 0 {
		if r.clock.head(s).tag == "kernel" {
			return into, skip(OtherEvent)
		}
		return into, reject(NotFormat)
	}
	h := r.clock.head(s[:start] + "x")
	d := draft{clock: &r.clock}
	d.a.Class = event.NetworkActivity
	var src, dst, proto bool
	for word := range strings.FieldsSeq(s[start:]) {
		if word[0] == '[' && proto { // the packet that an ICMP error is about
			break
		}
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "SRC":
			src, d.badSrc = true, d.badSrc || !isAddress(value)
			d.take(IsSrc, value)
		case "DST":
			dst, d.badDst = true, d.badDst || !isAddress(value)
			d.take(IsDst, value)
		case "LEN":
			d.take(IsSent, value)
		case "PROTO":
			proto = true
			d.take(IsProtocol, value)
		case "SPT":
			d.take(IsSrcPort, value)
		case "DPT":
			d.take(IsDstPort, value)
		}
	}
	if !src || !dst || !proto {
		return into, reject(MissField)
	}
	rule := strings.TrimSuffix(h.rest, "x") // what stands in for the packet
	for h.tag == "" && !h.at.IsZero() {     // the host, which some write twice
		word, rest, ok := strings.Cut(rule, " ")
		if !ok || !isHost(word) {
			break
		}
		rule = rest
	}
	r.rule(&d, rule)
	return d.logged(h, into)
}

// packetAt tells where the packet begins: at "IN=", else at the word before
// " OUT=", which some write another way.
func packetAt(s string) int {
	out := strings.Index(s, " OUT=")
	if out < 0 || !strings.Contains(s[out:], " SRC=") || !strings.Contains(s[out:], " DST=") {
		return -1
	}
	start := strings.LastIndexByte(s[:out], ' ') + 1
	if in := strings.LastIndex(s[start:out], "IN="); in > 0 { // the rule's word may end without a space
		start += in
	}
	return start
}

// rule reads what the rule wrote before the packet, behind the kernel's clock.
func (r *netfilter) rule(d *draft, s string) {
	s = strings.Trim(s, " ")
	if _, rest, ok := strings.Cut(s, "DESCR=\""); ok { // UniFi names the rule and describes it
		if name, _, ok := strings.Cut(rest, "\""); ok {
			setText(&d.a.Title, name)
		}
	}
	if strings.HasPrefix(s, "[") {
		if inner, rest, ok := strings.Cut(s[1:], "]"); ok && strings.Trim(inner, " 0123456789.") == "" {
			s = strings.TrimLeft(rest, " ")
		}
	}
	setText(&d.a.Title, strings.Trim(s, "[]: "))
	words := strings.FieldsFunc(strings.ToUpper(s), func(c rune) bool { return c < '0' || c > '9' && c < 'A' || c > 'Z' })
	for _, word := range words {
		switch word {
		case "DROP", "DROPPED", "REJECT", "REJECTED", "BLOCK", "BLOCKED", "DENY", "DENIED", "D", "R":
			d.a.Action = event.Blocked
		case "ACCEPT", "ACCEPTED", "ALLOW", "ALLOWED", "PASS", "A":
			if d.a.Action == event.Unsaid {
				d.a.Action = event.Allowed
			}
		}
	}
}
