// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// exim reads Exim's main and reject logs (Exim specification, "Log files"):
// messages that arrive and are delivered, log-ins that fail, and what was
// refused. A line tells its own time, or stands in a syslog line that does.
type exim struct{ clock clock }

func newExim(opt Options) ActivityReader { return activityTextGuard(&exim{newClock(opt)}, opt) }

func (r *exim) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	at, msg, state := r.clock.scan(s)
	switch {
	case state == noTime:
		msg = s
	case !strings.HasPrefix(msg, " "):
		return into, reject(NotFormat)
	}
	msg = strings.TrimLeft(msg, " ")
	if pid, rest, ok := strings.Cut(msg, "] "); ok && len(pid) > 1 && pid[0] == '[' && strings.Trim(pid[1:], "0123456789") == "" { // selector +pid
		msg = rest
	}
	id, rest, _ := strings.Cut(msg, " ")
	if isEximID(id) {
		msg = rest
	} else {
		id = ""
	}
	d := draft{clock: &r.clock}
	switch d.a.Time = at; {
	case !r.message(&d, msg, id != "") && !r.peer(&d, msg):
		if id == "" && !isEximNote(msg) || state == badTime {
			return into, reject(NotFormat)
		}
		return into, skip(OtherEvent)
	case state == badTime:
		return into, reject(BadTime)
	}
	return d.finish(into)
}

// isEximID tells the id of a message: 6-6-2 letters and digits, since 4.97
// 6-11-4.
func isEximID(s string) bool {
	if len(s) != 16 && len(s) != 23 {
		return false
	}
	last := len(s) - 3
	if len(s) == 23 {
		last = len(s) - 5
	}
	for i := range len(s) {
		if dash := i == 6 || i == last; dash != (s[i] == '-') || !dash && !isLetter(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// isEximNote tells lines of Exim about itself.
func isEximNote(s string) bool {
	for _, start := range [...]string{"Start queue run: ", "End queue run: ", "exim ", "SMTP connection from ", "SMTP call from ", "SMTP data timeout ", "cwd=", "daemon: "} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

// message reads what follows the id of a message: "<= sender H=host [addr]:port
// P=esmtpsa A=login:user S=1234 for a b", and for each recipient "=> a <b> R=..
// T=.. H=mx [addr]", "->" for more of one delivery, "==" put off, "**" failed.
func (r *exim) message(d *draft, s string, id bool) bool {
	flag, rest, _ := strings.Cut(s, " ")
	if !id {
		return false
	}
	who, fields, _ := strings.Cut(rest, " ")
	fields = " " + fields
	switch flag {
	case "<=":
		d.take(IsEmailFrom, who)
		d.take(IsSent, valueOf(fields, " S="))
		if _, user, ok := strings.Cut(valueOf(fields, " A="), ":"); ok {
			d.take(IsUser, user)
		}
		if _, to, ok := cutLast(fields, " for "); ok {
			for one := range strings.FieldsSeq(to) {
				d.take(IsEmailTo, one)
			}
		}
	case "=>", "->", "*>", ">>":
		d.a.Status = event.Success
		d.take(IsEmailTo, firstSet(angled(fields, " "), who))
	case "==", "**":
		if d.take(IsEmailTo, firstSet(angled(fields, " "), who)); flag == "**" {
			d.a.Status = event.Failure
		}
		if _, why, ok := strings.Cut(fields, ": "); ok {
			d.take(IsTitle, why)
		}
	default:
		return false
	}
	d.a.Class = event.EmailActivity
	setText(&d.a.Service, "exim")
	if _, host, ok := strings.Cut(fields, " H="); ok {
		d.eximPeer(flag == "<=", host)
	}
	return true
}

// peer reads what a sender at the door did: "login authenticator failed for
// host (helo) [addr]:port: 535 reason (set_id=user)" and "H=host (helo)
// [addr]:port F=<a> rejected RCPT <b>: reason".
func (r *exim) peer(d *draft, s string) bool {
	setText(&d.a.Service, "exim")
	if how, rest, ok := strings.Cut(s, " authenticator failed for "); ok && !strings.Contains(how, " ") {
		d.a.Class, d.a.Status = event.Authentication, event.Failure
		d.take(IsTitle, how+" authenticator failed")
		if _, user, ok := strings.Cut(rest, "(set_id="); ok {
			user, _, _ = strings.Cut(user, ")")
			d.take(IsUser, user)
		}
		_, ok := d.eximPeer(true, rest)
		return ok
	}
	host, ok := strings.CutPrefix(s, "H=")
	if !ok {
		return false
	}
	rest, ok := d.eximPeer(true, host)
	if !ok {
		return false
	}
	d.a.Class, d.a.Status = event.EmailActivity, event.Failure
	what, why, refused := strings.Cut(rest, "rejected ")
	switch {
	case refused:
		d.a.Action = event.Blocked
		d.take(IsTitle, "rejected "+why)
		if to, ok := strings.CutPrefix(why, "RCPT "); ok {
			d.take(IsEmailTo, strings.Trim(firstWord(to), "<>:"))
		}
	default:
		_, why, ok := strings.Cut(rest, "sender verify ")
		if !ok {
			return false
		}
		d.take(IsTitle, "sender verify "+why)
		d.take(IsEmailFrom, angled(why, " for "))
	}
	d.take(IsEmailFrom, angled(what, " F="))
	return true
}

// eximPeer reads "host (helo) [address]:port" and gives what follows. What the
// peer said of itself in helo is no more than its word.
func (d *draft) eximPeer(src bool, s string) (rest string, ok bool) {
	name := ""
	if s != "" && s[0] != '(' && s[0] != '[' {
		name, s, _ = strings.Cut(s, " ")
	}
	if strings.HasPrefix(s, "(") {
		i := strings.Index(s, ") [")
		if i < 0 {
			return s, false
		}
		s = s[i+2:]
	}
	if !strings.HasPrefix(s, "[") {
		return s, false
	}
	peer, rest, _ := strings.Cut(s, " ")
	return " " + rest, d.peer(src, name+strings.TrimSuffix(peer, ":"))
}
