// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
)

// TestAPeriodTellsItsOccasionItsHoursAndWhatWasCleaned: only days that are those
// of a campaign have its name; a cleaned machine counts in the month it was
// cleaned in, and where none was, nothing is said.
func TestAPeriodTellsItsOccasionItsHoursAndWhatWasCleaned(t *testing.T) {
	t.Parallel()
	w := openScopes(t, "")
	ctx := w.centre
	u := must(w.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Anh", Kind: "xa", ParentID: unit.ID(w.root)}))(t)
	must(w.Rooms.Units.AddRange(ctx, u.ID, unit.NewRange{Text: "203.0.113.0/24", Kind: unit.Machine}))(t)
	begin := func(st report.Start) report.File {
		t.Helper()
		st.Unit = string(u.ID)
		return must(w.Rooms.Reports.Get(ctx, must(w.Rooms.Reports.Begin(ctx, st))(t).ID))(t)
	}
	for _, window := range w.Rooms.Packs.Calendar().Windows(2027) {
		if window.Campaign != "peak-tet" || window.First.Year != 2027 {
			continue
		}
		f := begin(report.Start{Form: "F7", Kind: "span", From: window.First, To: window.Last})
		if f.Values["campaign"].Text != window.Name.VI {
			t.Errorf("Tết is called %q", f.Values["campaign"].Text)
		}
		days := int64(0)
		for d := window.First; d.Compare(window.Last) <= 0; d = d.AddDays(1) {
			days++
		}
		if h := f.Values["hours"].Int; h == nil || *h != 24*days {
			t.Errorf("%d days have %v hours", days, h)
		}
		f = begin(report.Start{Form: "F7", Kind: "span", From: window.First, To: window.Last.AddDays(1)})
		if v := f.Values["campaign"]; !v.Empty() {
			t.Errorf("other days are called %q", v.Text)
		}
	}
	var log strings.Builder
	for _, client := range []string{"203.0.113.1", "203.0.113.2"} {
		log.WriteString("2026-10-05T08:00:00+07:00 gw dnsmasq[9]: query[A] one.bad.example from " + client + "\n")
	}
	must2(w.Rooms.Sources.Receive(ctx, w.central.ID, "one.log", source.ByPage, strings.NewReader(log.String())))(t)
	w.work(t)
	month := func(n int) report.Value {
		t.Helper()
		return begin(report.Start{Form: "F9", Kind: "month", Year: 2026, Part: n}).Values["removed"]
	}
	if v := month(11); !v.Empty() {
		t.Errorf("nothing was cleaned, and the paper says %+v", v)
	}
	seen := must(w.Rooms.Infections.List(ctx, infection.Filter{Unit: string(u.ID)}))(t).Rows
	if len(seen) != 2 {
		t.Fatalf("%d infections", len(seen))
	}
	x := must(w.Rooms.Infections.Confirm(ctx, seen[0].ID, seen[0].Version))(t)
	x = must(w.Rooms.Infections.StartCleaning(ctx, x.ID, x.Version))(t)
	must(w.Rooms.Infections.Clean(ctx, x.ID, "Cài lại máy", x.Version))(t)
	if v := month(11).Int; v == nil || *v != 1 { // t0 is in November
		t.Errorf("cleaned in November: %v", v)
	}
	if v := month(10); !v.Empty() {
		t.Errorf("cleaned in October: %+v", v)
	}
}
