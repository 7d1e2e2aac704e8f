// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// zimbra reads the log-ins of Zimbra's audit.log and mailbox.log (Zimbra
// Collaboration Administrator Guide, "Zimbra Server Log Files"):
//
//	2026-01-14 08:15:30,118 WARN  [thread] [name=a@b;oip=203.0.113.5;ua=x;] security - cmd=Auth; account=a@b; protocol=soap; error=...;
//
// The client is oip where a proxy stands before the server, else ip. Other lines
// of the same form are other events.
type zimbra struct{ clock clock }

func newZimbra(opt Options) ActivityReader { return activityTextGuard(&zimbra{newClock(opt)}, opt) }

func (r *zimbra) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	at, rest, state := r.clock.scan(s)
	rest = strings.TrimLeft(rest, " ")
	level, rest, _ := strings.Cut(rest, " ")
	rest = strings.TrimLeft(rest, " ")
	if state != goodTime || !isLevel(strings.ToLower(level)) || !strings.HasPrefix(rest, "[") {
		return into, reject(NotFormat)
	}
	_, rest, ok := strings.Cut(rest, "] [") // the thread, whose name may hold brackets
	context, msg, ok2 := strings.Cut(rest, "] ")
	if !ok || !ok2 {
		return into, reject(NotFormat)
	}
	what, isSecurity := strings.CutPrefix(msg, "security - cmd=")
	if !isSecurity {
		if _, after, ok := strings.Cut(msg, " - "); !ok || after == "" {
			return into, reject(NotFormat)
		}
		return into, skip(OtherEvent)
	}
	command, what, _ := strings.Cut(what, "; ")
	if !strings.HasSuffix(command, "Auth") {
		return into, skip(OtherEvent)
	}
	d := draft{clock: &r.clock}
	d.a.Time, d.a.Class, d.a.Status = at, event.Authentication, event.Success
	d.take(IsTitle, command)
	d.take(IsUser, strings.TrimSuffix(valueOf(what, "account="), ";"))
	setText(&d.a.Service, strings.TrimSuffix(valueOf(what, "protocol="), ";"))
	if strings.Contains(what, "error=") {
		d.a.Status = event.Failure
	}
	for _, key := range [...]string{"oip=", "ip="} {
		for one := range strings.SplitSeq(context, ";") {
			if addr, ok := strings.CutPrefix(one, key); ok && !d.a.Src.Addr.IsValid() {
				if addr = firstOf(addr); isAddress(strings.TrimSpace(addr)) {
					d.take(IsSrc, addr)
				}
			}
		}
	}
	for one := range strings.SplitSeq(context, ";") {
		if agent, ok := strings.CutPrefix(one, "ua="); ok {
			d.take(IsUserAgent, agent)
		}
	}
	return d.finish(into)
}
