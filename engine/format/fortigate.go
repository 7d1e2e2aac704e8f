// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// fortigate reads FortiGate's default syslog form, key=value with quotes where
// needed (Fortinet, "FortiOS Log Message Reference", Log field format): traffic
// and utm logs, and of event logs those that say who logged in to the device or
// its VPN; others are about the device itself and are other events, as is a log
// that names no peer. The time is eventtime, seconds
// or nanoseconds since 1970, else date, time and tz. Its CEF form is read by
// cef. A session that lasts is logged again and again with bytes since its
// beginning and since the log before (sentdelta): the latter add up to what
// flowed (Fortinet, "Log fields for long-live sessions").
type fortigate struct {
	clock clock
	kv    fields
}

func newFortigate(opt Options) ActivityReader {
	return activityTextGuard(&fortigate{clock: newClock(opt)}, opt)
}

var fortigateFields = []meaning{
	{"srcip", IsSrc}, {"srcport", IsSrcPort}, {"srcname", IsSrcHost},
	{"dstip", IsDst}, {"dstport", IsDstPort}, {"proto", IsProtocol}, {"hostname", IsDstHost}, {"dstname", IsDstHost},
	{"action", IsAction}, {"utmaction", IsAction}, {"sentdelta", IsSent}, {"rcvddelta", IsReceived}, {"sentbyte", IsSent}, {"rcvdbyte", IsReceived},
	{"user", IsUser}, {"unauthuser", IsUser}, {"attack", IsTitle}, {"virus", IsTitle}, {"app", IsTitle},
	{"qname", IsQuery}, {"httpmethod", IsMethod}, {"url", IsURL}, {"agent", IsUserAgent}, {"httpcode", IsStatus},
	{"sni", IsSNI}, {"tlsver", IsTLS}, {"ja3", IsJA3}, {"ja3s", IsJA3S},
	{"filename", IsFileName}, {"filetype", IsFileType}, {"filesize", IsFileSize}, {"filehash", IsHash}, {"analyticscksum", IsHash},
	{"from", IsEmailFrom}, {"sender", IsEmailFrom}, {"to", IsEmailTo}, {"recipient", IsEmailTo},
}

func (r *fortigate) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	body := trimPriority(s)
	if !startsWithPair(body) { // a relay's head, with or without its host
		if body = r.clock.head(s).rest; !startsWithPair(body) {
			_, body, _ = strings.Cut(body, " ")
		}
	}
	var ok bool
	if r.kv, ok = quotedPairs(r.kv[:0], body); !ok {
		return into, reject(NotFormat)
	}
	kind := r.kv.get("type")
	if kind == "" || r.kv.get("logid") == "" && r.kv.get("log_id") == "" || r.kv.get("subtype") == "" {
		return into, reject(NotFormat)
	}
	switch kind {
	case "event":
		d := draft{clock: &r.clock}
		if !r.login(&d) {
			return into, skip(OtherEvent)
		}
		r.time(&d)
		return d.finish(into)
	case "traffic", "utm", "virus", "webfilter", "ips", "app-ctrl", "dlp", "emailfilter", "anomaly", "voip", "dns", "ssh", "ssl", "waf":
	default:
		return into, skip(OtherEvent)
	}
	d := draft{clock: &r.clock}
	r.time(&d)
	r.kv.apply(&d, fortigateFields)
	switch {
	case r.kv.get("attack") != "" || r.kv.get("virus") != "":
		d.a.Class = event.DetectionFinding
	case kind == "traffic":
		d.a.Class = event.NetworkActivity
	}
	return d.finish(into)
}

// login reads an event log of a log-in: an administrator's, a user's, a VPN's.
func (r *fortigate) login(d *draft) bool {
	action, status := r.kv.get("action"), strings.ToLower(r.kv.get("status"))
	switch {
	case action == "ssl-login-fail", strings.HasPrefix(status, "fail"), status == "denied":
		d.a.Status = event.Failure
	default:
		d.a.Status = event.Success
	}
	switch action {
	case "login", "authentication", "auth-logon", "ssl-login-fail", "tunnel-up", "ssl-tunnel-up", "FSSO-logon":
	default:
		return false
	}
	d.a.Class = event.Authentication
	d.take(IsUser, r.kv.get("user"))
	d.take(IsSrc, r.kv.get("srcip"))
	d.take(IsSrc, r.kv.get("remip"))
	d.take(IsDst, r.kv.get("dstip"))
	d.take(IsTitle, r.kv.get("logdesc"))
	d.take(IsTitle, action)
	service := firstSet(r.kv.get("method"), r.kv.get("tunneltype"), r.kv.get("authproto"), r.kv.get("ui"))
	service, _, _ = strings.Cut(service, "(")
	setText(&d.a.Service, service)
	return d.a.User != ""
}

// startsWithPair says whether s begins with key=.
func startsWithPair(s string) bool {
	key, _, ok := strings.Cut(strings.TrimLeft(s, " "), "=")
	return ok && isKey(key)
}

func (r *fortigate) time(d *draft) {
	for _, one := range r.kv {
		if one.key == "eventtime" && one.value != "" {
			d.time(one.value)
			return
		}
	}
	day, hour := r.kv.get("date"), r.kv.get("time")
	switch {
	case day != "" && hour != "":
		d.time(strings.TrimSpace(day + " " + hour + " " + r.kv.get("tz")))
	case r.kv.get("itime") != "":
		d.time(r.kv.get("itime"))
	}
}
