// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"slices"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// zeekActivity reads Zeek's conn.log, http.log, ssl.log, files.log and smtp.log
// as TSV or JSON lines (Book of Zeek, "Zeek Logs"; script reference Conn::Info,
// HTTP::Info, SSL::Info, Files::Info, SMTP::Info). JA3 and JA4 are fields that
// packages add to ssl.log. A record of dns.log is left to the DNS format; others
// are other events, x509.log too: it names no peer, and ssl.log has its name.
type zeekActivity struct {
	clock   clock
	json    jsonLine
	columns zeekColumns
	names   []string // of the columns of a TSV log
	cells   []string // of the row at hand
}

func newZeekActivity(opt Options) ActivityReader {
	return activityObjectGuard(&zeekActivity{clock: newClock(opt), columns: zeekDefaults}, opt)
}

func (r *zeekActivity) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	if t := strings.TrimLeft(s, " \t"); t[0] == '#' {
		if rest, ok := strings.CutPrefix(t, "#fields"+r.columns.separator); ok {
			r.names = strings.Split(strings.Clone(rest), r.columns.separator)
		}
		return into, r.columns.directive(t)
	}
	switch {
	case s[0] == '{' || !r.columns.named && strings.Contains(s, " {"):
		return r.object(s, into)
	case !r.columns.named || isRelayedDirective(s):
		return into, reject(NotFormat)
	}
	if v := zeekVerdict(zeekLog(r.columns.path, nil)); v != parsed && r.columns.path != "" {
		return into, v
	}
	r.cells = r.cells[:0]
	for cell := range strings.SplitSeq(s, r.columns.separator) {
		switch cell {
		case r.columns.unset, r.columns.empty:
			cell = ""
		}
		r.cells = append(r.cells, cell)
	}
	if len(r.cells) < len(r.names) {
		return into, reject(MissField)
	}
	return r.take(r.columns.path, r.cell, into)
}

func (r *zeekActivity) cell(name string) string {
	if i := slices.Index(r.names, name); i >= 0 {
		return r.cells[i]
	}
	return ""
}

func (r *zeekActivity) object(s string, into []event.Activity) ([]event.Activity, Verdict) {
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	path := firstText(v, "_path", "@stream", "path")
	if path == "" { // Zeek's Kafka writer names the log by the key
		for _, log := range [...]string{"conn", "http", "ssl", "files", "smtp", "dns"} {
			if inner := v.Get(log); inner != nil && inner.Type() == fastjson.TypeObject && inner.Exists("ts") {
				v, path = inner, log
				break
			}
		}
	}
	if !v.Exists("ts") || path == "" && !v.Exists("uid") && !v.Exists("fuid") && !v.Exists("id.orig_h") {
		return into, reject(NotFormat)
	}
	return r.take(path, func(name string) string {
		item := v.Get(name)
		if item == nil && strings.HasPrefix(name, "id.") {
			return zeekPart(&r.json, v, name)
		}
		if item != nil && item.Type() == fastjson.TypeArray { // a set, which TSV joins by commas
			var all []string
			for _, one := range item.GetArray() {
				if s, ok := r.json.scalar(one); ok {
					all = append(all, s)
				}
			}
			return strings.Join(all, ",")
		}
		if item != nil && (item.Type() == fastjson.TypeTrue || item.Type() == fastjson.TypeFalse) {
			return map[bool]string{true: "T", false: "F"}[item.GetBool()]
		}
		text, _ := r.json.scalar(item)
		return text
	}, into)
}

// zeekPart gives a part of the connection's identity, which some exporters
// write as id_orig_h or {"id": {"orig_h": ...}}.
func zeekPart(j *jsonLine, v *fastjson.Value, name string) string {
	part := strings.TrimPrefix(name, "id.")
	if s, ok := j.scalar(v.Get("id_" + part)); ok {
		return s
	}
	s, _ := j.scalar(v.Get("id", part))
	return s
}

