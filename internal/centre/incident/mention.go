// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/netip"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// maxMentions is how many cases Mentioning gives.
const maxMentions = 50

// Mentioning gives the cases in the actor's scope that name a value among their
// observables or, of an address, among their machines, latest detection first.
func (s *Service) Mentioning(ctx context.Context, value string) ([]Incident, error) {
	const op = "incident.Mentioning"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	kind, value, err := ParseObservable(value)
	if err != nil {
		return nil, nil // what is no observable stands in no case
	}
	var rows []row
	q := visible(s.records.Read().NewSelect().Model(&rows), scope)
	named := "i.id IN (SELECT incident_id FROM incident_observable WHERE type = ? AND value = ?)"
	if addr, err := netip.ParseAddr(value); err == nil {
		q = q.Where("("+named+" OR i.id IN (SELECT incident_id FROM incident_machine WHERE addr_key = ?))", string(kind), value, db.AddrKey(addr))
	} else {
		q = q.Where(named, string(kind), value)
	}
	if err := q.OrderExpr("i.detected_at DESC, i.id DESC").Limit(maxMentions).Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	return all(rows)
}

// MayWrite reports whether the actor may write in any case.
func MayWrite(ctx context.Context) bool { return auth.May(ctx, mayWrite) }
