// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestWhoSeesAFinding(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 1, t0)) // the centre's resolver saw a machine of a
		f := h.one(finding.Filter{})
		if f.UnitID != string(h.a) || f.AddrKind != unit.Machine {
			t.Fatalf("attributed to %q as %q", f.UnitID, f.AddrKind)
		}
		for name, c := range map[string]struct {
			ctx  context.Context
			seen int64
		}{
			"the centre owns the log":                  {h.as(auth.Duty, h.root), 1},
			"the unit of the address, not owner":       {h.as(auth.UnitOfficer, h.a), 1},
			"another unit sees nothing, counts either": {h.as(auth.UnitOfficer, h.b), 0},
		} {
			p, err := h.List(c.ctx, finding.Filter{})
			if err != nil || p.Total != c.seen || int64(len(p.Rows)) != c.seen {
				t.Errorf("%s: list %d of %d, %v", name, len(p.Rows), p.Total, err)
			}
			n, err := h.Counts(c.ctx)
			if err != nil || n.Waiting != c.seen || n.Oldest.IsZero() != (c.seen == 0) {
				t.Errorf("%s: counts %+v, %v", name, n, err)
			}
			threats, err := h.Threats(c.ctx)
			of, err2 := h.Of(c.ctx, f.Key())
			if err != nil || err2 != nil || int64(len(threats)) != c.seen || int64(len(of)) != c.seen {
				t.Errorf("%s: threats %v, of key %d, %v %v", name, threats, len(of), err, err2)
			}
			_, err = h.Get(c.ctx, f.ID)
			if fault.Is(err, fault.NotFound) != (c.seen == 0) {
				t.Errorf("%s: get: %v", name, err)
			}
		}
		foreign := h.as(auth.UnitOfficer, h.b)
		if _, err := h.Acknowledge(foreign, f.ID, f.Version); !fault.Is(err, fault.NotFound) {
			t.Errorf("a foreign officer acknowledged: %v", err)
		}
		if done, err := h.AcknowledgeAll(foreign, []finding.Choice{finding.ChoiceOf(f.Finding)}); err != nil || done.Done != 0 || done.Skipped != 1 {
			t.Errorf("a foreign officer acknowledged in bulk: %+v %v", done, err)
		}
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 1, t0))
		f := h.one(finding.Filter{})
		if _, err := h.Acknowledge(h.as(auth.Leader, h.root), f.ID, f.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader acknowledged: %v", err)
		}
		officer := h.as(auth.UnitOfficer, h.a)
		d := finding.Dismissal{Reason: "lý do", Names: 1}
		if _, err := h.Dismiss(officer, f.ID, d, f.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit's officer dismissed: %v", err)
		}
		if _, err := h.DismissAll(officer, []finding.Choice{finding.ChoiceOf(f.Finding)}, d); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit's officer dismissed in bulk: %v", err)
		}
		f, err := h.Acknowledge(officer, f.ID, f.Version)
		if err != nil || f.State != finding.Acknowledged || f.AckedBy != "Cán bộ unit" || f.Assignee.ID != "p-unit" || f.Version != 2 {
			t.Errorf("acknowledged %+v %v", f, err)
		}
		f = h.dismiss(f, false)
		if _, err := h.Reopen(officer, f.ID, f.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit's officer took back a decision: %v", err)
		}
		// two grants: reads everywhere, writes in b only
		both := auth.With(t.Context(), auth.Actor{ID: "x", Grants: []auth.Grant{{Role: auth.Leader, Unit: string(h.root)}, {Role: auth.UnitOfficer, Unit: string(h.b)}}})
		if _, err := h.Reopen(both, f.ID, f.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("wrote where only reading is granted: %v", err)
		}
		if _, err := h.Get(t.Context(), f.ID); !fault.Is(err, fault.SignedOut) {
			t.Errorf("nobody read: %v", err)
		}
	})
}

