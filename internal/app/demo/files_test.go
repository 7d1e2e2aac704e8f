// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// office is a real unit room with the province's body founded.
type office struct {
	*unit.Service
	ctx  context.Context
	root unit.ID
}

func newOffice(t *testing.T, p *demo.Province) *office {
	t.Helper()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.SQLite(t, auth.Migrations, audit.Migrations, unit.Migrations)
	o := &office{Service: unit.New(d, laws.Packs()[0].Kinds, func() time.Time { return monday })}
	err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		u, err := o.Found(ctx, tx, p.Units[0].Name, p.Units[0].Kind)
		o.root = u.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.ctx = auth.With(t.Context(), auth.Actor{ID: "a", Name: "Người thử", Home: string(o.root),
		Grants: []auth.Grant{{Role: auth.Centre, Unit: string(o.root)}}})
	return o
}

func (o *office) take(t *testing.T, name string, file []byte) unit.Plan {
	t.Helper()
	id, plan, err := o.PlanImport(o.ctx, name, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range plan.Cells {
		t.Errorf("%s: row %d column %s %q: %s", name, c.Row, c.Column, c.Value, c.Reason)
	}
	if plan, err = o.ApplyImport(o.ctx, id, plan.Digest); err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestTheListOfUnitsImports(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	book, err := p.UnitsXLSX()
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.UnitsCSV()
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, p)
	if plan := o.take(t, "units.xlsx", book); plan.Count(unit.RowNew) != 41 || plan.Count(unit.RowChanged) != 1 || len(plan.Rows) != 42 {
		t.Errorf("the workbook: %d new, %d changed of %d", plan.Count(unit.RowNew), plan.Count(unit.RowChanged), len(plan.Rows))
	}
	if plan := o.take(t, "units.csv", text); plan.Count(unit.RowSame) != 42 {
		t.Errorf("the same as CSV: %d rows change nothing, want 42", plan.Count(unit.RowSame))
	}
	ids := o.codes(t)
	for i, m := range p.Machines {
		if i%10 > 0 && m.Threat == "" { // each takes a query
			continue
		}
		got, err := o.Attribute(o.ctx, o.root, m.Address, monday)
		if err != nil || got.UnitID != ids[m.Unit] || got.Kind != unit.Machine {
			t.Fatalf("%s is attributed to %+v, %v; want %s", m.Address, got, err, m.Unit)
		}
	}
	for text, want := range map[string]unit.Attributed{
		"10.10.1.53":   {UnitID: ids["GD01"], Kind: unit.Resolver},
		"10.10.1.80":   {UnitID: ids["GD01"], Kind: unit.Proxy},
		"10.10.6.53":   {UnitID: ids["GD06"], Kind: unit.Resolver},
		"10.30.0.21":   {UnitID: ids["GD21"], Kind: unit.NAT},
		"192.0.2.64":   {UnitID: ids["GD36"], Kind: unit.NAT},
		"198.51.100.9": {UnitID: ids["GD37"], Kind: unit.NAT},
	} {
		got, err := o.Attribute(o.ctx, o.root, netip.MustParseAddr(text), monday)
		if err != nil || got.UnitID != want.UnitID || got.Kind != want.Kind {
			t.Errorf("%s is attributed to %+v, %v; want %+v", text, got, err, want)
		}
	}
}

// codes gives ids by code.
func (o *office) codes(t *testing.T) map[string]unit.ID {
	t.Helper()
	page, err := o.List(o.ctx, unit.Filter{Limit: unit.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]unit.ID{}
	for _, u := range page.Units {
		ids[u.Code] = u.ID
	}
	return ids
}

// register is a memory whose units are a real unit room's.
type register struct {
	*memory
	*office
	t *testing.T
}

func (r register) Units(context.Context) (map[string]string, error) {
	ids := map[string]string{}
	for code, id := range r.codes(r.t) {
		ids[code] = string(id)
	}
	return ids, nil
}

func (r register) ImportUnits(_ context.Context, name string, file []byte) error {
	r.take(r.t, name, file)
	return nil
}

func (r register) EndUnit(_ context.Context, id string, from calendar.Date, heirs []string) error {
	u, err := r.Get(r.office.ctx, unit.ID(id))
	if err != nil || !u.ValidTo.IsZero() {
		return err
	}
	a := unit.Abolition{From: from}
	for _, heir := range heirs {
		a.Successors = append(a.Successors, unit.ID(heir))
	}
	_, err = r.Abolish(r.office.ctx, u.ID, u.Version, a)
	return err
}

func (r register) AddPerson(context.Context, demo.Person) error { return nil }

func (r register) As(ctx context.Context, _ string) (context.Context, error) { return ctx, nil }

func TestEndedUnitsLeaveTheirPastToTheirHeirs(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	r := register{newMemory(p), newOffice(t, p), t}
	told := errors.New("told")
	for range 2 { // the second start finds all done
		err := demo.Run(t.Context(), stopping{r, told}, p, demo.Options{Now: func() time.Time { return monday }})
		if !errors.Is(err, told) {
			t.Fatal(err)
		}
	}
	ids := r.codes(t)
	for code, heirs := range map[string]int{"GDH1": 3, "GDH2": 1} {
		u, err := r.Get(r.office.ctx, ids[code])
		if err != nil || u.ValidTo.String() != "2025-06-30" || len(u.SuccessorIDs) != heirs {
			t.Errorf("%s: %+v, %v", code, u, err)
		}
	}
	old := netip.MustParseAddr("10.20.200.9")
	for day, want := range map[string]string{"2025-06-30": "GDH2", "2025-07-01": "GD31"} {
		d, err := calendar.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Attribute(r.office.ctx, r.root, old, d.Start()); err != nil || got.UnitID != ids[want] {
			t.Errorf("%s on %s is %+v's, %v; want %s", old, day, got, err, want)
		}
	}
}

// stopping ends the start once units and people are there.
type stopping struct {
	register
	why error
}

func (s stopping) AddList(context.Context, demo.List) error { return s.why }

func TestTheListAsCSVIsWhatSpreadsheetsOpen(t *testing.T) {
	t.Parallel()
	text, err := demo.New(demo.DefaultSeed).UnitsCSV()
	if err != nil {
		t.Fatal(err)
	}
	body, marked := bytes.CutPrefix(text, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || !marked || len(rows) != 43 || len(rows[0]) != 24 {
		t.Errorf("mark %v, %d rows, %v", marked, len(rows), err)
	}
}
