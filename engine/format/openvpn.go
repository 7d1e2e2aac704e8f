// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// openvpn reads OpenVPN's server log, in a file or through syslog: who
// connected, whose key or password was taken, and what failed (OpenVPN
// reference manual; source, src/openvpn/ssl.c and ssl_verify.c).
type openvpn struct{ clock clock }

func newOpenVPN(opt Options) ActivityReader { return activityTextGuard(&openvpn{newClock(opt)}, opt) }

// vpnForms are what messages hold, and what that says of the log-in.
var vpnForms = [...]struct {
	text   string
	status event.Status
}{
	{"authentication succeeded", event.Success}, {"Authentication succeeded", event.Success}, {"Peer Connection Initiated with", event.Success},
	{"AUTH_FAILED", event.Failure}, {"TLS Auth Error", event.Failure}, {"TLS Error", event.Failure}, {"VERIFY ERROR", event.Failure},
	{"certificate verify failed", event.Failure}, {"verification failed", event.Failure},
}

func (r *openvpn) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	h := r.clock.program(s)
	if at, rest, state := r.clock.scan(s); state == goodTime { // in a file: a word of the message may look like a tag
		var d draft
		if _, ok := r.peer(&d, firstWord(rest)); ok {
			h = head{at: at, rest: strings.TrimLeft(rest, " ")}
		}
	}
	ours := strings.HasPrefix(h.tag, "openvpn") || strings.HasPrefix(h.tag, "ovpn-")
	if h.tag != "" && !ours {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	who, msg, _ := strings.Cut(h.rest, " ")
	user, ok := r.peer(&d, who)
	if !ok {
		if ours || strings.HasPrefix(h.rest, "OpenVPN ") && !h.at.IsZero() {
			return into, skip(OtherEvent)
		}
		return into, reject(NotFormat)
	}
	if !ours && h.at.IsZero() {
		return into, reject(NotFormat)
	}
	if inner, rest, ok := cutBracket(msg); ok { // "[client1] Peer Connection Initiated with"
		user, msg = inner, rest
	}
	d.take(IsTitle, msg)
	if user != "UNDEF" {
		d.take(IsUser, user)
	}
	if _, rest, ok := strings.Cut(msg, "for username '"); ok {
		name, _, _ := strings.Cut(rest, "'")
		d.a.User = cleanText(name)
	}
	switch {
	case strings.Contains(msg, "connection established with"), strings.Contains(msg, "Peer Connection Initiated") && d.a.User == "":
		d.a.Class = event.NetworkActivity
		return d.logged(h, into)
	}
	for _, f := range vpnForms {
		if strings.Contains(msg, f.text) {
			d.a.Class, d.a.Status, d.a.Service = event.Authentication, f.status, "openvpn"
			return d.logged(h, into)
		}
	}
	if !ours {
		return into, reject(NotFormat)
	}
	return into, skip(OtherEvent)
}

// peer reads "addr:port", "name/addr:port" and "addr:port/name".
func (r *openvpn) peer(d *draft, s string) (user string, ok bool) {
	for _, one := range strings.Split(s, "/") {
		one = strings.TrimPrefix(strings.TrimPrefix(one, "udp4:"), "tcp4:")
		addr, port := cutPort(one)
		if a, isAddr := address(addr); isAddr && port != "" {
			d.a.Src.Addr, d.a.Src.Port, ok = a, small(port), true
		} else {
			user = one
		}
	}
	return user, ok
}
