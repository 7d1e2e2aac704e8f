// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// auth reads who logged in to a Unix machine, or tried to: OpenSSH's sshd
// (sshd(8), messages of auth.c, packet.c and session.c), PAM's modules
// (pam_unix(8), pam_tally2(8), pam_faillock(8)), sudo(8), su(1) and login(1),
// as they write through syslog. A session that PAM opens or closes is another
// event: the login that began it has a line of its own.
type auth struct{ clock clock }

func newAuth(opt Options) ActivityReader { return activityTextGuard(&auth{newClock(opt)}, opt) }

func (r *auth) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	h := r.clock.program(s)
	d := draft{clock: &r.clock}
	d.a.Class, d.a.Service = event.Authentication, strings.Clone(h.tag)
	module, msg, isPAM := pamMessage(h.rest)
	switch {
	case !isAuthProgram(h.tag) && !isPAM:
		return into, reject(NotFormat)
	case isPAM:
		if !d.pam(module, msg) {
			return into, skip(OtherEvent)
		}
	case h.tag == "sshd" || h.tag == "sshd-session":
		if !d.sshd(strings.TrimRight(h.rest, " ")) {
			return into, skip(OtherEvent)
		}
	case h.tag == "sudo":
		if !d.sudo(h.rest) {
			return into, skip(OtherEvent)
		}
	default:
		if !d.login(h.rest) {
			return into, skip(OtherEvent)
		}
	}
	return d.logged(h, into)
}

func isAuthProgram(tag string) bool {
	switch tag {
	case "sshd", "sshd-session", "sudo", "su", "login", "systemd-logind", "useradd", "usermod", "groupadd", "passwd", "polkitd":
		return true
	}
	return false
}

// pamMessage cuts "pam_unix(sshd:auth): message".
func pamMessage(s string) (module, msg string, ok bool) {
	if rest, ok := strings.CutPrefix(s, "PAM "); ok && strings.Contains(s, "authentication failure") { // sshd: "PAM 2 more authentication failures; ..."
		return "sshd:auth", rest, true
	}
	if !strings.HasPrefix(s, "pam_") {
		return "", s, false
	}
	_, rest, _ := strings.Cut(s, "(")
	module, msg, ok = strings.Cut(rest, "): ")
	return module, msg, ok
}

// pam reads "authentication failure; logname= uid=0 ... rhost=a user=b" and
// the lines of modules that count failures.
func (d *draft) pam(module, msg string) bool {
	service, _, _ := strings.Cut(module, ":")
	d.a.Service = cleanText(service)
	what, rest, _ := strings.Cut(msg, ";")
	switch {
	case strings.Contains(what, "authentication failure"):
		d.a.User = cleanText(valueOf(rest, " user="))
		if d.a.User == "" {
			d.a.User = cleanText(valueOf(rest, " ruser="))
		}
		if host := valueOf(rest, " rhost="); host != "" {
			d.take(IsSrc, host)
		}
		setText(&d.a.Title, "authentication failure")
	case strings.HasPrefix(msg, "user ") && strings.Contains(msg, " tally "), strings.HasPrefix(msg, "Consecutive login failures for user "):
		_, rest, _ := strings.Cut(msg, "user ")
		d.a.User = cleanText(firstWord(rest))
		setText(&d.a.Title, "account locked after failures")
	case strings.HasPrefix(msg, "check pass; user unknown"):
		setText(&d.a.Title, "user unknown")
	default:
		return false
	}
	d.a.Status = event.Failure
	return true
}

// sshForm is how a message of sshd begins and what it says of the login.
type sshForm struct {
	start  string
	status event.Status
}

var sshForms = [...]sshForm{
	{"Accepted ", event.Success}, {"Failed ", event.Failure}, {"Postponed ", event.Unknown},
	{"Invalid user ", event.Failure}, {"Illegal user ", event.Failure}, {"User ", event.Failure},
	{"Connection closed by ", event.Unknown}, {"Connection reset by ", event.Unknown}, {"Disconnected from ", event.Unknown},
	{"Disconnecting ", event.Failure}, {"Received disconnect from ", event.Unknown}, {"Connection from ", event.Unknown},
	{"Unable to negotiate with ", event.Failure}, {"Timeout before authentication for ", event.Failure},
	{"maximum authentication attempts exceeded for ", event.Failure}, {"Did not receive identification string from ", event.Failure},
	{"Bad protocol version identification ", event.Failure}, {"refused connect from ", event.Failure},
	{"Magic value check failed ", event.Failure}, {"ssh_dispatch_run_fatal: Connection from ", event.Failure},
	{"banner exchange: Connection from ", event.Failure}, {"drop connection ", event.Failure},
	{"reverse mapping checking getaddrinfo for ", event.Unknown}, {"Address ", event.Unknown},
}

// sshd reads a message of sshd that names a peer.
func (d *draft) sshd(msg string) bool {
	msg, early := strings.CutSuffix(msg, " [preauth]")
	msg = strings.TrimPrefix(strings.TrimPrefix(msg, "error: "), "fatal: ")
	for _, f := range sshForms {
		rest, ok := strings.CutPrefix(msg, f.start)
		if !ok {
			continue
		}
		d.a.Status = f.status
		title := strings.TrimRight(f.start, " ")
		switch f.start {
		case "Accepted ", "Failed ", "Postponed ":
			method, after, _ := strings.Cut(rest, " for ")
			title, rest = f.start+method, after
		case "User ":
			user, why, ok := cutLast(rest, " from ")
			if !ok || !strings.Contains(why, " not allowed because ") {
				return false
			}
			d.a.User, title = cleanText(user), "User not allowed"
			rest = "from " + why
		}
		if early && f.status == event.Unknown && strings.Contains(rest, "user ") {
			d.a.Status = event.Failure
		}
		setText(&d.a.Title, title)
		return d.sshPeer(rest, f.start)
	}
	return false
}

