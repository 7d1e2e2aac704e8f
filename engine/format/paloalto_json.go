// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// paloaltoFields are those of Strata Logging Service's JSON (Palo Alto Networks,
// "Strata Logging Service Log Reference", network logs).
var paloaltoFields = [...]meaning{
	{"TimeGeneratedHighResolution", IsTime}, {"TimeGenerated", IsTime},
	{"SourceAddress", IsSrc}, {"SourcePort", IsSrcPort}, {"DestinationAddress", IsDst}, {"DestinationPort", IsDstPort},
	{"Protocol", IsProtocol}, {"Action", IsAction}, {"SourceUser", IsUser}, {"BytesSent", IsSent}, {"BytesReceived", IsReceived},
	{"URL", IsURL}, {"HTTPMethod", IsMethod}, {"UserAgent", IsUserAgent}, {"ThreatID", IsTitle},
	{"FileName", IsFileName}, {"FileType", IsFileType}, {"FileHash", IsHash}, {"FileSHA256", IsHash},
	{"SenderEmail", IsEmailFrom}, {"RecipientEmail", IsEmailTo},
}

// record implements records.
func (r *paloalto) record(j *jsonLine, v *fastjson.Value, into []event.Activity) ([]event.Activity, Verdict, bool) {
	kind := text(v, "LogType")
	if !isPanType(kind) {
		return into, Verdict{}, false
	}
	if kind == "SYSTEM" && text(v, "Subtype") == "auth" {
		d := draft{clock: &r.clock}
		if d.panAuth(text(v, "EventName"), text(v, "EventDescription")) {
			d.take(IsTime, text(v, "TimeGeneratedHighResolution"))
			d.take(IsTime, text(v, "EventTime"))
			into, verdict := d.finish(into)
			return into, verdict, true
		}
	}
	if kind != "TRAFFIC" && kind != "THREAT" && kind != "URL" {
		return into, skip(OtherEvent), true
	}
	d := draft{clock: &r.clock}
	for _, m := range paloaltoFields {
		if value, ok := j.scalar(v.Get(m.field)); ok {
			d.take(m.is, value)
		}
	}
	switch sub := text(v, "Subtype"); {
	case kind == "TRAFFIC":
		d.a.Class = event.NetworkActivity
	case kind == "URL" || sub == "url":
		d.a.Class = event.HTTPActivity
	case sub == "file":
		d.a.Class = event.FileHosting
	default:
		d.a.Class = event.DetectionFinding
	}
	into, verdict := d.finish(into)
	return into, verdict, true
}
