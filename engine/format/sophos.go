// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// sophos reads Sophos Firewall (SFOS) and Sophos UTM, key=value with quotes
// (Sophos Firewall, "Log file details"; SFOS syslog guide; Sophos UTM
// Administration Guide, packet filter and web server protection logs). Logs
// that name no peer are other events.
type sophos struct {
	clock clock
	kv    fields
}

func newSophos(opt Options) ActivityReader {
	return activityTextGuard(&sophos{clock: newClock(opt)}, opt)
}

var sophosFields = []meaning{
	{"timestamp", IsTime},
	{"src_ip", IsSrc}, {"srcip", IsSrc}, {"src_port", IsSrcPort}, {"srcport", IsSrcPort},
	{"dst_ip", IsDst}, {"dstip", IsDst}, {"dst_port", IsDstPort}, {"dstport", IsDstPort},
	{"port", IsDstPort}, {"protocol", IsProtocol}, {"proto", IsProtocol}, {"domain", IsDstHost}, {"dst_domain", IsDstHost}, {"server", IsDstHost},
	{"action", IsAction}, {"log_subtype", IsAction}, {"status", IsAction},
	{"bytes_sent", IsSent}, {"sent_bytes", IsSent}, {"bytes_received", IsReceived}, {"recv_bytes", IsReceived},
	{"user_name", IsUser}, {"user", IsUser}, {"signature_msg", IsTitle}, {"virus", IsTitle}, {"malware", IsTitle}, {"name", IsTitle}, {"app_name", IsTitle}, {"rule_name", IsTitle},
	{"url", IsURL}, {"http_method", IsMethod}, {"method", IsMethod}, {"user_agent", IsUserAgent}, {"ua", IsUserAgent},
	{"httpresponsecode", IsStatus}, {"http_status", IsStatus}, {"statuscode", IsStatus},
	{"file_name", IsFileName}, {"filename", IsFileName}, {"file_size", IsFileSize}, {"contenttype", IsFileType}, {"sha1sum", IsHash}, {"file_hash", IsHash},
	{"from_email_address", IsEmailFrom}, {"sender", IsEmailFrom}, {"to_email_address", IsEmailTo}, {"recipient", IsEmailTo},
}

func (r *sophos) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	body, h := s, head{}
	if !startsWithPair(body) {
		if i := strings.Index(s, `id="`); i > 0 && s[i-1] == ' ' { // UTM: "2026:01:14-08:15:30 host ulogd[1]: id=..."
			body = s[i:]
			h.at = r.utmTime(s[:i])
		} else {
			return into, reject(NotFormat)
		}
	}
	var ok bool
	if r.kv, ok = quotedPairs(r.kv[:0], body); !ok {
		return into, reject(NotFormat)
	}
	device := r.kv.get("device") != "" || r.kv.get("device_model") != "" || r.kv.get("device_name") != ""
	utm := len(r.kv.get("id")) == 4 && (r.kv.get("sys") != "" || r.kv.get("localip") != "" || r.kv.get("exceptions") != "")
	if !utm && (!device || r.kv.get("log_type") == "" || r.kv.get("log_id") == "") {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	r.time(&d)
	r.kv.apply(&d, sophosFields)
	r.class(&d)
	return d.logged(h, into)
}

func (r *sophos) class(d *draft) {
	kind := r.kv.get("log_type")
	switch {
	case r.kv.get("sub") == "auth" || kind == "Event" && strings.Contains(r.kv.get("log_component"), "Authentication"):
		d.a.Class, d.a.Status = event.Authentication, event.Success
		said := strings.ToLower(r.kv.get("name") + r.kv.get("status") + r.kv.get("reason"))
		if strings.Contains(said, "fail") || strings.Contains(said, "denied") {
			d.a.Status = event.Failure
		}
		setText(&d.a.Service, firstSet(r.kv.get("caller"), r.kv.get("auth_client"), r.kv.get("log_component")))
	case kind == "IDP" || kind == "Anti-Virus" || kind == "ATP" || kind == "Sandbox":
		d.a.Class = event.DetectionFinding
	case kind == "Firewall" || r.kv.get("sub") == "packetfilter":
		d.a.Class = event.NetworkActivity
	}
}

func (r *sophos) time(d *draft) {
	zone := ""
	if z := r.kv.get("timezone"); strings.HasPrefix(z, "+") || strings.HasPrefix(z, "-") {
		if zone = z; len(z) == 3 {
			zone += "00"
		}
	}
	if day, hour := r.kv.get("date"), r.kv.get("time"); len(day) == 10 && day[4] == '-' {
		d.time(strings.TrimSpace(day + " " + hour + " " + zone))
	}
}

// utmTime reads "2026:01:14-08:15:30" before the fields, else the time of the
// syslog head there.
func (r *sophos) utmTime(s string) (at time.Time) {
	for word := range strings.FieldsSeq(s) {
		if word = strings.TrimPrefix(word, bom); len(word) == 19 && word[4] == ':' && word[7] == ':' && word[10] == '-' {
			at, _, _ = r.clock.scan(word[:4] + "-" + word[5:7] + "-" + word[8:10] + " " + word[11:])
			return at
		}
	}
	return r.clock.head(s + "x").at
}