func TestCorrectedPlanChangesTheUnitShown(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.9.0.5", "evil.example", 1, t0))
		f := h.one(finding.Filter{Kind: finding.UnknownKind})
		if f.UnitID != "" || f.Subject().Key != "finding.subject.unknown" || f.Subject().Machine {
			t.Errorf("before: unit %q, %+v", f.UnitID, f.Subject())
		}
		h.addresses(h.b, "10.9.0.0/24", unit.NAT)
		f = h.one(finding.Filter{Unit: string(h.b), Kind: string(unit.NAT)})
		if s := f.Subject(); s.Machine || !s.Behind || s.Key != "finding.subject.nat" {
			t.Errorf("after: %+v", s)
		}
		if rows := h.all(h.as(auth.UnitOfficer, h.b), finding.Filter{}); len(rows) != 1 {
			t.Error("the unit does not see its own")
		}
	})
}

func TestStaleVersionIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.a, hit(emotet, "10.1.0.5", "evil.example", 1, t0))
		f := h.one(finding.Filter{})
		h.record(h.a, hit(emotet, "10.1.0.5", "evil.example", 1, t0.Add(time.Minute)))
		if _, err := h.Acknowledge(h.officer(), f.ID, f.Version); err != nil {
			t.Errorf("mere counting got in a person's way: %v", err)
		}
		for what, err := range map[string]error{
			"acknowledge": second(h.Acknowledge(h.officer(), f.ID, f.Version)),
			"assign":      second(h.Assign(h.officer(), f.ID, "p-an", f.Version)),
			"dismiss":     second(h.Dismiss(h.officer(), f.ID, finding.Dismissal{Reason: "x", Names: 1}, f.Version)),
			"reopen":      second(h.Reopen(h.officer(), f.ID, f.Version)),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s with a stale version: %v", what, err)
			}
		}
	})
}

func second[A any](_ A, err error) error { return err }

func TestWalkThroughTheQueue(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.a, hit(emotet, "10.1.0.5", "evil.example", 1, t0))
		f := h.one(finding.Filter{State: finding.AnyOpen})
		ctx := h.officer()
		if _, err := h.Assign(ctx, f.ID, "p-ai", f.Version); fault.Of(err).Fields["person"] == "" {
			t.Errorf("assigned to a stranger: %v", err)
		}
		f, err := h.Assign(ctx, f.ID, "p-an", f.Version)
		if err != nil || f.Assignee != (finding.Person{ID: "p-an", Name: "Nguyễn Văn An"}) || f.State != finding.Waiting {
			t.Errorf("assigned %+v %v", f, err)
		}
		if f, err = h.Acknowledge(ctx, f.ID, f.Version); err != nil || f.Assignee.ID != "p-an" {
			t.Errorf("acknowledging took it from who has it: %+v %v", f, err)
		}
		if _, err := h.Dismiss(ctx, f.ID, finding.Dismissal{Reason: "  ", Names: 1}, f.Version); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("dismissed without reason: %v", err)
		}
		f = h.dismiss(f, true)
		if f, err = h.Reopen(ctx, f.ID, f.Version); err != nil || f.State != finding.Waiting || f.Closed != (finding.Closing{}) {
			t.Errorf("reopened %+v %v", f, err)
		}
		if err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return h.MarkHandled(ctx, tx, "inc-1", f.ID) }); err != nil {
			t.Fatal(err)
		}
		f, err = h.Get(ctx, f.ID)
		if err != nil || f.State != finding.Handled || f.Incident != "inc-1" {
			t.Errorf("handled %+v %v", f, err)
		}
		if _, err := h.Reopen(ctx, f.ID, f.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("an incident's finding was reopened: %v", err)
		}
		if rows := h.all(ctx, finding.Filter{State: finding.AnyOpen}); len(rows) != 0 {
			t.Errorf("still in the queue: %+v", rows)
		}
		var states []finding.State
		for _, m := range h.moved {
			states = append(states, m.State)
		}
		if !slices.Equal(states, []finding.State{finding.Dismissed, finding.Waiting}) {
			t.Errorf("told of %v", states)
		}
		var actions []string
		trail, err := audit.Of(ctx, h.db, "finding", string(f.ID), 100)
		for _, row := range trail {
			actions = append(actions, row.Action)
		}
		want := []string{"finding.handle", "finding.reopen", "finding.dismiss", "finding.acknowledge", "finding.assign"}
		if err != nil || !slices.Equal(actions, want) {
			t.Errorf("trail %v, want %v, %v", actions, want, err)
		}
	})
}

func TestBulkLeavesAloneWhatChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i := range 4 {
			h.record(h.a, hit(emotet, "10.1.0."+strconv.Itoa(i+1), "evil.example", 1, t0))
		}
		var chosen []finding.Choice
		for _, f := range h.all(h.officer(), finding.Filter{}) {
			chosen = append(chosen, finding.ParseChoice(finding.ChoiceOf(f.Finding).String()))
		}
		h.record(h.a, hit(emotet, "10.1.0.1", "new.example", 1, t0)) // a name nobody saw when choosing
		if _, err := h.Acknowledge(h.officer(), chosen[1].ID, chosen[1].Version); err != nil {
			t.Fatal(err)
		}
		done, err := h.DismissAll(h.officer(), append(chosen, finding.ParseChoice("junk")), finding.Dismissal{Reason: "thử", FalsePositive: true})
		if err != nil || done.Done+done.Skipped != 5 {
			t.Errorf("%+v %v", done, err)
		}
		open := h.all(h.officer(), finding.Filter{State: finding.AnyOpen})
		if len(open) != 2 || done.Done != 2 {
			t.Errorf("%d left open, %+v", len(open), done)
		}
		if _, err := h.AcknowledgeAll(h.officer(), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing chosen: %v", err)
		}
	})
}

func TestListSortsAndPagesBothWays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var want []string
		for i := range 7 {
			h.now = t0.Add(time.Duration(i) * time.Minute)
			addr := "10.1.0." + strconv.Itoa(i+1)
			h.record(h.a, hit(emotet, addr, "evil.example", int64(i%3+1), t0.Add(-time.Duration(i)*time.Hour)))
			want = append(want, addr)
		}
		second := h.all(h.officer(), finding.Filter{Query: "10.1.0.2"})[0]
		if _, err := h.Acknowledge(h.officer(), second.ID, second.Version); err != nil {
			t.Fatal(err)
		}
		want = append(slices.Delete(want, 1, 2), "10.1.0.2") // the acknowledged stand behind
		for _, f := range []finding.Filter{{}, {Sort: finding.ByLastSeen}, {Sort: finding.ByFirstSeen, Desc: true}, {Sort: finding.ByQueries, Desc: true}} {
			f.Limit = 3
			var forward, back []string
			var pages []finding.Page
			for {
				p, err := h.List(h.officer(), f)
				if err != nil || p.Total != 7 {
					t.Fatal(p.Total, err)
				}
				pages = append(pages, p)
				for _, r := range p.Rows {
					forward = append(forward, r.Addr.String())
				}
				if p.Next == "" {
					break
				}
				f.After = p.Next
			}
			if len(forward) != 7 || len(pages) != 3 || f.Sort == finding.Queue && !slices.Equal(forward, want) {
				t.Errorf("sort %q: %v in %d pages", f.Sort, forward, len(pages))
			}
			for f.After = pages[2].Prev; f.After != ""; {
				p, err := h.List(h.officer(), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range slices.Backward(p.Rows) {
					back = append(back, r.Addr.String())
				}
				f.After = p.Prev
			}
			slices.Reverse(back)
			if !slices.Equal(back, forward[:6]) {
				t.Errorf("sort %q: back %v, forth %v", f.Sort, back, forward)
			}
		}
	})
}

