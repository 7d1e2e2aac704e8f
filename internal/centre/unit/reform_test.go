// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

const basis = "Nghị quyết 12/NQ-HĐND"

// reform saves a reform of the kind from the day and applies it.
func (h *house) reform(t testing.TB, kind unit.ReformKind, from string, spec unit.Spec) (unit.Reform, error) {
	t.Helper()
	r, err := h.SaveReform(h.ctx, unit.Reform{Kind: kind, From: day(from), Basis: basis, Spec: spec})
	if err != nil {
		return r, err
	}
	return h.applied(t, r)
}

func (h *house) applied(t testing.TB, r unit.Reform) (unit.Reform, error) {
	t.Helper()
	e, err := h.Preview(h.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	return h.ApplyReform(h.ctx, r.ID, r.Version, e.Digest)
}

func (h *house) get(t testing.TB, id unit.ID) unit.Unit {
	t.Helper()
	u, err := h.Get(h.ctx, id)
	if err != nil {
		t.Fatalf("get %s: %v", id, err)
	}
	return u
}

func merged(name string, units ...unit.Unit) unit.Spec {
	s := unit.Spec{Parts: []unit.Part{{Name: name}}}
	for _, u := range units {
		s.Units = append(s.Units, u.ID)
	}
	return s
}

// named finds the one unit with the name that the centre has today.
func (h *house) named(t testing.TB, name string) unit.Unit {
	t.Helper()
	p, err := h.List(h.ctx, unit.Filter{Text: name})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range p.Units {
		if u.Name == name {
			return h.get(t, u.ID)
		}
	}
	t.Fatalf("no unit called %s", name)
	return unit.Unit{}
}

func TestMergeHandsEverythingOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		school := h.add(t, "Trường A", a.ID)
		public := h.addRange(t, a.ID, "203.0.113.0/24", unit.NAT)[0]
		h.addRange(t, a.ID, "192.168.1.0/24", unit.Machine)
		h.addRange(t, b.ID, "192.168.1.0/24", unit.Machine)
		officer := as(t.Context(), auth.UnitOfficer, a.ID)
		r, err := h.reform(t, unit.Merge, "2026-07-01", merged("UBND xã Chung", a, b))
		if err != nil || r.State != unit.Applied {
			t.Fatalf("merge = %+v, %v", r, err)
		}
		c := h.named(t, "UBND xã Chung")
		if c.Kind != "xa" || c.ParentID != h.root.ID || c.ValidFrom != day("2026-07-01") || !slices.Equal(c.PredecessorIDs, sortedIDs(a.ID, b.ID)) {
			t.Errorf("merged = %+v", c)
		}
		if got := h.get(t, a.ID); got.ValidTo != day("2026-06-30") {
			t.Errorf("A ends %s", got.ValidTo)
		}
		if got := h.get(t, school.ID); got.ParentID != c.ID {
			t.Errorf("the school stands under %s", got.ParentID)
		}
		for at, want := range map[string]unit.ID{"2026-06-30": a.ID, "2026-07-01": c.ID} {
			if got, err := h.Attribute(h.ctx, h.root.ID, public.Prefix.Addr(), day(at).Start()); err != nil || got.UnitID != want {
				t.Errorf("on %s %s is %v, %v; want %s", at, public.Prefix, got.UnitID, err, want)
			}
		}
		successor := as(t.Context(), auth.UnitOfficer, c.ID)
		for _, id := range []unit.ID{a.ID, b.ID, school.ID} {
			if _, err := h.Get(successor, id); err != nil {
				t.Errorf("the successor's officer does not see %s: %v", id, err)
			}
		}
		if _, err := h.Get(officer, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("A's officer sees the successor: %v", err)
		}
		if p, err := h.List(h.ctx, unit.Filter{Text: "xã A", On: day("2026-11-21")}); err != nil || p.Total != 1 || p.Units[0].ID != c.ID {
			t.Errorf("searching for the old name today finds %d, %v", p.Total, err)
		}
		was, err := h.GetOn(h.ctx, school.ID, day("2026-06-30"))
		if err != nil || was.ParentID != a.ID {
			t.Errorf("on 30/6 the school stood under %s, %v", was.ParentID, err)
		}
	})
}

