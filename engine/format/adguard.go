// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/base64"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// adguard reads AdGuard Home's querylog.json: one object a query, with the
// answer packed in base64, out of whose header comes the code. Lines of the
// program's own log ("2024/01/26 06:43:57.223387 [error] ...") are other events.
type adguard struct {
	clock clock
	json  jsonLine
}

func newAdguard(opt Options) Reader { return objectGuard(&adguard{clock: newClock(opt)}, opt) }

func (r *adguard) read(s string, into []event.DNS) ([]event.DNS, Verdict) {
	if s[0] != '{' {
		return into, r.programLog(s)
	}
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	if !v.Exists("QH") || !v.Exists("QT") {
		return into, reject(NotFormat)
	}
	q := question{client: text(v, "IP"), name: text(v, "QH"), escapes: masterDNS, kind: text(v, "QT"), rcode: wireRCode(v.GetStringBytes("Answer"))}
	if stamp := text(v, "T"); stamp != "" {
		var ok bool
		if q.at, ok = r.clock.scanJSON(stamp); !ok {
			return into, reject(BadTime)
		}
	}
	if q.name == "" && v.Get("QH").Type() == fastjson.TypeString {
		q.name = "." // versions before 0.108 cut the root dot of the root
	}
	return q.appendTo(into)
}

// wireRCode gives the code of a DNS message in base64: the low four bits of
// its fourth octet (RFC 1035 §4.1.1). Empty when there is no message.
func wireRCode(b []byte) string {
	var header [6]byte
	if len(b) < 8 {
		return ""
	}
	if _, err := base64.StdEncoding.Decode(header[:], b[:8]); err != nil {
		return ""
	}
	if code := int(header[3] & 15); code < len(rcodeNames) {
		return rcodeNames[code]
	}
	return ""
}

func (r *adguard) programLog(s string) Verdict {
	_, rest, state := r.clock.scan(s)
	if state == goodTime && s[4] == '/' && len(s) > 19 && s[19] == '.' { // with microseconds, unlike nginx
		rest = strings.TrimLeft(rest, " ")
		if i := strings.IndexByte(rest, '['); i >= 0 && i < 16 { // a process id may stand before the level
			level, _, ok := strings.Cut(rest[i+1:], "]")
			if ok && (level == "info" || level == "error" || level == "debug" || level == "fatal" || level == "warn") {
				return skip(OtherEvent)
			}
		}
	}
	return reject(NotFormat)
}
