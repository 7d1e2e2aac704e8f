// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// access reads what web servers log of requests: the common and combined forms
// of Apache httpd and nginx, with or without the virtual host before them
// (Apache HTTP Server, mod_log_config; nginx, ngx_http_log_module), Traefik's
// JSON, and the error logs of the first two where they name a client. Fields
// after the known ones are not read. A path names no host unless the log has
// the virtual host or the request was for a whole URL.
type access struct{ clock clock }

func newAccess(opt Options) ActivityReader { return activityTextGuard(&access{newClock(opt)}, opt) }

func (r *access) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	d := draft{clock: &r.clock}
	d.a.Class = event.HTTPActivity
	if r.request(&d, s) {
		return d.finish(into)
	}
	return r.failure(&d, s, into)
}

// request reads `[host[:port]] client ident user [time] "METHOD URL VERSION"
// status bytes ["referer" "agent"]`.
func (r *access) request(d *draft, s string) bool {
	head, rest, ok := strings.Cut(s, " [")
	stamp, rest, ok2 := strings.Cut(rest, "] \"")
	request, rest, ok3 := cutQuoted(rest)
	if !ok || !ok2 || !ok3 {
		return false
	}
	who := strings.Fields(head)
	if len(who) > 2 && !isClientWord(who[0]) && isClientWord(who[1]) || len(who) > 3 {
		d.host(&d.a.Dst, who[0]) // the virtual host
		who = who[1:]
	}
	if len(who) < 2 || len(who) > 3 || !isClientWord(who[0]) || len(who) == 2 && who[0] == "-" {
		return false
	}
	if code, _, ok := strings.Cut(lastWord(rest), ":"); ok && isSquidCode(code) {
		return false
	}
	after := strings.Fields(strings.TrimLeft(rest, " "))
	if len(after) < 2 || len(after[0]) != 3 || !isDigit(after[0][0]) {
		return false
	}
	at, ok := r.clock.common(stamp)
	if d.a.Time = at; !ok {
		d.badTime = true
	}
	d.take(IsSrc, who[0])
	if len(who) == 3 {
		d.take(IsUser, who[2])
	}
	d.request(request)
	d.take(IsStatus, after[0])
	d.take(IsReceived, after[1])
	if _, quoted, ok := strings.Cut(rest, `"`); ok { // referer, then the agent
		if _, more, ok := cutQuoted(quoted); ok {
			if _, quoted, ok := strings.Cut(more, `"`); ok {
				agent, _, _ := cutQuoted(quoted)
				d.take(IsUserAgent, agent)
			}
		}
	}
	return true
}

// isClientWord tells an address, or "-" where the server hides it.
func isClientWord(s string) bool { return s == "-" || isAddress(s) }

