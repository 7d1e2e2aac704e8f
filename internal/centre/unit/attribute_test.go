// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestAddressGoesToTheLongestPrefixOfItsTime(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		school := h.add(t, "Trường A", a.ID)
		h.addRange(t, a.ID, "203.0.113.0/24", unit.Machine)
		h.addRange(t, school.ID, "203.0.113.128/25", unit.NAT)
		h.addRange(t, a.ID, "192.168.1.0/24", unit.Machine)
		h.addRange(t, b.ID, "192.168.1.0/24", unit.Resolver)
		h.addRange(t, b.ID, "2001:db8:7::/48", unit.Proxy)
		for _, n := range []unit.NewRange{{Text: "198.51.100.7", ValidTo: day("2026-03-31")}} {
			if _, err := h.AddRange(h.ctx, a.ID, n); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.AddRange(h.ctx, b.ID, unit.NewRange{Text: "198.51.100.7", ValidFrom: day("2026-04-01")}); err != nil {
			t.Fatal(err)
		}
		summer := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
		midnight := day("2026-04-01").Start()
		for name, c := range map[string]struct {
			owner unit.ID
			addr  string
			at    time.Time
			unit  unit.ID
			kind  unit.AddressKind
			basis unit.Basis
		}{
			"in the wide range":                    {h.root.ID, "203.0.113.5", summer, a.ID, unit.Machine, unit.ByRange},
			"in the narrow range":                  {h.root.ID, "203.0.113.200", summer, school.ID, unit.NAT, unit.ByRange},
			"mapped into IPv6":                     {h.root.ID, "::ffff:203.0.113.5", summer, a.ID, unit.Machine, unit.ByRange},
			"private, own source":                  {a.ID, "192.168.1.9", summer, a.ID, unit.Machine, unit.ByRange},
			"private, the other's source":          {b.ID, "192.168.1.9", summer, b.ID, unit.Resolver, unit.ByRange},
			"private, source above both: nobody's": {h.root.ID, "192.168.1.9", summer, "", "", unit.Unassigned},
			"IPv6":                                 {h.root.ID, "2001:db8:7::1", summer, b.ID, unit.Proxy, unit.ByRange},
			"unknown in a unit's log":              {school.ID, "8.8.8.8", summer, school.ID, "", unit.BySource},
			"another's range in a unit's log":      {b.ID, "203.0.113.5", summer, b.ID, "", unit.BySource},
			"unknown in the centre's log":          {h.root.ID, "8.8.8.8", summer, "", "", unit.Unassigned},
			"last instant of the first owner":      {h.root.ID, "198.51.100.7", midnight.Add(-time.Millisecond), a.ID, unit.Machine, unit.ByRange},
			"first instant of the second owner":    {h.root.ID, "198.51.100.7", midnight, b.ID, unit.Machine, unit.ByRange},
		} {
			got, err := h.Attribute(h.ctx, c.owner, netip.MustParseAddr(c.addr), c.at)
			if err != nil || got.UnitID != c.unit || got.Kind != c.kind || got.Basis != c.basis || (got.RangeID != "") != (c.basis == unit.ByRange) {
				t.Errorf("%s: %+v, %v; want %s %s %s", name, got, err, c.unit, c.kind, c.basis)
			}
		}
		if _, err := h.Attribute(h.ctx, "none", netip.MustParseAddr("8.8.8.8"), summer); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown owner: %v, want NotFound", err)
		}
	})
}

func TestRangesThatClashAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		school := h.add(t, "Trường A", a.ID)
		h.addRange(t, a.ID, "203.0.113.0/24, 192.168.1.0/24, fd00:1::/48, 100.64.3.0/24", unit.Machine)
		if _, err := h.AddRange(h.ctx, a.ID, unit.NewRange{Text: "198.51.100.0/24", ValidTo: day("2026-06-30")}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			id     unit.ID
			text   string
			from   string
			reason string
		}{
			"public prefix of another":         {b.ID, "203.0.113.0/24", "", "unit.err.range_taken"},
			"public prefix inside another's":   {b.ID, "203.0.113.0/25", "", ""},
			"private prefix of another":        {b.ID, "192.168.1.0/24", "", ""},
			"unique local prefix of another":   {b.ID, "fd00:1::/48", "", ""},
			"carrier prefix of another":        {b.ID, "100.64.3.0/24", "", ""},
			"private prefix of the unit above": {school.ID, "192.168.1.0/24", "", "unit.err.range_related"},
			"own prefix again":                 {a.ID, "192.168.1.0/24", "", "unit.err.range_twice"},
			"public prefix while another's":    {b.ID, "198.51.100.0/24", "2026-06-30", "unit.err.range_taken"},
			"public prefix after another's":    {b.ID, "198.51.100.0/24", "2026-07-01", ""},
			"twice in one text is taken once":  {b.ID, "10.9.0.0/16; 10.9.0.0-10.9.255.255", "", ""},
			"no address":                       {b.ID, "10.0.0.1; mạng LAN", "", "unit.err.range"},
			"nothing":                          {b.ID, " ; ", "", "unit.err.required"},
		} {
			n := unit.NewRange{Text: c.text}
			if c.from != "" {
				n.ValidFrom = day(c.from)
			}
			_, err := h.AddRange(h.ctx, c.id, n)
			if c.reason == "" && err != nil || c.reason != "" && (err == nil || fault.Of(err).Fields["range"] != c.reason) {
				t.Errorf("%s: %v, want %q", name, err, c.reason)
			}
		}
	})
}

func TestEndedAndRemovedRanges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		r := h.addRange(t, a.ID, "203.0.113.0/24", unit.Machine)[0]
		if err := h.EndRange(h.ctx, b.ID, r.ID, day("2026-06-30")); !fault.Is(err, fault.NotFound) {
			t.Errorf("end through another unit = %v, want NotFound", err)
		}
		if err := h.EndRange(as(t.Context(), auth.Centre, b.ID), a.ID, r.ID, day("2026-06-30")); !fault.Is(err, fault.NotFound) {
			t.Errorf("end outside the scope = %v, want NotFound", err)
		}
		if err := h.EndRange(h.ctx, a.ID, r.ID, calendar.Date{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("end on no day = %v, want Invalid", err)
		}
		if err := h.EndRange(h.ctx, a.ID, r.ID, day("2026-06-30")); err != nil {
			t.Fatal(err)
		}
		next, err := h.AddRange(h.ctx, b.ID, unit.NewRange{Text: "203.0.113.0/24", ValidFrom: day("2026-07-01")})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.EndRange(h.ctx, a.ID, r.ID, day("2026-07-02")); fault.Of(err).Fields["range_to"] != "unit.err.range_taken" {
			t.Errorf("end moved into another's time = %v", err)
		}
		if err := h.RemoveRange(h.ctx, b.ID, next[0].ID); err != nil {
			t.Fatal(err)
		}
		if list, err := h.Ranges(h.ctx, b.ID); err != nil || len(list) != 0 {
			t.Errorf("ranges of B = %v, %v", list, err)
		}
		if list, err := h.Ranges(h.ctx, a.ID); err != nil || len(list) != 1 || list[0].ValidTo != day("2026-06-30") || list[0].Prefix != r.Prefix {
			t.Errorf("ranges of A = %v, %v", list, err)
		}
	})
}

