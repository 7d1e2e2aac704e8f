// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// mikrotik reads RouterOS: packets that firewall rules log, and log-ins
// (RouterOS documentation, "Log" and "Firewall", action log), with the topics
// before them:
//
//	firewall,info drop-in input: in:ether1 out:(unknown 0), proto TCP (SYN), 203.0.113.9:5->192.0.2.1:23, len 40
//	system,error,critical login failure for user admin from 203.0.113.9 via winbox
//
// Packets are read without topics too. The rule's word tells what was done
// where it holds a word for it.
type mikrotik struct{ clock clock }

func newMikrotik(opt Options) ActivityReader {
	return activityTextGuard(&mikrotik{newClock(opt)}, opt)
}

func (r *mikrotik) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	start, topics := topicsAt(s)
	if start < 0 {
		if start = strings.Index(s, " in:"); start < 0 || !isRouterPacket(s[start:]) {
			return into, reject(NotFormat)
		}
		start = 0
	}
	h := r.clock.head(s[:start] + "x")
	d := draft{clock: &r.clock}
	msg := s[start+len(topics):]
	if start == 0 && topics == "" {
		at := strings.Index(s, " in:")
		h = r.clock.head(s[:at])
		msg = lastWord(s[:at]) + s[at:]
	}
	switch {
	case isRouterPacket(msg):
		if !r.packet(&d, strings.TrimLeft(msg, " ")) {
			return into, reject(MissField)
		}
	case !r.login(&d, strings.TrimLeft(msg, " ")):
		return into, skip(OtherEvent)
	}
	return d.logged(h, into)
}

// topicsAt finds the word of topics, "firewall,info", of which one is a level.
func topicsAt(s string) (int, string) {
	for at := 0; at < min(len(s), maxHead); {
		if strings.HasPrefix(s[at:], bom) {
			at += len(bom)
		}
		end := strings.IndexByte(s[at:], ' ')
		if end < 0 {
			return -1, ""
		}
		word := strings.TrimSuffix(s[at:at+end], ":")
		if strings.IndexByte(word, ',') > 0 && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789,-") == "" {
			for topic := range strings.SplitSeq(word, ",") {
				switch topic {
				case "info", "warning", "error", "critical", "debug", "account":
					return at, s[at : at+end]
				}
			}
		}
		at += end + 1
	}
	return -1, ""
}

func isRouterPacket(s string) bool {
	return strings.Contains(s, "in:") && strings.Contains(s, " out:") && strings.Contains(s, "proto ") && strings.Contains(s, "->")
}

// packet reads "prefix chain: in:a out:b, ... proto TCP (SYN), A:1->B:2, len 40".
func (r *mikrotik) packet(d *draft, msg string) bool {
	d.a.Class = event.NetworkActivity
	rule, rest, ok := strings.Cut(msg, " in:")
	_, rest, ok2 := strings.Cut(rest, "proto ")
	proto, rest, ok3 := strings.Cut(rest, ", ")
	if !ok || !ok2 || !ok3 {
		return false
	}
	d.take(IsTitle, strings.TrimSuffix(rule, ":"))
	for word := range strings.FieldsFuncSeq(strings.ToLower(rule), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') }) {
		switch word {
		case "drop", "reject", "deny", "block", "tarpit":
			d.a.Action = event.Blocked
		case "accept", "allow":
			d.a.Action = event.Allowed
		}
	}
	d.take(IsProtocol, firstWord(strings.TrimRight(proto, ", ")))
	if i := strings.Index(rest, "->"); i >= 0 { // the ICMP type may stand between
		from := rest[strings.LastIndexByte(rest[:i], ' ')+1 : i]
		to, _, _ := strings.Cut(rest[i+2:], ",")
		ends := [...]struct {
			text     string
			is, port Meaning
		}{{from, IsSrc, IsSrcPort}, {firstWord(to), IsDst, IsDstPort}}
		for _, e := range ends {
			addr, port := cutPort(e.text)
			if !isAddress(addr) {
				return false
			}
			d.take(e.is, addr)
			d.take(e.port, port)
		}
	}
	if _, size, ok := cutLast(rest, ", len "); ok {
		d.take(IsSent, firstWord(size))
	}
	return true
}

// login reads "login failure for user a from b via c" and "user a logged in
// from b via c".
func (r *mikrotik) login(d *draft, msg string) bool {
	user, rest, ok := "", "", false
	d.a.Class = event.Authentication
	if user, ok = strings.CutPrefix(msg, "login failure for user "); ok {
		d.a.Status = event.Failure
		setText(&d.a.Title, "login failure")
		user, rest, ok = cutLast(user, " from ")
	} else if user, ok = strings.CutPrefix(msg, "user "); ok {
		d.a.Status = event.Success
		setText(&d.a.Title, "logged in")
		user, rest, ok = cutLast(user, " logged in from ")
	}
	if !ok {
		return false
	}
	addr, service, _ := strings.Cut(rest, " via ")
	setText(&d.a.User, user)
	setText(&d.a.Service, firstWord(service))
	if isAddress(addr) { // a console has none, a neighbour its hardware address
		d.take(IsSrc, addr)
	}
	return true
}
