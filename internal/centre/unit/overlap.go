// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Overlap is a range of another unit that a new range lies in or over. In the
// logs of any owner above both, the longer prefix draws the hits of the shorter
// one, public or private: that is why it is asked about. Equal private prefixes
// are no overlap: there the address is neither's (AttributeSQL).
type Overlap struct {
	Prefix netip.Prefix // the new one
	Other  Range
	Unit   Unit // whose Other is
}

// Draws reports whether the new range takes addresses that are the other's
// now; else the other keeps its own within the new, wider one.
func (o Overlap) Draws() bool { return o.Other.Prefix.Bits() < o.Prefix.Bits() }

// overlapped reports whether r and o are one inside the other at the same time,
// not equal, and of two units.
func (r Range) overlapped(o Range) bool {
	return r.UnitID != o.UnitID && r.Prefix != o.Prefix && r.Prefix.Overlaps(o.Prefix) &&
		overlaps(r.ValidFrom, r.ValidTo, o.ValidFrom, o.ValidTo)
}

// overlappedBy lists the ranges of units neither above nor below r's that r
// lies in or over. It looks beyond the actor's scope: hits are drawn wherever
// they come from.
func overlappedBy(ctx context.Context, q bun.IDB, r Range) ([]Range, error) {
	lo, hi, _ := keys(r.Prefix)
	list, err := ranges(ctx, q, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.lo <= ?", hi).Where("r.hi >= ?", lo).Where("r.unit_id <> ?", r.UnitID)
	})
	if err != nil {
		return nil, err
	}
	var out []Range
	for _, o := range list {
		if !r.overlapped(o) {
			continue
		}
		related, err := under(ctx, q, r.UnitID, o.UnitID)
		if err != nil {
			return nil, err
		}
		if !related {
			out = append(out, o)
		}
	}
	return out, nil
}

// mayOverlap checks new ranges against those of other units. One whose unit
// lies outside the scope refuses them; within it, they are refused until the
// actor is sure.
func (s *Service) mayOverlap(ctx context.Context, q bun.IDB, scope auth.Scope, op string, list []Range, sure bool) error {
	for _, r := range list {
		others, err := overlappedBy(ctx, q, r)
		if err != nil {
			return err
		}
		for _, o := range others {
			in, err := scope.Holds(ctx, q, string(o.UnitID))
			if err != nil {
				return err
			}
			reason := "unit.err.range_overlap"
			if !in {
				reason = "unit.err.range_foreign"
			}
			if !in || !sure {
				return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"range": reason}, Args: []any{r.Prefix}}
			}
		}
	}
	return nil
}

// Overlaps lists what the actor has to be sure about before AddRange takes n:
// the ranges of other units, all in the actor's scope. It fails as AddRange
// does when n could not be taken even so.
func (s *Service) Overlaps(ctx context.Context, id ID, n NewRange) ([]Overlap, error) {
	const op = "unit.Overlaps"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return nil, err
	}
	list, err := n.ranges(op, id)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	if _, err := get(ctx, q, scope, id); err != nil {
		return nil, db.Error(op, err)
	}
	if err := s.mayOverlap(ctx, q, scope, op, list, true); err != nil {
		return nil, db.Error(op, err)
	}
	var out []Overlap
	for _, r := range list {
		others, err := overlappedBy(ctx, q, r)
		if err != nil {
			return nil, db.Error(op, err)
		}
		for _, o := range others {
			u, err := get(ctx, q, scope, o.UnitID)
			if err != nil {
				return nil, db.Error(op, err)
			}
			out = append(out, Overlap{r.Prefix, o, u})
		}
	}
	return out, nil
}

// overlap notes, while a list is matched, what a new range of its row lies in
// or over: a unit outside the scope refuses the row, one inside is a doubt that
// the plan shows before anyone confirms it.
func (m *matcher) overlap(n *node, r Range) bool {
	var named []string
	for _, list := range m.plan {
		for _, o := range list {
			if !r.overlapped(o) || m.related(r.UnitID, o.UnitID) {
				continue
			}
			other := m.byID[o.UnitID]
			if other == nil {
				m.bad(n.rec.row, colRanges, r.Prefix.String(), "unit.err.range_foreign", r.Prefix)
				return false
			}
			named = append(named, other.next.Label()+" ("+o.Prefix.String()+")")
		}
	}
	if len(named) > 0 {
		slices.Sort(named)
		m.warn(n.rec.row, colRanges, r.Prefix.String(), "unit.warn.range_overlap", r.Prefix, strings.Join(named, ", "))
	}
	return true
}
