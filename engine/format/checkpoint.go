// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// checkpoint reads Check Point's Log Exporter in the syslog form, `[key:"value";
// key:"value"]` after an RFC 5424 head, in the generic and splunk forms,
// `key="value"` and `key=value|key=value` (Check Point sk122323, "Log Exporter",
// and sk144192, field names). Its CEF and LEEF forms are read by cef and leef.
type checkpoint struct {
	clock clock
	kv    fields
}

func newCheckPoint(opt Options) ActivityReader {
	return activityTextGuard(&checkpoint{clock: newClock(opt)}, opt)
}

var checkpointFields = []meaning{
	{"time", IsTime},
	{"src", IsSrc}, {"s_port", IsSrcPort}, {"src_machine_name", IsSrcHost},
	{"dst", IsDst}, {"proto", IsProtocol}, {"dst_domain_name", IsDstHost}, {"tls_server_host_name", IsSNI}, {"sni", IsSNI},
	{"action", IsAction}, {"rule_action", IsAction}, {"sent_bytes", IsSent}, {"received_bytes", IsReceived},
	{"client_outbound_bytes", IsSent}, {"client_inbound_bytes", IsReceived},
	{"user", IsUser}, {"src_user_name", IsUser}, {"protection_name", IsTitle}, {"appi_name", IsTitle}, {"rule_name", IsTitle},
	{"domain_name", IsQuery}, {"method", IsMethod}, {"resource", IsURL}, {"web_client_type", IsUserAgent},
	{"file_name", IsFileName}, {"file_type", IsFileType}, {"file_size", IsFileSize},
	{"file_md5", IsHash}, {"file_sha1", IsHash}, {"file_sha256", IsHash},
	{"from", IsEmailFrom}, {"to", IsEmailTo},
}

func (r *checkpoint) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	at, ok := r.cut(s)
	if !ok || !r.isCheckPoint() {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	r.kv.apply(&d, checkpointFields)
	if port := r.kv.get("service"); port != "" && strings.Trim(port, "0123456789") == "" { // elsewhere the name of a service
		d.take(IsDstPort, port)
	}
	if r.kv.get("protection_name") != "" {
		d.a.Class = event.DetectionFinding
	}
	if d.a.Time.IsZero() && !d.badTime {
		d.a.Time = at.at
	}
	return d.finish(into)
}

// cut fills r.kv from any of the three forms.
func (r *checkpoint) cut(s string) (head, bool) {
	r.kv = r.kv[:0]
	if i := strings.Index(s, "[action:\""); i >= 0 {
		return r.head(s, i), r.listed(s[i+1:])
	}
	if i := strings.Index(s, "[flags:\""); i >= 0 {
		return r.head(s, i), r.listed(s[i+1:])
	}
	if strings.Count(s, "|") > 3 && strings.Contains(s, "|loguid=") {
		start := strings.LastIndexByte(s[:strings.IndexByte(s, '|')], ' ') + 1
		for one := range strings.SplitSeq(strings.TrimPrefix(s[start:], bom), "|") {
			if key, value, ok := strings.Cut(one, "="); ok {
				r.kv = append(r.kv, field{strings.TrimSpace(key), strings.TrimSpace(value)})
			}
		}
		return r.head(s, start), true
	}
	h := head{rest: s}
	if !startsWithPair(s) {
		h = r.clock.head(s)
	}
	var ok bool
	r.kv, ok = quotedPairs(r.kv, h.rest)
	return h, ok
}

// head reads what stands before i, whose structured data is the message here.
func (r *checkpoint) head(s string, i int) head { return r.clock.head(s[:i] + "- x") }

// listed reads `key:"value"; key:"value"]`.
func (r *checkpoint) listed(s string) bool {
	for {
		s = strings.TrimLeft(s, "; ")
		if s == "" || s[0] == ']' {
			return len(r.kv) > 0
		}
		key, _, ok := strings.Cut(s, ":\"")
		if !ok || !isKey(key) {
			return false
		}
		quoted := s[len(key)+1:] // with its first quote
		end := quoteEnd(quoted)
		if end < 0 {
			return false
		}
		r.kv = append(r.kv, field{key, unquote(quoted[1:end])})
		s = quoted[end+1:]
	}
}

// isCheckPoint tells the exporter's records from other key-value logs: each
// has a loguid or the product's name with a sequence number.
func (r *checkpoint) isCheckPoint() bool {
	return r.kv.get("loguid") != "" || r.kv.get("product") != "" && (r.kv.get("sequencenum") != "" || r.kv.get("origin") != "")
}