// sshPeer reads user, address and port. A user's name is whatever the peer
// sent: the last address of a line that names one is the peer's, and the first
// of a line that repeats what the peer said.
func (d *draft) sshPeer(s, start string) bool {
	cut, named := cutLast, true
	switch start {
	case "Received disconnect from ", "Unable to negotiate with ", "ssh_dispatch_run_fatal: Connection from ",
		"banner exchange: Connection from ", "Connection from ", "Timeout before authentication for ":
		cut, named = strings.Cut, false
	}
	before, after, ok := cut(s, " port ")
	if !ok {
		return d.sshAlone(s, start)
	}
	addr := before[strings.LastIndexByte(before, ' ')+1:]
	a, ok := address(addr)
	if !ok {
		return false
	}
	d.a.Src.Addr = a
	if n, _, ok := number(after, 5); ok && n < 1<<16 {
		d.a.Src.Port = uint16(n)
	}
	if named {
		d.sshUser(strings.TrimSuffix(strings.TrimSuffix(before, addr), " "), start)
	}
	return true
}

// sshUser reads the user of what stands before the peer's address.
func (d *draft) sshUser(s, start string) {
	s = strings.TrimSuffix(s, " from")
	switch start {
	case "Invalid user ", "Illegal user ":
		setText(&d.a.User, s)
		return
	case "Accepted ", "Failed ", "Postponed ", "maximum authentication attempts exceeded for ":
		setText(&d.a.User, strings.TrimPrefix(s, "invalid user "))
		return
	}
	if i := strings.Index(s, "user "); i >= 0 {
		setText(&d.a.User, s[i+len("user "):])
	}
}

// sshAlone reads a peer without a port.
func (d *draft) sshAlone(s, start string) bool {
	if start == "refused connect from " || start == "reverse mapping checking getaddrinfo for " {
		open, shut := "(", ")"
		if start[0] == 'r' && start[1] == 'e' && start[2] == 'v' {
			open, shut = "[", "]"
		}
		name, rest, _ := strings.Cut(s, " "+open)
		addr, _, _ := strings.Cut(rest, shut)
		a, ok := address(addr)
		if d.a.Src.Addr = a; ok && isHostName(name) && !isAddress(name) && strings.IndexByte(name, '@') < 0 {
			setText(&d.a.Src.Host, name)
		}
		return ok
	}
	before, after, ok := cutLast(s, "from ")
	if !ok {
		before, after = "", s
	}
	a, ok := address(strings.TrimRight(firstWord(after), ":,."))
	if d.a.Src.Addr = a; ok && start != "User " {
		d.sshUser(strings.TrimRight(before, " "), start)
	}
	return ok
}

// sudo reads "user : [what was wrong ;] TTY=... ; PWD=... ; USER=root ; COMMAND=...".
func (d *draft) sudo(msg string) bool {
	user, rest, ok := strings.Cut(msg, " : ")
	_, command, ran := strings.Cut(rest, "COMMAND=")
	if !ok || !ran {
		return false
	}
	d.a.Status = event.Success
	what, _, _ := strings.Cut(rest, " ; ")
	if !strings.HasPrefix(what, "TTY=") && !strings.HasPrefix(what, "PWD=") && !strings.HasPrefix(what, "HOST=") {
		d.a.Status = event.Failure
	}
	setText(&d.a.User, strings.TrimLeft(user, " "))
	setText(&d.a.Title, command)
	return true
}

// login reads su's and login's own lines.
func (d *draft) login(msg string) bool {
	switch {
	case strings.HasPrefix(msg, "FAILED SU (to ") || strings.HasPrefix(msg, "FAILED su for ") || strings.HasPrefix(msg, "FAILED LOGIN "):
		d.a.Status = event.Failure
	case strings.HasPrefix(msg, "(to ") || strings.HasPrefix(msg, "Successful su for ") || strings.HasPrefix(msg, "LOGIN ON ") || strings.HasPrefix(msg, "ROOT LOGIN ON "):
		d.a.Status = event.Success
	default:
		return false
	}
	title, rest, _ := strings.Cut(msg, ") ")
	switch {
	case strings.Contains(msg, " BY "):
		_, rest, _ = strings.Cut(msg, " BY ")
		title, _, _ = strings.Cut(msg, " BY ")
	case strings.Contains(msg, " FOR "):
		_, rest, _ = strings.Cut(msg, " FOR ")
		title, _, _ = strings.Cut(msg, " FOR ")
		if host := valueOf(msg, " FROM "); host != "" && isAddress(host) {
			d.take(IsSrc, host)
		}
	case strings.Contains(msg, " by "):
		title, rest, _ = strings.Cut(msg, " by ")
	default:
		title += ")" // "(to root) an on pts/0"
	}
	setText(&d.a.User, strings.Trim(firstWord(rest), "',"))
	setText(&d.a.Title, title)
	return d.a.User != ""
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(s, " "), " ")
	return word
}

// small reads a number that fits a port, 0 for none.
func small(s string) uint16 {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}