func TestFiltersAndSearch(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		other := list("Danh sách đen", "")
		other.Threat = "Danh sách đen"
		h.record(h.a, hit(emotet, "10.1.0.5", "c2.evil.example", 1, t0), hit(other, "10.1.255.9", "ads.example", 1, t0.Add(-48*time.Hour)))
		for name, c := range map[string]struct {
			f    finding.Filter
			want []string
		}{
			"by state":                    {finding.Filter{State: finding.Dismissed}, nil},
			"by threat":                   {finding.Filter{Threat: "Emotet"}, []string{"10.1.0.5"}},
			"by kind":                     {finding.Filter{Kind: "nat"}, []string{"10.1.255.9"}},
			"by unit":                     {finding.Filter{Unit: string(h.b)}, nil},
			"since":                       {finding.Filter{Since: t0.Add(-time.Hour)}, []string{"10.1.0.5"}},
			"words without accents":       {finding.Filter{Query: "DANH SACH DEN"}, []string{"10.1.255.9"}},
			"a name":                      {finding.Filter{Query: "evil.example"}, []string{"10.1.0.5"}},
			"a defanged name":             {finding.Filter{Query: "c2.evil[.]example"}, []string{"10.1.0.5"}},
			"an address":                  {finding.Filter{Query: "10.1.255"}, []string{"10.1.255.9"}},
			"wildcards are plain letters": {finding.Filter{Query: "%"}, nil},
		} {
			var got []string
			for _, f := range h.all(h.officer(), c.f) {
				got = append(got, f.Addr.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	})
}

func TestChoicesAndPlacesReadBack(t *testing.T) {
	t.Parallel()
	c := finding.Choice{ID: "0190-a", Version: 3, Names: 12}
	if got := finding.ParseChoice(c.String()); got != c {
		t.Errorf("choice %+v", got)
	}
	for _, p := range []finding.Place{{Value: -5, ID: "x.y"}, {Value: 1 << 60, ID: "z", Back: true}} {
		if got, ok := finding.ParsePlace(p.String()); !ok || got != p {
			t.Errorf("place %+v from %s", got, p)
		}
	}
	for _, junk := range []string{"", "n", "n1", "q1.x", "nx.y", "p.", "'; --"} {
		if _, ok := finding.ParsePlace(junk); ok {
			t.Errorf("%q read as a place", junk)
		}
	}
}

// FuzzChoicesAndPlaces reads what comes back from pages: whatever reads, writes
// itself so that it reads the same.
func FuzzChoicesAndPlaces(f *testing.F) {
	for _, s := range []string{"n1790000000000.0190-a", "p-5.x.y", "0190-a.3.12", "", "..", "n.", "n9223372036854775808.x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, ok := finding.ParsePlace(s); ok {
			if again, ok := finding.ParsePlace(p.String()); !ok || again != p {
				t.Errorf("%q: %+v, then %+v", s, p, again)
			}
		}
		if c := finding.ParseChoice(s); c != (finding.Choice{}) && finding.ParseChoice(c.String()) != c {
			t.Errorf("%q: %+v", s, c)
		}
	})
}

func TestAnOpenCaseKeepsItsFindingFromCallingAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.a, hit(emotet, "10.1.0.5", "evil.example", 1, t0))
		f := h.one(finding.Filter{State: finding.AnyOpen})
		if err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.MarkHandled(ctx, tx, "inc-1", f.ID) }); err != nil {
			t.Fatal(err)
		}
		later := t0.Add(48 * time.Hour)
		h.record(h.a, hit(emotet, "10.1.0.5", "worse.example", 3, later))
		if rows := h.all(h.officer(), finding.Filter{State: finding.AnyOpen}); len(rows) != 0 {
			t.Errorf("the queue was called again: %+v", rows)
		}
		if f, err := h.Get(h.officer(), f.ID); err != nil || f.Queries != 4 || f.Names != 2 || !f.Following {
			t.Errorf("the case's finding = %+v, %v; want 4 queries of 2 names", f, err)
		}
		if err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.ReleaseIn(ctx, tx, "inc-1") }); err != nil {
			t.Fatal(err)
		}
		h.record(h.a, hit(emotet, "10.1.0.5", "evil.example", 1, later.Add(24*time.Hour*365)))
		again := h.one(finding.Filter{State: finding.AnyOpen})
		if again.ID == f.ID || again.Episode != 2 {
			t.Errorf("after the case closed: %+v, want a second episode", again)
		}
	})
}