// zeekFields are the fields of each log and what they mean.
var zeekFields = map[string][]meaning{
	"conn": {
		{"proto", IsProtocol}, {"orig_bytes", IsSent}, {"resp_bytes", IsReceived},
	},
	"http": {
		{"host", IsDstHost}, {"method", IsMethod}, {"uri", IsURL}, {"user_agent", IsUserAgent}, {"status_code", IsStatus},
		{"request_body_len", IsSent}, {"response_body_len", IsReceived}, {"username", IsUser},
	},
	"ssl": {
		{"server_name", IsSNI}, {"version", IsTLS}, {"ja3", IsJA3}, {"ja3s", IsJA3S}, {"ja4", IsJA4},
	},
	"files": {
		{"filename", IsFileName}, {"mime_type", IsFileType}, {"total_bytes", IsFileSize}, {"seen_bytes", IsFileSize},
		{"md5", IsHash}, {"sha1", IsHash}, {"sha256", IsHash},
	},
	"smtp": {
		{"mailfrom", IsEmailFrom}, {"from", IsEmailFrom}, {"rcptto", IsEmailTo}, {"subject", IsTitle}, {"user_agent", IsUserAgent},
	},
}

// meaning pairs a field's name with what it holds.
type meaning struct {
	field string
	is    Meaning
}

// zeekEnds are common to all logs; the second form is that of a field name map
// (LogAscii and Log::default_field_name_map).
var zeekEnds = [...]meaning{
	{"ts", IsTime},
	{"id.orig_h", IsSrc}, {"id_orig_h", IsSrc}, {"src", IsSrc}, {"id.orig_p", IsSrcPort}, {"id_orig_p", IsSrcPort}, {"src_port", IsSrcPort},
	{"id.resp_h", IsDst}, {"id_resp_h", IsDst}, {"dst", IsDst}, {"id.resp_p", IsDstPort}, {"id_resp_p", IsDstPort}, {"dst_port", IsDstPort},
}

func (r *zeekActivity) take(path string, get func(string) string, into []event.Activity) ([]event.Activity, Verdict) {
	log := zeekLog(path, get)
	if v := zeekVerdict(log); v != parsed {
		return into, v
	}
	d := draft{clock: &r.clock}
	for _, m := range zeekEnds {
		d.take(m.is, get(m.field))
	}
	for _, m := range zeekFields[log] {
		d.take(m.is, get(m.field))
	}
	switch log {
	case "conn", "ssl", "smtp":
		d.a.Class = event.NetworkActivity
	case "http":
		d.a.Class = event.HTTPActivity
	case "files":
		d.a.Class = event.FileHosting
		zeekFileEnds(&d, get)
	}
	return d.finish(into)
}

// zeekVerdict says what becomes of the records of a log, whatever they hold.
func zeekVerdict(log string) Verdict {
	switch _, known := zeekFields[log]; {
	case log == "dns":
		return skip(DNSRecord)
	case !known:
		return skip(OtherEvent)
	}
	return parsed
}

// zeekFileEnds says who sent a file to whom where the log holds no connection
// (before Zeek 5.1): is_orig is set when the file came from the originator.
func zeekFileEnds(d *draft, get func(string) string) {
	if d.a.Src.Addr.IsValid() {
		return
	}
	src, dst := firstOf(get("rx_hosts")), firstOf(get("tx_hosts"))
	if get("is_orig") == "T" {
		src, dst = dst, src
	}
	d.take(IsSrc, src)
	d.take(IsDst, dst)
}

// firstOf gives the first element of a set; Zeek separates by a comma.
func firstOf(set string) string {
	one, _, _ := strings.Cut(set, ",")
	return one
}

// zeekLog names the log of a record: as the record says, or by fields that only
// one log has; get may be nil. "conn-post-large" and "ssl_all" are conn and ssl.
func zeekLog(path string, get func(string) string) string {
	if path != "" {
		name, _, _ := strings.Cut(path, "_")
		if strings.HasPrefix(path, "smb_") || strings.HasPrefix(path, "known_") {
			return path
		}
		name, _, _ = strings.Cut(name, "-")
		return name
	}
	if get == nil {
		return ""
	}
	for _, only := range [...][2]string{
		{"conn_state", "conn"}, {"uri", "http"}, {"trans_depth", "http"}, {"server_name", "ssl"}, {"cipher", "ssl"}, {"next_protocol", "ssl"},
		{"trans_id", "dns"}, {"qtype_name", "dns"}, {"query", "dns"},
	} {
		if get(only[0]) != "" {
			if only[0] == "trans_depth" && get("mailfrom")+get("helo") != "" {
				return "smtp"
			}
			return only[1]
		}
	}
	if get("fuid") != "" && get("source") != "" {
		return "files"
	}
	return ""
}
