// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// TestStandingsAgreeWithTheObligations reads the duties of two subjects at once,
// in scope, with their clocks.
func TestStandingsAgreeWithTheObligations(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		late := b.open(ctx, duty("a", "i1", "x", t0.Add(-48*time.Hour), 1))
		met := b.open(ctx, duty("b", "i1", "y", t0, 24))
		b.open(ctx, duty("a", "i2", "x", t0, 24))
		b.open(ctx, duty("a", "i3", "x", t0, 24))
		if _, err := b.svc.Meet(ctx, met.ID, obligation.Proof{At: b.now, How: "đã gửi"}, met.Version); err != nil {
			t.Fatal(err)
		}
		list, err := b.svc.Standings(ctx, "incident", []string{"i1", "i2"})
		if err != nil || len(list) != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, s := range list {
			o, err := b.svc.Get(ctx, s.ID)
			if err != nil || o.Subject.ID != s.Subject || o.ClockID != s.ClockID || o.UnitID != s.UnitID || o.State != s.State || !o.DueAt.Equal(s.DueAt) || o.Clock(b.now) != s.Clock(b.now) {
				t.Errorf("%+v is not %+v, %v", s, o, err)
			}
			if s.ID == late.ID && s.Clock(b.now) != obligation.Late {
				t.Errorf("%+v is not late", s)
			}
		}
		own, err := b.svc.Standings(as(t, "x", auth.UnitOfficer, "b"), "incident", []string{"i1", "i2"})
		if err != nil || len(own) != 1 || own[0].ID != met.ID {
			t.Errorf("in the scope of b: %+v, %v", own, err)
		}
		none, err := b.svc.Standings(ctx, "incident", nil)
		if err != nil || len(none) != 0 {
			t.Errorf("of nothing: %+v, %v", none, err)
		}
	})
}

// TestStandingsOfAMomentKnowNothingLater: what was met, ended, opened or proved
// after it was not so then.
func TestStandingsOfAMomentKnowNothingLater(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		met, ended := b.open(ctx, duty("a", "i1", "x", t0, 24)), b.open(ctx, duty("b", "i1", "y", t0, 24))
		prove := func(ref string) {
			t.Helper()
			if _, err := b.svc.Prove(ctx, met.ID, obligation.Evidence{Kind: obligation.ByReceipt, Ref: ref}); err != nil {
				t.Fatal(err)
			}
		}
		prove("trước")
		at := b.now
		b.now = b.now.Add(time.Hour)
		prove("sau")
		if _, err := b.svc.Meet(ctx, met.ID, obligation.Proof{At: at, How: "ghi lùi"}, met.Version); err != nil { // back-dated
			t.Fatal(err)
		}
		if _, err := b.svc.Waive(as(t, "lanh", auth.Leader, "tinh"), ended.ID, "miễn", ended.Version); err != nil {
			t.Fatal(err)
		}
		b.open(ctx, duty("a", "i1", "z", t0, 24))
		then, err := b.svc.StandingsAt(ctx, "incident", "i1", at)
		if err != nil || len(then) != 2 {
			t.Fatalf("then %+v, %v", then, err)
		}
		for _, s := range then {
			want := map[obligation.ID]int64{met.ID: 1}[s.ID]
			if s.State != obligation.Open || !s.MetAt.IsZero() || s.Evidence != want {
				t.Errorf("then it stood %+v", s)
			}
		}
		now, err := b.svc.StandingsAt(ctx, "incident", "i1", b.now)
		if err != nil || len(now) != 3 {
			t.Fatalf("now %+v, %v", now, err)
		}
		for _, s := range now {
			if want := (map[obligation.ID]obligation.State{met.ID: obligation.Met, ended.ID: obligation.Waived}[s.ID]); want != "" && s.State != want || s.ID == met.ID && s.Evidence != 2 {
				t.Errorf("now it stands %+v", s)
			}
		}
		proofs, err := b.svc.Proofs(ctx, "incident", "i1", at)
		if err != nil || len(proofs[met.ID]) != 1 || proofs[met.ID][0].Ref != "trước" {
			t.Errorf("proofs %+v, %v", proofs, err)
		}
		if own, err := b.svc.Proofs(as(t, "x", auth.UnitOfficer, "b"), "incident", "i1", b.now); err != nil || len(own) != 0 {
			t.Errorf("in the scope of b: %+v, %v", own, err)
		}
	})
}