func sortedIDs(list ...unit.ID) []unit.ID { slices.Sort(list); return list }

func TestMergeIntoOneOfThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		r, err := h.reform(t, unit.Merge, "2026-07-01", unit.Spec{Units: []unit.ID{a.ID, b.ID}, Parts: []unit.Part{{Unit: a.ID}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.get(t, a.ID); !got.ValidTo.IsZero() || !slices.Equal(got.PredecessorIDs, []unit.ID{b.ID}) || !slices.Contains(got.Aliases, "UBND xã B") {
			t.Errorf("A = %+v", got)
		}
		if r, err = h.UndoReform(h.ctx, r.ID, r.Version); err != nil || r.State != unit.Undone {
			t.Fatalf("undone = %+v, %v", r, err)
		}
		if got := h.get(t, a.ID); len(got.PredecessorIDs)+len(got.Aliases) != 0 {
			t.Errorf("A after the undoing = %+v", got)
		}
		if got := h.get(t, b.ID); !got.ValidTo.IsZero() {
			t.Errorf("B after the undoing = %+v", got)
		}
	})
}

// TestSplit also holds the rule of scope: whoever has a role in either part sees
// the whole past of the unit that was split, and nothing of the other part.
func TestSplitAndWhoSeesThePast(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.add(t, "UBND xã A", "")
		school := h.add(t, "Trường A", a.ID)
		first := h.addRange(t, a.ID, "203.0.113.0/24", unit.Machine)[0]
		second := h.addRange(t, a.ID, "198.51.100.0/24", unit.Machine)[0]
		third := h.addRange(t, a.ID, "192.0.2.0/24", unit.Machine)[0]
		spec := unit.Spec{Units: []unit.ID{a.ID}, Parts: []unit.Part{{Name: "UBND xã Đông"}, {Name: "UBND xã Tây"}},
			Ranges: map[unit.RangeID]int{first.ID: 1, second.ID: 2}}
		if _, err := h.reform(t, unit.Split, "2026-07-01", spec); fault.Of(err).Msg != "unit.err.reform_child" {
			t.Fatalf("a unit below goes nowhere: %v", err)
		}
		spec.Children = map[unit.ID]int{school.ID: 2}
		if _, err := h.reform(t, unit.Split, "2026-07-01", spec); err != nil {
			t.Fatal(err)
		}
		east, west := h.named(t, "UBND xã Đông"), h.named(t, "UBND xã Tây")
		for addr, want := range map[unit.Range]unit.ID{first: east.ID, second: west.ID, third: ""} {
			if got, err := h.Attribute(h.ctx, h.root.ID, addr.Prefix.Addr(), now); err != nil || got.UnitID != want {
				t.Errorf("%s is %q, %v; want %q", addr.Prefix, got.UnitID, err, want)
			}
		}
		for part, other := range map[unit.ID]unit.ID{east.ID: west.ID, west.ID: east.ID} {
			ctx := as(t.Context(), auth.UnitOfficer, part)
			if _, err := h.Get(ctx, a.ID); err != nil {
				t.Errorf("a part's officer does not see the unit that was split: %v", err)
			}
			if _, err := h.Get(ctx, other); !fault.Is(err, fault.NotFound) {
				t.Errorf("a part's officer sees the other part: %v", err)
			}
		}
		if got := h.get(t, school.ID); got.ParentID != west.ID {
			t.Errorf("the school stands under %s", got.ParentID)
		}
	})
}

