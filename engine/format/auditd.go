// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// auditd reads Linux's audit log (auditd(8); audit.rules(7) says what gets in):
// programs that were begun (SYSCALL of execve, EXECVE with its arguments), and
// log-ins (USER_LOGIN, USER_AUTH). A line is one record of an event of several;
// the other records are other events.
//
//	type=SYSCALL msg=audit(1684329817.579:2995): arch=c000003e syscall=59 success=yes ... uid=1000 ... comm="id" exe="/usr/bin/id"
type auditd struct{ clock clock }

func newAuditd(opt Options) ActivityReader { return activityTextGuard(&auditd{newClock(opt)}, opt) }

func (r *auditd) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	node := ""
	if rest, ok := strings.CutPrefix(s, "node="); ok {
		node, s, _ = strings.Cut(rest, " ")
	}
	kind, rest, ok := strings.Cut(strings.TrimPrefix(s, "type="), " msg=audit(")
	stamp, msg, ok2 := strings.Cut(rest, "):")
	if !ok || !ok2 || !strings.HasPrefix(s, "type=") || strings.Contains(kind, " ") {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	seconds, _, _ := strings.Cut(stamp, ":")
	if d.a.Time, ok = epoch(seconds); !ok {
		return into, reject(BadTime)
	}
	machine := IsSrcHost
	switch {
	case kind == "SYSCALL" && isExecve(auditField(msg, "arch"), auditField(msg, "syscall")):
		d.began(msg)
	case kind == "EXECVE":
		d.arguments(msg)
	case kind == "USER_LOGIN" || kind == "USER_AUTH":
		d.auditLogin(kind, msg)
		machine = IsDstHost
	default:
		return into, skip(OtherEvent)
	}
	d.take(machine, node)
	return d.finish(into)
}

// isExecve tells execve and execveat by the number that the machine's kind has
// for them (linux/audit.h, the tables of system calls).
func isExecve(arch, call string) bool {
	switch arch {
	case "c000003e": // x86-64
		return call == "59" || call == "322" || call == "execve"
	case "40000003": // i386
		return call == "11" || call == "358" || call == "execve"
	case "c00000b7": // arm64
		return call == "221" || call == "281" || call == "execve"
	}
	return call == "execve" || call == "execveat" // an enriched line
}

func (d *draft) began(msg string) {
	d.a.Class, d.a.Status = event.ProcessActivity, event.Failure
	if auditField(msg, "success") == "yes" {
		d.a.Status = event.Success
	}
	d.take(IsUser, firstSet(auditField(msg, "UID"), auditField(msg, "uid")))
	setText(&d.a.Service, auditField(msg, "exe"))
	d.take(IsTitle, auditField(msg, "comm"))
}

// mostArguments is how many arguments of a program are told; there may be
// thousands.
const mostArguments = 64

func (d *draft) arguments(msg string) {
	d.a.Class = event.ProcessActivity
	var line []string
	for i := range mostArguments {
		_, rest, ok := strings.Cut(msg, " a"+strconv.Itoa(i)+"=")
		if !ok {
			break
		}
		line = append(line, auditValue(rest))
	}
	d.take(IsTitle, strings.Join(line, " "))
}

func (d *draft) auditLogin(kind, msg string) {
	d.a.Class, d.a.Status = event.Authentication, event.Failure
	if auditField(msg, "res") == "success" {
		d.a.Status = event.Success
	}
	d.take(IsUser, firstSet(auditField(msg, "acct"), auditField(msg, "id")))
	if addr := auditField(msg, "addr"); isAddress(addr) {
		d.take(IsSrc, addr)
	}
	setText(&d.a.Service, auditField(msg, "exe"))
	d.take(IsTitle, kind)
}

// auditField gives the value of a field; "" when it is not there or "?".
func auditField(s, key string) string {
	for _, before := range [...]string{" ", "'", "\x1d"} { // \x1d stands before what auditd itself looked up
		if _, rest, ok := strings.Cut(s, before+key+"="); ok {
			if v := auditValue(rest); v != "?" {
				return v
			}
		}
	}
	return ""
}

// auditValue reads a value: in quotes, or bare; one with unusual characters is
// written in hexadecimal digits.
func auditValue(s string) string {
	if rest, ok := strings.CutPrefix(s, `"`); ok {
		s, _, _ = strings.Cut(rest, `"`)
		return s
	}
	if i := strings.IndexAny(s, " '\x1d"); i >= 0 {
		s = s[:i]
	}
	if len(s) > 2 && len(s)%2 == 0 && s == strings.ToUpper(s) && strings.Trim(s, "0123456789") != "" {
		if raw, err := hex.DecodeString(s); err == nil {
			return strings.TrimRight(string(raw), "\x00")
		}
	}
	return s
}