// TestAttributionEqualsTheOracle compares the SQL with the definition, read
// over all ranges, on random plans.
func TestAttributionEqualsTheOracle(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			h.clear(t)
			top := h.add(t, fmt.Sprintf("Vùng %d", round), "")
			ids, parents := []unit.ID{top.ID}, map[unit.ID]unit.ID{top.ID: h.root.ID, h.root.ID: ""}
			for i := range rapid.IntRange(1, 4).Draw(r, "units") {
				p := rapid.SampledFrom(ids).Draw(r, "parent")
				u := h.add(t, fmt.Sprintf("Đơn vị %d", i), p)
				ids, parents[u.ID] = append(ids, u.ID), p
			}
			var plan []unit.Range
			for range rapid.IntRange(0, 8).Draw(r, "ranges") {
				// Private space: earlier rounds have their own and stay out of this subtree.
				p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(rapid.IntRange(0, 1).Draw(r, "c")), byte(rapid.IntRange(0, 255).Draw(r, "d"))}),
					rapid.SampledFrom([]int{8, 16, 23, 24, 25, 27, 31, 32}).Draw(r, "bits")).Masked()
				n := unit.NewRange{Text: p.String(), Kind: rapid.SampledFrom(unit.AddressKinds()).Draw(r, "kind")}
				if rapid.Bool().Draw(r, "dated") {
					n.ValidFrom = day("2026-01-01").AddDays(rapid.IntRange(0, 9).Draw(r, "from"))
					n.ValidTo = n.ValidFrom.AddDays(rapid.IntRange(0, 9).Draw(r, "length"))
				}
				list, err := h.AddRange(h.ctx, rapid.SampledFrom(ids).Draw(r, "unit"), n)
				if err != nil && !fault.Is(err, fault.Invalid) {
					t.Fatal(err)
				}
				plan = append(plan, list...)
			}
			for range 6 {
				owner := rapid.SampledFrom(ids).Draw(r, "owner")
				addr := netip.AddrFrom4([4]byte{10, 0, byte(rapid.IntRange(0, 2).Draw(r, "ac")), byte(rapid.IntRange(0, 255).Draw(r, "ad"))})
				at := day("2025-12-31").AddDays(rapid.IntRange(0, 20).Draw(r, "day")).Start().Add(time.Duration(rapid.IntRange(0, 86399).Draw(r, "second")) * time.Second)
				got, err := h.Attribute(h.ctx, owner, addr, at)
				if err != nil {
					t.Fatal(err)
				}
				if want := oracle(plan, parents, owner, addr, at); got != want {
					r.Fatalf("%s at %s in the log of %s: %+v, want %+v", addr, at, owner, got, want)
				}
			}
		})
	})
}

func oracle(plan []unit.Range, parents map[unit.ID]unit.ID, owner unit.ID, addr netip.Addr, at time.Time) unit.Attributed {
	var best []unit.Range
	for _, r := range plan {
		below := false
		for id := r.UnitID; id != ""; id = parents[id] {
			below = below || id == owner
		}
		from, to := r.ValidFrom, r.ValidTo
		timely := (from.IsZero() || !at.Before(from.Start())) && (to.IsZero() || at.Before(to.End()))
		if !below || !timely || !r.Prefix.Contains(addr) {
			continue
		}
		if len(best) > 0 && r.Prefix.Bits() > best[0].Prefix.Bits() {
			best = nil
		}
		if len(best) == 0 || r.Prefix.Bits() == best[0].Prefix.Bits() {
			best = append(best, r)
		}
	}
	if len(best) == 1 {
		return unit.Attributed{UnitID: best[0].UnitID, Kind: best[0].Kind, RangeID: best[0].ID, Basis: unit.ByRange}
	}
	return unit.Attributed{UnitID: owner, Basis: unit.BySource}
}

func BenchmarkStamp(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchAttribute(b, dbtest.SQLite(b, sources...)) })
	b.Run("postgres", func(b *testing.B) { benchAttribute(b, dbtest.Postgres(b, sources...)) })
}

// benchAttribute stamps 10,000 addresses in 5,000 ranges of 1,000 units, 600
// of which use the same private prefix; the log is half the centre's own, half
// the communes'.
func benchAttribute(b *testing.B, d *db.DB) {
	h := furnish(b, d)
	ctx := b.Context()
	err := d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return fillPlan(ctx, tx, h.root.ID) })
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			return unit.Stamp(ctx, tx, "seen", func(q *bun.SelectQuery) *bun.SelectQuery { return q })
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var rows, hit int
	err = d.Read().NewSelect().TableExpr("seen AS s").ColumnExpr("COUNT(*)").
		ColumnExpr("SUM(CASE WHEN s.unit_id <> '' THEN 1 ELSE 0 END)").Scan(ctx, &rows, &hit)
	if err != nil || rows != 10000 || hit < 5000 {
		b.Fatalf("%d rows, %d attributed, %v", rows, hit, err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/10000, "µs/look-up")
}

