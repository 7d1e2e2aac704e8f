// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestOpenFromASeed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		seed := incident.Seed{Details: incident.Details{Title: "Máy MC-02 kết nối máy chủ điều khiển", UnitID: "a", DetectedAt: t0},
			Observables: []incident.Observable{{Value: "hxxp://C2[.]Example/a"}, {Value: "203.0.113[.]14", Verdict: incident.Bad}, {Value: "203.0.113.14"}},
			Machines: []incident.Machine{{Name: "MC-02", Addr: netip.MustParseAddr("10.1.1.2"), AddrKind: "machine"},
				{Addr: netip.MustParseAddr("203.0.113.1"), AddrKind: "nat"}},
			InfectionIDs: []string{"inf-1"}, FindingIDs: []string{"f-1", "f-2"}, Note: "mở từ hàng đợi"}
		i, err := b.svc.OpenFrom(b.truc(), seed)
		if err != nil {
			t.Fatal(err)
		}
		f, err := b.svc.File(b.truc(), i.ID)
		if err != nil || len(f.Observables) != 2 || len(f.Machines) != 2 || len(f.Links) != 3 {
			t.Fatalf("%d observables, %d machines, %d links, %v", len(f.Observables), len(f.Machines), len(f.Links), err)
		}
		if o := f.Observables[0]; o.Type != incident.URL || o.Value != "http://c2.example/a" || o.Verdict != incident.Unknown {
			t.Errorf("%+v", o)
		}
		if o := f.Observables[1]; o.Verdict != incident.Bad {
			t.Errorf("an unknown verdict replaced a known one: %+v", o)
		}
		if _, err := b.svc.OpenFrom(b.truc(), seed); !fault.Is(err, fault.Conflict) || fault.Of(err).Args[0] != i.Code {
			t.Errorf("the same infection opened a second case: %v", err)
		}
		if list, err := b.svc.Linked(b.truc(), incident.Link{Kind: "infection", ID: "inf-1"}); err != nil || len(list) != 1 || list[0].ID != i.ID {
			t.Errorf("%v, %v", list, err)
		}
		if list, err := b.svc.Linked(as(t, "xb", auth.UnitOfficer, "b"), incident.Link{Kind: "infection", ID: "inf-1"}); err != nil || len(list) != 0 {
			t.Errorf("a foreign unit sees %v, %v", list, err)
		}
	})
}

func TestObservablesStandOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i := b.open(b.truc(), "a")
		n, err := b.svc.AddObservables(b.truc(), i.ID, "evil[.]example\n\nEVIL.example.\n1.2.3.4\n", incident.Unknown, "thư")
		if err != nil || n != 2 {
			t.Fatalf("%d new, %v", n, err)
		}
		n, err = b.svc.AddObservables(b.truc(), i.ID, "hxxps://evil.example/\nevil.example", incident.Bad, "")
		f, err2 := b.svc.File(b.truc(), i.ID)
		if err != nil || err2 != nil || n != 1 || len(f.Observables) != 3 || f.Observables[0].Verdict != incident.Bad || f.Observables[0].Source != "thư" {
			t.Errorf("%d new, %+v, %v %v", n, f.Observables, err, err2)
		}
		if _, err := b.svc.AddObservables(b.truc(), i.ID, "ok.example\na\x00b", "", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("control characters: %v", err)
		}
	})
}

func TestMachinesWeighOnTheSuggestion(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	i := b.open(b.truc(), "a")
	suggest := func() string {
		f, err := b.svc.File(b.truc(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		s := b.svc.Suggest(f)
		if !s.Found || len(s.Reasons) == 0 {
			t.Fatal("no suggestion")
		}
		return s.Severity.ID
	}
	if got := suggest(); got != "M4" {
		t.Errorf("nothing known suggests %s", got)
	}
	for n := range 5 {
		if err := b.svc.AddMachine(b.truc(), i.ID, "", fmt.Sprintf("10.0.0.%d", n), "nat", ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := suggest(); got != "M4" {
		t.Errorf("five addresses behind NAT suggest %s: they are not called machines", got)
	}
	for n := range 5 {
		if err := b.svc.AddMachine(b.truc(), i.ID, fmt.Sprintf("MC-%02d", n), "", "", ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := suggest(); got != "M3" {
		t.Errorf("five machines suggest %s", got)
	}
}

func TestAPersonsWaiverSurvivesLaterEdits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i := b.open(b.truc(), "a")
		o := b.clocks(i.ID)["anm-72h"]
		if _, err := b.duties.Waive(as(t, "ld", auth.Leader, "tinh"), o.ID, "Bộ tiếp nhận trực tiếp", o.Version); err != nil {
			t.Fatal(err)
		}
		details := i.Details
		details.DetectedAt = t0.Add(-time.Hour)
		if _, err := b.svc.Edit(b.truc(), i.ID, details, "", i.Version); err != nil {
			t.Fatal(err)
		}
		if o := b.clocks(i.ID)["anm-72h"]; o.State != obligation.Waived || !o.T0.Equal(t0) {
			t.Errorf("%s from %v", o.State, o.T0)
		}
	})
}

func TestListPagesFiltersAndSorts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		for n := range 5 {
			_, err := b.svc.Open(b.truc(), incident.Details{Title: fmt.Sprintf("Sự cố %d", n), UnitID: "a", DetectedAt: t0.Add(-time.Duration(n/2) * time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, oldest := range []bool{false, true} {
			var seen []incident.ID
			f := incident.Filter{Limit: 2, Oldest: oldest}
			for {
				p, err := b.svc.List(b.truc(), f)
				if err != nil || p.Total != 5 {
					t.Fatalf("total %d, %v", p.Total, err)
				}
				for _, i := range p.Rows {
					if slices.Contains(seen, i.ID) {
						t.Errorf("%s stands on two pages", i.Code)
					}
					seen = append(seen, i.ID)
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			if len(seen) != 5 {
				t.Errorf("pages hold %d", len(seen))
			}
		}
		for name, c := range map[string]struct {
			f    incident.Filter
			want int64
		}{
			"accent-free words": {incident.Filter{Query: "co su"}, 5},
			"code":              {incident.Filter{Query: "sc-2026-0002"}, 1},
			"undecided":         {incident.Filter{Severity: incident.Undecided}, 5},
			"serious":           {incident.Filter{Severity: "M2"}, 0},
			"closed":            {incident.Filter{State: incident.Closed}, 0},
			"another unit":      {incident.Filter{Unit: "b"}, 0},
		} {
			if p, err := b.svc.List(b.truc(), c.f); err != nil || p.Total != c.want {
				t.Errorf("%s: %d, %v", name, p.Total, err)
			}
		}
	})
}
