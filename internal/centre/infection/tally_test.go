// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// truth counts the machines of a scope, the units given, out of the infections.
func (h *house) truth(units ...unit.ID) (c infection.Count) {
	h.t.Helper()
	seen := map[string]bool{}
	for _, i := range h.all(h.officer(), infection.Filter{State: infection.AnyActive, Limit: 1000}) {
		whose, key := unit.ID(i.UnitID), string(i.AddrKind)+"/"+string(i.Machine)
		if whose == "" {
			whose = unit.ID(i.Owner)
		}
		in := false
		for _, u := range units {
			in = in || u == whose
		}
		if !in || seen[key] {
			continue
		}
		seen[key] = true
		switch i.AddrKind {
		case unit.Machine:
			c.Machines++
		case unit.NAT:
			c.NAT++
		case unit.Resolver:
			c.Resolver++
		case unit.Proxy:
			c.Proxy++
		default:
			c.Unknown++
		}
	}
	return c
}

func (h *house) tallyIsTrue(after string) {
	h.t.Helper()
	for who, c := range map[string]struct {
		ctx   context.Context
		units []unit.ID
	}{
		"the centre": {h.officer(), []unit.ID{h.root, h.a, h.b}},
		"unit a":     {h.as(auth.UnitOfficer, h.a), []unit.ID{h.a}},
		"unit b":     {h.as(auth.UnitOfficer, h.b), []unit.ID{h.b}},
	} {
		got, err := h.Total(c.ctx)
		if want := h.truth(c.units...); err != nil || got != want {
			h.t.Fatalf("after %s %s counts %+v, and there are %+v (%v)", after, who, got, want, err)
		}
	}
}

func TestTheTallyIsTheCountWhateverHappens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := rand.New(rand.NewPCG(7, 11))
		h.now = t0.Add(30 * 24 * time.Hour)
		day := func(n int) calendar.Date { return calendar.DateOf(t0.Add(time.Duration(n) * 24 * time.Hour)) }
		// 10.3.0.0/24 was of b for ten days: machines with records of both units.
		if _, err := h.units.AddRange(h.officer(), h.b, unit.NewRange{Text: "10.3.0.0/24", Kind: unit.Machine, ValidTo: day(10)}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.units.AddRange(h.officer(), h.a, unit.NewRange{Text: "10.3.0.0/24", Kind: unit.Machine, ValidFrom: day(11)}); err != nil {
			t.Fatal(err)
		}
		nets := []string{"10.1.0", "10.1.255", "10.3.0", "10.9.0"}
		var ranges []unit.Range
		var shared int64
		for step := range 150 {
			what := "an act"
			switch n := r.IntN(12); {
			case n < 5:
				what = "a batch"
				var l intel.List = *emotet
				l.Threat = fmt.Sprint("Threat ", r.IntN(6))
				owner := []unit.ID{h.root, h.root, h.a, h.b}[r.IntN(4)]
				h.record(owner, hit(&l, fmt.Sprintf("%s.%d", nets[r.IntN(len(nets))], 1+r.IntN(4)), fmt.Sprintf("n%d.example", r.IntN(9)), 1,
					t0.Add(time.Duration(r.IntN(30*24))*time.Hour)))
			case n == 5 && len(ranges) == 0:
				what = "a new range"
				added, err := h.units.AddRange(h.officer(), h.b, unit.NewRange{Text: "10.9.0.0/24", Kind: unit.Resolver})
				if err != nil {
					t.Fatal(err)
				}
				ranges = added
			case n == 5:
				what = "a range taken back"
				if err := h.units.RemoveRange(h.officer(), h.b, ranges[0].ID); err != nil {
					t.Fatal(err)
				}
				ranges = nil
			case n == 6:
				what = "making the tally anew"
				if err := h.Recount(t.Context()); err != nil {
					t.Fatal(err)
				}
			default:
				if list := h.all(h.officer(), infection.Filter{Limit: 1000}); len(list) > 0 {
					h.decide(r, list[r.IntN(len(list))])
				}
			}
			h.tallyIsTrue(fmt.Sprintf("step %d, %s,", step, what))
			n, err := h.db.Read().NewSelect().Table("infection_shared").Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			shared = max(shared, n)
		}
		if shared == 0 {
			t.Error("no machine ever had records of two units")
		}
	})
}

// decide does to i what some person might; what the state does not allow changes
// nothing.
func (h *house) decide(r *rand.Rand, i infection.Seen) {
	h.t.Helper()
	h.now = h.now.Add(time.Minute)
	var err error
	switch r.IntN(4) {
	case 0:
		_, err = h.Confirm(h.officer(), i.ID, i.Version)
	case 1:
		_, err = h.Clean(h.officer(), i.ID, "đã cài lại", i.Version)
	case 2:
		_, err = h.MarkFalse(h.officer(), i.ID, "nhầm", i.Names, i.Version)
	default:
		_, err = h.Reopen(h.officer(), i.ID, i.Version)
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		h.t.Fatal(err)
	}
}

func TestFoldingTheTallyChangesNoCount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 1, t0), hit(emotet, "10.9.0.1", "evil.example", 1, t0))
		err := h.db.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for n := range 1001 { // one more comes than goes
				_, err := tx.NewRaw("INSERT INTO infection_tally (id, scope_unit, address_kind, machines) VALUES (?, ?, ?, ?)",
					db.NewID(), string(h.b), "machine", 1-2*(n%2)).Exec(ctx)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		before, err := h.Total(h.officer())
		if err != nil || before != (infection.Count{Machines: 2, Unknown: 1}) {
			t.Fatalf("%+v %v", before, err)
		}
		if err := h.Fold(t.Context()); err != nil {
			t.Fatal(err)
		}
		after, err := h.Total(h.officer())
		rows, err2 := h.db.Read().NewSelect().Table("infection_tally").Count(t.Context())
		if err != nil || err2 != nil || after != before || rows != 3 {
			t.Errorf("folded to %d rows, %+v, %v %v", rows, after, err, err2)
		}
	})
}
