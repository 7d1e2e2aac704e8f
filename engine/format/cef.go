// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// cef reads the Common Event Format, "CEF:0|vendor|product|version|class|name|
// severity|extension", with or without a syslog prefix (Micro Focus ArcSight,
// "Implementing ArcSight Common Event Format", version 26). Some senders write
// "CEF: 0", and some relays take "CEF:" for a syslog tag and drop it; both are
// read. Beside the dictionary's keys the table knows those that Fortinet, Palo
// Alto Networks and Check Point add.
//
// "in" (bytesIn) counts what flows from source to destination and "out"
// (bytesOut) what flows back: "Implementing ArcSight Common Event Format (CEF)",
// version 26, table of extension keys, "relative to the source to destination
// relationship". Senders of turned write the two the other way round.
type cef struct {
	clock clock
	ext   fields
}

func newCEF(opt Options) ActivityReader { return activityTextGuard(&cef{clock: newClock(opt)}, opt) }

var cefFields = []meaning{
	{"rt", IsTime}, {"end", IsTime}, {"start", IsTime}, {"UNIFIutcTime", IsTime},
	{"FTNTFGTeventtime", IsTime}, {"FortinetFortiGateeventtime", IsTime}, {"ad.eventtime", IsTime},
	{"src", IsSrc}, {"c6a2", IsSrc}, {"spt", IsSrcPort}, {"shost", IsSrcHost},
	{"dst", IsDst}, {"c6a3", IsDst}, {"dpt", IsDstPort}, {"dhost", IsDstHost}, {"destinationDnsDomain", IsQuery},
	{"FTNTFGTqname", IsQuery}, {"FortinetFortiGateqname", IsQuery}, {"FTNTFGThostname", IsDstHost}, {"FortinetFortiGatehostname", IsDstHost},
	{"act", IsAction}, {"FTNTFGTaction", IsAction}, {"FortinetFortiGateaction", IsAction}, {"fw_action", IsAction}, {"rule_action", IsAction},
	{"suser", IsUser}, {"susr", IsUser}, {"duser", IsUser}, {"FTNTFGTunauthuser", IsUser}, {"FortinetFortiGateunauthuser", IsUser},
	{"requestMethod", IsMethod}, {"request", IsURL}, {"requestClientApplication", IsUserAgent},
	{"fname", IsFileName}, {"fileType", IsFileType}, {"fsize", IsFileSize}, {"fileHash", IsHash},
	{"FTNTFGTanalyticscksum", IsHash}, {"FortinetFortiGateanalyticscksum", IsHash}, {"FTNTFGTfilehash", IsHash},
	{"PanOSFileHash", IsHash}, {"PanOSSHA256", IsHash}, {"file_md5", IsHash}, {"file_sha1", IsHash}, {"file_sha256", IsHash},
	{"PanOSSenderEmail", IsEmailFrom}, {"PanOSRecipientEmail", IsEmailTo}, {"FTNTFGTfrom", IsEmailFrom}, {"FTNTFGTto", IsEmailTo},
}

// turned are the vendors that write "out" for the bytes the source sent and "in"
// for those it received: Fortinet, FortiOS Log Message Reference, "Traffic log
// support for CEF" (sentbyte is out, rcvdbyte is in); Palo Alto Networks, Strata
// Logging Service, "Traffic CEF Fields" (bytes_sent, bytes_received); Check
// Point, Log Exporter, mapping of CEF fields (sent_bytes, received_bytes);
// SonicWall, SonicOS Log Events Reference Guide, tags sent and rcvd.
var turned = []string{"fortinet", "palo alto networks", "check point", "sonicwall"}

// bytes reads how many flowed in each direction.
func (r *cef) bytes(d *draft, vendor string) {
	sent, received := r.ext.get("in"), r.ext.get("out")
	if slices.Contains(turned, strings.ToLower(strings.TrimSpace(vendor))) {
		sent, received = received, sent
	}
	d.take(IsSent, sent)
	d.take(IsReceived, received)
}

