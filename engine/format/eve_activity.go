// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// eveActivity reads the records of Suricata's EVE JSON output that name two
// ends: flow, http, tls, fileinfo, alert, drop and the protocols beside them
// (Suricata User Guide, "EVE JSON Format"). An alert and a fileinfo follow the
// packet, so that their source may be the server: where the record tells so, by
// the ends of its flow, the port of its request, or a file that was fetched,
// Src is the client all the same. Records of dns are left to the DNS format;
// anomaly and stats are other events. An alert on several files gives an
// activity for each.
type eveActivity struct {
	clock clock
	json  jsonLine
}

func newEveActivity(opt Options) ActivityReader {
	return activityObjectGuard(&eveActivity{clock: newClock(opt)}, opt)
}

// eveField is a field by its path.
type eveField struct {
	path []string
	is   Meaning
}

var eveFields = [...]eveField{
	{[]string{"timestamp"}, IsTime},
	{[]string{"src_ip"}, IsSrc}, {[]string{"src_port"}, IsSrcPort},
	{[]string{"dest_ip"}, IsDst}, {[]string{"dest_port"}, IsDstPort},
	{[]string{"proto"}, IsProtocol},
	{[]string{"alert", "action"}, IsAction}, {[]string{"alert", "signature"}, IsTitle},
	{[]string{"flow", "bytes_toserver"}, IsSent}, {[]string{"flow", "bytes_toclient"}, IsReceived},
	{[]string{"http", "hostname"}, IsDstHost}, {[]string{"http", "url"}, IsURL}, {[]string{"http", "http_method"}, IsMethod},
	{[]string{"http", "http_user_agent"}, IsUserAgent}, {[]string{"http", "status"}, IsStatus},
	{[]string{"tls", "sni"}, IsSNI}, {[]string{"tls", "version"}, IsTLS},
	{[]string{"tls", "ja3", "hash"}, IsJA3}, {[]string{"tls", "ja3s", "hash"}, IsJA3S}, {[]string{"tls", "ja4"}, IsJA4},
	{[]string{"quic", "sni"}, IsSNI}, {[]string{"quic", "ja3", "hash"}, IsJA3}, {[]string{"quic", "ja4"}, IsJA4},
	{[]string{"smtp", "mail_from"}, IsEmailFrom}, {[]string{"email", "from"}, IsEmailFrom},
}

var eveFileFields = [...]meaning{
	{"filename", IsFileName}, {"mimetype", IsFileType}, {"magic", IsFileType}, {"size", IsFileSize},
	{"md5", IsHash}, {"sha1", IsHash}, {"sha256", IsHash},
}

func (r *eveActivity) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	kind := text(v, "event_type")
	if kind == "" && v.Exists("alert", "signature_id") { // barnyard-like relays drop the type
		kind = "alert"
	}
	switch kind {
	case "":
		return into, reject(NotFormat)
	case "dns":
		return into, skip(DNSRecord)
	case "anomaly", "stats":
		return into, skip(OtherEvent)
	}
	d := draft{clock: &r.clock}
	for _, f := range eveFields {
		if value, ok := r.json.scalar(v.Get(f.path...)); ok {
			d.take(f.is, value)
		}
	}
	for _, key := range [...][2]string{{"smtp", "rcpt_to"}, {"email", "to"}} {
		for _, to := range v.GetArray(key[0], key[1]) {
			if value, ok := r.json.scalar(to); ok {
				d.take(IsEmailTo, value)
			}
		}
	}
	if fromServer(v, kind) {
		d.a.Src.Addr, d.a.Dst.Addr = d.a.Dst.Addr, d.a.Src.Addr
		d.a.Src.Port, d.a.Dst.Port = d.a.Dst.Port, d.a.Src.Port
	}
	d.a.Class = eveClass(kind)
	if kind == "drop" {
		d.a.Action = event.Blocked
	}
	return r.files(&d, v, into)
}

// fromServer says whether the record's source is the end that was contacted.
func fromServer(v *fastjson.Value, kind string) bool {
	src, dst := v.GetInt("src_port"), v.GetInt("dest_port")
	if from := text(v, "flow", "src_ip"); from != "" {
		return from == text(v, "dest_ip") && v.GetInt("flow", "src_port") == dst && from != text(v, "src_ip")
	}
	if port := v.GetInt("http", "http_port"); port != 0 {
		return port == src && port != dst
	}
	return kind == "fileinfo" && text(v, "http", "http_method") == "GET"
}

func eveClass(kind string) event.Class {
	switch kind {
	case "alert":
		return event.DetectionFinding
	case "http":
		return event.HTTPActivity
	case "fileinfo":
		return event.FileHosting
	}
	return event.NetworkActivity
}

// files finishes d with the first file of the record and adds one activity for
// each further one.
func (r *eveActivity) files(d *draft, v *fastjson.Value, into []event.Activity) ([]event.Activity, Verdict) {
	files := v.GetArray("files")
	if one := v.Get("fileinfo"); one != nil {
		files = []*fastjson.Value{one}
	}
	if len(files) == 0 {
		return d.finish(into)
	}
	whole, before := *d, len(into)
	for i, file := range files {
		one := whole
		if i > 0 {
			one.a.Class = event.FileHosting
		}
		for _, m := range eveFileFields {
			if value, ok := r.json.scalar(file.Get(m.field)); ok {
				one.take(m.is, value)
			}
		}
		if i > 0 && one.a.File == whole.a.File { // names no file: nothing beyond the alert
			continue
		}
		var verdict Verdict
		if into, verdict = one.finish(into); verdict != parsed {
			return into[:before], verdict
		}
	}
	return into, parsed
}
