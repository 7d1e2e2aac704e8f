// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format/netflow"
)

// Reasons of flow dumps.
const (
	NoTemplate Reason = netflow.NoTemplate // flows whose description the exporter never sent
	BadPacket  Reason = netflow.BadPacket  // a message that contradicts itself
	Fragment   Reason = netflow.Fragment   // a part of a datagram
)

// goflow reads flows as goflow2 writes them in JSON (github.com/netsampler/goflow2,
// docs/README.md), which is also what package netflow makes of a dump. Flows go
// one way: Src is who sent these bytes, be it a question or its answer. The
// time is the flow's start, else when it was exported.
type goflow struct {
	clock clock
	json  jsonLine
}

func newGoflow(opt Options) ActivityReader {
	return activityObjectGuard(&goflow{clock: newClock(opt)}, opt)
}

var goflowFields = [...]meaning{
	{"time_flow_start_ns", IsTime}, {"time_flow_end_ns", IsTime}, {"time_received_ns", IsTime},
	{"src_addr", IsSrc}, {"src_port", IsSrcPort}, {"dst_addr", IsDst}, {"dst_port", IsDstPort},
	{"proto", IsProtocol}, {"bytes", IsSent}, {"bytes_back", IsReceived}, {"action", IsAction},
}

func (r *goflow) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	v, verdict := r.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	switch text(v, "type") {
	case "NETFLOW_V5", "NETFLOW_V9", "IPFIX", "SFLOW_5", "PACKET":
	default:
		return into, reject(NotFormat)
	}
	switch Reason(text(v, "error")) { // what text gives dies with the line
	case "":
	case NoTemplate:
		return into, reject(NoTemplate)
	case Fragment:
		return into, reject(Fragment)
	default:
		return into, reject(BadPacket)
	}
	if v.GetBool("other") {
		return into, skip(OtherEvent)
	}
	d := draft{clock: &r.clock}
	d.a.Class = event.NetworkActivity
	for _, f := range goflowFields {
		if value, ok := r.json.scalar(v.Get(f.field)); ok && !unknownTime(f.is, v.Get(f.field)) {
			d.take(f.is, value)
		}
	}
	return d.finish(into)
}

// unknownTime tells the zero that goflow2 writes for a time it does not know.
func unknownTime(m Meaning, v *fastjson.Value) bool { return m == IsTime && v.GetInt64() == 0 }
