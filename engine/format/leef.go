// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// leef reads the Log Event Extended Format, "LEEF:1.0|vendor|product|version|
// event|" with attributes separated by tabs, and 2.0, which may name another
// separator as a further field (IBM QRadar, "LEEF overview" and "Predefined
// LEEF event attributes"). Relays write the tab as #011 (rsyslog) and may drop
// "LEEF:" as a syslog tag; both are read.
type leef struct {
	clock clock
	attr  fields
}

func newLEEF(opt Options) ActivityReader { return activityTextGuard(&leef{clock: newClock(opt)}, opt) }

var leefFields = []meaning{
	{"devTime", IsTime}, {"time", IsTime},
	{"src", IsSrc}, {"srcPort", IsSrcPort}, {"dst", IsDst}, {"dstPort", IsDstPort}, {"proto", IsProtocol},
	{"identHostName", IsSrcHost}, {"dstHost", IsDstHost}, {"domain", IsDstHost}, {"hostname", IsDstHost}, {"dstname", IsDstHost},
	{"action", IsAction}, {"act", IsAction}, {"disp", IsAction},
	{"srcBytes", IsSent}, {"sent_bytes", IsSent}, {"dstBytes", IsReceived}, {"rcvd_bytes", IsReceived},
	{"usrName", IsUser}, {"src_user", IsUser}, {"url", IsURL}, {"method", IsMethod}, {"userAgent", IsUserAgent},
	{"filename", IsFileName}, {"fileName", IsFileName}, {"fileHash", IsHash}, {"md5", IsHash}, {"sha1", IsHash}, {"sha256", IsHash},
	{"sender", IsEmailFrom}, {"recipient", IsEmailTo},
}

func (r *leef) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	prefix, body, ok := r.find(s)
	if !ok {
		return into, reject(NotFormat)
	}
	version, body, _ := strings.Cut(body, "|")
	var head [4]string // vendor, product, version, event
	for i := range head {
		if head[i], body, ok = strings.Cut(body, "|"); !ok {
			return into, reject(MissField)
		}
	}
	separator := "\t"
	if version == "2.0" {
		if given, rest, ok := strings.Cut(body, "|"); ok && isLeefSeparator(given) {
			separator, body = leefSeparator(given), rest
		}
	}
	if separator == "\t" && !strings.Contains(body, "\t") {
		separator = "#011"
	}
	r.attr = r.attr[:0]
	for one := range strings.SplitSeq(body, separator) {
		if key, value, ok := strings.Cut(one, "="); ok {
			r.attr = append(r.attr, field{strings.TrimSpace(key), strings.TrimSpace(value)})
		}
	}
	d := draft{clock: &r.clock}
	r.attr.apply(&d, leefFields)
	d.take(IsTitle, head[3])
	if d.a.Time.IsZero() && !d.badTime {
		d.a.Time, d.badTime = prefix.at, prefix.bad
	}
	return d.finish(into)
}

func (r *leef) find(s string) (head, string, bool) {
	if before, after, ok := strings.Cut(s, "LEEF:"); ok {
		body := strings.TrimLeft(after, " ")
		return r.clock.head(before + "x"), body, isLeefVersion(body)
	}
	return head{}, s, isLeefVersion(s) && strings.Count(s, "|") >= 5
}

func isLeefVersion(s string) bool {
	return strings.HasPrefix(s, "1.0|") || strings.HasPrefix(s, "2.0|")
}

// isLeefSeparator tells a separator field: one character, or its code as x09 or
// 0x09.
func isLeefSeparator(s string) bool {
	return s == "" || len(s) == 1 && s[0] != '=' || strings.HasPrefix(s, "x") && len(s) <= 5 || strings.HasPrefix(s, "0x") && len(s) <= 6
}

func leefSeparator(s string) string {
	switch {
	case s == "":
		return "\t"
	case len(s) == 1:
		return s
	}
	if n, err := strconv.ParseUint(s[strings.IndexByte(s, 'x')+1:], 16, 16); err == nil && n > 0 {
		return string(rune(n))
	}
	return "\t"
}