func TestAUnitThatGoesOnKeepsItsPast(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.add(t, "UBND xã A", "")
		r := h.addRange(t, a.ID, "203.0.113.0/25", unit.Machine)[0]
		h.addRange(t, a.ID, "203.0.113.128/25", unit.Machine)
		_, err := h.reform(t, unit.Split, "2026-07-01", unit.Spec{Units: []unit.ID{a.ID}, Keep: true, Parts: []unit.Part{{Name: "UBND phường Mới"}},
			Ranges: map[unit.RangeID]int{r.ID: 1}})
		if err != nil {
			t.Fatal(err)
		}
		part := h.named(t, "UBND phường Mới")
		if part.Kind != "phuong" || len(part.PredecessorIDs) != 0 {
			t.Errorf("part = %+v", part)
		}
		if _, err := h.Get(as(t.Context(), auth.UnitOfficer, part.ID), a.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the part's officer sees the unit that goes on: %v", err)
		}
		for addr, want := range map[string]unit.ID{"203.0.113.1": part.ID, "203.0.113.200": a.ID} {
			if got, err := h.Attribute(h.ctx, h.root.ID, netip.MustParseAddr(addr), now); err != nil || got.UnitID != want {
				t.Errorf("%s is %q, %v", addr, got.UnitID, err)
			}
		}
	})
}

func TestRenameAndMoveKeepWhatWas(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã Cũ", ""), h.add(t, "UBND xã B", "")
		if _, err := h.reform(t, unit.Rename, "2026-07-01", unit.Spec{Units: []unit.ID{a.ID}, Parts: []unit.Part{{Name: "UBND xã Mới"}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.reform(t, unit.Rename, "2026-03-01", unit.Spec{Units: []unit.ID{a.ID}, Parts: []unit.Part{{Name: "UBND xã Khác"}}}); fault.Of(err).Msg != "unit.err.reform_later" {
			t.Errorf("a name before the last one: %v", err)
		}
		if _, err := h.reform(t, unit.Move, "2026-09-01", unit.Spec{Units: []unit.ID{a.ID}, Parent: b.ID}); err != nil {
			t.Fatal(err)
		}
		for at, want := range map[string][2]string{"2026-06-30": {"UBND xã Cũ", string(h.root.ID)}, "2026-07-01": {"UBND xã Mới", string(h.root.ID)},
			"2026-09-01": {"UBND xã Mới", string(b.ID)}} {
			if got, err := h.GetOn(h.ctx, a.ID, day(at)); err != nil || got.Name != want[0] || string(got.ParentID) != want[1] {
				t.Errorf("on %s: %s under %s, %v", at, got.Name, got.ParentID, err)
			}
		}
		l, err := h.Lineage(h.ctx, a.ID)
		if err != nil || len(l.Names) != 2 || l.Names[0].To != day("2026-06-30") || len(l.Parents) != 2 || len(l.Bases) != 2 || l.Bases[0].Basis != basis {
			t.Errorf("lineage = %+v, %v", l, err)
		}
		if ids, err := h.Lookup(h.ctx, "Xã Cũ"); err != nil || !slices.Equal(ids, []unit.ID{a.ID}) {
			t.Errorf("the old name finds %v, %v", ids, err)
		}
		if _, err := h.reform(t, unit.Move, "2026-10-01", unit.Spec{Units: []unit.ID{b.ID}, Parent: a.ID}); fault.Of(err).Msg != "unit.err.reform_circle" {
			t.Errorf("a circle: %v", err)
		}
	})
}

// TestAPlannedReformWaitsForItsDay moves the clock over the day.
func TestAPlannedReformWaitsForItsDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		at := now
		h := furnishAt(t, d, func() time.Time { return at })
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		r, err := h.reform(t, unit.Merge, "2027-01-01", merged("UBND xã Chung", a, b))
		if err != nil || r.State != unit.Planned {
			t.Fatalf("planned = %+v, %v", r, err)
		}
		lost, err := h.reform(t, unit.Rename, "2027-01-01", unit.Spec{Units: []unit.ID{a.ID}, Parts: []unit.Part{{Name: "UBND xã Nhầm"}}})
		if err != nil {
			t.Fatal(err)
		}
		if lost, err = h.WithdrawReform(h.ctx, lost.ID, lost.Version); err != nil || lost.State != unit.Withdrawn {
			t.Fatalf("withdrawn = %+v, %v", lost, err)
		}
		doomed, err := h.reform(t, unit.Rename, "2027-01-02", unit.Spec{Units: []unit.ID{b.ID}, Parts: []unit.Part{{Name: "UBND xã Muộn"}}})
		if err != nil {
			t.Fatal(err)
		}
		due := func() {
			t.Helper()
			if err := h.ReformsDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		at = day("2027-01-01").Start().Add(-time.Millisecond)
		due()
		if got := h.get(t, a.ID); !got.ValidTo.IsZero() {
			t.Error("carried out before its day")
		}
		at = day("2027-01-05").Start()
		due()
		due()
		if got := h.get(t, a.ID); got.ValidTo != day("2026-12-31") || len(got.SuccessorIDs) != 1 {
			t.Errorf("A = %+v", got)
		}
		for id, want := range map[unit.ReformID]unit.ReformState{r.ID: unit.Applied, lost.ID: unit.Withdrawn, doomed.ID: unit.Failed} {
			if got, err := h.GetReform(h.ctx, id); err != nil || got.State != want || (got.Problem != "") != (want == unit.Failed) {
				t.Errorf("%s is %s %q, %v; want %s", got.Title, got.State, got.Problem, err, want)
			}
		}
	})
}

