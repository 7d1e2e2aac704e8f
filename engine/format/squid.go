// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// squid reads Squid's access.log in its native form (logformat squid) and in
// the forms common and combined, whose last field is the result (Squid
// configuration directive "logformat"; Squid wiki, "Squid Log Files"). Fields
// after the known ones are not read: Cisco Secure Web Appliance and many sites
// add their own. A tunnel gives host and port, not a URL. The peer is Dst where
// Squid went there itself; a parent proxy is not who was asked for.
type squid struct{ clock clock }

func newSquid(opt Options) ActivityReader {
	return activityTextGuard(&squid{newClock(opt)}, opt)
}

func (r *squid) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	d := draft{clock: &r.clock}
	d.a.Class = event.HTTPActivity
	if r.native(&d, s) || r.common(&d, s) {
		return d.finish(into)
	}
	h := r.clock.head(s)
	if h.rest == s || h.rest == "" {
		return into, reject(NotFormat)
	}
	d = draft{clock: &r.clock}
	d.a.Class = event.HTTPActivity
	if r.native(&d, h.rest) || r.common(&d, h.rest) {
		return d.finish(into)
	}
	return into, reject(NotFormat)
}

// native reads "time elapsed client code/status bytes method URL user
// hierarchy/peer type".
func (r *squid) native(d *draft, s string) bool {
	f := strings.Fields(s)
	if len(f) < 10 {
		return false
	}
	_, err := strconv.Atoi(f[1])
	at, ok := epoch(f[0])
	code, status, ok2 := strings.Cut(f[3], "/")
	hierarchy, peer, ok3 := strings.Cut(f[8], "/")
	if err != nil || !ok || !ok2 || !ok3 || !isSquidCode(code) {
		return false
	}
	d.a.Time = at
	r.result(d, code)
	r.peer(d, hierarchy, peer)
	d.take(IsSrc, f[2])
	d.take(IsStatus, status)
	d.take(IsReceived, f[4])
	d.take(IsMethod, f[5])
	r.url(d, f[6])
	d.take(IsUser, f[7])
	return true
}

// common reads `client ident user [time] "method URL version" status bytes`,
// for the combined form `"referer" "agent"`, and `code:hierarchy`.
func (r *squid) common(d *draft, s string) bool {
	client, rest, ok := strings.Cut(s, " ")
	head, rest, ok2 := strings.Cut(rest, " [")
	stamp, rest, ok3 := strings.Cut(rest, `] "`)
	request, rest, ok4 := strings.Cut(rest, `" `)
	last := rest[strings.LastIndexByte(rest, ' ')+1:]
	code, hierarchy, ok5 := strings.Cut(last, ":")
	if strings.Count(head, " ") != 1 { // "ident user"; more is a syslog head before the client
		return false
	}
	if !ok || !ok2 || !ok3 || !ok4 || !ok5 || !isSquidCode(code) || hierarchy == "" {
		return false
	}
	at, ok := r.clock.common(stamp)
	if d.a.Time = at; !ok {
		d.badTime = true
	}
	r.result(d, code)
	d.take(IsSrc, client)
	if _, user, ok := strings.Cut(head, " "); ok {
		d.take(IsUser, user)
	}
	if f := strings.Fields(request); len(f) >= 2 {
		d.take(IsMethod, f[0])
		r.url(d, f[1])
	}
	if f := strings.Fields(rest); len(f) >= 2 {
		d.take(IsStatus, f[0])
		d.take(IsReceived, f[1])
	}
	if part := strings.Split(rest, `"`); len(part) >= 5 {
		d.take(IsUserAgent, part[3])
	}
	return true
}

func (r *squid) result(d *draft, code string) {
	switch {
	case strings.Contains(code, "DENIED"):
		d.a.Action = event.Blocked
	case !strings.HasPrefix(code, "NONE") && !strings.Contains(code, "ABORTED") && !strings.Contains(code, "FAIL"):
		d.a.Action = event.Allowed
	}
}

func (r *squid) peer(d *draft, hierarchy, peer string) {
	if strings.HasSuffix(hierarchy, "DIRECT") {
		if a, ok := address(peer); ok {
			d.a.Dst.Addr = a
		}
	}
}

// url takes the request's target; "error:..." stands for a request that was
// none. The port of a URL is the server's.
func (r *squid) url(d *draft, s string) {
	if strings.HasPrefix(s, "error:") {
		setText(&d.a.Title, s)
		return
	}
	d.take(IsURL, s)
}

// isSquidCode tells a result code: TCP_MISS, UDP_HIT, NONE_NONE and those with
// more words (Squid wiki, "Squid result codes").
func isSquidCode(s string) bool {
	if !strings.HasPrefix(s, "TCP_") && !strings.HasPrefix(s, "UDP_") && !strings.HasPrefix(s, "NONE") && !strings.HasPrefix(s, "TAG_") &&
		!strings.HasPrefix(s, "ERR_") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && c != '_' {
			return false
		}
	}
	return true
}