func fillPlan(ctx context.Context, tx *db.Tx, root unit.ID) error {
	exec := func(sql string, args ...any) error { _, err := tx.NewRaw(sql, args...).Exec(ctx); return err }
	if err := exec("CREATE TABLE seen (id TEXT PRIMARY KEY, addr_key TEXT NOT NULL, owner_unit TEXT NOT NULL, last_seen BIGINT NOT NULL, " +
		"unit_id TEXT NOT NULL DEFAULT '', address_kind TEXT NOT NULL DEFAULT '', scope_unit TEXT NOT NULL DEFAULT '')"); err != nil {
		return err
	}
	span := func(p netip.Prefix, bits int) (lo, hi string) {
		lo = db.AddrKey(p.Addr())
		b := p.Addr().As4()
		for i := p.Bits(); i < 32; i++ {
			b[i/8] |= 1 << (7 - i%8)
		}
		return lo, db.AddrKey(netip.AddrFrom4(b))
	}
	n := 0
	for i := range 1000 {
		id := fmt.Sprintf("u%04d", i)
		err := exec("INSERT INTO unit (id, name, name_key, kind, parent_id, valid_from, valid_until, updated_at) VALUES (?, ?, ?, 'xa', ?, ?, ?, 0)",
			id, id, id, root, int64(-1)<<62, int64(1)<<62)
		if err == nil {
			err = exec("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?), (?, ?)", id, id, root, id)
		}
		if err != nil {
			return err
		}
		prefixes := []string{fmt.Sprintf("11.%d.%d.0/24", i/250, i%250), fmt.Sprintf("11.%d.%d.64/27", i/250, i%250),
			fmt.Sprintf("11.%d.%d.77/32", i/250, i%250), fmt.Sprintf("12.%d.%d.0/28", i/250, i%250), fmt.Sprintf("13.%d.%d.0/24", i/250, i%250)}
		if i < 600 {
			prefixes[4] = "192.168.1.0/24"
		}
		for _, text := range prefixes {
			p := netip.MustParsePrefix(text)
			lo, hi := span(p, 0)
			bits := p.Bits() + 96
			for _, owner := range []string{id, string(root)} {
				err := exec("INSERT INTO unit_plan (slot, owner, range_id, unit_id, kind, lo, hi, bits, valid_from, valid_until) VALUES (?, ?, ?, ?, 'machine', ?, ?, ?, ?, ?)",
					owner+"/"+lo[:bits/8*2], owner, fmt.Sprintf("r%05d", n), id, lo, hi, bits, int64(-1)<<62, int64(1)<<62)
				if err != nil {
					return err
				}
			}
			n++
		}
	}
	for i := range 10000 {
		addr := netip.AddrFrom4([4]byte{11, byte(i % 1000 / 250), byte(i % 250), byte(i % 256)})
		owner := string(root)
		if i%2 == 0 {
			owner = fmt.Sprintf("u%04d", i%1000)
		}
		if i%10 == 0 {
			addr = netip.AddrFrom4([4]byte{192, 168, 1, byte(i)})
		}
		if i%100 == 1 {
			addr = netip.AddrFrom4([4]byte{192, 168, 1, byte(i)})
		}
		if err := exec("INSERT INTO seen (id, addr_key, owner_unit, last_seen) VALUES (?, ?, ?, ?)", strconv.Itoa(i), db.AddrKey(addr), owner, now.UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

func TestRangesFollowTheTree(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND huyện A", ""), h.add(t, "UBND huyện B", "")
		c := h.add(t, "UBND xã C", a.ID)
		addr := h.addRange(t, c.ID, "192.168.1.0/24", unit.NAT)[0].Prefix.Addr()
		whose := func(owner unit.ID, at time.Time) unit.ID {
			t.Helper()
			got, err := h.Attribute(h.ctx, owner, addr, at)
			if err != nil {
				t.Fatal(err)
			}
			return got.UnitID
		}
		if whose(a.ID, now) != c.ID || whose(b.ID, now) != b.ID {
			t.Error("before the move: not the owner's subtree alone")
		}
		c.ParentID = b.ID
		if _, err := h.Update(h.ctx, c); err != nil {
			t.Fatal(err)
		}
		if whose(a.ID, now) != a.ID || whose(b.ID, now) != c.ID {
			t.Error("after the move: not the owner's subtree alone")
		}
		d := h.add(t, "UBND xã D", a.ID)
		if _, err := h.Abolish(h.ctx, c.ID, 2, unit.Abolition{From: day("2026-07-01"), Successors: []unit.ID{d.ID}}); err != nil {
			t.Fatal(err)
		}
		if whose(d.ID, day("2026-06-30").Start()) != c.ID || whose(d.ID, now) != d.ID {
			t.Error("the successor's logs do not speak of the predecessor's time")
		}
	})
}
