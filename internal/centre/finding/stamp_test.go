// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// TestStampsFollowEveryChangeOfThePlan changes addresses and the tree of units at
// random and wants every finding to say the same as the plan asked afresh.
func TestStampsFollowEveryChangeOfThePlan(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := rand.New(rand.NewPCG(7, 11))
		l := list("Danh sách", "stealer")
		units := []unit.ID{h.root, h.a, h.b}
		addr := func() string { return fmt.Sprintf("10.%d.%d.%d", r.IntN(3), r.IntN(2), r.IntN(4)) }
		for range 30 {
			owner := units[r.IntN(len(units))]
			h.record(owner, hit(l, addr(), "x.evil.example", 1, t0.Add(-time.Duration(r.IntN(60*24))*time.Hour)))
		}
		var ranges []unit.Range
		for step := range 24 {
			switch what := r.IntN(4); {
			case what < 2 || len(ranges) == 0:
				bits := []int{8, 16, 24, 32}[r.IntN(4)]
				got, err := h.units.AddRange(h.officer(), units[1+r.IntN(len(units)-1)], unit.NewRange{Text: fmt.Sprintf("%s/%d", addr(), bits),
					Kind: unit.AddressKinds()[r.IntN(4)]})
				if err == nil {
					ranges = append(ranges, got...)
				}
			case what == 2:
				n := r.IntN(len(ranges))
				if err := h.units.RemoveRange(h.officer(), ranges[n].UnitID, ranges[n].ID); err != nil {
					t.Fatal(err)
				}
				ranges = append(ranges[:n], ranges[n+1:]...)
			default:
				u, err := h.units.Get(h.officer(), units[1+r.IntN(len(units)-1)])
				if err != nil {
					t.Fatal(err)
				}
				if u.ParentID = units[r.IntN(len(units))]; u.ParentID == u.ID {
					continue
				}
				if _, err := h.units.Update(h.officer(), u); err != nil { // a circle is refused
					continue
				}
			}
			h.checkStamps(t, step)
		}
		if len(ranges) < 3 {
			t.Errorf("only %d ranges at the end", len(ranges))
		}
	})
}

func (h *house) checkStamps(t *testing.T, step int) {
	t.Helper()
	var rows []struct {
		ID, Owner, Addr, Unit, Kind, Scope string
		Last                               db.Time
	}
	err := h.db.Read().NewSelect().Table("finding").ColumnExpr("id, owner_unit AS owner, addr, unit_id AS unit, address_kind AS kind, scope_unit AS scope, last_seen AS last").
		Scan(t.Context(), &rows)
	if err != nil || len(rows) < 15 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, f := range rows {
		want, err := h.units.Attribute(h.officer(), unit.ID(f.Owner), netip.MustParseAddr(f.Addr), f.Last.Time)
		if err != nil {
			t.Fatal(err)
		}
		scope := string(want.UnitID)
		if scope == "" {
			scope = f.Owner
		}
		if f.Unit != string(want.UnitID) || f.Kind != string(want.Kind) || f.Scope != scope {
			t.Fatalf("step %d: %s of %s says %q, %q, seen by %q; the plan says %+v", step, f.Addr, f.Owner, f.Unit, f.Kind, f.Scope, want)
		}
	}
}

func TestRowsOfAnEarlierVersionAreStampedAtOpening(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(list("Danh sách", "stealer"), "10.1.0.7", "x.evil.example", 1, t0))
		err := h.db.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("UPDATE finding SET unit_id = '', address_kind = '', scope_unit = ''").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := h.List(h.officer(), finding.Filter{}); err != nil || p.Total != 0 {
			t.Fatalf("%d rows without stamp are shown, %v", p.Total, err)
		}
		if err := h.StampMissing(t.Context()); err != nil {
			t.Fatal(err)
		}
		p, err := h.List(h.officer(), finding.Filter{})
		if err != nil || p.Total != 1 || p.Rows[0].UnitID != string(h.a) {
			t.Errorf("after stamping: %+v, %v", p, err)
		}
	})
}
