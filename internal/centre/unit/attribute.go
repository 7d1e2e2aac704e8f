// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Basis says how an address came to its unit.
type Basis string

// The bases.
const (
	ByRange    Basis = "range"  // a range of the address plan holds it
	BySource   Basis = "source" // the log is the unit's own
	Unassigned Basis = "none"   // nobody's: the log is the whole centre's and no range holds it
)

// Attributed is whose an address was at a time. UnitID is empty when Basis is
// Unassigned; Kind and RangeID are empty unless it is ByRange.
type Attributed struct {
	UnitID  ID
	Kind    AddressKind
	RangeID RangeID
	Basis   Basis
}

// attribution is the SQL of Attribute: expressions correlated to the columns it
// was made for, the same on both engines, each never NULL.
type attribution struct {
	unit, kind, rangeID string // '' when nobody's; the last two when no range holds the address
	stamp               string // kind, filled up to kindWidth, and unit in one text
}

// attributeSQL makes the expressions for three columns of the query they go
// into, given as trusted SQL, never as input: an address as db.AddrKey writes
// it, the id of the source's owner unit, and a time in milliseconds (db.Time).
//
// Candidates are the ranges, valid at the time, of units in the owner's
// subtree. The longest prefix wins. Where two units of the subtree use the
// same private prefix, the address is neither's: an owner above both is told
// so little by the address that naming one would be a guess. Without range the
// address is the owner's own, unless the owner is the root.
func attributeSQL(addr, owner, at string) attribution {
	best := func(value string) string {
		return strings.NewReplacer("{value}", value, "{addr}", addr, "{owner}", owner, "{at}", at,
			"{slots}", slots(owner, addr)).Replace(bestSQL)
	}
	return attribution{
		unit:    "COALESCE(" + best("MIN(up.unit_id)") + ", " + unheldSQL(owner) + ")",
		kind:    "COALESCE(" + best("MIN(up.kind)") + ", '')",
		rangeID: "COALESCE(" + best("MIN(up.range_id)") + ", '')",
		stamp: "COALESCE(" + best("substr(MIN(up.kind) || '        ', 1, "+kindWidth+") || MIN(up.unit_id)") +
			", '        ' || " + unheldSQL(owner) + ")",
	}
}

// unheldSQL is whose an address is that no range holds.
func unheldSQL(owner string) string {
	return "CASE WHEN " + owner + " = (SELECT ar.id FROM unit ar WHERE ar.parent_id = '') THEN '' ELSE " + owner + " END"
}

// Prefixes of one length that hold one address are equal, so a group is one
// prefix; at one time it has one row for each unit that uses it.
const bestSQL = `(SELECT CASE WHEN MIN(up.unit_id) = MAX(up.unit_id) THEN {value} END
 FROM unit_plan up
 WHERE up.slot IN ({slots})
 AND up.lo <= {addr} AND up.hi >= {addr} AND up.valid_from <= {at} AND up.valid_until > {at}
 GROUP BY up.bits ORDER BY up.bits DESC LIMIT 1)`

// slots lists where ranges that hold addr may stand: the owner with the
// leading bytes of the address, 2 (the widest range, /16 of IPv6) to 16, two
// digits each.
func slots(owner, addr string) string {
	parts := make([]string, 0, 15)
	for n := 4; n <= 32; n += 2 {
		parts = append(parts, owner+" || '/' || substr("+addr+", 1, "+strconv.Itoa(n)+")")
	}
	return strings.Join(parts, ", ")
}

// Attribute says whose addr was at the time, in a log whose source is owner's.
// It needs the right to read units; an owner outside the actor's scope gives
// fault.NotFound.
func (s *Service) Attribute(ctx context.Context, owner ID, addr netip.Addr, at time.Time) (Attributed, error) {
	const op = "unit.Attribute"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Attributed{}, err
	}
	sql := attributeSQL("q.addr", "q.owner", "q.at")
	var a Attributed
	src := s.db.Read().NewSelect().ColumnExpr("CAST(? AS TEXT) AS addr", db.AddrKey(addr)).
		ColumnExpr("CAST(? AS BIGINT) AS at", at.UnixMilli()).ColumnExpr("u.id AS owner").
		TableExpr("unit AS u").Where("u.id = ?", owner)
	err = s.db.Read().NewSelect().TableExpr("(?) AS q", scope.Filter(src, "u.id")).
		ColumnExpr(sql.unit).ColumnExpr(sql.kind).ColumnExpr(sql.rangeID).Scan(ctx, &a.UnitID, &a.Kind, &a.RangeID)
	switch {
	case a.RangeID != "":
		a.Basis = ByRange
	case a.UnitID != "":
		a.Basis = BySource
	default:
		a.Basis = Unassigned
	}
	return a, db.Error(op, err)
}
