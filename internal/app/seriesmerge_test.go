// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// TestPeriodicReportsOfReformedUnits merges two departments and splits a third:
// the report of the merged one goes on by itself, that of the split one once a
// person has said for which part; both pages say so.
func TestPeriodicReportsOfReformedUnits(t *testing.T) {
	t.Parallel()
	w := openScopes(t, "")
	units := w.Rooms.Units
	actor, _ := auth.From(w.centre)
	define := func(u unit.Unit) series.ID {
		return must(w.Rooms.Series.Add(w.centre, series.Plan{Title: "Báo cáo quý của " + u.Name, Form: "F4", Duty: "bao-cao-quy-rui-ro", Every: rulepack.Quarterly, Unit: string(u.ID), Lead: 90, Writer: actor.ID}))(t).ID
	}
	so := func(name string) unit.Unit {
		return must(units.Create(w.centre, unit.Unit{Name: name, Kind: "so", ParentID: unit.ID(w.root)}))(t)
	}
	reform := func(kind unit.ReformKind, from []unit.ID, parts ...string) {
		t.Helper()
		r := unit.Reform{Kind: kind, From: calendar.DateOf(t0), Basis: "NQ 12", Spec: unit.Spec{Units: from}}
		for _, name := range parts {
			r.Spec.Parts = append(r.Spec.Parts, unit.Part{Name: name})
		}
		r = must(units.SaveReform(w.centre, r))(t)
		must(units.ApplyReform(w.centre, r.ID, r.Version, must(units.Preview(w.centre, r))(t).Digest))(t)
	}
	a, b, c := so("Sở Anh"), so("Sở Bình"), so("Sở Cả")
	one, three := define(a), define(c)
	reform(unit.Merge, []unit.ID{a.ID, b.ID}, "Sở Anh Bình")
	reform(unit.Split, []unit.ID{c.ID}, "Sở Chia", "Sở Dời")
	noError(t, w.Rooms.Series.Attend(t.Context()))

	v := &visitor{handler: w.Handler()}
	v.signIn(t, "mai")
	page := v.get(t, "/periodic-reports/"+string(one)).Body.String()
	if !strings.Contains(page, "Sở Anh đã kết thúc hoạt động; Sở Anh Bình lập tiếp báo cáo này") {
		t.Error("the page does not say who goes on")
	}
	at := "/periodic-reports/" + string(three)
	page = v.get(t, at).Body.String()
	for _, want := range []string{"Chọn đơn vị lập tiếp báo cáo này", "Sở Chia", "Sở Dời"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of the split unit lacks %q", want)
		}
	}
	x, _, err := w.Rooms.Series.Get(w.centre, three)
	noError(t, err)
	ids := must(units.Lookup(w.centre, "Sở Dời"))(t)
	if status, _, body := v.post(t, at+"/follow", "version", "1", "unit", ""); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Hãy chọn một đơn vị kế thừa") {
		t.Errorf("nothing chosen answers %d", status)
	}
	if status, _, _ := v.post(t, at+"/follow", "version", "1", "unit", string(ids[0])); status != http.StatusSeeOther || x.Version != 1 {
		t.Fatalf("chosen, it answers %d at version %d", status, x.Version)
	}
	if page = v.get(t, at).Body.String(); !strings.Contains(page, "Sở Cả đã kết thúc hoạt động; Sở Dời lập tiếp báo cáo này") {
		t.Error("the page of the split unit does not say who goes on")
	}
}