func TestUndoOnlyWhileNothingHasBuiltOnIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		school := h.add(t, "Trường A", a.ID)
		h.addRange(t, a.ID, "203.0.113.0/24", unit.NAT)
		if _, err := h.AddRange(h.ctx, b.ID, unit.NewRange{Text: "198.51.100.0/24", ValidFrom: day("2026-08-01")}); err != nil {
			t.Fatal(err)
		}
		before := h.snapshot(t)
		r, err := h.reform(t, unit.Merge, "2026-07-01", merged("UBND xã Chung", a, b))
		if err != nil {
			t.Fatal(err)
		}
		c := h.named(t, "UBND xã Chung")
		extra := h.addRange(t, c.ID, "192.0.2.0/24", unit.Machine)[0]
		if key, _, err := h.Undoable(h.ctx, r); err != nil || key != "unit.err.undo_range" {
			t.Errorf("with a further range: %q, %v", key, err)
		}
		if err := h.RemoveRange(h.ctx, c.ID, extra.ID); err != nil {
			t.Fatal(err)
		}
		built := true
		h.Join(unit.Neighbours{Built: func(context.Context, []unit.ID) (bool, error) { return built, nil }})
		if _, err := h.UndoReform(h.ctx, r.ID, r.Version); fault.Of(err).Msg != "unit.err.undo_built" {
			t.Errorf("with records elsewhere: %v", err)
		}
		built = false
		if key, _, err := h.Undoable(h.ctx, r); err != nil || key != "" {
			t.Errorf("with nothing: %q, %v", key, err)
		}
		if _, err := h.UndoReform(h.ctx, r.ID, r.Version); err != nil {
			t.Fatal(err)
		}
		if after := h.snapshot(t); !slices.Equal(before, after) {
			t.Errorf("before %v\nafter  %v", before, after)
		}
		if _, err := h.Get(h.ctx, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the merged unit is still there: %v", err)
		}
		school = h.get(t, school.ID)
		school.Note = "đổi"
		r, err = h.reform(t, unit.Merge, "2026-07-01", merged("UBND xã Chung", a, b))
		if err != nil {
			t.Fatal(err)
		}
		school = h.get(t, school.ID)
		school.Note = "đổi"
		if _, err := h.Update(h.ctx, school); err != nil {
			t.Fatal(err)
		}
		if _, err := h.UndoReform(h.ctx, r.ID, r.Version); fault.Of(err).Msg != "unit.err.undo_changed" {
			t.Errorf("with a changed unit: %v", err)
		}
	})
}

