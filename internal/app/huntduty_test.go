// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/unit"
)

// TestAHuntIsAlwaysOwed follows the duty from the founding of a centre over a
// hunt in time and one too late.
func TestAHuntIsAlwaysOwed(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	owed := func(want int) []obligation.Obligation {
		t.Helper()
		var both sync.WaitGroup
		var failed [2]error
		for i := range failed {
			both.Go(func() { failed[i] = h.Attend(t.Context()) })
		}
		both.Wait()
		if err := errors.Join(failed[:]...); err != nil {
			t.Fatal(err)
		}
		must(0, h.Attend(t.Context()))(t) // three times, two of them at once, owe once
		var list []obligation.Obligation
		if h.root != "" {
			list = must(h.Rooms.Obligations.OfSubject(t.Context(), h.Records.Read(), "threat_hunt", h.root))(t)
		}
		if len(list) != want {
			t.Fatalf("%d duties, want %d: %+v", len(list), want, list)
		}
		return list
	}
	owed(0)
	ctx := h.found(t)
	first := owed(1)[0]
	if first.State != obligation.Open || first.UnitID != h.root || first.Title.VI == "" || first.Basis == "" || first.DueAt.Before(now.AddDate(0, 6, 0)) || first.DueAt.After(now.AddDate(0, 6, 1)) {
		t.Fatalf("%+v", first)
	}
	led := func(by string) {
		t.Helper()
		r := must(h.Rooms.Hunts.Begin(ctx, hunt.Plan{Title: "DNS", Hypothesis: "Có máy dùng DNS để gửi dữ liệu.", Owner: by}))(t)
		must(h.Rooms.Hunts.Conclude(ctx, r.ID, hunt.Nothing, "Không thấy.", r.Version))(t)
	}
	conclude := func() {
		t.Helper()
		led(h.root)
	}
	now = now.AddDate(0, 2, 0)
	commune := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Alpha", Code: "alpha", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	led(string(commune.ID))
	if o := owed(1)[0]; o.State != obligation.Open || !o.DueAt.Equal(first.DueAt) {
		t.Fatalf("a hunt that a unit led meets the centre's duty: %+v", o)
	}
	conclude()
	states := map[obligation.State]int{}
	var next obligation.Obligation
	for _, o := range owed(2) {
		if states[o.State]++; o.State == obligation.Open {
			next = o
		}
	}
	if states[obligation.Met] != 1 || states[obligation.Open] != 1 || !next.T0.Equal(now.Truncate(time.Millisecond)) || next.Subject.Label != "CS-2027-0002" {
		t.Fatalf("%v, next %+v", states, next)
	}
	now = now.AddDate(0, 7, 0)
	if k := must(h.Rooms.Obligations.Kept(ctx, "threat_hunt", t0, now))(t); k != (obligation.Kept{Owed: 2, OnTime: 1}) {
		t.Errorf("one in time and one overdue: %+v", k)
	}
	conclude()
	open := owed(3)[0]
	for _, o := range owed(3) {
		if o.State == obligation.Open {
			open = o
		}
	}
	must(h.Rooms.Obligations.Meet(ctx, open.ID, obligation.Proof{At: open.T0.Truncate(time.Minute), How: "Đã săn, ghi tay"}, open.Version))(t)
	owed(3) // not before time went on
	now = now.Add(time.Second)
	owed(4)
	if k := must(h.Rooms.Obligations.Kept(ctx, "threat_hunt", t0, now.Add(time.Hour)))(t); k != (obligation.Kept{Owed: 3, OnTime: 2}) {
		t.Errorf("two in time and one late: %+v", k)
	}
}
