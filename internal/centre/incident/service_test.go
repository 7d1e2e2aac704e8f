// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

func TestAForeignUnitSeesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i := b.open(b.truc(), "a")
		e, err := b.svc.AddEvidence(b.truc(), i.ID, "x.log", "", fmtReader("log"))
		if err != nil {
			t.Fatal(err)
		}
		seen, err := b.svc.OpenFrom(b.truc(), incident.Seed{Details: incident.Details{Title: "Thấy ở máy phân giải", UnitID: "a", DetectedAt: t0}, OwnerUnit: "b"})
		if err != nil {
			t.Fatal(err)
		}
		foreign := as(t, "xb", auth.UnitOfficer, "b")
		absent := map[string]error{
			"get":        second(b.svc.Get(foreign, i.ID)),
			"file":       second(b.svc.File(foreign, i.ID)),
			"facts":      second(b.svc.Facts(foreign, i.ID)),
			"edit":       second(b.svc.Edit(foreign, i.ID, i.Details, "x", 1)),
			"note":       b.svc.AddNote(foreign, i.ID, time.Time{}, "x"),
			"observable": second(b.svc.AddObservables(foreign, i.ID, "evil.example", "", "")),
			"machine":    b.svc.AddMachine(foreign, i.ID, "pc", "", "", ""),
		}
		sent := strings.NewReader("y")
		absent["upload"] = second(b.svc.AddEvidence(foreign, i.ID, "x", "", sent))
		if sent.Len() != 1 {
			t.Error("bytes were taken in before the right to write was asked for")
		}
		_, _, absent["download"] = b.svc.OpenEvidence(foreign, i.ID, e.ID)
		for name, err := range absent {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, err := range map[string]error{
			"decide":                            second(b.svc.Decide(foreign, i.ID, "M1", "x", 1)),
			"close":                             second(b.svc.Close(foreign, i.ID, incident.Closing{Cause: "x"}, 1)),
			"write to a case one may only read": b.svc.AddNote(foreign, seen.ID, time.Time{}, "x"),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		p, err := b.svc.List(foreign, incident.Filter{})
		n, err2 := b.svc.Count(foreign)
		if err != nil || err2 != nil || p.Total != 1 || len(p.Rows) != 1 || p.Rows[0].ID != seen.ID || n != 1 {
			t.Errorf("list %d of %d, count %d, %v %v: the source's owner sees the one case its source saw", len(p.Rows), p.Total, n, err, err2)
		}
		if p, err := b.svc.List(foreign, incident.Filter{Query: "mã hóa"}); err != nil || p.Total != 0 {
			t.Errorf("search finds %d, %v", p.Total, err)
		}
		for _, role := range []auth.Role{auth.Administrator, auth.Clerk, auth.Viewer} {
			if _, err := b.svc.List(as(t, "x", role, "tinh"), incident.Filter{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s lists cases: %v", role, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestWhoMayOpenAndDecide(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		officer := as(t, "xa", auth.UnitOfficer, "a")
		own := b.open(officer, "a")
		if _, err := b.svc.Open(officer, incident.Details{Title: "x", UnitID: "b", DetectedAt: t0}); !fault.Is(err, fault.Invalid) {
			t.Errorf("opened in another unit: %v", err)
		}
		for _, role := range []auth.Role{auth.Leader, auth.Inspector, auth.Administrator} {
			if _, err := b.svc.Open(as(t, "x", role, "tinh"), incident.Details{Title: "x", UnitID: "a", DetectedAt: t0}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s opened a case: %v", role, err)
			}
		}
		if _, err := b.svc.Decide(officer, own.ID, "M1", "x", own.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit officer decided: %v", err)
		}
		if err := b.svc.AddNote(officer, own.ID, time.Time{}, "Đã rút dây mạng"); err != nil {
			t.Errorf("a unit officer notes: %v", err)
		}
		if _, err := b.svc.Decide(as(t, "ld", auth.Leader, "tinh"), own.ID, "M2", "mất kiểm soát", own.Version); err != nil {
			t.Errorf("a leader decides: %v", err)
		}
	})
}

func TestDetailsAreChecked(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	good := incident.Details{Title: "x", UnitID: "a", DetectedAt: t0}
	for name, c := range map[string]struct {
		change func(*incident.Details)
		field  string
	}{
		"no title":                       {func(d *incident.Details) { d.Title = "  " }, "title"},
		"no unit":                        {func(d *incident.Details) { d.UnitID = "" }, "unit"},
		"unknown unit":                   {func(d *incident.Details) { d.UnitID = "zz" }, "unit"},
		"no detection":                   {func(d *incident.Details) { d.DetectedAt = time.Time{} }, "detected_at"},
		"detected in the future":         {func(d *incident.Details) { d.DetectedAt = b.now.Add(time.Minute) }, "detected_at"},
		"occurred after detection":       {func(d *incident.Details) { d.OccurredAt = t0.Add(time.Minute) }, "occurred_at"},
		"a type of no list":              {func(d *incident.Details) { d.Types.IDs = []string{"x"} }, "types"},
		"other without words":            {func(d *incident.Details) { d.Types.IDs = []string{"other"} }, "types"},
		"a list the pack does not have":  {func(d *incident.Details) { d.Notified.IDs = []string{"coordinator"} }, "notified"},
		"a level of no list":             {func(d *incident.Details) { d.System.Level = "6" }, "system_level"},
		"a sign nobody knows":            {func(d *incident.Details) { d.Signs = []incident.Sign{"x"} }, "signs"},
		"a phase nobody knows":           {func(d *incident.Details) { d.Phase = "x" }, "phase"},
		"a mark nobody knows":            {func(d *incident.Details) { d.TLP = "TLP:WHITE" }, "tlp"},
		"an answer nobody knows":         {func(d *incident.Details) { d.PersonalData = "maybe" }, "personal_data"},
		"fewer than no people concerned": {func(d *incident.Details) { d.PersonalData, d.DataSubjects = incident.Yes, -1 }, "data_subjects"},
	} {
		details := good
		c.change(&details)
		_, err := b.svc.Open(b.truc(), details)
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCodesOfAYearAreUniqueUnderConcurrency(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.now = time.Date(2026, 12, 31, 16, 59, 0, 0, time.UTC) // 23:59 in Việt Nam
		const writers, each = 4, 5
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for range each {
					_, err := b.svc.Open(b.truc(), incident.Details{Title: "x", UnitID: "a", DetectedAt: t0})
					for fault.Is(err, fault.Unavailable) { // "try again" is the answer under contention
						_, err = b.svc.Open(b.truc(), incident.Details{Title: "x", UnitID: "a", DetectedAt: t0})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		p, err := b.svc.List(b.truc(), incident.Filter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, i := range p.Rows {
			codes = append(codes, i.Code)
		}
		slices.Sort(codes)
		for n, code := range codes {
			if want := fmt.Sprintf("SC-2026-%04d", n+1); code != want {
				t.Errorf("code %d is %s", n+1, code)
			}
		}
		if len(codes) != writers*each {
			t.Errorf("%d codes", len(codes))
		}
		b.now = b.now.Add(time.Minute)
		if i := b.open(b.truc(), "a"); i.Code != "SC-2027-0001" {
			t.Errorf("the first case of the new year is %s", i.Code)
		}
	})
}

func TestTwoPeopleDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i := b.open(b.truc(), "a")
		details := i.Details
		details.Description = "một"
		if _, err := b.svc.Edit(b.truc(), i.ID, details, "", i.Version); err != nil {
			t.Fatal(err)
		}
		details.Description = "hai"
		if _, err := b.svc.Edit(b.truc(), i.ID, details, "", i.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version was taken: %v", err)
		}
		if _, err := b.svc.Decide(b.truc(), i.ID, "M2", "x", i.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("decided on a stale version: %v", err)
		}
		if err := b.svc.AddNote(b.truc(), i.ID, time.Time{}, "ghi chú không đụng phiên bản"); err != nil {
			t.Error(err)
		}
		back, err := b.svc.Get(b.truc(), i.ID)
		if err != nil || back.Description != "một" || back.Version != 2 {
			t.Errorf("%q version %d, %v", back.Description, back.Version, err)
		}
	})
}

// Every value that F1a and F1b take from the case, the unit, its contact or
// the system is there once the case is filled in.
func TestFactsFillTheForms(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	for form, day := range map[string]string{"F1a": "01/06/2026 08:00", "F1b": "21/11/2026 03:12"} {
		t0 := b.at(day)
		details := incident.Details{Title: "x", UnitID: "a", DetectedAt: t0, OccurredAt: t0.Add(-time.Hour),
			Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"log_review"}}, Description: "mô tả",
			HarmSecurity: incident.Claim{Answer: incident.No}, SeriousInterruption: incident.Claim{Answer: incident.No}, PersonalData: incident.No,
			MeasuresTaken: "cô lập", System: incident.System{Name: "Một cửa", Level: "2", Approval: "QĐ 1", Domains: []string{"mau.example"}}}
		if form == "F1a" {
			details.Notified.IDs = []string{"coordinator"}
		}
		i, err := b.svc.Open(b.truc(), details)
		if err != nil {
			t.Fatal(err)
		}
		pack := b.svc.Pack(i)
		severities, _ := pack.CodeList(rulepack.SeverityList)
		if i, err = b.svc.Decide(b.truc(), i.ID, severities.Items[0].ID, "lý do", i.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.AddEvidence(b.truc(), i.ID, "a.log", "", fmtReader("a")); err != nil {
			t.Fatal(err)
		}
		for _, addr := range []string{"10.0.0.1", "203.0.113.9"} {
			if err := b.svc.AddMachine(b.truc(), i.ID, "", addr, "machine", ""); err != nil {
				t.Fatal(err)
			}
		}
		facts, err := b.svc.Facts(b.truc(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		f, ok := laws.At(dateOf(t0)).Form(form)
		if !ok {
			t.Fatalf("no form %s", form)
		}
		for _, field := range f.Fields() {
			if _, has := facts[field.From]; field.From != "" && !has && !slices.Contains(reportKeys, field.From) {
				t.Errorf("%s row %s: nothing under %s", form, field.No, field.From)
			}
		}
		if list, _ := facts["incident.addresses"].([]string); !slices.Equal(list, []string{"203.0.113.9"}) {
			t.Errorf("addresses %v: only public ones are printed", list)
		}
		if due, ok := facts["incident.report_72h_due_at"].(time.Time); form == "F1b" && (!ok || !due.Equal(t0.Add(72*time.Hour))) {
			t.Errorf("72 hours end %v", due)
		}
	}
}

// reportKeys come from the report itself, not from the case.
var reportKeys = []string{"report.recipients", "report.written_at", "report.sent_at", "report.channel", "report.receipt", "report.signer"}

func TestEveryWriteIsInTheTrail(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	i := b.open(b.truc(), "a")
	steps := map[string]func(context.Context) error{
		"incident.edit":     func(ctx context.Context) error { return second(b.svc.Edit(ctx, i.ID, i.Details, "", 1)) },
		"incident.note":     func(ctx context.Context) error { return b.svc.AddNote(ctx, i.ID, t0, "x") },
		"incident.observe":  func(ctx context.Context) error { return second(b.svc.AddObservables(ctx, i.ID, "a.example", "", "")) },
		"incident.machine":  func(ctx context.Context) error { return b.svc.AddMachine(ctx, i.ID, "pc", "", "", "") },
		"incident.evidence": func(ctx context.Context) error { return second(b.svc.AddEvidence(ctx, i.ID, "x", "", fmtReader("x"))) },
		"incident.decide":   func(ctx context.Context) error { return second(b.svc.Decide(ctx, i.ID, "M4", "x", 2)) },
		"incident.close": func(ctx context.Context) error {
			return second(b.svc.Close(ctx, i.ID, incident.Closing{Cause: "x", Reason: "x"}, 3))
		},
	}
	for _, action := range []string{"incident.edit", "incident.note", "incident.observe", "incident.machine", "incident.evidence", "incident.decide", "incident.close"} {
		if err := steps[action](b.truc()); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		n, err := b.db.Read().NewSelect().Table("audit_entry").Where("action = ?", action).Where("object = ?", string(i.ID)).Count(t.Context())
		if err != nil || n != 1 {
			t.Errorf("%s: %d entries, %v", action, n, err)
		}
	}
}
