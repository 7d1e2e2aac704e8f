// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// TestPeriodicPapersAreFilledFromTheRecords begins quarterly, holiday and
// directive reports over what cases and duties say: those of units below count,
// others do not, and what nobody recorded stays empty.
func TestPeriodicPapersAreFilledFromTheRecords(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	root := string(must(h.Rooms.Units.Root(ctx))(t))
	commune := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Một", Kind: "xa", ParentID: unit.ID(root)}))(t)
	other := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Hai", Kind: "xa", ParentID: unit.ID(root)}))(t)
	begin := func(form, of string) report.File {
		t.Helper()
		st := report.Start{Form: form, Unit: of, Kind: "quarter", Year: 2026, Part: 4}
		if form == "F7" {
			st = report.Start{Form: form, Unit: of, Kind: "span", From: calendar.Date{Year: 2026, Month: 11, Day: 1}, To: calendar.Date{Year: 2026, Month: 11, Day: 30}}
		}
		return must(h.Rooms.Reports.Get(ctx, must(h.Rooms.Reports.Begin(ctx, st))(t).ID))(t)
	}
	for _, form := range []string{"F4", "F7"} {
		f := begin(form, root)
		for _, fl := range f.Form.Fields() {
			if strings.HasPrefix(fl.From, "figure.") && !f.Values[fl.Key].Empty() {
				t.Errorf("%s with no records: %s is %+v", form, fl.Key, f.Values[fl.Key])
			}
		}
		must(0, h.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("DELETE FROM report_paper").Exec(ctx)
			return err
		}))(t)
	}

	var codes []string
	for n, u := range []unit.Unit{commune, commune, other} {
		i := must(h.Rooms.Incidents.Open(ctx, incident.Details{Title: "Mã độc", UnitID: string(u.ID), DetectedAt: t0.Add(-time.Duration(n+1) * time.Hour),
			Description: strings.Repeat("Mô tả. ", 12), Types: incident.Choice{IDs: []string{"malware"}}}))(t)
		codes = append(codes, i.Code)
	}
	owe := func(u unit.Unit, id string, due time.Time) obligation.Obligation {
		t.Helper()
		var o obligation.Obligation
		must(0, h.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			var err error
			o, err = h.Rooms.Obligations.Open(ctx, tx, obligation.Duty{Kind: "directive.task", Title: rulepack.Label{VI: "Rà soát " + id, EN: "Review"}, UnitID: string(u.ID),
				Subject: obligation.Subject{Kind: "directive", ID: id, Label: "CV 1556"}, PackID: "VN-ANM-2026", ClockID: id, Basis: "CV 1556",
				Explanation: calendar.Explanation{Start: t0.Add(-48 * time.Hour), Due: due}})
			return err
		}))(t)
		return o
	}
	met := owe(commune, "một", t0.Add(24*time.Hour))
	owe(other, "hai", t0.Add(-time.Hour))
	owe(other, "sau", t0.AddDate(1, 0, 0))
	must(h.Rooms.Obligations.Meet(ctx, met.ID, obligation.Proof{At: t0.Add(-time.Minute), How: "Báo cáo 5/BC"}, met.Version))(t)

	f := begin("F7", string(commune.ID))
	list := f.Values["incident_list"]
	if v := f.Values["incidents"].Int; v == nil || *v != 2 || len(list.Rows) != 2 || slices.ContainsFunc(list.Rows, func(r []string) bool { return r[0] == codes[2] }) {
		t.Errorf("F7 of one commune: %v, %v", v, list.Rows)
	}
	f = begin("F4", root)
	for key, want := range map[string]int64{"incidents": 3, "incidents_closed": 0} {
		if v := f.Values[key].Int; v == nil || *v != want {
			t.Errorf("F4 of the province: %s is %v, want %d", key, v, want)
		}
	}
	if v, ok := f.Values["incident_hours"]; ok {
		t.Errorf("no case is closed, and they took %+v", v)
	}
	if due, ok := f.Values["duties_due"].Int, f.Values["duties_on_time"].Int; due == nil || ok == nil || *due < 2 || *ok != 1 {
		t.Errorf("duties due %v, on time %v", due, ok)
	}
	if v, ok := f.Values["infected"]; ok {
		t.Errorf("no source saw anything, and %+v machines are infected", v)
	}
	// Whoever may not read cases keeps what the paper says.
	clerk := auth.With(ctx, auth.Actor{ID: "thu", Name: "Văn thư", Home: root, Grants: []auth.Grant{{Role: auth.Clerk, Unit: root}}})
	seenBy := must(h.Rooms.Reports.Get(clerk, begin("F4", root).ID))(t)
	if v := seenBy.Values["incidents"].Int; v == nil || *v != 3 {
		t.Errorf("the clerk's copy says %v", v)
	}
}
