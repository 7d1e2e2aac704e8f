// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"net/netip"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Subject is what may be said of the client behind an address.
type Subject struct {
	Machine bool        // the address is one machine's, which may be called infected
	Behind  bool        // one machine among several stands behind it: its log must be asked for
	Key     string      // catalogue key of the words
	Icon    ui.IconName // drawn beside them
}

// SubjectOf is the one place that decides it (design.md §9.4): only an address
// declared to be a machine's is a machine. Behind NAT, a resolver or a proxy it
// is "one machine behind …"; an address no range holds is of undeclared kind;
// a log that hides the client names no machine at all.
func SubjectOf(kind unit.AddressKind, addr netip.Addr) Subject {
	switch {
	case !addr.IsValid():
		return Subject{Key: "finding.subject.hidden", Icon: ui.IconNoData}
	case kind == unit.Machine:
		return Subject{Machine: true, Key: "finding.subject.machine", Icon: ui.IconMachine}
	case kind == unit.NAT, kind == unit.Resolver, kind == unit.Proxy:
		return Subject{Behind: true, Key: "finding.subject." + string(kind), Icon: ui.IconShare}
	}
	return Subject{Key: "finding.subject.unknown", Icon: ui.IconNoData}
}