// request reads "GET /path HTTP/1.1"; what is none is octets that somebody sent.
func (d *draft) request(s string) {
	f := strings.Fields(s)
	if len(f) < 2 || strings.Trim(f[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != "" {
		d.take(IsTitle, s)
		return
	}
	d.take(IsMethod, f[0])
	d.take(IsURL, f[1])
}

// common reads the time of the common log form, "10/Oct/2000:13:55:36 -0700",
// and HAProxy's, which has milliseconds and no zone.
func (c *clock) common(s string) (at time.Time, ok bool) {
	if len(s) < 20 || s[2] != '/' || s[6] != '/' || s[11] != ':' {
		return at, false
	}
	day, ok1 := digits(s, 2)
	year, ok2 := digits(s[7:], 4)
	hour, rest, ok3 := scanDay(s[12:])
	zone, rest := c.scanZone(rest)
	if !ok1 || !ok2 || !ok3 || rest != "" {
		return at, false
	}
	at, _, state := c.make(year, month(s[3:6]), day, hour, zone, "")
	return at, state == goodTime
}

// failure reads a line of an error log that names a client.
func (r *access) failure(d *draft, s string, into []event.Activity) ([]event.Activity, Verdict) {
	if s[0] == '[' { // Apache: "[time] [module:level] [pid 1:tid 2] [client a:port] message"
		return r.apacheError(d, s, into)
	}
	at, rest, state := r.clock.scan(s) // nginx: "time [level] pid#tid: *connection message, client: a, server: b, ..."
	rest = strings.TrimLeft(rest, " ")
	if state != goodTime || !strings.HasPrefix(rest, "[") {
		return into, reject(NotFormat)
	}
	level, rest, ok := strings.Cut(rest[1:], "] ")
	process, msg, ok2 := strings.Cut(rest, ": ")
	if !ok || !ok2 || !isLevel(level) || strings.Trim(process, "0123456789#") != "" || !strings.Contains(process, "#") {
		return into, reject(NotFormat)
	}
	msg, rest, ok = cutLast(msg, ", client: ")
	if !ok {
		return into, skip(OtherEvent)
	}
	if strings.HasPrefix(msg, "*") {
		_, msg, _ = strings.Cut(msg, " ")
	}
	client, rest, _ := strings.Cut(rest, ", ")
	d.a.Time = at
	d.take(IsSrc, client)
	d.take(IsTitle, msg)
	if host, ok := quotedField(rest, `host: "`); ok {
		d.take(IsDstHost, host)
	}
	if request, ok := quotedField(rest, `request: "`); ok {
		d.request(request)
	}
	return d.finish(into)
}

func isLevel(s string) bool {
	switch s {
	case "debug", "info", "notice", "warn", "error", "crit", "alert", "emerg":
		return true
	}
	return false
}

func (r *access) apacheError(d *draft, s string, into []event.Activity) ([]event.Activity, Verdict) {
	stamp, rest, ok := strings.Cut(s[1:], "] [")
	at, after, state := r.clock.scan(stamp)
	module, rest, ok2 := strings.Cut(rest, "] ")
	level := module[strings.IndexByte(module, ':')+1:]
	if !ok || !ok2 || state != goodTime || after != "" || !isLevel(level) && !strings.HasPrefix(level, "trace") {
		return into, reject(NotFormat)
	}
	before, rest, ok := strings.Cut(rest, "[client ")
	client, msg, ok2 := strings.Cut(rest, "] ")
	if !ok || !ok2 {
		return into, skip(OtherEvent)
	}
	if _, aside, ok := cutLast(strings.TrimRight(before, ": "), "] "); ok && aside != "" { // "(70014)End of file found: "
		msg = aside + ": " + msg
	}
	d.a.Time = at
	addr, port := cutPort(client)
	d.take(IsSrc, addr)
	d.take(IsSrcPort, port)
	d.take(IsTitle, msg)
	return d.finish(into)
}

var traefikFields = [...]meaning{
	{"StartUTC", IsTime}, {"time", IsTime}, {"ClientHost", IsSrc}, {"ClientPort", IsSrcPort}, {"ClientUsername", IsUser},
	{"RequestHost", IsDstHost}, {"RequestPort", IsDstPort}, {"RequestMethod", IsMethod}, {"RequestPath", IsURL},
	{"DownstreamStatus", IsStatus}, {"DownstreamContentSize", IsReceived}, {"RequestContentSize", IsSent},
	{"request_User-Agent", IsUserAgent}, {"TLSVersion", IsTLS},
}

// record implements records: Traefik's access log (Traefik documentation,
// "Logs and Access Logs", JSON format).
func (r *access) record(j *jsonLine, v *fastjson.Value, into []event.Activity) ([]event.Activity, Verdict, bool) {
	if !v.Exists("ClientHost") || !v.Exists("RequestMethod") {
		return into, Verdict{}, false
	}
	d := draft{clock: &r.clock}
	d.a.Class = event.HTTPActivity
	for _, m := range traefikFields {
		if value, ok := j.scalar(v.Get(m.field)); ok {
			if m.is == IsSrc { // proxies on the way stand behind the client
				value = firstOf(value)
			}
			d.take(m.is, value)
		}
	}
	into, verdict := d.finish(into)
	return into, verdict, true
}
