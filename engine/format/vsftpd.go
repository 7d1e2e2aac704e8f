// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// vsftpd reads the log of vsftpd (vsftpd.conf(5), vsftpd_log_file): who
// connected, who logged in or failed to, and each file that was moved.
//
//	Mon Jun  8 12:08:53 2026 [pid 2] [user] FAIL LOGIN: Client "203.0.113.5"
//
// Commands (log_ftp_protocol) may hold passwords and are other events.
type vsftpd struct{ clock clock }

func newVsftpd(opt Options) ActivityReader { return activityTextGuard(&vsftpd{newClock(opt)}, opt) }

func (r *vsftpd) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	at, rest, state := r.clock.scan(s)
	before, client, ok := strings.Cut(rest, `: Client "`)
	addr, more, ok2 := strings.Cut(client, `"`)
	if !ok || !ok2 || state != noTime && !strings.HasPrefix(rest, " [") {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	d.a.Time = at
	before = strings.TrimLeft(before, " ")
	for strings.HasPrefix(before, "[") {
		inner, after, _ := strings.Cut(before[1:], "]")
		if before = strings.TrimLeft(after, " "); !strings.HasPrefix(inner, "pid ") {
			d.take(IsUser, inner)
		}
	}
	result, what, _ := strings.Cut(before, " ")
	switch {
	case state == badTime:
		return into, reject(BadTime)
	case before == "CONNECT":
		d.a.Class = event.NetworkActivity
	case before == "FTP response" && strings.HasPrefix(more, `, "530 `):
		d.a.Class, d.a.Status, what = event.Authentication, event.Failure, "530"
	case before == "FTP response", before == "FTP command", before == "DEBUG", before == "NOTICE":
		return into, skip(OtherEvent)
	case result != "OK" && result != "FAIL":
		return into, reject(NotFormat)
	default:
		if d.a.Class, d.a.Status = event.FileHosting, event.Success; result == "FAIL" {
			d.a.Status = event.Failure
		}
		if what == "LOGIN" {
			d.a.Class = event.Authentication
		} else if _, name, ok := strings.Cut(more, `, "`); ok {
			name, size, _ := strings.Cut(name, `"`)
			d.take(IsFileName, name)
			d.take(IsFileSize, valueOf(size, ", "))
		}
	}
	d.take(IsTitle, firstSet(what, before))
	d.take(IsSrc, addr)
	setText(&d.a.Service, "vsftpd")
	return d.finish(into)
}
