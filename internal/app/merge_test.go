// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// TestAMergerInLastYearsAndThisYearsFigures merges two communes on 1/7/2026.
// Their machines asked for bad names in 2025, and in 2026 before and after the
// day. Told both ways, by service and on the page, the totals are equal.
func TestAMergerInLastYearsAndThisYearsFigures(t *testing.T) {
	t.Parallel()
	for engine, address := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": postgresAddress} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			testMerger(t, openScopes(t, address(t)))
		})
	}
}

func testMerger(t *testing.T, w *scopes) {
	ctx, units := w.centre, w.Rooms.Units
	commune := func(name, ranges string) unit.Unit {
		u := must(units.Create(ctx, unit.Unit{Name: name, Kind: "xa", ParentID: unit.ID(w.root)}))(t)
		must(units.AddRange(ctx, u.ID, unit.NewRange{Text: ranges, Kind: unit.Machine}))(t)
		return u
	}
	a, b := commune("UBND xã Anh", "203.0.113.0/24"), commune("UBND xã Bình", "198.51.100.0/24")
	r := must(units.SaveReform(ctx, unit.Reform{Kind: unit.Merge, From: calendar.Date{Year: 2026, Month: 7, Day: 1}, Basis: "NQ 12",
		Spec: unit.Spec{Units: []unit.ID{a.ID, b.ID}, Parts: []unit.Part{{Name: "UBND xã Chung"}}}}))(t)
	e := must(units.Preview(ctx, r))(t)
	must(units.ApplyReform(ctx, r.ID, r.Version, e.Digest))(t)
	var log strings.Builder
	for at, client := range map[string]string{
		"2025-03-01T08:00:00+07:00": "203.0.113.1", "2025-12-31T23:59:59+07:00": "198.51.100.1", "2026-01-01T00:00:00+07:00": "203.0.113.2",
		"2026-06-30T23:59:59+07:00": "203.0.113.3", "2026-07-01T00:00:00+07:00": "203.0.113.4", "2026-08-01T08:00:00+07:00": "198.51.100.2",
		"2026-09-01T08:00:00+07:00": "198.51.100.3"} {
		log.WriteString(at + " gw dnsmasq[9]: query[A] one.bad.example from " + client + "\n")
	}
	must2(w.Rooms.Sources.Receive(ctx, w.central.ID, "two-years.log", source.ByPage, strings.NewReader(log.String())))(t)
	w.work(t)

	ids := must(units.Lookup(ctx, "UBND xã Chung"))(t)
	if len(ids) != 1 {
		t.Fatalf("the merged unit is %v", ids)
	}
	y := must(units.Years(ctx, ids[0]))(t)
	n := slices.Index(y.Keys, "app.figure.infections")
	if n < 0 || y.Last != 2025 || y.This != 2026 {
		t.Fatalf("figures %v of %d and %d", y.Keys, y.Last, y.This)
	}
	then := map[unit.ID]unit.Pair{}
	for _, row := range y.AsThen {
		then[row.Unit.ID] = row.Values[n]
	}
	if want := (map[unit.ID]unit.Pair{a.ID: {Last: 1, This: 2}, b.ID: {Last: 1}, ids[0]: {This: 3}}); len(then) != 3 || then[a.ID] != want[a.ID] || then[b.ID] != want[b.ID] || then[ids[0]] != want[ids[0]] {
		t.Errorf("as it was then: %+v, want %+v", then, want)
	}
	if len(y.AsNow) != 1 || y.AsNow[0].Unit.ID != ids[0] || y.AsNow[0].Values[n] != (unit.Pair{Last: 2, This: 5}) {
		t.Errorf("under today's unit: %+v", y.AsNow)
	}
	if !slices.Equal(y.TotalThen, y.TotalNow) || y.TotalNow[n] != (unit.Pair{Last: 2, This: 5}) {
		t.Errorf("totals %+v and %+v", y.TotalThen, y.TotalNow)
	}

	w.own.add("unit", string(ids[0]))
	page := w.admit(t, auth.Centre).get(t, "/units/"+string(ids[0])+"/figures")
	for _, want := range []string{"UBND xã Anh", "UBND xã Bình", "UBND xã Chung", "Theo tên tại thời điểm đó", "Theo đơn vị hiện nay"} {
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page answers %d without %q", page.Code, want)
		}
	}
	chief := &visitor{handler: w.Handler()}
	chief.signIn(t, "mai")
	if body := chief.get(t, "/findings?state=all").Body.String(); !strings.Contains(body, "UBND xã Anh (nay thuộc UBND xã Chung)") {
		t.Error("the mark of an ended unit does not say who took over")
	}
	if got := w.admit(t, auth.UnitOfficer).get(t, "/units/"+url.PathEscape(string(a.ID))+"/figures"); got.Code != http.StatusOK {
		t.Errorf("the successor's officer asks for A's figures: %d", got.Code)
	}
}