// snapshot is what units, addresses and scope are, versions aside.
func (h *house) snapshot(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, q := range []string{"SELECT id || name || parent_id || valid_from || ' ' || valid_until FROM unit ORDER BY 1",
		"SELECT id || unit_id || lo || valid_from || ' ' || valid_until FROM unit_range ORDER BY 1",
		"SELECT slot || range_id || valid_from || ' ' || valid_until FROM unit_plan ORDER BY 1",
		"SELECT ancestor || descendant FROM unit_closure ORDER BY 1", "SELECT unit_id || alias FROM unit_alias ORDER BY 1",
		"SELECT unit_id || value FROM unit_past ORDER BY 1"} {
		var rows []string
		if err := h.db.Read().NewRaw(q).Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		out = append(out, rows...)
	}
	return out
}

func TestAReformIsForWhoSeesAllItsUnits(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		x, y := h.add(t, "Thôn X", a.ID), h.add(t, "Thôn Y", a.ID)
		r, err := h.SaveReform(h.ctx, unit.Reform{Kind: unit.Merge, From: day("2026-07-01"), Basis: basis, Spec: merged("UBND xã Chung", a, b)})
		if err != nil {
			t.Fatal(err)
		}
		inA := as(t.Context(), auth.Centre, a.ID)
		if _, err := h.GetReform(inA, r.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a writer of A reads a reform of A and B: %v", err)
		}
		if p, err := h.Reforms(inA, unit.ReformFilter{}); err != nil || p.Total != 0 || len(p.Rows) != 0 {
			t.Errorf("a writer of A lists %d, %v", p.Total, err)
		}
		if _, err := h.ApplyReform(inA, r.ID, r.Version, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a writer of A applies it: %v", err)
		}
		if _, err := h.SaveReform(inA, unit.Reform{Kind: unit.Merge, From: day("2026-07-01"), Basis: basis, Spec: merged("Chung", a, b)}); fault.Of(err).Fields["units"] == "" {
			t.Errorf("a writer of A merges B: %v", err)
		}
		for _, role := range []auth.Role{auth.UnitOfficer, auth.Leader, auth.Viewer} {
			if _, err := h.Reforms(as(t.Context(), role, h.root.ID), unit.ReformFilter{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s lists reforms: %v", role, err)
			}
		}
		own, err := h.SaveReform(inA, unit.Reform{Kind: unit.Merge, From: day("2026-07-01"), Basis: basis,
			Spec: unit.Spec{Units: []unit.ID{x.ID, y.ID}, Parts: []unit.Part{{Name: "Thôn XY", Kind: "xa"}}}})
		if err != nil {
			t.Fatal(err)
		}
		e, err := h.Preview(inA, own)
		if err != nil || e.Problem != "" || len(e.Added) != 1 || len(e.Changed) != 2 {
			t.Fatalf("preview = %+v, %v", e, err)
		}
		if _, err := h.ApplyReform(inA, own.ID, own.Version, "old"); !fault.Is(err, fault.Conflict) {
			t.Errorf("with another digest: %v", err)
		}
		if own, err = h.ApplyReform(inA, own.ID, own.Version, e.Digest); err != nil || own.State != unit.Applied {
			t.Errorf("own reform = %+v, %v", own, err)
		}
		if p, err := h.Reforms(h.ctx, unit.ReformFilter{State: "applied", Text: "thon"}); err != nil || p.Total != 1 {
			t.Errorf("the centre lists %d, %v", p.Total, err)
		}
		entries, err := audit.Of(t.Context(), h.db, "unit_reform", string(own.ID), 9)
		if err != nil || len(entries) != 2 || entries[0].Action != "unit.reform.apply" {
			t.Errorf("audit = %+v, %v", entries, err)
		}
	})
}

