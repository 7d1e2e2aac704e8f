// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package event says what one log line reports, whatever program wrote it.
// Names follow the Open Cybersecurity Schema Framework (OCSF 1.3) classes. The
// package holds plain values: it reads no log (see engine/format) and judges
// nothing (see engine/intel).
package event

import (
	"net/netip"
	"time"
)

// DNS is one name looked up by one client: OCSF class 4003, DNS Activity,
// activity "Query". The zero value of each field means the line did not say.
type DNS struct {
	Time   time.Time  // UTC; zero when the line carries no time
	Client netip.Addr // who asked, without zone and unmapped (never ::ffff:a.b.c.d)
	Server netip.Addr // the resolver asked
	Name   string     // as written, unescaped to text, without the root dot; "." is the root itself
	Type   string     // "A", "AAAA", "TYPE65"; upper case
	RCode  string     // "NOERROR", "NXDOMAIN"; upper case; only where the line tells the outcome
}
