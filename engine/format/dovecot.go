// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// dovecot reads Dovecot's log-ins (Dovecot documentation, "Logging"): those of
// imap-login and the other protocols, and what the password databases refuse.
// A password that the line holds is never taken.
type dovecot struct{ clock clock }

func newDovecot(opt Options) ActivityReader { return activityTextGuard(&dovecot{newClock(opt)}, opt) }

func (r *dovecot) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	h := r.clock.program(s)
	if h.tag != "dovecot" {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	d.a.Class = event.Authentication
	process, msg, ok := strings.Cut(h.rest, ": ")
	if !ok {
		return into, skip(OtherEvent)
	}
	msg = strings.TrimPrefix(msg, "Info: ")
	if service, isLogin := strings.CutSuffix(process, "-login"); isLogin {
		d.a.Service, ok = cleanText(service), r.login(&d, msg)
	} else {
		ok = strings.HasPrefix(process, "auth") && r.database(&d, msg)
	}
	if !ok {
		return into, skip(OtherEvent)
	}
	return d.logged(h, into)
}

// login reads "Login: user=<a>, method=PLAIN, rip=b, lip=c" and "Disconnected
// (auth failed, 1 attempts in 6 secs): user=<a>, ...".
func (r *dovecot) login(d *draft, msg string) bool {
	before, _, ok := strings.Cut(msg, ": user=<")
	if !ok {
		return false
	}
	d.take(IsUser, angled(msg, "user="))
	d.take(IsSrc, valueOf(msg, " rip="))
	d.take(IsDst, valueOf(msg, " lip="))
	switch {
	case before == "Login":
		d.a.Status = event.Success
	case strings.Contains(before, "auth failed"):
		d.a.Status = event.Failure
	}
	title, _, _ := strings.Cut(before, " (")
	d.take(IsTitle, title)
	return true
}

// database reads "pam(user,addr): unknown user" with anything before it.
func (r *dovecot) database(d *draft, msg string) bool {
	for _, name := range [...]string{"pam(", "sql(", "ldap(", "passwd-file(", "passwd(", "shadow(", "static(", "lua(", "oauth2(", "policy("} {
		i := strings.Index(msg, name)
		if i < 0 || i > 0 && isLetter(msg[i-1]) {
			continue
		}
		inner, why, ok := strings.Cut(msg[i+len(name):], "): ")
		user, addr, ok2 := strings.Cut(inner, ",")
		addr, _, _ = strings.Cut(addr, ",")
		if !ok || !ok2 || !isAddress(addr) {
			return false
		}
		d.take(IsUser, user)
		d.take(IsSrc, addr)
		d.a.Status = event.Failure
		title, _, _ := strings.Cut(why, " (") // "(given password: ...)" stays out
		title, _, _ = strings.Cut(title, " - ")
		d.take(IsTitle, title)
		return true
	}
	return false
}
