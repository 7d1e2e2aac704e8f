// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// postfix reads what Postfix's daemons write to syslog (Postfix documentation,
// postconf(5), smtpd(8), qmgr(8), smtp(8)), as Zimbra's too: who connected and
// who logged in, each message as it is queued, its deliveries, and what was
// refused. The lines of one message share a queue id, which joins nothing here:
// its sender is on one line and each recipient on another.
type postfix struct{ clock clock }

func newPostfix(opt Options) ActivityReader { return activityTextGuard(&postfix{newClock(opt)}, opt) }

func (r *postfix) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	h := r.clock.program(s)
	if !strings.HasPrefix(h.tag, "postfix") {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	msg := h.rest
	id, rest, _ := strings.Cut(msg, ": ")
	var ok bool
	switch {
	case id == "warning":
		ok = r.warning(&d, rest)
	case id == "NOQUEUE" || strings.HasPrefix(rest, "reject: ") || strings.HasPrefix(rest, "milter-reject: "):
		ok = r.refused(&d, rest)
	case isQueueID(id):
		ok = r.queued(&d, rest)
	default:
		ok = r.connection(&d, msg)
	}
	if !ok {
		return into, skip(OtherEvent)
	}
	setText(&d.a.Service, h.tag[strings.LastIndexByte(h.tag, '/')+1:])
	return d.logged(h, into)
}

// isQueueID tells "4F1A2B3C4D" and the long form, "4XtVz92s0Nz4x".
func isQueueID(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) {
			return false
		}
	}
	return len(s) >= 6 && len(s) <= 20 && strings.ContainsAny(s, "0123456789")
}

// warning reads "name[addr]: SASL LOGIN authentication failed: reason" and
// "non-SMTP command from name[addr]: what".
func (r *postfix) warning(d *draft, s string) bool {
	if what, rest, ok := strings.Cut(s, " from "); ok && strings.HasPrefix(s, "non-SMTP command") {
		d.a.Class = event.NetworkActivity
		d.take(IsTitle, what)
		peer, _, _ := strings.Cut(rest, ": ")
		return d.peer(true, peer)
	}
	peer, rest, ok := strings.Cut(s, ": ")
	if !ok || !strings.HasPrefix(rest, "SASL ") || !strings.Contains(rest, " authentication failed") || !d.peer(true, peer) {
		return false
	}
	d.a.Class, d.a.Status = event.Authentication, event.Failure
	title, _, _ := strings.Cut(rest, ":")
	d.take(IsTitle, title)
	d.take(IsUser, valueOf(rest, "sasl_username="))
	return true
}

// refused reads "reject: RCPT from name[addr]: 554 ...; from=<a> to=<b> ...".
func (r *postfix) refused(d *draft, s string) bool {
	_, rest, ok := strings.Cut(s, " from ")
	peer, rest, ok2 := strings.Cut(rest, ": ")
	if !ok || !ok2 || !d.peer(true, peer) {
		return false
	}
	d.a.Class, d.a.Status, d.a.Action = event.EmailActivity, event.Failure, event.Blocked
	why, _, _ := cutLast(rest, "; from=<")
	d.take(IsTitle, why)
	r.envelope(d, rest)
	return true
}

func (r *postfix) envelope(d *draft, s string) {
	if i := strings.LastIndex(s, "from=<"); i >= 0 {
		d.take(IsEmailFrom, angled(s[i:], "from="))
	}
	if i := strings.LastIndex(s, " to=<"); i >= 0 {
		d.take(IsEmailTo, angled(s[i:], " to="))
	}
}

// queued reads what follows a queue id: who brought the message, from whom it
// is, and what became of it for one recipient.
func (r *postfix) queued(d *draft, s string) bool {
	d.a.Class = event.EmailActivity
	switch {
	case strings.HasPrefix(s, "client="):
		d.peer(true, valueOf(s, "client="))
		if user := valueOf(s, "sasl_username="); user != "" {
			d.a.Class, d.a.Status = event.Authentication, event.Success
			d.take(IsUser, user)
		}
		return true
	case strings.HasPrefix(s, "from=<"):
		d.take(IsEmailFrom, angled(s, "from="))
		d.take(IsSent, valueOf(s, " size="))
		return d.a.Email.From != "" // a notice of failure has no sender
	case strings.HasPrefix(s, "to=<"):
		d.take(IsEmailTo, angled(s, "to="))
		d.peer(false, valueOf(s, " relay="))
		_, rest, _ := strings.Cut(s, " status=")
		switch status := firstWord(rest); status {
		case "sent":
			d.a.Status = event.Success
		case "bounced", "expired":
			d.a.Status = event.Failure
		default: // deferred: it will be tried again
		}
		d.take(IsTitle, rest)
		return true
	}
	return false
}

// connection reads "connect from name[addr]" and what went wrong with one.
func (r *postfix) connection(d *draft, s string) bool {
	what, peer, ok := strings.Cut(s, " from ")
	if !ok || what == "disconnect" || what != "connect" && !strings.HasPrefix(what, "lost connection") && !strings.HasPrefix(what, "timeout") &&
		!strings.HasPrefix(what, "SSL_accept error") && !strings.HasPrefix(what, "too many errors") {
		return false
	}
	d.a.Class = event.NetworkActivity
	d.take(IsTitle, what)
	return d.peer(true, firstWord(peer))
}