func (r *cef) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	at, body, ok := r.find(s)
	if !ok {
		return into, reject(NotFormat)
	}
	var head [7]string // version, vendor, product, version, class, name, severity
	for i := range head {
		if head[i], body, ok = cutPipe(body); !ok {
			return into, reject(MissField)
		}
	}
	r.ext = cefExtension(r.ext[:0], body)
	local := r.clock
	local.zone = r.zone()
	d := draft{clock: &local}
	r.ext.apply(&d, cefFields)
	if proto := r.ext.get("proto"); proto != "" { // SonicWall writes "tcp/https"
		proto, _, _ = strings.Cut(proto, "/")
		d.take(IsProtocol, proto)
	}
	r.bytes(&d, head[1])
	d.take(IsTitle, cefText(head[5]))
	r.hashes(&d)
	if d.a.Time.IsZero() && !at.at.IsZero() {
		d.a.Time = at.at
	}
	if at.bad && d.a.Time.IsZero() {
		return into, reject(BadTime)
	}
	return d.finish(into)
}

// zone is that of times that name none: the device's own where it is said.
func (r *cef) zone() *time.Location {
	for _, key := range [...]string{"dtz", "tz", "FTNTFGTtz", "FortinetFortiGatetz"} {
		switch s := r.ext.get(key); s {
		case "":
		case "UTC", "GMT":
			return time.UTC
		default:
			if zone, rest := r.clock.scanZone(s); rest == "" {
				return zone
			}
		}
	}
	return r.clock.zone
}

// hashes reads what a custom string's label says is a hash.
func (r *cef) hashes(d *draft) {
	for _, key := range [...]string{"cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "flexString1", "flexString2"} {
		switch strings.ToLower(strings.ReplaceAll(r.ext.get(key+"Label"), "-", "")) {
		case "md5", "sha1", "sha256", "hash", "filehash", "file hash", "file digest":
			d.take(IsHash, r.ext.get(key))
		}
	}
}

// find gives the part of s from the version on, and the prefix's time.
func (r *cef) find(s string) (head, string, bool) {
	if before, after, ok := strings.Cut(s, "CEF:"); ok {
		body := strings.TrimLeft(after, " ")
		if isPipeVersion(body) {
			return r.clock.head(before + "x"), body, true
		}
	}
	if t := strings.TrimLeft(s, " "); isPipeVersion(t) && strings.Count(t, "|") >= 7 {
		return head{}, t, true
	}
	return head{}, "", false
}

// isPipeVersion tells "0|" and "1|".
func isPipeVersion(s string) bool { return len(s) > 2 && (s[0] == '0' || s[0] == '1') && s[1] == '|' }

// cutPipe cuts a header field; \| and \\ are escapes in it.
func cutPipe(s string) (field, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			return s[:i], s[i+1:], true
		}
	}
	return "", s, false
}

// maxKey bounds a key of an extension: the longest known have 40 characters.
const maxKey = 128

// cefExtension reads "key=value key=value", where a value may hold spaces: it
// ends before the word that precedes the next unescaped '=' and is a key.
func cefExtension(out fields, s string) fields {
	keyAt, valueAt, word := -1, -1, 0 // word is where the word at hand begins
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			continue
		case ' ', '\t':
			word = i + 1
			continue
		case '=':
		default:
			continue
		}
		if word < valueAt || i-word > maxKey || !isKey(s[word:i]) {
			continue
		}
		if valueAt >= 0 {
			out = append(out, field{s[keyAt : valueAt-1], cefText(strings.Trim(s[valueAt:word], " \t"))})
		}
		keyAt, valueAt = word, i+1
	}
	if valueAt >= 0 {
		out = append(out, field{s[keyAt : valueAt-1], cefText(strings.Trim(s[valueAt:], " \t"))})
	}
	return out
}

// cefText undoes the escapes of a header or a value, and drops quotes around it.
func cefText(s string) string {
	if n := len(s); n > 1 && s[0] == '"' && s[n-1] == '"' {
		s = s[1 : n-1]
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\=`, `=`, `\|`, `|`, `\n`, ` `, `\r`, ` `).Replace(s)
}
