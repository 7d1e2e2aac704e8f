// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// asked is what a directive asks of a unit: the clock names the demand, the unit
// and the period.
func asked(unit, directive, item, period string, hours int) obligation.Duty {
	n := duty(unit, directive, item+"@"+unit, t0, hours)
	if period != "" {
		n.ClockID += "@" + period
	}
	n.Kind, n.Title.VI, n.Subject.Kind, n.Subject.Label = "directive.task", "Rà quét "+item, "directive", "CD-"+directive
	return n
}

func TestWhatManyOweLateIsOneLineADemand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, centre := newBench(t, d), as(t, "truc", auth.Centre, "tinh")
		for _, n := range []obligation.Duty{asked("a", "d1", "m1", "", 2), asked("b", "d1", "m1", "", 5), asked("a", "d1", "m1", "2026-W48", 6), asked("a", "d1", "m2", "", 3),
			asked("b", "d2", "m1", "", 4), asked("b", "d1", "m2", "", 900), duty("a", "i1", "24h", t0, 1)} {
			b.open(centre, n)
		}
		if list, total, err := b.svc.LateDemands(centre, 10); err != nil || total != 0 || list != nil {
			t.Fatalf("before anything is late: %+v, %d, %v", list, total, err)
		}
		if list, total, err := b.svc.SoonDemands(centre, 1); err != nil || total != 4 || len(list) != 1 || list[0].Longest.ClockID != "24h" { // what has 900 hours is not near
			t.Fatalf("%d near, %d lines, %v", len(list), total, err)
		}
		b.now = t0.Add(100 * time.Hour)
		said := func(ctx func() ([]obligation.Demand, int64, error)) string {
			t.Helper()
			list, total, err := ctx()
			if err != nil {
				t.Fatal(err)
			}
			out := []string{fmt.Sprint(total)}
			for _, x := range list {
				out = append(out, fmt.Sprintf("%s %s %d/%d", x.Longest.Subject.Label, x.Longest.UnitID, x.Units, x.Duties))
			}
			return strings.Join(out, ", ")
		}
		got := said(func() ([]obligation.Demand, int64, error) { return b.svc.LateDemands(centre, 10) })
		if want := "4, SC-2026-0001 a 1/1, CD-d1 a 2/3, CD-d1 a 1/1, CD-d2 b 1/1"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := said(func() ([]obligation.Demand, int64, error) { return b.svc.LateDemands(centre, 1) }); got != "4, SC-2026-0001 a 1/1" {
			t.Errorf("one line: %s", got)
		}
		b.now = t0.Add(899 * time.Hour)
		if got := said(func() ([]obligation.Demand, int64, error) { return b.svc.SoonDemands(centre, 10) }); got != "1, CD-d1 b 1/1" {
			t.Errorf("soon: %s", got)
		}
		b.now = t0.Add(100 * time.Hour)
		own := as(t, "xb", auth.UnitOfficer, "b")
		if got := said(func() ([]obligation.Demand, int64, error) { return b.svc.LateDemands(own, 10) }); got != "2, CD-d2 b 1/1, CD-d1 b 1/1" {
			t.Errorf("a unit sees %s", got)
		}
	})
}

// TestOwnDutiesStandApartFromThoseOfAllUnits: the number beside the entry of the
// navigation is what the person's own unit has to do.
func TestOwnDutiesStandApartFromThoseOfAllUnits(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	dbtest.Each(t, all, func(t *testing.T, d *db.DB) {
		b, centre := newBench(t, d), as(t, "truc", auth.Centre, "tinh")
		b.open(centre, asked("tinh", "d1", "m1", "", 1))
		b.open(centre, asked("a", "d1", "m1", "", 1))
		b.open(centre, asked("b", "d1", "m1", "", 900))
		b.now = t0.Add(2 * time.Hour)
		if c, err := b.svc.CountOwn(centre); err != nil || c != (obligation.Counts{Open: 1, Late: 1}) {
			t.Errorf("own %+v, %v", c, err)
		}
		if c, err := b.svc.Count(centre); err != nil || c != (obligation.Counts{Open: 3, Late: 2}) {
			t.Errorf("all %+v, %v", c, err)
		}
		if c, err := b.svc.CountOwn(auth.With(t.Context(), auth.Actor{ID: "x", Home: "tinh", Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "a"}}})); err != nil || c != (obligation.Counts{}) {
			t.Errorf("a home out of scope counts %+v, %v", c, err)
		}
		w := b.browse(t, auth.Actor{ID: "ld", Name: "Lãnh đạo", Home: "tinh", Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}})
		for query, want := range map[string]string{"": "Hiện 3 trong 3", "?" + url.Values{"whose": {"own"}}.Encode(): "Hiện 1 trong 1", "?whose=own&unit=a": "Hiện 1 trong 1"} {
			page := w.get("/obligations"+query, 200)
			if !strings.Contains(page, want) || !strings.Contains(page, "Đơn vị mình") || !strings.Contains(page, "Mọi đơn vị trong phạm vi") {
				t.Errorf("%q does not say %q, or cannot be changed", query, want)
			}
		}
	})
}
