// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// haproxy reads HAProxy's HTTP, TCP and error lines (HAProxy Configuration
// Manual, section 8.2, "Log formats"). Where a request goes is the frontend's
// name, which no list holds: it stands in the service, with the server that
// answered. A request without a server was answered by HAProxy itself.
type haproxy struct{ clock clock }

func newHAProxy(opt Options) ActivityReader { return activityTextGuard(&haproxy{newClock(opt)}, opt) }

func (r *haproxy) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	client, rest, ok := strings.Cut(s, " [")
	stamp, rest, ok2 := strings.Cut(rest, "] ")
	if strings.IndexByte(client, ' ') >= 0 { // a syslog head is before it
		return into, reject(NotFormat)
	}
	addr, port := cutPort(client)
	if i := strings.LastIndexByte(client, ':'); strings.Count(client, ":") > 1 && client[0] != '[' { // v6 stands there without brackets
		addr, port = client[:i], client[i+1:]
	}
	at, isTime := r.clock.common(stamp)
	if !ok || !ok2 || !isAddress(addr) || port == "" || !isTime {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	d.a.Time = at
	d.take(IsSrc, addr)
	d.take(IsSrcPort, port)
	if where, msg, ok := strings.Cut(rest, ": "); ok && strings.IndexByte(where, ' ') < 0 {
		d.a.Class, d.a.Service = event.NetworkActivity, cleanText(where)
		d.take(IsTitle, msg)
		return d.finish(into)
	}
	f := strings.Fields(rest)
	if len(f) < 7 || strings.IndexByte(f[1], '/') < 0 {
		return into, reject(MissField)
	}
	d.a.Service = cleanText(strings.TrimSuffix(f[0], "~") + " " + f[1])
	_, request, isHTTP := strings.Cut(rest, ` "`)
	if !isHTTP {
		d.a.Class = event.NetworkActivity
		d.take(IsReceived, f[3])
		return d.finish(into)
	}
	if len(f) < 8 {
		return into, reject(MissField)
	}
	d.a.Class = event.HTTPActivity
	if strings.HasSuffix(f[0], "~") { // over TLS
		d.a.Dst.Port = 443
	}
	d.take(IsStatus, f[3])
	d.take(IsReceived, f[4])
	request, _, _ = strings.Cut(request, `"`)
	d.request(request)
	if strings.HasPrefix(f[7], "P") { // the proxy refused the request, by a rule or as no request
		d.a.Action = event.Blocked
	}
	return d.finish(into)
}
