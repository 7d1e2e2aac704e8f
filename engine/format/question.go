// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// question is one lookup as cut from a line, before it is understood.
type question struct {
	at             time.Time
	client, server string     // address, with or without port, brackets, zone
	from, to       netip.Addr // client and server, where they were read on the way
	name           string
	escapes        escapes
	kind           string // record type, as name or number
	rcode          string
}

// event understands q. A server that cannot be read is left unsaid: it is of
// no use to refuse a query for it.
func (q *question) event() (event.DNS, Verdict) {
	client, server := q.from, q.to
	if !client.IsValid() {
		var ok bool
		if client, ok = hostPort(q.client); !ok {
			return event.DNS{}, reject(BadClient)
		}
	}
	name, ok := nameText(q.name, q.escapes)
	if !ok {
		return event.DNS{}, reject(BadName)
	}
	if !server.IsValid() && q.server != "" {
		server, _ = hostPort(q.server)
	}
	return event.DNS{
		Time: q.at, Client: client, Server: server,
		Name: name, Type: typeName(q.kind), RCode: rcodeName(q.rcode),
	}, parsed
}

// appendTo adds q's event to into.
func (q *question) appendTo(into []event.DNS) ([]event.DNS, Verdict) {
	e, v := q.event()
	if v != parsed {
		return into, v
	}
	return append(into, e), v
}