// TestScopeIsTruthUnderReforms merges and splits at random and compares
// unit_closure, and what a log of the root may speak of, with a search.
func TestScopeIsTruthUnderReforms(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			h.clear(t)
			alive := []unit.Unit{h.add(t, fmt.Sprintf("Xã %d.1", round), ""), h.add(t, fmt.Sprintf("Xã %d.2", round), "")}
			h.addRange(t, alive[0].ID, "203.0.113.0/24", unit.Machine)
			var last unit.Reform
			for step := range rapid.IntRange(1, 8).Draw(r, "steps") {
				pick := func(label string) unit.Unit { return rapid.SampledFrom(alive).Draw(r, label) }
				from := day("2026-01-01").AddDays(step * 7).String()
				var err error
				switch rapid.SampledFrom([]string{"merge", "split", "move", "end", "undo"}).Draw(r, "what") {
				case "merge":
					last, err = h.reform(t, unit.Merge, from, merged(fmt.Sprintf("Gộp %d.%d", round, step), pick("a"), pick("b")))
				case "split":
					last, err = h.reform(t, unit.Split, from, unit.Spec{Units: []unit.ID{pick("a").ID}, Keep: rapid.Bool().Draw(r, "keep"),
						Parts: []unit.Part{{Name: fmt.Sprintf("Tách %d.%da", round, step)}, {Unit: pick("b").ID}}})
				case "move":
					last, err = h.reform(t, unit.Move, from, unit.Spec{Units: []unit.ID{pick("a").ID}, Parent: pick("b").ID})
				case "end":
					last, err = h.reform(t, unit.End, from, unit.Spec{Units: []unit.ID{pick("a").ID}, Parts: []unit.Part{{Unit: pick("b").ID}}})
				case "undo":
					if last.ID == "" {
						continue
					}
					_, err = h.UndoReform(h.ctx, last.ID, last.Version)
				}
				if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
					r.Fatal(err)
				}
				alive = alive[:0]
				p, err := h.List(h.ctx, unit.Filter{Limit: unit.MaxPage})
				if err != nil {
					t.Fatal(err)
				}
				parents, before := map[unit.ID]unit.ID{}, map[unit.ID][]unit.ID{}
				for _, l := range p.Units {
					parents[l.ID], before[l.ID] = l.ParentID, l.PredecessorIDs
					if l.ValidTo.IsZero() && l.ID != h.root.ID {
						alive = append(alive, l.Unit)
					}
				}
				for id := range parents {
					if got, want := descendants(t, h.db, id), reach(id, parents, before); !maps.Equal(got, want) {
						r.Fatalf("descendants of %s = %v, want %v", id, got, want)
					}
				}
				h.planIsWhole(t, r)
				if len(alive) == 0 {
					return
				}
			}
		})
	})
}

// planIsWhole compares unit_plan with ranges joined to the closure.
func (h *house) planIsWhole(t *testing.T, r *rapid.T) {
	t.Helper()
	var wrong int
	err := h.db.Read().NewRaw(`SELECT (SELECT COUNT(*) FROM unit_range r JOIN unit_closure c ON c.descendant = r.unit_id
		WHERE NOT EXISTS (SELECT 1 FROM unit_plan p WHERE p.owner = c.ancestor AND p.range_id = r.id AND p.unit_id = r.unit_id
			AND p.valid_from = r.valid_from AND p.valid_until = r.valid_until))
		+ (SELECT COUNT(*) FROM unit_plan p WHERE NOT EXISTS (SELECT 1 FROM unit_range r JOIN unit_closure c ON c.descendant = r.unit_id
			WHERE p.owner = c.ancestor AND p.range_id = r.id))`).Scan(t.Context(), &wrong)
	if err != nil {
		t.Fatal(err)
	}
	if wrong != 0 {
		r.Fatalf("%d rows of the plan are wrong", wrong)
	}
}
